/*
 * view/signoff.c - the ceremony: what will run, where, what it costs,
 * whether it can be undone; then one key (class A) or the database's name
 * (class B).
 *
 * What was typed before the box was on screen is thrown away; pasted text is
 * refused; nothing is preselected but no; time-out is no: what was half typed
 * is thrown away, and the next key only wakes the box.  What is signed is
 * the digest of what was shown: where it changes, the box says so and signs
 * no more.
 */

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/changed.h"
#include "view/list.h"
#include "view/prompt.h"
#include "view/view.h"
#include "view/words.h"

#define TIMEOUT_MS	(2 * 60 * 1000)
#define WORST_SHOWN	3	/* statements, where not all are asked for */

struct signoff {
	char		*step, *digest;
	char		*glass;		/* the reason to break it; null: whole */
	bool		 is_typing;
	char		 typed[128];
	bool		 all;		/* every statement, and the whole text */
	struct scroller	 at;
	int64_t		 last_key_ms;
	bool		 is_asleep;	/* nobody was at the keys for a while */
	int64_t		 sent;		/* our intent, until it is answered */
};

static const struct attempt_state *
attempt_of(struct app *a, const struct signoff *v)
{
	const struct step_state *step = state_step(a->state, v->step);

	return step != NULL ? step_last_attempt(step) : NULL;
}

/* Does the run still wait for sign-offs of this step? */
static bool
is_waited_for(struct app *a, const struct signoff *v)
{
	const struct step_state *step = state_step(a->state, v->step);

	return step != NULL && step == app_current(a) &&
	    str_equal(app_needs(a), "sign-off");
}

/* And of exactly what was shown? */
static bool
is_valid(struct app *a, const struct signoff *v)
{
	const struct attempt_state *t = attempt_of(a, v);

	return is_waited_for(a, v) && t != NULL &&
	    str_equal(t->digest, v->digest);
}

static bool
wants_name(const struct step_state *step)
{
	return str_equal(json_str_or(step->rule, "ceremony",
	    str_equal(step->class_, "B") ? "typed" : "key"), "typed");
}

/* ---- what will run --------------------------------------------------------------- */

static void
fill_where(struct app *a, const struct step_state *step, struct doc *d)
{
	/* As it is signed: a step may work on another database than its target's. */
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *on = json_object_get(t != NULL ? t->shown : NULL,
	    "target");
	const char *environment = json_str_or(on, "environment", "?");

	if (!json_is_object(on)) {
		doc_field(d, "On", STYLE_TEXT, "no database");
		return;
	}
	doc_break(d);
	doc_put(d, STYLE_LABEL, "On");
	doc_column(d, 10);
	doc_put(d, style_of_environment(environment), environment_block(
	    a->frame, environment, a->set.is_mono));
	doc_flow(d, 10, STYLE_TEXT, mem_printf(a->frame,
	    " %s  role %s  system %s  @ %s", json_str_or(on, "database", "?"),
	    json_str_or(on, "role", "?"),
	    json_str_or(on, "system_identifier", "?"),
	    json_str_or(on, "host", "?")));
}

static int
class_rank(const json_t *statement)
{
	switch (json_str_or(statement, "class", "R")[0]) {
	case 'B':
		return 0;
	case 'A':
		return 1;
	default:
		return 2;
	}
}

static void
fill_statement(struct app *a, struct doc *d, const json_t *st, size_t number,
    size_t count, bool whole)
{
	const char *lock = json_str(st, "lock"), *cost = json_str(st, "cost");
	const char *reason = json_str_or(st, "reason", "");
	const char *class_ = json_str_or(st, "class", "?");

	doc_gap(d);
	doc_break(d);
	doc_printf(d, STYLE_MUTED, "  %zu/%zu  ", number, count);
	doc_printf(d, style_of_class(class_), "%s  ", class_);
	if (!whole)
		doc_put(d, STYLE_TEXT, json_str_or(st, "text", ""));
	doc_wrap(d, 10, style_of_class(class_), mem_printf(a->frame,
	    "%s%s%s%s%s", reason, lock != NULL ? " · " : "",
	    lock != NULL ? lock : "", cost != NULL ? " · " : "",
	    cost != NULL ? cost : ""));
	if (whole)
		doc_sql(d, 10, json_str_or(st, "text", ""));
}

/* Worst first: B, then A, then R; within a class as they run. */
static void
fill_statements(struct app *a, struct signoff *v, struct doc *d,
    const json_t *list)
{
	size_t count = json_array_size(list), shown = 0, i;
	int rank;

	for (rank = 0; rank < 3; rank++)
		for (i = 0; i < count; i++) {
			const json_t *st = json_array_get(list, i);

			if (class_rank(st) != rank || (!v->all &&
			    shown >= WORST_SHOWN && rank > 0))
				continue;
			fill_statement(a, d, st, i + 1, count, v->all);
			shown++;
		}
	if (shown < count) {
		doc_break(d);
		doc_put(d, STYLE_KEY, "  v  ");
		doc_printf(d, STYLE_TEXT, "%zu more", count - shown);
	}
}

static void
fill_runs(struct app *a, const struct step_state *step, const json_t *shown,
    struct doc *d)
{
	const json_t *list = json_object_get(shown, "statements");
	const json_t *lines = json_object_get(shown, "lines");
	size_t count = json_array_size(list), i;
	const char *rehearsal = json_str(shown, "rehearsal");

	if (count > 0)
		doc_field_printf(d, "Runs", STYLE_TEXT,
		    "%zu statement%s, sha256 %s%s%s", count, count == 1 ? "" :
		    "s", short_digest(a->frame, json_str(shown, "sha256")),
		    rehearsal != NULL ? ", " : "",
		    rehearsal != NULL ? rehearsal : "");
	else
		doc_field_printf(d, "Runs", STYLE_TEXT, "%s%s%s",
		    step->kind != NULL ? step->kind : "a step",
		    json_str(shown, "sha256") != NULL ? ", sha256 " : "",
		    short_digest(a->frame, json_str(shown, "sha256")));
	/* A command's lines are the values that it is run with. */
	for (i = 0; i < json_array_size(lines); i++)
		doc_field(d, i > 0 ? "" : str_equal(step->kind, "run") ?
		    "With" : "Costs", STYLE_WARNING,
		    json_string_value(json_array_get(lines, i)));
}

/* The statements, or the text where there are none. */
static void
fill_text(struct app *a, struct signoff *v, const json_t *shown, struct doc *d)
{
	const json_t *list = json_object_get(shown, "statements");
	size_t count = json_array_size(list);

	fill_statements(a, v, d, list);
	if (count == 0 || (v->all && json_str(shown, "text") != NULL)) {
		doc_gap(d);
		if (count > 0)
			doc_wrap(d, 2, STYLE_LABEL, "The whole text:");
		doc_wrap(d, 2, STYLE_TEXT, json_str_or(shown, "text", ""));
	}
}

static void
fill_signed(struct app *a, const struct step_state *step, struct doc *d)
{
	size_t i;

	for (i = 0; i < step->sign_count; i++) {
		const struct sign_state *g = &step->signs[i];
		const struct attempt_state *t = step_last_attempt(step);

		if (g->is_void || t == NULL || !str_equal(g->digest, t->digest))
			continue;
		doc_field_printf(d, g->is_refusal ? "Refused" : "Signed",
		    style_of_sign(g),
		    "%s  %s  %s  %s%s%s%s%s", g->principal != NULL ?
		    g->principal : "?", g->role != NULL ? g->role : "",
		    sign_strength(a->frame, g),
		    hour_minute(a->frame, g->at_us),
		    g->expires_us != 0 ? ", valid until " : "",
		    g->expires_us != 0 ? hour_minute(a->frame, g->expires_us) :
		    "", g->reason != NULL ? ": " : "",
		    g->reason != NULL ? g->reason : "");
	}
}

/* What was signed for last and is no more, beside what would run now. */
static void
fill_changed(const struct step_state *step, const json_t *shown, struct doc *d)
{
	const struct sign_state *last = NULL;
	size_t i;

	for (i = 0; i < step->sign_count; i++)
		if (step->signs[i].is_void)
			last = &step->signs[i];
	if (last == NULL || last->shown == NULL)
		return;
	doc_gap(d);
	doc_break(d);
	doc_printf(d, STYLE_DANGER, "What %s signed is void. It has changed:",
	    last->principal);
	changed_fill(d, last->shown, shown);
}

static void
fill(struct app *a, struct signoff *v, const struct step_state *step,
    struct doc *d)
{
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *shown = t != NULL ? t->shown : NULL;
	char *from = json_words(a->frame, json_object_get(step->rule, "from"));
	const char *undo = json_str(shown, "undo");
	bool is_loss = undo == NULL || strstr(undo, "irreversible") != NULL;
	int64_t min = json_int(step->rule, "min", 1);
	int hold = signs_that_hold(step, v->digest, a->now_us);

	fill_where(a, step, d);
	fill_runs(a, step, shown, d);
	doc_field(d, "Back", is_loss ? STYLE_DANGER : STYLE_TEXT,
	    undo != NULL ? undo : step->rollback != NULL ? step->rollback :
	    "nothing is known of a way back");
	fill_signed(a, step, d);
	fill_changed(step, shown, d);
	doc_field_printf(d, "Wants", STYLE_TEXT, "%" PRId64 " sign-off%s by %s%s; "
	    "%s so far", min, min == 1 ? "" : "s",
	    from != NULL ? from : "anyone here",
	    json_flag(step->rule, "signed") ? ", with an ssh signature" : "",
	    hold == 0 ? "none" : mem_printf(a->frame, "%d", hold));
	fill_text(a, v, shown, d);
	doc_gap(d);
	doc_field(d, "Digest", STYLE_MUTED, v->digest);
	if (*head_code(a->frame, state_head(a->state)) != '\0')
		doc_field(d, "Journal", STYLE_MUTED, mem_printf(a->frame,
		    "head %s, record %" PRId64, head_code(a->frame,
		    state_head(a->state)), a->state->last_seq));
}

/* ---- drawing ------------------------------------------------------------------------ */

static void
draw_question(struct app *a, struct signoff *v, const struct step_state *step,
    struct area area)
{
	bool is_narrow = area.columns < 76;
	int column;

	if (!is_valid(a, v)) {
		area_fit(area, 0, 0, area.columns, STYLE_DANGER,
		    !is_waited_for(a, v) ? "This no longer waits for a sign-off." :
		    "VOID: what would run has changed. Leave with Esc and look "
		    "at it anew.");
		return;
	}
	if (v->sent != 0) {
		area_put(area, 0, 0, STYLE_MUTED, "signing …");
		return;
	}
	if (v->is_asleep) {
		area_put(area, 0, 0, STYLE_WARNING, "Nobody was here for two "
		    "minutes: nothing is signed. Any key goes on.");
		return;
	}
	if (v->is_typing) {
		column = area_put(area, 0, 0, STYLE_CALL, is_narrow ?
		    "The database's name, and Enter: " :
		    "To run it, type the database's name and Enter: ");
		column = area_put(area, 0, column + 1, STYLE_INPUT,
		    input_tail(v->typed, area.columns - column - 2));
		area_cursor(area, 0, column);
		return;
	}
	column = area_put(area, 0, 0, STYLE_TEXT, wants_name(step) ?
	    "Nothing is signed.  To sign, press " : "Nothing is signed.  "
	    "One key signs: ");
	column = area_put(area, 0, column, STYLE_KEY, "a");
	area_put(area, 0, column, STYLE_TEXT, !wants_name(step) ? "" :
	    is_narrow ? ", and type its name." :
	    "; the database's name is asked for.");
}

static void
render(struct app *a, void *self, struct area body)
{
	struct signoff *v = self;
	struct step_state *step = a->state != NULL ?
	    state_step(a->state, v->step) : NULL;
	struct area in;
	struct doc *d;
	char *title;
	int rows, width = overlay_width(body, 116);

	if (step == NULL)
		return;
	d = doc_new(a->frame, width - 4);
	fill(a, v, step, d);
	rows = doc_lines(d) + 4;
	title = mem_printf(a->frame, "Sign-off · class %s · %s",
	    step->class_ != NULL ? step->class_ : "?",
	    step_title(a->frame, a->state, step));
	in = overlay_box(body, width, rows < body.rows ? rows : body.rows,
	    title);
	doc_draw(d, area_rows(in, 0, in.rows - 2), &v->at);
	draw_question(a, v, step, area_rows(in, in.rows - 1, 1));
}

/* ---- keys ------------------------------------------------------------------------------ */

static void
send_sign(struct app *a, struct signoff *v, bool with_name)
{
	json_t *fields = json_pack("{s:s, s:s}", "step", v->step, "digest",
	    v->digest);

	if (with_name)
		json_object_set_new(fields, "typed", json_string(v->typed));
	if (v->glass != NULL) {
		json_object_set_new(fields, "break_glass", json_true());
		json_object_set_new(fields, "note", json_text(v->glass,
		    strlen(v->glass)));
		TALLOC_FREE(v->glass);
	}
	v->is_typing = false;
	if (app_send(a, INTENT_SIGN, fields))
		v->sent = a->sent;
	v->typed[0] = '\0';
}

static void
name_typed(struct app *a, struct signoff *v)
{
	const struct step_state *step = state_step(a->state, v->step);
	const char *wanted = json_str_or(step->rule, "type_this", "");

	if (!is_valid(a, v))
		app_say(a, STYLE_DANGER, "not signed: what would run has changed");
	else if (*wanted != '\0' && !str_equal(v->typed, wanted))
		app_say(a, STYLE_WARNING, "not signed: \"%s\" is not the "
		    "database's name", v->typed);
	else if (v->typed[0] != '\0')
		send_sign(a, v, true);
	v->typed[0] = '\0';
	v->is_typing = false;
}

static bool
type(struct app *a, void *self, const struct key_press *k)
{
	struct signoff *v = self;

	v->last_key_ms = a->mono_ms;
	if (v->is_asleep) {
		/* Whoever comes back has not read what this key would sign. */
		v->is_asleep = false;
		a->host.flush_input(a->host.arg);
		return true;
	}
	if (!v->is_typing)
		return false;
	if (k->is_pasted) {
		v->typed[0] = '\0';
		app_say(a, STYLE_WARNING,
		    "pasted text is refused here: type the name by hand");
	} else if (str_equal(k->name, "Enter")) {
		name_typed(a, v);
	} else if (str_equal(k->name, "Esc") || str_equal(k->name, "^C")) {
		v->is_typing = false;
		v->typed[0] = '\0';
		app_say(a, STYLE_MUTED, "not signed");
	} else {
		input_key(v->typed, sizeof(v->typed), k);
	}
	return true;
}

static bool
can(struct app *a, void *self, enum action action)
{
	struct signoff *v = self;

	switch (action) {
	case ACTION_SIGN_APPROVE:
	case ACTION_SIGN_REFUSE:
		return v->sent == 0 && !v->is_typing && is_valid(a, v);
	case ACTION_SIGN_BREAK:
		return v->sent == 0 && !v->is_typing && is_valid(a, v) &&
		    json_flag(state_step(a->state, v->step)->rule,
		    "break_glass");
	case ACTION_SIGN_DETAILS:
	case ACTION_SIGN_COPY:
	case ACTION_SIGN_BACK:
		return !v->is_typing;
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
	struct signoff *v = self;
	const struct step_state *step = state_step(a->state, v->step);

	if (action == ACTION_DOWN)
		return "down";
	if (action == ACTION_SIGN_DETAILS)
		return v->all ? "the worst alone" : "details";
	if (action == ACTION_SIGN_APPROVE && step != NULL && wants_name(step))
		return "sign, by the database's name";
	return NULL;
}

static const char *
line(struct app *a, void *self)
{
	struct signoff *v = self;

	(void)a;
	return v->is_asleep ? "any key goes on; it does nothing else" :
	    v->is_typing ? "Enter sign, if it is the database's name   "
	    "Esc no   pasted text is refused" : NULL;
}

static void
refused(struct app *a, void *arg, const char *text)
{
	struct signoff *v = arg;

	app_send(a, INTENT_REFUSE, json_pack("{s:s, s:s, s:o}", "step", v->step,
	    "digest", v->digest, "reason", json_text(text, strlen(text))));
}

static void
approve(struct app *a, struct signoff *v)
{
	const struct step_state *step = state_step(a->state, v->step);

	if (!wants_name(step)) {
		send_sign(a, v, false);
		return;
	}
	a->host.flush_input(a->host.arg);
	v->is_typing = true;
	v->typed[0] = '\0';
}

static void
glass_reason(struct app *a, void *arg, const char *text)
{
	struct signoff *v = arg;

	v->glass = mem_strdup(v, text);
	approve(a, v);
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct signoff *v = self;

	(void)k;
	switch (action) {
	case ACTION_SIGN_APPROVE:
		TALLOC_FREE(v->glass);
		approve(a, v);
		break;
	case ACTION_SIGN_BREAK:
		app_ask(a, "BREAK THE GLASS, alone, because:", glass_reason,
		    v)->wants_text = true;
		break;
	case ACTION_SIGN_REFUSE:
		app_ask(a, "Refuse it, because:", refused, v)->wants_text = true;
		break;
	case ACTION_SIGN_DETAILS:
		v->all = !v->all;
		scroller_top(&v->at);
		break;
	case ACTION_SIGN_COPY:
		a->host.copy(a->host.arg, v->digest);
		app_say(a, STYLE_MUTED, "copied: %s", v->digest);
		break;
	case ACTION_SIGN_BACK:
		app_pop(a);
		app_say(a, STYLE_MUTED, "nothing was signed");
		break;
	default:
		scroller_act(&v->at, action);
	}
}

static void
tick(struct app *a, void *self)
{
	struct signoff *v = self;

	/* A reason is being written, or the help read. */
	if (a->prompt.is_open || !app_is_at(a, PLACE_SIGNOFF))
		v->last_key_ms = a->mono_ms;
	if (a->mono_ms - v->last_key_ms > TIMEOUT_MS && v->sent == 0) {
		v->is_asleep = true;
		v->is_typing = false;
		v->typed[0] = '\0';
	}
	if (v->sent != 0 && a->sent != v->sent)
		v->sent = 0;		/* answered */
	/* It is enough, or it was refused: the box has done its work. */
	if (!is_waited_for(a, v) && !v->is_typing && attempt_of(a, v) != NULL)
		app_leave(a, v);
}

static void
event(struct app *a, void *self, const struct event *e)
{
	struct signoff *v = self;

	if (e->type != EVENT_SIGNED ||
	    !str_equal(json_str(e->data, "step"), v->step))
		return;
	app_say(a, STYLE_DONE, "signed by %s%s%s",
	    json_str_or(e->data, "principal", "?"),
	    *head_code(a->frame, e->hash) != '\0' ?
	    "; the journal's head is " : "", head_code(a->frame, e->hash));
	/* Our own: the box has done its work, though others may have to sign. */
	if (v->sent != 0)
		app_leave(a, v);
}

static const struct view signoff_view = {
	.place = PLACE_SIGNOFF, .is_list = true,
	.render = render, .can = can, .act = act, .type = type,
	.event = event, .tick = tick, .hint = hint, .line = line,
};

void
signoff_open(struct app *a, struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	struct signoff *v;

	if (t == NULL || t->digest == NULL || app_has(a, &signoff_view))
		return;
	a->host.flush_input(a->host.arg);
	v = NEW(a, struct signoff);
	v->step = mem_strdup(v, step->id);
	v->digest = mem_strdup(v, t->digest);
	v->last_key_ms = a->mono_ms;
	app_push(a, &signoff_view, v);
}
