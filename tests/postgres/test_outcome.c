/* tests/postgres/test_outcome.c - what became of a step that nobody saw end? */

#include <string.h>

#include "base/str.h"
#include "postgres/locks.h"
#include "postgres/scene.h"

/* BEGIN, the marker, and some work. */
static void
begin_step(struct scene *c)
{
	struct error err;

	run(c->step, "BEGIN");
	assert_ok(outcome_mark(c, c->step, &c->attempt, &err), &err);
	run(c->step, "CREATE TABLE made (n int)");
}

/* The client dies; the server notices in its own time. */
static void
die(struct scene *c)
{
	pg_close(c->step);
	c->step = NULL;
	cluster_wait_value(c->db, "SELECT count(*) FROM pg_stat_activity WHERE "
	    "application_name = 'step'", "0");
}

static enum outcome
ask(struct scene *c)
{
	struct error err;

	assert_ok(outcome_ask(c, c->asker, c->pinned, &c->attempt, &c->answer,
	    &err), &err);
	/* People can run what the answer names. */
	assert_non_null(c->answer.query);
	return c->answer.outcome;
}

/* ---- transactions ------------------------------------------------------------- */

static void
a_committed_step_is_done(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	run(c->step, "COMMIT");
	assert_int_equal(ask(c), OUTCOME_DONE);
	assert_contains(c->answer.reason, "marker row is there");
	run(c->asker, c->answer.query);

	die(c);
	assert_int_equal(ask(c), OUTCOME_DONE);
	scene_end(c);
}

static void
a_step_whose_client_died_before_commit_is_not_done(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	die(c);
	assert_int_equal(ask(c), OUTCOME_NOT_DONE);
	scene_end(c);
}

static void
a_step_that_was_rolled_back_is_not_done(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	run(c->step, "ROLLBACK");
	/* Its backend lives, and is through with it. */
	assert_int_equal(ask(c), OUTCOME_NOT_DONE);
	scene_end(c);
}

static void
a_step_that_goes_on_without_us_is_still_running(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	assert_int_equal(ask(c), OUTCOME_STILL_RUNNING);
	assert_int_equal(c->answer.pid, pg_backend_pid(c->step));
	assert_contains(c->answer.reason, "idle in transaction");

	/* Also where the process is not known: by its transaction. */
	c->attempt.pid = 0;
	assert_int_equal(ask(c), OUTCOME_STILL_RUNNING);
	assert_contains(c->answer.reason, "in progress");
	run(c->step, "ROLLBACK");
	scene_end(c);
}

static void
a_step_before_a_server_crash_is_not_done_even_if_its_xid_returns(
    void **state UNUSED)
{
	struct scene *c = scene_begin();
	int i;

	begin_step(c);
	cluster_crash();
	cluster_restart();
	pg_close(c->step);
	pg_close(c->asker);
	c->step = NULL;
	c->asker = open_named(c->db, "asker");
	/* Strangers get the ids that the crash has forgotten. */
	run(c->asker, "CREATE TABLE strangers (n int)");
	for (i = 0; i < 5; i++)
		run(c->asker, "INSERT INTO strangers VALUES (1)");

	assert_int_equal(ask(c), OUTCOME_NOT_DONE);
	scene_end(c);
}

static void
a_committed_step_is_done_after_a_server_crash(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	run(c->step, "COMMIT");
	cluster_crash();
	cluster_restart();
	pg_close(c->step);
	pg_close(c->asker);
	c->step = NULL;
	c->asker = open_named(c->db, "asker");

	assert_int_equal(ask(c), OUTCOME_DONE);
	scene_end(c);
}

static void
a_prepared_step_is_unknown_and_named(void **state UNUSED)
{
	struct scene *c = scene_begin();
	char *allowed = cluster_value(c, c->db,
	    "SELECT current_setting('max_prepared_transactions')::int > 0");

	if (!str_equal(allowed, "t")) {
		scene_end(c);
		skip();
	}
	begin_step(c);
	run(c->step, "PREPARE TRANSACTION 'half'");
	die(c);

	assert_int_equal(ask(c), OUTCOME_UNKNOWN);
	assert_contains(c->answer.reason, "prepared transaction \"half\"");
	run(c->asker, c->answer.cure);
	assert_int_equal(ask(c), OUTCOME_NOT_DONE);
	scene_end(c);
}

static void
a_marker_that_was_deleted_leaves_doubt(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	run(c->step, "COMMIT");
	run(c->asker, "DELETE FROM pgrunbook.outcome");
	assert_int_equal(ask(c), OUTCOME_UNKNOWN);
	assert_contains(c->answer.reason, "its marker row is gone");

	run(c->asker, "DROP SCHEMA pgrunbook CASCADE");
	assert_int_equal(ask(c), OUTCOME_UNKNOWN);
	assert_contains(c->answer.reason, "table pgrunbook.outcome is gone");
	scene_end(c);
}

static void
another_cluster_proves_nothing(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	run(c->step, "COMMIT");
	json_object_set_new(c->pinned, "system_identifier", json_string("7"));
	assert_int_equal(ask(c), OUTCOME_UNKNOWN);
	assert_contains(c->answer.reason, "not the database");
	scene_end(c);
}

static void
after_a_failover_only_the_marker_counts(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	run(c->step, "ROLLBACK");
	json_object_set_new(c->pinned, "timeline", json_string("00000009"));
	assert_int_equal(ask(c), OUTCOME_UNKNOWN);
	assert_contains(c->answer.reason, "failed over");

	begin_step(c);
	run(c->step, "COMMIT");
	assert_int_equal(ask(c), OUTCOME_DONE);
	scene_end(c);
}

static void
a_server_that_went_back_in_time_proves_nothing(void **state UNUSED)
{
	struct scene *c = scene_begin();

	begin_step(c);
	run(c->step, "ROLLBACK");
	c->attempt.flush_lsn = "FFFF/0";
	assert_int_equal(ask(c), OUTCOME_UNKNOWN);
	assert_contains(c->answer.reason, "back in time");
	scene_end(c);
}

static void
without_rights_there_is_no_marker_and_no_guess(void **state UNUSED)
{
	struct scene *c = scene_begin();
	struct pg_session *s;
	struct pg_target *t;
	struct error err;

	cluster_sql(c->db, "CREATE ROLE weak LOGIN;"
	    "DROP SCHEMA pgrunbook CASCADE");
	t = pg_target_parse(loop, cluster_url_as(loop, c->db, "weak"), &err);
	s = pg_open(loop, loop, t, NULL, &err);
	assert_got(s, &err);

	assert_error(outcome_prepare(s, &err), &err, ERR_SQL);
	assert_string_equal(err.sqlstate, "42501");
	assert_ok(outcome_prepare(c->step, &err), &err);
	assert_ok(outcome_prepare(c->step, &err), &err);
	assert_ok(outcome_ask(c, s, c->pinned, &c->attempt, &c->answer, &err),
	    &err);
	assert_int_equal(c->answer.outcome, OUTCOME_UNKNOWN);
	assert_contains(c->answer.reason, "permission denied");
	pg_close(s);
	cluster_sql(c->db, "DROP ROLE weak");
	scene_end(c);
}

static void
a_server_that_is_gone_cannot_be_asked(void **state UNUSED)
{
	struct scene *c = scene_begin();
	struct error err;

	assert_ok(pg_backend_terminate(c->step, pg_backend_pid(c->asker), "",
	    &err), &err);
	assert_error(outcome_ask(c, c->asker, c->pinned, &c->attempt,
	    &c->answer, &err), &err, ERR_LOST);
	scene_end(c);
}

static void
an_attempt_goes_through_the_journal(void **state UNUSED)
{
	struct scene *c = scene_begin();
	struct outcome_attempt back;
	json_t *json;

	begin_step(c);
	json = outcome_attempt_json(&c->attempt);
	outcome_attempt_load(c, json, &back);
	json_decref(json);

	assert_string_equal(back.run, "run-1");
	assert_string_equal(back.step, "apply");
	assert_string_equal(back.attempt, c->attempt.attempt);
	assert_string_equal(back.xid, c->attempt.xid);
	assert_int_equal(back.pid, pg_backend_pid(c->step));
	assert_string_equal(back.backend_start, c->attempt.backend_start);
	assert_string_equal(back.flush_lsn, c->attempt.flush_lsn);
	assert_string_equal(outcome_name(OUTCOME_STILL_RUNNING),
	    "still_running");
	run(c->step, "ROLLBACK");
	scene_end(c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_committed_step_is_done),
		cmocka_unit_test(
		    a_step_whose_client_died_before_commit_is_not_done),
		cmocka_unit_test(a_step_that_was_rolled_back_is_not_done),
		cmocka_unit_test(
		    a_step_that_goes_on_without_us_is_still_running),
		cmocka_unit_test(
		    a_step_before_a_server_crash_is_not_done_even_if_its_xid_returns),
		cmocka_unit_test(a_committed_step_is_done_after_a_server_crash),
		cmocka_unit_test(a_prepared_step_is_unknown_and_named),
		cmocka_unit_test(a_marker_that_was_deleted_leaves_doubt),
		cmocka_unit_test(another_cluster_proves_nothing),
		cmocka_unit_test(after_a_failover_only_the_marker_counts),
		cmocka_unit_test(
		    a_server_that_went_back_in_time_proves_nothing),
		cmocka_unit_test(
		    without_rights_there_is_no_marker_and_no_guess),
		cmocka_unit_test(a_server_that_is_gone_cannot_be_asked),
		cmocka_unit_test(an_attempt_goes_through_the_journal),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
