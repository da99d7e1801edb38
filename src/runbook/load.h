/*
 * runbook/load.h - from files to a window, with every finding told.
 *
 * Checks all that can be known without a server: keys, types, limits,
 * names that are used but not defined, include loops, classes that are lower
 * than the SQL deserves, passwords in URLs, refused commands.
 */
#ifndef PGRUNBOOK_RUNBOOK_LOAD_H
#define PGRUNBOOK_RUNBOOK_LOAD_H

#include "runbook/model.h"

/*
 * Load a window or a runbook.  Null where there are errors; *l has them all.
 */
struct window *window_load(const void *owner, const char *path,
    runbook_kinds kinds, struct lint *l);

/* What the picker shows, cheaply: no steps are read.  Null: no runbook. */
struct runbook_card {
	char	*file, *name, *title, *owner, *last_exercised, *next_window;
	bool	 is_window;
};
struct runbook_card *runbook_card_load(const void *owner, const char *path);

/* The JSON schema of the format: of all tables, the kinds' included. */
json_t *runbook_schema(runbook_kinds kinds);

#endif
