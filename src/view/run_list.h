/*
 * view/run_list.h - the list at the left of a run: phases and their steps.
 *
 * The cursor stands on a phase or a step, not on a row: rows may open and
 * close around it, it stays where the person put it.
 */
#ifndef PGRUNBOOK_VIEW_RUN_LIST_H
#define PGRUNBOOK_VIEW_RUN_LIST_H

#include "view/view.h"

struct run_row {
	size_t	phase, step;		/* step: index in the state's steps; SIZE_MAX: the phase itself */
};

struct run_list {
	struct run_row	 cursor;
	bool		 follow;
	int		 top, rows;
	signed char	*folds;		/* per phase: 0 as the run goes, 1 open, -1 closed */
	size_t		 fold_count;
};

struct run_list *run_list_new(const void *owner);
void run_list_draw(struct app *a, struct run_list *l, struct area area,
    bool has_focus);
bool run_list_act(struct app *a, struct run_list *l, enum action action);
/* Open or close the phase under the cursor.  False: it is a step. */
bool run_list_fold(struct app *a, struct run_list *l);
/* The next row whose name holds the search. */
void run_list_search(struct app *a, struct run_list *l, int direction);
/* The step under the cursor; of a phase its current or first one.  Null: none. */
struct step_state *run_list_step(struct app *a, const struct run_list *l);
/* Is the phase itself under the cursor? */
bool run_list_on_phase(const struct run_list *l);

#endif
