/*
 * tests/steps/test_progress.c - how far a statement is, as the server tells.
 */

#include "harness/test.h"

#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "steps/stage.h"

/* An index over what takes its time to compute: blocks of the table. */
static void
an_index_build_tells_how_far_the_server_is(void **state UNUSED)
{
	struct stage *s = stage_new(NULL,
	    "  - id: index\n"
	    "    sql: create index i on t (slow(a))\n");

	cluster_sql(s->database, "create function slow(int) returns int"
	    " immutable parallel unsafe language plpgsql as $$ begin perform"
	    " pg_sleep(0.002); return $1; end $$;"
	    "create table t (a int, b text); insert into t select i,"
	    " repeat('x', 700) from generate_series(1, 1000) i");
	assert_ok(stage_run(s, "index"), &s->err);

	assert_true(str_matches(stage_told(s), "(^|\n)[1-9][0-9]* of"
	    " [1-9][0-9]* blocks: CREATE INDEX on t: building index:"
	    " scanning table\n"));
	talloc_free(s);
}

static void
let_writer_go(struct stage *s)
{
	cluster_sql(s->database, mem_printf(s, "commit prepared 'w_%s'",
	    s->database));
}

static void
an_index_that_is_built_beside_writers_tells_for_whom_it_waits(
    void **state UNUSED)
{
	struct stage *s = stage_new(NULL,
	    "  - id: index\n"
	    "    sql: create index concurrently i on t (a)\n"
	    "    transaction: false\n");

	cluster_sql(s->database, "create table t (a int)");
	cluster_sql(s->database, mem_printf(s, "begin; insert into t values"
	    " (1); prepare transaction 'w_%s'", s->database));
	stage_when(s, "select count(*) from pg_stat_progress_create_index"
	    " where phase = 'waiting for writers before build' and"
	    " lockers_total = 1 and datname = current_database() and"
	    " clock_timestamp() > (select query_start from pg_stat_activity a"
	    " where a.pid = pg_stat_progress_create_index.pid) + '2s'", "1",
	    let_writer_go);
	assert_ok(stage_run(s, "index"), &s->err);

	assert_contains(stage_told(s), "0 of 1 lockers: CREATE INDEX"
	    " CONCURRENTLY on t: waiting for writers before build\n");
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_build_tells_how_far_the_server_is),
		cmocka_unit_test(
		    an_index_that_is_built_beside_writers_tells_for_whom_it_waits),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
