/*
 * tests/steps/test_reconcile.c - drift, its review, and the migrations that
 * follow.
 */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/migrations.h"
#include "steps/reconcile.h"

static void
make_drift(struct stage *s)
{
	assert_ok(stage_run(s, "apply"), &s->err);
	cluster_sql(s->database,
	    "drop index users_mail_idx;"
	    "alter table users add column nick text;"
	    "insert into users (mail, nick) values ('a', 'b');"
	    "alter table orders add column note text;"
	    "create table legacy (a int)");
}

static const json_t *
item(struct stage *s, const char *key)
{
	json_t *drift, *each, *found = NULL;
	struct error err;
	char *text = slurp(s, stage_value(s, "drift.file"));
	size_t i;

	assert_ok(json_parse(text, strlen(text), &drift, &err), &err);
	json_owned(s, drift);
	json_array_foreach(json_object_get(drift, "items"), i, each)
		if (str_equal(json_str(each, "key"), key))
			found = each;
	assert_non_null(found);
	return found;
}

static void
intend_decision(struct stage *s, const char *key, const char *truth)
{
	stage_intend(s, mem_printf(s, "{'type': 'decide', 'item': '%s',"
	    " 'truth': '%s', 'reason': 'because', 'principal': 'ana'}",
	    json_str(item(s, key), "id"), truth));
}

static void
a_review_puts_both_sides_right(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	make_drift(s);
	assert_ok(stage_run(s, "drift"), &s->err);
	assert_string_equal(stage_value(s, "drift.items"), "4");

	/* Finishing before all is decided does not end it. */
	stage_intend(s, "{'type': 'finish_review', 'principal': 'ana'}");
	intend_decision(s, "index public.users_mail_idx", "migrations");
	intend_decision(s, "column public.users.nick", "migrations");
	intend_decision(s, "column public.orders.note", "database");
	intend_decision(s, "table public.legacy", "out_of_scope");
	stage_intend(s, "{'type': 'finish_review', 'principal': 'ana'}");
	assert_ok(stage_run(s, "review"), &s->err);
	assert_string_equal(stage_value(s, "reconciliation.codified"), "1");
	/* The index is built outside of the other's transaction. */
	assert_string_equal(stage_value(s, "reconciliation.forward"), "2");

	assert_ok(stage_run(s, "reconcile"), &s->err);
	assert_string_equal(value(s, "select count(*) from _prisma_migrations"
	    " where finished_at is not null"), "5");
	assert_string_equal(value(s, "select applied_steps_count from"
	    " _prisma_migrations where migration_name like '%codified'"), "0");
	assert_string_equal(value(s, "select string_agg(attname, ',') from"
	    " pg_attribute where attrelid = 'users'::regclass and attnum > 0"
	    " and not attisdropped"), "id,mail");
	assert_string_equal(value(s,
	    "select to_regclass('users_mail_idx') is not null"), "t");
	assert_ok(stage_run(s, "no-drift"), &s->err);
	stage_verify(s);
	talloc_free(s);
}

static void
headless_reviews_take_prepared_decisions_by_pattern(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	make_drift(s);
	assert_ok(stage_run(s, "drift"), &s->err);
	s->host.is_headless = true;
	s->host.approvals = s->folder;
	temp_file(s, s->folder, "decisions.json", "{\"step\": \"main/review\","
	    " \"principal\": \"ben\", \"decisions\": ["
	    " {\"item\": \"column public.users.nick\", \"truth\":"
	    " \"migrations\"}, {\"item\": \"*users*\", \"truth\":"
	    " \"migrations\"}]}");
	assert_error(stage_run(s, "review"), &s->err, ERR_WAITING);
	assert_contains(s->err.primary, "2 of 4 items are not decided");

	/* What may destroy is never swept along. */
	temp_file(s, s->folder, "decisions.json", "{\"step\": \"main/review\","
	    " \"principal\": \"ben\", \"decisions\": ["
	    " {\"item\": \"*\", \"truth\": \"database\"}]}");
	assert_error(stage_run(s, "review"), &s->err, ERR_WAITING);

	temp_file(s, s->folder, "decisions.json", "{\"step\": \"main/review\","
	    " \"principal\": \"ben\", \"decisions\": ["
	    " {\"item\": \"column public.orders.note\", \"truth\":"
	    " \"database\"}, {\"item\": \"table public.legacy\", \"truth\":"
	    " \"database\"}]}");
	assert_ok(stage_run(s, "review"), &s->err);
	assert_ok(stage_run(s, "reconcile"), &s->err);
	assert_ok(stage_run(s, "no-drift"), &s->err);
	talloc_free(s);
}

static void
drift_fails_the_step_where_it_is_asked_to(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	make_drift(s);
	scope_set(s->host.scope, "reconciliation", json_pack("{s:s}", "dir",
	    mem_printf(s, "%s/migrations", s->folder)));
	assert_error(stage_run(s, "no-drift"), &s->err, ERR_EXPECT);
	assert_contains(s->err.primary, "differences of class AB");
	talloc_free(s);
}

static void
a_forward_migration_carries_its_statements(void **state)
{
	void *owner = talloc_new(NULL);
	char *text = reconcile_forward(owner, "-- why\n",
	    "ALTER TABLE a ADD b int; DROP INDEX \"i;j\";");

	(void)state;
	assert_string_equal(reconcile_statements(owner, text),
	    "ALTER TABLE a ADD b int;\nDROP INDEX \"i;j\";\n");
	assert_false(reconcile_is_codified(text));
	assert_null(reconcile_statements(owner, "SELECT 1"));
	talloc_free(owner);
}

static void
what_refuses_a_transaction_is_the_files_only_statement(void **state)
{
	void *owner = talloc_new(NULL);
	char *text = reconcile_forward(owner, "-- why\n",
	    "CREATE UNIQUE INDEX CONCURRENTLY i ON t USING btree (a);\n");

	(void)state;
	assert_true(reconcile_is_alone(text));
	assert_contains(text, "-- why\n");
	assert_contains(text,
	    "\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t");
	assert_null(strstr(text, "DO $"));
	/* Here it is run as it is: what is in its way is not skipped. */
	assert_string_equal(reconcile_statements(owner, text),
	    "CREATE UNIQUE INDEX CONCURRENTLY i ON t USING btree (a);\n");
	text = reconcile_forward(owner, "", "DROP INDEX CONCURRENTLY i;");
	assert_contains(text, "DROP INDEX CONCURRENTLY IF EXISTS i;\n");
	assert_string_equal(reconcile_statements(owner, text),
	    "DROP INDEX CONCURRENTLY i;\n");
	talloc_free(owner);
}

static void
an_invalid_index_is_taken_away_before_it_is_built_again(void **state)
{
	struct stage *s = stage_with_migrations();
	struct attempt *again;
	enum outcome outcome;
	char proof[256], query[512];

	(void)state;
	assert_ok(stage_run(s, "apply"), &s->err);
	cluster_sql(s->database, "CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1)");
	temp_file(s, s->folder, "migrations/20240103000000_i/migration.sql",
	    reconcile_forward(s, "", "CREATE UNIQUE INDEX CONCURRENTLY i "
	    "ON twice (a);"));
	assert_error(stage_run(s, "apply"), &s->err, ERR_SQL);
	assert_string_equal(value(s, "select indisvalid from pg_index where"
	    " indexrelid = 'i'::regclass"), "f");

	/* As after a crash: the catalog tells what became of it. */
	again = attempt_new(s, &s->host, s->attempt->step, "main/apply", 3);
	assert_ok(attempt_settle(again, step_last_attempt(state_step(
	    s->run->state, "main/apply")), &outcome, proof, query, &s->err),
	    &s->err);
	assert_int_equal(outcome, OUTCOME_UNKNOWN);
	assert_contains(proof, "invalid: its build did not end: resolve it as "
	    "rolled back");
	assert_contains(query, "pg_index");

	cluster_sql(s->database, "DELETE FROM twice; UPDATE _prisma_migrations "
	    "SET rolled_back_at = now() WHERE finished_at IS NULL");
	assert_ok(stage_run(s, "apply"), &s->err);
	assert_contains(json_str(s->attempt->plan->shown, "text"),
	    "DROP INDEX CONCURRENTLY IF EXISTS");
	assert_string_equal(value(s, "select indisvalid from pg_index where"
	    " indexrelid = 'i'::regclass"), "t");
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_review_puts_both_sides_right),
		cmocka_unit_test(headless_reviews_take_prepared_decisions_by_pattern),
		cmocka_unit_test(drift_fails_the_step_where_it_is_asked_to),
		cmocka_unit_test(a_forward_migration_carries_its_statements),
		cmocka_unit_test(
		    what_refuses_a_transaction_is_the_files_only_statement),
		cmocka_unit_test(
		    an_invalid_index_is_taken_away_before_it_is_built_again),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
