/*
 * steps/ask.c - asking people, and waiting for what they say.
 */

#include <string.h>

#include "approval/approval.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/ask.h"
#include "steps/attempt.h"

static int
check_manual(const json_t *question, const json_t *answer, struct error *err)
{
	const json_t *items = json_object_get(question, "items");
	const json_t *ticks = json_object_get(answer, "items");
	const json_t *fields = json_object_get(question, "fields"), *f;
	const char *text, *name, *pattern;
	size_t i;

	for (i = 0; i < json_array_size(items); i++)
		if (!json_is_true(json_array_get(ticks, i)))
			return error_set(err, ERR_POLICY,
			    "item %zu is not ticked: %s", i + 1,
			    json_string_value(json_array_get(items, i)));
	for (i = 0; i < json_array_size(fields); i++) {
		f = json_array_get(fields, i);
		name = json_str_or(f, "name", "");
		pattern = json_str(f, "pattern");
		text = json_str_or(json_object_get(answer, "fields"), name, "");
		if (text[0] == '\0')
			return error_set(err, ERR_POLICY,
			    "\"%s\" is not filled in", name);
		if (pattern != NULL && !str_matches(text, pattern))
			return error_set(err, ERR_POLICY,
			    "\"%s\" does not have the form %s", name, pattern);
	}
	return 0;
}

static int
check_choose(const json_t *question, const json_t *answer, struct error *err)
{
	const json_t *options = json_object_get(question, "options");
	const char *key = json_str(answer, "key");
	size_t i;

	for (i = 0; i < json_array_size(options); i++)
		if (key != NULL && str_equal(key, json_str(
		    json_array_get(options, i), "key")))
			return 0;
	return error_set(err, ERR_POLICY, "\"%s\" is none of the options",
	    key != NULL ? key : "");
}

int
ask_check(const json_t *question, const json_t *answer, struct error *err)
{
	const char *type = json_str_or(question, "type", "");

	if (!json_is_object(answer))
		return error_set(err, ERR_POLICY, "the answer is no object");
	if (str_equal(type, "manual"))
		return check_manual(question, answer, err);
	if (str_equal(type, "choose"))
		return check_choose(question, answer, err);
	return error_set(err, ERR_POLICY,
	    "a question of type \"%s\" is not answered as a whole", type);
}

/* The prepared answer of a headless run; who prepared it is in the file. */
static int
take_prepared(struct attempt *a, const json_t *question, json_t **answer,
    char **principal, struct error *err)
{
	json_t *prepared = NULL;

	if (a->host->approvals != NULL) {
		error_clear(err);
		prepared = approval_prepared(a->host->approvals, a->id, err);
		if (prepared == NULL && err->code != ERR_NONE)
			return -1;
	}
	*answer = json_incref(json_object_get(prepared, "answer"));
	*principal = mem_strdup(a, json_str_or(prepared, "principal",
	    "prepared"));
	json_decref(prepared);
	if (*answer == NULL) {
		error_set(err, ERR_WAITING, "step \"%s\" needs an answer", a->id);
		error_hint(err, "prepare one in the folder of --approvals, or attach to the run");
		return -1;
	}
	if (ask_check(question, *answer, err) < 0) {
		json_decref(*answer);
		*answer = NULL;
		return error_context(err, "the prepared answer to \"%s\"", a->id);
	}
	return 0;
}

static int
wait_for_answer(struct attempt *a, const json_t *question, json_t **answer,
    char **principal, struct error *err)
{
	struct error wrong;
	json_t *intent, *given;

	attempt_status(a, "waits for a person");
	for (;;) {
		if (attempt_check(a, err) < 0)
			return -1;
		intent = a->host->take_intent(a->host->arg);
		if (intent == NULL) {
			loop_sleep(a->host->loop, 20, &a->is_cancelled);
			continue;
		}
		given = json_object_get(intent, "answer");
		if (str_equal(json_str(intent, "type"), "answer") &&
		    ask_check(question, given, &wrong) == 0) {
			*answer = json_incref(given);
			*principal = mem_strdup(a,
			    json_str_or(intent, "principal", ""));
			json_decref(intent);
			return 0;
		}
		json_decref(intent);
	}
}

int
attempt_ask(struct attempt *a, json_t *question, json_t **answer,
    struct error *err)
{
	char *principal = NULL;
	int rc;

	*answer = NULL;
	rc = attempt_event(a, EVENT_ASKED, json_pack("{s:O}", "question",
	    question), err);
	if (rc == 0)
		rc = a->host->is_headless ?
		    take_prepared(a, question, answer, &principal, err) :
		    wait_for_answer(a, question, answer, &principal, err);
	json_decref(question);
	if (rc < 0)
		return -1;
	if (attempt_event(a, EVENT_ANSWERED, json_pack("{s:O, s:s}", "answer",
	    *answer, "principal", principal), err) < 0) {
		json_decref(*answer);
		*answer = NULL;
		return -1;
	}
	return 0;
}
