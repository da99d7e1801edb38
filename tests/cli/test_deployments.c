/*
 * tests/cli/test_deployments.c - what brings a database to its shape,
 * walked to its end without a terminal on a real server, and each refusal:
 * prisma-supabase, staging-setup, reset-sandbox.
 */

#include "harness/test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/shelf.h"
#include "harness/cluster.h"

/* ---- prisma-supabase --------------------------------------------------- */

static void
say_prisma_supabase(struct shelf *s)
{
	shelf_choose(s, "prisma-supabase/where", "deploy");
	shelf_tick(s, "prisma-supabase/mirror", 4, "");
	shelf_approve(s, "prisma-supabase/deploy");
	shelf_approve(s, "prisma-supabase/supabase");
	shelf_approve(s, "prisma-supabase/observability");
	temp_file(s, s->folder, "supabase/migrations/20260101000000_policy.sql",
	    "alter table users enable row level security;\n"
	    "create policy own on users using (true);\n");
}

#define PRISMA_SUPABASE	"prisma-supabase.yaml", \
	"--var=functions=supabase functions deploy hello", \
	"--var=logs=supabase logs", NULL

/* What a step of the only run has printed. */
static char *
output_of(struct shelf *s, const char *step)
{
	char **ids, *runs = path_join(s, s->folder, "runs");
	size_t count;
	struct error err;

	assert_ok(folder_list(s, runs, &ids, &count, &err), &err);
	assert_int_equal(count, 1);
	return shelf_file(s, mem_printf(s, "runs/%s/artifacts/prisma-supabase/"
	    "%s/output.txt", ids[0], step));
}

static void
prisma_and_supabase_deploy_one_project(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_prisma_supabase(s);
	/* It follows the logs until it is stopped, as long as a deploy runs. */
	shelf_stand_in(s, "supabase", "if [ \"$1\" = functions ]; then\n"
	    "  until [ -f tailing ]; do sleep 0.05; done\n  touch deployed\n"
	    "else\n  echo a line of the log\n  touch tailing\n"
	    "  [ -f deployed ] || exec sleep 600\nfi");
	shelf_tick(s, "prisma-supabase/evidence", 4, "\"reviewer\": \"Ben\"");
	walk_holds(shelf_walk(s, PRISMA_SUPABASE));

	assert_string_equal(shelf_value(s, "select count(*) from _prisma_migrations"
	    " where finished_at is not null"), "2");
	assert_string_equal(shelf_value(s, "select name from"
	    " supabase_migrations.schema_migrations"), "policy");
	assert_string_equal(shelf_value(s, "select message from"
	    " observability_logs"), "deployed");
	assert_contains(shelf_file(s, "calls"), "supabase functions deploy "
	    "hello\n");
	assert_contains(shelf_file(s, "calls"), "supabase logs\nnpx prisma "
	    "migrate status\n");
	assert_contains(output_of(s, "functions.1"), "a line of the log\n");
	assert_contains(output_of(s, "logs.1"), "a line of the log\n");
	assert_true(str_starts(shelf_file(s, "calls"), "npx prisma generate\n"));
	assert_contains(shelf_file(s, "feedback/environments.md"),
	    "2 migrations applied, 2 of them by this run.");
	assert_contains(shelf_file(s, "feedback/deployment.md"),
	    "2 migrations; looked at by Ben.");
	talloc_free(s);
}

static void
it_does_not_close_before_the_evidence_is_complete(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_prisma_supabase(s);
	shelf_say(s, "prisma-supabase/evidence", "\"answer\": {\"items\": [true, "
	    "true, false, true], \"fields\": {\"reviewer\": \"Ben\"}}");
	walk_stops(shelf_walk(s, PRISMA_SUPABASE), 1, "item 3 is not ticked");
	assert_false(file_exists(path_join(s, s->folder,
	    "feedback/deployment.md")));
	talloc_free(s);
}

static void
what_failed_before_is_resolved_on_the_way(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	shelf_choose(s, "prisma-supabase/where", "local");
	shelf_tick(s, "prisma-supabase/look", 1,
	    "\"name\": \"20260102000000_facts\"");
	shelf_approve(s, "prisma-supabase/resolve");
	shelf_approve(s, "prisma-supabase/deploy");
	shelf_approve(s, "prisma-supabase/observability");
	cluster_sql(s->database, "create table _prisma_migrations (id"
	    " varchar(36) primary key, checksum varchar(64) not null,"
	    " finished_at timestamptz, migration_name varchar(255) not null,"
	    " logs text, rolled_back_at timestamptz, started_at timestamptz"
	    " not null default now(), applied_steps_count integer not null"
	    " default 0); insert into _prisma_migrations (id, checksum,"
	    " migration_name, logs) values ('1', 'x', '20260102000000_facts',"
	    " 'it broke')");
	walk_holds(shelf_walk(s, "prisma-supabase.yaml", "--var=supabase_migrations=",
	    NULL));
	assert_string_equal(shelf_value(s, "select count(*) from _prisma_migrations"
	    " where rolled_back_at is not null"), "1");
	assert_string_equal(shelf_value(s, "select count(*) from facts"), "0");
	talloc_free(s);
}

static void
a_program_that_is_not_there_is_named(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_prisma_supabase(s);
	walk_stops(shelf_walk(s, "prisma-supabase.yaml",
	    "--var=generate=no-such-program generate", NULL), 1,
	    "missing: no-such-program (install Node.js");
	talloc_free(s);
}

/* A parameter is no way around what the runbook refuses. */
static void
a_command_given_as_a_value_is_held_to_the_policy(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	shelf_is(s, s->database, "production");
	shelf_choose(s, "prisma-supabase/where", "local");
	walk_stops(shelf_walk(s, "prisma-supabase.yaml",
	    "--var=generate=npx prisma migrate reset --force", NULL), 1,
	    "\"prisma migrate reset\" is refused on production, whoever signs");
	assert_false(file_exists(path_join(s, s->folder, "calls")));
	shelf_is(s, s->database, "sandbox");
	walk_stops(shelf_walk(s, "prisma-supabase.yaml",
	    "--var=generate=npx prisma migrate reset --force", NULL), 4,
	    "\"prisma-supabase/generate\" waits for a sign-off of class B");
	talloc_free(s);
}

/* ---- staging-setup ----------------------------------------------------- */

static void
say_staging(struct shelf *s)
{
	shelf_env_files(s);
	shelf_approve(s, "staging-setup/migrate");
	shelf_approve(s, "staging-setup/mirror");
	cluster_sql(s->database, "do 'begin if to_regrole(''service_role'') is"
	    " null then create role service_role bypassrls; end if; end'");
	cluster_sql(s->other, "create table facts (id bigint primary key,"
	    " occurred_at timestamptz not null default now(), kind text not"
	    " null default '')");
}

static void
staging_is_set_up_and_like_production(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_staging(s);
	shelf_migration(s, "20260103000000_rows", "INSERT INTO facts (n) SELECT"
	    " generate_series(1, 1000);");
	cluster_sql(s->other, "insert into facts (id) select"
	    " generate_series(1, 995)");
	walk_holds(shelf_walk(s, "staging-setup.yaml", NULL));
	assert_string_equal(cluster_value(s, s->other, "select count(*) from"
	    " pg_indexes where tablename = 'facts'"), "3");
	assert_contains(shelf_file(s, "feedback/qa.md"),
	    "\"source\" : 1000, \"mirror\" : 995");
	assert_string_equal(shelf_file(s, "calls"), "npm ci\nnpx prisma generate\n");
	talloc_free(s);
}

static void
staging_refuses_placeholders_and_what_is_missing(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_staging(s);
	temp_file(s, s->folder, ".env.staging", "DATABASE_URL=x\n"
	    "API_KEY=<your-key>\n");
	walk_stops(shelf_walk(s, "staging-setup.yaml", NULL), 1, "2:API_KEY");
	temp_file(s, s->folder, ".env.staging", "DATABASE_URL=x\n");
	walk_stops(shelf_walk(s, "staging-setup.yaml", NULL), 1,
	    "missing in .env.staging: API_KEY");
	talloc_free(s);
}

static void
staging_refuses_a_mirror_that_is_too_far_off(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	struct told t;

	say_staging(s);
	shelf_migration(s, "20260103000000_rows", "INSERT INTO facts (n) SELECT"
	    " generate_series(1, 1000);");
	cluster_sql(s->other, "insert into facts (id) select"
	    " generate_series(1, 980)");
	/* Three tries of five seconds are for people. */
	const char *sed[] = { "sed", "-i", "s/delay: 5s, on: any/delay: 10ms, "
	    "on: any/", "staging-setup.yaml", NULL };
	assert_int_equal(program_run(s, s->folder, sed).status, 0);
	t = shelf_walk(s, "staging-setup.yaml", NULL);
	walk_stops(t, 1, "staging-setup/parity failed");
	assert_contains(t.out, "1000");
	assert_contains(t.out, "980");
	talloc_free(s);
}

static void
staging_refuses_lost_rows_and_hidden_tables(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_staging(s);
	cluster_sql(s->database, "create table facts_old (a int);"
	    "insert into facts_old values (1), (2); create schema app");
	shelf_migration(s, "20260103000000_loss", "DELETE FROM facts_old;");
	setenv("STAGING_URL", mem_printf(s, "%s&schema=app",
	    cluster_url(s, s->database)), 1);
	shelf_migration(s, "20260103000000_loss",
	    "DELETE FROM public.facts_old;");
	walk_stops(shelf_walk(s, "staging-setup.yaml", NULL), 1,
	    "public.facts_old has 0 rows, and had 2");
	talloc_free(s);

	s = shelf_new();
	say_staging(s);
	cluster_sql(s->database, "do 'begin if to_regrole(''plain_role'') is"
	    " null then create role plain_role; end if; end'");
	shelf_migration(s, "20260103000000_rls",
	    "ALTER TABLE users ENABLE ROW LEVEL SECURITY;");
	walk_stops(shelf_walk(s, "staging-setup.yaml", "--var=service_role=plain_role",
	    NULL), 1, "staging-setup/rls failed");
	talloc_free(s);

	s = shelf_new();
	say_staging(s);
	walk_stops(shelf_walk(s, "staging-setup.yaml", "--var=facts=nowhere", NULL), 1,
	    "staging-setup/facts-there failed");
	talloc_free(s);
}

/* ---- reset-sandbox ----------------------------------------------------- */

static void
a_sandbox_is_emptied_and_built_again(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	shelf_approve(s, "reset-sandbox/reset");
	shelf_approve(s, "reset-sandbox/migrate");
	cluster_sql(s->database, "create table left_over as select 1 as a");
	walk_holds(shelf_walk(s, "reset-sandbox.yaml", NULL));
	assert_string_equal(shelf_value(s, "select to_regclass('left_over') is null"
	    " and to_regclass('users') is not null"), "t");
	talloc_free(s);
}

/* As Prisma has them; a note stands wherever the target does. */
static void
what_a_url_asks_for_in_vain_is_said(void **state UNUSED)
{
	static const char note[] = "connection_limit left out, libpq has no "
	    "such parameter; sslmode=no-verify is taken for require";
	struct shelf *s = shelf_new();
	char *url = mem_printf(s, "%s&connection_limit=1&sslmode=no-verify",
	    cluster_url(s, s->database));
	struct told t;

	setenv("SANDBOX_URL", url, 1);
	t = shelf_walk(s, "reset-sandbox.yaml", NULL);
	assert_contains(t.out, mem_printf(s, "; its URL: %s", note));
	t = program_in(s, s->folder, "report", walk_run(s, t), NULL);
	assert_contains(t.out, "; its URL: connection\\_limit left out");
	t = program_in(s, s->folder, "migrations", "status", "--url", url, NULL);
	assert_contains(t.out, mem_printf(s, "its URL: %s", note));
	t = program_in(s, s->folder, "diff", "prisma/migrations", url, NULL);
	assert_contains(t.out, mem_printf(s, ": %s", note));
	talloc_free(s);
}

static void
what_is_no_sandbox_is_not_reset(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	struct told t;

	shelf_approve(s, "reset-sandbox/reset");
	cluster_sql(s->database, mem_printf(s, "create table kept (a int);"
	    "alter database \"%s\" reset pgrunbook.environment", s->database));
	walk_stops(shelf_walk(s, "reset-sandbox.yaml", NULL), 1,
	    "reset-sandbox/sandbox failed");
	cluster_sql(s->database, mem_printf(s, "alter database \"%s\" set"
	    " pgrunbook.environment = 'production'", s->database));
	t = shelf_walk(s, "reset-sandbox.yaml", NULL);
	walk_stops(t, 7, "its database says that it is production");
	assert_string_equal(shelf_value(s, "select count(*) from kept"), "0");
	talloc_free(s);

	/* Without a person's word it waits. */
	s = shelf_new();
	walk_stops(shelf_walk(s, "reset-sandbox.yaml", NULL), 4, "sign-off of class B");
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(prisma_and_supabase_deploy_one_project),
		cmocka_unit_test(
		    it_does_not_close_before_the_evidence_is_complete),
		cmocka_unit_test(what_failed_before_is_resolved_on_the_way),
		cmocka_unit_test(a_program_that_is_not_there_is_named),
		cmocka_unit_test(
		    a_command_given_as_a_value_is_held_to_the_policy),
		cmocka_unit_test(staging_is_set_up_and_like_production),
		cmocka_unit_test(
		    staging_refuses_placeholders_and_what_is_missing),
		cmocka_unit_test(staging_refuses_a_mirror_that_is_too_far_off),
		cmocka_unit_test(staging_refuses_lost_rows_and_hidden_tables),
		cmocka_unit_test(a_sandbox_is_emptied_and_built_again),
		cmocka_unit_test(what_a_url_asks_for_in_vain_is_said),
		cmocka_unit_test(what_is_no_sandbox_is_not_reset),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
