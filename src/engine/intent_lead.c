/*
 * engine/intent_lead.c - about the run as a whole: who leads it, and how long.
 * Signed where a key is at hand.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "engine/intent.h"

/* Takes data.  act: done by who leads the run, or (is_new) is to. */
static int
lead(struct request *q, enum statement_act act, enum event_type t,
    json_t *data, bool (*may)(struct request *q, const char *principal))
{
	void *scratch = talloc_new(NULL);
	struct signer who = {
		.principal = q->from->principal, .user = q->from->user,
		.uid = q->from->uid, .strength = "keystroke",
	};
	int rc = -1;

	if (engine_accept_act(q->e, q->data, act, &who, scratch, q->err) == 0 &&
	    may(q, who.principal) && approval_may_lead(q->e->run->state,
	    act == ACT_TAKE_OVER, &who, q->err) == 0) {
		json_object_update_new(data, memory_check(json_pack(
		    "{s:s, s:I, s:s, s:s, s:s*, s:O*, s:O*}", "principal",
		    who.principal, "uid", (json_int_t)who.uid, "user", who.user,
		    "strength", who.strength, "key", who.key, "statement",
		    json_object_get(q->data, "statement"), "signature",
		    json_object_get(q->data, "signature"))));
		rc = request_append(q, t, json_incref(data));
	}
	json_decref(data);
	talloc_free(scratch);
	return rc;
}

static bool
may_extend(struct request *q, const char *principal)
{
	(void)q;
	(void)principal;
	return true;
}

int
intent_extend(struct request *q)
{
	char *end = engine_window_end(q->e, json_str(q->data, "end"), q->err);
	json_t *data;

	if (end == NULL)
		return -1;
	data = json_pack("{s:s, s:O}", "end", end, "reason",
	    json_object_get(q->data, "reason"));
	talloc_free(end);
	return lead(q, ACT_EXTEND, EVENT_WINDOW_EXTENDED, data, may_extend);
}

static bool
may_hand_over(struct request *q, const char *principal)
{
	const struct run_state *s = q->e->run->state;
	const char *text = json_str(q->data, "text");

	if (text[strspn(text, " \t\n")] == '\0')
		error_set(q->err, ERR_POLICY,
		    "to pass the run on, say what is open");
	else if (strcmp(s->operator_, principal) != 0)
		error_set(q->err, ERR_POLICY,
		    "the run is passed on by who leads it, \"%s\"",
		    s->operator_);
	else
		return true;
	return false;
}

int
intent_hand_over(struct request *q)
{
	return lead(q, ACT_HAND_OVER, EVENT_HANDED_OVER, json_pack(
	    "{s:O, s:O*}", "text", json_object_get(q->data, "text"), "risks",
	    json_object_get(q->data, "risks")), may_hand_over);
}

static bool
may_take_over(struct request *q, const char *principal)
{
	const struct run_state *s = q->e->run->state;

	if (s->handed_by == NULL)
		error_set(q->err, ERR_POLICY,
		    "nobody has passed the run on");
	else if (strcmp(s->handed_by, principal) == 0)
		error_set(q->err, ERR_POLICY,
		    "somebody else takes the run over");
	else
		return true;
	return false;
}

int
intent_take_over(struct request *q)
{
	return lead(q, ACT_TAKE_OVER, EVENT_TAKEN_OVER, json_object(),
	    may_take_over);
}
