/*
 * view/footer.c - the last line: the keys that act here and now, or what was
 * said last, or what is being asked for.
 */

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "view/prompt.h"
#include "view/view.h"

/*
 * The action's first key that leads to it here; null: the view has them all
 * for something else.
 */
static const char *
key_here(struct app *a, enum action action, char *room, size_t size)
{
	const struct view *v = a->stack[a->depth - 1].view;
	const char *p = keymap_row(action)->keys;
	size_t n;

	for (; *p != '\0'; p += n + strspn(p + n, " ")) {
		struct key_press k = { "" };

		n = strcspn(p, " ");
		snprintf(k.name, sizeof(k.name), "%.*s", (int)n, p);
		if (app_find_action(a, &k) != action ||
		    (v->takes != NULL && v->takes(a,
		    a->stack[a->depth - 1].self, k.name)))
			continue;
		snprintf(room, size, "%s", k.name);
		return room;
	}
	return NULL;
}

static int
footer_key(struct app *a, struct area f, int column, enum action action)
{
	const struct view *v = a->stack[a->depth - 1].view;
	const struct keymap_row *row = keymap_row(action);
	const char *hint = row->hint;
	char key[16];
	int width;

	if (v->hint != NULL && keymap_row(action)->place != PLACE_ANYWHERE) {
		const char *own = v->hint(a, a->stack[a->depth - 1].self, action);

		hint = own != NULL ? own : hint;
	}
	if (hint[0] == '\0' || !app_can(a, action) ||
	    key_here(a, action, key, sizeof(key)) == NULL)
		return column;
	width = utf8_width(key) + 1 + utf8_width(hint);
	if (column + width > f.columns)
		return column;
	column = area_put(f, 0, column,
	    action == ACTION_NEEDS ? STYLE_CALL : STYLE_KEY, key);
	column = area_put(f, 0, column + 1, STYLE_FOOTER, hint);
	return column + 2;
}

/* The way out, which is always in the same place. */
static const enum action always[] = {
	ACTION_HELP, ACTION_BACK, ACTION_RUN_DETACH, ACTION_SIGN_BACK,
	ACTION_PICK_QUIT,
};

static bool
is_always(enum action action)
{
	size_t i;

	for (i = 0; i < COUNT_OF(always); i++)
		if (always[i] == action)
			return true;
	return false;
}

/* Draws the keys that are always there, at the right; returns what is left. */
static struct area
footer_right(struct app *a, struct area f)
{
	const struct view *v = a->stack[a->depth - 1].view;
	struct area all = f;
	char key[16];
	size_t i;

	for (i = COUNT_OF(always); i > 0; i--) {
		enum action act = always[i - 1];
		const struct keymap_row *row = keymap_row(act);

		if ((row->place != v->place && row->place != PLACE_ANYWHERE) ||
		    !app_can(a, act) ||
		    key_here(a, act, key, sizeof(key)) == NULL)
			continue;
		f = area_columns(f, 0, f.columns - 3 - utf8_width(key) -
		    utf8_width(row->hint));
		footer_key(a, all, f.columns + 1, act);
	}
	return f;
}

/* What was said last; beside the way out, where there is room for both. */
static void
draw_message(struct app *a, struct area f)
{
	struct area left = footer_right(a, f);

	if (utf8_width(a->message) + 1 > left.columns) {
		area_blank(f, STYLE_FOOTER);
		left = f;
	}
	area_fit(left, 0, 1, left.columns - 1, a->message_style, a->message);
}

/* The keys that act here and now, the view's own first. */
static void
draw_keys(struct app *a, struct area f)
{
	const struct view *v = a->stack[a->depth - 1].view;
	enum place order[] = { v->place, PLACE_LIST, PLACE_ANYWHERE };
	int column = 1, i;
	size_t p;

	f = footer_right(a, f);
	column = footer_key(a, f, column, ACTION_NEEDS);
	for (p = 0; p < COUNT_OF(order); p++)
		for (i = 0; i < ACTION_COUNT; i++) {
			enum action act = (enum action)i;

			if (keymap_row(act)->place == order[p] &&
			    act != ACTION_NEEDS && !is_always(act) &&
			    (order[p] != PLACE_LIST || v->is_list))
				column = footer_key(a, f, column, act);
		}
}

void
footer_draw(struct app *a, struct area f)
{
	const struct view *v = a->stack[a->depth - 1].view;
	const char *line = NULL;

	area_blank(f, STYLE_FOOTER);
	if (v->line != NULL)
		line = v->line(a, a->stack[a->depth - 1].self);
	if (a->prompt.is_open)
		prompt_draw(a, f);
	else if (a->message != NULL)
		draw_message(a, f);
	else if (line != NULL)
		area_fit(f, 0, 1, f.columns - 1, STYLE_FOOTER, line);
	else
		draw_keys(a, f);
}
