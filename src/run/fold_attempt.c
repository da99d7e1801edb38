/* run/fold_attempt.c - what happens within one attempt at a step. */

#include <limits.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "run/fold.h"

struct attempt_state *
fold_attempt(struct fold *f, struct step_state **step)
{
	*step = fold_step(f);
	if (*step == NULL)
		return NULL;
	if ((*step)->attempt_count > 0 && json_int(f->data, "attempt", 0) ==
	    (int64_t)(*step)->attempt_count)
		return &(*step)->attempts[(*step)->attempt_count - 1];
	error_set(f->err, ERR_VERIFY, "event \"%s\" is not about the last "
	    "attempt at step \"%s\"", event_name(f->e->type), (*step)->id);
	return NULL;
}

struct attempt_state *
fold_running(struct fold *f, struct step_state **step)
{
	struct attempt_state *a = fold_attempt(f, step);

	if (a == NULL || (a->started_us != 0 && a->outcome == NULL))
		return a;
	error_set(f->err, ERR_VERIFY,
	    "event \"%s\" comes while step \"%s\" does not run",
	    event_name(f->e->type), (*step)->id);
	return NULL;
}

/* Did somebody sign for what is about to run? */
static bool
is_signed(const struct step_state *step, const char *digest)
{
	size_t i;

	for (i = 0; i < step->sign_count; i++)
		if (!step->signs[i].is_refusal && !step->signs[i].is_void &&
		    strcmp(step->signs[i].digest, digest) == 0)
			return true;
	return false;
}

int
fold_attempt_started(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_attempt(f, &step);

	if (a == NULL)
		return -1;
	if (!f->s->is_started)
		return error_set(f->err, ERR_VERIFY,
		    "step \"%s\" starts before the run does", step->id);
	if (a->started_us != 0)
		return error_set(f->err, ERR_VERIFY,
		    "attempt %d of step \"%s\" starts twice", a->number,
		    step->id);
	if (strcmp(a->digest, json_str(f->data, "digest")) != 0)
		return error_set(f->err, ERR_VERIFY, "step \"%s\" starts with "
		    "another digest than was planned", step->id);
	/* The promise that the evidence proves: nothing runs unsigned. */
	if ((strcmp(step->class_, "R") != 0 || step->rule != NULL) &&
	    !is_signed(step, a->digest))
		return error_set(f->err, ERR_VERIFY,
		    "step \"%s\" starts without a sign-off", step->id);
	if (f->is_check)
		return 0;
	a->started_us = f->e->at_us;
	step->held = NULL;
	step->warning = NULL;
	step->status = STEP_RUNNING;
	step->progress_done = step->progress_total = step->output_size = 0;
	step->progress_remaining_ms = -1;
	step->progress_rate = 0;
	fold_text(f->s, &step->progress_unit, NULL);
	fold_text(f->s, &step->progress_text, NULL);
	/* What was said until now was about the look at it. */
	fold_text(f->s, &f->s->status_text, NULL);
	fold_text(f->s, &f->s->status_reason, NULL);
	fold_no_locks(f->s);
	return 0;
}

/* A number that stays in an int whatever the event says. */
static int
small_int(const json_t *data, const char *key)
{
	int64_t value = json_int(data, key, 0);

	return value < 0 ? 0 : value > INT_MAX ? INT_MAX : (int)value;
}

int
fold_statement_started(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);
	struct statement_state *st;

	if (a == NULL)
		return -1;
	if (f->is_check)
		return 0;
	GROW(f->s, a->statements, struct statement_state,
	    a->statement_count + 1);
	st = &a->statements[a->statement_count++];
	memset(st, 0, sizeof(*st));
	st->number = small_int(f->data, "statement");
	st->text = json_str(f->data, "text");
	st->class_ = json_str(f->data, "class");
	st->started_us = f->e->at_us;
	st->ms = -1;
	return 0;
}

int
fold_statement_finished(struct fold *f)
{
	int number = small_int(f->data, "statement");
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);
	struct statement_state *st = NULL;

	if (a == NULL)
		return -1;
	if (a->statement_count > 0)
		st = &a->statements[a->statement_count - 1];
	if (st == NULL || st->number != number || st->ms >= 0)
		return error_set(f->err, ERR_VERIFY, "statement %d of step "
		    "\"%s\" ends without having begun", number, step->id);
	if (f->is_check)
		return 0;
	st->ms = json_int(f->data, "ms", 0);
	if (st->ms < 0)
		st->ms = 0;
	st->tag = json_str(f->data, "tag");
	st->lock = json_str(f->data, "lock");
	st->rows = json_int(f->data, "rows", -1);
	st->error = json_object_get(f->data, "error");
	if (json_is_null(st->error))
		st->error = NULL;
	return 0;
}

int
fold_settings_read(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);

	if (a == NULL)
		return -1;
	if (!f->is_check)
		a->session = f->data;
	return 0;
}

int
fold_marked(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);

	if (a == NULL)
		return -1;
	if (f->is_check)
		return 0;
	a->marker_uuid = json_str(f->data, "uuid");
	a->marker_xid = json_str(f->data, "xid");
	a->marker_backend = json_object_get(f->data, "backend");
	return 0;
}

int
fold_batch_started(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);

	if (a == NULL)
		return -1;
	if (f->is_check)
		return 0;
	a->batch_to = json_str(f->data, "to");
	/* What is journaled of the batch before is no proof of this one. */
	a->marker_uuid = a->marker_xid = NULL;
	a->marker_backend = NULL;
	a->about_to_commit = false;
	return 0;
}

int
fold_batch_finished(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);

	if (a == NULL)
		return -1;
	if (a->batch_to == NULL)
		return error_set(f->err, ERR_VERIFY,
		    "a batch of step \"%s\" ends without having begun",
		    step->id);
	if (f->is_check)
		return 0;
	a->position = a->batch_to;
	a->batch_to = NULL;
	a->batches++;
	a->batch_rows += json_int(f->data, "rows", 0);
	a->batch_keys += json_int(f->data, "keys", 0);
	return 0;
}

int
fold_about_to_commit(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);

	if (a == NULL)
		return -1;
	if (!f->is_check)
		a->about_to_commit = true;
	return 0;
}

static bool
outcome_status(const char *outcome, enum step_status *status)
{
	static const struct {
		const char	*outcome;
		enum step_status status;
	} rows[] = {
		{ "done", STEP_DONE },
		{ "failed", STEP_FAILED },
		{ "cancelled", STEP_CANCELLED },
		{ "not_done", STEP_FAILED },
		{ "unknown", STEP_UNKNOWN },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].outcome, outcome) == 0) {
			*status = rows[i].status;
			return true;
		}
	return false;
}

void
fold_move_on(struct run_state *s, const struct step_state *step)
{
	const char *on_failure = json_str_or(step->plan, "on_failure", "ask");
	size_t index = (size_t)(step - s->steps);

	if (step->status == STEP_DONE || (step->status == STEP_FAILED &&
	    strcmp(on_failure, "continue") == 0))
		s->current = fold_next(s, index);
}

int
fold_attempt_finished(struct fold *f)
{
	const char *outcome = json_str(f->data, "outcome");
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);
	enum step_status status;

	if (a == NULL)
		return -1;
	if (!outcome_status(outcome, &status))
		return error_set(f->err, ERR_VERIFY,
		    "\"%s\" is not an outcome", outcome);
	if (f->is_check)
		return 0;
	a->outcome = outcome;
	a->finished_us = f->e->at_us;
	a->error = json_object_get(f->data, "error");
	if (json_is_null(a->error))
		a->error = NULL;
	a->proof = json_str(f->data, "proof");
	a->cure = json_str(f->data, "cure");
	a->question = NULL;
	step->status = status;
	/* What a lock timeout met tells why it is to be tried again. */
	if (strcmp(json_str_or(a->error, "sqlstate", ""), "55P03") != 0)
		fold_no_locks(f->s);
	fold_move_on(f->s, step);
	return 0;
}

int
fold_settled(struct fold *f)
{
	const char *outcome = json_str(f->data, "outcome");
	struct step_state *step;
	struct attempt_state *a = fold_attempt(f, &step);
	bool still_runs = strcmp(outcome, "still_running") == 0;
	enum step_status status = STEP_RUNNING;

	if (a == NULL)
		return -1;
	if (a->started_us == 0 || (a->outcome != NULL &&
	    strcmp(a->outcome, "unknown") != 0))
		return error_set(f->err, ERR_VERIFY, "attempt %d of step "
		    "\"%s\" is settled, and nothing about it was open",
		    a->number, step->id);
	if (!still_runs && !outcome_status(outcome, &status))
		return error_set(f->err, ERR_VERIFY,
		    "\"%s\" is not an outcome", outcome);
	if (f->is_check)
		return 0;
	a->proof = json_str(f->data, "proof");
	a->query = json_str(f->data, "query");
	a->cure = json_str(f->data, "cure");
	a->question = NULL;
	if (!still_runs) {
		a->outcome = outcome;
		a->finished_us = f->e->at_us;
	}
	/*
	 * Known not to stand: it is simply the next step again, but where
	 * something is to be taken away first: that a person decides.
	 */
	step->status = strcmp(outcome, "not_done") == 0 && a->cure == NULL ?
	    STEP_PENDING : status;
	fold_move_on(f->s, step);
	return 0;
}

int
fold_asked(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);
	const json_t *question = json_object_get(f->data, "question");

	if (a == NULL)
		return -1;
	if (!json_is_object(question))
		return error_set(f->err, ERR_VERIFY,
		    "the question of step \"%s\" is not an object", step->id);
	if (f->is_check)
		return 0;
	a->question = a->asked = question;
	step->status = STEP_WAITING;
	/* What is decided is decided upon all of it. */
	if (strcmp(json_str_or(question, "type", ""), "review") == 0) {
		char *digest = talloc_array(f->s, char, SHA256_HEX_SIZE);
		char *text = json_stable(digest, question);

		sha256_of(text, strlen(text), digest);
		talloc_free(text);
		fold_request(f, step, digest);
	}
	return 0;
}

int
fold_answered(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_running(f, &step);

	if (a == NULL)
		return -1;
	if (a->question == NULL)
		return error_set(f->err, ERR_VERIFY,
		    "step \"%s\" is answered, and did not ask", step->id);
	if (f->is_check)
		return 0;
	a->question = NULL;
	a->answer = json_object_get(f->data, "answer");
	step->status = STEP_RUNNING;
	return 0;
}

int
fold_cancel_requested(struct fold *f)
{
	struct step_state *step;
	struct attempt_state *a = fold_attempt(f, &step);

	if (a == NULL)
		return -1;
	if (!f->is_check)
		a->is_cancelling = true;
	return 0;
}
