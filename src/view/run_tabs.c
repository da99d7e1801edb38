/* view/run_tabs.c - the pages about one step (view/run_tabs.h). */

#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/lines.h"
#include "view/run_tabs.h"
#include "view/words.h"

const char *
run_tab_name(enum run_tab t)
{
	static const char *const names[TAB_COUNT] = {
		"Why", "SQL", "Output", "Locks", "Rehearsal", "Evidence",
		"Sign-offs"
	};

	return names[t];
}

static const json_t *
shown_of(const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);

	return t != NULL ? t->shown : NULL;
}

static bool
has_statements(const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);

	return (t != NULL && t->statement_count > 0) ||
	    json_array_size(json_object_get(shown_of(step), "statements")) > 0;
}

enum run_tab
run_tab_best(const struct step_state *step)
{
	if (step->status == STEP_PENDING)
		return TAB_WHY;
	if (has_statements(step) || step->rule != NULL)
		return TAB_SQL;
	if (step->output_size > 0 || step->status == STEP_RUNNING)
		return TAB_OUTPUT;
	return TAB_WHY;
}

/* ---- why ---------------------------------------------------------------------- */

static void
fill_error(struct app *a, const struct step_state *step, struct doc *d)
{
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *e = t != NULL ? t->error : NULL;
	const char *sqlstate = json_str_or(e, "sqlstate", "");

	if (e == NULL)
		return;
	doc_gap(d);
	doc_field_printf(d, "Error", STYLE_FAILED, "%s%s%s%s",
	    json_str_or(e, "primary", ""), *sqlstate ? " (SQLSTATE " : "",
	    sqlstate, *sqlstate ? ")" : "");
	doc_field(d, "Detail", STYLE_ERROR_TEXT, json_str(e, "detail"));
	doc_field(d, "Hint", STYLE_TEXT, json_str(e, "hint"));
	(void)a;
}

static void
fill_attempts(struct app *a, const struct step_state *step, struct doc *d)
{
	size_t i;

	if (step->attempt_count == 0 || step->attempts[0].started_us == 0)
		return;
	doc_heading(d, "Attempts");
	for (i = 0; i < step->attempt_count; i++) {
		const struct attempt_state *t = &step->attempts[i];

		if (t->started_us == 0)
			continue;
		doc_field_printf(d, mem_printf(a->frame, "%d", t->number),
		    STYLE_TEXT, "%s  %s%s%s", hour_minute(a->frame,
		    t->started_us), outcome_words(t->outcome),
		    t->finished_us != 0 ? " after " : "",
		    t->finished_us != 0 ? duration_short(a->frame,
		    (t->finished_us - t->started_us) / 1000) : "");
		doc_field(d, "", STYLE_MUTED, t->proof);
		doc_field(d, "", STYLE_SQL_IDENTIFIER, t->query);
	}
}

/* As the server had them when it was asked, not as they were asked for. */
static void
fill_settings(struct app *a, const struct step_state *step, struct doc *d)
{
	const struct attempt_state *t = step_last_attempt(step);

	if (t != NULL && t->session != NULL)
		doc_field(d, "Settings", STYLE_MUTED,
		    session_words(a->frame, t->session));
}

static void
fill_why(struct app *a, const struct step_state *step, struct doc *d)
{
	const struct run_state *s = a->state;
	const struct phase_state *p = &s->phases[step->phase];
	const struct target_state *t = step_target(s, step);
	const char *undo = json_str(shown_of(step), "undo");

	if (step->why != NULL)
		doc_markdown(d, 0, step->why);
	else if (step_number(s, step) == 1 && p->description != NULL)
		doc_markdown(d, 0, p->description);
	doc_gap(d);
	doc_field(d, "Kind", STYLE_TEXT, step->kind);
	doc_field_printf(d, "Class", style_of_class(step->class_), "%s%s",
	    step->class_ != NULL ? step->class_ : "?",
	    str_equal(step->class_, "B") ? "  potentially destructive" :
	    str_equal(step->class_, "A") ? "  safe, additive" :
	    str_equal(step->class_, "R") ? "  reads only" : "");
	if (t != NULL)
		doc_field_printf(d, "Target", STYLE_TEXT, "%s (%s)  %s @ %s",
		    t->name, t->environment != NULL ? t->environment : "?",
		    json_str_or(t->identity, "database", "?"),
		    json_str_or(t->identity, "host", "?"));
	else
		doc_field(d, "Target", STYLE_TEXT, step->target);
	doc_field(d, "Its URL", STYLE_WARNING, t != NULL ? t->note : NULL);
	if (step->estimate_ms >= 0)
		doc_field(d, "Estimate", STYLE_TEXT,
		    duration_short(a->frame, step->estimate_ms));
	doc_field(d, "Way back", STYLE_TEXT, undo != NULL ? undo :
	    step->rollback);
	doc_field(d, "Skipped", STYLE_SKIPPED, step->skip_reason);
	fill_settings(a, step, d);
	fill_error(a, step, d);
	fill_attempts(a, step, d);
	if (step_number(s, step) == 1 && step->why != NULL &&
	    p->description != NULL) {
		doc_heading(d, p->title != NULL ? p->title : p->name);
		doc_markdown(d, 0, p->description);
	}
}

/* ---- SQL, or the command ---------------------------------------------------------- */

/* What became of statement number n (from 1); null: nothing yet. */
static const struct statement_state *
statement_of(const struct attempt_state *t, int number)
{
	size_t i;

	for (i = 0; t != NULL && i < t->statement_count; i++)
		if (t->statements[i].number == number)
			return &t->statements[i];
	return NULL;
}

static void
fill_statement(struct app *a, struct doc *d, const struct statement_state *ran,
    const json_t *planned, int number, size_t count)
{
	const char *text = ran != NULL ? ran->text : json_str(planned, "text");
	const char *class_ = ran != NULL ? ran->class_ :
	    json_str(planned, "class");
	const char *cost = json_str(planned, "cost");
	const char *reason = json_str_or(planned, "reason", "");
	enum style style = ran == NULL ? STYLE_PENDING : ran->ms < 0 ?
	    STYLE_RUNNING : ran->error != NULL ? STYLE_FAILED : STYLE_DONE;
	const char *word = ran == NULL ? "" : ran->ms < 0 ? "runs" :
	    ran->error != NULL ? "failed" : "done";
	int64_t ms = ran == NULL ? -1 : ran->ms >= 0 ? ran->ms :
	    (a->now_us - ran->started_us) / 1000;

	doc_gap(d);
	doc_break(d);
	if (ran != NULL && (ran->ms < 0 || ran->error != NULL))
		doc_mark(d);
	doc_put(d, style, ran == NULL ? "  " : ran->ms < 0 ? "▶ " :
	    ran->error != NULL ? "✗ " : "✓ ");
	doc_printf(d, STYLE_MUTED, "%d/%zu  ", number, count);
	doc_printf(d, style_of_class(class_), "%s",
	    class_ != NULL ? class_ : "?");
	doc_printf(d, STYLE_MUTED, "  %s", reason);
	doc_right(d, style, mem_printf(a->frame, "%s%s%s", word,
	    ms >= 0 ? "  " : "", ms >= 0 ? duration_short(a->frame, ms) : ""));
	doc_sql(d, 4, text);
	if (cost != NULL)
		doc_wrap(d, 4, STYLE_MUTED, mem_printf(a->frame, "(%s)", cost));
	if (ran != NULL && ran->error != NULL)
		doc_wrap(d, 4, STYLE_FAILED,
		    json_str_or(ran->error, "primary", "it failed"));
	if (ran != NULL && ran->ms < 0 && json_flag(a->state->locks, "waiting"))
		doc_wrap(d, 4, STYLE_WAITING, mem_printf(a->frame,
		    "waiting for %s on %s",
		    json_str_or(a->state->locks, "mode", "a lock"),
		    json_str_or(a->state->locks, "relation", "?")));
}

static void
fill_sql(struct app *a, const struct step_state *step, struct doc *d)
{
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *shown = shown_of(step);
	const json_t *list = json_object_get(shown, "statements");
	size_t count = json_array_size(list), i;

	if (t != NULL && t->statement_count > count)
		count = t->statement_count;
	if (t == NULL) {
		doc_wrap(d, 0, STYLE_MUTED, "What runs is known once the step "
		    "is next: its values come from the steps before it.");
		return;
	}
	for (i = 0; i < json_array_size(json_object_get(shown, "lines")); i++)
		doc_wrap(d, 0, STYLE_WARNING, json_string_value(json_array_get(
		    json_object_get(shown, "lines"), i)));
	for (i = 0; i < count; i++)
		fill_statement(a, d, statement_of(t, (int)i + 1),
		    json_array_get(list, i), (int)i + 1, count);
	if (count == 0) {
		doc_gap(d);
		doc_wrap(d, 0, STYLE_TEXT, json_str_or(shown, "text",
		    "This step runs neither SQL nor a command."));
	}
	doc_gap(d);
	fill_settings(a, step, d);
	doc_field(d, "sha256", STYLE_MUTED, json_str(shown, "sha256"));
	doc_field(d, "digest", STYLE_MUTED, t->digest);
}

/* ---- output, locks --------------------------------------------------------------- */

/* Nothing will come of it any more. */
static bool
is_done_with(const struct step_state *step)
{
	return step->status == STEP_DONE || step->status == STEP_SKIPPED;
}

static void
fill_output(struct app *a, const struct step_state *step, struct doc *d, int rows)
{
	int attempt = (int)step->attempt_count > 0 ?
	    step_last_attempt(step)->number : 0;
	char *path = output_path(a->frame, a->set.folder, step, attempt);
	char **list = path != NULL ?
	    lines_tail(a->frame, path, rows > 2 ? rows - 2 : 1) : NULL;

	if (list == NULL || list[0] == NULL) {
		doc_wrap(d, 0, STYLE_MUTED, is_done_with(step) ?
		    "It has left no output." : "There is no output yet.");
		return;
	}
	for (; *list != NULL; list++) {
		doc_break(d);
		doc_put(d, STYLE_TEXT, *list);
	}
	doc_break(d);
	doc_put(d, STYLE_MUTED, "o opens all of it");
}

static void
fill_party(struct app *a, struct doc *d, const json_t *p, const char *arrow,
    bool is_marked)
{
	int depth = (int)json_int(p, "depth", 0);
	int64_t age = json_int(p, "xact_age_ms", -1);
	const char *relation = json_str_or(p, "relation", "");

	doc_break(d);
	doc_put(d, is_marked ? STYLE_KEY : STYLE_MUTED, is_marked ? "> " : "  ");
	doc_column(d, 2 + depth * 3);
	doc_printf(d, STYLE_WARNING, "%s %" PRId64, arrow, json_int(p, "pid", 0));
	doc_printf(d, STYLE_TEXT, "  %s %s", json_str_or(p, "user", ""),
	    json_str_or(p, "application", ""));
	doc_printf(d, STYLE_WAITING, "  %s%s%s", json_str_or(p, "state", ""),
	    age >= 0 ? " " : "", age >= 0 ? span_short(a->frame, age) : "");
	if (json_flag(p, "is_autovacuum"))
		doc_put(d, STYLE_MUTED, "  autovacuum (gives way by itself)");
	doc_break(d);
	doc_column(d, 5 + depth * 3);
	doc_printf(d, STYLE_MUTED, "%s%s%s  ", json_str_or(p, "mode", ""),
	    *relation ? " on " : "", relation);
	doc_put(d, STYLE_SQL_IDENTIFIER, json_str_or(p, "query", ""));
}

void
locks_fill(struct app *a, struct doc *d, const json_t *report, int cursor)
{
	const json_t *blockers = json_object_get(report, "blockers");
	const json_t *queued = json_object_get(report, "queued");
	size_t i;

	if (!json_flag(report, "waiting") && json_array_size(queued) == 0) {
		doc_wrap(d, 0, STYLE_MUTED,
		    "Nobody is in the way, and nobody waits behind us.");
		return;
	}
	if (json_flag(report, "waiting"))
		doc_wrap(d, 0, STYLE_WAITING, mem_printf(a->frame,
		    "We (pid %" PRId64 ") have waited %s for %s on %s",
		    json_int(report, "pid", 0), duration_short(a->frame,
		    json_int(report, "waited_ms", 0)),
		    json_str_or(report, "mode", "a lock"),
		    json_str_or(report, "relation", "?")));
	doc_heading(d, "In the way");
	for (i = 0; i < json_array_size(blockers); i++)
		fill_party(a, d, json_array_get(blockers, i), "←",
		    cursor == (int)i);
	doc_heading(d, "Queued behind us");
	for (i = 0; i < json_array_size(queued); i++)
		fill_party(a, d, json_array_get(queued, i), "→",
		    cursor == (int)(i + json_array_size(blockers)));
	if (json_array_size(queued) == 0)
		doc_wrap(d, 2, STYLE_MUTED, "nobody");
}

/* ---- rehearsal, evidence, sign-offs ------------------------------------------------ */

static void
fill_rehearsal(struct app *a, const struct step_state *step, struct doc *d)
{
	const json_t *list = json_object_get(shown_of(step), "statements");
	const json_t *rehearsal = json_object_get(shown_of(step), "rehearsal");
	bool has_any = false;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *st = json_array_get(list, i);

		if (json_str(st, "cost") == NULL)
			continue;
		has_any = true;
		doc_break(d);
		doc_printf(d, STYLE_MUTED, "%zu/%zu  ", i + 1,
		    json_array_size(list));
		doc_put(d, STYLE_TEXT, json_str_or(st, "text", ""));
		doc_right(d, STYLE_TEXT, json_str(st, "cost"));
	}
	if (json_is_string(rehearsal))
		doc_wrap(d, 0, STYLE_TEXT, json_string_value(rehearsal));
	else if (!has_any)
		doc_wrap(d, 0, STYLE_MUTED,
		    "No rehearsal is recorded for this step.");
	if (step->estimate_ms >= 0) {
		doc_gap(d);
		doc_field(d, "Estimate", STYLE_TEXT,
		    duration_short(a->frame, step->estimate_ms));
	}
}

static void
fill_evidence(struct app *a, const struct step_state *step, struct doc *d)
{
	const struct run_state *s = a->state;
	size_t i, count = 0;

	for (i = 0; i < s->artifact_count; i++) {
		const struct artifact_state *f = &s->artifacts[i];

		if (!str_equal(f->step, step->id))
			continue;
		count++;
		doc_break(d);
		doc_put(d, STYLE_TEXT, f->what != NULL ? f->what : "");
		doc_right(d, STYLE_TEXT, mem_printf(a->frame, "%s  %s",
		    str_bytes(a->frame, f->size_bytes),
		    short_digest(a->frame, f->sha256)));
		doc_wrap(d, 2, STYLE_MUTED, f->name);
	}
	if (count == 0)
		doc_wrap(d, 0, STYLE_MUTED, is_done_with(step) ?
		    "It has left no evidence." : "No evidence yet.");
	for (i = 0; i < s->note_count; i++) {
		if (!str_equal(s->notes[i].step, step->id))
			continue;
		doc_gap(d);
		doc_field_printf(d, "Note", STYLE_TEXT, "%s  (%s)",
		    s->notes[i].text, s->notes[i].principal);
	}
}

static void
fill_signoffs(struct app *a, const struct step_state *step, struct doc *d)
{
	const struct attempt_state *t = step_last_attempt(step);
	char *from = json_words(a->frame, json_object_get(step->rule, "from"));
	size_t i;

	if (step->rule != NULL)
		doc_wrap(d, 0, STYLE_CALL, mem_printf(a->frame,
		    "Waits for %" PRId64 " sign-off%s by %s",
		    json_int(step->rule, "min", 1),
		    json_int(step->rule, "min", 1) == 1 ? "" : "s",
		    from != NULL ? from : "anyone here"));
	if (step->sign_count == 0 && step->rule == NULL)
		doc_wrap(d, 0, STYLE_MUTED, "Nobody has signed for this step.");
	doc_gap(d);
	for (i = 0; i < step->sign_count; i++) {
		const struct sign_state *g = &step->signs[i];
		bool is_old = g->is_void || t == NULL ||
		    !str_equal(g->digest, t->digest);

		doc_break(d);
		doc_put(d, is_old && !g->is_refusal ? STYLE_MUTED :
		    style_of_sign(g), g->is_refusal ? "✗ refused" : is_old ?
		    "– void" : "✓ signed");
		doc_printf(d, STYLE_TEXT, "  %s  %s  %s",
		    g->principal != NULL ? g->principal : "?",
		    g->role != NULL ? g->role : "",
		    sign_strength(a->frame, g));
		doc_right(d, STYLE_MUTED, mem_printf(a->frame, "%s%s%s  %s",
		    hour_minute(a->frame, g->at_us),
		    g->expires_us != 0 ? ", valid until " : "",
		    g->expires_us != 0 ? hour_minute(a->frame, g->expires_us) :
		    "", short_digest(a->frame, g->digest)));
		doc_wrap(d, 2, STYLE_MUTED, g->reason != NULL ? g->reason :
		    g->note);
	}
}

void
run_tab_fill(struct app *a, enum run_tab t, const struct step_state *step,
    struct doc *d, int rows)
{
	bool is_here = step == app_current(a);

	switch (t) {
	case TAB_WHY:
		fill_why(a, step, d);
		break;
	case TAB_SQL:
		fill_sql(a, step, d);
		break;
	case TAB_OUTPUT:
		fill_output(a, step, d, rows);
		break;
	case TAB_LOCKS:
		locks_fill(a, d, is_here ? a->state->locks : NULL, -1);
		break;
	case TAB_REHEARSAL:
		fill_rehearsal(a, step, d);
		break;
	case TAB_EVIDENCE:
		fill_evidence(a, step, d);
		break;
	case TAB_SIGNOFFS:
	case TAB_COUNT:
	default:
		fill_signoffs(a, step, d);
		break;
	}
}
