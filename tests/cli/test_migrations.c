/* tests/cli/test_migrations.c - "pgrunbook migrations". */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/program.h"
#include "harness/cluster.h"

struct project {
	char	*folder, *database, *url;
};

static struct project *
project_new(const void *owner)
{
	struct project *p = NEW(owner, struct project);

	p->folder = temp_folder(p);
	p->database = cluster_new_db(p);
	p->url = cluster_url(p, p->database);
	temp_file(p, p->folder, "prisma/migrations/20240101000000_a/migration.sql",
	    "CREATE TABLE a (x int);\n");
	temp_file(p, p->folder, "prisma/migrations/20240102000000_b/migration.sql",
	    "CREATE TABLE b (x int);\n");
	temp_file(p, p->folder, ".env", mem_printf(p,
	    "DATABASE_URL=\"%s\"\n", p->url));
	return p;
}

static void
status_finds_folder_and_database_by_itself(void **state UNUSED)
{
	struct project *p = project_new(NULL);
	struct told t = program_in(p, p->folder, "migrations", "status", NULL);

	assert_int_equal(t.status, 1);
	assert_contains(t.out, "prisma/migrations (prisma, 2 migrations)\n");
	assert_contains(t.out, "the database has no record of migrations yet\n");
	assert_contains(t.out, "  pending      20240101000000_a\n");

	/* It only looks. */
	assert_string_equal(cluster_value(p, p->database, "select count(*)"
	    " from pg_class where relname = '_prisma_migrations'"), "0");
	talloc_free(p);
}

static void
resolve_makes_a_baseline_and_status_agrees(void **state UNUSED)
{
	struct project *p = project_new(NULL);
	struct told t;

	cluster_sql(p->database, "create table a (x int)");
	t = program_in(p, p->folder, "migrations", "resolve", "--applied",
	    "20240101000000_a", NULL);
	assert_string_equal(t.errors, "");
	assert_string_equal(t.out, "20240101000000_a: recorded as applied; "
	    "nothing was run\n");
	assert_int_equal(program_in(p, p->folder, "migrations", "resolve",
	    "--applied", "20240102000000_b", NULL).status, 0);
	t = program_in(p, p->folder, "migrations", "status", NULL);
	assert_int_equal(t.status, 0);
	assert_contains(t.out, "up to date\n");

	/* The books say so; the database does not have it. */
	t = program_in(p, p->folder, "migrations", "status", "--drift", NULL);
	assert_int_equal(t.status, 6);
	assert_contains(t.out, "drift: A 1   B 0   C 0");
	talloc_free(p);
}

static void
what_was_edited_or_is_gone_is_exit_code_6(void **state UNUSED)
{
	struct project *p = project_new(NULL);
	struct told t;
	struct error err;
	json_t *j;

	program_in(p, p->folder, "migrations", "resolve", "--applied",
	    "20240101000000_a", NULL);
	program_in(p, p->folder, "migrations", "resolve", "--applied",
	    "20240102000000_b", NULL);
	cluster_sql(p->database, "update _prisma_migrations set checksum = 'x'"
	    " where migration_name = '20240101000000_a'");
	t = program_in(p, p->folder, "migrations", "status", "--json", NULL);
	assert_int_equal(t.status, 6);
	assert_ok(json_parse(t.out, strlen(t.out), &j, &err), &err);
	json_owned(p, j);
	assert_int_equal(json_int(j, "edited", -1), 1);
	assert_int_equal(json_int(j, "applied", -1), 1);
	assert_string_equal(json_str(j, "layout"), "prisma");

	cluster_sql(p->database, "update _prisma_migrations set checksum ="
	    " repeat('0', 64), migration_name = 'gone' where migration_name ="
	    " '20240101000000_a'");
	t = program_in(p, p->folder, "migrations", "status", NULL);
	assert_int_equal(t.status, 1);
	assert_contains(t.out, "  missing      gone\n");
	assert_contains(t.out, "  pending      20240101000000_a (older than the "
	    "last that is applied)\n");
	talloc_free(p);
}

static void
a_failure_is_shown_with_its_way_out(void **state UNUSED)
{
	struct project *p = project_new(NULL);
	struct told t;

	program_in(p, p->folder, "migrations", "resolve", "--applied",
	    "20240101000000_a", NULL);
	cluster_sql(p->database, "insert into _prisma_migrations(id, checksum,"
	    " migration_name, logs) values ('i', 'c', '20240102000000_b',"
	    " E'it broke\\nhere')");
	t = program_in(p, p->folder, "migrations", "status", NULL);
	assert_int_equal(t.status, 1);
	assert_contains(t.out, "  failed       20240102000000_b\n");
	assert_contains(t.out, "               it broke\n");
	assert_contains(t.out, "pgrunbook migrations resolve "
	    "--applied|--rolled-back 20240102000000_b\n");
	t = program_in(p, p->folder, "migrations", "resolve", "--rolled-back",
	    "20240102000000_b", NULL);
	assert_int_equal(t.status, 0);
	t = program_in(p, p->folder, "migrations", "status", NULL);
	assert_contains(t.out, "  rolled_back  20240102000000_b\n");
	talloc_free(p);
}

static void
the_environment_wins_over_the_file_and_never_mixes(void **state UNUSED)
{
	struct project *p = project_new(NULL);
	struct told t;

	/* DIRECT_URL of a file beside DATABASE_URL of the environment. */
	temp_file(p, p->folder, ".env",
	    "DIRECT_URL=postgresql:///nowhere?host=/nowhere\n");
	setenv("DATABASE_URL", p->url, 1);
	t = program_in(p, p->folder, "migrations", "status", NULL);
	unsetenv("DATABASE_URL");
	assert_int_equal(t.status, 1);
	assert_contains(t.out, "pending");

	t = program_in(p, p->folder, "migrations", "status", NULL);
	assert_int_equal(t.status, 7);
	assert_contains(t.errors, "DIRECT_URL of .env");
	talloc_free(p);
}

static void
what_is_missing_is_asked_for(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *folder = temp_folder(owner);
	struct told t = program_in(owner, folder, "migrations", "status", NULL);

	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "there is no migrations folder here");
	t = program_in(owner, folder, "migrations", "deploy", NULL);
	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "\"deploy\" is neither status nor resolve");
	temp_file(owner, folder, "migrations/001_a.sql", "select 1;");
	t = program_in(owner, folder, "migrations", "status", NULL);
	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "no database is named");
	t = program_in(owner, folder, "migrations", "status", "--layout", "x",
	    "--url", cluster_url(owner, "postgres"), NULL);
	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "there is no layout \"x\"");
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_finds_folder_and_database_by_itself),
		cmocka_unit_test(resolve_makes_a_baseline_and_status_agrees),
		cmocka_unit_test(what_was_edited_or_is_gone_is_exit_code_6),
		cmocka_unit_test(a_failure_is_shown_with_its_way_out),
		cmocka_unit_test(
		    the_environment_wins_over_the_file_and_never_mixes),
		cmocka_unit_test(what_is_missing_is_asked_for),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
