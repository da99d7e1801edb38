/* tests/view/test_signing.c - signing by keys, and refusing. */

#include "view/acting.h"

static void
class_b_is_signed_by_the_database_s_name(void **state)
{
	const char *digest;

	(void)state;
	stage_until_apply(s);
	digest = stage_signoff(s);
	stage_keys(s, "s a");
	stage_type(s, "shop", false);
	assert_null(s->sent);
	stage_keys(s, "Enter");
	assert_string_equal(s->sent, mem_printf(owner, "sign {\"digest\":\"%s\","
	    "\"step\":\"rollout/apply\",\"typed\":\"shop\"}", digest));
}

static void
another_name_signs_nothing(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	stage_keys(s, "s a");
	stage_type(s, "shop2", false);
	stage_keys(s, "Enter");
	assert_null(s->sent);
	assert_shows("is not the database's name");
}

static void
a_pasted_name_is_refused(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	stage_keys(s, "s a");
	stage_type(s, "shop\n", true);
	stage_keys(s, "Enter");
	assert_null(s->sent);
	stage_keys(s, "a");
	stage_type(s, "shop", true);
	assert_shows("pasted text is refused");
}

static void
type_ahead_is_thrown_away_before_the_box_and_before_the_name(void **state)
{
	int before;

	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	before = s->flushes;
	stage_keys(s, "s");
	assert_int_equal(s->flushes, before + 1);
	stage_keys(s, "a");
	assert_int_equal(s->flushes, before + 2);
}

static void
two_minutes_without_a_key_are_a_no(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	stage_keys(s, "s a");
	stage_type(s, "shop", false);
	stage_wait(s, 121000);
	assert_shows("nothing is signed. Any key goes on.");
	/* It only wakes: neither the name nor the key counts any more. */
	stage_keys(s, "Enter");
	assert_null(s->sent);
	assert_shows("Nothing is signed.  To sign, press a");
	stage_keys(s, "Enter");
	assert_null(s->sent);
}

static void
a_key_that_wakes_the_box_does_not_sign(void **state)
{
	(void)state;
	wants_class_a();
	stage_keys(s, "s");
	stage_wait(s, 121000);
	stage_keys(s, "a");
	assert_null(s->sent);
	stage_keys(s, "a");
	assert_non_null(s->sent);
}

static void
a_reason_may_be_written_for_longer_than_two_minutes(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	stage_keys(s, "s r");
	stage_type(s, "the backup ", false);
	stage_wait(s, 121000);
	stage_type(s, "is too old", false);
	stage_keys(s, "Enter");
	assert_contains(s->sent, "the backup is too old");
}

static void
what_changed_meanwhile_is_void_and_is_not_signed(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	stage_keys(s, "s a");
	stage_type(s, "shop", false);
	stage_event(s, EVENT_SIGNOFF_VOIDED, mem_printf(owner, "{'step':"
	    " 'rollout/apply', 'attempt': 1, 'digest': '%s', 'reason':"
	    " 'the schema changed'}",
	    step_last_attempt(state_step(s->state, "rollout/apply"))->digest));
	stage_plan(s, "rollout/apply", 1, "B", "{'text': 'something else'}");
	stage_keys(s, "Enter");
	assert_null(s->sent);
}

static void
class_a_is_signed_by_one_key_and_y_only_copies(void **state)
{
	const char *digest;

	(void)state;
	digest = wants_class_a();

	stage_keys(s, "s y Enter Space");
	assert_null(s->sent);
	assert_string_equal(s->copied, digest);
	stage_keys(s, "a");

	assert_contains(s->sent, "sign {");
}

static void
refusing_wants_a_reason(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	stage_keys(s, "s r Enter");
	assert_null(s->sent);
	stage_keys(s, "r");
	stage_type(s, "not tonight", false);
	stage_keys(s, "Enter");
	assert_contains(s->sent, "refuse {");
	assert_contains(s->sent, "not tonight");
}

static void
a_refused_step_says_who_refused_it_and_why(void **state)
{
	const char *digest;

	(void)state;
	digest = wants_class_a();
	stage_event(s, EVENT_REFUSED, mem_printf(owner, "{'step': 'freeze/ddl',"
	    " 'attempt': 1, 'digest': '%s', 'principal': 'ben',"
	    " 'uid': 1000, 'user': 'ben', 'reason': 'not tonight'}", digest));
	assert_shows("REFUSED");
	assert_shows("refused by ben: not tonight");
	assert_shows("nothing of this attempt ran");
	stage_keys(s, "s");
	assert_shows("REFUSED · 4");
	assert_hides("FAILED");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(class_b_is_signed_by_the_database_s_name),
		test(another_name_signs_nothing),
		test(a_pasted_name_is_refused),
		test(type_ahead_is_thrown_away_before_the_box_and_before_the_name),
		test(two_minutes_without_a_key_are_a_no),
		test(a_key_that_wakes_the_box_does_not_sign),
		test(a_reason_may_be_written_for_longer_than_two_minutes),
		test(what_changed_meanwhile_is_void_and_is_not_signed),
		test(class_a_is_signed_by_one_key_and_y_only_copies),
		test(refusing_wants_a_reason),
		test(a_refused_step_says_who_refused_it_and_why),
	};

	return test_main(tests, NULL, NULL);
}
