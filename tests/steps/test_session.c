/*
 * tests/steps/test_session.c - the sessions that steps run in: their settings,
 * as the server has them, and what stands between.
 */

#include "harness/test.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/pooler.h"
#include "steps/stage.h"

static const char insert[] =
    "  - id: add\n"
    "    sql: create table t (a int)\n"
    "    lock_timeout: 3s\n"
    "    statement_timeout: 15m\n";

/* A setting as it was read back for the last attempt at a step. */
static const char *
setting(struct stage *s, const char *id, const char *name)
{
	const struct attempt_state *a = step_last_attempt(state_step(
	    s->run->state, mem_printf(s, "main/%s", id)));

	assert_non_null(a->session);
	return json_str(json_object_get(a->session, "settings"), name);
}

static void
the_settings_of_a_step_are_read_back_and_kept(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, insert);

	assert_ok(stage_run(s, "add"), &s->err);

	assert_string_equal(setting(s, "add", "lock_timeout"), "3s");
	assert_string_equal(setting(s, "add", "statement_timeout"), "15min");
	assert_string_equal(setting(s, "add", "synchronous_commit"), "on");
	assert_string_equal(setting(s, "add", "TimeZone"), "UTC");
	assert_string_equal(setting(s, "add", "search_path"),
	    "\"$user\", public");
	/* Nothing has changed since: it is told once. */
	assert_int_equal(stage_count(s, EVENT_SETTINGS_READ), 1);
	talloc_free(s);
}

static void
what_role_and_database_preset_does_not_reach_a_step(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, insert);

	cluster_sql("postgres", mem_printf(s,
	    "alter database %1$s set synchronous_commit = off;"
	    "alter database %1$s set lock_timeout = '1ms';"
	    "alter database %1$s set idle_in_transaction_session_timeout = 7;"
	    "alter database %1$s set timezone = 'Europe/Berlin'", s->database));
	assert_ok(stage_run(s, "add"), &s->err);

	assert_string_equal(setting(s, "add", "synchronous_commit"), "on");
	assert_string_equal(setting(s, "add", "lock_timeout"), "3s");
	assert_string_equal(setting(s, "add",
	    "idle_in_transaction_session_timeout"), "0");
	/* That one is the database's to say, and is shown. */
	assert_string_equal(setting(s, "add", "TimeZone"), "Europe/Berlin");
	talloc_free(s);
}

/* What is deferred is run by COMMIT itself. */
static void
a_step_s_own_text_does_not_make_its_commit_less_durable(void **state UNUSED)
{
	struct stage *s = stage_new(NULL,
	    "  - id: add\n"
	    "    sql: set synchronous_commit = off; insert into t values (1)\n");

	cluster_sql(s->database, "create table t (a int); create table seen (v"
	    " text); create function see() returns trigger language plpgsql as"
	    " $$ begin insert into seen values (current_setting("
	    "'synchronous_commit')); return null; end $$; create constraint"
	    " trigger see after insert on t deferrable initially deferred for"
	    " each row execute function see()");
	assert_ok(stage_run(s, "add"), &s->err);

	assert_string_equal(cluster_value(s, s->database,
	    "select v from seen"), "on");
	talloc_free(s);
}

static void
outside_of_a_transaction_no_lock_timeout_is_set(void **state UNUSED)
{
	struct stage *s = stage_new(NULL,
	    "  - id: index\n"
	    "    sql: create index concurrently i on t (a)\n"
	    "    transaction: false\n");

	cluster_sql(s->database, "create table t (a int)");
	assert_ok(stage_run(s, "index"), &s->err);

	assert_string_equal(setting(s, "index", "lock_timeout"), "0");
	assert_string_equal(setting(s, "index",
	    "client_connection_check_interval"), "0");
	talloc_free(s);
}

static void
outside_of_a_transaction_the_step_s_own_lock_timeout_stays(void **state UNUSED)
{
	struct stage *s = stage_new(NULL,
	    "  - id: index\n"
	    "    sql: create index concurrently i on t (a)\n"
	    "    transaction: false\n"
	    "    lock_timeout: 1m\n");

	cluster_sql(s->database, "create table t (a int)");
	assert_ok(stage_run(s, "index"), &s->err);

	assert_string_equal(setting(s, "index", "lock_timeout"), "1min");
	talloc_free(s);
}

static void
a_step_runs_through_pgbouncer_by_session(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, insert);
	const struct attempt_state *a;
	char *folder;
	pid_t pooler = pgbouncer_start(s, POOLER_SESSION, &folder);

	if (pooler < 0) {
		talloc_free(s);
		return;
	}
	s->pooler = folder;
	assert_ok(stage_run(s, "add"), &s->err);

	assert_string_equal(setting(s, "add", "lock_timeout"), "3s");
	assert_string_equal(setting(s, "add", "synchronous_commit"), "on");
	a = step_last_attempt(state_step(s->run->state, "main/add"));
	assert_true(json_flag(a->session, "pooled"));
	/* The process that the server has, and not the pooler's invention. */
	assert_int_equal(json_int(a->session, "pid", 0),
	    json_int(a->marker_backend, "pid", -1));
	talloc_free(s);
	pooler_stop(pooler);
}

static void
a_step_is_refused_through_pgbouncer_by_transaction(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, insert);
	char *folder;
	pid_t pooler = pgbouncer_start(s, POOLER_TRANSACTION, &folder);

	if (pooler < 0) {
		talloc_free(s);
		return;
	}
	s->pooler = folder;
	assert_error(stage_run(s, "add"), &s->err, ERR_CONNECT);

	assert_contains(s->err.primary, "by transaction");
	assert_contains(s->err.detail, "step \"main/add\" (sql)");
	assert_contains(s->err.hint, "pool_mode = session");
	assert_string_equal(cluster_value(s, s->database,
	    "select to_regclass('t') is null"), "t");
	talloc_free(s);
	pooler_stop(pooler);
}

static void
nothing_runs_where_a_setting_does_not_hold(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, insert);
	char *folder = temp_folder(s);
	pid_t pooler = pooler_start(folder, POOLER_DEAF);

	s->pooler = folder;
	assert_error(stage_run(s, "add"), &s->err, ERR_CONNECT);

	assert_contains(s->err.primary, "not what was asked for");
	assert_contains(s->err.detail,
	    "lock_timeout is 0, asked for was \"3000\"");
	assert_string_equal(cluster_value(s, s->database,
	    "select to_regclass('t') is null"), "t");
	talloc_free(s);
	pooler_stop(pooler);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_settings_of_a_step_are_read_back_and_kept),
		cmocka_unit_test(
		    what_role_and_database_preset_does_not_reach_a_step),
		cmocka_unit_test(
		    a_step_s_own_text_does_not_make_its_commit_less_durable),
		cmocka_unit_test(
		    outside_of_a_transaction_no_lock_timeout_is_set),
		cmocka_unit_test(
		    outside_of_a_transaction_the_step_s_own_lock_timeout_stays),
		cmocka_unit_test(a_step_runs_through_pgbouncer_by_session),
		cmocka_unit_test(
		    a_step_is_refused_through_pgbouncer_by_transaction),
		cmocka_unit_test(nothing_runs_where_a_setting_does_not_hold),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
