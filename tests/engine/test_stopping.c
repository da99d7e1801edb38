/*
 * tests/engine/test_stopping.c - what stands in a step's way is seen and
 * ended; what an engine left running is, too.
 */

#include "harness/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "postgres/session.h"

static char *
journal(void)
{
	return slurp(owner, path_join(owner, folder, "journal.jsonl"));
}

static struct pg_session *
open_session(const char *sql)
{
	struct pg_options options = { .application_name = "forgotten" };
	struct error err = { 0 };
	struct pg_target *t = pg_target_parse(owner, getenv("TEST_URL"), &err);
	struct pg_session *s = pg_open(owner, loop_new(owner), t, &options,
	    &err);

	assert_got(s, &err);
	assert_ok(pg_exec_script(s, sql, &err), &err);
	return s;
}

static const json_t *
blocker_of(struct front *f)
{
	const json_t *report = state_of(f)->locks;

	return json_flag(report, "waiting") ? json_array_get(
	    json_object_get(report, "blockers"), 0) : NULL;
}

static void
what_waits_is_tried_again_until_the_one_in_the_way_is_ended(void **state)
{
	struct front *f;
	const json_t *blocker;
	int64_t sent_us, seen_us;
	char *pid, *start;

	(void)state;
	cluster_sql(db, "CREATE TABLE t (a int)");
	open_session("BEGIN; SELECT * FROM t");
	f = start_run("  - {id: alter, sql: \"ALTER TABLE t ADD COLUMN b int\", "
	    "lock_timeout: 1500ms}\n");
	until(f, waits_for(f, "sign-off"));
	done(f, INTENT_SIGN, mem_printf(owner, "{'step': 'book/alter',"
	    " 'digest': '%s'}", digest_of(f, "book/alter")));
	until(f, step_last_attempt(step(f, "book/alter"))->statement_count > 0);
	sent_us = step_last_attempt(step(f, "book/alter"))->statements[0]
	    .started_us;
	until(f, blocker_of(f) != NULL);
	seen_us = clock_now_us();
	assert_true(seen_us - sent_us < 1000000);

	/* Its lock timeout passes; nobody has to ask for the next try. */
	until(f, step(f, "book/alter")->attempts[0].outcome != NULL);
	blocker = blocker_of(f);
	assert_string_equal(json_str(blocker, "application"), "forgotten");
	pid = mem_printf(owner, "%d", (int)json_int(blocker, "pid", 0));
	start = mem_strdup(owner, json_str(blocker, "backend_start"));
	done(f, INTENT_TERMINATE_BACKEND, mem_printf(owner,
	    "{'step': 'book/alter', 'pid': %s, 'backend_start': '%s'}", pid,
	    start));
	until(f, state_of(f)->is_closed);
	assert_string_equal(state_of(f)->outcome, "done");
	assert_int_equal(step(f, "book/alter")->attempt_count, 2);
	until(f, f->is_gone);
	holds();
	assert_contains(journal(), "backend_signal_requested");
}

static void
what_a_killed_engine_left_running_is_cancelled_by_its_key(void **state)
{
	struct front *f;

	(void)state;
	f = start_run("  - {id: slow, transaction: false, "
	    "sql: \"SELECT pg_sleep(600)\"}\n");
	cluster_wait_value(db, "SELECT count(*) FROM pg_stat_activity WHERE "
	    "wait_event = 'PgSleep'", "1");
	kill(engine_pid(), SIGKILL);
	until(f, f->is_gone);
	resume();
	f = attach("ana");
	until(f, step(f, "book/slow") != NULL &&
	    step_last_attempt(step(f, "book/slow"))->proof != NULL);
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM "
	    "pg_stat_activity WHERE wait_event = 'PgSleep'"), "1");

	done(f, INTENT_CANCEL, "{'step': 'book/slow'}");
	until(f, step_last_attempt(step(f, "book/slow"))->outcome != NULL);
	assert_string_equal(step(f, "book/slow")->attempts[0].outcome,
	    "unknown");
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM "
	    "pg_stat_activity WHERE wait_event = 'PgSleep'"), "0");
	holds();
}

static void
a_transaction_whose_engine_was_killed_ends_by_itself(void **state)
{
	struct front *f;

	(void)state;
	f = start_run("  - {id: slow, sql: \"SELECT pg_sleep(600)\"}\n");
	cluster_wait_value(db, "SELECT count(*) FROM pg_stat_activity WHERE "
	    "wait_event = 'PgSleep'", "1");
	kill(engine_pid(), SIGKILL);
	until(f, f->is_gone);

	cluster_wait_value(db, "SELECT count(*) FROM pg_stat_activity WHERE "
	    "wait_event = 'PgSleep'", "0");
}

static void
sign_by_name(struct front *f, const char *id)
{
	until(f, waits_for(f, "sign-off"));
	done(f, INTENT_SIGN, mem_printf(owner, "{'step': '%s', 'digest': '%s',"
	    " 'typed': '%s'}", id, digest_of(f, id), db));
}

/* Two values are the same: the step book/index failed, and left the index i. */
static struct front *
run_leaves_an_invalid_index(void)
{
	struct front *f;

	cluster_sql(db, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)");
	f = start_run("  - {id: index, transaction: false, lock_timeout: 60s, "
	    "sql: \"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)\"}\n");
	sign_by_name(f, "book/index");
	until(f, waits_for(f, "failure"));
	return f;
}

static void
what_failed_outside_of_a_transaction_is_cured_by_the_next_attempt(void **state)
{
	const struct attempt_state *a;
	struct front *f;

	(void)state;
	f = run_leaves_an_invalid_index();
	a = step_last_attempt(step(f, "book/index"));
	assert_string_equal(a->cure, "DROP INDEX CONCURRENTLY IF EXISTS i");
	assert_contains(a->proof, "invalid");

	cluster_sql(db, "DELETE FROM t");
	/* What was signed says so: it is no other text. */
	done(f, INTENT_RETRY, "{'step': 'book/index'}");
	until(f, state_of(f)->is_closed);
	assert_string_equal(state_of(f)->outcome, "done");
	assert_int_equal(step(f, "book/index")->sign_count, 1);
	assert_false(step(f, "book/index")->signs[0].is_void);
	a = step_last_attempt(step(f, "book/index"));
	assert_int_equal(a->statement_count, 2);
	assert_string_equal(cluster_value(owner, db, "SELECT indisvalid FROM "
	    "pg_index WHERE indexrelid = 'i'::regclass"), "t");
	until(f, f->is_gone);
	holds();
}

#define CURES \
	"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' " \
	"AND query LIKE 'DROP INDEX CONCURRENTLY%'"

static void
a_cure_whose_engine_was_killed_is_not_taken_for_the_step(void **state)
{
	const struct attempt_state *a;
	struct pg_session *other;
	struct front *f;

	(void)state;
	f = run_leaves_an_invalid_index();
	cluster_sql(db, "DELETE FROM t");
	other = open_session("BEGIN; LOCK t IN SHARE UPDATE EXCLUSIVE MODE");
	done(f, INTENT_RETRY, "{'step': 'book/index'}");
	cluster_wait_value(db, CURES " AND wait_event_type = 'Lock'", "1");
	kill(engine_pid(), SIGKILL);
	until(f, f->is_gone);
	pg_close(other);
	cluster_wait_value(db, CURES, "0");

	resume();
	f = attach("ana");
	until(f, waits_for(f, "failure"));
	a = step_last_attempt(step(f, "book/index"));
	assert_string_equal(a->outcome, "not_done");
	done(f, INTENT_RETRY, "{'step': 'book/index'}");
	until(f, state_of(f)->is_closed);
	assert_string_equal(state_of(f)->outcome, "done");
	assert_string_equal(cluster_value(owner, db, "SELECT indisvalid FROM "
	    "pg_index WHERE indexrelid = 'i'::regclass"), "t");
	until(f, f->is_gone);
	holds();
}

#define test(name) cmocka_unit_test_setup_teardown(name, person_begin, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(what_waits_is_tried_again_until_the_one_in_the_way_is_ended),
		test(what_a_killed_engine_left_running_is_cancelled_by_its_key),
		test(a_transaction_whose_engine_was_killed_ends_by_itself),
		test(what_failed_outside_of_a_transaction_is_cured_by_the_next_attempt),
		test(a_cure_whose_engine_was_killed_is_not_taken_for_the_step),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
