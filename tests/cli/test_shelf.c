/*
 * tests/cli/test_shelf.c - what keeps a shelf of runbooks in order:
 * templates, the day of the last exercise, the guard of a CI and harden.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/shelf.h"
#include "harness/cluster.h"

/* ---- new, exercised, guard-ci ------------------------------------------ */

static void
each_template_is_a_runbook_that_lints(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	struct told t;
	char *line, *rest = NULL;

	setenv("PGRUNBOOK_DATA", test_srcdir(), 1);
	t = program_in(s, s->folder, "new", NULL);
	assert_int_equal(t.status, 0);
	assert_contains(t.out, "add-index        Build an index, without "
	    "locking out those who write.\n");
	for (line = strtok_r(t.out, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		char *name;

		line[strcspn(line, " ")] = '\0';
		name = mem_printf(s, "my-%s.yaml", line);
		t = program_in(s, s->folder, "new", line, name, NULL);
		assert_int_equal(t.status, 0);
		if (str_equal(line, "phase"))
			continue;
		t = program_in(s, s->folder, "lint", name, NULL);
		if (t.status != 0)
			fail_msg("%s: %s", name, t.errors);
		assert_contains(shelf_file(s, name), mem_printf(s, ": my-%s\n", line));
	}
	t = program_in(s, s->folder, "new", "runbook", "my-runbook.yaml", NULL);
	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "is there already");
	t = program_in(s, s->folder, "new", "../demo/seed", NULL);
	assert_int_equal(t.status, 2);
	talloc_free(s);
}

/* As they come, on tables that have rows; and what each of them refuses. */
static void
each_template_is_walked_in_its_safe_form(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	setenv("PGRUNBOOK_DATA", test_srcdir(), 1);
	cluster_sql(s->database, "create table users (id int primary key);"
	    "create table orders (id int primary key, user_id int, created_at"
	    " timestamptz default now()); insert into users values (1);"
	    "insert into orders (id, user_id) values (1, 1), (2, 9);"
	    "create schema auth; create function auth.uid() returns int"
	    " language sql as 'select 1'; do 'begin if"
	    " to_regrole(''authenticated'') is null then create role"
	    " authenticated; end if; end'");
	program_in(s, s->folder, "new", "add-column", NULL);
	walk_holds(shelf_walk(s, "add-column.yaml", NULL));
	cluster_sql(s->database, "alter table orders drop note, add note int");
	walk_stops(shelf_walk(s, "add-column.yaml", NULL), 1,
	    "add-column/there failed");

	program_in(s, s->folder, "new", "add-foreign-key", NULL);
	walk_stops(shelf_walk(s, "add-foreign-key.yaml", NULL), 1,
	    "add-foreign-key/orphans failed");
	cluster_sql(s->database, "delete from orders where id = 2");
	walk_holds(shelf_walk(s, "add-foreign-key.yaml", NULL));
	assert_string_equal(shelf_value(s, "select convalidated from"
	    " pg_constraint where conname = 'orders_user_id_fkey'"), "t");

	program_in(s, s->folder, "new", "add-index", NULL);
	walk_holds(shelf_walk(s, "add-index.yaml", NULL));
	cluster_sql(s->database, "update pg_index set indisvalid = false where"
	    " indexrelid = 'orders_created_at_idx'::regclass");
	walk_stops(shelf_walk(s, "add-index.yaml", NULL), 1,
	    "add-index/valid failed");

	program_in(s, s->folder, "new", "add-policy", NULL);
	walk_stops(shelf_walk(s, "add-policy.yaml", NULL), 4,
	    "waits for a sign-off of class B");
	shelf_approve(s, "add-policy/policy");
	walk_stops(shelf_walk(s, "add-policy.yaml", NULL), 1,
	    "add-policy/on failed");
	cluster_sql(s->database, "alter table orders enable row level security");
	walk_holds(shelf_walk(s, "add-policy.yaml", NULL));
	assert_string_equal(shelf_value(s, "select string_agg(polname, ' ') from"
	    " pg_policy"), "orders_own");

	program_in(s, s->folder, "new", "runbook", NULL);
	shelf_tick(s, "runbook/tell", 1, "\"owner\": \"Ben\"");
	shelf_choose(s, "runbook/decide", "go");
	walk_holds(shelf_walk(s, "runbook.yaml", "--var=ticket=CHG-1", NULL));
	assert_contains(shelf_file(s, "feedback/changes.md"), "CHG-1: ");
	program_in(s, s->folder, "new", "window", NULL);
	walk_holds(shelf_walk(s, "window.yaml", NULL));
	talloc_free(s);
}

static void
exercised_proposes_the_day_of_what_ended_well(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char *day = clock_rfc3339(s, clock_now_us()), **ids, *runs;
	size_t count;
	struct error err;
	struct told t;

	day[10] = '\0';
	temp_file(s, s->folder, "a.yaml", "pgrunbook: 1\nname: a\ntitle: A\n"
	    "last_exercised: 2020-01-02\nsteps:\n  - manual: [look]\n"
	    "    id: look\n");
	walk_stops(shelf_walk(s, "a.yaml", NULL), 4, "");
	runs = path_join(s, s->folder, "runs");
	assert_ok(folder_list(s, runs, &ids, &count, &err), &err);
	t = program_in(s, s->folder, "exercised", ids[0], NULL);
	assert_int_equal(t.status, 1);
	assert_contains(t.errors, "did not end well: it is still open");

	shelf_tick(s, "a/look", 1, "");
	setenv("PGRUNBOOK_RUNS", path_join(s, s->folder, "runs2"), 1);
	walk_holds(shelf_walk(s, "a.yaml", NULL));
	runs = path_join(s, s->folder, "runs2");
	assert_ok(folder_list(s, runs, &ids, &count, &err), &err);
	t = program_in(s, s->folder, "exercised", ids[0], NULL);
	assert_int_equal(t.status, 0);
	assert_contains(t.out, mem_printf(s, "@@ -4,1 +4,1 @@\n"
	    "-last_exercised: 2020-01-02\n+last_exercised: %s\n", day));
	assert_contains(shelf_file(s, "a.yaml"), "2020-01-02");
	t = program_in(s, s->folder, "exercised", "--write", ids[0], NULL);
	assert_int_equal(t.status, 0);
	assert_contains(shelf_file(s, "a.yaml"), mem_printf(s,
	    "title: A\nlast_exercised: %s\nsteps:\n", day));
	t = program_in(s, s->folder, "exercised", ids[0], NULL);
	assert_string_equal(t.out, "");
	talloc_free(s);
}

static void
guard_ci_refuses_what_can_reset_a_remote_database(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	struct told t;

	temp_file(s, s->folder, "app/package.json", "{\n  \"scripts\": {\n"
	    "    \"dev\": \"no-remote-migrate-dev npx prisma migrate dev\",\n"
	    "    \"deploy\": \"npx prisma migrate deploy\"\n  }\n}\n");
	temp_file(s, s->folder, "app/.env",
	    "DATABASE_URL=postgresql://a:b@localhost:5432/c\n");
	temp_file(s, s->folder, "app/.github/workflows/ci.yml",
	    "# npx prisma migrate dev\n- run: npx prisma migrate deploy\n");
	t = program_in(s, s->folder, "guard-ci", "app", NULL);
	assert_int_equal(t.status, 0);
	assert_string_equal(t.out, "3 files, 0 findings\n");

	temp_file(s, s->folder, "app/.github/workflows/ci.yml",
	    "jobs:\n  - run: cd x && npx prisma migrate dev --name y\n");
	temp_file(s, s->folder, "app/package.json", "{\n  \"scripts\": {\n"
	    "    \"push\": \"prisma db push --accept-data-loss\"\n  }\n}\n");
	temp_file(s, s->folder, "app/.env",
	    "A=1\nDATABASE_URL=postgresql://a:geheim@db.example.com:5432/c\n");
	t = program_in(s, s->folder, "guard-ci", "--format=github", "app", NULL);
	assert_int_equal(t.status, 3);
	assert_contains(t.errors, "app/.github/workflows/ci.yml:2:1: error: "
	    "\"prisma migrate dev\" can reset or drift a remote database\n");
	assert_contains(t.errors, "app/package.json:3:1: error: \"prisma db push\"");
	assert_contains(t.errors, "app/.env:2:1: error: DATABASE_URL of the "
	    "default environment leads to db.example.com\n");
	assert_contains(t.out, "::error file=app/.env,line=2::DATABASE_URL");
	assert_null(strstr(t.errors, "geheim"));
	assert_contains(t.out, "3 files, 3 findings\n");
	talloc_free(s);
}

/* The rest of harden.yaml is walked by the demo's window. */
static void
harden_guards_the_application_too(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char *as_alone = mem_printf(s, "%s\ntargets: {shared: {url: "
	    "\"env:DATABASE_URL\", environment: shared}}\n",
	    shelf_file(s, "harden.yaml"));

	temp_file(s, s->folder, "harden.yaml", as_alone);
	temp_file(s, s->folder, "app/package.json", "{\"scripts\": {\"x\": "
	    "\"prisma migrate dev\"}}");
	shelf_stand_in(s, "pgrunbook", mem_printf(s, "exec '%s/pgrunbook' \"$@\"",
	    test_builddir()));
	shelf_tick(s, "harden/local-by-default", 3, "");
	shelf_tick(s, "harden/schema-pr", 6, "");
	shelf_tick(s, "harden/checklist", 5, "\"next\": \"2027-02-01\"");
	walk_stops(shelf_walk(s, "harden.yaml", "--var=app=app", NULL), 1,
	    "harden/guard-ci failed");
	temp_file(s, s->folder, "app/package.json", "{}");
	walk_holds(shelf_walk(s, "harden.yaml", "--var=app=app", NULL));
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_template_is_a_runbook_that_lints),
		cmocka_unit_test(each_template_is_walked_in_its_safe_form),
		cmocka_unit_test(exercised_proposes_the_day_of_what_ended_well),
		cmocka_unit_test(
		    guard_ci_refuses_what_can_reset_a_remote_database),
		cmocka_unit_test(harden_guards_the_application_too),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
