/*
 * view/failure.c - a step has failed, was cancelled, or its outcome is not
 * known: what happened, what stands, and what can be done about it.
 */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/list.h"
#include "view/view.h"
#include "view/words.h"

struct failure {
	char		*step;
	struct scroller	 at;
};

static bool
is_failed(const struct step_state *step)
{
	return step != NULL && (step->status == STEP_FAILED ||
	    step->status == STEP_CANCELLED || step->status == STEP_UNKNOWN);
}

static const struct statement_state *
failed_statement(const struct attempt_state *t)
{
	size_t i;

	for (i = 0; t != NULL && i < t->statement_count; i++)
		if (t->statements[i].error != NULL)
			return &t->statements[i];
	return NULL;
}

static void
fill(struct app *a, const struct step_state *step, struct doc *d)
{
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *e = step_last_error(step);
	const struct statement_state *st = failed_statement(t);
	const char *undo = json_str(t != NULL ? t->shown : NULL, "undo");

	doc_field(d, "Why", STYLE_FAILED, failure_reason(a->frame, step));
	doc_field(d, "SQLSTATE", STYLE_TEXT, json_str(e, "sqlstate"));
	doc_field(d, "Detail", STYLE_ERROR_TEXT, json_str(e, "detail"));
	doc_field(d, "Hint", STYLE_TEXT, json_str(e, "hint"));
	if (st != NULL) {
		doc_field_printf(d, "Statement", STYLE_MUTED, "number %d, "
		    "after %s", st->number, duration_short(a->frame, st->ms));
		doc_sql(d, 10, st->text);
	}
	doc_field(d, "Stands", STYLE_TEXT, step_refusal(step) != NULL ?
	    "nothing of this attempt ran" : t != NULL ? t->proof : NULL);
	if (t != NULL && t->query != NULL && *t->query != '\0') {
		doc_field(d, "Ask it", STYLE_MUTED, "this query proves it:");
		doc_sql(d, 10, t->query);
	}
	doc_field(d, "Way back", STYLE_TEXT, undo != NULL ? undo :
	    step->rollback);
}

/* The keys of the menu, each on a line, as far as they can act. */
static void
fill_menu(struct app *a, struct doc *d)
{
	static const enum action menu[] = {
		ACTION_FAIL_RETRY, ACTION_FAIL_TIMEOUTS, ACTION_FAIL_SKIP,
		ACTION_FAIL_GOTO, ACTION_FAIL_ROLLBACK, ACTION_FAIL_NOTE,
		ACTION_FAIL_HANDOVER, ACTION_FAIL_STOP, ACTION_FAIL_OUTPUT,
	};
	char key[16];
	size_t i;

	doc_gap(d);
	for (i = 0; i < COUNT_OF(menu); i++) {
		const struct keymap_row *row = keymap_row(menu[i]);

		if (menu[i] == ACTION_FAIL_ROLLBACK &&
		    state_rollback_phase(a->state) == NULL)
			continue;
		doc_break(d);
		doc_printf(d, STYLE_KEY, "  %s  ",
		    keymap_first_key(menu[i], key, sizeof(key)));
		doc_put(d, STYLE_TEXT, row->hint);
		doc_column(d, 32);
		doc_put(d, STYLE_MUTED, row->help);
	}
}

static void
render(struct app *a, void *self, struct area body)
{
	struct failure *v = self;
	struct step_state *step = a->state != NULL ?
	    state_step(a->state, v->step) : NULL;
	int rows, width = overlay_width(body, 116);
	struct area in;
	struct doc *d;

	if (step == NULL)
		return;
	d = doc_new(a->frame, width - 4);
	fill(a, step, d);
	fill_menu(a, d);
	rows = doc_lines(d) + 2;
	in = overlay_box(body, width, rows < body.rows ? rows : body.rows,
	    mem_printf(a->frame, "%s · %s", failure_word(step),
	    step_title(a->frame, a->state, step)));
	doc_draw(d, in, &v->at);
}

static bool
can(struct app *a, void *self, enum action action)
{
	struct failure *v = self;
	const struct step_state *step = state_step(a->state, v->step);

	switch (action) {
	case ACTION_FAIL_ROLLBACK:
		return state_rollback_phase(a->state) != NULL;
	case ACTION_FAIL_OUTPUT:
		return step != NULL && step->attempt_count > 0;
	case ACTION_FAIL_NOTE:
	case ACTION_FAIL_HANDOVER:
	case ACTION_FAIL_STOP:
	case ACTION_FAIL_DOWN:
	case ACTION_FAIL_UP:
		return true;
	default:
		return is_failed(step);
	}
}

static void
timeouts_given(struct app *a, void *arg, const char *text)
{
	struct failure *v = arg;
	struct error err;
	int64_t ms;

	error_clear(&err);
	if (duration_parse(text, &ms, &err) != 0)
		app_say(a, STYLE_FAILED, "%s", err.primary);
	else
		app_send(a, INTENT_RETRY, json_pack("{s:s, s:I}", "step",
		    v->step, "lock_timeout_ms", (json_int_t)ms));
}

static void
goto_given(struct app *a, void *arg, const char *text)
{
	char *line = mem_printf(a->frame, "goto %s", text);

	(void)arg;
	command_run(a, line);
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct failure *v = self;
	struct step_state *step = state_step(a->state, v->step);

	(void)k;
	switch (action) {
	case ACTION_FAIL_RETRY:
		app_send(a, INTENT_RETRY, json_pack("{s:s}", "step", v->step));
		break;
	case ACTION_FAIL_TIMEOUTS:
		app_ask(a, "Retry with this lock timeout (5s, 1m):",
		    timeouts_given, v)->wants_text = true;
		break;
	case ACTION_FAIL_SKIP:
		intent_with_reason(a, INTENT_SKIP, v->step,
		    "Skip it, because:");
		break;
	case ACTION_FAIL_GOTO:
		app_ask(a, "Go on at the step (number, id, or phase/number):", goto_given,
		    v)->wants_text = true;
		break;
	case ACTION_FAIL_ROLLBACK:
		command_run(a, "rollback");
		break;
	case ACTION_FAIL_NOTE:
		intent_note(a);
		break;
	case ACTION_FAIL_HANDOVER:
		handover_key(a, action);
		break;
	case ACTION_FAIL_STOP:
		command_run(a, "stop");
		break;
	case ACTION_FAIL_OUTPUT:
		pager_open(a, step, step_last_attempt(step)->number);
		break;
	case ACTION_FAIL_DOWN:
		scroller_by(&v->at, 1);
		break;
	case ACTION_FAIL_UP:
		scroller_by(&v->at, -1);
		break;
	default:
		break;
	}
}

/* Decided, here or elsewhere: the menu has done its work. */
static void
tick(struct app *a, void *self)
{
	struct failure *v = self;

	if (a->state != NULL && !is_failed(state_step(a->state, v->step)))
		app_leave(a, v);
}

static const struct view failure_view = {
	.place = PLACE_FAILURE,
	.render = render, .can = can, .act = act, .tick = tick,
};

void
failure_open(struct app *a, struct step_state *step)
{
	struct failure *v;

	if (app_has(a, &failure_view))
		return;
	a->host.flush_input(a->host.arg);
	v = NEW(a, struct failure);
	v->step = mem_strdup(v, step->id);
	app_push(a, &failure_view, v);
}
