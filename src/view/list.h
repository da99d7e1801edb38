/*
 * view/list.h - a cursor in a list that scrolls.
 */
#ifndef PGRUNBOOK_VIEW_LIST_H
#define PGRUNBOOK_VIEW_LIST_H

#include "view/keymap.h"
#include "view/doc.h"

struct list {
	int	cursor, top;
	int	count, rows;	/* of the last draw */
};

/* Bring cursor and top within bounds; before drawing rows top .. top + rows. */
void list_fit(struct list *l, int count, int rows);
/* Move as the keys of PLACE_LIST say; false: no such action. */
bool list_act(struct list *l, enum action action);
bool scroller_act(struct scroller *s, enum action action);

#endif
