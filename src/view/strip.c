/*
 * view/strip.c - the strip below: one sentence about now, with its reason,
 * and one about what comes of itself next.
 */

#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/decision.h"
#include "run/prospect.h"
#include "view/view.h"
#include "view/words.h"

#define STRIP_LINES	3

int
strip_rows(const struct app *a, int rows)
{
	(void)a;
	return rows >= 30 ? STRIP_LINES : rows >= 26 ? 2 : 1;
}

/* A line that begins with a word and goes on with a sentence. */
static void
say(struct doc *d, enum style style, const char *word, const char *rest)
{
	doc_break(d);
	doc_put(d, STYLE_TEXT, " ");
	doc_put(d, style, word);
	doc_printf(d, STYLE_TEXT, "  %s", rest);
}

static void
more(struct doc *d, enum style style, const char *text)
{
	char *line = mem_strdup(d, text);

	/* The strip has a line for it, whatever the text has. */
	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	doc_break(d);
	doc_printf(d, style, " %s", line);
	talloc_free(line);
}

/* How to see to it; nothing where it is being seen to. */
static const char *
press(const struct app *a, const char *what)
{
	return app_is_at(a, PLACE_SIGNOFF) || app_is_at(a, PLACE_FAILURE) ||
	    app_is_at(a, PLACE_QUESTION) || app_is_at(a, PLACE_DRIFT) ? "" :
	    what;
}

/* ---- what needs a person ---------------------------------------------------- */

static char *
rule_words(struct app *a, const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	char *from = json_words(a->frame, json_object_get(step->rule, "from"));
	int64_t min = json_int(step->rule, "min", 1);

	return mem_printf(a->frame, "%s%s, %d of %" PRId64 " signed",
	    from != NULL ? "by " : "", from != NULL ? from : "by anyone here",
	    signs_that_hold(step, t != NULL ? t->digest : NULL, a->now_us), min);
}

/* In a reviewer's copy: what it is, and from whom. */
static void
say_request(struct app *a, struct doc *d)
{
	const json_t *r = a->state->request;
	const struct sign_state sign = { .strength = "ssh",
	    .key = json_str(r, "key") };
	const char *by = json_str(r, "signed_by");

	if (r == NULL)
		return;
	more(d, STYLE_WARNING, mem_printf(a->frame, "a request, not the run "
	    "itself, %s: what you sign becomes a file to send back",
	    by != NULL ? mem_printf(a->frame, "signed by %s (%s)", by,
	    sign_strength(a->frame, &sign)) : "not signed"));
}

static void
say_signoff(struct app *a, struct doc *d, const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	const char *undo = json_str(t != NULL ? t->shown : NULL, "undo");

	say(d, STYLE_CALL, "NEEDS YOU", mem_printf(a->frame,
	    "%ssign-off, class %s, for %s", press(a, "press s: "),
	    step->class_ != NULL ? step->class_ : "?",
	    step_title(a->frame, a->state, step)));
	say_request(a, d);
	more(d, STYLE_MUTED, mem_printf(a->frame, "to be signed %s",
	    rule_words(a, step)));
	if (undo != NULL)
		more(d, STYLE_MUTED, mem_printf(a->frame, "way back: %s", undo));
}

static void
say_failure(struct app *a, struct doc *d, const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *error = step_last_error(step);
	const char *detail = json_str(error, "detail");

	say(d, step->status == STEP_UNKNOWN ? STYLE_UNKNOWN : STYLE_DANGER,
	    failure_word(step), mem_printf(a->frame, "%s%s · %s",
	    press(a, "press s: "), step_title(a->frame, a->state, step),
	    failure_reason(a->frame, step)));
	if (detail != NULL && *detail != '\0')
		more(d, STYLE_ERROR_TEXT, detail);
	if (step->plan_error != NULL || step_refusal(step) != NULL)
		more(d, STYLE_TEXT, "nothing of this attempt ran");
	else if (t != NULL && t->proof != NULL)
		more(d, STYLE_TEXT, t->proof);
	else if (step->status == STEP_UNKNOWN)
		more(d, STYLE_TEXT, "nothing runs until somebody decides");
}

static void
say_held(struct app *a, struct doc *d, const struct step_state *step)
{
	say(d, STYLE_DANGER, "HELD", mem_printf(a->frame, "%s%s no longer fits "
	    "into the window", press(a, "press s to extend it: "),
	    step_title(a->frame, a->state, step)));
	more(d, STYLE_WARNING, extension_words(a->frame, step));
	more(d, STYLE_MUTED, "or  :skip  :goto  :rollback  :abandon");
}

/* The rollback runbook is no part of what is to be done. */
static char *
ready_words(struct app *a)
{
	const struct run_state *s = a->state;
	size_t i, steps = 0, phases = 0;

	for (i = 0; i < s->phase_count; i++)
		if (!s->phases[i].is_rollback) {
			phases++;
			steps += s->phases[i].step_count;
		}
	return mem_printf(a->frame, "press s to start: %zu step%s in %zu "
	    "phase%s", steps, steps == 1 ? "" : "s", phases,
	    phases == 1 ? "" : "s");
}

static void
say_decision(struct app *a, struct doc *d, const struct step_state *step)
{
	size_t open = state_undecided(a->state, step);
	size_t to_sign = state_unsigned(a->state, step);

	if (open > 0 && open == to_sign) {
		say(d, STYLE_CALL, "NEEDS YOU", mem_printf(a->frame,
		    "%s%zu decision%s to sign", app_is_at(a, PLACE_DRIFT) ?
		    "press s: " : press(a, "press s to look over them: "),
		    open, open == 1 ? "" : "s"));
		say_request(a, d);
		return;
	}
	if (open == 0) {
		say(d, STYLE_CALL, "NEEDS YOU", app_is_at(a, PLACE_DRIFT) ?
		    "every item is decided: press s to go on" :
		    "every item is decided: press s to look over them and "
		    "go on");
		say_request(a, d);
		more(d, STYLE_MUTED, "a decision can still be changed");
		return;
	}
	say(d, STYLE_CALL, "NEEDS YOU", mem_printf(a->frame,
	    "%s%zu drift item%s to decide%s", press(a, "press s: "),
	    open - to_sign, open - to_sign == 1 ? "" : "s", to_sign == 0 ? "" :
	    mem_printf(a->frame, ", %zu to sign", to_sign)));
	say_request(a, d);
	more(d, STYLE_MUTED, "each item: are the migrations right, or the "
	    "database? s finishes when all are decided");
}

static void
say_needs(struct app *a, struct doc *d, const char *needs)
{
	const struct run_state *s = a->state;
	const struct step_state *step = app_current(a);
	const char *title = step != NULL ? step_title(a->frame, s, step) : "";

	if (str_equal(needs, "start")) {
		say(d, STYLE_CALL, "READY", ready_words(a));
		more(d, STYLE_MUTED, mem_printf(a->frame, "first: %s; nothing "
		    "that changes data runs before somebody has signed for it",
		    title));
	} else if (str_equal(needs, "resume")) {
		say(d, STYLE_CALL, "PAUSED", mem_printf(a->frame,
		    "press s to go on; no further step starts by itself"));
		more(d, STYLE_MUTED, mem_printf(a->frame, "next: %s", title));
	} else if (step == NULL) {
		say(d, STYLE_CALL, "NEEDS YOU", "press s");
	} else if (str_equal(needs, "extension")) {
		say_held(a, d, step);
	} else if (str_equal(needs, "sign-off")) {
		say_signoff(a, d, step);
	} else if (str_equal(needs, "failure")) {
		say_failure(a, d, step);
	} else if (str_equal(needs, "decision")) {
		say_decision(a, d, step);
	} else {
		say(d, STYLE_CALL, "NEEDS YOU", mem_printf(a->frame,
		    "%s%s", press(a, "press s to answer: "), title));
	}
}

/* ---- what happens by itself ---------------------------------------------------- */

/* "orders ← 812 app idle in transaction 41s "SELECT …"" */
static char *
blocker_words(struct app *a, const json_t *report)
{
	const json_t *b = json_array_get(json_object_get(report, "blockers"), 0);
	int64_t age = json_int(b, "xact_age_ms", -1);

	if (b == NULL)
		return mem_strdup(a->frame, json_str_or(report, "relation", ""));
	return mem_printf(a->frame, "%s ← %" PRId64 " %s %s %s \"%s\"",
	    json_str_or(report, "relation", ""), json_int(b, "pid", 0),
	    json_str_or(b, "application", json_str_or(b, "user", "")),
	    json_str_or(b, "state", ""),
	    age >= 0 ? span_short(a->frame, age) : "",
	    json_str_or(b, "query", ""));
}

static const char *
limit_words(struct app *a, int64_t limit)
{
	return limit <= 0 ? "" :
	    mem_printf(a->frame, " (limit %" PRId64 ")", limit);
}

static const char *
timeout_words(struct app *a, const json_t *report)
{
	int64_t left = json_int(report, "lock_timeout_ms", 0) -
	    json_int(report, "waited_ms", 0);

	return json_int(report, "lock_timeout_ms", 0) <= 0 ? "" :
	    mem_printf(a->frame, " · gives up in %s",
	    duration_short(a->frame, left > 0 ? left : 0));
}

static void
say_waiting(struct app *a, struct doc *d)
{
	const json_t *r = a->state->locks;
	size_t queued = json_array_size(json_object_get(r, "queued"));

	say(d, STYLE_WAITING, mem_printf(a->frame, "WAITING %s",
	    duration_short(a->frame, json_int(r, "waited_ms", 0))),
	    blocker_words(a, r));
	more(d, queued > 0 ? STYLE_WARNING : STYLE_MUTED, mem_printf(a->frame,
	    "L shows who, and can end them · %zu session%s behind us%s%s",
	    queued, queued == 1 ? " queues" : "s queue",
	    limit_words(a, json_int(r, "queue_limit", 0)),
	    timeout_words(a, r)));
}

/* It was in the way of the last try, and may be in that of the next. */
static void
say_again(struct app *a, struct doc *d)
{
	say(d, STYLE_WAITING, "TRIES AGAIN", a->state->status_text != NULL ?
	    a->state->status_text : "");
	more(d, STYLE_WARNING, mem_printf(a->frame,
	    "it waited for %s · L shows who, and can end them",
	    blocker_words(a, a->state->locks)));
}

static const char *
amount(const void *frame, int64_t n, const char *unit)
{
	return str_equal(unit, "bytes") ? str_bytes(frame, n) :
	    str_count(frame, n);
}

/* total is above 0 */
static int
percent_of(const struct step_state *step)
{
	return step->progress_done >= step->progress_total ? 100 : (int)
	    ((double)step->progress_done * 100 /
	    (double)step->progress_total);
}

static void
draw_cells(struct doc *d, int percent)
{
	int cells = 24, filled = percent * cells / 100, i;

	doc_printf(d, STYLE_TEXT, " %3d %% ", percent);
	for (i = 0; i < cells; i++)
		doc_put(d, i < filled ? STYLE_PROGRESS : STYLE_MUTED,
		    i < filled ? "█" : "░");
}

/* What is known of how far it is; nothing is made up for what is not. */
static void
draw_progress(struct doc *d, const struct step_state *step, void *frame)
{
	const char *unit = step->progress_unit != NULL ?
	    step->progress_unit : "";
	const char *word = str_equal(unit, "bytes") ? "" :
	    mem_printf(frame, " %s", unit);
	int64_t done = step->progress_done, total = step->progress_total;

	doc_break(d);
	if (total > 0) {
		draw_cells(d, percent_of(step));
		doc_printf(d, STYLE_MUTED, " %s of %s%s",
		    amount(frame, done, unit), amount(frame, total, unit),
		    word);
	} else {
		doc_printf(d, STYLE_TEXT, " %s%s so far",
		    amount(frame, done, unit), word);
	}
	if (step->progress_rate > 0)
		doc_printf(d, STYLE_MUTED, " · %s%s/s",
		    amount(frame, step->progress_rate, unit), word);
	if (step->progress_remaining_ms > 0)
		doc_printf(d, STYLE_TEXT, " · about %s left",
		    span_short(frame, step->progress_remaining_ms));
	if (step->progress_text != NULL)
		doc_printf(d, STYLE_MUTED, " · %s", step->progress_text);
}

/* A command tells no more of how far it is than what it has printed. */
static void
draw_output(struct app *a, struct doc *d, const struct step_state *step)
{
	int64_t ms = step_elapsed_ms(step, a->now_us);

	doc_break(d);
	doc_printf(d, STYLE_MUTED, " %s of output so far",
	    str_bytes(a->frame, step->output_size));
	if (ms >= 2000)
		doc_printf(d, STYLE_MUTED, " · %s/s on average",
		    str_bytes(a->frame, step->output_size * 1000 / ms));
}

/* What the step was expected to take, and whether there is a way back. */
static void
say_prospects(struct app *a, struct doc *d, const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	const char *undo = json_str(t != NULL ? t->shown : NULL, "undo");
	struct buffer *b = buffer_new(a->frame);

	if (undo == NULL)
		undo = step->rollback;
	if (step_rehearsed_ms(a->state, step) >= 0)
		buffer_printf(b, "rehearsed %s", duration_short(a->frame,
		    step_rehearsed_ms(a->state, step)));
	else if (step->estimate_ms >= 0)
		buffer_printf(b, "expected to take %s",
		    duration_short(a->frame, step->estimate_ms));
	if (undo != NULL)
		buffer_printf(b, "%sway back: %s", b->size > 0 ? " · " : "",
		    undo);
	if (b->size > 0)
		more(d, STYLE_MUTED, b->data);
}

/* Where there is one line for all of it: "62 %, about 1m left · ". */
static const char *
brief_progress(struct app *a, const struct step_state *step)
{
	const char *left = step->progress_remaining_ms > 0 ?
	    mem_printf(a->frame, ", about %s left", span_short(a->frame,
	    step->progress_remaining_ms)) : "";

	if (step->progress_total > 0)
		return mem_printf(a->frame, "%d %%%s · ",
		    percent_of(step), left);
	return step->progress_done <= 0 ? "" : mem_printf(a->frame,
	    "%s %s so far · ", amount(a->frame, step->progress_done,
	    step->progress_unit), str_equal(step->progress_unit, "bytes") ?
	    "" : step->progress_unit);
}

static void
say_running(struct app *a, struct doc *d, const struct step_state *step,
    bool is_brief)
{
	const struct run_state *s = a->state;
	const char *text = s->status_text != NULL ? s->status_text :
	    step->kind != NULL ? step->kind : "";

	if (json_flag(s->locks, "waiting")) {
		say_waiting(a, d);
	} else {
		say(d, STYLE_RUNNING, mem_printf(a->frame, "RUNNING %s",
		    duration_short(a->frame, step_elapsed_ms(step, a->now_us))),
		    mem_printf(a->frame, "%s%s · %s%s%s",
		    is_brief ? brief_progress(a, step) : "",
		    step_title(a->frame, s, step), text,
		    s->status_reason != NULL ? ", because " : "",
		    s->status_reason != NULL ? s->status_reason : ""));
	}
	if (step->warning != NULL)
		more(d, STYLE_WARNING, step->warning);
	if (step->progress_total > 0 || step->progress_done > 0)
		draw_progress(d, step, a->frame);
	else if (step->output_size > 0 && str_equal(step->kind, "run"))
		draw_output(a, d, step);
	say_prospects(a, d, step);
}

static void
say_closed(struct app *a, struct doc *d)
{
	const struct run_state *s = a->state;
	bool is_done = str_equal(s->outcome, "done");

	say(d, is_done ? STYLE_DONE : STYLE_FAILED,
	    is_done ? "DONE" : "CLOSED", mem_printf(a->frame,
	    "the run is closed%s%s; nothing more will happen",
	    is_done ? "" : ": ", is_done ? "" :
	    s->outcome != NULL ? outcome_words(s->outcome) :
	    "no outcome was told"));
	if (s->run != NULL)
		more(d, STYLE_MUTED, mem_printf(a->frame,
		    "its evidence:  pgrunbook report %s   pgrunbook verify %s",
		    s->run, s->run));
}

/* It is passed on: before all else for whoever may take it. */
static void
say_handover(struct app *a, struct doc *d)
{
	const char *words = handover_words(a);

	if (words == NULL)
		return;
	say(d, STYLE_CALL, "PASSED ON", mem_printf(a->frame, "%s%s",
	    handover_is_mine(a) ? "press H to take it over: " :
	    "not taken over yet: ", words));
}

static void
compose(struct app *a, struct doc *d, bool is_brief)
{
	const struct run_state *s = a->state;
	const struct step_state *step = app_current(a);
	const char *needs = app_needs(a);

	if (s == NULL) {
		say(d, STYLE_MUTED, "ATTACHING", "reading what has happened");
	} else if (s->is_closed) {
		say_closed(a, d);
	} else if (a->gone != NULL) {
		say(d, STYLE_DANGER, "ENGINE GONE", mem_printf(a->frame,
		    "press s to start it again: %s", a->gone));
		more(d, STYLE_TEXT, "Nothing is lost: what happened is in the "
		    "journal, what is not known will be asked of the server.");
	} else if (needs != NULL) {
		say_needs(a, d, needs);
	} else if (step != NULL && step->status == STEP_RUNNING) {
		say_running(a, d, step, is_brief);
	} else if (step != NULL && json_flag(s->locks, "waiting")) {
		say_again(a, d);
	} else if (step != NULL) {
		say(d, STYLE_MUTED, "NEXT", mem_printf(a->frame, "%s%s%s",
		    step_title(a->frame, s, step),
		    s->status_text != NULL ? " · " : "",
		    s->status_text != NULL ? s->status_text : ""));
	} else {
		say(d, STYLE_MUTED, "ALL DONE",
		    s->status_text != NULL ? s->status_text : "");
	}
}

void
strip_draw(struct app *a, struct area area)
{
	struct doc *d = doc_new(a->frame, area.columns);

	/* Where there is one line, it says what can be done here. */
	if (a->gone == NULL && (area.rows >= 2 || handover_is_mine(a)))
		say_handover(a, d);
	compose(a, d, area.rows < 2);
	doc_draw_top(d, area);
}
