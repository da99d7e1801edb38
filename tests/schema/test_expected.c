/* Tests of schema/expected.h: folders of migrations, and replaying them. */

#include "harness/test.h"

#include <string.h>

#include "base/child.h"
#include "base/file.h"
#include "base/loop.h"
#include "base/memory.h"
#include "schema/expected.h"
#include "schema/schemas.h"

static char *
shadows(const void *owner)
{
	return cluster_value(owner, "postgres", "SELECT count(*) FROM "
	    "pg_database WHERE datname LIKE 'pgrunbook\\_shadow\\_%'");
}

static const struct pg_target *
server(const void *owner)
{
	struct error err;
	struct pg_target *t = pg_target_parse(owner,
	    cluster_url(owner, "postgres"), &err);

	assert_got(t, &err);
	return t;
}

static char *
prisma_folder(const void *owner, const char *second)
{
	char *folder = temp_folder(owner);

	temp_file(owner, folder, "migration_lock.toml",
	    "# comment\nprovider = \"postgresql\"\n");
	temp_file(owner, folder, "20260102000000_more/migration.sql", second);
	temp_file(owner, folder, "20260101000000_init/migration.sql",
	    "SET lock_timeout = '1s'; CREATE TABLE t (a int);");
	return folder;
}

static void
prismas_folder_is_read_in_order(void **state)
{
	void *scratch = talloc_new(NULL);
	char *folder = prisma_folder(scratch, "");
	enum migrations_layout layout;
	struct migration *list;
	struct error err;
	size_t count;
	char hex[SHA256_HEX_SIZE];

	(void)state;
	assert_ok(migrations_layout_of(folder, &layout, &err), &err);
	assert_int_equal(layout, LAYOUT_PRISMA);
	assert_ok(migrations_read(scratch, folder, layout, &list, &count, &err),
	    &err);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].name, "20260101000000_init");
	assert_string_equal(list[1].name, "20260102000000_more");
	sha256_of("", 0, hex);
	assert_string_equal(list[1].sha256, hex);
	talloc_free(scratch);
}

static void
supabases_folder_skips_what_has_no_version(void **state)
{
	void *scratch = talloc_new(NULL);
	char *folder = temp_folder(scratch);
	enum migrations_layout layout;
	struct migration *list;
	struct error err;
	size_t count;

	(void)state;
	temp_file(scratch, folder, "20260101000000_a.sql", "SELECT 1");
	temp_file(scratch, folder, "README.md", "x");
	assert_ok(migrations_layout_of(folder, &layout, &err), &err);
	assert_int_equal(layout, LAYOUT_SUPABASE);
	temp_file(scratch, folder, "notes.sql", "x");
	assert_ok(migrations_read(scratch, folder, LAYOUT_SUPABASE, &list,
	    &count, &err), &err);
	assert_int_equal(count, 1);
	assert_ok(migrations_layout_of(folder, &layout, &err), &err);
	assert_int_equal(layout, LAYOUT_SQL);
	assert_ok(migrations_read(scratch, folder, layout, &list, &count, &err),
	    &err);
	assert_int_equal(count, 2);
	talloc_free(scratch);
}

static void
a_folder_that_is_not_right_names_the_file(void **state)
{
	void *scratch = talloc_new(NULL);
	char *folder = prisma_folder(scratch, "");
	struct migration *list;
	struct error err;
	size_t count;

	(void)state;
	assert_ok(file_make_folder(path_join(scratch, folder, "3_empty"), 0755,
	    &err), &err);
	assert_error(migrations_read(scratch, folder, LAYOUT_PRISMA, &list,
	    &count, &err), &err, ERR_RUNBOOK);
	assert_contains(err.primary, "3_empty");
	temp_file(scratch, folder, "3_empty/migration.sql", "\xff\xfe");
	assert_error(migrations_read(scratch, folder, LAYOUT_PRISMA, &list,
	    &count, &err), &err, ERR_RUNBOOK);
	assert_contains(err.primary, "UTF-8");
	temp_file(scratch, folder, "migration_lock.toml",
	    "provider = \"mysql\"\n");
	assert_error(migrations_read(scratch, folder, LAYOUT_PRISMA, &list,
	    &count, &err), &err, ERR_RUNBOOK);
	assert_contains(err.detail, "mysql");
	assert_int_equal(migrations_read(scratch, "/does/not/exist",
	    LAYOUT_SQL, &list, &count, &err), -1);
	talloc_free(scratch);
}

static void
note_progress(void *arg, size_t done, size_t total, const char *name)
{
	size_t *seen = arg;

	assert_int_equal(total, 2);
	assert_non_null(name);
	*seen += done;
}

static void
migrations_are_replayed_in_a_database_that_goes_again(void **state)
{
	void *scratch = talloc_new(NULL);
	char *folder = prisma_folder(scratch, "ALTER TABLE t ADD b text;");
	struct schema_snapshot *s;
	struct migration *list;
	struct error err;
	size_t count, seen = 0;

	(void)state;
	assert_ok(migrations_read(scratch, folder, LAYOUT_PRISMA, &list, &count,
	    &err), &err);
	s = expected_from_migrations(scratch, schemas_loop(), server(scratch),
	    list, count, note_progress, &seen, NULL, &err);
	assert_got(s, &err);
	assert_non_null(schema_find(s, "column public.t.b"));
	assert_int_equal(seen, 0 + 1 + 2);
	assert_string_equal(shadows(scratch), "0");
	talloc_free(scratch);
}

static void
a_migration_that_fails_leaves_no_database_behind(void **state)
{
	void *scratch = talloc_new(NULL);
	char *folder = prisma_folder(scratch, "ALTER TABLE nowhere ADD b text;");
	struct migration *list;
	struct error err;
	size_t count;

	(void)state;
	assert_ok(migrations_read(scratch, folder, LAYOUT_PRISMA, &list, &count,
	    &err), &err);
	assert_null(expected_from_migrations(scratch, schemas_loop(),
	    server(scratch), list, count, NULL, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_SQL);
	assert_contains(err.primary, "20260102000000_more");
	assert_contains(err.primary, "nowhere");
	assert_contains(err.file, "20260102000000_more/migration.sql");
	assert_string_equal(shadows(scratch), "0");
	talloc_free(scratch);
}

/* As the session of this pid and start would call its shadow database. */
static char *
left_behind(const void *scratch, const char *pid, const char *start_us)
{
	char *name = mem_printf(scratch, "pgrunbook_shadow_%s_%s", pid, start_us);

	cluster_create_db(name);
	return name;
}

static void
what_a_killed_one_left_goes_and_what_a_living_one_needs_stays(void **state)
{
	void *scratch = talloc_new(NULL);
	struct migration m = { .name = "x", .sql = "CREATE TABLE t (a int)" };
	struct pg_options options = { .application_name = "living" };
	struct pg_session *living;
	char *pid, *start, *name;
	struct error err;

	(void)state;
	living = pg_open(scratch, schemas_loop(), server(scratch), &options,
	    &err);
	assert_got(living, &err);
	pid = mem_printf(scratch, "%d", pg_backend_pid(living));
	start = cluster_value(scratch, "postgres", mem_printf(scratch,
	    "SELECT (extract(epoch FROM backend_start) * 1000000)::bigint FROM "
	    "pg_stat_activity WHERE pid = %s", pid));
	name = left_behind(scratch, pid, start);
	/* The same pid, which was somebody else's; and nobody's. */
	left_behind(scratch, pid, "1795000000000000");
	left_behind(scratch, "1", "1795000000000001");

	assert_got(expected_from_migrations(scratch, schemas_loop(),
	    server(scratch), &m, 1, NULL, NULL, NULL, &err), &err);

	assert_string_equal(cluster_value(scratch, "postgres", "SELECT "
	    "string_agg(datname, ',') FROM pg_database WHERE datname LIKE "
	    "'pgrunbook\\_shadow\\_%'"), name);
	cluster_drop_db(name);
	talloc_free(scratch);
}

static void
a_role_that_may_not_make_databases_is_told_so(void **state)
{
	void *scratch = talloc_new(NULL);
	struct migration m = { .name = "x", .sql = "" };
	struct pg_target *t;
	struct error err;

	(void)state;
	cluster_sql("postgres", "CREATE ROLE weak LOGIN");
	t = pg_target_parse(scratch, cluster_url_as(scratch, "postgres", "weak"),
	    &err);
	assert_got(t, &err);
	assert_null(expected_from_migrations(scratch, schemas_loop(), t, &m, 1,
	    NULL, NULL, NULL, &err));
	assert_string_equal(err.sqlstate, "42501");
	assert_contains(err.hint, "CREATEDB");
	talloc_free(scratch);
}

static void
pg_dumps_own_commands_are_no_sql(void **state)
{
	void *scratch = talloc_new(NULL);
	char *folder = temp_folder(scratch);
	char *path = temp_file(scratch, folder, "schema.sql",
	    "\\restrict abc\nCREATE TABLE t (a int);\n\\unrestrict abc\n");
	struct schema_snapshot *s;
	struct migration *list;
	struct error err;
	size_t count;

	(void)state;
	assert_ok(migrations_read_file(scratch, path, &list, &count, &err), &err);
	s = expected_from_migrations(scratch, schemas_loop(), server(scratch),
	    list, count, NULL, NULL, NULL, &err);
	assert_got(s, &err);
	assert_non_null(schema_find(s, "table public.t"));
	talloc_free(scratch);
}

static void
a_dump_that_is_restored_is_the_same_schema(void **state)
{
	static const char sql[] = "CREATE SCHEMA app;"
	    "CREATE TYPE app.mood AS ENUM ('ok', 'sad');"
	    "CREATE TABLE app.t (id serial PRIMARY KEY, n bigint GENERATED "
	    "ALWAYS AS IDENTITY, m app.mood DEFAULT 'ok' CHECK (m IN ('ok')), "
	    "v varchar(9) CHECK (v IN ('a', 'b')), w numeric CHECK (w IN (1, 2)), "
	    "gone int, at timestamptz DEFAULT '2026-01-01', "
	    "g int GENERATED ALWAYS AS (length(v)) STORED);"
	    "ALTER TABLE app.t DROP COLUMN gone;"
	    "CREATE INDEX i ON app.t (v) WHERE v NOT IN ('x', 'y');"
	    "CREATE VIEW v AS SELECT id FROM app.t WHERE v IN ('a', 'c');"
	    "CREATE TABLE p (d date) PARTITION BY RANGE (d);"
	    "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') "
	    "TO ('2026-02-01'); ALTER TABLE app.t ENABLE ROW LEVEL SECURITY;"
	    "CREATE POLICY q ON app.t USING (v IN ('a', 'd'))";
	void *scratch = talloc_new(NULL);
	char *name = schemas_database(scratch, sql), *dump;
	const struct schema_snapshot *before = schemas_read(scratch, name);
	const struct schema_snapshot *after;
	struct error err;
	const char *argv[] = { cluster_pg_dump(scratch), "--schema-only", "-d",
	    cluster_url(scratch, name), NULL };
	struct child_spec spec = { .argv = argv };
	struct migration *list;
	size_t count;

	(void)state;
	if (argv[0] == NULL) {
		/* cmocka's skip() reads as a failure in TAP. */
		print_message("left out: no pg_dump reads Postgres %d\n",
		    cluster_major());
		cluster_drop_db(name);
		talloc_free(scratch);
		return;
	}
	assert_ok(child_capture(scratch, schemas_loop(), &spec, &dump, NULL,
	    &err), &err);
	assert_ok(migrations_read_file(scratch, temp_file(scratch,
	    temp_folder(scratch), "schema.sql", dump), &list, &count, &err),
	    &err);
	after = expected_from_migrations(scratch, schemas_loop(),
	    server(scratch), list, count, NULL, NULL, NULL, &err);
	assert_got(after, &err);
	assert_int_equal(drift_compare(scratch, before, after, NULL)->count, 0);
	assert_string_equal(schema_fingerprint(before), schema_fingerprint(after));
	cluster_drop_db(name);
	talloc_free(scratch);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(prismas_folder_is_read_in_order),
		cmocka_unit_test(supabases_folder_skips_what_has_no_version),
		cmocka_unit_test(a_folder_that_is_not_right_names_the_file),
		cmocka_unit_test(
		    migrations_are_replayed_in_a_database_that_goes_again),
		cmocka_unit_test(
		    a_migration_that_fails_leaves_no_database_behind),
		cmocka_unit_test(
		    what_a_killed_one_left_goes_and_what_a_living_one_needs_stays),
		cmocka_unit_test(a_role_that_may_not_make_databases_is_told_so),
		cmocka_unit_test(pg_dumps_own_commands_are_no_sql),
		cmocka_unit_test(a_dump_that_is_restored_is_the_same_schema),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
