/*
 * cli/demo_trouble.h - a session that gets in the demo's way, on demand.
 *
 * It reads a table and then forgets its transaction: what the window changes
 * later waits for it, until a person ends it.  It lives as long as the demo's
 * front end.
 */
#ifndef PGRUNBOOK_CLI_DEMO_TROUBLE_H
#define PGRUNBOOK_CLI_DEMO_TROUBLE_H

#include "base/error.h"

struct demo_trouble;

/* folder: the demo's. */
struct demo_trouble *demo_trouble_new(const void *owner, const char *folder);
/* front_trouble's start; arg is the demo_trouble. */
int demo_trouble_start(void *arg, char said[160], struct error *err);
/* Its revive: the demo's server runs again, if it was killed. */
int demo_trouble_revive(void *arg, struct error *err);

#endif
