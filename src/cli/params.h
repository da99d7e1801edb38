/*
 * cli/params.h - the values of a window's parameters: given, asked for, or
 * left to their defaults.
 */
#ifndef PGRUNBOOK_CLI_PARAMS_H
#define PGRUNBOOK_CLI_PARAMS_H

#include <stdbool.h>

#include "base/error.h"
#include "runbook/model.h"

/* The value of "NAME=VALUE" in the list; null: it is not among them. */
const char *params_given(const char *const *vars, const char *name);

/*
 * Complete *vars ("NAME=VALUE", null-terminated; may be null) so that each
 * parameter without a default has a value: the person at the terminal is
 * asked.  Nobody there: ERR_USAGE names those that are missing.  A --var
 * that no runbook knows, or a value that does not fit, is ERR_USAGE, too.
 */
int params_complete(const void *owner, const struct window *w, bool may_ask,
    const char ***vars, struct error *err) WARN_UNUSED;

#endif
