/* view/list.c - a cursor in a list that scrolls (view/list.h). */

#include "view/list.h"

void
list_fit(struct list *l, int count, int rows)
{
	l->count = count;
	l->rows = rows;
	if (l->cursor >= count)
		l->cursor = count - 1;
	if (l->cursor < 0)
		l->cursor = 0;
	if (l->top > count - rows)
		l->top = count - rows;
	if (l->top < 0)
		l->top = 0;
	if (l->cursor < l->top)
		l->top = l->cursor;
	if (rows > 0 && l->cursor >= l->top + rows)
		l->top = l->cursor - rows + 1;
}

bool
list_act(struct list *l, enum action action)
{
	int page = l->rows > 2 ? l->rows - 1 : 1;

	switch (action) {
	case ACTION_DOWN:
		l->cursor++;
		break;
	case ACTION_UP:
		l->cursor--;
		break;
	case ACTION_TOP:
		l->cursor = 0;
		break;
	case ACTION_BOTTOM:
		l->cursor = l->count - 1;
		break;
	case ACTION_PAGE_DOWN:
		l->cursor += page;
		l->top += page;
		break;
	case ACTION_PAGE_UP:
		l->cursor -= page;
		l->top -= page;
		break;
	default:
		return false;
	}
	list_fit(l, l->count, l->rows);
	return true;
}

bool
scroller_act(struct scroller *s, enum action action)
{
	switch (action) {
	case ACTION_DOWN:
		scroller_by(s, 1);
		return true;
	case ACTION_UP:
		scroller_by(s, -1);
		return true;
	case ACTION_TOP:
		scroller_top(s);
		return true;
	case ACTION_BOTTOM:
		scroller_bottom(s);
		return true;
	case ACTION_PAGE_DOWN:
		scroller_page(s, 1);
		return true;
	case ACTION_PAGE_UP:
		scroller_page(s, -1);
		return true;
	default:
		return false;
	}
}
