/*
 * cli/data.h - the files that come with the program: runbooks and the demo.
 *
 * They are looked for under PGRUNBOOK_DATA, beside the program and above it
 * (a build tree), and where "make install" puts them.
 */
#ifndef PGRUNBOOK_CLI_DATA_H
#define PGRUNBOOK_CLI_DATA_H

#include "base/error.h"

/* "runbooks" or "runbooks/demo"; null with *err where it is not found. */
char *data_path(const void *owner, const char *name, struct error *err);

#endif
