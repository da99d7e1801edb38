/* tests/postgres/test_probe.c - what the catalog says of statements that ran alone. */

#include "postgres/locks.h"
#include "postgres/scene.h"

static enum outcome
probe(struct scene *c, const char *sql)
{
	struct error err;

	assert_ok(outcome_probe(c, c->asker, c->pinned, &c->attempt, sql,
	    &c->answer, &err), &err);
	run(c->asker, c->answer.query);
	return c->answer.outcome;
}

static struct scene *
alone_begin(const char *setup)
{
	struct scene *c = scene_begin();
	struct error err;

	assert_ok(outcome_begin(c, c->step, &c->attempt, &err), &err);
	run(c->asker, setup);
	return c;
}

static void
an_index_is_done_when_it_is_valid(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE TABLE t (n int)");
	const char *sql = "CREATE INDEX CONCURRENTLY \"My i\" ON t (n)";

	assert_int_equal(probe(c, sql), OUTCOME_NOT_DONE);
	assert_null(c->answer.cure);
	run(c->step, sql);
	assert_int_equal(probe(c, sql), OUTCOME_DONE);
	assert_int_equal(probe(c, "CREATE INDEX CONCURRENTLY ON t (n)"),
	    OUTCOME_UNKNOWN);
	scene_end(c);
}

static void
an_index_left_invalid_is_not_done_and_has_a_cure(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE TABLE t (n int);"
	    "INSERT INTO t VALUES (1), (1)");
	const char *sql = "CREATE UNIQUE INDEX CONCURRENTLY i ON public.t (n)";
	struct error err;

	assert_error(pg_exec_script(c->step, sql, &err), &err, ERR_SQL);
	assert_int_equal(probe(c, sql), OUTCOME_NOT_DONE);
	assert_contains(c->answer.reason, "invalid");
	assert_string_equal(c->answer.cure, "DROP INDEX CONCURRENTLY "
	    "IF EXISTS i");
	run(c->asker, c->answer.cure);
	assert_int_equal(probe(c, sql), OUTCOME_NOT_DONE);
	assert_null(c->answer.cure);
	scene_end(c);
}

static void
an_index_that_is_built_without_us_is_still_running(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE TABLE t (n int)");
	struct pg_session *holder = open_named(c->db, "holder");
	const char *sql = "CREATE INDEX CONCURRENTLY i ON t (n)";
	struct pending build = { 0 };

	run(holder, "BEGIN; INSERT INTO t VALUES (1)");
	pg_query_async(c->step, sql, note_end, &build);
	cluster_wait_value(c->db, "SELECT count(*) FROM "
	    "pg_stat_progress_create_index", "1");
	/* The client dies in the middle; the server goes on. */
	pg_close(c->step);
	c->step = NULL;
	assert_int_equal(probe(c, sql), OUTCOME_STILL_RUNNING);
	assert_contains(c->answer.reason, "virtualxid");

	run(holder, "COMMIT");
	cluster_wait_value(c->db, "SELECT count(*) FROM pg_stat_activity WHERE "
	    "application_name = 'step'", "0");
	assert_int_equal(probe(c, sql), OUTCOME_DONE);
	pg_close(holder);
	scene_end(c);
}

static void
everything_that_a_reindex_left_is_cured(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE TABLE t (n int, m int);"
	    "CREATE INDEX i ON t (n); CREATE INDEX j ON t (m);"
	    "CREATE TABLE other (n int); CREATE INDEX other_ccnew ON other (n);"
	    "UPDATE pg_index SET indisvalid = false WHERE indexrelid ="
	    " 'other_ccnew'::regclass");
	struct pg_session *holder = open_named(c->db, "holder");
	const char *sql = "REINDEX TABLE CONCURRENTLY t";
	struct pending reindex = { 0 };
	struct error err;

	run(holder, "BEGIN; INSERT INTO t VALUES (1, 1)");
	pg_query_async(c->step, sql, note_end, &reindex);
	cluster_wait_value(c->db, "SELECT count(*) FROM pg_stat_activity WHERE "
	    "application_name = 'step' AND wait_event_type = 'Lock'", "1");
	assert_ok(pg_backend_cancel(c->asker, pg_backend_pid(c->step), "",
	    &err), &err);
	loop_wait(loop, has_ended, &reindex, 20000);
	run(holder, "COMMIT");

	assert_int_equal(probe(c, sql), OUTCOME_NOT_DONE);
	assert_contains(c->answer.reason, "2 invalid indexes are left over");
	assert_string_equal(c->answer.cure,
	    "DROP INDEX CONCURRENTLY IF EXISTS i_ccnew;\n"
	    "DROP INDEX CONCURRENTLY IF EXISTS j_ccnew");
	run(c->asker, "DROP INDEX CONCURRENTLY IF EXISTS i_ccnew");
	assert_int_equal(probe(c, "REINDEX INDEX CONCURRENTLY i"),
	    OUTCOME_NOT_DONE);
	run(c->asker, c->answer.cure);
	assert_int_equal(probe(c, sql), OUTCOME_UNKNOWN);
	assert_true(c->answer.harmless);
	pg_close(holder);
	scene_end(c);
}

static void
a_database_that_moves_is_where_it_is(void **state UNUSED)
{
	struct scene *c = alone_begin(
	    "SET allow_in_place_tablespaces = on");
	const char *sql = "ALTER DATABASE moving SET TABLESPACE fast";

	run(c->asker, "CREATE TABLESPACE fast LOCATION ''");
	cluster_create_db("moving");

	assert_int_equal(probe(c, sql), OUTCOME_NOT_DONE);
	assert_contains(c->answer.reason, "\"pg_default\"");
	run(c->step, sql);
	assert_int_equal(probe(c, sql), OUTCOME_DONE);
	assert_int_equal(probe(c, "ALTER DATABASE nowhere SET TABLESPACE "
	    "fast"), OUTCOME_UNKNOWN);
	cluster_drop_db("moving");
	run(c->asker, "DROP TABLESPACE fast");
	scene_end(c);
}

static void
a_drop_is_done_when_the_thing_is_gone(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE TABLE t (n int);"
	    "CREATE INDEX i ON t (n)");

	assert_int_equal(probe(c, "DROP INDEX CONCURRENTLY i"),
	    OUTCOME_NOT_DONE);
	run(c->step, "DROP INDEX CONCURRENTLY i");
	assert_int_equal(probe(c, "DROP INDEX CONCURRENTLY i"), OUTCOME_DONE);
	assert_int_equal(probe(c, "DROP TABLE public.t"), OUTCOME_NOT_DONE);
	assert_int_equal(probe(c, "DROP TABLE t, u"), OUTCOME_UNKNOWN);
	scene_end(c);
}

static void
a_partition_may_be_half_detached(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE TABLE p (n int) PARTITION BY "
	    "LIST (n); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)");
	struct pg_session *holder = open_named(c->db, "holder");
	const char *sql = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
	struct pending detach = { 0 };
	struct error err;

	assert_int_equal(probe(c, sql), OUTCOME_NOT_DONE);
	run(holder, "BEGIN; SELECT * FROM p");
	pg_query_async(c->step, sql, note_end, &detach);
	cluster_wait_value(c->db, "SELECT count(*) FROM pg_stat_activity WHERE "
	    "application_name = 'step' AND wait_event_type = 'Lock'", "1");
	assert_ok(pg_backend_cancel(c->asker, pg_backend_pid(c->step), "",
	    &err), &err);
	loop_wait(loop, has_ended, &detach, 20000);
	run(holder, "COMMIT");

	assert_int_equal(probe(c, sql), OUTCOME_NOT_DONE);
	assert_contains(c->answer.reason, "half detached");
	/* The cure is what is run next, and may be cut off itself. */
	sql = mem_strdup(c, c->answer.cure);
	assert_int_equal(probe(c, sql), OUTCOME_NOT_DONE);
	run(c->asker, sql);
	assert_int_equal(probe(c, sql), OUTCOME_DONE);
	assert_int_equal(probe(c, "ALTER TABLE p DETACH PARTITION p1 "
	    "CONCURRENTLY"), OUTCOME_DONE);
	pg_close(holder);
	scene_end(c);
}

static void
databases_and_enum_values_are_looked_for(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE TYPE e AS ENUM ('a')");

	assert_int_equal(probe(c, "ALTER TYPE e ADD VALUE 'b'"),
	    OUTCOME_NOT_DONE);
	assert_int_equal(probe(c, "ALTER TYPE e ADD VALUE 'a'"), OUTCOME_DONE);
	assert_int_equal(probe(c, "CREATE DATABASE nowhere"),
	    OUTCOME_NOT_DONE);
	assert_int_equal(probe(c, "CREATE DATABASE postgres"), OUTCOME_DONE);
	assert_int_equal(probe(c, "DROP DATABASE nowhere"), OUTCOME_DONE);
	assert_int_equal(probe(c, "DROP DATABASE postgres"),
	    OUTCOME_NOT_DONE);
	scene_end(c);
}

static void
tablespaces_and_subscriptions_are_looked_for(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE SUBSCRIPTION here CONNECTION"
	    " 'dbname=x' PUBLICATION p WITH (connect = false)");

	assert_int_equal(probe(c, "CREATE SUBSCRIPTION here CONNECTION"
	    " 'dbname=x' PUBLICATION p"), OUTCOME_DONE);
	assert_int_equal(probe(c, "DROP SUBSCRIPTION here"), OUTCOME_NOT_DONE);
	assert_int_equal(probe(c, "CREATE SUBSCRIPTION nowhere CONNECTION"
	    " 'dbname=x' PUBLICATION p"), OUTCOME_NOT_DONE);
	assert_int_equal(probe(c, "DROP SUBSCRIPTION nowhere"), OUTCOME_DONE);
	assert_int_equal(probe(c, "CREATE TABLESPACE pg_default LOCATION"
	    " '/x'"), OUTCOME_DONE);
	assert_int_equal(probe(c, "CREATE TABLESPACE nowhere LOCATION '/x'"),
	    OUTCOME_NOT_DONE);
	assert_int_equal(probe(c, "DROP TABLESPACE nowhere"), OUTCOME_DONE);
	run(c->asker, "ALTER SUBSCRIPTION here SET (slot_name = none);"
	    "DROP SUBSCRIPTION here");
	scene_end(c);
}

static void
what_leaves_no_trace_is_unknown_and_may_be_harmless(void **state UNUSED)
{
	struct scene *c = alone_begin("CREATE TABLE t (n int)");

	static const char *const harmless[] = {
		"VACUUM t", "VACUUM FULL t", "CLUSTER", "CLUSTER t USING i",
		"ALTER SYSTEM SET work_mem = '8MB'", "REINDEX TABLE "
		"CONCURRENTLY t", "REINDEX DATABASE d", "CHECKPOINT",
	};

	for (size_t i = 0; i < COUNT_OF(harmless); i++) {
		assert_int_equal(probe(c, harmless[i]), OUTCOME_UNKNOWN);
		assert_true(c->answer.harmless);
	}
	assert_int_equal(probe(c, "UPDATE t SET n = n + 1"), OUTCOME_UNKNOWN);
	assert_false(c->answer.harmless);
	assert_int_equal(probe(c, "this is no SQL"), OUTCOME_UNKNOWN);
	assert_false(c->answer.harmless);
	scene_end(c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_is_done_when_it_is_valid),
		cmocka_unit_test(
		    an_index_left_invalid_is_not_done_and_has_a_cure),
		cmocka_unit_test(
		    an_index_that_is_built_without_us_is_still_running),
		cmocka_unit_test(everything_that_a_reindex_left_is_cured),
		cmocka_unit_test(a_database_that_moves_is_where_it_is),
		cmocka_unit_test(a_drop_is_done_when_the_thing_is_gone),
		cmocka_unit_test(a_partition_may_be_half_detached),
		cmocka_unit_test(databases_and_enum_values_are_looked_for),
		cmocka_unit_test(tablespaces_and_subscriptions_are_looked_for),
		cmocka_unit_test(
		    what_leaves_no_trace_is_unknown_and_may_be_harmless),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
