/* tests/approval/test_decision.c - who decides on drift items, and when it is enough. */

#include "harness/test.h"

#include <string.h>

#include "approval/decision.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/decision.h"
#include "run/sample.h"

#define LOOK	"main/look"

static void *owner;
static struct run *r;

static int
begin(void **state)
{
	char *folder;

	(void)state;
	owner = talloc_new(NULL);
	r = sample_run(owner, &folder);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

static const struct signer ana = { "ana", "ana", 1000, "keystroke" };
static const struct signer ben = { "ben", "ben", 7, "keystroke" };
static const struct signer carol = { "carol", "carol", 8, "keystroke" };

/* The step asks about a, b1, b2 and c, of these classes. */
static void
ask(const char *rule)
{
	const char *digest = sample_plan(r, LOOK, 1, "R", "review");

	sample_append(r, EVENT_ATTEMPT_STARTED, mem_printf(owner,
	    "{'step': '" LOOK "', 'attempt': 1, 'digest': '%s'}", digest));
	sample_append(r, EVENT_ASKED, mem_printf(owner, "{'step': '" LOOK
	    "', 'attempt': 1, 'question': {'type': 'review', 'items': ["
	    "{'id': 'a', 'class': 'A', 'title': 'an index'},"
	    "{'id': 'b1', 'class': 'B', 'title': 'a column'},"
	    "{'id': 'b2', 'class': 'B', 'title': 'a table'},"
	    "{'id': 'c', 'class': 'C', 'title': 'legacy'}]%s%s}}",
	    rule != NULL ? ", 'rule': " : "", rule != NULL ? rule : ""));
}

static const struct step_state *
step(void)
{
	return state_step(r->state, LOOK);
}

static int
may(const struct signer *who, const char *word, struct error *err)
{
	json_t *w = sample_json(word);
	int rc = decision_may_be(r->state, step(), w, who, err);

	json_decref(w);
	return rc;
}

static void
may_not(const struct signer *who, const char *word, const char *because)
{
	struct error err = { 0 };

	assert_error(may(who, word, &err), &err, ERR_POLICY);
	assert_string_equal(err.primary, because);
}

/* It is allowed, and said. */
static void
say(const struct signer *who, const char *word)
{
	struct error err = { 0 };
	json_t *data = sample_json(word);

	assert_ok(may(who, word, &err), &err);
	json_object_set_new(data, "step", json_string(LOOK));
	json_object_set_new(data, "principal", json_string(who->principal));
	json_object_set_new(data, "uid", json_integer((json_int_t)who->uid));
	json_object_set_new(data, "strength", json_string(who->strength));
	assert_ok(run_append(r, EVENT_DECIDED, data, &err), &err);
}

static void
waits(const char *because)
{
	struct error err = { 0 };

	assert_error(review_is_met(r->state, step(), &err), &err, ERR_POLICY);
	assert_string_equal(err.primary, because);
}

static struct item_state
item(const char *id)
{
	struct item_state is;

	state_item(r->state, step(), question_item(
	    step_last_attempt(step())->question, id), &is);
	return is;
}

static void
each_reason_not_to_decide_has_its_own_message(void **state)
{
	const struct signer twin = { "twin", "ben", 7, "keystroke" };

	(void)state;
	may_not(&ben, "{'item': 'a', 'truth': 'database'}",
	    "the step does not ask for decisions");
	ask("{'from': ['ana', 'ben', 'carol', 'twin'], 'not': 'executor', "
	    "'min': 2}");
	may_not(&ben, "{'item': 'a', 'truth': 'nobody'}",
	    "\"nobody\" is not a source of truth");
	may_not(&ben, "{'item': 'a', 'truth': 'out_of_scope', 'reason': ' '}",
	    "an item is out of scope with a reason");
	may_not(&ben, "{'item': 'a', 'truth': 'refused'}",
	    "an item is refused with a reason");
	may_not(&ben, "{'item': 'a', 'truth': 'delegated'}",
	    "an item is delegated to somebody");
	may_not(&ben, "{'item': 'a', 'truth': 'delegated', 'to': 'dora'}",
	    "\"dora\" may not decide: it is not delegated to him");
	may_not(&ben, "{'item': 'z', 'truth': 'database'}",
	    "the review has no item \"z\"");
	may_not(&ana, "{'item': 'a', 'truth': 'database'}", "step \"" LOOK
	    "\" is signed by somebody else than who opened the run");
	say(&ben, "{'item': 'b1', 'truth': 'database'}");
	may_not(&twin, "{'item': 'b1', 'truth': 'database'}", "this user of "
	    "the machine has decided on the item already, as \"ben\"");
}

static void
every_item_is_decided_before_it_ends(void **state)
{
	struct error err = { 0 };

	(void)state;
	ask(NULL);
	waits("3 items are not decided yet");
	say(&ben, "{'item': 'a', 'truth': 'migrations'}");
	say(&ben, "{'item': 'b1', 'truth': 'database'}");
	waits("1 item is not decided yet");
	say(&ben, "{'item': 'b2', 'truth': 'out_of_scope', 'reason': 'later'}");
	assert_ok(review_is_met(r->state, step(), &err), &err);
	assert_int_equal(state_undecided(r->state, step()), 0);
}

static void
a_refusal_stands_until_its_author_says_otherwise(void **state)
{
	(void)state;
	ask(NULL);
	say(&ben, "{'item': 'b1', 'truth': 'migrations'}");
	assert_true(item("b1").is_decided);
	say(&carol, "{'item': 'b1', 'truth': 'refused', 'reason': 'no copy'}");
	assert_false(item("b1").is_decided);
	say(&ben, "{'item': 'b1', 'truth': 'migrations'}");
	assert_false(item("b1").is_decided);
	say(&ben, "{'item': 'a', 'truth': 'database'}");
	waits("\"carol\" refuses the item \"a column\"");
	may_not(&ben, "{'item': 'b1', 'truth': 'delegated', 'to': 'ben'}",
	    "\"carol\" refuses the item; it is not delegated past him");
	say(&carol, "{'item': 'b1', 'truth': 'database'}");
	assert_true(item("b1").is_decided);
}

static void
what_is_delegated_takes_that_persons_word_alone(void **state)
{
	(void)state;
	ask(NULL);
	say(&ben, "{'item': 'b1', 'truth': 'migrations'}");
	say(&ana, "{'item': 'b1', 'truth': 'delegated', 'to': 'carol'}");
	assert_false(item("b1").is_decided);
	may_not(&ben, "{'item': 'b1', 'truth': 'migrations'}",
	    "the item is delegated to \"carol\"");
	may_not(&ana, "{'item': 'b1', 'truth': 'migrations'}",
	    "the item is delegated to \"carol\"");
	say(&carol, "{'item': 'b1', 'truth': 'migrations'}");
	assert_true(item("b1").is_decided);
	/* Who has passed it on can take it back. */
	say(&ana, "{'item': 'b1', 'truth': 'delegated', 'to': 'ana'}");
	say(&ana, "{'item': 'b1', 'truth': 'database'}");
	assert_string_equal(item("b1").truth->truth, "database");
}

static void
class_b_wants_as_many_who_agree_as_the_rule_says(void **state)
{
	(void)state;
	ask("{'from': [], 'min': 2}");
	say(&ben, "{'item': 'a', 'truth': 'database'}");
	assert_true(item("a").is_decided);
	say(&ben, "{'item': 'b1', 'truth': 'database'}");
	waits("1 of 2 people agree on the item \"a column\"");
	say(&carol, "{'item': 'b1', 'truth': 'migrations'}");
	assert_false(item("b1").is_decided);
	say(&carol, "{'item': 'b1', 'truth': 'database'}");
	assert_true(item("b1").is_decided);
	assert_int_equal(item("b1").agreed, 2);
}

static void
where_signatures_are_wanted_keystrokes_do_not_count(void **state)
{
	const struct signer by_key = { "ben", "ben", 7, "ssh" };

	(void)state;
	ask("{'from': [], 'min': 1, 'signed': true}");
	say(&ben, "{'item': 'a', 'truth': 'database'}");
	assert_false(item("a").is_decided);
	waits("the decision on \"an index\" wants an ssh signature");
	say(&by_key, "{'item': 'a', 'truth': 'database'}");
	assert_true(item("a").is_decided);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(each_reason_not_to_decide_has_its_own_message),
		test(every_item_is_decided_before_it_ends),
		test(a_refusal_stands_until_its_author_says_otherwise),
		test(what_is_delegated_takes_that_persons_word_alone),
		test(class_b_wants_as_many_who_agree_as_the_rule_says),
		test(where_signatures_are_wanted_keystrokes_do_not_count),
	};

	return test_main(tests, NULL, NULL);
}
