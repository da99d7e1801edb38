/* engine/failure.c - a step has failed: how the run goes on. */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"

#define DELAY_MAX_MS	(10 * 60 * 1000)

/* What holds on shared and production where a step says nothing of it. */
static const struct retry by_default = {
	.limit = 5, .delay_ms = 2000, .backoff = 1,
};

/* What failed the last attempt; null: nothing that says so. */
static const json_t *
last_error(const struct step_state *s)
{
	const struct attempt_state *a = step_last_attempt(s);

	if (s->plan_error != NULL)
		return s->plan_error;
	return a != NULL ? a->error : NULL;
}

static bool
is_lock_trouble(const json_t *error)
{
	static const char *const states[] = { "55P03", "40P01", "40001" };
	const char *sqlstate = json_str_or(error, "sqlstate", "");
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i], sqlstate) == 0)
			return true;
	return false;
}

/*
 * One outside of a transaction may have left something behind, which the next
 * try would stumble over: there only the step's own rule counts.
 */
static const struct retry *
rule_of(struct engine *e, const struct step *step, const struct step_state *s)
{
	const struct engine_target *t = engine_target(e, step->target);
	const struct attempt_state *a = step_last_attempt(s);
	bool is_alone = a != NULL && a->marker_xid != NULL &&
	    a->marker_xid[0] == '\0';

	if (step->retry.given || is_alone || t == NULL ||
	    (!environment_is_guarded(t->environment) &&
	    step->queue_limit <= 0))
		return &step->retry;
	return &by_default;
}

static int64_t
delay_of(const struct retry *r, int64_t tries)
{
	int64_t delay = r->delay_ms > 0 ? r->delay_ms : 0;

	for (; r->backoff == 1 && tries > 0 && delay < DELAY_MAX_MS; tries--)
		delay *= 2;
	return delay < DELAY_MAX_MS ? delay : DELAY_MAX_MS;
}

/* 1: it is to be tried again by its own rule; 0: no; -1: the engine stops. */
static int
retry(struct engine *e, const struct step *step, struct step_state *s)
{
	const struct retry *r = rule_of(e, step, s);
	int64_t delay, until_ms;

	if (e->retried != step) {
		e->retried = step;
		e->retries = 0;
	}
	if (s->status != STEP_FAILED || s->plan_error != NULL ||
	    e->failed_here != step || e->retries >= r->limit ||
	    (r->on == 0 && !is_lock_trouble(last_error(s))))
		return 0;
	delay = delay_of(r, e->retries);
	e->retries++;
	if (engine_append(e, EVENT_RETRIED, json_pack("{s:s, s:o}",
	    "step", s->id, "reason", json_sprintf("retry %" PRId64 " of %"
	    PRId64, e->retries, r->limit))) != 0)
		return -1;
	engine_status(e, s->id, "tries again in %.1f s (%" PRId64 " of %"
	    PRId64 ")", (double)delay / 1000, e->retries, r->limit);
	/* A note is no reason to hurry; a pause, a skip and the like are. */
	until_ms = clock_mono_ms() + delay;
	while (!e->is_stopping && engine_current(e) == s &&
	    s->status == STEP_PENDING && !e->run->state->is_paused &&
	    clock_mono_ms() < until_ms)
		engine_wait(e, AT_RETRY, until_ms - clock_mono_ms());
	return e->is_stopping ? -1 : 1;
}

/* The rule of the step.  1: it has led elsewhere; 0: a person is asked. */
static int
follow_rule(struct engine *e, const struct step *step, struct step_state *s)
{
	const struct step *to;
	size_t i;

	if (e->failed_here != step || s->status != STEP_FAILED)
		return 0;
	e->failed_here = NULL;
	switch (step->on_failure) {
	case FAIL_STOP:
		engine_stop(e, NULL, "step \"%s\" failed", s->id);
		return -1;
	case FAIL_ROLLBACK:
		if (state_rollback_phase(e->run->state) == NULL ||
		    e->run->state->in_rollback)
			return 0;
		return engine_append(e, EVENT_ROLLBACK_STARTED, json_pack(
		    "{s:o, s:s}", "reason", json_sprintf("step \"%s\" failed",
		    s->id), "principal", e->principal)) == 0 ? 1 : -1;
	case FAIL_GOTO:
		to = step_meant(step, step->goto_id);
		for (i = 0; i < e->step_count; i++)
			if (e->steps[i] == to)
				return engine_append(e, EVENT_WENT_TO,
				    json_pack("{s:s, s:o}", "step",
				    e->run->state->steps[i].id, "reason",
				    json_sprintf("step \"%s\" failed",
				    s->id))) == 0 ? 1 : -1;
		return 0;
	default:
		return 0;
	}
}

/* It could not be rendered, or a person's answer was not there yet. */
static bool
nothing_has_run(const struct step_state *s)
{
	return s->status == STEP_FAILED && (s->plan_error != NULL ||
	    str_equal(json_str(last_error(s), "code"), "waiting"));
}

/* Who starts a headless run again wants it to go on where that harms nothing. */
static int
try_again(struct engine *e, const struct step_state *s)
{
	return engine_append(e, EVENT_RETRIED, json_pack("{s:s, s:s}",
	    "step", s->id, "reason",
	    "the run goes on, and nothing of it had run"));
}

static void
stop_headless(struct engine *e, const struct step_state *s)
{
	const json_t *error = last_error(s);
	const char *code = json_str_or(error, "code", "");

	engine_stop(e, NULL, "step \"%s\" is %s%s%s", s->id,
	    step_status_word(s->status), error != NULL ? ": " : "",
	    json_str_or(error, "primary", ""));
	/* One that found nobody waits; the rest is a failure. */
	e->exit_code = strcmp(code, "waiting") == 0 ? 4 :
	    s->plan_error != NULL && (strcmp(code, "connect") == 0 ||
	    strcmp(code, "identity") == 0) ? 7 : 1;
}

int
engine_failure(struct engine *e)
{
	struct step_state *s = engine_current(e);
	size_t index = e->run->state->current;
	enum step_status status = s->status;
	const struct step *step = e->steps[index];
	bool is_from_before = e->failed_here == NULL;
	int rc = retry(e, step, s);

	if (rc == 0)
		rc = follow_rule(e, step, s);
	if (rc != 0)
		return rc > 0 ? 0 : -1;
	if (e->options->is_headless && is_from_before && nothing_has_run(s))
		return try_again(e, s);
	if (e->options->is_headless) {
		stop_headless(e, s);
		return -1;
	}
	engine_status(e, s->id, "%s: a person decides how to go on",
	    step_status_word(status));
	while (!e->is_stopping && e->run->state->current == index &&
	    s->status == status)
		engine_wait(e, AT_FAILURE, -1);
	return e->is_stopping ? -1 : 0;
}
