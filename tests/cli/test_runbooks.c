/*
 * tests/cli/test_runbooks.c - each shipped runbook, walked to its end without
 * a terminal on a real server; and each of its refusals.
 *
 * Programs that are not here (npx, the Supabase CLI) are small scripts that
 * write down how they were called.
 */

#include "harness/test.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/shelf.h"
#include "harness/cluster.h"
#include "harness/web.h"

/* ---- prisma-supabase ------------------------------------------------------------- */

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

static void
prisma_and_supabase_deploy_one_project(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_prisma_supabase(s);
	shelf_tick(s, "prisma-supabase/evidence", 4, "\"reviewer\": \"Ben\"");
	walk_holds(shelf_walk(s, PRISMA_SUPABASE));

	assert_string_equal(shelf_value(s, "select count(*) from _prisma_migrations"
	    " where finished_at is not null"), "2");
	assert_string_equal(shelf_value(s, "select name from"
	    " supabase_migrations.schema_migrations"), "policy");
	assert_string_equal(shelf_value(s, "select message from"
	    " observability_logs"), "deployed");
	assert_string_equal(shelf_file(s, "calls"), "npx prisma generate\n"
	    "supabase functions deploy hello\nsupabase logs\n"
	    "npx prisma migrate status\n");
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

/* ---- staging-setup ------------------------------------------------------------------ */

static void
say_staging(struct shelf *s)
{
	temp_file(s, s->folder, ".env.example",
	    "DATABASE_URL=postgresql://user:password@host/db\nAPI_KEY=\n");
	temp_file(s, s->folder, ".env.staging",
	    "DATABASE_URL=\"postgresql://a:b@c/d\"\nexport API_KEY=abc\n");
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

/* ---- reset-sandbox ------------------------------------------------------------------- */

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

/* ---- production-migration ---------------------------------------------------------------- */

static struct told
walk_production(struct shelf *s, const char *extra)
{
	return shelf_walk(s, "production-migration.yaml",
	    "--var=scale_down=scale down", "--var=scale_up=scale up",
	    mem_printf(s, "--var=base_url=http://127.0.0.1:%d", web_port()),
	    mem_printf(s, "--var=backup_folder=%s/backups", s->folder),
	    extra, NULL);
}

/* Staging had the migrations first. */
static struct shelf *
shelf_for_production(void)
{
	struct shelf *s = shelf_new();

	shelf_url("STAGING_URL", s->other);
	cluster_sql(s->database, "create table old (id int primary key)");
	cluster_sql(s->other, "create table old (id int primary key)");
	shelf_tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");
	shelf_approve(s, "production-migration/deploy");
	program_in(s, s->folder, "migrations", "resolve", "--applied",
	    "20260101000000_init", NULL);
	cluster_sql(s->database, "create table users (id serial primary key,"
	    " mail text not null)");
	cluster_sql(s->other, "create table users (id serial primary key,"
	    " mail text not null)");
	return s;
}

static void
production_is_migrated_by_its_golden_rules(void **state UNUSED)
{
	struct shelf *s = shelf_for_production();

	walk_holds(walk_production(s, NULL));
	assert_string_equal(shelf_file(s, "calls"), "scale down\nscale up\n");
	assert_string_equal(shelf_value(s, "select count(*) from facts"), "0");
	assert_contains(shelf_file(s, "feedback/deployment.md"), "1 migrations. The "
	    "backup: ");
	talloc_free(s);
}

static void
production_refuses_what_staging_is_not(void **state UNUSED)
{
	struct shelf *s = shelf_for_production();
	struct told t;

	cluster_sql(s->other, "alter table users alter mail type int using 1");
	t = walk_production(s, NULL);
	walk_stops(t, 1, "production-migration/same-schema failed");
	/* Nobody was disturbed. */
	assert_false(file_exists(path_join(s, s->folder, "calls")));
	talloc_free(s);
}

static void
production_refuses_an_old_backup_and_nothing_to_do(void **state UNUSED)
{
	struct shelf *s = shelf_for_production();
	const char *sed[] = { "sed", "-i", "s/select now() - /select now() + "
	    "interval '5 hours' - /", "production-migration.yaml", NULL };

	/* As if five hours had gone by since. */
	assert_int_equal(program_run(s, s->folder, sed).status, 0);
	walk_stops(walk_production(s, NULL), 1,
	    "production-migration/backup-young failed");
	assert_string_equal(shelf_value(s, "select to_regclass('facts') is null"),
	    "t");
	talloc_free(s);

	s = shelf_for_production();
	program_in(s, s->folder, "migrations", "resolve", "--applied",
	    "20260102000000_facts", NULL);
	walk_stops(walk_production(s, NULL), 1,
	    "production-migration/something failed");
	talloc_free(s);
}

static void
production_refuses_without_health(void **state UNUSED)
{
	struct shelf *s = shelf_for_production();
	const char *sed[] = { "sed", "-i", "s/delay: 3s, on: any/delay: 10ms, "
	    "on: any/; s,/api/health,/nowhere,", "production-migration.yaml",
	    NULL };

	assert_int_equal(program_run(s, s->folder, sed).status, 0);
	walk_stops(walk_production(s, NULL), 1, "production-migration/health failed");
	/* It stays in maintenance mode. */
	assert_string_equal(shelf_file(s, "calls"), "scale down\n");
	talloc_free(s);
}

/* ---- backup and restore ---------------------------------------------------------------------- */

static struct told
walk_backup(struct shelf *s)
{
	return shelf_walk(s, "backup.yaml", "--var=schedule_owner=Cleo",
	    mem_printf(s, "--var=backup_folder=%s/backups", s->folder), NULL);
}

static char *
only_backup(struct shelf *s)
{
	char **names, *folder = path_join(s, s->folder, "backups");
	size_t count;
	struct error err;

	assert_ok(folder_list(s, folder, &names, &count, &err), &err);
	assert_int_equal(count, 1);
	return path_join(s, folder, names[0]);
}

static void
a_backup_is_taken_and_old_ones_go(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char *text;
	struct error err;
	json_t *j;
	int i;

	cluster_sql(s->database, "create table t as select 1 as a");
	shelf_approve(s, "backup/retention");
	walk_holds(walk_backup(s));
	text = slurp(s, mem_printf(s, "%s/manifest.json", only_backup(s)));
	assert_ok(json_parse(text, strlen(text), &j, &err), &err);
	for (i = 40; i < 60; i++) {
		json_object_set_new(j, "taken_at", json_string(clock_rfc3339(s,
		    clock_now_us() - (int64_t)i * 86400 * 1000000)));
		temp_file(s, s->folder, mem_printf(s,
		    "backups/old-%d/manifest.json", i), json_stable(s, j));
	}
	json_decref(j);
	/* The second of the same second would have the same name. */
	cluster_sql(s->database, "select pg_sleep(1.1)");
	walk_holds(walk_backup(s));
	assert_false(file_exists(path_join(s, s->folder, "backups/old-58")));
	assert_contains(shelf_file(s, "feedback/backups.md"), "old ones deleted");
	assert_contains(shelf_file(s, "feedback/backups.md"),
	    "The schedule is Cleo's.");
	talloc_free(s);
}

static void
a_backup_wants_its_folder_and_owner(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	walk_stops(shelf_walk(s, "backup.yaml", "--var=schedule_owner=Cleo", NULL), 2,
	    "parameter \"backup_folder\"");
	walk_stops(shelf_walk(s, "backup.yaml", "--var=backup_folder=x", NULL), 2,
	    "parameter \"schedule_owner\"");
	/* The preview alone deletes nothing. */
	walk_stops(walk_backup(s), 4, "sign-off of class B");
	talloc_free(s);
}

static void
a_backup_is_restored_either_way(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char *backup, *into = mem_printf(s, "%s_restored", s->database);

	cluster_sql(s->database, "create table t as select 1 as a");
	shelf_approve(s, "backup/retention");
	shelf_approve(s, "restore/point");
	walk_holds(walk_backup(s));
	backup = mem_printf(s, "--var=backup=%s", only_backup(s));
	cluster_sql(s->database, "drop table t");
	shelf_choose(s, "restore/how", "new");
	walk_holds(shelf_walk(s, "restore.yaml", backup, mem_printf(s, "--var=into=%s",
	    into), "--var=point_app=scale to $PGDATABASE", NULL));
	assert_string_equal(cluster_value(s, into, "select a from t"), "1");
	assert_string_equal(shelf_value(s, "select to_regclass('t') is null"), "t");
	assert_string_equal(shelf_file(s, "calls"), mem_printf(s, "scale to %s\n",
	    into));

	/* The database is there now. */
	walk_stops(shelf_walk(s, "restore.yaml", backup, mem_printf(s, "--var=into=%s",
	    into), NULL), 1, "restore/restore-new failed");

	s->answers = 0;
	s->approvals = temp_folder(s);
	shelf_choose(s, "restore/how", "in_place");
	shelf_tick(s, "restore/stop", 2, "\"owner\": \"Dora\"");
	walk_stops(shelf_walk(s, "restore.yaml", backup, mem_printf(s,
	    "--var=rescue_folder=%s/rescue", s->folder), NULL), 4,
	    "restore/restore-in-place");
	shelf_approve(s, "restore/restore-in-place");
	walk_holds(shelf_walk(s, "restore.yaml", backup, mem_printf(s,
	    "--var=rescue_folder=%s/rescue2", s->folder), NULL));
	assert_string_equal(shelf_value(s, "select a from t"), "1");
	cluster_drop_db(into);
	talloc_free(s);
}

/* ---- rollback-decision ---------------------------------------------------------------------- */

static struct told
walk_decision(struct shelf *s, const char *backup, const char *into)
{
	return shelf_walk(s, "rollback-decision.yaml", mem_printf(s,
	    "--var=backup=%s", backup), mem_printf(s, "--var=into=%s", into),
	    "--var=roll_back_app=scale back", mem_printf(s,
	    "--var=base_url=http://127.0.0.1:%d", web_port()), NULL);
}

static void
each_branch_of_the_decision_leads_where_it_says(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char *backup, *into = mem_printf(s, "%s_back", s->database);

	cluster_sql(s->database, "create table t as select 1 as a");
	shelf_approve(s, "backup/retention");
	walk_holds(walk_backup(s));
	backup = only_backup(s);

	/* The data is wrong: restore, and the application goes back. */
	shelf_choose(s, "rollback-decision/data", "yes");
	shelf_tick(s, "rollback-decision/price", 2, "\"owner\": \"Dora\"");
	shelf_approve(s, "rollback-decision/point");
	shelf_approve(s, "rollback-decision/app-back");
	walk_holds(walk_decision(s, backup, into));
	assert_string_equal(cluster_value(s, into, "select a from t"), "1");
	assert_string_equal(shelf_file(s, "calls"), "scale back\n");
	assert_contains(shelf_file(s, "feedback/deployment.md"),
	    "Is the data wrong: yes.");

	/* The application alone: nothing is restored. */
	s->answers = 0;
	s->approvals = temp_folder(s);
	shelf_choose(s, "rollback-decision/data", "no");
	shelf_choose(s, "rollback-decision/app", "yes");
	walk_stops(walk_decision(s, backup, into), 4, "rollback-decision/app-back");
	shelf_approve(s, "rollback-decision/app-back");
	walk_holds(walk_decision(s, backup, into));
	assert_string_equal(shelf_file(s, "calls"), "scale back\nscale back\n");

	/* Neither: nothing goes back. */
	s->answers = 0;
	s->approvals = temp_folder(s);
	shelf_choose(s, "rollback-decision/data", "no");
	shelf_choose(s, "rollback-decision/app", "no");
	walk_holds(walk_decision(s, backup, into));
	assert_string_equal(shelf_file(s, "calls"), "scale back\nscale back\n");
	cluster_drop_db(into);
	talloc_free(s);
}

/* ---- migration ----------------------------------------------------------------------------- */

static void
the_guardian_goes_from_status_to_report(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	shelf_tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");
	shelf_approve(s, "migration/migrate");
	walk_holds(shelf_walk(s, "migration.yaml", NULL));
	assert_contains(shelf_file(s, "feedback/deployment.md"),
	    "2 migrations, read by Ben; backup\n");
	talloc_free(s);
}

static void
the_guardian_refuses(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	/* Nobody read the files. */
	shelf_approve(s, "migration/migrate");
	walk_stops(shelf_walk(s, "migration.yaml", NULL), 4, "migration/checklist");
	shelf_tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");

	/* A constraint that holds nothing. */
	shelf_migration(s, "20260103000000_invalid", "ALTER TABLE facts ADD"
	    " CONSTRAINT c CHECK (n > 0) NOT VALID;");
	walk_stops(shelf_walk(s, "migration.yaml", NULL), 1, "migration/valid failed");

	/* An applied file that is another now. */
	shelf_migration(s, "20260101000000_init", "SELECT 1;");
	walk_stops(shelf_walk(s, "migration.yaml", NULL), 1,
	    "\"20260101000000_init\" is edited");
	talloc_free(s);

	s = shelf_new();
	shelf_tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");
	shelf_approve(s, "migration/migrate");
	walk_holds(shelf_walk(s, "migration.yaml", NULL));
	cluster_sql(s->database, "insert into users (mail) values ('a')");
	shelf_migration(s, "20260103000000_loss", "DELETE FROM users;");
	cluster_sql(s->database, "select pg_sleep(1.1)");
	walk_stops(shelf_walk(s, "migration.yaml", NULL), 1,
	    "public.users has 0 rows, and had 1");
	talloc_free(s);
}

/* ---- emergency ------------------------------------------------------------------------------- */

static struct told
walk_emergency(struct shelf *s, const char *decision, const char *helped)
{
	s->answers = 0;
	s->approvals = temp_folder(s);
	shelf_tick(s, "emergency/assess", 1, "\"users\": \"~200\", \"broken\": "
	    "\"checkout fails\", \"since\": \"09:40\"");
	shelf_choose(s, "emergency/decide", decision);
	shelf_choose(s, "emergency/forward-done", helped);
	shelf_approve(s, "emergency/forward");
	shelf_approve(s, "emergency/back");
	shelf_tick(s, "emergency/tell", 3, "\"owner\": \"Ben\"");
	return shelf_walk(s, "emergency.yaml", "--var=roll_back=scale back",
	    "--var=fix_forward=scale forward", mem_printf(s,
	    "--var=base_url=http://127.0.0.1:%d", web_port()), NULL);
}

static void
an_emergency_goes_back_or_forward_and_is_written_down(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char *text;

	walk_holds(walk_emergency(s, "data", "yes"));
	assert_string_equal(shelf_file(s, "calls"), "scale back\n");
	text = shelf_file(s, "feedback/post-mortems.md");
	assert_contains(text, "**What**: checkout fails");
	assert_contains(text, "**Decided**: data");
	assert_contains(text, "- [journal](<");

	walk_holds(walk_emergency(s, "minor", "yes"));
	walk_holds(walk_emergency(s, "minor", "no"));
	walk_holds(walk_emergency(s, "unsure", "yes"));
	assert_string_equal(shelf_file(s, "calls"), "scale back\nscale forward\n"
	    "scale forward\nscale back\nscale back\n");
	talloc_free(s);
}

static void
an_emergency_wants_facts(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	shelf_tick(s, "emergency/assess", 1, "\"users\": \"many\", \"broken\": "
	    "\"checkout fails\", \"since\": \"09:40\"");
	walk_stops(shelf_walk(s, "emergency.yaml", "--var=roll_back=scale back",
	    "--var=base_url=http://127.0.0.1:1", NULL), 1,
	    "\"users\" does not have the form");
	talloc_free(s);
}

/* ---- backfill ------------------------------------------------------------------------------------ */

static void
say_backfill(struct shelf *s)
{
	shelf_tick(s, "backfill/writers", 1, "");
	shelf_approve(s, "backfill/fill");
	shelf_approve(s, "backfill/not-null");
}

static void
a_column_of_a_million_rows_is_filled(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_backfill(s);
	cluster_sql(s->database, "create table orders (id int primary key);"
	    "insert into orders select generate_series(1, 1100000)");
	walk_holds(shelf_walk(s, "backfill.yaml", NULL));
	assert_string_equal(shelf_value(s, "select count(*) || ' ' || min(currency)"
	    " from orders"), "1100000 EUR");
	assert_string_equal(shelf_value(s, "select attnotnull from pg_attribute"
	    " where attrelid = 'orders'::regclass and attname = 'currency'"),
	    "t");
	assert_string_equal(shelf_value(s, "select count(*) from pg_constraint"
	    " where conrelid = 'orders'::regclass and contype = 'c'"), "0");
	talloc_free(s);
}

static void
a_backfill_refuses_without_key_or_word(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	cluster_sql(s->database, "create table orders (id int)");
	walk_stops(shelf_walk(s, "backfill.yaml", NULL), 1, "backfill/there failed");
	cluster_sql(s->database, "alter table orders add primary key (id)");
	walk_stops(shelf_walk(s, "backfill.yaml", NULL), 4, "backfill/writers");
	shelf_tick(s, "backfill/writers", 1, "");
	walk_stops(shelf_walk(s, "backfill.yaml", NULL), 4, "backfill/fill");
	talloc_free(s);
}

/* ---- new, exercised, guard-ci ------------------------------------------------------- */

static void
each_template_is_a_runbook_that_lints(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	struct told t;
	char *line, *rest = NULL;

	setenv("PGRUNBOOK_DATA", test_srcdir(), 1);
	t = program_in(s, s->folder, "new", NULL);
	assert_int_equal(t.status, 0);
	assert_contains(t.out, "add-index\n");
	for (line = strtok_r(t.out, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		char *name = mem_printf(s, "my-%s.yaml", line);

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

static int
set_up(void **state)
{
	return cluster_start(state) != 0 ? -1 : web_start(state);
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
		cmocka_unit_test(staging_is_set_up_and_like_production),
		cmocka_unit_test(
		    staging_refuses_placeholders_and_what_is_missing),
		cmocka_unit_test(staging_refuses_a_mirror_that_is_too_far_off),
		cmocka_unit_test(staging_refuses_lost_rows_and_hidden_tables),
		cmocka_unit_test(a_sandbox_is_emptied_and_built_again),
		cmocka_unit_test(what_is_no_sandbox_is_not_reset),
		cmocka_unit_test(production_is_migrated_by_its_golden_rules),
		cmocka_unit_test(production_refuses_what_staging_is_not),
		cmocka_unit_test(
		    production_refuses_an_old_backup_and_nothing_to_do),
		cmocka_unit_test(production_refuses_without_health),
		cmocka_unit_test(a_backup_is_taken_and_old_ones_go),
		cmocka_unit_test(a_backup_wants_its_folder_and_owner),
		cmocka_unit_test(a_backup_is_restored_either_way),
		cmocka_unit_test(
		    each_branch_of_the_decision_leads_where_it_says),
		cmocka_unit_test(the_guardian_goes_from_status_to_report),
		cmocka_unit_test(the_guardian_refuses),
		cmocka_unit_test(
		    an_emergency_goes_back_or_forward_and_is_written_down),
		cmocka_unit_test(an_emergency_wants_facts),
		cmocka_unit_test(a_column_of_a_million_rows_is_filled),
		cmocka_unit_test(a_backfill_refuses_without_key_or_word),
		cmocka_unit_test(each_template_is_a_runbook_that_lints),
		cmocka_unit_test(exercised_proposes_the_day_of_what_ended_well),
		cmocka_unit_test(
		    guard_ci_refuses_what_can_reset_a_remote_database),
		cmocka_unit_test(harden_guards_the_application_too),
	};

	return test_main(tests, set_up, cluster_stop);
}
