/* tests/steps/test_migrate.c - migrations, and the books about them. */

#include "harness/test.h"

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/migrations.h"

static void
migrations_are_in_prismas_books(void **state)
{
	struct stage *s = stage_with_migrations();
	char sha256[SHA256_HEX_SIZE];

	(void)state;
	assert_ok(stage_run(s, "apply"), &s->err);

	sha256_of(first, strlen(first), sha256);
	assert_string_equal(value(s, "select count(*) from _prisma_migrations"
	    " where finished_at >= started_at and rolled_back_at is null and"
	    " logs is null and applied_steps_count = 1 and length(id) = 36"),
	    "2");
	assert_string_equal(value(s, "select checksum from _prisma_migrations"
	    " where migration_name = '20240101000000_init'"), sha256);
	assert_string_equal(value(s, "select string_agg(column_name || ' ' ||"
	    " data_type, ',' order by ordinal_position) from"
	    " information_schema.columns where table_name ="
	    " '_prisma_migrations'"), "id character varying,checksum character"
	    " varying,finished_at timestamp with time zone,migration_name"
	    " character varying,logs text,rolled_back_at timestamp with time"
	    " zone,started_at timestamp with time zone,applied_steps_count"
	    " integer");
	assert_string_equal(stage_value(s, "rehearsal.applied"), "2");

	assert_ok(stage_run(s, "apply"), &s->err);
	assert_string_equal(stage_value(s, "rehearsal.applied"), "0");
	talloc_free(s);
}

static void
a_failed_migration_leaves_nothing_behind(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	temp_file(s, s->folder, "migrations/20240103000000_bad/migration.sql",
	    "CREATE TABLE half (a int);\nALTER TABLE nowhere ADD b int;\n");
	assert_error(stage_run(s, "apply"), &s->err, ERR_SQL);

	assert_contains(s->err.primary, "P3018");
	assert_string_equal(value(s, "select count(*) from _prisma_migrations"),
	    "2");
	assert_string_equal(value(s, "select to_regclass('half') is null"),
	    "t");
	talloc_free(s);
}

static void
a_migration_that_prisma_left_unfinished_stops_it(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	assert_ok(stage_run(s, "apply"), &s->err);
	cluster_sql(s->database, "insert into _prisma_migrations(id, checksum,"
	    " migration_name, logs) values ('x', 'y', '20240104000000_gone',"
	    " 'it broke')");
	assert_error(stage_run(s, "apply"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "P3009");
	assert_string_equal(s->err.detail, "it broke");
	talloc_free(s);
}

static void
a_database_with_tables_and_no_books_is_refused(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	cluster_sql(s->database, "create table something (a int)");
	assert_error(stage_run(s, "apply"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "P3005");
	talloc_free(s);
}

static void
a_concurrent_index_runs_outside_of_a_transaction(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	temp_file(s, s->folder, "migrations/20240103000000_ci/migration.sql",
	    "CREATE INDEX CONCURRENTLY i ON users (id);\n");
	assert_ok(stage_run(s, "apply"), &s->err);
	assert_string_equal(value(s, "select count(*) from _prisma_migrations"
	    " where finished_at is not null"), "3");
	assert_string_equal(value(s, "select indisvalid from pg_index where"
	    " indexrelid = 'i'::regclass"), "t");
	talloc_free(s);
}

static void
what_was_not_rehearsed_is_refused(void **state)
{
	struct stage *s = stage_with_migrations();
	json_t *statements;

	(void)state;
	assert_error(stage_run(s, "rehearsed"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "was not rehearsed in this text");

	assert_ok(stage_run(s, "apply"), &s->err);
	cluster_sql(s->database, "drop table users, orders,"
	    " _prisma_migrations");
	assert_ok(stage_run(s, "rehearsed"), &s->err);
	statements = json_object_get(s->attempt->plan->shown, "statements");
	assert_contains(json_str(json_array_get(statements, 0), "cost"),
	    "rehearsed ");

	temp_file(s, s->folder,
	    "migrations/20240105000000_late/migration.sql",
	    "CREATE TABLE late (a int);\n");
	assert_error(stage_run(s, "rehearsed"), &s->err, ERR_POLICY);
	talloc_free(s);
}

static void
supabase_and_plain_folders_have_books_too(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	temp_file(s, s->folder, "supabase/20240101000000_init.sql",
	    "create table a (x text default 'a\"b\\c'); create table b (x int);");
	temp_file(s, s->folder, "plain/001.sql", "create table c (x int);");
	assert_ok(stage_run(s, "supabase"), &s->err);
	assert_ok(stage_run(s, "plain"), &s->err);
	assert_ok(stage_run(s, "supabase"), &s->err);
	assert_ok(stage_run(s, "plain"), &s->err);

	assert_string_equal(value(s, "select version || ' ' || name || ' ' ||"
	    " cardinality(statements) from"
	    " supabase_migrations.schema_migrations"),
	    "20240101000000 init 2");
	assert_string_equal(value(s, "select statements[1] from"
	    " supabase_migrations.schema_migrations"),
	    "create table a (x text default 'a\"b\\c')");
	assert_string_equal(value(s, "select name from pgrunbook.migration"),
	    "001.sql");
	talloc_free(s);
}

static void
a_migration_may_be_a_transaction_of_its_own(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	temp_file(s, s->folder, "migrations/20240103000000_own/migration.sql",
	    "BEGIN;\nCREATE TABLE own (a int);\nCOMMIT;\n");
	temp_file(s, s->folder, "migrations/20240104000000_half/migration.sql",
	    "START TRANSACTION;\nCREATE TABLE half (a int);\nEND;\n"
	    "INSERT INTO half VALUES (1);\n");
	assert_ok(stage_run(s, "apply"), &s->err);
	assert_string_equal(value(s, "select count(*) from half"), "1");
	assert_string_equal(value(s, "select count(*) from own"), "0");
	assert_string_equal(value(s, "select count(*) from _prisma_migrations"
	    " where finished_at is not null"), "4");

	/* What fails inside of it is undone, and the books say that it did. */
	temp_file(s, s->folder, "migrations/20240105000000_bad/migration.sql",
	    "CREATE TABLE kept (a int);\nBEGIN;\n"
	    "CREATE TABLE gone (a int);\nSELECT 1/0;\nCOMMIT;\n");
	assert_error(stage_run(s, "apply"), &s->err, ERR_SQL);
	assert_contains(s->err.hint, "migrations resolve");
	assert_string_equal(value(s, "select to_regclass('kept') is not null"
	    " and to_regclass('gone') is null"), "t");
	assert_string_equal(value(s, "select logs from _prisma_migrations"
	    " where finished_at is null and rolled_back_at is null"),
	    "statement 4 of 5: division by zero");
	talloc_free(s);
}

static void
the_schema_of_the_url_is_made(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	cluster_sql(s->database, "drop schema public");
	assert_ok(stage_run(s, "apply"), &s->err);
	assert_string_equal(value(s, "select count(*) from"
	    " public._prisma_migrations"), "2");
	talloc_free(s);
}

static void
supabase_refuses_what_its_own_command_refuses(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	temp_file(s, s->folder, "supabase/20240102000000_b.sql",
	    "create table b (x int);");
	assert_ok(stage_run(s, "supabase"), &s->err);
	temp_file(s, s->folder, "supabase/20240101000000_a.sql",
	    "create table a (x int);");
	assert_error(stage_run(s, "supabase"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "older than the last one");
	assert_contains(s->err.hint, "include_all");

	cluster_sql(s->database, "update supabase_migrations.schema_migrations"
	    " set version = '20231231000000'");
	assert_error(stage_run(s, "supabase"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "and the folder has not");
	talloc_free(s);
}

static void
an_edited_file_of_a_plain_folder_is_refused(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	temp_file(s, s->folder, "plain/001.sql", "create table c (x int);");
	assert_ok(stage_run(s, "plain"), &s->err);
	temp_file(s, s->folder, "plain/001.sql", "create table c (y int);");
	assert_error(stage_run(s, "plain"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "edited after it was applied");
	talloc_free(s);
}

static void
a_seed_is_run_once(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	temp_file(s, s->folder, "supabase/migrations/20240101000000_init.sql",
	    "create table a (x int);");
	temp_file(s, s->folder, "supabase/seed.sql",
	    "insert into a values (1); insert into a values (2);");
	assert_ok(stage_run(s, "seed"), &s->err);
	assert_ok(stage_run(s, "seed"), &s->err);
	assert_string_equal(value(s, "select sum(x) from a"), "3");
	assert_string_equal(value(s, "select path from"
	    " supabase_migrations.seed_files"), "supabase/seed.sql");

	/* Supabase runs an edited one no second time, and so do we. */
	temp_file(s, s->folder, "supabase/seed.sql",
	    "insert into a values (10);");
	assert_ok(stage_run(s, "seed"), &s->err);
	assert_string_equal(value(s, "select sum(x) from a"), "3");
	talloc_free(s);
}

static void
status_tells_each_state(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	assert_error(stage_run(s, "status"), &s->err, ERR_EXPECT);
	assert_string_equal(stage_value(s, "status.pending"), "2");
	assert_string_equal(value(s, "select to_regclass('_prisma_migrations')"
	    " is null"), "t");
	assert_ok(stage_run(s, "status-pending"), &s->err);

	assert_ok(stage_run(s, "apply"), &s->err);
	assert_ok(stage_run(s, "status"), &s->err);
	assert_string_equal(stage_value(s, "status.applied"), "2");

	temp_file(s, s->folder, "migrations/20240102000000_index/migration.sql",
	    "-- another text\n");
	temp_file(s, s->folder, "migrations/20240101500000_late/migration.sql",
	    "-- late\n");
	cluster_sql(s->database, "insert into _prisma_migrations(id, checksum,"
	    " migration_name, finished_at) values ('x', 'y',"
	    " '20240104000000_gone', now()), ('z', 'y', '20240104000000_gone',"
	    " now())");
	assert_error(stage_run(s, "status"), &s->err, ERR_EXPECT);
	assert_string_equal(stage_value(s, "status.applied"), "1");
	assert_string_equal(stage_value(s, "status.edited"), "1");
	assert_string_equal(stage_value(s, "status.missing"), "1");
	assert_string_equal(stage_value(s, "status.duplicates"), "1");
	assert_string_equal(stage_value(s, "status.pending"), "1");
	assert_string_equal(stage_value(s, "status.out_of_order"), "1");
	/* What the next migrate runs has its class beside it. */
	temp_file(s, s->folder, "migrations/20240105000000_drop/migration.sql",
	    "DROP TABLE a;\n");
	assert_error(stage_run(s, "status"), &s->err, ERR_EXPECT);
	assert_contains(stage_output(s), "pending      20240105000000_drop, "
	    "class B: drops ");
	stage_verify(s);
	talloc_free(s);
}

/* A checksum of an old engine, and files that another system has checked out. */
static void
line_endings_and_old_checksums_are_no_edit(void **state UNUSED)
{
	struct stage *s = stage_with_migrations();
	char hex[SHA256_HEX_SIZE], old[SHA256_HEX_SIZE];
	size_t i, n = 0;
	char *file = mem_printf(s, "%s/migrations/20240102000000_index/"
	    "migration.sql", s->folder), *text = slurp(s, file);
	struct buffer *b = buffer_new(s);

	assert_ok(stage_run(s, "apply"), &s->err);
	for (i = 0; text[i] != '\0'; i++)
		buffer_puts(b, text[i] == '\n' ? "\r\n" :
		    mem_printf(s, "%c", text[i]));
	temp_file(s, s->folder, "migrations/20240102000000_index/migration.sql",
	    b->data);
	assert_ok(stage_run(s, "status"), &s->err);

	/* Each byte without its leading zero. */
	sha256_of(text, strlen(text), hex);
	for (i = 0; hex[i] != '\0'; i += 2) {
		if (hex[i] != '0')
			old[n++] = hex[i];
		old[n++] = hex[i + 1];
	}
	old[n] = '\0';
	cluster_sql(s->database, mem_printf(s, "update _prisma_migrations set"
	    " checksum = '%s' where migration_name = '20240102000000_index'",
	    old));
	assert_ok(stage_run(s, "status"), &s->err);
	temp_file(s, s->folder, "migrations/20240102000000_index/migration.sql",
	    mem_printf(s, "%s ", text));
	assert_error(stage_run(s, "status"), &s->err, ERR_EXPECT);
	assert_string_equal(stage_value(s, "status.edited"), "1");
	talloc_free(s);
}

static void
what_failed_is_resolved_either_way(void **state)
{
	struct stage *s = stage_with_migrations();

	(void)state;
	temp_file(s, s->folder, "migrations/20240103000000_bad/migration.sql",
	    "CREATE TABLE good_now (a int);\n");
	cluster_sql(s->database, "create schema if not exists public");
	assert_error(stage_run(s, "resolve-rolled-back"), &s->err,
	    ERR_NOT_FOUND);
	assert_contains(s->err.primary, "P3011");
	/* A baseline: the table is made, and nothing is run. */
	assert_ok(stage_run(s, "resolve-applied"), &s->err);
	assert_string_equal(value(s, "select migration_name || logs ||"
	    " applied_steps_count || (started_at = finished_at) from"
	    " _prisma_migrations"), "20240103000000_bad0true");
	assert_error(stage_run(s, "resolve-applied"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "P3008");
	assert_error(stage_run(s, "resolve-rolled-back"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "P3012");

	cluster_sql(s->database, "update _prisma_migrations set finished_at ="
	    " null");
	assert_error(stage_run(s, "apply"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "P3009");
	assert_contains(s->err.hint, "migrations resolve");
	assert_ok(stage_run(s, "resolve-rolled-back"), &s->err);
	assert_ok(stage_run(s, "apply"), &s->err);
	assert_string_equal(value(s, "select count(*) from good_now"), "0");
	talloc_free(s);
}

static void
lint_knows_the_words_of_status_and_resolve(void **state)
{
	void *owner = talloc_new(NULL);

	(void)state;
	assert_contains(stage_lint(owner, "  - id: a\n"
	    "    migration_status: {dir: m, fail_on: [late]}\n"),
	    "\"late\" is none of pending, failed, rolled_back, edited, "
	    "missing, any, none");
	assert_contains(stage_lint(owner, "  - id: a\n"
	    "    resolve: {dir: m}\n    class: B\n"),
	    "one of \"applied\" and \"rolled_back\" is wanted");
	assert_contains(stage_lint(owner, "  - id: a\n"
	    "    migrate: {dir: m, seed: s.sql}\n    class: B\n"),
	    "\"seed\" goes with layout supabase alone");
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(migrations_are_in_prismas_books),
		cmocka_unit_test(a_failed_migration_leaves_nothing_behind),
		cmocka_unit_test(a_migration_that_prisma_left_unfinished_stops_it),
		cmocka_unit_test(a_database_with_tables_and_no_books_is_refused),
		cmocka_unit_test(a_concurrent_index_runs_outside_of_a_transaction),
		cmocka_unit_test(what_was_not_rehearsed_is_refused),
		cmocka_unit_test(supabase_and_plain_folders_have_books_too),
		cmocka_unit_test(a_migration_may_be_a_transaction_of_its_own),
		cmocka_unit_test(the_schema_of_the_url_is_made),
		cmocka_unit_test(supabase_refuses_what_its_own_command_refuses),
		cmocka_unit_test(an_edited_file_of_a_plain_folder_is_refused),
		cmocka_unit_test(a_seed_is_run_once),
		cmocka_unit_test(status_tells_each_state),
		cmocka_unit_test(line_endings_and_old_checksums_are_no_edit),
		cmocka_unit_test(what_failed_is_resolved_either_way),
		cmocka_unit_test(lint_knows_the_words_of_status_and_resolve),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
