/* view/app.c - keys and events in, a canvas and intents out (view/app.h). */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/prompt.h"
#include "view/view.h"
#include "view/words.h"

#define ROWS_MIN	16
#define COLUMNS_MIN	60
#define MESSAGE_MS	4000
#define MESSAGE_BAD_MS	20000	/* a refusal or a warning wants to be read */

static int
app_destroy(struct app *a)
{
	size_t i;

	for (i = 0; i < a->journal_count; i++)
		json_decref(a->journal[i].data);
	return 0;
}

struct app *
app_new(const void *owner, const struct app_settings *settings,
    const struct app_host *host)
{
	struct app *a = NEW(owner, struct app);

	talloc_set_destructor(a, app_destroy);
	a->set = *settings;
	a->host = *host;
	a->asked_again = ACTION_NONE;
	a->frame = talloc_new(a);
	return a;
}

struct app *
app_new_run(const void *owner, const struct app_settings *settings,
    const struct app_host *host)
{
	struct app *a = app_new(owner, settings, host);

	run_view_open(a);
	return a;
}

/* ---- the run ---------------------------------------------------------------- */

void
app_set_state(struct app *a, struct run_state *state)
{
	a->state = state;
}

static void
journal_add(struct app *a, const struct event *e)
{
	struct journal_row *r;
	void *scratch = talloc_new(NULL);

	if (a->journal_count % 256 == 0)
		GROW(a, a->journal, struct journal_row, a->journal_count + 256);
	r = &a->journal[a->journal_count++];
	r->seq = e->seq;
	r->at_us = e->at_us;
	r->type = e->type;
	r->style = style_of_event(e);
	r->words = event_words(scratch, a->state, e);
	r->words = mem_strdup(a->journal, r->words);
	r->data = json_incref(e->data);
	talloc_free(scratch);
}

void
app_event(struct app *a, const struct event *e)
{
	int i;

	/* The engine says all from the start to whoever comes (again). */
	if (e->seq != 0 && (a->journal_count == 0 ||
	    e->seq > a->journal[a->journal_count - 1].seq))
		journal_add(a, e);
	if (e->type == EVENT_ANNOUNCE)
		app_say(a, STYLE_WARNING, "%s", json_str_or(e->data, "text", ""));
	/* From the top: a view may leave by what it hears. */
	for (i = a->depth - 1; i >= 0; i--)
		if (i < a->depth && a->stack[i].view->event != NULL)
			a->stack[i].view->event(a, a->stack[i].self, e);
}

void
app_reply(struct app *a, int64_t id, const struct error *err)
{
	if (id == a->sent)
		a->sent = 0;
	if (err == NULL)
		return;
	app_say(a, STYLE_FAILED, "not done: %s%s%s", err->primary,
	    err->hint[0] != '\0' ? " · " : "", err->hint);
}

void
app_engine_gone(struct app *a, const char *why)
{
	talloc_free(a->frame);
	a->frame = talloc_new(a);
	a->gone = mem_strdup(a, why);
	a->sent = 0;
}

struct step_state *
app_current(const struct app *a)
{
	if (a->state == NULL || a->state->current >= a->state->step_count)
		return NULL;
	return &a->state->steps[a->state->current];
}

const char *
app_needs(const struct app *a)
{
	if (a->state == NULL || a->state->is_closed)
		return NULL;
	return state_waits_for(a->state);
}

bool
app_send(struct app *a, enum intent_type t, json_t *fields)
{
	struct error err;

	error_clear(&err);
	if (a->gone != NULL) {
		json_decref(fields);
		app_say(a, STYLE_DANGER, "the engine has gone: s starts it again");
		return false;
	}
	if (a->host.send(a->host.arg, t, fields, &a->sent, &err) == 0)
		return true;
	app_say(a, STYLE_DANGER, "not sent: %s", err.primary);
	return false;
}

void
app_see_to_it(struct app *a)
{
	struct step_state *step = app_current(a);
	const char *needs = app_needs(a);

	if (a->gone != NULL && a->state != NULL && !a->state->is_closed)
		a->wish = WISH_ENGINE;
	else if (needs == NULL)
		app_say(a, STYLE_MUTED, "nothing needs a person now");
	else if (str_equal(needs, "start"))
		app_send(a, INTENT_START, json_object());
	else if (str_equal(needs, "resume"))
		app_send(a, INTENT_RESUME, json_object());
	else if (step == NULL)
		return;
	else if (str_equal(needs, "extension"))
		extend_ask(a);
	else if (str_equal(needs, "sign-off"))
		signoff_open(a, step);
	else if (str_equal(needs, "decision"))
		drift_open(a, step);
	else if (str_equal(needs, "answer"))
		question_open(a, step);
	else
		failure_open(a, step);
}

/* ---- views -------------------------------------------------------------------- */

void
app_push(struct app *a, const struct view *v, void *self)
{
	if (a->depth == VIEWS_MAX)
		app_pop(a);
	a->stack[a->depth].view = v;
	a->stack[a->depth].self = talloc_steal(a, self);
	a->depth++;
	a->asked_again = ACTION_NONE;
}

void
app_pop(struct app *a)
{
	if (a->depth == 0)
		return;
	a->depth--;
	talloc_free(a->stack[a->depth].self);
	a->asked_again = ACTION_NONE;
}

void
app_leave(struct app *a, const void *self)
{
	int i;

	for (i = 0; i < a->depth && a->stack[i].self != self; i++)
		;
	if (i == a->depth)
		return;
	a->prompt.is_open = false;
	talloc_free(a->stack[i].self);
	a->depth--;
	for (; i < a->depth; i++)
		a->stack[i] = a->stack[i + 1];
	a->asked_again = ACTION_NONE;
}

bool
app_has(const struct app *a, const struct view *v)
{
	int i;

	for (i = 0; i < a->depth; i++)
		if (a->stack[i].view == v)
			return true;
	return false;
}

bool
app_is_at(const struct app *a, enum place p)
{
	return a->stack[a->depth - 1].view->place == p;
}

void
app_say(struct app *a, enum style s, const char *fmt, ...)
{
	va_list args;

	talloc_free(a->message);
	va_start(args, fmt);
	a->message = memory_check(talloc_vasprintf(a, fmt, args));
	va_end(args);
	a->message_style = s;
	a->message_ms = a->mono_ms;
}

/* The keys come back to the footer; a question stays until it is answered. */
static void
forget_message(struct app *a)
{
	int64_t shown_ms = a->mono_ms - a->message_ms;

	if (a->message != NULL && a->asked_again == ACTION_NONE &&
	    shown_ms > (a->message_style == STYLE_FAILED ||
	    a->message_style == STYLE_DANGER ||
	    a->message_style == STYLE_WARNING ? MESSAGE_BAD_MS : MESSAGE_MS))
		TALLOC_FREE(a->message);
}

bool
app_sure(struct app *a, enum action action, const char *question)
{
	char key[16];

	if (a->asked_again == action) {
		a->asked_again = ACTION_NONE;
		return true;
	}
	a->asked_again = action;
	a->host.flush_input(a->host.arg);
	app_say(a, STYLE_WARNING, "%s  press %s again; any other key: no",
	    question, keymap_first_key(action, key, sizeof(key)));
	return false;
}

enum app_wish
app_take_wish(struct app *a)
{
	enum app_wish w = a->wish;

	a->wish = WISH_NOTHING;
	return w;
}

/* ---- keys ----------------------------------------------------------------------- */

/* Those of ANYWHERE are the app's; the others the view's. */
static bool
is_of_view(enum action action)
{
	return keymap_row(action)->place != PLACE_ANYWHERE;
}

/* The run is to go on, and nobody is there to carry it. */
static bool
lacks_engine(const struct app *a)
{
	return a->gone != NULL && a->state != NULL && !a->state->is_closed;
}

enum action
app_find_action(struct app *a, const struct key_press *k)
{
	const struct view *v = a->stack[a->depth - 1].view;

	if (lacks_engine(a) && v->place != PLACE_HELP &&
	    keymap_find(PLACE_ANYWHERE, false, k) == ACTION_NEEDS)
		return ACTION_NEEDS;
	return keymap_find(v->place, v->is_list, k);
}

bool
app_can(struct app *a, enum action action)
{
	const struct view *v = a->stack[a->depth - 1].view;

	/* "n" goes on with a search, too. */
	if (a->gone != NULL && keymap_is_for_engine(action) &&
	    !(action == ACTION_RUN_NOTE && a->search[0] != '\0'))
		return false;
	if (action == ACTION_NEEDS && lacks_engine(a))
		return true;
	if (action == ACTION_NEEDS)
		return v->place != PLACE_SIGNOFF && v->place != PLACE_FAILURE &&
		    v->place != PLACE_QUESTION && a->state != NULL &&
		    !a->state->is_closed && app_needs(a) != NULL;
	if (action == ACTION_HELP)
		return v->place != PLACE_HELP;
	if (!is_of_view(action))
		return true;
	return v->can == NULL || v->can(a, a->stack[a->depth - 1].self, action);
}

static void
search_done(struct app *a, void *arg, const char *text)
{
	const struct view *v = a->stack[a->depth - 1].view;

	(void)arg;
	strncpy(a->search, text, sizeof(a->search) - 1);
	if (a->search[0] != '\0' && v->is_list)
		v->act(a, a->stack[a->depth - 1].self, ACTION_SEARCH_NEXT, NULL);
}

static void
command_done(struct app *a, void *arg, const char *text)
{
	(void)arg;
	command_run(a, text);
}

static void
act(struct app *a, enum action action, const struct key_press *k)
{
	const struct view *v = a->stack[a->depth - 1].view;

	switch (action) {
	case ACTION_NEEDS:
		app_see_to_it(a);
		break;
	case ACTION_HELP:
		help_open(a);
		break;
	case ACTION_BACK:
		if (a->depth > 1)
			app_pop(a);
		else
			a->wish = WISH_LEAVE;
		break;
	case ACTION_COMMAND:
		if (a->state != NULL)
			app_ask(a, ":", command_done, NULL);
		break;
	case ACTION_REDRAW:
		a->wish = WISH_REDRAW;
		break;
	case ACTION_SEARCH:
		app_ask(a, "/", search_done, NULL);
		break;
	default:
		v->act(a, a->stack[a->depth - 1].self, action, k);
	}
}

/* ^C stops nothing; these do what it may have been pressed for. */
static const char *
what_leaves(struct app *a)
{
	if (a->state == NULL)
		return "q leaves";
	if (app_is_at(a, PLACE_RUN) && app_can(a, ACTION_RUN_CANCEL))
		return "q leaves the run as it is; C cancels what runs";
	return a->depth > 1 ? "q goes back; nothing has been stopped" :
	    "q leaves the run as it is";
}

void
app_key(struct app *a, const struct key_press *k)
{
	const struct view *v = a->stack[a->depth - 1].view;
	enum action action;

	talloc_free_children(a->frame);
	TALLOC_FREE(a->message);
	if (a->prompt.is_open) {
		prompt_key(a, k);
		return;
	}
	if (v->type != NULL && v->type(a, a->stack[a->depth - 1].self, k))
		return;
	if (k->is_pasted) {
		app_say(a, STYLE_WARNING, "pasted text is not taken for keys");
		return;
	}
	action = app_find_action(a, k);
	if (a->asked_again != ACTION_NONE && action != a->asked_again) {
		a->asked_again = ACTION_NONE;
		app_say(a, STYLE_MUTED, "not done");
		return;
	}
	if (action == ACTION_NONE) {
		if (str_equal(k->name, "^C"))
			app_say(a, STYLE_MUTED, "%s", what_leaves(a));
		else if (k->is_text)
			app_say(a, STYLE_MUTED, "%s does nothing here; ? shows "
			    "the keys", k->name);
		return;
	}
	if (app_can(a, action))
		act(a, action, k);
	else if (a->gone != NULL && keymap_is_for_engine(action))
		app_say(a, STYLE_DANGER, "the engine has gone: s starts it again");
	else
		app_say(a, STYLE_MUTED, "%s does nothing now (%s)", k->name,
		    keymap_row(action)->help);
}

void
app_tick(struct app *a, int64_t now_us, int64_t mono_ms)
{
	int i;

	a->now_us = now_us;
	a->mono_ms = mono_ms;
	a->is_busy = false;
	talloc_free_children(a->frame);
	forget_message(a);
	for (i = a->depth - 1; i >= 0; i--)
		if (i < a->depth && a->stack[i].view->tick != NULL)
			a->stack[i].view->tick(a, a->stack[i].self);
}

bool
app_is_busy(const struct app *a)
{
	return a->is_busy;
}

/* ---- drawing ---------------------------------------------------------------------- */

int
overlay_width(struct area body, int columns)
{
	return body.columns - columns >= 12 ? columns : body.columns;
}

struct area
overlay_box(struct area body, int columns, int rows, const char *title)
{
	int up = body.rows - rows;

	columns = overlay_width(body, columns);
	body = area_columns(body, (body.columns - columns) / 2, columns);
	if (up > 0)
		body = area_rows(body, up / 2, rows);
	return area_box(body, STYLE_BORDER, title);
}

static void
draw_too_small(struct app *a, struct canvas *c)
{
	struct doc *d = doc_new(a->frame, c->columns);
	const char *needs = app_needs(a);

	doc_wrap(d, 0, needs != NULL ? STYLE_CALL : STYLE_TEXT,
	    mem_printf(a->frame, "%sThis screen needs at least %d columns and "
	    "%d rows; the run goes on untouched.",
	    needs != NULL ? "The run needs somebody. " : "", COLUMNS_MIN,
	    ROWS_MIN));
	doc_draw_top(d, canvas_area(c));
}

void
app_render(struct app *a, struct canvas *c)
{
	struct area all = canvas_area(c), body;
	int top = header_rows(a, c->columns), strip = strip_rows(a, c->rows);
	int i;

	talloc_free_children(a->frame);
	a->rows = c->rows;
	a->columns = c->columns;
	canvas_clear(c);
	if (c->rows < ROWS_MIN || c->columns < COLUMNS_MIN) {
		draw_too_small(a, c);
		return;
	}
	footer_draw(a, area_rows(all, c->rows - 1, 1));
	if (a->set.folder == NULL) {
		body = area_rows(all, 0, c->rows - 1);
	} else {
		header_draw(a, area_rows(all, 0, top));
		area_line(all, top, STYLE_BORDER);
		body = area_rows(all, top + 1, c->rows - top - strip - 3);
		area_line(all, c->rows - strip - 2, STYLE_BORDER);
		strip_draw(a, area_rows(all, c->rows - strip - 1, strip));
	}
	for (i = 0; i < a->depth; i++)
		if (i == a->depth - 1 || i == 0)
			a->stack[i].view->render(a, a->stack[i].self, body);
}
