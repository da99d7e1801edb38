/* tests/steps/test_backfill.c - a change of many rows, range by range. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/replica.h"
#include "steps/stage.h"

static const char steps[] =
    "  - id: fill\n"
    "    backfill:\n"
    "      table: t\n"
    "      key: id\n"
    "      batch: 10\n"
    "      sql: update t set v = v + 1 where id between $1 and $2\n"
    "    verify: {query: select count(*) from t where v <> 1,"
    " expect: {value: 0}}\n"
    "    lock_timeout: 100ms\n"
    "    register: filled\n";

/* 95 rows, with holes between their keys. */
static struct stage *
stage_with_rows(const char *text)
{
	struct stage *s = stage_new(NULL, text);

	cluster_sql(s->database, "create table t (id int primary key, v int "
	    "not null default 0);"
	    "insert into t select n * 3 from generate_series(1, 95) n");
	return s;
}

static char *
values(struct stage *s)
{
	return cluster_value(s, s->database, "select string_agg(v || ':' || n,"
	    " ' ' order by v) from (select v, count(*) as n from t group by v)"
	    " x");
}

static const struct attempt_state *
attempt_of(struct stage *s, size_t number)
{
	return &state_step(s->run->state, "main/fill")->attempts[number - 1];
}

static void
each_range_is_done_once_and_verified(void **state)
{
	struct stage *s = stage_with_rows(steps);

	(void)state;
	assert_ok(stage_run(s, "fill"), &s->err);

	assert_string_equal(values(s), "1:95");
	assert_int_equal(attempt_of(s, 1)->batches, 10);
	assert_string_equal(attempt_of(s, 1)->position, "285");
	assert_string_equal(stage_value(s, "filled.rows"), "95");
	assert_string_equal(cluster_value(s, s->database, "select count(*) "
	    "from pgrunbook.outcome"), "10");
	talloc_free(s);
}

static void
a_cancelled_backfill_goes_on_where_it_was(void **state)
{
	struct stage *s = stage_with_rows(steps);

	(void)state;
	/* Behind the third of its ranges, and in none of them twice. */
	stage_when(s, "select count(*) >= 30 from t where v = 1", "t",
	    stage_cancel);
	cluster_sql(s->database, "create function slow() returns trigger "
	    "language plpgsql as $$ begin perform pg_sleep(0.05); return null; "
	    "end $$; create trigger slow after update on t for each statement "
	    "execute function slow()");
	assert_error(stage_run(s, "fill"), &s->err, ERR_CANCELLED);
	assert_true(attempt_of(s, 1)->batches >= 3 &&
	    attempt_of(s, 1)->batches < 10);

	assert_ok(stage_run(s, "fill"), &s->err);
	assert_string_equal(values(s), "1:95");
	assert_int_equal(attempt_of(s, 1)->batches + attempt_of(s, 2)->batches,
	    10);
	assert_contains(stage_output(s), "goes on behind");
	talloc_free(s);
}

static struct pg_session *holder;

static void
let_go(struct stage *s)
{
	(void)s;
	pg_close(holder);
}

static void
a_row_that_is_locked_is_waited_for_outside_of_the_transaction(void **state)
{
	struct stage *s = stage_with_rows(steps);
	struct pg_options options = { 0 };
	const struct pg_target *t;

	(void)state;
	t = s->host.target(s, "db", &s->err);
	holder = pg_open(s, s->loop, t, &options, &s->err);
	assert_got(holder, &s->err);
	assert_ok(pg_exec_script(holder, "begin; update t set v = 0 where "
	    "id = 150", &s->err), &s->err);
	/* Its lock timeout has passed once, and it tries again. */
	stage_when(s, "select count(*) from pg_stat_activity where query = "
	    "'ROLLBACK' and datname = current_database()", "1", let_go);
	assert_ok(stage_run(s, "fill"), &s->err);

	assert_string_equal(values(s), "1:95");
	assert_int_equal(attempt_of(s, 1)->batches, 10);
	talloc_free(s);
}

static char *held_at;

static void
go_on(struct stage *s)
{
	held_at = values(s);
	assert_ok(run_append(s->run, EVENT_RESUMED, json_pack("{s:s}",
	    "principal", "ana"), &s->err), &s->err);
}

static void
pause_it(struct stage *s)
{
	assert_ok(run_append(s->run, EVENT_PAUSED, json_pack("{s:s}",
	    "principal", "ana"), &s->err), &s->err);
	stage_when_said(s, "paused by a person", go_on);
}

static void
a_pause_holds_it_between_two_ranges_until_it_is_resumed(void **state UNUSED)
{
	struct stage *s = stage_with_rows(steps);

	stage_when(s, "select count(*) >= 30 from t where v = 1", "t",
	    pause_it);
	cluster_sql(s->database, "create function slow() returns trigger "
	    "language plpgsql as $$ begin perform pg_sleep(0.05); return null; "
	    "end $$; create trigger slow after update on t for each statement "
	    "execute function slow()");
	assert_ok(stage_run(s, "fill"), &s->err);

	/* Whole ranges stood while it was held, and some were to come. */
	assert_true(str_matches(held_at, "^0:[1-9]*5 1:[3-9]0$"));
	assert_string_equal(values(s), "1:95");
	assert_int_equal(attempt_of(s, 1)->batches, 10);
	talloc_free(s);
}

static void
forget_answer(void *arg UNUSED, const struct pg_result *r UNUSED,
    const struct error *err UNUSED)
{
}

static void
while_others_wait_for_locks_it_holds_back(void **state UNUSED)
{
	struct stage *s = stage_with_rows(
	    "  - id: fill\n"
	    "    backfill: {table: t, key: id, batch: 10, max_waiting: 0, sql:"
	    " update t set v = v + 1 where id between $1 and $2}\n");
	struct pg_options options = { 0 };
	const struct pg_target *t = s->host.target(s, "db", &s->err);
	struct pg_session *waiter;

	cluster_sql(s->database, "create table other (a int)");
	holder = pg_open(s, s->loop, t, &options, &s->err);
	waiter = pg_open(s, s->loop, t, &options, &s->err);
	assert_ok(pg_exec_script(holder, "begin; lock table other", &s->err),
	    &s->err);
	pg_query_async(waiter, "insert into other values (1)", forget_answer,
	    NULL);
	cluster_wait_value(s->database, "select count(*) from pg_stat_activity"
	    " where datname = current_database() and wait_event_type = 'Lock'",
	    "1");
	stage_when_said(s, "holds back after 0 ranges: 1 sessions wait for a"
	    " lock", let_go);
	assert_ok(stage_run(s, "fill"), &s->err);

	assert_string_equal(values(s), "1:95");
	talloc_free(s);
}

static struct replica *replica;

static void
let_it_follow(struct stage *s)
{
	held_at = values(s);
	replica_resume(replica);
}

static void
a_replica_that_falls_behind_is_waited_for(void **state UNUSED)
{
	/* Longer than a range takes, and much less than all of them do. */
	struct stage *s = stage_with_rows(
	    "  - id: fill\n"
	    "    backfill: {table: t, key: id, batch: 5, max_lag: 300ms, sql:"
	    " update t set v = v + 1 where id between $1 and $2}\n");

	cluster_sql(s->database, "create function slow() returns trigger "
	    "language plpgsql as $$ begin perform pg_sleep(0.05); return null; "
	    "end $$; create trigger slow after update on t for each statement "
	    "execute function slow()");
	held_at = NULL;
	replica = replica_start(s);
	replica_pause(replica);
	stage_when_said(s, "ranges: a replica is ", let_it_follow);
	assert_ok(stage_run(s, "fill"), &s->err);

	/* Held with ranges still to come, and it went on to the end. */
	assert_non_null(held_at);
	assert_true(str_matches(held_at, "^0:[0-9]*[05] 1:[0-9]*[05]$"));
	assert_string_equal(values(s), "1:95");
	assert_int_equal(attempt_of(s, 1)->batches, 19);
	talloc_free(s);
}

static void
what_is_not_all_done_does_not_verify(void **state)
{
	struct stage *s = stage_with_rows(
	    "  - id: fill\n"
	    "    backfill: {table: t, key: id, sql: update t set v = 1 where "
	    "id between $1 and $2 and id <> 150}\n"
	    "    verify: {query: select count(*) from t where v <> 1,"
	    " expect: {value: 0}}\n");

	(void)state;
	assert_error(stage_run(s, "fill"), &s->err, ERR_EXPECT);
	assert_contains(s->err.primary, "verify query");
	talloc_free(s);
}

static void
a_key_that_may_be_null_is_refused(void **state)
{
	struct stage *s = stage_with_rows(
	    "  - id: fill\n"
	    "    backfill: {table: u, key: id, sql: update u set v = 1 where "
	    "id between $1 and $2}\n");

	(void)state;
	cluster_sql(s->database, "create table u (id int, v int)");
	assert_error(stage_run(s, "fill"), &s->err, ERR_RUNBOOK);
	assert_contains(s->err.primary, "may be null");
	talloc_free(s);
}

static void
an_empty_table_is_done_at_once(void **state)
{
	struct stage *s = stage_new(NULL, steps);

	(void)state;
	cluster_sql(s->database, "create table t (id text primary key, v int)");
	assert_ok(stage_run(s, "fill"), &s->err);
	assert_int_equal(attempt_of(s, 1)->batches, 0);
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_range_is_done_once_and_verified),
		cmocka_unit_test(a_cancelled_backfill_goes_on_where_it_was),
		cmocka_unit_test(
		    a_row_that_is_locked_is_waited_for_outside_of_the_transaction),
		cmocka_unit_test(
		    a_pause_holds_it_between_two_ranges_until_it_is_resumed),
		cmocka_unit_test(while_others_wait_for_locks_it_holds_back),
		cmocka_unit_test(a_replica_that_falls_behind_is_waited_for),
		cmocka_unit_test(what_is_not_all_done_does_not_verify),
		cmocka_unit_test(a_key_that_may_be_null_is_refused),
		cmocka_unit_test(an_empty_table_is_done_at_once),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
