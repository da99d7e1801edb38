/* tests/postgres/test_locks.c - who is in the way, and how far it has come. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/locks.h"
#include "postgres/progress.h"
#include "postgres/sessions.h"

static struct pg_lock_report *
ask(struct pg_session *s, int pid)
{
	struct pg_lock_report *report;
	struct error err;

	assert_ok(pg_lock_ask(s, s, pid, &report, &err), &err);
	return report;
}

static void
wait_for_waiters(const char *count)
{
	cluster_wait_value("postgres", "SELECT count(*) FROM pg_stat_activity "
	    "WHERE wait_event_type = 'Lock'", count);
}

static void
a_backend_that_does_not_wait_has_an_empty_report(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "idle");
	struct pg_lock_report *report = ask(s, pg_backend_pid(s));

	assert_false(report->waiting);
	assert_int_equal(report->blocker_count, 0);
	assert_int_equal(report->queued_count, 0);
	pg_close(s);
}

static void
the_tree_shows_who_blocks_and_who_queues(void **state UNUSED)
{
	struct pg_session *holder = open_named("postgres", "holder");
	struct pg_session *step = open_named("postgres", "step");
	struct pg_session *reader = open_named("postgres", "reader");
	struct pg_session *watcher = open_named("postgres", "watcher");
	struct pending alter = { 0 }, read = { 0 };
	struct pg_lock_report *report;
	struct pg_lock_party *p;
	struct error err;
	json_t *json;

	cluster_sql("postgres", "CREATE TABLE busy (n int)");
	run(holder, "BEGIN; SELECT * FROM busy");
	pg_query_async(step, "ALTER TABLE busy ADD m int", note_end, &alter);
	wait_for_waiters("1");
	pg_query_async(reader, "SELECT * FROM busy", note_end, &read);
	wait_for_waiters("2");
	report = ask(watcher, pg_backend_pid(step));

	assert_true(report->waiting);
	assert_string_equal(report->mode, "AccessExclusiveLock");
	assert_string_equal(report->relation, "busy");
	assert_int_equal(report->blocker_count, 1);
	p = &report->blockers[0];
	assert_int_equal(p->pid, pg_backend_pid(holder));
	assert_int_equal(p->depth, 0);
	assert_string_equal(p->user, "postgres");
	assert_string_equal(p->application, "holder");
	assert_string_equal(p->state, "idle in transaction");
	assert_string_equal(p->mode, "AccessShareLock");
	assert_string_equal(p->relation, "busy");
	assert_false(p->is_prepared);
	assert_true(p->state_age_ms >= 0 && p->xact_age_ms >= 0);
	assert_contains(p->query, "SELECT * FROM busy");
	assert_int_equal(report->queued_count, 1);
	assert_string_equal(report->queued[0].application, "reader");
	assert_string_equal(report->queued[0].mode, "AccessShareLock");

	json = pg_lock_report_json(report);
	assert_true(json_flag(json, "waiting"));
	assert_int_equal(json_array_size(json_object_get(json, "blockers")),
	    1);
	assert_string_equal(json_str(json_array_get(json_object_get(json,
	    "queued"), 0), "application"), "reader");
	json_decref(json);

	/* The one in the way is ended, and everything moves. */
	assert_ok(pg_backend_terminate(watcher, p->pid, p->backend_start,
	    &err), &err);
	loop_wait(loop, has_ended, &alter, 20000);
	loop_wait(loop, has_ended, &read, 20000);
	assert_int_equal(alter.err.code, ERR_NONE);
	assert_int_equal(read.err.code, ERR_NONE);
	pg_close(holder);
	pg_close(step);
	pg_close(reader);
	pg_close(watcher);
	cluster_sql("postgres", "DROP TABLE busy");
}

static void
blockers_of_blockers_are_deeper(void **state UNUSED)
{
	struct pg_session *first = open_named("postgres", "first");
	struct pg_session *second = open_named("postgres", "second");
	struct pg_session *step = open_named("postgres", "step");
	struct pg_session *watcher = open_named("postgres", "watcher");
	struct pending one = { 0 }, two = { 0 };
	struct pg_lock_report *report;

	cluster_sql("postgres", "CREATE TABLE a (n int);"
	    "CREATE TABLE b (n int)");
	run(first, "BEGIN; LOCK TABLE a");
	run(second, "BEGIN; LOCK TABLE b");
	pg_query_async(second, "SELECT * FROM a", note_end, &one);
	wait_for_waiters("1");
	pg_query_async(step, "TRUNCATE b", note_end, &two);
	wait_for_waiters("2");
	report = ask(watcher, pg_backend_pid(step));

	assert_int_equal(report->blocker_count, 2);
	assert_string_equal(report->blockers[0].application, "second");
	assert_int_equal(report->blockers[0].depth, 0);
	assert_string_equal(report->blockers[1].application, "first");
	assert_int_equal(report->blockers[1].depth, 1);
	pg_close(first);
	pg_close(second);
	loop_wait(loop, has_ended, &two, 20000);
	pg_close(step);
	pg_close(watcher);
	cluster_sql("postgres", "DROP TABLE a, b");
}

static void
a_row_lock_leads_to_its_table(void **state UNUSED)
{
	struct pg_session *holder = open_named("postgres", "holder");
	struct pg_session *step = open_named("postgres", "step");
	struct pg_session *watcher = open_named("postgres", "watcher");
	struct pending update = { 0 };
	struct pg_lock_report *report;

	cluster_sql("postgres", "CREATE TABLE r (n int);"
	    "INSERT INTO r VALUES (1)");
	run(holder, "BEGIN; UPDATE r SET n = 2");
	pg_query_async(step, "UPDATE r SET n = 3", note_end, &update);
	wait_for_waiters("1");
	report = ask(watcher, pg_backend_pid(step));

	assert_int_equal(report->blocker_count, 1);
	assert_string_equal(report->blockers[0].application, "holder");
	assert_string_equal(report->relation, "r");
	run(holder, "ROLLBACK");
	loop_wait(loop, has_ended, &update, 20000);
	pg_close(holder);
	pg_close(step);
	pg_close(watcher);
	cluster_sql("postgres", "DROP TABLE r");
}

static void
a_prepared_transaction_is_named_by_its_gid(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "holder");
	struct pg_session *step = open_named("postgres", "step");
	struct pending drop = { 0 };
	struct pg_lock_report *report;
	char *allowed = cluster_value(loop, "postgres",
	    "SELECT current_setting('max_prepared_transactions')::int > 0");

	if (!str_equal(allowed, "t")) {
		pg_close(s);
		pg_close(step);
		skip();
	}
	run(s, "CREATE TABLE p (n int)");
	run(s, "BEGIN; INSERT INTO p VALUES (1); PREPARE TRANSACTION 'left'");
	pg_query_async(step, "DROP TABLE p", note_end, &drop);
	wait_for_waiters("1");
	report = ask(s, pg_backend_pid(step));

	assert_int_equal(report->blocker_count, 1);
	assert_int_equal(report->blockers[0].pid, 0);
	assert_true(report->blockers[0].is_prepared);
	assert_string_equal(report->blockers[0].query, "left");
	assert_string_equal(report->blockers[0].user, "postgres");
	run(s, "ROLLBACK PREPARED 'left'");
	loop_wait(loop, has_ended, &drop, 20000);
	pg_close(s);
	pg_close(step);
}

/* ---- watching ------------------------------------------------------------------ */

struct seen {
	int			 reports, errors;
	bool			 waiting;
	struct pg_lock_watch	*end;	/* freed at the first report */
};

static void
note_report(void *arg, const struct pg_lock_report *report)
{
	struct seen *seen = arg;

	seen->reports++;
	seen->waiting = report->waiting;
	talloc_free(seen->end);
	seen->end = NULL;
}

static void
note_error(void *arg, const struct error *err UNUSED)
{
	struct seen *seen = arg;

	seen->errors++;
}

static bool
sees_waiting(void *arg)
{
	return ((struct seen *)arg)->waiting;
}

static bool
sees_peace(void *arg)
{
	const struct seen *seen = arg;

	return seen->reports > 0 && !seen->waiting;
}

static bool
sees_error(void *arg)
{
	return ((struct seen *)arg)->errors > 0;
}

static void
a_watch_tells_when_waiting_begins_and_ends(void **state UNUSED)
{
	struct pg_session *holder = open_named("postgres", "holder");
	struct pg_session *step = open_named("postgres", "step");
	struct pg_session *watcher = open_named("postgres", "watcher");
	struct pending drop = { 0 };
	struct seen seen = { 0 };
	struct pg_lock_watch *w;

	cluster_sql("postgres", "CREATE TABLE w (n int)");
	run(holder, "BEGIN; LOCK TABLE w");
	w = pg_lock_watch_start(loop, watcher, loop, pg_backend_pid(step),
	    note_report, note_error, &seen);
	loop_wait(loop, sees_peace, &seen, 20000);
	pg_query_async(step, "DROP TABLE w", note_end, &drop);
	assert_int_equal(loop_wait(loop, sees_waiting, &seen, 20000),
	    WAIT_DONE);
	run(holder, "COMMIT");
	assert_int_equal(loop_wait(loop, sees_peace, &seen, 20000), WAIT_DONE);

	assert_int_equal(seen.errors, 0);
	talloc_free(w);
	pg_close(holder);
	pg_close(step);
	pg_close(watcher);
}

#define BEGAN	"the wait has begun"

/* Questions of the watcher that the server has logged since. */
static int
questions_since(const char *mark)
{
	const char *p = strstr(cluster_log(loop), mark);
	int n = 0;

	assert_non_null(p);
	while ((p = strstr(p + 1, "watcher LOG:  statement: WITH RECURSIVE")) !=
	    NULL)
		n++;
	return n;
}

static void
the_first_question_after_a_wait_began_tells_of_it(void **state UNUSED)
{
	struct pg_session *holder = open_named("postgres", "holder");
	struct pg_session *step = open_named("postgres", "step");
	struct pg_session *watcher = open_named("postgres", "watcher");
	struct pending drop = { 0 };
	struct seen seen = { 0 };
	struct pg_lock_watch *w;

	/* Asked so often, that is a wait seen in much less than a second. */
	_Static_assert(PG_LOCK_LOOK_MS * 2 <= 1000, "a wait is seen late");
	cluster_sql("postgres", "CREATE TABLE first (n int)");
	run(holder, "BEGIN; LOCK TABLE first");
	run(watcher, "SET log_statement = 'all'");
	w = pg_lock_watch_start(loop, watcher, loop, pg_backend_pid(step),
	    note_report, note_error, &seen);
	assert_int_equal(loop_wait(loop, sees_peace, &seen, 20000), WAIT_DONE);
	pg_query_async(step, "DROP TABLE first", note_end, &drop);
	cluster_wait_value("postgres", "SELECT count(*) FROM pg_stat_activity "
	    "WHERE application_name = 'step' AND wait_event_type = 'Lock'", "1");
	cluster_sql("postgres", "DO $$ BEGIN RAISE LOG '" BEGAN "'; END $$");
	assert_int_equal(loop_wait(loop, sees_waiting, &seen, 20000),
	    WAIT_DONE);

	assert_true(questions_since("LOG:  " BEGAN) <= 1);
	run(holder, "COMMIT");
	talloc_free(w);
	pg_close(holder);
	pg_close(step);
	pg_close(watcher);
}

static void
a_watch_may_end_in_its_report_and_before_its_answer(void **state UNUSED)
{
	struct pg_session *watcher = open_named("postgres", "watcher");
	struct seen seen = { 0 };
	struct pg_lock_watch *w;

	seen.end = pg_lock_watch_start(loop, watcher, loop, 1, note_report,
	    note_error, &seen);
	loop_wait(loop, sees_peace, &seen, 20000);
	assert_int_equal(seen.reports, 1);

	w = pg_lock_watch_start(loop, watcher, loop, 1, note_report,
	    note_error, &seen);
	loop_sleep(loop, 1, NULL);
	talloc_free(w);
	pg_close(watcher);
	loop_sleep(loop, 20, NULL);
}

static void
a_watch_that_loses_its_connection_says_so_once(void **state UNUSED)
{
	struct pg_session *watcher = open_named("postgres", "watcher");
	struct pg_session *s = open_named("postgres", "killer");
	struct seen seen = { 0 };
	struct pg_lock_watch *w = pg_lock_watch_start(loop, watcher, loop, 1,
	    note_report, note_error, &seen);
	struct error err;

	loop_wait(loop, sees_peace, &seen, 20000);
	assert_ok(pg_backend_terminate(s, pg_backend_pid(watcher), "", &err),
	    &err);
	assert_int_equal(loop_wait(loop, sees_error, &seen, 20000), WAIT_DONE);
	assert_int_equal(seen.errors, 1);
	talloc_free(w);
	pg_close(watcher);
	pg_close(s);
}

/* ---- ending others --------------------------------------------------------------- */

static void
another_backend_with_the_same_pid_is_left_alone(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "one");
	struct pg_session *other = open_named("postgres", "other");
	struct error err;

	assert_error(pg_backend_terminate(s, pg_backend_pid(other),
	    "2001-01-01 00:00:00+00", &err), &err, ERR_NOT_FOUND);
	assert_error(pg_backend_cancel(s, 1, "", &err), &err, ERR_NOT_FOUND);
	run(other, "SELECT 1");
	pg_close(s);
	pg_close(other);
}

static void
what_another_runs_can_be_cancelled(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "one");
	struct pg_session *other = open_named("postgres", "other");
	struct pending sleep = { 0 };
	struct error err;

	pg_query_async(other, "SELECT pg_sleep(60)", note_end, &sleep);
	cluster_wait_value("postgres", "SELECT count(*) FROM pg_stat_activity "
	    "WHERE wait_event = 'PgSleep'", "1");
	assert_ok(pg_backend_cancel(s, pg_backend_pid(other), "", &err), &err);
	loop_wait(loop, has_ended, &sleep, 20000);

	assert_string_equal(sleep.err.sqlstate, "57014");
	pg_close(s);
	pg_close(other);
}

/* ---- progress --------------------------------------------------------------------- */

struct heard {
	int	count;
	char	command[64], phase[64], relation[64], unit[16];
};

static void
note_progress(void *arg, const struct pg_progress *list, size_t count)
{
	struct heard *heard = arg;

	if (count == 0)
		return;
	heard->count++;
	snprintf(heard->command, sizeof(heard->command), "%s",
	    list[0].command);
	snprintf(heard->phase, sizeof(heard->phase), "%s", list[0].phase);
	snprintf(heard->relation, sizeof(heard->relation), "%s",
	    list[0].relation);
	snprintf(heard->unit, sizeof(heard->unit), "%s", list[0].unit);
}

static bool
has_heard(void *arg)
{
	return ((struct heard *)arg)->count > 0;
}

static void
an_index_build_that_waits_tells_for_whom(void **state UNUSED)
{
	struct pg_session *holder = open_named("postgres", "holder");
	struct pg_session *step = open_named("postgres", "step");
	struct pg_session *watcher = open_named("postgres", "watcher");
	struct pending build = { 0 };
	struct heard heard = { 0 };
	struct pg_progress_watch *w;
	struct pg_progress *list;
	struct error err;
	size_t count;

	cluster_sql("postgres", "CREATE TABLE x (n int)");
	run(holder, "BEGIN; INSERT INTO x VALUES (1)");
	w = pg_progress_watch_start(loop, watcher, loop, pg_backend_pid(step),
	    NULL, note_progress, &heard);
	pg_query_async(step, "CREATE INDEX CONCURRENTLY ON x (n)", note_end,
	    &build);
	assert_int_equal(loop_wait(loop, has_heard, &heard, 20000), WAIT_DONE);

	assert_string_equal(heard.command, "CREATE INDEX CONCURRENTLY");
	assert_string_equal(heard.phase, "waiting for writers before build");
	assert_string_equal(heard.relation, "x");
	assert_string_equal(heard.unit, "lockers");
	talloc_free(w);
	assert_ok(pg_progress_ask(holder, holder, 0, "step", &list, &count,
	    &err), &err);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].pid, pg_backend_pid(step));
	assert_int_equal(list[0].total, 1);
	run(holder, "COMMIT");
	loop_wait(loop, has_ended, &build, 20000);
	assert_int_equal(build.err.code, ERR_NONE);

	assert_ok(pg_progress_ask(holder, holder, pg_backend_pid(step), NULL,
	    &list, &count, &err), &err);
	assert_int_equal(count, 0);
	pg_close(holder);
	pg_close(step);
	pg_close(watcher);
	cluster_sql("postgres", "DROP TABLE x");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_backend_that_does_not_wait_has_an_empty_report),
		cmocka_unit_test(the_tree_shows_who_blocks_and_who_queues),
		cmocka_unit_test(blockers_of_blockers_are_deeper),
		cmocka_unit_test(a_row_lock_leads_to_its_table),
		cmocka_unit_test(a_prepared_transaction_is_named_by_its_gid),
		cmocka_unit_test(a_watch_tells_when_waiting_begins_and_ends),
		cmocka_unit_test(
		    the_first_question_after_a_wait_began_tells_of_it),
		cmocka_unit_test(
		    a_watch_may_end_in_its_report_and_before_its_answer),
		cmocka_unit_test(
		    a_watch_that_loses_its_connection_says_so_once),
		cmocka_unit_test(
		    another_backend_with_the_same_pid_is_left_alone),
		cmocka_unit_test(what_another_runs_can_be_cancelled),
		cmocka_unit_test(an_index_build_that_waits_tells_for_whom),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
