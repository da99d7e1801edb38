/*
 * view/question.c - what a step asks a person: a checklist with fields to
 * fill in, or a choice.  Nothing is ticked or chosen beforehand.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/list.h"
#include "view/view.h"
#include "view/words.h"

struct question {
	char		*step;
	struct list	 list;
	bool		*ticks;		/* items */
	char		**fields;	/* fields; null: not filled in */
	int		 choice;	/* option; -1: none */
	size_t		 items, field_count, options;
};

static const json_t *
asked(struct app *a, const struct question *v)
{
	const struct step_state *step = a->state != NULL ?
	    state_step(a->state, v->step) : NULL;
	const struct attempt_state *t = step != NULL ?
	    step_last_attempt(step) : NULL;

	return t != NULL ? t->question : NULL;
}

static const json_t *
field_at(const json_t *q, size_t i)
{
	return json_array_get(json_object_get(q, "fields"), i);
}

/* ---- drawing -------------------------------------------------------------------- */

static void
draw_row(struct doc *d, bool is_here, const char *mark, enum style s,
    const char *text)
{
	doc_break(d);
	doc_put(d, is_here ? STYLE_KEY : STYLE_TEXT, is_here ? "> " : "  ");
	doc_put(d, STYLE_TEXT, mark);
	doc_flow(d, 2 + utf8_width(mark), s, text);
	if (is_here)
		doc_mark(d);
}

static void
fill_items(struct question *v, const json_t *q, struct doc *d)
{
	const json_t *items = json_object_get(q, "items");
	size_t i;

	for (i = 0; i < v->items; i++) {
		const char *text = json_string_value(json_array_get(items, i));

		draw_row(d, v->list.cursor == (int)i, v->ticks[i] ? "[x] " :
		    "[ ] ", v->ticks[i] ? STYLE_DONE : STYLE_TEXT,
		    text != NULL ? text : "");
	}
}

static void
fill_fields(struct question *v, const json_t *q, struct doc *d)
{
	size_t i;

	if (v->field_count > 0)
		doc_gap(d);
	for (i = 0; i < v->field_count; i++) {
		const json_t *f = field_at(q, i);

		draw_row(d, v->list.cursor == (int)(v->items + i), "",
		    STYLE_LABEL, json_str_or(f, "prompt",
		    json_str_or(f, "name", "")));
		doc_put(d, STYLE_LABEL, ": ");
		doc_flow(d, 4, v->fields[i] != NULL ? STYLE_INPUT : STYLE_MUTED,
		    v->fields[i] != NULL ? v->fields[i] : "…");
	}
}

static void
fill_options(struct question *v, const json_t *q, struct doc *d)
{
	const json_t *options = json_object_get(q, "options");
	size_t i;

	for (i = 0; i < v->options; i++) {
		const json_t *o = json_array_get(options, i);
		const char *leads = json_str(o, "goto");

		draw_row(d, v->list.cursor == (int)i, v->choice == (int)i ?
		    "(x) " : "( ) ", STYLE_KEY, json_str_or(o, "key", ""));
		doc_put(d, v->choice == (int)i ? STYLE_DONE : STYLE_TEXT, "  ");
		doc_flow(d, 9, v->choice == (int)i ? STYLE_DONE : STYLE_TEXT,
		    json_str_or(o, "text", ""));
		if (leads != NULL)
			doc_printf(d, STYLE_MUTED, "  → %s", leads);
	}
}

static void
render(struct app *a, void *self, struct area body)
{
	struct question *v = self;
	const struct step_state *step = state_step(a->state, v->step);
	const json_t *q = asked(a, v);
	int width = overlay_width(body, 100), rows;
	struct scroller at = { 0 };
	struct area in;
	struct doc *d;

	if (q == NULL || step == NULL)
		return;
	d = doc_new(a->frame, width - 4);
	doc_markdown(d, 0, json_str(q, "text") != NULL ? json_str(q, "text") :
	    step->why);
	doc_gap(d);
	fill_items(v, q, d);
	fill_options(v, q, d);
	fill_fields(v, q, d);
	rows = doc_lines(d) + 2;
	in = overlay_box(body, width, rows < body.rows ? rows : body.rows,
	    step_title(a->frame, a->state, step));
	list_fit(&v->list, (int)(v->items + v->options + v->field_count),
	    in.rows);
	if (doc_marked(d) >= in.rows - 1)
		at.top = doc_marked(d) - in.rows + 3;
	doc_draw(d, in, &at);
}

/* ---- the answer ---------------------------------------------------------------------- */

static bool
is_complete(const struct question *v)
{
	size_t i;

	for (i = 0; i < v->items; i++)
		if (!v->ticks[i])
			return false;
	for (i = 0; i < v->field_count; i++)
		if (v->fields[i] == NULL)
			return false;
	return v->options == 0 || v->choice >= 0;
}

static const char *
what_is_missing(const struct question *v)
{
	size_t i;

	if (v->options > 0)
		return "choose one with Space first";
	for (i = 0; i < v->items; i++)
		if (!v->ticks[i])
			return "tick every item first, with Space";
	return "fill in every field first, with Enter";
}

static json_t *
answer_of(const struct question *v, const json_t *q)
{
	json_t *items, *fields;
	size_t i;

	if (v->options > 0)
		return json_pack("{s:s}", "key", json_str_or(json_array_get(
		    json_object_get(q, "options"), (size_t)v->choice), "key",
		    ""));
	items = json_array();
	for (i = 0; i < v->items; i++)
		json_array_append_new(items, json_boolean(v->ticks[i]));
	fields = json_object();
	for (i = 0; i < v->field_count; i++)
		json_object_set_new(fields,
		    json_str_or(field_at(q, i), "name", ""),
		    json_text(v->fields[i], strlen(v->fields[i])));
	return json_pack("{s:o, s:o}", "items", items, "fields", fields);
}

static void
field_given(struct app *a, void *arg, const char *text)
{
	struct question *v = arg;
	size_t i = (size_t)v->list.cursor - v->items;

	if (i < v->field_count) {
		talloc_free(v->fields[i]);
		v->fields[i] = mem_strdup(v, text);
	}
	(void)a;
}

static void
edit(struct app *a, struct question *v, const json_t *q)
{
	const json_t *f;
	struct prompt *p;

	if ((size_t)v->list.cursor < v->items + v->options)
		return;
	f = field_at(q, (size_t)v->list.cursor - v->items);
	p = app_ask(a, mem_printf(a->frame, "%s:", json_str_or(f, "prompt",
	    json_str_or(f, "name", ""))), field_given, v);
	p->wants_text = true;
	p->pattern = json_str(f, "pattern");
}

static void
tick_item(struct question *v)
{
	if (v->options > 0)
		v->choice = v->choice == v->list.cursor ? -1 : v->list.cursor;
	else if ((size_t)v->list.cursor < v->items)
		v->ticks[v->list.cursor] = !v->ticks[v->list.cursor];
}

/* The option that has the key; -1: none. */
static int
option_of(struct app *a, struct question *v, const char *key)
{
	const json_t *options = json_object_get(asked(a, v), "options");
	size_t i;

	for (i = 0; i < v->options; i++)
		if (str_equal(json_str(json_array_get(options, i), "key"), key))
			return (int)i;
	return -1;
}

static bool
is_on_field(const struct question *v)
{
	return (size_t)v->list.cursor >= v->items + v->options;
}

/*
 * An option's own key moves there and chooses; the answer is another key.
 * Enter where nothing is to be filled in means what is at the cursor.
 */
static bool
type(struct app *a, void *self, const struct key_press *k)
{
	struct question *v = self;
	int option = k->is_pasted ? -1 : option_of(a, v, k->name);

	if (option < 0 && !k->is_pasted && str_equal(k->name, "Enter") &&
	    asked(a, v) != NULL && !is_on_field(v)) {
		v->choice = -1;
		tick_item(v);
		return true;
	}
	if (option < 0)
		return false;
	v->list.cursor = v->choice = option;
	return true;
}

static bool
takes(struct app *a, void *self, const char *key)
{
	return option_of(a, self, key) >= 0;
}

static bool
can(struct app *a, void *self, enum action action)
{
	struct question *v = self;

	if (asked(a, v) == NULL)
		return action == ACTION_BACK;
	switch (action) {
	case ACTION_ASK_TICK:
		return v->items + v->options > 0 && !is_on_field(v);
	case ACTION_ASK_EDIT:
		return v->field_count > 0 && is_on_field(v);
	case ACTION_ASK_ANSWER:
		return true;
	case ACTION_SEARCH:
	case ACTION_SEARCH_NEXT:
	case ACTION_SEARCH_PREVIOUS:
		return false;
	default:
		return true;
	}
}

static const char *
hint(struct app *a, void *self, enum action action)
{
	struct question *v = self;

	(void)a;
	if (action == ACTION_DOWN && v->list.count > 1)
		return "down";
	if (action == ACTION_UP && v->list.count > 1)
		return "up";
	if (action == ACTION_ASK_TICK && v->options > 0)
		return "choose";
	if (action == ACTION_ASK_ANSWER && !is_complete(v))
		return "answer (not complete yet)";
	return NULL;
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct question *v = self;
	const json_t *q = asked(a, v);

	(void)k;
	if (list_act(&v->list, action) || q == NULL)
		return;
	if (action == ACTION_ASK_TICK)
		tick_item(v);
	else if (action == ACTION_ASK_EDIT)
		edit(a, v, q);
	else if (action == ACTION_ASK_ANSWER && !is_complete(v))
		app_say(a, STYLE_WARNING, "not answered: %s",
		    what_is_missing(v));
	else if (action == ACTION_ASK_ANSWER)
		app_send(a, INTENT_ANSWER, json_pack("{s:s, s:o}", "step",
		    v->step, "answer", answer_of(v, q)));
}

static void
tick(struct app *a, void *self)
{
	struct question *v = self;

	if (asked(a, v) == NULL)
		app_leave(a, v);
}

static const struct view question_view = {
	.place = PLACE_QUESTION, .is_list = true, .render = render,
	.can = can, .act = act, .type = type, .takes = takes,
	.tick = tick, .hint = hint,
};

void
question_open(struct app *a, struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	struct question *v;

	if (t == NULL || t->question == NULL || app_has(a, &question_view))
		return;
	a->host.flush_input(a->host.arg);
	v = NEW(a, struct question);
	v->step = mem_strdup(v, step->id);
	v->items = json_array_size(json_object_get(t->question, "items"));
	v->options = json_array_size(json_object_get(t->question, "options"));
	v->field_count = json_array_size(json_object_get(t->question,
	    "fields"));
	v->ticks = NEW_ARRAY(v, bool, v->items + 1);
	v->fields = NEW_ARRAY(v, char *, v->field_count + 1);
	v->choice = -1;
	v->list.count = (int)(v->items + v->options + v->field_count);
	app_push(a, &question_view, v);
}
