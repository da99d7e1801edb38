/*
 * tests/steps/test_sql.c - statements of steps, on a real server.
 */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "steps/stage.h"

static void
sql_commits_and_leaves_its_marker(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: add\n"
	    "    sql: |\n"
	    "      create table t (a int);\n"
	    "      insert into t values (1), (2)\n");
	const struct attempt_state *a;

	(void)state;
	assert_ok(stage_run(s, "add"), &s->err);

	assert_string_equal(cluster_value(s, s->database,
	    "select count(*) from t"), "2");
	a = step_last_attempt(state_step(s->run->state, "main/add"));
	assert_int_equal(a->statement_count, 2);
	assert_string_equal(a->statements[1].tag, "INSERT 0 2");
	assert_true(a->about_to_commit);
	assert_string_equal(cluster_value(s, s->database, mem_printf(s,
	    "select step from pgrunbook.outcome where attempt = '%s'",
	    a->marker_uuid)), "main/add");
	talloc_free(s);
}

static void
a_statement_that_fails_undoes_the_ones_before(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: add\n"
	    "    sql: |\n"
	    "      create table t (a int);\n"
	    "      insert into nowhere values (1)\n");
	const struct attempt_state *a;

	(void)state;
	assert_error(stage_run(s, "add"), &s->err, ERR_SQL);

	assert_string_equal(s->err.sqlstate, "42P01");
	assert_contains(s->err.primary, "statement 2 of 2");
	assert_string_equal(cluster_value(s, s->database,
	    "select to_regclass('t') is null"), "t");
	a = step_last_attempt(state_step(s->run->state, "main/add"));
	assert_non_null(a->statements[1].error);
	talloc_free(s);
}

static void
what_is_expected_is_held_before_the_commit(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: add\n"
	    "    sql: |\n"
	    "      create table t as select generate_series(1, 3) as a;\n"
	    "      select count(*) from t\n"
	    "    expect: {value: 4}\n");

	(void)state;
	assert_error(stage_run(s, "add"), &s->err, ERR_EXPECT);

	assert_string_equal(s->err.primary, "expected 4, got 3");
	assert_string_equal(cluster_value(s, s->database,
	    "select to_regclass('t') is null"), "t");
	talloc_free(s);
}

static void
values_reach_sql_quoted(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: look\n"
	    "    sql: select :'word' as :\"word\"\n"
	    "    register: seen\n");

	(void)state;
	assert_ok(stage_run(s, "look"), &s->err);

	assert_string_equal(stage_value(s, "seen"), "it's");
	assert_contains(stage_output(s), "it's");
	assert_contains(stage_output(s), "(1 row)");
	talloc_free(s);
}

static void
statements_without_a_transaction_stand_alone(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: index\n"
	    "    sql: create index concurrently i on t (a)\n"
	    "    transaction: false\n");

	(void)state;
	cluster_sql(s->database, "create table t (a int)");
	assert_ok(stage_run(s, "index"), &s->err);

	assert_string_equal(cluster_value(s, s->database,
	    "select indisvalid from pg_index where indexrelid = 'i'::regclass"),
	    "t");
	assert_int_equal(stage_count(s, EVENT_ABOUT_TO_COMMIT), 0);
	talloc_free(s);
}

static void
cancelling_stops_the_statement_on_the_server(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: long\n"
	    "    sql: |\n"
	    "      create table t (a int);\n"
	    "      select pg_sleep(600)\n"
	    "    class: A\n");

	(void)state;
	stage_when(s, "select count(*) from pg_stat_activity where query like "
	    "'%pg_sleep(600)%' and state = 'active' and pid <> "
	    "pg_backend_pid()", "1", stage_cancel);
	assert_error(stage_run(s, "long"), &s->err, ERR_CANCELLED);

	cluster_wait_value(s->database, "select count(*) from pg_stat_activity"
	    " where query like '%pg_sleep(600)%' and state = 'active' and pid"
	    " <> pg_backend_pid()", "0");
	assert_string_equal(cluster_value(s, s->database,
	    "select to_regclass('t') is null"), "t");
	talloc_free(s);
}

static void
a_step_ends_at_its_timeout(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: long\n"
	    "    sql: select pg_sleep(600)\n"
	    "    timeout: 300ms\n");

	(void)state;
	assert_error(stage_run(s, "long"), &s->err, ERR_TIMEOUT);

	assert_contains(s->err.primary, "did not end within");
	talloc_free(s);
}

static void
crash_the_server(struct stage *s)
{
	(void)s;
	cluster_crash();
}

static void
a_server_that_dies_midway_is_settled_as_not_done(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: add\n"
	    "    sql: |\n"
	    "      create table t (a int);\n"
	    "      select pg_sleep(600)\n"
	    "    class: A\n");
	struct attempt *again;
	enum outcome outcome;
	char proof[256], query[512];

	(void)state;
	stage_when(s, "select count(*) from pg_stat_activity where query like "
	    "'%pg_sleep(600)%' and state = 'active' and pid <> "
	    "pg_backend_pid()", "1", crash_the_server);
	stage_begin(s, "add");
	assert_error(attempt_run(s->attempt, &s->err), &s->err, ERR_LOST);
	cluster_restart();

	again = attempt_new(s, &s->host, s->attempt->step, "main/add", 1);
	assert_ok(attempt_settle(again, step_last_attempt(state_step(
	    s->run->state, "main/add")), &outcome, proof, query, &s->err),
	    &s->err);
	assert_int_equal(outcome, OUTCOME_NOT_DONE);
	assert_true(proof[0] != '\0');
	talloc_free(s);
}

static void
a_commit_that_nobody_saw_is_settled_as_done(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: add\n"
	    "    sql: create table t (a int)\n");
	struct attempt *again;
	enum outcome outcome;
	char proof[256], query[512];

	(void)state;
	stage_begin(s, "add");
	assert_ok(attempt_run(s->attempt, &s->err), &s->err);

	again = attempt_new(s, &s->host, s->attempt->step, "main/add", 1);
	assert_ok(attempt_settle(again, step_last_attempt(state_step(
	    s->run->state, "main/add")), &outcome, proof, query, &s->err),
	    &s->err);
	assert_int_equal(outcome, OUTCOME_DONE);
	talloc_free(s);
}

static void
a_check_cannot_write(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: look\n"
	    "    check: select count(*) from t\n"
	    "    expect: {min: 1, max: 3}\n"
	    "  - id: cheat\n"
	    "    check: select * from v\n");

	(void)state;
	cluster_sql(s->database,
	    "create table t as select 1 as a; create function sneaky() returns"
	    " int language sql as 'insert into t values (2) returning a';"
	    " create view v as select sneaky()");
	assert_ok(stage_run(s, "look"), &s->err);
	assert_error(stage_run(s, "cheat"), &s->err, ERR_SQL);
	assert_string_equal(s->err.sqlstate, "25006");
	talloc_free(s);
}

static void
a_check_shows_the_rows_that_should_not_be(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: none\n"
	    "    check: select a, 'x' as b from t\n"
	    "    expect: {rows: 0}\n");

	(void)state;
	cluster_sql(s->database,
	    "create table t as select generate_series(1, 2) as a");
	assert_error(stage_run(s, "none"), &s->err, ERR_EXPECT);

	assert_string_equal(s->err.primary, "expected 0 rows, got 2");
	assert_contains(stage_output(s), " a | b\n---+--\n 1 | x\n 2 | x\n(2 rows)\n");
	talloc_free(s);
}

static void
steps_compare_with_what_others_registered(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: before\n"
	    "    sql: select 100\n"
	    "    register: before\n"
	    "  - id: near\n"
	    "    check: select 101\n"
	    "    expect: {equals_step: before, within: 1%}\n"
	    "  - id: far\n"
	    "    check: select 102\n"
	    "    expect: {equals_step: before, within: 1%}\n");

	(void)state;
	assert_ok(stage_run(s, "before"), &s->err);
	assert_ok(stage_run(s, "near"), &s->err);
	assert_error(stage_run(s, "far"), &s->err, ERR_EXPECT);
	assert_contains(s->err.primary, "within 1%");
	talloc_free(s);
}

static void
a_verify_query_that_does_not_hold_fails_the_step(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: add\n"
	    "    sql: create table t (a int)\n"
	    "    verify: {query: select count(*) from t, expect: {value: 1}}\n");

	(void)state;
	assert_error(stage_run(s, "add"), &s->err, ERR_EXPECT);
	assert_contains(s->err.primary, "verify query");
	talloc_free(s);
}

static void
a_lock_that_is_held_is_told_and_times_out(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: alter\n"
	    "    sql: alter table t add column b int\n"
	    "    lock_timeout: 4s\n");
	const struct pg_target *t;
	struct pg_session *other;
	struct pg_options options = { 0 };

	(void)state;
	cluster_sql(s->database, "create table t (a int)");
	t = s->host.target(s, "db", &s->err);
	other = pg_open(s, s->loop, t, &options, &s->err);
	assert_got(other, &s->err);
	assert_ok(pg_exec_script(other, "begin; select * from t", &s->err),
	    &s->err);
	assert_error(stage_run(s, "alter"), &s->err, ERR_SQL);

	assert_string_equal(s->err.sqlstate, "55P03");
	assert_true(stage_count(s, EVENT_LOCKS) > 0);
	talloc_free(s);
}

static void
a_stronger_lock_than_rehearsed_is_told(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - {id: rehearsed, sql: select take()}\n"
	    "  - {id: again, sql: select take()}\n"
	    "  - {id: stronger, sql: select take()}\n");

	(void)state;
	cluster_sql(s->database, "create table t (a int);"
	    "create function take() returns void language sql as "
	    "'lock table t in share mode'");
	assert_ok(stage_run(s, "rehearsed"), &s->err);
	assert_ok(stage_run(s, "again"), &s->err);
	assert_int_equal(stage_count(s, EVENT_WARNED), 0);
	cluster_sql(s->database, "create or replace function take() returns "
	    "void language sql as 'lock table t in exclusive mode'");
	assert_ok(stage_run(s, "stronger"), &s->err);

	assert_contains(state_step(s->run->state, "main/stronger")->warning,
	    "ExclusiveLock on t, was ShareLock on t");
	talloc_free(s);
}

static struct pg_session *
open_another(struct stage *s)
{
	struct pg_options options = { 0 };
	const struct pg_target *t = s->host.target(s, "db", &s->err);
	struct pg_session *other = pg_open(s, s->loop, t, &options, &s->err);

	assert_got(other, &s->err);
	return other;
}

/* What waits behind the step, and what became of it. */
static struct pg_session *readers[2];
static int read_count;

static void
note_read(void *arg, const struct pg_result *r, const struct error *err)
{
	(void)arg;
	(void)r;
	read_count += err == NULL;
}

static void
queue_up(struct stage *s)
{
	(void)s;
	pg_query_async(readers[0], "select * from t", note_read, NULL);
	pg_query_async(readers[1], "select * from t", note_read, NULL);
}

static bool
all_have_read(void *arg)
{
	(void)arg;
	return read_count == 2;
}

static void
a_step_gives_way_when_too_many_queue_behind_it(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: alter\n"
	    "    sql: alter table t add column b int\n"
	    "    lock_timeout: 60s\n"
	    "    queue_limit: 1\n");
	struct pg_session *holder;

	(void)state;
	cluster_sql(s->database, "create table t (a int)");
	holder = open_another(s);
	readers[0] = open_another(s);
	readers[1] = open_another(s);
	assert_ok(pg_exec_script(holder, "begin; select * from t", &s->err),
	    &s->err);
	stage_when(s, "select count(*) from pg_stat_activity where "
	    "wait_event_type = 'Lock' and datname = current_database()", "1",
	    queue_up);
	assert_error(stage_run(s, "alter"), &s->err, ERR_SQL);

	/* As a lock timeout to the rule that tries again. */
	assert_string_equal(s->err.sqlstate, "55P03");
	assert_contains(s->err.primary, "gave way: 2 sessions queued");
	assert_int_equal(loop_wait(s->loop, all_have_read, NULL, 20000),
	    WAIT_DONE);
	assert_string_equal(cluster_value(s, s->database, "select count(*) "
	    "from pg_attribute where attrelid = 't'::regclass and "
	    "attnum > 0"), "1");
	talloc_free(s);
}

static void
wait_goes_on_when_the_query_holds(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: wait\n"
	    "    wait: {until: \"select count(*) > 0 from t\", poll: 20ms}\n"
	    "    timeout: 20s\n"
	    "  - id: never\n"
	    "    wait: {until: \"select false\", poll: 20ms}\n"
	    "    timeout: 200ms\n"
	    "  - id: past\n"
	    "    wait: {until: \"2020-01-01T00:00:00Z\"}\n");

	(void)state;
	cluster_sql(s->database, "create table t (a int)");
	cluster_sql(s->database, "insert into t values (1)");
	assert_ok(stage_run(s, "wait"), &s->err);
	assert_error(stage_run(s, "never"), &s->err, ERR_TIMEOUT);
	assert_ok(stage_run(s, "past"), &s->err);
	talloc_free(s);
}

static void
a_frozen_database_refuses_the_ddl_of_others(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: freeze\n"
	    "    freeze: {reason: \"CHG-1: frozen\"}\n"
	    "    register: frozen\n"
	    "  - id: ours\n"
	    "    sql: create table ours (a int)\n"
	    "  - id: unfreeze\n"
	    "    unfreeze: {}\n");
	struct pg_options options = { 0 };
	struct pg_session *other;

	(void)state;
	assert_ok(stage_run(s, "freeze"), &s->err);
	assert_string_equal(stage_value(s, "frozen.method"), "event trigger");
	other = pg_open(s, s->loop, s->host.target(s, "db", &s->err),
	    &options, &s->err);
	assert_got(other, &s->err);
	assert_error(pg_exec_script(other, "create table theirs (a int)",
	    &s->err), &s->err, ERR_SQL);
	assert_contains(s->err.detail, "CHG-1: frozen");

	assert_ok(stage_run(s, "ours"), &s->err);
	assert_ok(stage_run(s, "unfreeze"), &s->err);
	assert_ok(pg_exec_script(other, "create table theirs (a int)",
	    &s->err), &s->err);
	talloc_free(s);
}

static void
a_guard_sees_that_the_schema_changed(void **state)
{
	struct stage *s = stage_new(NULL,
	    "  - id: before\n"
	    "    snapshot: {}\n"
	    "    register: before\n"
	    "  - id: same\n"
	    "    guard: {fingerprint: \"{{before.fingerprint}}\", environment: sandbox, no_long_transactions: 1m}\n"
	    "  - id: elsewhere\n"
	    "    guard: {environment: production}\n");

	(void)state;
	cluster_sql(s->database, "create table t (a int)");
	assert_ok(stage_run(s, "before"), &s->err);
	assert_ok(stage_run(s, "same"), &s->err);
	cluster_sql(s->database, "alter table t add column b int");
	assert_error(stage_run(s, "same"), &s->err, ERR_EXPECT);
	assert_contains(s->err.primary, "not the one that was reviewed");
	assert_error(stage_run(s, "elsewhere"), &s->err, ERR_EXPECT);
	talloc_free(s);
}

static void
a_dry_plan_needs_no_server_and_no_values(void **state)
{
	struct stage *s = stage_without_server(NULL,
	    "  - id: sql\n"
	    "    sql: select :'word'\n"
	    "    target: db\n"
	    "  - id: before\n"
	    "    snapshot: {}\n"
	    "    target: db\n"
	    "    register: before\n"
	    "  - id: later\n"
	    "    sql: drop table :\"before\"\n"
	    "    class: B\n"
	    "    target: db\n"
	    "  - id: guard\n"
	    "    guard: {fingerprint: \"{{before.fingerprint}}\"}\n"
	    "    target: db\n");
	struct attempt *a;
	const struct step *step;
	size_t i;

	(void)state;
	for (i = 0; i < s->window->phases[0]->step_count; i++) {
		step = s->window->phases[0]->steps[i];
		a = attempt_new(s, &s->host, step, "main/x", 1);
		a->is_dry = true;
		assert_ok(attempt_plan(a, &s->err), &s->err);
		if (str_equal(step->id, "guard"))
			assert_contains(json_str(a->plan->shown, "text"),
			    "{{before.fingerprint}}");
		if (str_equal(step->id, "later"))
			assert_int_equal(a->plan->class_, CLASS_B);
	}
	talloc_free(s);
}

static void
a_plan_of_thousands_of_statements_fits_a_record_and_lists_the_worst(void **state)
{
	char value[1001], *folder = temp_folder(NULL), *text;
	struct buffer *b = buffer_new(folder);
	const json_t *shown, *list;
	struct stage *s;
	struct attempt *a;
	int i;

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (i = 0; i < 3000; i++)
		buffer_printf(b, "insert into t values ('%s');\n", value);
	buffer_puts(b, "drop table last;\n");
	s = stage_without_server(NULL, mem_printf(folder,
	    "  - id: big\n"
	    "    sql_file: %s\n"
	    "    class: B\n"
	    "    target: db\n", temp_file(folder, folder, "big.sql", b->data)));
	a = attempt_new(s, &s->host, s->window->phases[0]->steps[0], "main/big",
	    1);
	a->is_dry = true;
	assert_ok(attempt_plan(a, &s->err), &s->err);
	shown = a->plan->shown;
	text = json_stable(folder, shown);
	assert_true(strlen(text) < 1 << 20);
	list = json_object_get(shown, "statements");
	assert_string_equal(json_str(json_array_get(list,
	    json_array_size(list) - 1), "text"), "drop table last");
	assert_contains(text, "2600 more statements run and are not listed, "
	    "0 of them of class B");
	talloc_free(s);
	talloc_free(folder);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sql_commits_and_leaves_its_marker),
		cmocka_unit_test(a_statement_that_fails_undoes_the_ones_before),
		cmocka_unit_test(what_is_expected_is_held_before_the_commit),
		cmocka_unit_test(values_reach_sql_quoted),
		cmocka_unit_test(statements_without_a_transaction_stand_alone),
		cmocka_unit_test(cancelling_stops_the_statement_on_the_server),
		cmocka_unit_test(a_step_ends_at_its_timeout),
		cmocka_unit_test(a_server_that_dies_midway_is_settled_as_not_done),
		cmocka_unit_test(a_commit_that_nobody_saw_is_settled_as_done),
		cmocka_unit_test(a_check_cannot_write),
		cmocka_unit_test(a_check_shows_the_rows_that_should_not_be),
		cmocka_unit_test(steps_compare_with_what_others_registered),
		cmocka_unit_test(a_verify_query_that_does_not_hold_fails_the_step),
		cmocka_unit_test(a_lock_that_is_held_is_told_and_times_out),
		cmocka_unit_test(a_stronger_lock_than_rehearsed_is_told),
		cmocka_unit_test(
		    a_step_gives_way_when_too_many_queue_behind_it),
		cmocka_unit_test(wait_goes_on_when_the_query_holds),
		cmocka_unit_test(a_frozen_database_refuses_the_ddl_of_others),
		cmocka_unit_test(a_guard_sees_that_the_schema_changed),
		cmocka_unit_test(a_dry_plan_needs_no_server_and_no_values),
		cmocka_unit_test(a_plan_of_thousands_of_statements_fits_a_record_and_lists_the_worst),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
