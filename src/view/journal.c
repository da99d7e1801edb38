/* view/journal.c - what has happened, record by record. */

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/list.h"
#include "view/view.h"
#include "view/words.h"

#define NARROW	100

struct journal_view {
	struct list	 list;
	bool		 follow;
	bool		 is_open;	/* a record's details are shown */
	struct scroller	 at;
};

/*
 * On one line.  Where there is hardly room for a title and a sentence, the
 * step's id stands for its title.
 */
static const char *
row_words(struct app *a, const struct journal_row *r, int columns)
{
	const struct step_state *step = state_step(a->state,
	    json_str_or(r->data, "step", ""));
	const char *p = r->words;
	struct buffer *b = buffer_new(a->frame);
	char *title;

	if (p == NULL)
		return event_name(r->type);
	if (columns < NARROW && step != NULL) {
		title = step_title(a->frame, a->state, step);
		if (str_starts(p, title)) {
			buffer_puts(b, step->id);
			p += strlen(title);
		}
	}
	for (; *p != '\0'; p++)
		if (!isspace((unsigned char)*p))
			buffer_add(b, p, 1);
		else if (b->size > 0 && b->data[b->size - 1] != ' ')
			buffer_puts(b, " ");
	return b->data;
}

static void
draw_row(struct app *a, struct area area, int row, const struct journal_row *r)
{
	int column;

	column = area_fit(area, row, 1, 6, STYLE_MUTED,
	    mem_printf(a->frame, "%" PRId64, r->seq));
	column = area_put(area, row, column, STYLE_MUTED,
	    clock_hms(a->frame, r->at_us));
	area_fit(area, row, column + 2, area.columns - column - 3, r->style,
	    row_words(a, r, area.columns));
}

static void
draw_details(struct app *a, struct journal_view *v, struct area body)
{
	const struct journal_row *r = &a->journal[v->list.cursor];
	struct area in = overlay_box(body, 110, body.rows, mem_printf(a->frame,
	    "Record %" PRId64 " · %s · %s", r->seq, event_name(r->type),
	    clock_rfc3339(a->frame, r->at_us)));
	struct doc *d = doc_new(a->frame, in.columns);

	doc_wrap(d, 0, STYLE_MUTED, event_doc(r->type));
	doc_gap(d);
	doc_wrap(d, 0, STYLE_TEXT, json_pretty(a->frame, r->data));
	doc_draw(d, in, &v->at);
}

static void
render(struct app *a, void *self, struct area body)
{
	struct journal_view *v = self;
	int i;

	area_blank(body, STYLE_TEXT);
	if (v->follow)
		v->list.cursor = (int)a->journal_count - 1;
	list_fit(&v->list, (int)a->journal_count, body.rows);
	if (v->is_open && a->journal_count > 0) {
		draw_details(a, v, body);
		return;
	}
	for (i = 0; i < body.rows && v->list.top + i < v->list.count; i++) {
		draw_row(a, body, i, &a->journal[v->list.top + i]);
		if (v->list.top + i == v->list.cursor)
			area_mark(body, i, CELL_SELECTED);
	}
}

static bool
can(struct app *a, void *self, enum action action)
{
	struct journal_view *v = self;

	if (action == ACTION_JOURNAL_FOLLOW)
		return !v->follow && !v->is_open;
	if (action == ACTION_SEARCH_NEXT || action == ACTION_SEARCH_PREVIOUS)
		return a->search[0] != '\0';
	return true;
}

static const char *
hint(struct app *a, void *self, enum action action)
{
	struct journal_view *v = self;

	(void)a;
	if (action == ACTION_JOURNAL_OPEN)
		return v->is_open ? "list" : "details";
	return NULL;
}

static void
search(struct app *a, struct journal_view *v, int direction)
{
	int i;

	for (i = v->list.cursor + direction; i >= 0 &&
	    i < (int)a->journal_count; i += direction) {
		const struct journal_row *r = &a->journal[i];

		if ((r->words != NULL &&
		    strcasestr(r->words, a->search) != NULL) ||
		    strcasestr(event_name(r->type), a->search) != NULL) {
			v->list.cursor = i;
			return;
		}
	}
	app_say(a, STYLE_WARNING, "not found: %s", a->search);
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct journal_view *v = self;

	(void)k;
	if (action == ACTION_JOURNAL_FOLLOW) {
		v->follow = true;
		return;
	}
	if (action == ACTION_JOURNAL_OPEN) {
		v->is_open = !v->is_open;
		v->follow = false;
		scroller_top(&v->at);
		return;
	}
	v->follow = false;
	if (action == ACTION_SEARCH_NEXT)
		search(a, v, 1);
	else if (action == ACTION_SEARCH_PREVIOUS)
		search(a, v, -1);
	else if (v->is_open)
		scroller_act(&v->at, action);
	else
		list_act(&v->list, action);
}

static bool
type(struct app *a, void *self, const struct key_press *k)
{
	struct journal_view *v = self;

	(void)a;
	if (!v->is_open || (!str_equal(k->name, "q") &&
	    !str_equal(k->name, "Esc")))
		return false;
	v->is_open = false;
	return true;
}

static const struct view journal_view = {
	.place = PLACE_JOURNAL, .is_list = true, .render = render,
	.can = can, .act = act, .type = type, .hint = hint,
};

void
journal_view_open(struct app *a)
{
	struct journal_view *v = NEW(a, struct journal_view);

	v->follow = true;
	v->list.count = (int)a->journal_count;
	app_push(a, &journal_view, v);
}
