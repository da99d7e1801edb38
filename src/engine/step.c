/*
 * engine/step.c - one attempt at the current step: plan, sign, run.
 *
 * "attempt_started" is durable before the kind's first effect, and
 * "attempt_finished" after its last; between them lies what a crash leaves
 * to engine_settle().
 */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"
#include "steps/kind.h"

#define SETTLE_TRIES		5
#define SETTLE_PAUSE_MS		1000
#define STILL_RUNNING_MS	2000

static json_t *
target_json(struct engine *e, const struct attempt *a)
{
	const struct step *step = a->step;
	const struct engine_target *t = engine_target(e, step->target);
	const json_t *id = t != NULL ? t->identity : NULL;

	if (t == NULL)
		return json_null();
	return memory_check(json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s}", "name", t->name,
	    "environment", environment_name(t->environment),
	    "system_identifier", json_str_or(id, "system_identifier", ""),
	    "database", a->database != NULL ? a->database :
	    json_str_or(id, "database", t->url != NULL ? t->url->dbname : ""),
	    "role", json_str_or(id, "role", ""),
	    "host", json_str_or(id, "host", "")));
}

/* All that is signed: what the kind shows, where it runs, how it is judged. */
static json_t *
shown_json(struct engine *e, const struct attempt *a, const char *id)
{
	json_t *plain = memory_check(json_deep_copy(a->plan->shown)), *shown;

	json_object_set_new(plain, "target", target_json(e, a));
	json_object_set_new(plain, "step", json_string(id));
	json_object_set_new(plain, "kind", json_string(a->step->kind->name));
	json_object_set_new(plain, "class",
	    json_string(class_name(a->plan->class_)));
	json_object_set_new(plain, "reason",
	    json_string(a->plan->reason != NULL ? a->plan->reason : ""));
	json_object_set_new(plain, "runbook_sha256",
	    json_string(a->step->runbook->sha256));
	/* What is signed is what is written: without secrets. */
	shown = run_redact(e->run, plain);
	json_decref(plain);
	return shown;
}

/* The number that the next attempt has. */
static int
next_number(const struct step_state *s)
{
	const struct attempt_state *last = step_last_attempt(s);

	return (int)s->attempt_count +
	    (last != NULL && last->started_us == 0 ? 0 : 1);
}

static struct attempt *
begin_attempt(struct engine *e, const struct step *step,
    struct step_state *s, int number)
{
	struct attempt *a = attempt_new(e, &e->host, step, s->id, number);
	size_t i;

	/* What the last one that ran has left, if it was not done. */
	for (i = s->attempt_count; i > 0; i--)
		if (s->attempts[i - 1].outcome != NULL) {
			a->cure = s->attempts[i - 1].cure;
			break;
		}

	if (e->retried == step && e->lock_timeout_ms >= 0)
		a->lock_timeout_ms = e->lock_timeout_ms;
	if (e->retried == step && e->statement_timeout_ms >= 0)
		a->statement_timeout_ms = e->statement_timeout_ms;
	return a;
}

static void
end_attempt(struct engine *e, struct attempt *a)
{
	e->attempt = e->asking = NULL;
	json_array_clear(e->inbox);
	talloc_free(a);
}

static int
plan_failed(struct engine *e, const struct step *step, const char *id,
    const struct error *err)
{
	e->failed_here = step;
	return engine_append(e, EVENT_PLAN_FAILED, json_pack("{s:s, s:o}",
	    "step", id, "error", event_error(err)));
}

/* Sign-offs of another text are void, visibly. */
static int
void_old_signs(struct engine *e, struct step_state *s, const char *digest)
{
	size_t i;

	for (i = 0; i < s->sign_count; i++) {
		const struct sign_state *sign = &s->signs[i];

		if (sign->is_void || sign->is_refusal ||
		    strcmp(sign->digest, digest) == 0)
			continue;
		if (engine_append(e, EVENT_SIGNOFF_VOIDED, json_pack(
		    "{s:s, s:i, s:s, s:s}", "step", s->id, "attempt",
		    sign->attempt, "digest", sign->digest, "reason",
		    "what would run is not what was signed")) != 0)
			return -1;
	}
	return 0;
}

/* 1: leave it out; 0: go on; -1 with *err. */
static int
is_left_out(struct attempt *a, struct error *err)
{
	int holds;

	if (a->step->when == NULL)
		return 0;
	holds = scope_when(a->scope, a->step->when, err);
	return holds < 0 ? -1 : !holds;
}

static const char *
outcome_of(const struct error *err)
{
	switch (err->code) {
	case ERR_CANCELLED:
		return "cancelled";
	case ERR_LOST:
		return "unknown";
	default:
		return "failed";
	}
}

static int
finish(struct engine *e, const struct attempt *a, const char *outcome,
    int64_t ms, const struct error *err, const char *proof)
{
	json_t *data = memory_check(json_pack("{s:s, s:i, s:s, s:I, s:s*, s:s*}",
	    "step", a->id, "attempt", a->number, "outcome", outcome, "ms",
	    (json_int_t)ms, "proof", proof, "cure", a->cure_found));

	if (err != NULL)
		json_object_set_new(data, "error", event_error(err));
	return engine_append(e, EVENT_ATTEMPT_FINISHED, data);
}

static int
journal_settled(struct engine *e, const struct attempt *a,
    enum outcome outcome, const char *proof, const char *query)
{
	return engine_append(e, EVENT_SETTLED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:s*, s:s*}", "step", a->id, "attempt",
	    a->number, "outcome", outcome_name(outcome), "proof", proof,
	    "query", *query != '\0' ? query : NULL, "cure", a->cure_found));
}

/*
 * Ask the server, again while it does not answer.  An answer that never came
 * is told as unknown.
 */
static enum outcome
ask_outcome(struct engine *e, struct attempt *a,
    const struct attempt_state *was, char proof[256], char query[512])
{
	enum outcome outcome = OUTCOME_UNKNOWN;
	struct error err = { 0 };
	int tries, rc;

	snprintf(err.primary, sizeof(err.primary), "the engine was told to "
	    "end");
	for (tries = 0; tries < SETTLE_TRIES && !e->is_stopping; tries++) {
		error_clear(&err);
		e->asking = a;
		rc = attempt_settle(a, was, &outcome, proof, query, &err);
		e->asking = NULL;
		if (rc == 0)
			return outcome;
		engine_status(e, a->id, "asks the server what became of it: %s",
		    err.primary);
		engine_wait(e, AT_TURN, SETTLE_PAUSE_MS);
	}
	snprintf(proof, 256, "the server could not be asked: %.200s",
	    err.primary);
	return OUTCOME_UNKNOWN;
}

/* The connection broke while it ran: what became of it? */
static int
finish_lost(struct engine *e, const struct step *step, struct step_state *s,
    const struct attempt *lost, int64_t ms, const struct error *why)
{
	char proof[256] = "", query[512] = "";
	struct attempt *a = begin_attempt(e, step, s, lost->number);
	enum outcome outcome = OUTCOME_UNKNOWN;
	int rc;

	outcome = ask_outcome(e, a, step_last_attempt(s), proof, query);
	rc = finish(e, lost, outcome == OUTCOME_DONE ? "done" :
	    outcome == OUTCOME_NOT_DONE ? "failed" : "unknown", ms, why,
	    proof);
	if (rc == 0 && outcome != OUTCOME_DONE && outcome != OUTCOME_NOT_DONE)
		rc = journal_settled(e, a, outcome, proof, query);
	talloc_free(a);
	return rc;
}

/*
 * What failed outside of a transaction may have left something behind: the
 * catalog tells, and what takes it away.  Found nothing, it is as it was.
 */
static void
look_for_leftover(struct engine *e, const struct step *step,
    struct step_state *s, struct attempt *failed, char proof[256])
{
	const struct attempt_state *was = step_last_attempt(s);
	enum outcome outcome = OUTCOME_UNKNOWN;
	char query[512];
	struct error ignored;
	struct attempt *a;

	if (was->marker_xid == NULL || was->marker_xid[0] != '\0' ||
	    was->statement_count == 0)
		return;
	e->asking = a = begin_attempt(e, step, s, failed->number);
	if (attempt_settle(a, was, &outcome, proof, query, &ignored) != 0 ||
	    outcome != OUTCOME_NOT_DONE || a->cure_found == NULL)
		proof[0] = '\0';
	else
		failed->cure_found = mem_strdup(failed, a->cure_found);
	e->asking = NULL;
	talloc_free(a);
}

static int
go_where_it_leads(struct engine *e, const struct attempt *a)
{
	const struct step *to = step_meant(a->step, a->goto_step);
	const struct run_state *state = e->run->state;
	size_t i;

	for (i = 0; i < e->step_count; i++)
		if (e->steps[i] == to && i != state->current)
			return engine_append(e, EVENT_WENT_TO, json_pack(
			    "{s:s, s:s}", "step", state->steps[i].id,
			    "reason", "the answer leads here"));
	return 0;
}

static int
run_attempt(struct engine *e, const struct step *step, struct step_state *s,
    struct attempt *a, const char *digest)
{
	int64_t start_ms = clock_mono_ms(), ms;
	struct error err = { 0 };
	struct loop_timer *pace;
	char proof[256] = "";
	int rc;

	if (engine_append(e, EVENT_ATTEMPT_STARTED, json_pack(
	    "{s:s, s:i, s:s}", "step", a->id, "attempt", a->number,
	    "digest", digest)) != 0)
		return -1;
	e->attempt = a;
	e->situation = AT_WORK;
	/* A stop that came meanwhile is one for this, too. */
	a->is_cancelled = a->is_cancelled || e->is_stopping;
	pace = engine_watch_pace(e, a);
	rc = attempt_run(a, &err);
	talloc_free(pace);
	e->situation = AT_TURN;
	ms = clock_mono_ms() - start_ms;
	if (e->fatal.code != ERR_NONE)
		return -1;
	if (rc != 0)
		e->failed_here = step;
	/* What took effect is not done again by a mere rule. */
	if (rc != 0 && a->is_committed) {
		e->retried = step;
		e->retries = INT64_MAX;
	}
	if (rc != 0 && err.code == ERR_LOST)
		return finish_lost(e, step, s, a, ms, &err);
	if (rc != 0)
		look_for_leftover(e, step, s, a, proof);
	if (finish(e, a, rc == 0 ? "done" : outcome_of(&err), ms,
	    rc == 0 ? NULL : &err, proof[0] != '\0' ? proof : NULL) != 0)
		return -1;
	return rc == 0 && a->goto_step != NULL ? go_where_it_leads(e, a) : 0;
}

/*
 * Signed, and there is time for it.  Who signs takes his time, and what was
 * held may be signed for no longer: both hold at the same moment.
 */
static int
gate_in_time(struct engine *e, const struct step *step,
    enum step_class class_, const char *digest)
{
	bool was_held;
	int rc;

	do {
		rc = engine_fits(e, class_, &was_held);
		if (rc == 1)
			rc = engine_gate(e, step, class_, digest);
		if (rc == 1)
			rc = engine_fits(e, class_, &was_held);
	} while (rc == 1 && was_held);
	return rc;
}

static int
plan_and_run(struct engine *e, const struct step *step, struct step_state *s,
    struct attempt *a)
{
	char digest[SHA256_HEX_SIZE];
	struct error err = { 0 };
	json_t *shown;
	int rc;

	rc = is_left_out(a, &err);
	if (rc == 1)
		return engine_append(e, EVENT_STEP_SKIPPED, json_pack(
		    "{s:s, s:o}", "step", s->id, "reason", json_sprintf(
		    "its condition does not hold: %s", step->when)));
	if (rc == 0)
		rc = engine_target_ready(e, step, &err);
	if (e->fatal.code != ERR_NONE)
		return -1;
	e->asking = a;
	if (rc == 0)
		rc = attempt_plan(a, &err);
	e->asking = NULL;
	/* Told to end, it looks again when the run is resumed. */
	if (rc != 0 && e->is_stopping && err.code == ERR_CANCELLED)
		return -1;
	if (rc != 0)
		return plan_failed(e, step, s->id, &err);
	shown = shown_json(e, a, s->id);
	approval_digest(shown, digest);
	if (engine_append(e, EVENT_STEP_PLANNED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:o}", "step", s->id, "attempt", a->number,
	    "class", class_name(a->plan->class_), "digest", digest, "shown",
	    shown)) != 0 || void_old_signs(e, s, digest) != 0)
		return -1;
	rc = gate_in_time(e, step, a->plan->class_, digest);
	return rc == 1 ? run_attempt(e, step, s, a, digest) : rc;
}

int
engine_step(struct engine *e)
{
	size_t index = e->run->state->current;
	struct step_state *s = engine_current(e);
	const struct step *step = e->steps[index];
	struct attempt *a;
	int rc;

	e->situation = AT_TURN;
	engine_status(e, s->id, "looks at what it would do");
	a = begin_attempt(e, step, s, next_number(s));
	rc = plan_and_run(e, step, s, a);
	end_attempt(e, a);
	return rc;
}

int
engine_settle(struct engine *e)
{
	struct step_state *s = engine_current(e);
	const struct step *step = e->steps[e->run->state->current];
	const struct attempt_state *was = step_last_attempt(s);
	char proof[256] = "", query[512] = "";
	enum outcome outcome, told = OUTCOME_DONE;
	struct attempt *a;
	int rc = 0;

	e->situation = AT_TURN;
	for (;;) {
		a = begin_attempt(e, step, s, was->number);
		outcome = ask_outcome(e, a, was, proof, query);
		if (e->is_stopping)
			rc = -1;
		else if (outcome != OUTCOME_STILL_RUNNING || told != outcome)
			rc = journal_settled(e, a, outcome, proof, query);
		told = outcome;
		end_attempt(e, a);
		if (rc != 0 || outcome != OUTCOME_STILL_RUNNING)
			return rc;
		engine_status(e, s->id, "still runs on the server: %s", proof);
		engine_wait(e, AT_WORK, STILL_RUNNING_MS);
	}
}
