/*
 * view/drift.h - the view of drift items, in parts.  For its files alone:
 * drift_items.c (which items there are, and what became of them),
 * drift_detail.c (one of them), drift.c (the screen and its keys).
 */
#ifndef PGRUNBOOK_VIEW_DRIFT_H
#define PGRUNBOOK_VIEW_DRIFT_H

#include "run/decision.h"
#include "view/list.h"
#include "view/view.h"

enum drift_filter {
	DRIFT_ALL, DRIFT_UNDECIDED, DRIFT_B, DRIFT_A, DRIFT_C, DRIFT_FILTERS
};

struct drift_view {
	char		*step;
	json_t		*report;	/* from evidence; null: as the question has it */
	char		*asked;		/* the item that a line is being typed about */
	struct list	 list;
	struct scroller	 detail;
	bool		 at_right;
	enum drift_filter filter;
	char		*kind;		/* that alone is shown; null: all */
	char		*item;		/* whose detail was drawn last */
};

/* What the step asks now; null: nothing. */
const json_t *drift_question(struct app *a, const struct drift_view *v);
/* Is there nothing to show of each item, but its name? */
bool drift_is_short(const json_t *question);
/* The items of the report in evidence, where it was wanted; of the question. */
const json_t *drift_items(struct app *a, const struct drift_view *v);
/* The newest report that this step, or one before it, has left; null. */
json_t *drift_report(struct app *a, const char *step);
/* The step in which the items are decided; null: none has asked yet. */
const struct step_state *drift_review(struct app *a,
    const struct drift_view *v);
void drift_state(struct app *a, const struct drift_view *v, const json_t *item,
    struct item_state *is);

char drift_class(const json_t *item);
bool drift_passes(struct app *a, const struct drift_view *v,
    const json_t *item);
/* The item at a row of the filtered list; null past its end. */
const json_t *drift_at(struct app *a, const struct drift_view *v, int row);
int drift_count(struct app *a, const struct drift_view *v);

/* "migrations", "1 of 2", "for carol", "REFUSED": what it says in the list. */
const char *drift_word(struct app *a, const struct drift_view *v,
    const json_t *item, enum style *s);
const char *drift_glyph(const json_t *item, enum style *s);

/* drift_detail.c */
void drift_detail(struct app *a, struct drift_view *v, const json_t *item,
    struct doc *d);

#endif
