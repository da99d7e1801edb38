/*
 * view/drift.c - drift items: expected against actual, and for each which
 * side is right.
 *
 * The items are those of the review's question; once it is answered, those
 * of the drift report in the run's evidence.
 */

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/list.h"
#include "view/view.h"
#include "view/words.h"

#define SPLIT		100
#define REPORT_MAX	((size_t)64 << 20)

enum filter { ALL, UNDECIDED, ONLY_B, ONLY_A, ONLY_C, FILTERS };

struct drift_view {
	char		*step;
	json_t		*report;	/* from evidence; null: the question's */
	struct list	 list;
	struct scroller	 detail;
	bool		 at_right;
	enum filter	 filter;
	char		*item;		/* whose detail was drawn last */
};

/* ---- the items ------------------------------------------------------------------ */

static const json_t *
question_of(struct app *a, const struct drift_view *v)
{
	const struct step_state *step = state_step(a->state, v->step);
	const struct attempt_state *t = step != NULL ?
	    step_last_attempt(step) : NULL;

	return t != NULL ? t->question : NULL;
}

static const json_t *
items_of(struct app *a, const struct drift_view *v)
{
	const json_t *items = json_object_get(question_of(a, v), "items");

	return items != NULL ? items : json_object_get(v->report, "items");
}

static const struct decision_state *
decision_of(struct app *a, const struct drift_view *v, const json_t *item)
{
	const char *id = json_str_or(item, "id", "");
	const struct decision_state *d = state_decision(a->state, v->step, id);
	size_t i;

	/* Decided in the review, looked at from the drift step. */
	for (i = a->state->decision_count; d == NULL && i > 0; i--)
		if (str_equal(a->state->decisions[i - 1].item, id))
			d = &a->state->decisions[i - 1];
	return d;
}

static bool
passes(struct app *a, const struct drift_view *v, const json_t *item)
{
	char class_ = json_str_or(item, "class", "?")[0];

	switch (v->filter) {
	case UNDECIDED:
		return decision_of(a, v, item) == NULL && class_ != 'C';
	case ONLY_B:
		return class_ == 'B';
	case ONLY_A:
		return class_ == 'A';
	case ONLY_C:
		return class_ == 'C';
	case ALL:
	case FILTERS:
	default:
		return true;
	}
}

size_t
drift_undecided(struct app *a, const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *items = json_object_get(t != NULL ? t->question : NULL,
	    "items");
	size_t i, n = 0;

	for (i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		n += json_str_or(item, "class", "?")[0] != 'C' &&
		    state_decision(a->state, step->id,
		    json_str_or(item, "id", "")) == NULL;
	}
	return n;
}

/* The item at a row of the filtered list; null past its end. */
static const json_t *
item_at(struct app *a, const struct drift_view *v, int row)
{
	const json_t *items = items_of(a, v);
	size_t i;

	for (i = 0; i < json_array_size(items); i++)
		if (passes(a, v, json_array_get(items, i)) && row-- == 0)
			return json_array_get(items, i);
	return NULL;
}

static int
count_of(struct app *a, const struct drift_view *v)
{
	const json_t *items = items_of(a, v);
	size_t i;
	int n = 0;

	for (i = 0; i < json_array_size(items); i++)
		n += passes(a, v, json_array_get(items, i));
	return n;
}

/* ---- drawing ------------------------------------------------------------------------ */

static const char *
change_glyph(const json_t *item, enum style *s)
{
	const char *change = json_str_or(item, "change", "alter");

	if (str_equal(change, "add")) {
		*s = STYLE_DIFF_ADD;
		return "+";
	}
	if (str_equal(change, "drop")) {
		*s = STYLE_DIFF_DROP;
		return "−";
	}
	*s = STYLE_DIFF_ALTER;
	return str_equal(change, "rename") ? "±" : "~";
}

static const char *
truth_words(const struct decision_state *d, const json_t *item)
{
	if (d == NULL)
		return json_str_or(item, "class", "?")[0] == 'C' ?
		    "unmanaged" : "undecided";
	return str_equal(d->truth, "out_of_scope") ? "out of scope" : d->truth;
}

static void
draw_item(struct app *a, struct drift_view *v, struct area area, int row,
    const json_t *item)
{
	const struct decision_state *d = decision_of(a, v, item);
	const char *class_ = json_str_or(item, "class", "?");
	enum style s;
	const char *glyph = change_glyph(item, &s);
	const char *truth = truth_words(d, item);
	int column;

	area_put(area, row, 1, style_of_class(class_), class_);
	area_put(area, row, 3, s, glyph);
	column = area_fit(area, row, 5, 11, STYLE_MUTED,
	    json_str_or(item, "kind", ""));
	area_right(area, row, area.columns - 1, d != NULL ? STYLE_DONE :
	    str_equal(truth, "undecided") ? STYLE_WAITING : STYLE_MUTED, truth);
	area_fit(area, row, column + 1, area.columns - column - 16, STYLE_TEXT,
	    json_str_or(item, "title", json_str_or(item, "key", "")));
}

static void
draw_summary(struct app *a, struct drift_view *v, struct area area)
{
	static const char *const names[FILTERS] = {
		"", "undecided only", "B only", "A only", "C only"
	};
	const json_t *items = items_of(a, v);
	size_t n[3] = { 0 }, decided = 0, i, all = json_array_size(items);
	int column;

	for (i = 0; i < all; i++) {
		const json_t *item = json_array_get(items, i);
		char class_ = json_str_or(item, "class", "?")[0];

		if (class_ >= 'A' && class_ <= 'C')
			n[class_ - 'A']++;
		decided += decision_of(a, v, item) != NULL || class_ == 'C';
	}
	column = area_right(area, 0, area.columns - 1, STYLE_TITLE,
	    mem_printf(a->frame, "decided %zu/%zu", decided, all));
	column = area_right(area, 0, column - 3, STYLE_CLASS_C,
	    mem_printf(a->frame, "C %zu", n[2]));
	column = area_right(area, 0, column - 2, STYLE_CLASS_B,
	    mem_printf(a->frame, "B %zu", n[1]));
	column = area_right(area, 0, column - 2, STYLE_CLASS_A,
	    mem_printf(a->frame, "A %zu", n[0]));
	area_fit(area, 0, 1, column - 2, STYLE_TITLE, mem_printf(a->frame,
	    "Drift items%s%s", v->filter != ALL ? ": " : "",
	    names[v->filter]));
}

static void
fill_attributes(const json_t *item, struct doc *d)
{
	const json_t *list = json_object_get(item, "attributes");
	int first = 14, half, width;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	for (i = 0; i < json_array_size(list); i++) {
		width = 3 + utf8_width(json_str_or(json_array_get(list, i),
		    "name", ""));
		first = width > first ? width : first;
	}
	if (first > doc_width(d) / 2)
		first = doc_width(d) / 2;
	half = first + (doc_width(d) - first) / 2;
	doc_gap(d);
	doc_break(d);
	doc_column(d, first);
	doc_put(d, STYLE_LABEL, "expected");
	doc_column(d, half);
	doc_put(d, STYLE_LABEL, "actual");
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *t = json_array_get(list, i);
		const char *expected = json_str(t, "expected");
		char *cut = utf8_fit(d, expected != NULL ? expected : "–",
		    half - first - 1, false);

		doc_break(d);
		doc_put(d, STYLE_LABEL, "  ");
		doc_put(d, STYLE_LABEL, utf8_fit(d, json_str_or(t, "name", ""),
		    first - 3, false));
		doc_column(d, first);
		doc_put(d, STYLE_DIFF_ADD, cut);
		doc_column(d, half);
		doc_put(d, STYLE_DIFF_DROP, json_str_or(t, "actual", "–"));
	}
}

static void
fill_comments(struct app *a, const json_t *item, struct doc *d)
{
	const struct run_state *s = a->state;
	size_t i;

	for (i = 0; i < s->note_count; i++)
		if (s->notes[i].item != NULL && str_equal(s->notes[i].item,
		    json_str(item, "id")))
			doc_field_printf(d, "Comment", STYLE_TEXT, "%s (%s)",
			    s->notes[i].text, s->notes[i].principal);
}

static void
fill_detail(struct app *a, struct drift_view *v, const json_t *item,
    struct doc *d)
{
	const struct decision_state *is = decision_of(a, v, item);
	const char *class_ = json_str_or(item, "class", "?");
	const json_t *figures = json_object_get(item, "figures");
	const char *sql = json_str(item, "forward_sql");
	const char *codify = json_str(item, "codify_sql");
	enum style s;
	const char *glyph = change_glyph(item, &s);
	size_t i;

	doc_break(d);
	doc_printf(d, s, "%s ", glyph);
	doc_put(d, STYLE_TITLE, json_str_or(item, "key",
	    json_str_or(item, "title", "")));
	doc_right(d, style_of_class(class_), mem_printf(a->frame, "class %s",
	    class_));
	fill_attributes(item, d);
	doc_gap(d);
	doc_field(d, "Reasons", STYLE_WARNING, json_words(a->frame,
	    json_object_get(item, "reasons")));
	for (i = 0; i < json_array_size(figures); i++)
		doc_field(d, i == 0 ? "Data" : "", STYLE_TEXT,
		    json_string_value(json_array_get(figures, i)));
	doc_field(d, "Lock", STYLE_TEXT, json_str(item, "lock"));
	if (sql != NULL && *sql != '\0') {
		doc_gap(d);
		doc_wrap(d, 0, STYLE_LABEL, "m  the migrations are right: "
		    "this runs on the database");
		doc_sql(d, 2, sql);
	}
	if (codify != NULL && *codify != '\0') {
		doc_gap(d);
		doc_wrap(d, 0, STYLE_LABEL, "b  the database is right: "
		    "this becomes a migration");
		doc_sql(d, 2, codify);
	}
	doc_gap(d);
	if (is != NULL)
		doc_field_printf(d, "Decided", STYLE_DONE, "%s, by %s%s%s",
		    truth_words(is, item), is->principal, is->reason != NULL ?
		    ": " : "", is->reason != NULL ? is->reason : "");
	fill_comments(a, item, d);
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
	fill_detail(a, v, item, d);
	doc_draw(d, area, &v->detail);
}

static void
draw_list(struct app *a, struct drift_view *v, struct area area)
{
	int i;

	list_fit(&v->list, count_of(a, v), area.rows);
	for (i = 0; i < area.rows && v->list.top + i < v->list.count; i++) {
		draw_item(a, v, area, i, item_at(a, v, v->list.top + i));
		if (v->list.top + i == v->list.cursor)
			area_mark(area, i, CELL_SELECTED |
			    (v->at_right ? CELL_AWAY : 0));
	}
	if (v->list.count == 0)
		area_put(area, 0, 1, STYLE_MUTED, "no items");
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
		list_fit(&v->list, count_of(a, v), rest.rows);
		if (v->at_right)
			draw_detail(a, v, rest, item_at(a, v, v->list.cursor));
		else
			draw_list(a, v, rest);
		return;
	}
	draw_list(a, v, area_columns(rest, 0, left));
	for (row = 0; row < rest.rows; row++)
		area_put(rest, row, left, v->at_right ? STYLE_TITLE :
		    STYLE_BORDER, "│");
	draw_detail(a, v, area_columns(rest, left + 1, -1),
	    item_at(a, v, v->list.cursor));
}

/* ---- keys ---------------------------------------------------------------------------- */

static bool
can(struct app *a, void *self, enum action action)
{
	struct drift_view *v = self;
	bool is_asked = question_of(a, v) != NULL;

	switch (action) {
	case ACTION_DRIFT_MIGRATIONS:
	case ACTION_DRIFT_DATABASE:
	case ACTION_DRIFT_OUT:
	case ACTION_DRIFT_COMMENT:
		return is_asked && item_at(a, v, v->list.cursor) != NULL;
	case ACTION_DRIFT_FINISH:
		return is_asked;
	case ACTION_SEARCH_NEXT:
	case ACTION_SEARCH_PREVIOUS:
		return a->search[0] != '\0';
	default:
		return true;
	}
}

static size_t
undecided(struct app *a, const struct drift_view *v)
{
	const json_t *items = items_of(a, v);
	size_t i, count = 0;

	for (i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		count += str_equal(truth_words(decision_of(a, v, item), item),
		    "undecided");
	}
	return count;
}

static const char *
hint(struct app *a, void *self, enum action action)
{
	struct drift_view *v = self;

	size_t open = drift_undecided(a, state_step(a->state, v->step));

	if (action == ACTION_DRIFT_FINISH && open > 0)
		return mem_printf(a->frame, "finish (%zu left)", open);
	if (action == ACTION_DRIFT_OPEN && a->columns < SPLIT && !v->at_right)
		return "detail";
	if (action == ACTION_DRIFT_CLOSE && v->at_right)
		return "list";
	if (action == ACTION_DRIFT_FINISH && undecided(a, v) > 0)
		return mem_printf(a->frame, "finish (%zu left)",
		    undecided(a, v));
	/* So that "finish" has room, too. */
	if (action == ACTION_DRIFT_MIGRATIONS && a->columns < SPLIT)
		return "migrations";
	if (action == ACTION_DRIFT_DATABASE && a->columns < SPLIT)
		return "database";
	return NULL;
}

static void
decide(struct app *a, struct drift_view *v, const char *truth,
    const char *reason)
{
	const json_t *item = item_at(a, v, v->list.cursor);
	json_t *fields = json_pack("{s:s, s:s, s:s}", "step", v->step, "item",
	    json_str_or(item, "id", ""), "truth", truth);

	if (reason != NULL)
		json_object_set_new(fields, "reason",
		    json_text(reason, strlen(reason)));
	/* The cursor stays: a key pressed twice must not decide the next one. */
	app_send(a, INTENT_DECIDE, fields);
}

static void
reason_given(struct app *a, void *arg, const char *text)
{
	decide(a, arg, "out_of_scope", text);
}

static void
comment_given(struct app *a, void *arg, const char *text)
{
	struct drift_view *v = arg;
	const json_t *item = item_at(a, v, v->list.cursor);

	app_send(a, INTENT_COMMENT, json_pack("{s:s, s:s, s:o}", "step",
	    v->step, "item", json_str_or(item, "id", ""), "text",
	    json_text(text, strlen(text))));
}

static void
search(struct app *a, struct drift_view *v, int direction)
{
	int i;

	for (i = v->list.cursor + direction; i >= 0 && i < v->list.count;
	    i += direction) {
		const json_t *item = item_at(a, v, i);

		if (strcasestr(json_str_or(item, "key", ""), a->search) !=
		    NULL || strcasestr(json_str_or(item, "title", ""),
		    a->search) != NULL) {
			v->list.cursor = i;
			return;
		}
	}
	app_say(a, STYLE_WARNING, "not found: %s", a->search);
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct drift_view *v = self;

	(void)k;
	switch (action) {
	case ACTION_DRIFT_MIGRATIONS:
		decide(a, v, "migrations", NULL);
		break;
	case ACTION_DRIFT_DATABASE:
		decide(a, v, "database", NULL);
		break;
	case ACTION_DRIFT_OUT:
		app_ask(a, "Out of scope, because:", reason_given,
		    v)->wants_text = true;
		break;
	case ACTION_DRIFT_COMMENT:
		app_ask(a, "Comment:", comment_given, v)->wants_text = true;
		break;
	case ACTION_DRIFT_FINISH:
		app_send(a, INTENT_FINISH_REVIEW, json_pack("{s:s}", "step",
		    v->step));
		break;
	case ACTION_DRIFT_FILTER:
		v->filter = (enum filter)((v->filter + 1) % FILTERS);
		v->list.cursor = 0;
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

/* A step's place in the run; the number of steps where there is none. */
static size_t
index_of(const struct run_state *s, const char *step)
{
	size_t i;

	for (i = 0; i < s->step_count; i++)
		if (str_equal(s->steps[i].id, step))
			break;
	return i;
}

/* The newest drift report that this step, or one before it, has left. */
static json_t *
load_report(struct app *a, const char *step)
{
	const struct run_state *s = a->state;
	size_t i;

	for (i = s->artifact_count; i > 0; i--) {
		const struct artifact_state *f = &s->artifacts[i - 1];
		struct error err;
		char *path, *text;
		size_t size;
		json_t *j;

		if (!str_ends(f->name, "drift.json") ||
		    index_of(s, f->step) > index_of(s, step))
			continue;
		path = f->name[0] == '/' ? mem_strdup(a->frame, f->name) :
		    path_join(a->frame, a->set.folder, f->name);
		if (file_read(a->frame, path, REPORT_MAX, &text, &size,
		    &err) == 0 && json_parse(text, size, &j, &err) == 0)
			return j;
	}
	return NULL;
}

void
drift_open(struct app *a, struct step_state *step)
{
	struct drift_view *v;

	if (step == NULL || app_has(a, &drift_view))
		return;
	v = NEW(a, struct drift_view);
	v->step = mem_strdup(v, step->id);
	if (question_of(a, v) == NULL) {
		v->report = load_report(a, step->id);
		if (v->report != NULL)
			json_owned(v, v->report);
	}
	if (items_of(a, v) == NULL) {
		app_say(a, STYLE_MUTED, "no drift items are known yet");
		talloc_free(v);
		return;
	}
	v->list.count = count_of(a, v);
	app_push(a, &drift_view, v);
}
