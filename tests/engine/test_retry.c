/*
 * tests/engine/test_retry.c - what could not have its lock is tried again: in
 * the same text, under the same sign-off, under the same limits.
 */

#include "harness/test.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"

#define SIGN	"{'step': 'book/%s', 'digest': '%s', 'typed': '%s'}"

/* It can be read, as by the plan, and not be altered until it is let go. */
static void
hold(const char *table)
{
	cluster_sql(db, mem_printf(owner, "BEGIN; LOCK TABLE %s IN ACCESS "
	    "SHARE MODE; PREPARE TRANSACTION 'holds_%s'", table, db));
}

static void
let_go(void)
{
	cluster_sql(db, mem_printf(owner, "ROLLBACK PREPARED 'holds_%s'", db));
}

static void
sign(struct front *f, const char *id)
{
	until(f, waits_for(f, "sign-off"));
	done(f, INTENT_SIGN, mem_printf(owner, SIGN, id,
	    digest_of(f, mem_printf(owner, "book/%s", id)), db));
}

#define BASE	"CREATE TABLE t (a int, b int);\n"

/*
 * A run that has applied 1_base, and is about to apply what else is in the
 * folder "m", while the table t is held.
 */
static struct front *
start_migrating(const char *beside)
{
	struct front *f;

	temp_file(owner, beside, "base/1_base/migration.sql", BASE);
	temp_file(owner, beside, "m/1_base/migration.sql", BASE);
	f = start_run_in(beside, "", "  - {id: base, migrate: {dir: base, "
	    "layout: prisma}}\n  - {id: apply, migrate: {dir: m, "
	    "layout: prisma}, class: B, lock_timeout: 200ms, "
	    "retry: {limit: 0}, register: applied}\n");
	sign(f, "base");
	until(f, step(f, "book/base")->status == STEP_DONE);
	hold("t");
	sign(f, "apply");
	return f;
}

static void
until_it_gave_up(struct front *f)
{
	until(f, waits_for(f, "failure"));
	assert_string_equal(json_str(step_last_attempt(step(f,
	    "book/apply"))->error, "sqlstate"), "55P03");
}

static void
a_migrate_that_had_to_wait_is_tried_again_under_its_sign_off(void **state UNUSED)
{
	char *beside = temp_folder(owner), *digest;
	struct front *f;

	temp_file(owner, beside, "m/2_codified/migration.sql",
	    "-- pgrunbook: codified\nCREATE INDEX i ON t (a);\n");
	temp_file(owner, beside, "m/3_first/migration.sql",
	    "CREATE TABLE u (a int);\n");
	temp_file(owner, beside, "m/4_second/migration.sql",
	    "ALTER TABLE t DROP COLUMN b;\n");
	f = start_migrating(beside);
	digest = digest_of(f, "book/apply");
	until_it_gave_up(f);
	/* Recorded and applied, each by itself: they stay. */
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM "
	    "_prisma_migrations WHERE finished_at IS NOT NULL"), "3");
	let_go();
	done(f, INTENT_RETRY, "{'step': 'book/apply'}");
	until(f, state_of(f)->is_closed);

	assert_string_equal(state_of(f)->outcome, "done");
	assert_int_equal(step(f, "book/apply")->attempt_count, 2);
	assert_string_equal(digest_of(f, "book/apply"), digest);
	assert_int_equal(step(f, "book/apply")->sign_count, 1);
	assert_false(step(f, "book/apply")->signs[0].is_void);
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM "
	    "_prisma_migrations WHERE finished_at IS NOT NULL"), "4");
	/* Whoever asks later what was applied here hears of all three. */
	assert_int_equal(json_array_size(json_object_get(json_object_get(
	    state_of(f)->values, "applied"), "migrations")), 3);
	assert_int_equal(json_array_size(json_object_get(json_object_get(
	    state_of(f)->values, "applied"), "statements")), 2);
	until(f, f->is_gone);
	holds();
}

static void
a_migration_that_is_new_wants_a_new_sign_off(void **state UNUSED)
{
	char *beside = temp_folder(owner), *digest;
	struct front *f;

	temp_file(owner, beside, "m/2_first/migration.sql",
	    "ALTER TABLE t DROP COLUMN b;\n");
	f = start_migrating(beside);
	digest = digest_of(f, "book/apply");
	until_it_gave_up(f);
	temp_file(owner, beside, "m/3_late/migration.sql", "DROP TABLE t;\n");
	let_go();
	done(f, INTENT_RETRY, "{'step': 'book/apply'}");
	until(f, waits_for(f, "sign-off"));

	assert_string_not_equal(digest_of(f, "book/apply"), digest);
	assert_true(step(f, "book/apply")->signs[0].is_void);
}

/* Writes go on, and a transaction that began before is in its way. */
static void
hold_writing(void)
{
	cluster_sql(db, mem_printf(owner, "BEGIN; INSERT INTO t VALUES (1);"
	    " PREPARE TRANSACTION 'holds_%s'", db));
}

static void
an_index_that_had_to_wait_is_built_again_under_its_sign_off(void **state UNUSED)
{
	struct front *f;
	char *digest;

	cluster_sql(db, "CREATE TABLE t (a int)");
	hold_writing();
	f = start_run("  - {id: build, class: B, transaction: false, "
	    "lock_timeout: 200ms, retry: {limit: 1, delay: 1ms}, sql: "
	    "\"CREATE INDEX CONCURRENTLY i ON t (a)\"}\n");
	sign(f, "build");
	digest = digest_of(f, "book/build");
	/* By the rule of the step, and then by a person. */
	until(f, step(f, "book/build")->attempt_count == 2 &&
	    waits_for(f, "failure"));
	assert_string_equal(step_last_attempt(step(f, "book/build"))->cure,
	    "DROP INDEX CONCURRENTLY IF EXISTS i");
	let_go();
	done(f, INTENT_RETRY, "{'step': 'book/build'}");
	until(f, state_of(f)->is_closed);

	assert_string_equal(state_of(f)->outcome, "done");
	assert_int_equal(step(f, "book/build")->attempt_count, 3);
	assert_string_equal(digest_of(f, "book/build"), digest);
	assert_int_equal(step(f, "book/build")->sign_count, 1);
	assert_false(step(f, "book/build")->signs[0].is_void);
	assert_string_equal(cluster_value(owner, db, "SELECT indisvalid FROM "
	    "pg_index WHERE indexrelid = 'i'::regclass"), "t");
	until(f, f->is_gone);
	holds();
}

static void
an_index_that_somebody_put_right_is_not_dropped(void **state UNUSED)
{
	struct front *f;

	cluster_sql(db, "CREATE TABLE t (a int)");
	hold_writing();
	f = start_run("  - {id: build, transaction: false, lock_timeout: "
	    "200ms, retry: {limit: 0}, sql: \"CREATE INDEX CONCURRENTLY i ON "
	    "t (a)\"}\n");
	sign(f, "build");
	until(f, waits_for(f, "failure"));
	let_go();
	cluster_sql(db, "REINDEX INDEX CONCURRENTLY i");
	done(f, INTENT_RETRY, "{'step': 'book/build'}");
	until(f, step(f, "book/build")->attempt_count == 2 &&
	    waits_for(f, "failure"));

	assert_string_equal(json_str(step_last_attempt(step(f,
	    "book/build"))->error, "sqlstate"), "42P07");
	assert_string_equal(cluster_value(owner, db, "SELECT indisvalid FROM "
	    "pg_index WHERE indexrelid = 'i'::regclass"), "t");
	done(f, INTENT_ABANDON, "{'reason': 'it is there'}");
	until(f, f->is_gone);
}

static void
a_dropped_index_that_had_to_wait_keeps_its_sign_off(void **state UNUSED)
{
	struct front *f;
	char *digest;

	cluster_sql(db, "CREATE TABLE t (a int); CREATE INDEX i ON t (a)");
	hold_writing();
	f = start_run("  - {id: drop, class: B, transaction: false, "
	    "lock_timeout: 200ms, retry: {limit: 1, delay: 1ms}, sql: "
	    "\"DROP INDEX CONCURRENTLY i\"}\n");
	sign(f, "drop");
	digest = digest_of(f, "book/drop");
	until(f, step(f, "book/drop")->attempt_count == 2 &&
	    waits_for(f, "failure"));
	let_go();
	done(f, INTENT_RETRY, "{'step': 'book/drop'}");
	until(f, state_of(f)->is_closed);

	assert_string_equal(state_of(f)->outcome, "done");
	assert_string_equal(digest_of(f, "book/drop"), digest);
	assert_int_equal(step(f, "book/drop")->sign_count, 1);
	assert_null(cluster_value(owner, db, "SELECT to_regclass('i')::text"));
	until(f, f->is_gone);
	holds();
}

static void
that_a_table_has_grown_is_no_other_text(void **state UNUSED)
{
	struct front *f;
	char *digest;

	cluster_sql(db, "CREATE TABLE t (a int); INSERT INTO t SELECT "
	    "generate_series(1, 1000); ANALYZE t");
	hold("t");
	f = start_run("  - {id: alter, sql: \"ALTER TABLE t ALTER COLUMN a "
	    "TYPE bigint\", lock_timeout: 200ms, retry: {limit: 0}}\n");
	sign(f, "alter");
	digest = digest_of(f, "book/alter");
	until(f, waits_for(f, "failure"));
	let_go();
	cluster_sql(db, "INSERT INTO t SELECT generate_series(1, 90000);"
	    "ANALYZE t");
	done(f, INTENT_RETRY, "{'step': 'book/alter'}");
	until(f, state_of(f)->is_closed);

	assert_string_equal(state_of(f)->outcome, "done");
	assert_string_equal(digest_of(f, "book/alter"), digest);
	assert_contains(json_str(json_array_get(json_object_get(
	    step_last_attempt(step(f, "book/alter"))->shown, "statements"),
	    0), "cost"), "1,000 rows");
}

static void
between_two_tries_nothing_is_held_and_the_limit_stays_to_the_last(
    void **state UNUSED)
{
	const struct step_state *alter;
	struct front *f;
	size_t i;

	cluster_sql(db, "CREATE TABLE t (a int)");
	hold("t");
	f = start_run("  - {id: alter, sql: \"CREATE TABLE u (a int); "
	    "ALTER TABLE t ADD COLUMN b int\", lock_timeout: 200ms, "
	    "retry: {limit: 2, delay: 1s, on: lock_timeout}}\n");
	sign(f, "alter");
	/* It sleeps: no transaction of ours is open, no lock is asked for. */
	until(f, step(f, "book/alter")->attempt_count == 1 &&
	    step(f, "book/alter")->status == STEP_PENDING);
	cluster_wait_value(db, "SELECT count(*) FROM pg_stat_activity WHERE"
	    " application_name LIKE 'pgrunbook%' AND (xact_start IS NOT NULL"
	    " OR wait_event_type = 'Lock')", "0");
	assert_string_equal(cluster_value(owner, db,
	    "SELECT to_regclass('u') IS NULL"), "t");
	until(f, step(f, "book/alter")->attempt_count == 3 &&
	    waits_for(f, "failure"));

	alter = step(f, "book/alter");
	for (i = 0; i < alter->attempt_count; i++) {
		assert_string_equal(json_str(alter->attempts[i].error,
		    "sqlstate"), "55P03");
		assert_string_equal(json_str(json_object_get(
		    alter->attempts[i].session, "settings"), "lock_timeout"),
		    "200ms");
	}
	let_go();
}

#define test(name) cmocka_unit_test_setup_teardown(name, person_begin, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_migrate_that_had_to_wait_is_tried_again_under_its_sign_off),
		test(a_migration_that_is_new_wants_a_new_sign_off),
		test(an_index_that_had_to_wait_is_built_again_under_its_sign_off),
		test(an_index_that_somebody_put_right_is_not_dropped),
		test(a_dropped_index_that_had_to_wait_keeps_its_sign_off),
		test(that_a_table_has_grown_is_no_other_text),
		test(between_two_tries_nothing_is_held_and_the_limit_stays_to_the_last),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
