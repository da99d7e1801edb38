/* tests/engine/test_policy.c - intents by situations, the whole table. */

#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"
#include "harness/golden.h"
#include "run/sample.h"

static void *owner;
static struct engine *e;

static int
begin(void **state)
{
	char *folder;

	(void)state;
	owner = talloc_new(NULL);
	e = NEW(owner, struct engine);
	e->run = sample_run(owner, &folder);
	sample_plan(e->run, "main/look", 1, "R", "x");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

static int
policy(enum intent_type t, const char *fields, struct error *err)
{
	json_t *data = sample_json(fields);
	int rc;

	error_clear(err);
	rc = engine_policy(e, t, data, err);
	json_decref(data);
	return rc;
}

static const struct {
	enum situation	 situation;
	const char	*name;
} situations[] = {
	{ AT_START, "start" }, { AT_GATE, "gate" }, { AT_WORK, "work" },
	{ AT_QUESTION, "question" }, { AT_FAILURE, "failure" },
	{ AT_PAUSE, "pause" }, { AT_RETRY, "retry" }, { AT_TURN, "turn" },
	{ AT_HOLD, "hold" },
};

/* Fields with which it is about the step at hand. */
static const char *
fields_of(enum intent_type t)
{
	switch (t) {
	case INTENT_START:
	case INTENT_PAUSE:
	case INTENT_RESUME:
		return "{}";
	case INTENT_NOTE:
		return "{'text': 't'}";
	case INTENT_ROLLBACK:
	case INTENT_STOP:
	case INTENT_ABANDON:
		return "{'reason': 'r'}";
	case INTENT_DECIDE:
		return "{'step': 'main/look', 'item': 'i', 'truth': 'database'}";
	case INTENT_SIGN:
	case INTENT_REFUSE:
		return mem_printf(owner, "{'step': 'main/look', 'digest': '%s', "
		    "'reason': 'r'}", step_last_attempt(
		    &e->run->state->steps[0])->digest);
	default:
		return "{'step': 'main/look', 'reason': 'r'}";
	}
}

static void
each_intent_has_its_times(void **state)
{
	struct buffer *b = buffer_new(owner);
	struct error err;
	size_t i;
	int t;

	(void)state;
	for (t = 0; t < INTENT_COUNT; t++) {
		/* What it answers is looked at by another test. */
		if (t == INTENT_ANSWER)
			continue;
		buffer_printf(b, "%-18s", intent_name((enum intent_type)t));
		for (i = 0; i < sizeof(situations) / sizeof(situations[0]);
		    i++) {
			e->situation = situations[i].situation;
			if (policy((enum intent_type)t,
			    fields_of((enum intent_type)t), &err) == 0)
				buffer_printf(b, " %s", situations[i].name);
			else
				assert_int_equal(err.code, ERR_POLICY);
		}
		buffer_puts(b, "\n");
	}
	golden_check("engine/policy", b->data);
}

static void
refuses(enum situation s, enum intent_type t, const char *fields,
    const char *because)
{
	struct error err;

	e->situation = s;
	assert_error(policy(t, fields, &err), &err, ERR_POLICY);
	assert_string_equal(err.primary, because);
}

static void
what_the_table_cannot_say_has_words_of_its_own(void **state)
{
	(void)state;
	refuses(AT_FAILURE, INTENT_SKIP,
	    "{'step': 'main/drop', 'reason': 'r'}",
	    "step \"main/drop\" is not the one at hand");
	refuses(AT_FAILURE, INTENT_SKIP, "{'step': 'x', 'reason': 'r'}",
	    "the run has no step \"x\"");
	refuses(AT_FAILURE, INTENT_SKIP,
	    "{'step': 'main/look', 'reason': ' '}", "a reason is wanted");
	refuses(AT_FAILURE, INTENT_GOTO,
	    "{'step': 'back/back', 'reason': 'r'}",
	    "steps of the rollback are reached by rollback alone");
	refuses(AT_GATE, INTENT_SIGN, "{'step': 'main/look', 'digest': 'd'}",
	    "the digest is not that of what would run now");
	refuses(AT_QUESTION, INTENT_ANSWER,
	    "{'step': 'main/look', 'answer': {}}", "the step does not ask");
	sample_append(e->run, EVENT_ROLLBACK_STARTED,
	    "{'reason': 'r', 'principal': 'p'}");
	refuses(AT_FAILURE, INTENT_ROLLBACK, "{'reason': 'r'}",
	    "the run is in its rollback already");
	refuses(AT_FAILURE, INTENT_GOTO,
	    "{'step': 'main/look', 'reason': 'r'}",
	    "the run is in its rollback, and does not leave it");
	e->is_stopping = true;
	refuses(AT_FAILURE, INTENT_NOTE, "{'text': 't'}",
	    "the engine is stopping");
}

static void
a_review_is_not_finished_while_an_item_is_undecided(void **state)
{
	const char *finish = "{'step': 'main/look'}";
	struct error err;

	(void)state;
	refuses(AT_QUESTION, INTENT_FINISH_REVIEW, finish,
	    "the step does not ask for decisions");
	sample_append(e->run, EVENT_ATTEMPT_STARTED, mem_printf(owner,
	    "{'step': 'main/look', 'attempt': 1, 'digest': '%s'}",
	    step_last_attempt(&e->run->state->steps[0])->digest));
	sample_append(e->run, EVENT_ASKED, "{'step': 'main/look', 'attempt': 1,"
	    "'question': {'type': 'review', 'items': ["
	    " {'id': 'i1', 'class': 'B'}, {'id': 'i2', 'class': 'A'},"
	    " {'id': 'i3', 'class': 'C'}]}}");
	refuses(AT_QUESTION, INTENT_FINISH_REVIEW, finish,
	    "2 items are not decided yet");

	sample_append(e->run, EVENT_DECIDED, "{'step': 'main/look', 'item': "
	    "'i1', 'truth': 'database', 'principal': 'p'}");
	refuses(AT_QUESTION, INTENT_FINISH_REVIEW, finish,
	    "1 item is not decided yet");
	sample_append(e->run, EVENT_DECIDED, "{'step': 'main/look', 'item': "
	    "'i2', 'truth': 'migrations', 'principal': 'p'}");
	assert_ok(policy(INTENT_FINISH_REVIEW, finish, &err), &err);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(each_intent_has_its_times),
		test(what_the_table_cannot_say_has_words_of_its_own),
		test(a_review_is_not_finished_while_an_item_is_undecided),
	};

	return test_main(tests, NULL, NULL);
}
