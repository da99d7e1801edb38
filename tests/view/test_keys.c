/* tests/view/test_keys.c - what keys do, and what they never do. */

#include "base/str.h"
#include "view/acting.h"

/* ---- the table ---------------------------------------------------------------------- */

static void
nothing_dangerous_sits_on_a_key_that_is_pressed_without_thinking(void **state)
{
	static const enum action dangerous[] = {
		ACTION_RUN_CANCEL, ACTION_SIGN_APPROVE, ACTION_FAIL_RETRY,
		ACTION_FAIL_SKIP, ACTION_FAIL_ROLLBACK, ACTION_FAIL_STOP,
		ACTION_LOCK_CANCEL, ACTION_LOCK_TERMINATE,
		ACTION_DRIFT_MIGRATIONS, ACTION_DRIFT_DATABASE,
		ACTION_DRIFT_OUT, ACTION_DRIFT_FINISH, ACTION_ASK_ANSWER,
	};
	static const char *const careless[] = {
		"Enter", "Space", "y", "^D", "Delete",
	};
	size_t i, j;
	int p;

	(void)state;
	for (i = 0; i < COUNT_OF(careless); i++)
		for (p = 0; p < PLACE_COUNT; p++) {
			struct key_press k = key_named(careless[i]);
			enum action a = keymap_find((enum place)p, true, &k);

			for (j = 0; j < COUNT_OF(dangerous); j++)
				assert_int_not_equal(a, dangerous[j]);
		}
}

static void
each_key_of_a_place_does_one_thing(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < ACTION_COUNT; i++) {
		const struct keymap_row *row = keymap_row((enum action)i);
		const char *p = row->keys;

		while (*p != '\0') {
			size_t n = strcspn(p, " ");
			char *name = mem_strndup(owner, p, n);
			struct key_press k = key_named(name);

			assert_int_equal(keymap_find(row->place, true, &k), i);
			p += n + strspn(p + n, " ");
		}
	}
}

/* ---- the run -------------------------------------------------------------------------- */

static void
q_detaches_and_never_aborts(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_apply_runs(s);

	stage_keys(s, "q");

	assert_int_equal(app_take_wish(s->app), WISH_LEAVE);
	assert_null(s->sent);
}

static void
control_c_stops_nothing(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_apply_runs(s);

	stage_keys(s, "^C");

	assert_int_equal(app_take_wish(s->app), WISH_NOTHING);
	assert_null(s->sent);
	assert_shows("q leaves the run as it is");
}

static void
s_starts_a_run_that_is_ready(void **state)
{
	(void)state;
	stage_keys(s, "s");
	assert_string_equal(s->sent, "start {}");
}

static void
cancelling_wants_the_key_twice(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_apply_runs(s);

	stage_keys(s, "C");
	assert_null(s->sent);
	assert_shows("press C again");
	stage_keys(s, "j");
	stage_keys(s, "C");
	assert_null(s->sent);
	stage_keys(s, "C");

	assert_string_equal(s->sent, "cancel {\"step\":\"rollout/apply\"}");
}

static void
the_cursor_stays_where_the_person_put_it(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_keys(s, "g");
	stage_keys(s, "Enter j");

	stage_apply_runs(s);

	assert_shows("1 Announce the window");
	assert_shows("done · class R");
	stage_keys(s, "F");
	assert_shows("running · class B");
}

static void
what_needs_somebody_is_called_for_and_opens_by_a_key_alone(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);

	assert_shows("NEEDS YOU");
	assert_hides("Sign-off · class B");
	stage_keys(s, "s");

	assert_shows("Sign-off · class B");
}

static void
a_note_is_written_with_its_words(void **state)
{
	(void)state;
	stage_keys(s, "n");
	stage_type(s, "all quiet", false);
	stage_keys(s, "Enter");
	assert_string_equal(s->sent, "note {\"text\":\"all quiet\"}");
}

static void
a_command_in_words_goes_to_a_step_with_a_reason(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_keys(s, ":");
	stage_type(s, "goto status", false);
	stage_keys(s, "Enter");
	assert_null(s->sent);
	stage_type(s, "done by hand", false);
	stage_keys(s, "Enter");
	assert_string_equal(s->sent, "goto {\"reason\":\"done by hand\","
	    "\"step\":\"rollout/status\"}");
}

static void
an_engine_that_is_gone_is_started_again_by_a_key(void **state)
{
	(void)state;
	stage_until_apply(s);
	app_engine_gone(s->app, "it was killed");
	assert_shows("ENGINE GONE");
	stage_keys(s, "s");
	assert_int_equal(app_take_wish(s->app), WISH_ENGINE);
	app_engine_gone(s->app, NULL);
	assert_hides("ENGINE GONE");
}

static void
a_refused_intent_says_why(void **state)
{
	struct error err = { 0 };

	(void)state;
	stage_keys(s, "s");
	error_set(&err, ERR_POLICY, "only the executor may start it");
	app_reply(s->app, s->sent_count, &err);
	assert_shows("not done: only the executor may start it");
}

static void
the_header_names_the_database_that_the_step_works_on(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_plan(s, "rollout/apply", 1, "A", "{'text': 'x', 'target':"
	    " {'name': 'shared', 'database': 'shop_copy'}}");
	assert_shows("shop_copy @ db-1.internal");
}

static void
a_step_of_the_current_phase_is_meant_before_one_of_another(void **state)
{
	(void)state;
	wants_class_a();
	stage_keys(s, ":");
	stage_type(s, "goto diff/1", false);
	stage_keys(s, "Enter");
	assert_shows("Go on at diff/");
	stage_keys(s, "Esc :");
	stage_type(s, "goto 2", false);
	stage_keys(s, "Enter");
	assert_shows("Go on at freeze/owner");
	stage_keys(s, "Esc :");
	stage_type(s, "goto 99", false);
	stage_keys(s, "Enter");
	assert_shows("no step is called \"99\"");
}

static void
what_was_said_gives_the_footer_back_to_the_keys(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_signoff(s);
	stage_keys(s, "s Esc");
	assert_shows("nothing was signed");
	stage_wait(s, 5000);
	assert_hides("nothing was signed");
	assert_shows("see to it");
}

static void
a_line_without_words_is_asked_for_again(void **state)
{
	(void)state;
	stage_event(s, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	stage_keys(s, "n Space Enter");
	assert_null(s->sent);
	assert_shows("A few words are needed; Esc leaves it:");
	stage_type(s, "at last", false);
	assert_hides("A few words");
	stage_keys(s, "Enter");

	assert_contains(s->sent, "at last");
}

static void
the_header_leaves_out_whole_facts_and_cuts_none(void **state)
{
	(void)state;
	assert_shows("pg 15.8  role migrator");
	s = stage_new(owner, (struct stage_look){ 24, 66, false, false });
	stage_open(s);
	assert_shows(" shop @ db-1.internal  role migrator ");
	s = stage_new(owner, (struct stage_look){ 24, 60, false, false });
	stage_open(s);
	assert_shows(" shop @ db-1.internal ");
	assert_hides("role");
}

static void
no_key_is_offered_for_output_that_is_not_there(void **state)
{
	(void)state;
	announces();
	stage_keys(s, "o");
	assert_shows("There is no output yet.");
	assert_hides("z freeze");
	stage_event(s, EVENT_ATTEMPT_FINISHED, "{'step': 'freeze/announce',"
	    "'attempt': 1, 'outcome': 'done', 'ms': 10}");
	assert_shows("It has left no output.");
	assert_hides("/ search");
	assert_hides("F follow");
}

static void
without_an_engine_s_starts_one_from_every_screen(void **state)
{
	(void)state;
	stage_until_apply(s);
	stage_apply_fails(s);
	stage_keys(s, "s");
	app_engine_gone(s->app, "it was killed");
	assert_shows("s see to it");
	assert_hides("k skip  ");
	stage_keys(s, "r");
	assert_null(s->sent);
	assert_shows("the engine has gone: s starts it again");
	stage_keys(s, "s");
	assert_int_equal(app_take_wish(s->app), WISH_ENGINE);

	s = stage_new(owner, (struct stage_look){ 36, 120, false, false });
	stage_open(s);
	stage_review(s);
	stage_keys(s, "s");
	app_engine_gone(s->app, "it was killed");
	stage_keys(s, "s");
	assert_null(s->sent);
	assert_int_equal(app_take_wish(s->app), WISH_ENGINE);
}

static void
control_c_names_only_keys_that_act(void **state)
{
	(void)state;
	stage_keys(s, "^C");
	assert_hides("C cancels");
	stage_until_apply(s);
	stage_apply_runs(s);
	stage_keys(s, "^C");
	assert_shows("C cancels what runs");
	stage_keys(s, "J ^C");
	assert_shows("nothing has been stopped");
}

static void
a_narrow_journal_says_what_happened_not_the_title_again(void **state)
{
	(void)state;
	s = stage_new(owner, (struct stage_look){ 24, 80, false, false });
	stage_open(s);
	stage_until_apply(s);
	stage_keys(s, "J");
	assert_shows(": done after");
	assert_hides("Apply the reconciliation migrations:");
}

static void
the_output_is_searched_and_followed(void **state)
{
	struct buffer *b = buffer_new(owner);
	int i;

	(void)state;
	stage_until_apply(s);
	stage_apply_runs(s);
	for (i = 1; i <= 5000; i++)
		buffer_printf(b, "line %d%s\n", i, i == 2500 ? " needle" : "");
	temp_file(owner, s->folder, "artifacts/rollout/apply.1/output.txt.part",
	    b->data);

	stage_keys(s, "o");
	assert_shows("line 5000");
	assert_shows("follow");
	stage_keys(s, "g");
	assert_shows("line 1\n");
	stage_keys(s, "/");
	stage_type(s, "needle", false);
	stage_keys(s, "Enter");

	assert_shows("line 2500 needle");
	stage_keys(s, "n");
	assert_shows("not found further down: needle  (N looks above)");
	stage_keys(s, "G");
	assert_hides("needle");
	stage_keys(s, "N");
	assert_shows("line 2500 needle");
}

static void
pasted_text_is_not_taken_for_keys(void **state)
{
	(void)state;
	stage_type(s, "sssq", true);
	assert_null(s->sent);
	assert_int_equal(app_take_wish(s->app), WISH_NOTHING);
}

static void
what_is_known_of_how_far_it_is_is_told_and_no_more(void **state UNUSED)
{
	stage_event(s, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	stage_start(s, "freeze/announce", 1, stage_plan(s, "freeze/announce",
	    1, "R", "{'text': 'x'}"));
	assert_hides("so far");
	assert_hides(" % ");

	stage_event(s, EVENT_PROGRESS, "{'step': 'freeze/announce',"
	    " 'attempt': 1, 'done': 1200, 'total': 0, 'unit': 'rows',"
	    " 'rate': 300}");
	assert_shows(" 1,200 rows so far · 300 rows/s");
	assert_hides("left");
	stage_event(s, EVENT_PROGRESS, "{'step': 'freeze/announce',"
	    " 'attempt': 1, 'done': 1, 'total': 3, 'unit': 'lockers',"
	    " 'text': 'CREATE INDEX: waiting for writers before build'}");
	assert_shows("33 % ");
	assert_shows("1 of 3 lockers · CREATE INDEX: waiting for writers");
	/* Another part of the work: what was told of the last is gone. */
	stage_event(s, EVENT_PROGRESS, "{'step': 'freeze/announce',"
	    " 'attempt': 1, 'done': 0, 'total': 0, 'unit': ''}");
	assert_hides(" % ");
	assert_hides("so far");
}

/*
 * Left are 1:17:50, still to come are 1:30; the way back is expected to take
 * the 0:59 that the restore took which was rehearsed, and not its estimate.
 */
static void
the_slack_is_what_is_left_behind_the_steps_and_the_way_back(void **state UNUSED)
{
	stage_until_apply(s);
	assert_shows("slack 1h15m");
	stage_wait(s, (75 * 60 + 10) * 1000);
	assert_shows("slack 10s");
	stage_wait(s, 11000);
	assert_shows("NO SLACK");
}

static void
a_command_is_as_far_as_its_output(void **state UNUSED)
{
	const char *id = "rollout/maintenance";

	stage_until_apply(s);
	stage_event(s, EVENT_WENT_TO, mem_printf(owner,
	    "{'step': '%s', 'reason': 'again'}", id));
	stage_start(s, id, 2, stage_plan(s, id, 2, "A", "{'text': 'x'}"));
	stage_event(s, EVENT_OUTPUT, mem_printf(owner, "{'step': '%s',"
	    " 'attempt': 2, 'stream': 1, 'text': 'x', 'size': 4194304}", id));
	stage_wait(s, 4000);

	assert_shows(" 4.0 MB of output so far · 1.0 MB/s on average");
}

static void
the_settings_that_the_server_has_are_a_row_of_the_step(void **state UNUSED)
{
	stage_until_apply(s);
	stage_apply_runs(s);
	stage_keys(s, "1");

	assert_shows("Settings  lock_timeout=2s");
	assert_shows("statement_timeout=15min");
	/* What is as usual needs no word, what is not does. */
	assert_hides("idle_session_timeout");
	assert_shows("session_replication_role=replica");
	assert_shows("(process 77 of");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(nothing_dangerous_sits_on_a_key_that_is_pressed_without_thinking),
		test(each_key_of_a_place_does_one_thing),
		test(q_detaches_and_never_aborts),
		test(control_c_stops_nothing),
		test(s_starts_a_run_that_is_ready),
		test(cancelling_wants_the_key_twice),
		test(the_cursor_stays_where_the_person_put_it),
		test(what_needs_somebody_is_called_for_and_opens_by_a_key_alone),
		test(a_note_is_written_with_its_words),
		test(a_command_in_words_goes_to_a_step_with_a_reason),
		test(an_engine_that_is_gone_is_started_again_by_a_key),
		test(a_refused_intent_says_why),
		test(the_header_names_the_database_that_the_step_works_on),
		test(a_step_of_the_current_phase_is_meant_before_one_of_another),
		test(what_was_said_gives_the_footer_back_to_the_keys),
		test(a_line_without_words_is_asked_for_again),
		test(the_header_leaves_out_whole_facts_and_cuts_none),
		test(no_key_is_offered_for_output_that_is_not_there),
		test(without_an_engine_s_starts_one_from_every_screen),
		test(control_c_names_only_keys_that_act),
		test(a_narrow_journal_says_what_happened_not_the_title_again),
		test(the_output_is_searched_and_followed),
		test(pasted_text_is_not_taken_for_keys),
		test(what_is_known_of_how_far_it_is_is_told_and_no_more),
		test(the_slack_is_what_is_left_behind_the_steps_and_the_way_back),
		test(a_command_is_as_far_as_its_output),
		test(the_settings_that_the_server_has_are_a_row_of_the_step),
	};

	return test_main(tests, NULL, NULL);
}
