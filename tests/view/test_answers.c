/* tests/view/test_answers.c - questions, items, failures and locks by keys. */

#include "view/acting.h"

static void
a_checklist_is_answered_only_when_it_is_complete(void **state)
{
	(void)state;
	announces();
	stage_event(s, EVENT_ASKED, "{'step': 'freeze/announce', 'attempt': 1,"
	    "'question': {'type': 'manual', 'items': ['one'], 'fields':"
	    " [{'name': 'ticket', 'prompt': 'Ticket', 'pattern':"
	    " '^CHG-[0-9]+$'}]}}");

	stage_keys(s, "s a");
	assert_null(s->sent);
	stage_keys(s, "Space j Enter");
	stage_type(s, "nonsense", false);
	stage_keys(s, "Enter");
	assert_shows("Does not match ^CHG-[0-9]+$");
	assert_shows("nonsense");
	stage_keys(s, "^U");
	stage_type(s, "CHG-7", false);
	stage_keys(s, "Enter a");

	assert_string_equal(s->sent, "answer {\"answer\":{\"fields\":{\"ticket\":"
	    "\"CHG-7\"},\"items\":[true]},\"step\":\"freeze/announce\"}");
}

static void
asks_to_choose(const char *one, const char *two)
{
	announces();
	stage_event(s, EVENT_ASKED, mem_printf(owner, "{'step':"
	    " 'freeze/announce', 'attempt': 1, 'question': {'type': 'choose',"
	    " 'options': [{'key': '%s', 'text': 'one'}, {'key': '%s', 'text':"
	    " 'two'}]}}", one, two));
}

static void
enter_chooses_or_ticks_what_is_at_the_cursor(void **state)
{
	(void)state;
	asks_to_choose("1", "2");
	stage_keys(s, "s j Enter Enter");
	assert_shows("(x) 2");
	stage_keys(s, "a");

	assert_contains(s->sent, "\"key\":\"2\"");
}

static void
a_long_question_leaves_room_to_see_the_answer(void **state)
{
	(void)state;
	s = stage_new(owner, (struct stage_look){ 20, 60, false, false });
	stage_open(s);
	announces();
	stage_event(s, EVENT_ASKED, "{'step': 'freeze/announce', 'attempt': 1,"
	    "'question': {'type': 'manual', 'items': [], 'fields':"
	    " [{'name': 'n', 'prompt': 'Everything that the people in the"
	    " channel have said about it until now'}]}}");
	stage_keys(s, "s Enter");
	stage_type(s, "nothing at all", false);

	assert_shows("… nothing at all");
}

static void
an_option_with_the_answer_s_own_key_leaves_a_key_to_answer(void **state)
{
	(void)state;
	asks_to_choose("a", "q");
	stage_keys(s, "s q a");
	assert_null(s->sent);
	assert_shows("(x) a");
	assert_shows("A answer");
	assert_shows("Esc back");
	stage_keys(s, "A");

	assert_contains(s->sent, "\"key\":\"a\"");
}

static void
a_review_says_how_much_is_undecided(void **state)
{
	(void)state;
	stage_review(s);
	stage_keys(s, "s");
	assert_shows("s finish (4 left)");
}

static void
drift_items_are_decided_one_by_one(void **state)
{
	(void)state;
	stage_review(s);
	stage_keys(s, "s m");
	assert_contains(s->sent, "\"item\":\"i1\"");
	assert_contains(s->sent, "\"truth\":\"migrations\"");
	stage_keys(s, "b");
	assert_contains(s->sent, "\"item\":\"i1\"");
	stage_keys(s, "j b");
	assert_contains(s->sent, "\"item\":\"i2\"");
	stage_keys(s, "x");
	stage_type(s, "later", false);
	stage_keys(s, "Enter");
	assert_contains(s->sent, "\"reason\":\"later\"");
	stage_keys(s, "s");
	assert_contains(s->sent, "finish_review");
}

static void
drift_items_of_one_kind_are_shown_alone(void **state)
{
	(void)state;
	stage_review(s);
	stage_keys(s, "s");
	assert_shows("orders.total");
	stage_keys(s, "j j F");
	assert_shows("Drift items: index only");
	assert_hides("orders.total");
	assert_hides("users.legacy_id");
	stage_keys(s, "b");
	assert_contains(s->sent, "\"item\":\"i3\"");
	stage_keys(s, "f f");
	assert_shows("Drift items: B only, index only");
	assert_shows("no item passes");
	stage_keys(s, "F");
	assert_shows("Drift items: B only");
	assert_shows("orders.total");
}

static void
a_drift_item_is_refused_or_delegated(void **state)
{
	(void)state;
	stage_review(s);
	stage_keys(s, "s r");
	stage_type(s, "no copy of it", false);
	stage_keys(s, "j Enter");
	assert_string_equal(s->sent, "decide {\"item\":\"i1\",\"reason\":"
	    "\"no copy of itj\",\"step\":\"diff/review\",\"truth\":"
	    "\"refused\"}");
	stage_keys(s, "d");
	stage_type(s, "carol", false);
	stage_keys(s, "Enter");
	assert_string_equal(s->sent, "decide {\"item\":\"i1\",\"step\":"
	    "\"diff/review\",\"to\":\"carol\",\"truth\":\"delegated\"}");
	stage_event(s, EVENT_DECIDED, "{'step': 'diff/review', 'item': 'i1',"
	    "'truth': 'refused', 'reason': 'no copy', 'principal': 'ben',"
	    "'strength': 'ssh'}");
	assert_shows(" REFUSED");
	assert_shows("Refused   by ben (ssh): no copy");
	stage_event(s, EVENT_DECIDED, "{'step': 'diff/review', 'item': 'i1',"
	    "'truth': 'delegated', 'to': 'carol', 'principal': 'ben'}");
	assert_shows(" for carol");
}

static void
all_of_class_a_are_decided_at_once_and_b_never(void **state)
{
	(void)state;
	stage_review(s);
	stage_keys(s, "s A");
	assert_shows("All 3 of class A");
	stage_type(s, "x", false);
	stage_keys(s, "Enter");
	assert_null(s->sent);
	stage_keys(s, "Backspace b Enter");
	assert_string_equal(s->sent, "decide_all {\"step\":\"diff/review\","
	    "\"truth\":\"database\"}");
}

static void
what_is_decided_upon_a_request_is_to_be_signed(void **state)
{
	(void)state;
	stage_review_signed(s);
	stage_event(s, EVENT_REQUEST_OPENED, "{'head': '00', 'sha256': '00',"
	    "'signed_by': 'zoe', 'key': 'SHA256:VtUEecHfABCD'}");
	assert_shows("a request, not the run itself, signed by zoe (ssh "
	    "SHA256:VtUEecHf…)");
	stage_keys(s, "s");
	stage_event(s, EVENT_DECIDED, "{'step': 'diff/review', 'item': 'i1',"
	    "'truth': 'database', 'principal': 'ben'}");
	assert_shows(" database?");
	assert_shows("decided 1/6, 2 to sign");
	assert_shows("s sign 2 (3 left)");
	stage_event(s, EVENT_REVIEWED, "{'step': 'diff/review', 'attempt': 1,"
	    "'digest': 'd', 'principal': 'ben', 'uid': -1, 'user': 'ben',"
	    "'strength': 'ssh', 'key': 'SHA256:x', 'statement': 's',"
	    "'signature': 'g', 'decisions': [{'item': 'i1', 'truth':"
	    "'database'}], 'comments': [{'item': 'i1', 'text': 'as agreed'}]}");
	assert_shows(" database ");
	assert_shows("database, by ben (ssh SHA256:x…)");
	assert_shows("as agreed (ben)");
}

static void
a_run_is_passed_on_with_open_risks_and_taken_over(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	stage_keys(s, "H");
	stage_type(s, "half is done", false);
	stage_keys(s, "Enter");
	assert_shows("Open risks");
	stage_type(s, "slow backup", false);
	stage_keys(s, "Enter");
	assert_string_equal(s->sent, "hand_over {\"risks\":\"slow backup\","
	    "\"text\":\"half is done\"}");

	stage_event(s, EVENT_HANDED_OVER, "{'principal': 'ben', 'uid': 1,"
	    "'user': 'ben', 'text': 'all is well', 'risks': 'none known'}");
	assert_shows("PASSED ON  press H to take it over: ben passes the run "
	    "on: all is well; open risks: none known");
	assert_shows("NEEDS YOU");
	stage_keys(s, "H");
	assert_contains(s->sent, "hand_over");
	assert_shows("press H again");
	stage_keys(s, "H");
	assert_string_equal(s->sent, "take_over {}");
	stage_event(s, EVENT_TAKEN_OVER, "{'principal': 'ana', 'uid': 2,"
	    "'user': 'ana'}");
	assert_hides("PASSED ON");
}

static void
a_failure_is_decided_in_its_menu(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_apply_fails(s);
	stage_keys(s, "r");
	assert_null(s->sent);
	stage_keys(s, "s t");
	stage_type(s, "10s", false);
	stage_keys(s, "Enter");
	assert_string_equal(s->sent, "retry {\"lock_timeout_ms\":10000,"
	    "\"step\":\"rollout/apply\"}");
	stage_keys(s, "k Enter");
	assert_contains(s->sent, "retry");
	stage_keys(s, "k");
	stage_type(s, "not needed", false);
	stage_keys(s, "Enter");
	assert_contains(s->sent, "skip {");
}

static void
a_blocker_is_ended_by_its_pid(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_apply_runs(s);
	stage_keys(s, "L T");
	stage_type(s, "813", false);
	stage_keys(s, "Enter");
	assert_null(s->sent);
	stage_keys(s, "T");
	stage_type(s, "812", false);
	stage_keys(s, "Enter");
	assert_string_equal(s->sent, "terminate_backend {\"backend_start\":"
	    "\"2026-11-27 00:10:00+00\",\"pid\":812,\"step\":"
	    "\"rollout/apply\"}");
}

static void
who_was_in_the_way_of_an_attempt_is_gone_with_it(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_apply_runs(s);
	stage_keys(s, "L");
	assert_shows("We (pid 900) have waited");
	stage_event(s, EVENT_ATTEMPT_FINISHED, "{'step': 'rollout/apply',"
	    "'attempt': 1, 'outcome': 'failed', 'ms': 12400,"
	    "'error': {'code': 'sql', 'primary': 'lock timeout'}}");

	assert_shows("Nobody is in the way");
	assert_hides("812");
	assert_hides("end its session");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_checklist_is_answered_only_when_it_is_complete),
		test(enter_chooses_or_ticks_what_is_at_the_cursor),
		test(a_long_question_leaves_room_to_see_the_answer),
		test(an_option_with_the_answer_s_own_key_leaves_a_key_to_answer),
		test(a_review_says_how_much_is_undecided),
		test(drift_items_are_decided_one_by_one),
		test(drift_items_of_one_kind_are_shown_alone),
		test(a_drift_item_is_refused_or_delegated),
		test(what_is_decided_upon_a_request_is_to_be_signed),
		test(a_run_is_passed_on_with_open_risks_and_taken_over),
		test(all_of_class_a_are_decided_at_once_and_b_never),
		test(a_failure_is_decided_in_its_menu),
		test(a_blocker_is_ended_by_its_pid),
		test(who_was_in_the_way_of_an_attempt_is_gone_with_it),
	};

	return test_main(tests, NULL, NULL);
}
