/* tests/engine/test_attach.c - people at a run: an engine of its own session. */

#include "harness/test.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/launch.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "run/folder.h"
#include "run/verify.h"
#include "wire/client.h"

#define DROP	"{'step': 'book/drop', 'digest': '%s'"

static void
class_b_wants_the_name_typed_and_the_right_digest(void **state)
{
	struct front *f;
	char *digest;

	(void)state;
	cluster_sql(db, "CREATE TABLE u (a int)");
	f = start_run("  - {id: drop, sql: \"DROP TABLE u\"}\n");
	until(f, waits_for(f, "sign-off"));
	digest = digest_of(f, "book/drop");
	assert_string_equal(json_str(step(f, "book/drop")->rule, "type_this"),
	    db);

	assert_int_equal(ask(f, INTENT_SIGN, mem_printf(owner, DROP "}",
	    digest)), ERR_POLICY);
	assert_int_equal(ask(f, INTENT_SIGN, mem_printf(owner, DROP
	    ", 'typed': 'nope'}", digest)), ERR_POLICY);
	assert_int_equal(ask(f, INTENT_SIGN, mem_printf(owner, DROP
	    ", 'typed': '%s'}", "0000", db)), ERR_POLICY);
	assert_non_null(cluster_value(owner, db,
	    "SELECT to_regclass('u')::text"));
	done(f, INTENT_SIGN, mem_printf(owner, DROP ", 'typed': '%s'}", digest,
	    db));
	until(f, state_of(f)->is_closed);

	assert_string_equal(state_of(f)->outcome, "done");
	assert_null(cluster_value(owner, db, "SELECT to_regclass('u')::text"));
	until(f, f->is_gone);
	holds();
}

static void
who_leaves_and_comes_back_finds_the_run_as_it_is(void **state)
{
	struct front *f;
	char *digest;

	(void)state;
	f = start_run("  - {id: make, sql: \"CREATE TABLE v (a int)\"}\n");
	until(f, waits_for(f, "sign-off"));
	talloc_free(f);
	f = attach("ben");
	until(f, waits_for(f, "sign-off") && state_of(f)->people_count == 1);
	assert_string_equal(state_of(f)->people[0].principal, "ben");
	digest = digest_of(f, "book/make");
	done(f, INTENT_SIGN, mem_printf(owner,
	    "{'step': 'book/make', 'digest': '%s'}", digest));
	until(f, state_of(f)->is_closed);
	assert_string_equal(step(f, "book/make")->signs[0].principal, "ben");
}

static void
an_executor_does_not_sign_for_himself(void **state)
{
	struct front *f, *ben;
	char *digest;

	(void)state;
	f = start_run("  - {id: make, sql: \"CREATE TABLE v (a int)\", "
	    "approval: {from: [ben, ana], not: executor}}\n");
	until(f, waits_for(f, "sign-off"));
	digest = digest_of(f, "book/make");
	assert_int_equal(ask(f, INTENT_SIGN, mem_printf(owner,
	    "{'step': 'book/make', 'digest': '%s'}", digest)), ERR_POLICY);
	ben = attach("ben");
	until(ben, waits_for(ben, "sign-off"));
	/* The same account under another name. */
	assert_int_equal(ask(ben, INTENT_SIGN, mem_printf(owner,
	    "{'step': 'book/make', 'digest': '%s'}", digest)), ERR_POLICY);
	assert_contains(ben->reply.primary, "another user of this machine");

	temp_file(owner, folder, "approvals/ben.json", mem_printf(owner,
	    "{\"step\": \"book/make\", \"decision\": \"approve\", "
	    "\"principal\": \"ben\", \"digest\": \"%s\"}", digest));
	until(f, state_of(f)->is_closed);
	assert_string_equal(step(f, "book/make")->signs[0].strength,
	    "prepared");
}

static void
a_failure_is_tried_again_left_out_or_stepped_over(void **state)
{
	struct front *f;

	(void)state;
	f = start_run("  - {id: a, check: \"SELECT count(*) FROM pg_class "
	    "WHERE relname = 'later'\", expect: {value: 1}}\n"
	    "  - {id: b, check: \"SELECT 1\", expect: {value: 2}}\n"
	    "  - {id: c, check: \"SELECT 1\", expect: {value: 3}}\n"
	    "  - {id: d, check: \"SELECT 1\", expect: {value: 1}}\n");
	until(f, waits_for(f, "failure"));
	assert_int_equal(ask(f, INTENT_RETRY, "{'step': 'book/b'}"),
	    ERR_POLICY);
	cluster_sql(db, "CREATE TABLE later (a int)");
	done(f, INTENT_RETRY, "{'step': 'book/a'}");
	until(f, step(f, "book/b")->status == STEP_FAILED);

	assert_int_equal(ask(f, INTENT_SKIP, "{'step': 'book/b', "
	    "'reason': ' '}"), ERR_POLICY);
	done(f, INTENT_SKIP, "{'step': 'book/b', 'reason': 'known'}");
	until(f, step(f, "book/c")->status == STEP_FAILED);
	done(f, INTENT_NOTE, "{'text': 'odd'}");
	done(f, INTENT_GOTO, "{'step': 'book/d', 'reason': 'enough'}");
	until(f, state_of(f)->is_closed);

	assert_int_equal(step(f, "book/a")->attempt_count, 2);
	assert_string_equal(step(f, "book/b")->skip_reason, "known");
	assert_int_equal(step(f, "book/c")->status, STEP_SKIPPED);
	assert_int_equal(step(f, "book/d")->status, STEP_DONE);
	assert_string_equal(state_of(f)->outcome, "done");
	until(f, f->is_gone);
	holds();
}

static void
what_runs_is_cancelled_and_the_server_stops(void **state)
{
	struct front *f;

	(void)state;
	f = start_run("  - {id: slow, check: \"SELECT 1 FROM pg_sleep(600)\", "
	    "expect: {rows: 1}}\n");
	until(f, step(f, "book/slow")->status == STEP_RUNNING &&
	    step_last_attempt(step(f, "book/slow"))->statement_count > 0);
	assert_int_equal(ask(f, INTENT_SKIP, "{'step': 'book/slow', "
	    "'reason': 'r'}"), ERR_POLICY);
	done(f, INTENT_CANCEL, "{'step': 'book/slow'}");
	until(f, step(f, "book/slow")->status == STEP_CANCELLED);
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM "
	    "pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND "
	    "state = 'active' AND pid <> pg_backend_pid()"), "0");

	done(f, INTENT_ABANDON, "{'reason': 'enough'}");
	until(f, f->is_gone);
	assert_string_equal(state_of(f)->outcome, "abandoned");
	holds();
}

static void
a_question_takes_the_answer_that_fits(void **state)
{
	struct front *f;

	(void)state;
	f = start_run("  - {id: tell, manual: [\"Tell all\"]}\n");
	until(f, waits_for(f, "answer"));
	assert_int_equal(ask(f, INTENT_ANSWER, "{'step': 'book/tell', "
	    "'answer': {'items': [false]}}"), ERR_POLICY);
	done(f, INTENT_ANSWER, "{'step': 'book/tell', 'answer': "
	    "{'items': [true]}}");
	until(f, state_of(f)->is_closed);
}

static void
a_paused_run_starts_no_step(void **state)
{
	struct front *f;

	(void)state;
	f = start_run("  - {id: tell, manual: [\"Tell all\"]}\n"
	    "  - {id: b, check: \"SELECT 1\", expect: {value: 1}}\n");
	until(f, waits_for(f, "answer"));
	done(f, INTENT_PAUSE, "{}");
	done(f, INTENT_ANSWER, "{'step': 'book/tell', 'answer': "
	    "{'items': [true]}}");
	until(f, waits_for(f, "resume"));
	assert_int_equal(step(f, "book/b")->attempt_count, 0);
	done(f, INTENT_RESUME, "{}");
	until(f, state_of(f)->is_closed);
}

static void
a_signoff_is_void_when_the_text_has_changed_after_resume(void **state)
{
	struct front *f;
	char *digest;

	(void)state;
	cluster_sql(db, "CREATE TABLE u (a int)");
	setenv("TEST_URL", cluster_url(owner, db), 1);
	f = start_run("  - {id: drop, sql: \"DROP TABLE u\", "
	    "approval: {min: 2}}\n");
	until(f, waits_for(f, "sign-off"));
	digest = digest_of(f, "book/drop");
	done(f, INTENT_SIGN, mem_printf(owner, DROP ", 'typed': '%s'}", digest,
	    db));
	done(f, INTENT_STOP, "{'reason': 'later'}");
	until(f, f->is_gone);

	/* The same text: the sign-off stands. */
	resume();
	f = attach("ana");
	until(f, waits_for(f, "sign-off") && state_of(f)->engine_lives);
	assert_string_equal(digest_of(f, "book/drop"), digest);
	assert_false(step(f, "book/drop")->signs[0].is_void);
	done(f, INTENT_STOP, "{'reason': 'later'}");
	until(f, f->is_gone);

	/* Another role on the same database is another text, and refused. */
	cluster_sql(db, "CREATE ROLE other SUPERUSER LOGIN");
	setenv("TEST_URL", cluster_url_as(owner, db, "other"), 1);
	{
		struct engine_options o = { .folder = folder };
		struct error err = { 0 };

		assert_error(engine_launch(&o, &err), &err, ERR_IDENTITY);
	}
	holds();
}

static void
a_blocker_is_ended_by_its_own_identity(void **state)
{
	struct front *f;
	enum error_code code;
	char *pid, *start;

	(void)state;
	f = start_run("  - {id: slow, check: \"SELECT 1 FROM pg_sleep(600)\", "
	    "expect: {rows: 1}}\n");
	until(f, step(f, "book/slow")->status == STEP_RUNNING &&
	    step_last_attempt(step(f, "book/slow"))->statement_count > 0);
	cluster_wait_value(db, "SELECT count(*) FROM pg_stat_activity WHERE "
	    "query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()", "1");
	pid = cluster_value(owner, db, "SELECT pid FROM pg_stat_activity "
	    "WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()");
	start = cluster_value(owner, db, mem_printf(owner, "SELECT "
	    "backend_start FROM pg_stat_activity WHERE pid = %s", pid));
	/* A pid that is another session by now is left alone. */
	done(f, INTENT_CANCEL_BACKEND, mem_printf(owner, "{'step': 'book/slow',"
	    " 'pid': %s, 'backend_start': '2001-01-01'}", pid));
	do
		code = ask(f, INTENT_CANCEL_BACKEND, mem_printf(owner,
		    "{'step': 'book/slow', 'pid': %s, 'backend_start': '%s'}",
		    pid, start));
	while (code == ERR_BUSY);
	assert_int_equal(code, ERR_NONE);
	until(f, step(f, "book/slow")->status == STEP_FAILED);
}

static void
a_run_is_passed_on_and_both_count_as_executors(void **state)
{
	struct front *f = start_run("  - {id: make, sql: \"CREATE TABLE v (a "
	    "int)\", approval: {not: executor}}\n"), *ben;
	char *sign;

	(void)state;
	until(f, waits_for(f, "sign-off"));
	ben = attach("ben");
	until(ben, waits_for(ben, "sign-off"));
	assert_int_equal(ask(ben, INTENT_TAKE_OVER, "{}"), ERR_POLICY);
	assert_int_equal(ask(ben, INTENT_HAND_OVER, "{'text': 'mine'}"),
	    ERR_POLICY);
	assert_int_equal(ask(f, INTENT_HAND_OVER, "{'text': ' '}"),
	    ERR_POLICY);
	done(f, INTENT_HAND_OVER, "{'text': 'the backup is slow tonight'}");
	assert_int_equal(ask(f, INTENT_TAKE_OVER, "{}"), ERR_POLICY);
	done(ben, INTENT_TAKE_OVER, "{}");

	until(f, str_equal(state_of(f)->operator_, "ben"));
	assert_string_equal(state_of(f)->notes[0].text,
	    "the backup is slow tonight");
	sign = mem_printf(owner, "{'step': 'book/make', 'digest': '%s'}",
	    digest_of(f, "book/make"));
	assert_int_equal(ask(ben, INTENT_SIGN, sign), ERR_POLICY);
	assert_contains(ben->reply.primary, "who has led the run");
	assert_int_equal(ask(f, INTENT_SIGN, sign), ERR_POLICY);
}

#define test(name) cmocka_unit_test_setup_teardown(name, person_begin, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(class_b_wants_the_name_typed_and_the_right_digest),
		test(who_leaves_and_comes_back_finds_the_run_as_it_is),
		test(an_executor_does_not_sign_for_himself),
		test(a_failure_is_tried_again_left_out_or_stepped_over),
		test(what_runs_is_cancelled_and_the_server_stops),
		test(a_run_is_passed_on_and_both_count_as_executors),
		test(a_question_takes_the_answer_that_fits),
		test(a_paused_run_starts_no_step),
		test(a_signoff_is_void_when_the_text_has_changed_after_resume),
		test(a_blocker_is_ended_by_its_own_identity),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
