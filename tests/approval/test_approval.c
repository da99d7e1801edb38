/* tests/approval/test_approval.c - who may sign, and when it is enough. */

#include "harness/test.h"

#include <string.h>

#include "approval/approval.h"
#include "base/json.h"
#include "base/memory.h"
#include "run/sample.h"

#define DROP	"main/drop"

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

static json_t *
rule_of(const char *text)
{
	return json_owned(owner, sample_json(text));
}

static const struct signer ben = { "ben", "ben", 7, "keystroke" };
static const struct signer carol = { "carol", "carol", 8, "keystroke" };

static void
sign_until(const char *digest, const struct signer *who, const char *expires)
{
	struct error err = { 0 };
	int attempt = (int)state_step(r->state, DROP)->attempt_count;

	assert_ok(run_append(r, EVENT_SIGNED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:I, s:s, s:s, s:s*}", "step", DROP,
	    "attempt", attempt, "digest", digest, "principal", who->principal,
	    "uid", (json_int_t)who->uid, "user", who->user, "strength",
	    who->strength, "expires_at", expires), &err), &err);
}

#define sign(digest, who) sign_until(digest, who, NULL)

static bool
is_met(const json_t *rule, const char *digest)
{
	return approval_is_met(state_step(r->state, DROP), rule, digest,
	    r->state->last_us);
}

static void
may_not(const char *rule, const struct signer *who, const char *because)
{
	struct error err = { 0 };

	assert_error(approval_may_sign(rule_of(rule), r->state,
	    state_step(r->state, DROP), who, &err), &err, ERR_POLICY);
	assert_string_equal(err.primary, because);
}

static void
each_reason_not_to_sign_has_its_own_message(void **state)
{
	const struct signer ana = { "ana", "ana", 7, "keystroke" };
	const struct signer same_uid = { "zoe", "x", 1000, "keystroke" };
	const struct signer file = { "zoe", "x", -1, "prepared" };
	const struct signer key = { "zoe", "x", 1000, "ssh" };
	const char *digest = sample_plan(r, DROP, 1, "B", "x");
	struct error err = { 0 };

	(void)state;
	may_not("{'from': ['ben'], 'min': 1}", &carol,
	    "\"carol\" may not sign for step \"main/drop\"");
	may_not("{'not': 'executor'}", &ana, "step \"main/drop\" is signed by "
	    "somebody else than who opened the run");
	may_not("{'not': 'executor'}", &same_uid, "step \"main/drop\" is "
	    "signed by another user of this machine than who opened the run");
	may_not("{'signed': true}", &ben,
	    "step \"main/drop\" wants an ssh signature");
	assert_ok(approval_may_sign(rule_of("{'not': 'executor'}"), r->state,
	    state_step(r->state, DROP), &file, &err), &err);
	assert_ok(approval_may_sign(rule_of("{'not': 'executor'}"), r->state,
	    state_step(r->state, DROP), &key, &err), &err);
	assert_ok(approval_may_sign(rule_of("{'from': ['ben']}"), r->state,
	    state_step(r->state, DROP), &ben, &err), &err);
	sign(digest, &ben);
	may_not("{}", &ben, "\"ben\" has signed for step \"main/drop\" already");
}

static void
class_b_wants_the_right_name_typed(void **state)
{
	const json_t *rule = rule_of(
	    "{'ceremony': 'typed', 'type_this': 'shop'}");
	struct error err = { 0 };

	(void)state;
	assert_error(approval_check_typed(rule, NULL, &err), &err, ERR_POLICY);
	assert_error(approval_check_typed(rule, "Shop", &err), &err,
	    ERR_POLICY);
	assert_error(approval_check_typed(rule, "", &err), &err, ERR_POLICY);
	assert_ok(approval_check_typed(rule, "shop", &err), &err);
	assert_ok(approval_check_typed(rule_of("{'ceremony': 'key'}"), NULL,
	    &err), &err);
}

static void
enough_means_so_many_different_people(void **state)
{
	const struct signer ben_again = { "benjamin", "ben", 7, "keystroke" };
	const char *digest = sample_plan(r, DROP, 1, "B", "x");
	const json_t *rule = rule_of("{'min': 2}");

	(void)state;
	assert_false(is_met(rule, digest));
	sign(digest, &ben);
	assert_true(is_met(rule_of("{'min': 1}"), digest));
	assert_false(is_met(rule, digest));
	sign(digest, &ben_again);
	assert_false(is_met(rule, digest));
	sign(digest, &carol);
	assert_true(is_met(rule, digest));
	assert_false(is_met(rule, "another"));
	assert_false(is_met(rule_of("{'min': 2, 'signed': true}"), digest));
	assert_false(is_met(rule_of("{'min': 1, 'from': ['x']}"), digest));
}

static void
a_signoff_expires(void **state)
{
	const char *digest = sample_plan(r, DROP, 1, "B", "x");
	const json_t *rule = rule_of("{'min': 1}");

	(void)state;
	sign_until(digest, &ben, "2020-01-01T00:00:00.000Z");
	assert_false(is_met(rule, digest));
	sign_until(digest, &ben, "2999-01-01T00:00:00.000Z");
	assert_true(is_met(rule, digest));
}

static void
attempt(const char *digest, int number, const char *outcome)
{
	sample_append(r, EVENT_ATTEMPT_STARTED, mem_printf(owner, "{'step': "
	    "'main/drop', 'attempt': %d, 'digest': '%s'}", number, digest));
	sample_append(r, EVENT_ATTEMPT_FINISHED, mem_printf(owner, "{'step': "
	    "'main/drop', 'attempt': %d, 'outcome': '%s', 'ms': 1}", number,
	    outcome));
}

static void
a_signoff_outlives_a_failure_and_not_a_success(void **state)
{
	const char *digest = sample_plan(r, DROP, 1, "B", "x");
	const json_t *rule = rule_of("{'min': 1}");

	(void)state;
	sign(digest, &ben);
	attempt(digest, 1, "failed");
	sample_plan(r, DROP, 2, "B", "x");
	assert_true(is_met(rule, digest));
	attempt(digest, 2, "done");
	sample_plan(r, DROP, 3, "B", "x");
	assert_false(is_met(rule, digest));
}

static void
a_refusal_stands_until_its_author_signs_and_voiding_is_for_all(void **state)
{
	const char *digest = sample_plan(r, DROP, 1, "B", "x");
	const json_t *rule = rule_of("{'min': 1}");

	(void)state;
	sign(digest, &ben);
	sample_append(r, EVENT_REFUSED, mem_printf(owner, "{'step': "
	    "'main/drop', 'attempt': 1, 'digest': '%s', 'principal': 'carol', "
	    "'uid': 8, 'user': 'c', 'reason': 'no'}", digest));
	assert_false(is_met(rule, digest));
	sign(digest, &ben);
	assert_false(is_met(rule, digest));
	sign(digest, &carol);
	assert_true(is_met(rule, digest));
	sample_append(r, EVENT_SIGNOFF_VOIDED, mem_printf(owner, "{'step': "
	    "'main/drop', 'attempt': 1, 'digest': '%s', 'reason': 'text'}",
	    digest));
	assert_false(is_met(rule, digest));
}

static void
prepared_decisions_are_found_by_step(void **state)
{
	char *folder = temp_folder(owner);
	struct error err = { 0 };
	json_t *found;

	(void)state;
	assert_null(approval_prepared(folder, "a/b", &err));
	assert_int_equal(err.code, ERR_NONE);
	temp_file(owner, folder, "1.json", "{\"step\": \"a/b\", \"decision\": "
	    "\"approve\", \"principal\": \"ben\"}");
	temp_file(owner, folder, "2.json", "[{\"step\": \"a/b\", \"answer\": "
	    "{\"x\": 1}, \"principal\": \"ben\"}, {\"step\": \"a/c\", "
	    "\"decision\": \"refuse\", \"principal\": \"carol\"}]");
	temp_file(owner, folder, "notes.txt", "not for us");

	found = approval_prepared_all(folder, "a/b", &err);
	assert_int_equal(json_array_size(found), 2);
	json_decref(found);
	found = approval_prepared(folder, "a/b", &err);
	assert_non_null(json_object_get(found, "answer"));
	json_decref(found);
	found = approval_prepared(folder, "a/c", &err);
	assert_string_equal(json_str(found, "decision"), "refuse");
	json_decref(found);
}

static void
a_prepared_file_that_is_not_right_is_not_guessed_at(void **state)
{
	static const char *const bad[] = {
		"", "7", "[7]", "{}", "{\"step\": \"a/b\"}",
		"{\"step\": \"a/b\", \"principal\": 7}",
		"{\"step\": \"a/b\", \"principal\": \"p\", \"decision\": \"y\"}",
		"{\"step\": \"a/b\", \"principal\": \"p\", \"digset\": \"y\"}",
		"{\"step\": \"a/b\", \"principal\": \"p\", \"digest\": 1}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *folder = temp_folder(owner);
		struct error err = { 0 };

		temp_file(owner, folder, "x.json", bad[i]);
		assert_null(approval_prepared(folder, "a/b", &err));
		assert_int_equal(err.code, ERR_USAGE);
		assert_contains(err.primary, "x.json");
	}
}

static void
a_prepared_decision_without_digest_holds_where_no_harm_is_done(void **state)
{
	const json_t *with = rule_of("{'step': 's', 'digest': 'd1'}");
	const json_t *without = rule_of("{'step': 's'}");
	struct error err = { 0 };

	(void)state;
	assert_ok(approval_prepared_fits(with, "d1", false, &err), &err);
	assert_ok(approval_prepared_fits(without, "d1", true, &err), &err);
	assert_error(approval_prepared_fits(without, "d1", false, &err), &err,
	    ERR_POLICY);
	assert_contains(err.detail, "d1");
	assert_error(approval_prepared_fits(with, "d2", true, &err), &err,
	    ERR_POLICY);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(each_reason_not_to_sign_has_its_own_message),
		test(class_b_wants_the_right_name_typed),
		test(enough_means_so_many_different_people),
		test(a_signoff_expires),
		test(a_signoff_outlives_a_failure_and_not_a_success),
		test(a_refusal_stands_until_its_author_signs_and_voiding_is_for_all),
		test(prepared_decisions_are_found_by_step),
		test(a_prepared_file_that_is_not_right_is_not_guessed_at),
		test(a_prepared_decision_without_digest_holds_where_no_harm_is_done),
	};

	return test_main(tests, NULL, NULL);
}
