/* view/help.c - the keys, from their table. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "view/list.h"
#include "view/view.h"

struct help {
	enum place	 here;		/* comes first */
	struct scroller	 at;
};

static void
add_place(struct doc *d, enum place p)
{
	int i, indent = 16;
	bool is_first = true;

	for (i = 0; i < ACTION_COUNT; i++) {
		const struct keymap_row *row = keymap_row((enum action)i);

		if (row->place != p)
			continue;
		if (is_first)
			doc_heading(d, place_title(p));
		is_first = false;
		doc_break(d);
		doc_printf(d, STYLE_KEY, "  %s", row->keys);
		doc_column(d, indent);
		doc_flow(d, indent, STYLE_TEXT, row->help);
	}
}

static void
render(struct app *a, void *self, struct area body)
{
	struct help *h = self;
	struct area in = overlay_box(body, 96, body.rows, "Keys");
	struct doc *d = doc_new(a->frame, in.columns);
	int p;

	add_place(d, h->here);
	for (p = 0; p < PLACE_COUNT; p++)
		if ((enum place)p != h->here)
			add_place(d, (enum place)p);
	doc_heading(d, "Glyphs and words");
	doc_field(d, "  ✓ ▶ ·", STYLE_TEXT, "done, runs, to come");
	doc_field(d, "  ✗ ? –", STYLE_TEXT, "failed or cancelled, outcome unknown, skipped");
	doc_field(d, "  !", STYLE_TEXT, "waits for a person");
	doc_field(d, "  R A B C", STYLE_TEXT, "class: reads only; safe, additive; "
	    "potentially destructive; to stay unmanaged");
	doc_draw(d, in, &h->at);
}

static bool
can(struct app *a, void *self, enum action action)
{
	(void)a;
	(void)self;
	return action != ACTION_SEARCH && action != ACTION_SEARCH_NEXT &&
	    action != ACTION_SEARCH_PREVIOUS;
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct help *h = self;

	(void)a;
	(void)k;
	scroller_act(&h->at, action);
}

static const struct view help_view = {
	.place = PLACE_HELP, .is_list = true,
	.render = render, .can = can, .act = act,
};

void
help_open(struct app *a)
{
	struct help *h = NEW(a, struct help);

	h->here = a->stack[a->depth - 1].view->place;
	app_push(a, &help_view, h);
}
