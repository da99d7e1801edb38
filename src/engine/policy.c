/*
 * engine/policy.c - which intent may be when: one table, and what a row
 * cannot say.
 */

#include <string.h>

#include "approval/decision.h"
#include "base/json.h"
#include "base/macros.h"
#include "engine/private.h"
#include "steps/ask.h"

#define ANY_TIME	(AT_START | AT_GATE | AT_WORK | AT_QUESTION | \
			    AT_FAILURE | AT_PAUSE | AT_RETRY | AT_TURN | AT_HOLD)
#define AT_REST		(AT_GATE | AT_FAILURE | AT_PAUSE | AT_RETRY | AT_HOLD)

static const struct {
	unsigned	 when;
	bool		 of_current;	/* its step must be the current one */
	const char	*otherwise;	/* what is said at other times */
} rows[INTENT_COUNT] = {
	[INTENT_START] = { AT_START, false, "the run has started already" },
	[INTENT_SIGN] = { AT_GATE, true,
	    "nothing waits for a sign-off now" },
	[INTENT_REFUSE] = { AT_GATE, true,
	    "nothing waits for a sign-off now" },
	[INTENT_APPROVE] = { ANY_TIME, false, "" },
	[INTENT_ANSWER] = { AT_QUESTION, true, "the step does not ask" },
	[INTENT_DECIDE] = { AT_QUESTION, true, "the step does not ask" },
	[INTENT_DECIDE_ALL] = { AT_QUESTION, true, "the step does not ask" },
	[INTENT_COMMENT] = { AT_QUESTION, true, "the step does not ask" },
	[INTENT_FINISH_REVIEW] = { AT_QUESTION, true, "the step does not ask" },
	[INTENT_RETRY] = { AT_FAILURE, true, "the step has not failed" },
	[INTENT_SKIP] = { AT_REST, true,
	    "a step is left out while it waits, not while it runs" },
	[INTENT_GOTO] = { AT_REST | AT_START, false,
	    "the run goes elsewhere while it waits, not while a step runs" },
	[INTENT_ROLLBACK] = { AT_REST, false,
	    "rollback begins while the run waits, not while a step runs" },
	[INTENT_CANCEL] = { AT_WORK | AT_QUESTION | AT_RETRY, true,
	    "nothing runs that could be cancelled" },
	/* At the gate, too: what a lock has stopped may have to be signed anew. */
	[INTENT_CANCEL_BACKEND] = { AT_WORK | AT_QUESTION | AT_RETRY |
	    AT_FAILURE | AT_GATE, true,
	    "nothing runs that could be waiting for that session" },
	[INTENT_TERMINATE_BACKEND] = { AT_WORK | AT_QUESTION | AT_RETRY |
	    AT_FAILURE | AT_GATE, true,
	    "nothing runs that could be waiting for that session" },
	[INTENT_EXTEND] = { ANY_TIME, false, "" },
	[INTENT_NOTE] = { ANY_TIME, false, "" },
	[INTENT_HAND_OVER] = { ANY_TIME, false, "" },
	[INTENT_TAKE_OVER] = { ANY_TIME, false, "" },
	[INTENT_PAUSE] = { ANY_TIME, false, "" },
	[INTENT_RESUME] = { ANY_TIME, false, "" },
	[INTENT_STOP] = { ANY_TIME, false, "" },
	[INTENT_ABANDON] = { AT_REST | AT_START, false,
	    "a run is abandoned while it waits, not while a step runs" },
};

static int
check_step(const struct engine *e, enum intent_type t, const json_t *data,
    struct error *err)
{
	const struct run_state *s = e->run->state;
	const char *id = json_str(data, "step");

	if (id == NULL)
		return 0;
	if (state_step(e->run->state, id) == NULL)
		return error_set(err, ERR_POLICY,
		    "the run has no step \"%s\"", id);
	if (!rows[t].of_current)
		return 0;
	if (s->current < s->step_count &&
	    strcmp(s->steps[s->current].id, id) == 0)
		return 0;
	error_set(err, ERR_POLICY, "step \"%s\" is not the one at hand", id);
	if (s->current < s->step_count)
		error_detail(err, "The run is at step \"%s\".",
		    s->steps[s->current].id);
	return -1;
}

static int
check_reason(const json_t *data, struct error *err)
{
	const char *reason = json_str(data, "reason");

	if (reason != NULL && reason[strspn(reason, " \t\n")] == '\0')
		return error_set(err, ERR_POLICY, "a reason is wanted");
	return 0;
}

/* What is signed or refused is what was shown last. */
static int
check_digest(const struct engine *e, const json_t *data, struct error *err)
{
	const struct run_state *s = e->run->state;
	const struct attempt_state *a =
	    step_last_attempt(&s->steps[s->current]);

	if (a != NULL && strcmp(a->digest, json_str(data, "digest")) == 0)
		return 0;
	error_set(err, ERR_POLICY,
	    "the digest is not that of what would run now");
	error_hint(err, "look at the step again: its text or its target "
	    "has changed");
	return -1;
}

static int
check_answer(const struct engine *e, const json_t *data, struct error *err)
{
	const struct run_state *s = e->run->state;
	const struct attempt_state *a =
	    step_last_attempt(&s->steps[s->current]);

	if (a == NULL || a->question == NULL)
		return error_set(err, ERR_POLICY, "the step does not ask");
	return ask_check(a->question, json_object_get(data, "answer"), err);
}

/* A review ends when each item has its decision. */
static int
check_finish(const struct engine *e, struct error *err)
{
	const struct run_state *s = e->run->state;

	return review_is_met(s, &s->steps[s->current], err);
}

static int
check_goto(const struct engine *e, const json_t *data, struct error *err)
{
	const struct run_state *s = e->run->state;
	const struct step_state *to = state_step(e->run->state,
	    json_str(data, "step"));

	if (s->phases[to->phase].is_rollback == s->in_rollback)
		return 0;
	return error_set(err, ERR_POLICY, s->in_rollback ?
	    "the run is in its rollback, and does not leave it" :
	    "steps of the rollback are reached by rollback alone");
}

static int
check_rollback(const struct engine *e, struct error *err)
{
	if (state_rollback_phase(e->run->state) == NULL)
		return error_set(err, ERR_POLICY,
		    "the run has no rollback runbook");
	if (e->run->state->in_rollback)
		return error_set(err, ERR_POLICY,
		    "the run is in its rollback already");
	return 0;
}

int
engine_policy(const struct engine *e, enum intent_type t, const json_t *data,
    struct error *err)
{
	if (e->is_stopping || e->run->state->is_closed)
		return error_set(err, ERR_POLICY, "the engine is stopping");
	if ((rows[t].when & (unsigned)e->situation) == 0)
		return error_set(err, ERR_POLICY, "%s",
		    *rows[t].otherwise != '\0' ? rows[t].otherwise :
		    "not now");
	if (check_step(e, t, data, err) != 0 || check_reason(data, err) != 0)
		return -1;
	switch (t) {
	case INTENT_SIGN:
	case INTENT_REFUSE:
		return check_digest(e, data, err);
	case INTENT_ANSWER:
		return check_answer(e, data, err);
	case INTENT_FINISH_REVIEW:
		/* With a signature it brings the decisions along. */
		return json_str(data, "statement") != NULL ? 0 :
		    check_finish(e, err);
	case INTENT_GOTO:
		return check_goto(e, data, err);
	case INTENT_ROLLBACK:
		return check_rollback(e, err);
	default:
		return 0;
	}
}
