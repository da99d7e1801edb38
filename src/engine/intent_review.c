/* engine/intent_review.c - what people say of drift items. */

#include "approval/decision.h"
#include "base/json.h"
#include "base/memory.h"
#include "engine/intent.h"
#include "run/decision.h"

static int
decide(struct request *q, const json_t *word)
{
	json_t *data = request_fields(q);

	json_object_update(data, (json_t *)(uintptr_t)word);
	json_object_set_new(data, "uid", json_integer(
	    (json_int_t)q->from->uid));
	json_object_set_new(data, "user", json_string(q->from->user));
	json_object_set_new(data, "strength", json_string("keystroke"));
	return request_append(q, EVENT_DECIDED, data);
}

static int
may_decide(struct request *q)
{
	const struct signer who = {
		.principal = q->from->principal, .user = q->from->user,
		.uid = q->from->uid, .strength = "keystroke",
	};

	return decision_may_be(q->e->run->state, engine_current(q->e),
	    q->data, &who, q->err);
}

int
intent_decide(struct request *q)
{
	return may_decide(q) == 0 ? decide(q, q->data) : -1;
}

int
intent_decide_all(struct request *q)
{
	json_t *words, *word;
	int rc = 0;
	size_t i;

	if (!truth_is(json_str(q->data, "truth")))
		return error_set(q->err, ERR_POLICY,
		    "\"%s\" is not a source of truth",
		    json_str(q->data, "truth"));
	if (may_decide(q) != 0)
		return -1;
	words = decisions_for_all(q->e->run->state, engine_current(q->e),
	    q->data);
	json_array_foreach(words, i, word) {
		rc = decide(q, word);
		if (rc != 0)
			break;
	}
	json_decref(words);
	return rc;
}

/* With a signature what he has decided comes along. */
int
intent_finish_review(struct request *q)
{
	return json_str(q->data, "statement") != NULL ? request_accept(q) :
	    request_tell_attempt(q);
}

int
intent_comment(struct request *q)
{
	return comment_may_be(engine_current(q->e), q->data, q->err) == 0 ?
	    request_append(q, EVENT_COMMENTED, request_fields(q)) : -1;
}
