/*
 * view/drift.c - drift items: expected against actual, and for each which
 * side is right (view/drift.h).
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/drift.h"
#include "view/words.h"

#define SPLIT		100
#define ALL_WORDS	150	/* the footer has room for them */

/* ---- drawing ------------------------------------------------------------------------ */

static void
draw_item(struct app *a, struct drift_view *v, struct area area, int row,
    const json_t *item)
{
	const char *class_ = json_str_or(item, "class", "?");
	enum style s, said;
	const char *glyph = drift_glyph(item, &s);
	const char *word = drift_word(a, v, item, &said);
	int column;

	area_put(area, row, 1, style_of_class(class_), class_);
	area_put(area, row, 3, s, glyph);
	column = area_fit(area, row, 5, 11, STYLE_MUTED,
	    json_str_or(item, "kind", ""));
	area_right(area, row, area.columns - 1, said, word);
	area_fit(area, row, column + 1, area.columns - column - 16, STYLE_TEXT,
	    json_str_or(item, "title", json_str_or(item, "key", "")));
}

static bool
is_filtered(const struct drift_view *v)
{
	return v->filter != DRIFT_ALL || v->kind != NULL;
}

static void
draw_summary(struct app *a, struct drift_view *v, struct area area)
{
	static const char *const names[DRIFT_FILTERS] = {
		"", "undecided only", "B only", "A only", "C only"
	};
	const json_t *items = drift_items(a, v);
	size_t n[3] = { 0 }, decided = 0, to_sign = 0, i;
	size_t all = json_array_size(items);
	struct item_state is;
	int column;

	for (i = 0; i < all; i++) {
		const json_t *item = json_array_get(items, i);
		char class_ = drift_class(item);

		if (class_ >= 'A' && class_ <= 'C')
			n[class_ - 'A']++;
		drift_state(a, v, item, &is);
		to_sign += is.pending != NULL && !is.is_decided;
		decided += is.is_decided || (class_ == 'C' &&
		    is.truth == NULL && is.refusal == NULL);
	}
	column = area_right(area, 0, area.columns - 1, STYLE_TITLE,
	    mem_printf(a->frame, "decided %zu/%zu%s", decided, all,
	    to_sign == 0 ? "" : mem_printf(a->frame, ", %zu to sign",
	    to_sign)));
	column = area_right(area, 0, column - 3, STYLE_CLASS_C,
	    mem_printf(a->frame, "C %zu", n[2]));
	column = area_right(area, 0, column - 2, STYLE_CLASS_B,
	    mem_printf(a->frame, "B %zu", n[1]));
	column = area_right(area, 0, column - 2, STYLE_CLASS_A,
	    mem_printf(a->frame, "A %zu", n[0]));
	area_fit(area, 0, 1, column - 2, STYLE_TITLE, mem_printf(a->frame,
	    "Drift items%s%s%s%s", is_filtered(v) ? ": " : "",
	    names[v->filter], v->filter != DRIFT_ALL && v->kind != NULL ?
	    ", " : "", v->kind == NULL ? "" : mem_printf(a->frame,
	    "%s only", v->kind)));
}

static void
draw_detail(struct app *a, struct drift_view *v, struct area area,
    const json_t *item)
{
	struct doc *d;

	if (item == NULL)
		return;
	if (!str_equal(v->item, json_str(item, "id"))) {
		talloc_free(v->item);
		v->item = mem_strdup(v, json_str(item, "id"));
		scroller_top(&v->detail);
	}
	area = area_columns(area, 1, area.columns - 2);
	d = doc_new(a->frame, area.columns);
	drift_detail(a, v, item, d);
	doc_draw(d, area, &v->detail);
}

static void
draw_list(struct app *a, struct drift_view *v, struct area area)
{
	int i;

	list_fit(&v->list, drift_count(a, v), area.rows);
	for (i = 0; i < area.rows && v->list.top + i < v->list.count; i++) {
		draw_item(a, v, area, i, drift_at(a, v, v->list.top + i));
		if (v->list.top + i == v->list.cursor)
			area_mark(area, i, CELL_SELECTED |
			    (v->at_right ? CELL_AWAY : 0));
	}
	if (v->list.count == 0)
		area_fit(area, 0, 1, area.columns - 2, STYLE_MUTED,
		    is_filtered(v) ? "no item passes: f and F show others" :
		    "no items");
}

static void
render(struct app *a, void *self, struct area body)
{
	struct drift_view *v = self;
	struct area rest = area_rows(body, 2, -1);
	int left = body.columns * 45 / 100, row;

	area_blank(body, STYLE_TEXT);
	draw_summary(a, v, body);
	area_line(body, 1, STYLE_BORDER);
	if (body.columns < SPLIT) {
		list_fit(&v->list, drift_count(a, v), rest.rows);
		if (v->at_right)
			draw_detail(a, v, rest, drift_at(a, v, v->list.cursor));
		else
			draw_list(a, v, rest);
		return;
	}
	draw_list(a, v, area_columns(rest, 0, left));
	for (row = 0; row < rest.rows; row++)
		area_put(rest, row, left, v->at_right ? STYLE_TITLE :
		    STYLE_BORDER, "│");
	draw_detail(a, v, area_columns(rest, left + 1, -1),
	    drift_at(a, v, v->list.cursor));
}

/* ---- keys ---------------------------------------------------------------------------- */

/* Of class A, and nobody has said anything of them. */
static size_t
count_safe(struct app *a, const struct drift_view *v)
{
	const json_t *items = drift_items(a, v);
	struct item_state is;
	size_t i, n = 0;

	for (i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		drift_state(a, v, item, &is);
		n += drift_class(item) == 'A' && !is.is_decided &&
		    is.refusal == NULL && is.delegation == NULL;
	}
	return n;
}

static bool
can(struct app *a, void *self, enum action action)
{
	struct drift_view *v = self;
	bool is_asked = drift_question(a, v) != NULL;

	switch (action) {
	case ACTION_DRIFT_MIGRATIONS:
	case ACTION_DRIFT_DATABASE:
	case ACTION_DRIFT_OUT:
	case ACTION_DRIFT_COMMENT:
	case ACTION_DRIFT_REFUSE:
	case ACTION_DRIFT_DELEGATE:
		return is_asked && drift_at(a, v, v->list.cursor) != NULL;
	case ACTION_DRIFT_ALL_A:
		return is_asked && count_safe(a, v) > 0;
	case ACTION_DRIFT_FINISH:
		return is_asked;
	case ACTION_SEARCH_NEXT:
	case ACTION_SEARCH_PREVIOUS:
		return a->search[0] != '\0';
	default:
		return true;
	}
}

static const char *
hint(struct app *a, void *self, enum action action)
{
	struct drift_view *v = self;
	const struct step_state *step = state_step(a->state, v->step);
	size_t open = state_undecided(a->state, step);
	size_t to_sign = state_unsigned(a->state, step);

	if (action == ACTION_DRIFT_FINISH && to_sign > 0)
		return open == to_sign ? "sign" : mem_printf(a->frame,
		    "sign %zu (%zu left)", to_sign, open - to_sign);
	if (action == ACTION_DRIFT_FINISH && open > 0)
		return mem_printf(a->frame, "finish (%zu left)", open);
	if (action == ACTION_DRIFT_OPEN && a->columns < SPLIT && !v->at_right)
		return "detail";
	if (action == ACTION_DRIFT_CLOSE && v->at_right)
		return "list";
	if (action == ACTION_DRIFT_KIND && v->kind != NULL)
		return "all kinds";
	/* So that the others have room, too. */
	if (action == ACTION_DRIFT_MIGRATIONS && a->columns < ALL_WORDS)
		return "migrations";
	if (action == ACTION_DRIFT_DATABASE && a->columns < ALL_WORDS)
		return "database";
	return NULL;
}

/* A word on an item; text: its reason, or to whom. */
static void
say(struct app *a, struct drift_view *v, const char *item, const char *truth,
    const char *field, const char *text)
{
	json_t *fields = json_pack("{s:s, s:s, s:s}", "step", v->step, "item",
	    item, "truth", truth);

	if (field != NULL)
		json_object_set_new(fields, field,
		    json_text(text, strlen(text)));
	/* The cursor stays: a key pressed twice must not decide the next one. */
	app_send(a, INTENT_DECIDE, fields);
}

static void
decide(struct app *a, struct drift_view *v, const char *truth)
{
	say(a, v, json_str_or(drift_at(a, v, v->list.cursor), "id", ""),
	    truth, NULL, NULL);
}

static void
out_given(struct app *a, void *arg, const char *text)
{
	struct drift_view *v = arg;

	say(a, v, v->asked, "out_of_scope", "reason", text);
}

static void
refusal_given(struct app *a, void *arg, const char *text)
{
	struct drift_view *v = arg;

	say(a, v, v->asked, "refused", "reason", text);
}

static void
delegate_given(struct app *a, void *arg, const char *text)
{
	struct drift_view *v = arg;

	say(a, v, v->asked, "delegated", "to", text);
}

static void
comment_given(struct app *a, void *arg, const char *text)
{
	struct drift_view *v = arg;

	app_send(a, INTENT_COMMENT, json_pack("{s:s, s:s, s:o}", "step",
	    v->step, "item", v->asked, "text",
	    json_text(text, strlen(text))));
}

/* About the item at the cursor, wherever the cursor is when it is typed. */
static void
ask(struct app *a, struct drift_view *v, const char *label,
    void (*done)(struct app *a, void *arg, const char *text))
{
	talloc_free(v->asked);
	v->asked = mem_strdup(v, json_str_or(drift_at(a, v, v->list.cursor),
	    "id", ""));
	app_ask(a, label, done, v)->wants_text = true;
}

static void
all_given(struct app *a, void *arg, const char *text)
{
	struct drift_view *v = arg;

	app_send(a, INTENT_DECIDE_ALL, json_pack("{s:s, s:s}", "step", v->step,
	    "truth", text[0] == 'm' ? "migrations" : "database"));
}

static void
ask_all(struct app *a, struct drift_view *v)
{
	struct prompt *p = app_ask(a, mem_printf(a->frame, "All %zu of class A "
	    "that wait, m: migrations are right, b: database is right:",
	    count_safe(a, v)), all_given, v);

	p->wants_text = true;
	p->pattern = "^[mb]$";
}

static void
search(struct app *a, struct drift_view *v, int direction)
{
	int i;

	for (i = v->list.cursor + direction; i >= 0 && i < v->list.count;
	    i += direction) {
		const json_t *item = drift_at(a, v, i);

		if (strcasestr(json_str_or(item, "key", ""), a->search) !=
		    NULL || strcasestr(json_str_or(item, "title", ""),
		    a->search) != NULL) {
			v->list.cursor = i;
			return;
		}
	}
	app_say(a, STYLE_WARNING, "not found: %s", a->search);
}

/* The item at the cursor stays there. */
static void
filter_kind(struct app *a, struct drift_view *v)
{
	const json_t *item = drift_at(a, v, v->list.cursor);
	char *kind = v->kind != NULL ? NULL : mem_strdup(v,
	    json_str(item, "kind"));
	int row = 0;

	talloc_free(v->kind);
	v->kind = kind;
	while (drift_at(a, v, row) != NULL && drift_at(a, v, row) != item)
		row++;
	v->list.cursor = item == NULL ? 0 : row;
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct drift_view *v = self;

	(void)k;
	switch (action) {
	case ACTION_DRIFT_MIGRATIONS:
		decide(a, v, "migrations");
		break;
	case ACTION_DRIFT_DATABASE:
		decide(a, v, "database");
		break;
	case ACTION_DRIFT_OUT:
		ask(a, v, "Out of scope, because:", out_given);
		break;
	case ACTION_DRIFT_REFUSE:
		ask(a, v, "Refused, because:", refusal_given);
		break;
	case ACTION_DRIFT_DELEGATE:
		ask(a, v, "Delegated to:", delegate_given);
		break;
	case ACTION_DRIFT_COMMENT:
		ask(a, v, "Comment:", comment_given);
		break;
	case ACTION_DRIFT_ALL_A:
		ask_all(a, v);
		break;
	case ACTION_DRIFT_FINISH:
		app_send(a, INTENT_FINISH_REVIEW, json_pack("{s:s}", "step",
		    v->step));
		break;
	case ACTION_DRIFT_FILTER:
		v->filter = (enum drift_filter)((v->filter + 1) % DRIFT_FILTERS);
		v->list.cursor = 0;
		break;
	case ACTION_DRIFT_KIND:
		filter_kind(a, v);
		break;
	case ACTION_DRIFT_OPEN:
		v->at_right = true;
		break;
	case ACTION_DRIFT_CLOSE:
		v->at_right = false;
		break;
	case ACTION_SEARCH_NEXT:
		search(a, v, 1);
		break;
	case ACTION_SEARCH_PREVIOUS:
		search(a, v, -1);
		break;
	default:
		if (v->at_right)
			scroller_act(&v->detail, action);
		else
			list_act(&v->list, action);
	}
}

static void
event(struct app *a, void *self, const struct event *e)
{
	struct drift_view *v = self;

	if (e->type == EVENT_ANSWERED &&
	    str_equal(json_str(e->data, "step"), v->step))
		app_leave(a, v);
}

static const struct view drift_view = {
	.place = PLACE_DRIFT, .is_list = true, .render = render,
	.can = can, .act = act, .event = event, .hint = hint,
};

void
drift_open(struct app *a, struct step_state *step)
{
	struct drift_view *v;

	if (step == NULL || app_has(a, &drift_view))
		return;
	v = NEW(a, struct drift_view);
	v->step = mem_strdup(v, step->id);
	if (drift_is_short(drift_question(a, v))) {
		v->report = drift_report(a, step->id);
		if (v->report != NULL)
			json_owned(v, v->report);
	}
	if (drift_items(a, v) == NULL) {
		app_say(a, STYLE_MUTED, "no drift items are known yet");
		talloc_free(v);
		return;
	}
	v->list.count = drift_count(a, v);
	app_push(a, &drift_view, v);
}
