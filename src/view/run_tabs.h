/*
 * view/run_tabs.h - the pages about one step, at the right of a run.
 */
#ifndef PGRUNBOOK_VIEW_RUN_TABS_H
#define PGRUNBOOK_VIEW_RUN_TABS_H

#include "view/view.h"

enum run_tab {
	TAB_WHY, TAB_SQL, TAB_OUTPUT, TAB_LOCKS, TAB_REHEARSAL, TAB_EVIDENCE,
	TAB_SIGNOFFS, TAB_COUNT
};

const char *run_tab_name(enum run_tab t);
/* The page that tells most of a step, as long as nobody chose one. */
enum run_tab run_tab_best(const struct step_state *step);
/* rows: of the pane, for output's end. */
void run_tab_fill(struct app *a, enum run_tab t, const struct step_state *step,
    struct doc *d, int rows);
/* The tree of a lock report; cursor: entry that is marked, -1 none. */
void locks_fill(struct app *a, struct doc *d, const json_t *report, int cursor);

#endif
