/* run/fold_step.c - which step is next, and what was signed for it. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "run/fold.h"

struct step_state *
fold_step(struct fold *f)
{
	const char *id = json_str(f->data, "step");
	struct step_state *step = state_step(f->s, id);

	if (step == NULL)
		error_set(f->err, ERR_VERIFY,
		    "event \"%s\" names step \"%s\", which the run has not",
		    event_name(f->e->type), id != NULL ? id : "");
	return step;
}

size_t
fold_next(const struct run_state *s, size_t index)
{
	bool is_rollback = s->phases[s->steps[index].phase].is_rollback;

	if (index + 1 < s->step_count &&
	    s->phases[s->steps[index + 1].phase].is_rollback == is_rollback)
		return index + 1;
	return s->step_count;
}

static size_t
index_of(const struct run_state *s, const struct step_state *step)
{
	return (size_t)(step - s->steps);
}

/* The step's attempt of the event's number; null with the error set. */
static struct attempt_state *
attempt_of(struct fold *f, struct step_state *step)
{
	int64_t number = json_int(f->data, "attempt", 0);

	if (number >= 1 && (uint64_t)number <= step->attempt_count)
		return &step->attempts[number - 1];
	error_set(f->err, ERR_VERIFY,
	    "event \"%s\" names an attempt that step \"%s\" has not",
	    event_name(f->e->type), step->id);
	return NULL;
}

/* May the run's next step change at all? */
static int
check_nothing_runs(struct fold *f)
{
	const struct run_state *s = f->s;
	const struct attempt_state *a;

	if (s->current >= s->step_count)
		return 0;
	a = step_last_attempt(&s->steps[s->current]);
	if (a == NULL || a->started_us == 0 || a->outcome != NULL)
		return 0;
	return error_set(f->err, ERR_VERIFY,
	    "event \"%s\" comes while step \"%s\" runs",
	    event_name(f->e->type), s->steps[s->current].id);
}

int
fold_step_planned(struct fold *f)
{
	int64_t number = json_int(f->data, "attempt", 0);
	struct step_state *step = fold_step(f);
	const struct attempt_state *last;
	struct attempt_state *a;
	bool again;

	if (step == NULL || check_nothing_runs(f) != 0)
		return -1;
	last = step_last_attempt(step);
	/* What was planned and never started may be planned anew. */
	again = last != NULL && last->started_us == 0;
	if (number != (int64_t)step->attempt_count + (again ? 0 : 1) ||
	    number > FOLD_ATTEMPTS_MAX)
		return error_set(f->err, ERR_VERIFY,
		    "step \"%s\" is planned as attempt %" PRId64 " out of turn",
		    step->id, number);
	if (f->is_check)
		return 0;

	if (!again)
		GROW(f->s, step->attempts, struct attempt_state,
		    ++step->attempt_count);
	a = &step->attempts[step->attempt_count - 1];
	memset(a, 0, sizeof(*a));
	a->number = (int)number;
	a->digest = json_str(f->data, "digest");
	a->shown = json_object_get(f->data, "shown");
	a->planned_us = f->e->at_us;
	step->class_ = json_str(f->data, "class");
	step->status = STEP_PENDING;
	step->rule = NULL;
	step->held = NULL;
	step->plan_error = NULL;
	f->s->current = index_of(f->s, step);
	f->s->in_rollback = f->s->phases[step->phase].is_rollback;
	return 0;
}

int
fold_plan_failed(struct fold *f)
{
	struct step_state *step = fold_step(f);

	if (step == NULL || check_nothing_runs(f) != 0)
		return -1;
	if (f->is_check)
		return 0;
	step->status = STEP_FAILED;
	step->rule = NULL;
	step->plan_error = json_object_get(f->data, "error");
	f->s->current = index_of(f->s, step);
	fold_move_on(f->s, step);
	return 0;
}

/* The step's last attempt is planned with this digest, and not started. */
static struct attempt_state *
planned_with(struct fold *f, struct step_state *step)
{
	struct attempt_state *a = attempt_of(f, step);

	if (a == NULL)
		return NULL;
	if (a->number != (int)step->attempt_count || a->started_us != 0 ||
	    strcmp(a->digest, json_str(f->data, "digest")) != 0) {
		error_set(f->err, ERR_VERIFY, "event \"%s\" is about another "
		    "digest of step \"%s\" than what waits",
		    event_name(f->e->type), step->id);
		return NULL;
	}
	return a;
}

void
fold_hash(const struct fold *f, char hash[SHA256_HEX_SIZE])
{
	snprintf(hash, SHA256_HEX_SIZE, "%s",
	    f->e->hash != NULL ? f->e->hash : "");
}

void
fold_request(struct fold *f, struct step_state *step, const char *digest)
{
	struct request_state *request;

	GROW(f->s, step->requests, struct request_state,
	    step->request_count + 1);
	request = &step->requests[step->request_count++];
	memset(request, 0, sizeof(*request));
	request->digest = digest;
	request->attempt = (int)json_int(f->data, "attempt", 0);
	request->at_us = f->e->at_us;
	fold_hash(f, request->hash);
}

int
fold_signoff_requested(struct fold *f)
{
	struct step_state *step = fold_step(f);

	if (step == NULL || planned_with(f, step) == NULL)
		return -1;
	if (f->is_check)
		return 0;
	fold_request(f, step, json_str(f->data, "digest"));
	step->rule = json_object_get(f->data, "rule");
	step->status = STEP_WAITING;
	return 0;
}

int
fold_step_held(struct fold *f)
{
	struct step_state *step = fold_step(f);
	struct attempt_state *a = step != NULL ? attempt_of(f, step) : NULL;

	if (a == NULL)
		return -1;
	if (a->started_us != 0)
		return error_set(f->err, ERR_VERIFY,
		    "step \"%s\" is held, and has started", step->id);
	if (f->is_check)
		return 0;
	step->held = f->data;
	step->status = STEP_WAITING;
	return 0;
}

int
fold_window_extended(struct fold *f)
{
	struct run_state *s = f->s;
	int64_t end_us;

	if (clock_parse_rfc3339(json_str(f->data, "end"), &end_us, NULL) != 0 ||
	    end_us <= s->end_us)
		return error_set(f->err, ERR_VERIFY,
		    "\"%s\" is not a later end of the window",
		    json_str(f->data, "end"));
	if (f->is_check)
		return 0;
	s->end_us = end_us;
	fold_hash(f, s->end_hash);
	/* Whether it fits now the engine looks. */
	if (s->current < s->step_count &&
	    s->steps[s->current].held != NULL) {
		s->steps[s->current].held = NULL;
		s->steps[s->current].status = STEP_PENDING;
	}
	return 0;
}

int
fold_warned(struct fold *f)
{
	struct step_state *step = fold_step(f);

	if (step == NULL || attempt_of(f, step) == NULL)
		return -1;
	if (!f->is_check)
		step->warning = json_str(f->data, "text");
	return 0;
}

static struct sign_state *
add_sign(struct fold *f, struct step_state *step)
{
	const struct attempt_state *a = step_last_attempt(step);
	struct sign_state *sign;

	GROW(f->s, step->signs, struct sign_state, step->sign_count + 1);
	sign = &step->signs[step->sign_count++];
	memset(sign, 0, sizeof(*sign));
	sign->attempt = (int)json_int(f->data, "attempt", 0);
	sign->digest = json_str(f->data, "digest");
	sign->principal = json_str(f->data, "principal");
	sign->user = json_str(f->data, "user");
	sign->uid = json_int(f->data, "uid", -1);
	sign->strength = json_str(f->data, "strength");
	sign->key = json_str(f->data, "key");
	sign->statement = json_str(f->data, "statement");
	sign->signature = json_str(f->data, "signature");
	sign->file = json_str(f->data, "file");
	sign->shown = a->shown;
	sign->at_us = f->e->at_us;
	return sign;
}

int
fold_signed(struct fold *f)
{
	const char *expires = json_str(f->data, "expires_at");
	struct step_state *step = fold_step(f);
	struct sign_state *sign;
	int64_t expires_us = 0;

	if (step == NULL || planned_with(f, step) == NULL)
		return -1;
	if (expires != NULL &&
	    clock_parse_rfc3339(expires, &expires_us, NULL) != 0)
		return error_set(f->err, ERR_VERIFY,
		    "\"%s\" is not a time", expires);
	if (f->is_check)
		return 0;
	sign = add_sign(f, step);
	sign->role = json_str(f->data, "role");
	sign->note = json_str(f->data, "note");
	sign->expires_us = expires_us;
	return 0;
}

int
fold_refused(struct fold *f)
{
	struct step_state *step = fold_step(f);
	struct sign_state *sign;

	if (step == NULL || planned_with(f, step) == NULL)
		return -1;
	if (f->is_check)
		return 0;
	sign = add_sign(f, step);
	sign->is_refusal = true;
	sign->reason = json_str(f->data, "reason");
	step->status = STEP_FAILED;
	return 0;
}

int
fold_signoff_voided(struct fold *f)
{
	const char *digest = json_str(f->data, "digest");
	struct step_state *step = fold_step(f);
	size_t i;

	if (step == NULL || attempt_of(f, step) == NULL)
		return -1;
	if (f->is_check)
		return 0;
	for (i = 0; i < step->sign_count; i++)
		if (strcmp(step->signs[i].digest, digest) == 0)
			step->signs[i].is_void = true;
	return 0;
}

int
fold_retried(struct fold *f)
{
	struct step_state *step = fold_step(f);

	if (step == NULL || check_nothing_runs(f) != 0)
		return -1;
	if (f->is_check)
		return 0;
	step->status = STEP_PENDING;
	f->s->current = index_of(f->s, step);
	return 0;
}

int
fold_step_skipped(struct fold *f)
{
	struct step_state *step = fold_step(f);

	if (step == NULL || check_nothing_runs(f) != 0)
		return -1;
	if (f->is_check)
		return 0;
	step->status = STEP_SKIPPED;
	step->skip_reason = json_str(f->data, "reason");
	step->rule = NULL;
	step->held = NULL;
	if (f->s->current == index_of(f->s, step))
		f->s->current = fold_next(f->s, f->s->current);
	return 0;
}

/*
 * The run goes on at index: what lies between is left out on the way
 * forward, and is to be done again on the way back.
 */
static void
go_to(struct run_state *s, size_t index, const char *reason)
{
	size_t i, from = s->current, phase = s->steps[index].phase;

	for (i = from; i < index; i++) {
		if (s->phases[s->steps[i].phase].is_rollback !=
		    s->phases[phase].is_rollback ||
		    s->steps[i].status == STEP_DONE)
			continue;
		s->steps[i].status = STEP_SKIPPED;
		s->steps[i].skip_reason = reason;
		s->steps[i].rule = NULL;
		s->steps[i].held = NULL;
	}
	for (i = index; i < s->step_count; i = fold_next(s, i)) {
		s->steps[i].status = STEP_PENDING;
		s->steps[i].rule = NULL;
		s->steps[i].held = NULL;
	}
	s->current = index;
	s->in_rollback = s->phases[phase].is_rollback;
}

int
fold_went_to(struct fold *f)
{
	struct step_state *step = fold_step(f);

	if (step == NULL || check_nothing_runs(f) != 0)
		return -1;
	if (!f->is_check)
		go_to(f->s, index_of(f->s, step), json_str(f->data, "reason"));
	return 0;
}

int
fold_rollback_started(struct fold *f)
{
	const struct phase_state *rollback = state_rollback_phase(f->s);

	if (rollback == NULL)
		return error_set(f->err, ERR_VERIFY,
		    "the run has no rollback runbook");
	if (check_nothing_runs(f) != 0)
		return -1;
	if (f->is_check)
		return 0;
	f->s->in_rollback = true;
	f->s->current = rollback->step_count > 0 ? rollback->first_step :
	    f->s->step_count;
	return 0;
}
