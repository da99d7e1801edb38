/* tests/steps/test_tripwire.c - limits that are watched while a step runs. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "steps/stage.h"

/* A step that changes something and then takes its time. */
static struct stage *
stage_with(const char *then, const char *seconds)
{
	char *steps = mem_printf(NULL,
	    "  - id: slow\n"
	    "    sql: |\n"
	    "      insert into t values (1);\n"
	    "      select pg_sleep(%s)\n"
	    "    tripwires:\n"
	    "      lag: {query: select max(n) from lag, max: 10, then: %s,"
	    " every: 100ms}\n", seconds, then);
	struct stage *s = stage_new(NULL, steps);

	talloc_free(steps);
	cluster_sql(s->database, "create table t (a int); create table lag "
	    "(n int); insert into lag values (10)");
	return s;
}

static void
lag_behind(struct stage *s)
{
	cluster_sql(s->database, "insert into lag values (11)");
}

static const char sleeping[] = "select count(*) from pg_stat_activity where "
    "wait_event = 'PgSleep' and datname = current_database()";

static void
a_tripwire_cancels_what_runs(void **state)
{
	struct stage *s = stage_with("cancel", "600");

	(void)state;
	stage_when(s, sleeping, "1", lag_behind);
	assert_error(stage_run(s, "slow"), &s->err, ERR_EXPECT);

	assert_string_equal(s->err.primary,
	    "tripwire \"lag\": 11 is more than 10");
	assert_string_equal(cluster_value(s, s->database,
	    "select count(*) from t"), "0");
	assert_int_equal(stage_count(s, EVENT_WARNED), 1);
	talloc_free(s);
}

static void
a_tripwire_warns_once_and_lets_it_go_on(void **state)
{
	struct stage *s = stage_with("warn", "1");

	(void)state;
	stage_when(s, sleeping, "1", lag_behind);
	assert_ok(stage_run(s, "slow"), &s->err);

	assert_int_equal(stage_count(s, EVENT_WARNED), 1);
	assert_false(s->run->state->is_paused);
	assert_string_equal(cluster_value(s, s->database,
	    "select count(*) from t"), "1");
	talloc_free(s);
}

static void
a_tripwire_holds_the_steps_behind(void **state)
{
	struct stage *s = stage_with("hold", "1");

	(void)state;
	stage_when(s, sleeping, "1", lag_behind);
	assert_ok(stage_run(s, "slow"), &s->err);

	assert_true(s->run->state->is_paused);
	assert_string_equal(cluster_value(s, s->database,
	    "select count(*) from t"), "1");
	talloc_free(s);
}

static void
what_cannot_be_watched_does_not_begin(void **state)
{
	struct stage *s = stage_with("warn", "0");

	(void)state;
	cluster_sql(s->database, "drop table lag");
	assert_error(stage_run(s, "slow"), &s->err, ERR_SQL);

	assert_contains(s->err.primary, "tripwire \"lag\"");
	assert_string_equal(cluster_value(s, s->database,
	    "select count(*) from t"), "0");
	talloc_free(s);
}

static void
what_is_met_at_the_start_is_met(void **state)
{
	struct stage *s = stage_with("cancel", "0");

	(void)state;
	lag_behind(s);
	assert_error(stage_run(s, "slow"), &s->err, ERR_EXPECT);
	assert_string_equal(cluster_value(s, s->database,
	    "select count(*) from t"), "0");
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tripwire_cancels_what_runs),
		cmocka_unit_test(a_tripwire_warns_once_and_lets_it_go_on),
		cmocka_unit_test(a_tripwire_holds_the_steps_behind),
		cmocka_unit_test(what_cannot_be_watched_does_not_begin),
		cmocka_unit_test(what_is_met_at_the_start_is_met),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
