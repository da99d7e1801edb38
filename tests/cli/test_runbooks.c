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
#include "cli/program.h"
#include "harness/cluster.h"
#include "harness/web.h"

/* A person's project: runbooks, migrations, a database, prepared answers. */
struct shelf {
	char	*folder, *approvals, *bin;
	char	*database, *other;
	int	 answers;
};

static void
stand_in(struct shelf *s, const char *name, const char *script)
{
	char *path = temp_file(s, s->bin, name, mem_printf(s,
	    "#!/bin/sh\necho \"%s $*\" >>'%s/calls'\n%s\n", name, s->folder,
	    script));

	assert_int_equal(chmod(path, 0755), 0);
}

static void
migration(struct shelf *s, const char *name, const char *sql)
{
	temp_file(s, s->folder, mem_printf(s,
	    "prisma/migrations/%s/migration.sql", name), sql);
}

static void
url(const char *variable, const char *database)
{
	char *text = cluster_url(NULL, database);

	setenv(variable, text, 1);
	talloc_free(text);
}

/* Only a sandbox takes decisions that were written beforehand. */
static void
is_sandbox(struct shelf *s, const char *database)
{
	cluster_sql(database, mem_printf(s, "alter database \"%s\" set"
	    " pgrunbook.environment = 'sandbox'", database));
}

static struct shelf *
shelf_new(void)
{
	static char *path;
	struct shelf *s = NEW(NULL, struct shelf);
	const char *copy[] = { "sh", "-c", "cp -r \"$1\"/runbooks/. \"$2\" &&"
	    " chmod -R u+w \"$2\"", "sh", test_srcdir(), NULL, NULL };

	s->folder = temp_folder(s);
	s->approvals = temp_folder(s);
	s->bin = path_join(s, s->folder, "bin");
	copy[5] = s->folder;
	assert_int_equal(program_run(s, NULL, copy).status, 0);
	if (path == NULL)
		path = mem_strdup(NULL, getenv("PATH"));
	setenv("PATH", mem_printf(s, "%s:%s", s->bin, path), 1);
	setenv("PGRUNBOOK_RUNS", path_join(s, s->folder, "runs"), 1);
	setenv("HOME", s->folder, 1);
	s->database = cluster_new_db(s);
	s->other = cluster_new_db(s);
	is_sandbox(s, s->database);
	is_sandbox(s, s->other);
	url("DATABASE_URL", s->database);
	url("STAGING_URL", s->database);
	url("SANDBOX_URL", s->database);
	url("ANALYTICS_URL", s->other);
	migration(s, "20260101000000_init", "CREATE TABLE \"users\" (\"id\" "
	    "SERIAL PRIMARY KEY, \"mail\" TEXT NOT NULL);\n");
	migration(s, "20260102000000_facts", "CREATE TABLE \"facts\" (\"id\" "
	    "BIGSERIAL PRIMARY KEY, \"n\" INT);\n");
	stand_in(s, "npx", "exit 0");
	stand_in(s, "npm", "exit 0");
	stand_in(s, "supabase", "exit 0");
	stand_in(s, "scale", "exit 0");
	return s;
}

static char *
file(struct shelf *s, const char *name)
{
	return slurp(s, path_join(s, s->folder, name));
}

static const char *
value(struct shelf *s, const char *sql)
{
	return cluster_value(s, s->database, sql);
}

/* ---- what people say ----------------------------------------------------------- */

static void
say(struct shelf *s, const char *step, const char *rest)
{
	temp_file(s, s->approvals, mem_printf(s, "%03d.json", s->answers++),
	    mem_printf(s, "{\"step\": \"%s\", \"principal\": \"ana\", %s}",
	    step, rest));
}

static void
approve(struct shelf *s, const char *step)
{
	say(s, step, "\"decision\": \"approve\"");
}

static void
choose(struct shelf *s, const char *step, const char *key)
{
	say(s, step, mem_printf(s, "\"answer\": {\"key\": \"%s\"}", key));
}

/* fields: JSON members, "" for none */
static void
tick(struct shelf *s, const char *step, int items, const char *fields)
{
	struct buffer *b = buffer_new(s);
	int i;

	for (i = 0; i < items; i++)
		buffer_puts(b, i > 0 ? ", true" : "true");
	say(s, step, mem_printf(s, "\"answer\": {\"items\": [%s], \"fields\": "
	    "{%s}}", b->data, fields));
}

/* ---- walking -------------------------------------------------------------------- */

/* Arguments ("--var=a=b") follow; the last is null. */
static struct told
walk(struct shelf *s, const char *name, ...)
{
	const char *argv[32] = { mem_printf(s, "%s/pgrunbook",
	    test_builddir()), "run", "--headless", "--as=ana", "--approvals",
	    s->approvals, name };
	size_t n = 7;
	va_list args;

	va_start(args, name);
	while (n < COUNT_OF(argv) - 1 && (argv[n] = va_arg(args,
	    const char *)) != NULL)
		n++;
	va_end(args);
	return program_run(s, s->folder, argv);
}

static void
holds(struct told t)
{
	if (t.status != 0)
		fail_msg("exit status %d\n%s%s", t.status, t.out, t.errors);
	assert_contains(t.out, "closed: done");
}

/* It stops with this status, and says this. */
static void
stops(struct told t, int status, const char *text)
{
	if (t.status != status)
		fail_msg("exit status %d\n%s%s", t.status, t.out, t.errors);
	if (strstr(t.out, text) == NULL)
		assert_contains(t.errors, text);
}

/* ---- prisma-supabase ------------------------------------------------------------- */

static void
say_prisma_supabase(struct shelf *s)
{
	choose(s, "prisma-supabase/where", "deploy");
	tick(s, "prisma-supabase/mirror", 4, "");
	approve(s, "prisma-supabase/deploy");
	approve(s, "prisma-supabase/supabase");
	approve(s, "prisma-supabase/observability");
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
	tick(s, "prisma-supabase/evidence", 4, "\"reviewer\": \"Ben\"");
	holds(walk(s, PRISMA_SUPABASE));

	assert_string_equal(value(s, "select count(*) from _prisma_migrations"
	    " where finished_at is not null"), "2");
	assert_string_equal(value(s, "select name from"
	    " supabase_migrations.schema_migrations"), "policy");
	assert_string_equal(value(s, "select message from"
	    " observability_logs"), "deployed");
	assert_string_equal(file(s, "calls"), "npx prisma generate\n"
	    "supabase functions deploy hello\nsupabase logs\n"
	    "npx prisma migrate status\n");
	assert_contains(file(s, "feedback/environments.md"),
	    "2 migrations applied, 2 of them by this run.");
	assert_contains(file(s, "feedback/deployment.md"),
	    "2 migrations; looked at by Ben.");
	talloc_free(s);
}

static void
it_does_not_close_before_the_evidence_is_complete(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_prisma_supabase(s);
	say(s, "prisma-supabase/evidence", "\"answer\": {\"items\": [true, "
	    "true, false, true], \"fields\": {\"reviewer\": \"Ben\"}}");
	stops(walk(s, PRISMA_SUPABASE), 1, "item 3 is not ticked");
	assert_false(file_exists(path_join(s, s->folder,
	    "feedback/deployment.md")));
	talloc_free(s);
}

static void
what_failed_before_is_resolved_on_the_way(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	choose(s, "prisma-supabase/where", "local");
	tick(s, "prisma-supabase/look", 1,
	    "\"name\": \"20260102000000_facts\"");
	approve(s, "prisma-supabase/resolve");
	approve(s, "prisma-supabase/deploy");
	approve(s, "prisma-supabase/observability");
	cluster_sql(s->database, "create table _prisma_migrations (id"
	    " varchar(36) primary key, checksum varchar(64) not null,"
	    " finished_at timestamptz, migration_name varchar(255) not null,"
	    " logs text, rolled_back_at timestamptz, started_at timestamptz"
	    " not null default now(), applied_steps_count integer not null"
	    " default 0); insert into _prisma_migrations (id, checksum,"
	    " migration_name, logs) values ('1', 'x', '20260102000000_facts',"
	    " 'it broke')");
	holds(walk(s, "prisma-supabase.yaml", "--var=supabase_migrations=",
	    NULL));
	assert_string_equal(value(s, "select count(*) from _prisma_migrations"
	    " where rolled_back_at is not null"), "1");
	assert_string_equal(value(s, "select count(*) from facts"), "0");
	talloc_free(s);
}

static void
a_program_that_is_not_there_is_named(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_prisma_supabase(s);
	stops(walk(s, "prisma-supabase.yaml",
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
	approve(s, "staging-setup/migrate");
	approve(s, "staging-setup/mirror");
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
	migration(s, "20260103000000_rows", "INSERT INTO facts (n) SELECT"
	    " generate_series(1, 1000);");
	cluster_sql(s->other, "insert into facts (id) select"
	    " generate_series(1, 995)");
	holds(walk(s, "staging-setup.yaml", NULL));
	assert_string_equal(cluster_value(s, s->other, "select count(*) from"
	    " pg_indexes where tablename = 'facts'"), "3");
	assert_contains(file(s, "feedback/qa.md"),
	    "\"source\" : 1000, \"mirror\" : 995");
	assert_string_equal(file(s, "calls"), "npm ci\nnpx prisma generate\n");
	talloc_free(s);
}

static void
staging_refuses_placeholders_and_what_is_missing(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_staging(s);
	temp_file(s, s->folder, ".env.staging", "DATABASE_URL=x\n"
	    "API_KEY=<your-key>\n");
	stops(walk(s, "staging-setup.yaml", NULL), 1, "2:API_KEY");
	temp_file(s, s->folder, ".env.staging", "DATABASE_URL=x\n");
	stops(walk(s, "staging-setup.yaml", NULL), 1,
	    "missing in .env.staging: API_KEY");
	talloc_free(s);
}

static void
staging_refuses_a_mirror_that_is_too_far_off(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	struct told t;

	say_staging(s);
	migration(s, "20260103000000_rows", "INSERT INTO facts (n) SELECT"
	    " generate_series(1, 1000);");
	cluster_sql(s->other, "insert into facts (id) select"
	    " generate_series(1, 980)");
	/* Three tries of five seconds are for people. */
	const char *sed[] = { "sed", "-i", "s/delay: 5s, on: any/delay: 10ms, "
	    "on: any/", "staging-setup.yaml", NULL };
	assert_int_equal(program_run(s, s->folder, sed).status, 0);
	t = walk(s, "staging-setup.yaml", NULL);
	stops(t, 1, "staging-setup/parity failed");
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
	migration(s, "20260103000000_loss", "DELETE FROM facts_old;");
	setenv("STAGING_URL", mem_printf(s, "%s&schema=app",
	    cluster_url(s, s->database)), 1);
	migration(s, "20260103000000_loss",
	    "DELETE FROM public.facts_old;");
	stops(walk(s, "staging-setup.yaml", NULL), 1,
	    "public.facts_old has 0 rows, and had 2");
	talloc_free(s);

	s = shelf_new();
	say_staging(s);
	cluster_sql(s->database, "do 'begin if to_regrole(''plain_role'') is"
	    " null then create role plain_role; end if; end'");
	migration(s, "20260103000000_rls",
	    "ALTER TABLE users ENABLE ROW LEVEL SECURITY;");
	stops(walk(s, "staging-setup.yaml", "--var=service_role=plain_role",
	    NULL), 1, "staging-setup/rls failed");
	talloc_free(s);

	s = shelf_new();
	say_staging(s);
	stops(walk(s, "staging-setup.yaml", "--var=facts=nowhere", NULL), 1,
	    "staging-setup/facts-there failed");
	talloc_free(s);
}

/* ---- reset-sandbox ------------------------------------------------------------------- */

static void
a_sandbox_is_emptied_and_built_again(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	approve(s, "reset-sandbox/reset");
	approve(s, "reset-sandbox/migrate");
	cluster_sql(s->database, "create table left_over as select 1 as a");
	holds(walk(s, "reset-sandbox.yaml", NULL));
	assert_string_equal(value(s, "select to_regclass('left_over') is null"
	    " and to_regclass('users') is not null"), "t");
	talloc_free(s);
}

static void
what_is_no_sandbox_is_not_reset(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	struct told t;

	approve(s, "reset-sandbox/reset");
	cluster_sql(s->database, mem_printf(s, "create table kept (a int);"
	    "alter database \"%s\" reset pgrunbook.environment", s->database));
	stops(walk(s, "reset-sandbox.yaml", NULL), 1,
	    "reset-sandbox/sandbox failed");
	cluster_sql(s->database, mem_printf(s, "alter database \"%s\" set"
	    " pgrunbook.environment = 'production'", s->database));
	t = walk(s, "reset-sandbox.yaml", NULL);
	stops(t, 7, "its database says that it is production");
	assert_string_equal(value(s, "select count(*) from kept"), "0");
	talloc_free(s);

	/* Without a person's word it waits. */
	s = shelf_new();
	stops(walk(s, "reset-sandbox.yaml", NULL), 4, "sign-off of class B");
	talloc_free(s);
}

/* ---- production-migration ---------------------------------------------------------------- */

static struct told
walk_production(struct shelf *s, const char *extra)
{
	return walk(s, "production-migration.yaml",
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

	url("STAGING_URL", s->other);
	cluster_sql(s->database, "create table old (id int primary key)");
	cluster_sql(s->other, "create table old (id int primary key)");
	tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");
	approve(s, "production-migration/deploy");
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

	holds(walk_production(s, NULL));
	assert_string_equal(file(s, "calls"), "scale down\nscale up\n");
	assert_string_equal(value(s, "select count(*) from facts"), "0");
	assert_contains(file(s, "feedback/deployment.md"), "1 migrations. The "
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
	stops(t, 1, "production-migration/same-schema failed");
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
	stops(walk_production(s, NULL), 1,
	    "production-migration/backup-young failed");
	assert_string_equal(value(s, "select to_regclass('facts') is null"),
	    "t");
	talloc_free(s);

	s = shelf_for_production();
	program_in(s, s->folder, "migrations", "resolve", "--applied",
	    "20260102000000_facts", NULL);
	stops(walk_production(s, NULL), 1,
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
	stops(walk_production(s, NULL), 1, "production-migration/health failed");
	/* It stays in maintenance mode. */
	assert_string_equal(file(s, "calls"), "scale down\n");
	talloc_free(s);
}

/* ---- backup and restore ---------------------------------------------------------------------- */

static struct told
walk_backup(struct shelf *s)
{
	return walk(s, "backup.yaml", "--var=schedule_owner=Cleo",
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
	approve(s, "backup/retention");
	holds(walk_backup(s));
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
	holds(walk_backup(s));
	assert_false(file_exists(path_join(s, s->folder, "backups/old-58")));
	assert_contains(file(s, "feedback/backups.md"), "old ones deleted");
	assert_contains(file(s, "feedback/backups.md"),
	    "The schedule is Cleo's.");
	talloc_free(s);
}

static void
a_backup_wants_its_folder_and_owner(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	stops(walk(s, "backup.yaml", "--var=schedule_owner=Cleo", NULL), 2,
	    "parameter \"backup_folder\"");
	stops(walk(s, "backup.yaml", "--var=backup_folder=x", NULL), 2,
	    "parameter \"schedule_owner\"");
	/* The preview alone deletes nothing. */
	stops(walk_backup(s), 4, "sign-off of class B");
	talloc_free(s);
}

static void
a_backup_is_restored_either_way(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char *backup, *into = mem_printf(s, "%s_restored", s->database);

	cluster_sql(s->database, "create table t as select 1 as a");
	approve(s, "backup/retention");
	approve(s, "restore/point");
	holds(walk_backup(s));
	backup = mem_printf(s, "--var=backup=%s", only_backup(s));
	cluster_sql(s->database, "drop table t");
	choose(s, "restore/how", "new");
	holds(walk(s, "restore.yaml", backup, mem_printf(s, "--var=into=%s",
	    into), "--var=point_app=scale to $PGDATABASE", NULL));
	assert_string_equal(cluster_value(s, into, "select a from t"), "1");
	assert_string_equal(value(s, "select to_regclass('t') is null"), "t");
	assert_string_equal(file(s, "calls"), mem_printf(s, "scale to %s\n",
	    into));

	/* The database is there now. */
	stops(walk(s, "restore.yaml", backup, mem_printf(s, "--var=into=%s",
	    into), NULL), 1, "restore/restore-new failed");

	s->answers = 0;
	s->approvals = temp_folder(s);
	choose(s, "restore/how", "in_place");
	tick(s, "restore/stop", 2, "\"owner\": \"Dora\"");
	stops(walk(s, "restore.yaml", backup, mem_printf(s,
	    "--var=rescue_folder=%s/rescue", s->folder), NULL), 4,
	    "restore/restore-in-place");
	approve(s, "restore/restore-in-place");
	holds(walk(s, "restore.yaml", backup, mem_printf(s,
	    "--var=rescue_folder=%s/rescue2", s->folder), NULL));
	assert_string_equal(value(s, "select a from t"), "1");
	cluster_drop_db(into);
	talloc_free(s);
}

/* ---- rollback-decision ---------------------------------------------------------------------- */

static struct told
walk_decision(struct shelf *s, const char *backup, const char *into)
{
	return walk(s, "rollback-decision.yaml", mem_printf(s,
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
	approve(s, "backup/retention");
	holds(walk_backup(s));
	backup = only_backup(s);

	/* The data is wrong: restore, and the application goes back. */
	choose(s, "rollback-decision/data", "yes");
	tick(s, "rollback-decision/price", 2, "\"owner\": \"Dora\"");
	approve(s, "rollback-decision/point");
	approve(s, "rollback-decision/app-back");
	holds(walk_decision(s, backup, into));
	assert_string_equal(cluster_value(s, into, "select a from t"), "1");
	assert_string_equal(file(s, "calls"), "scale back\n");
	assert_contains(file(s, "feedback/deployment.md"),
	    "Is the data wrong: yes.");

	/* The application alone: nothing is restored. */
	s->answers = 0;
	s->approvals = temp_folder(s);
	choose(s, "rollback-decision/data", "no");
	choose(s, "rollback-decision/app", "yes");
	stops(walk_decision(s, backup, into), 4, "rollback-decision/app-back");
	approve(s, "rollback-decision/app-back");
	holds(walk_decision(s, backup, into));
	assert_string_equal(file(s, "calls"), "scale back\nscale back\n");

	/* Neither: nothing goes back. */
	s->answers = 0;
	s->approvals = temp_folder(s);
	choose(s, "rollback-decision/data", "no");
	choose(s, "rollback-decision/app", "no");
	holds(walk_decision(s, backup, into));
	assert_string_equal(file(s, "calls"), "scale back\nscale back\n");
	cluster_drop_db(into);
	talloc_free(s);
}

/* ---- migration ----------------------------------------------------------------------------- */

static void
the_guardian_goes_from_status_to_report(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");
	approve(s, "migration/migrate");
	holds(walk(s, "migration.yaml", NULL));
	assert_contains(file(s, "feedback/deployment.md"),
	    "2 migrations, read by Ben; backup\n");
	talloc_free(s);
}

static void
the_guardian_refuses(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	/* Nobody read the files. */
	approve(s, "migration/migrate");
	stops(walk(s, "migration.yaml", NULL), 4, "migration/checklist");
	tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");

	/* A constraint that holds nothing. */
	migration(s, "20260103000000_invalid", "ALTER TABLE facts ADD"
	    " CONSTRAINT c CHECK (n > 0) NOT VALID;");
	stops(walk(s, "migration.yaml", NULL), 1, "migration/valid failed");

	/* An applied file that is another now. */
	migration(s, "20260101000000_init", "SELECT 1;");
	stops(walk(s, "migration.yaml", NULL), 1,
	    "\"20260101000000_init\" is edited");
	talloc_free(s);

	s = shelf_new();
	tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");
	approve(s, "migration/migrate");
	holds(walk(s, "migration.yaml", NULL));
	cluster_sql(s->database, "insert into users (mail) values ('a')");
	migration(s, "20260103000000_loss", "DELETE FROM users;");
	cluster_sql(s->database, "select pg_sleep(1.1)");
	stops(walk(s, "migration.yaml", NULL), 1,
	    "public.users has 0 rows, and had 1");
	talloc_free(s);
}

/* ---- emergency ------------------------------------------------------------------------------- */

static struct told
walk_emergency(struct shelf *s, const char *decision, const char *helped)
{
	s->answers = 0;
	s->approvals = temp_folder(s);
	tick(s, "emergency/assess", 1, "\"users\": \"~200\", \"broken\": "
	    "\"checkout fails\", \"since\": \"09:40\"");
	choose(s, "emergency/decide", decision);
	choose(s, "emergency/forward-done", helped);
	approve(s, "emergency/forward");
	approve(s, "emergency/back");
	tick(s, "emergency/tell", 3, "\"owner\": \"Ben\"");
	return walk(s, "emergency.yaml", "--var=roll_back=scale back",
	    "--var=fix_forward=scale forward", mem_printf(s,
	    "--var=base_url=http://127.0.0.1:%d", web_port()), NULL);
}

static void
an_emergency_goes_back_or_forward_and_is_written_down(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char *text;

	holds(walk_emergency(s, "data", "yes"));
	assert_string_equal(file(s, "calls"), "scale back\n");
	text = file(s, "feedback/post-mortems.md");
	assert_contains(text, "**What**: checkout fails");
	assert_contains(text, "**Decided**: data");
	assert_contains(text, "- [journal](<");

	holds(walk_emergency(s, "minor", "yes"));
	holds(walk_emergency(s, "minor", "no"));
	holds(walk_emergency(s, "unsure", "yes"));
	assert_string_equal(file(s, "calls"), "scale back\nscale forward\n"
	    "scale forward\nscale back\nscale back\n");
	talloc_free(s);
}

static void
an_emergency_wants_facts(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	tick(s, "emergency/assess", 1, "\"users\": \"many\", \"broken\": "
	    "\"checkout fails\", \"since\": \"09:40\"");
	stops(walk(s, "emergency.yaml", "--var=roll_back=scale back",
	    "--var=base_url=http://127.0.0.1:1", NULL), 1,
	    "\"users\" does not have the form");
	talloc_free(s);
}

/* ---- backfill ------------------------------------------------------------------------------------ */

static void
say_backfill(struct shelf *s)
{
	tick(s, "backfill/writers", 1, "");
	approve(s, "backfill/fill");
	approve(s, "backfill/not-null");
}

static void
a_column_of_a_million_rows_is_filled(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	say_backfill(s);
	cluster_sql(s->database, "create table orders (id int primary key);"
	    "insert into orders select generate_series(1, 1100000)");
	holds(walk(s, "backfill.yaml", NULL));
	assert_string_equal(value(s, "select count(*) || ' ' || min(currency)"
	    " from orders"), "1100000 EUR");
	assert_string_equal(value(s, "select attnotnull from pg_attribute"
	    " where attrelid = 'orders'::regclass and attname = 'currency'"),
	    "t");
	assert_string_equal(value(s, "select count(*) from pg_constraint"
	    " where conrelid = 'orders'::regclass and contype = 'c'"), "0");
	talloc_free(s);
}

static void
a_backfill_refuses_without_key_or_word(void **state UNUSED)
{
	struct shelf *s = shelf_new();

	cluster_sql(s->database, "create table orders (id int)");
	stops(walk(s, "backfill.yaml", NULL), 1, "backfill/there failed");
	cluster_sql(s->database, "alter table orders add primary key (id)");
	stops(walk(s, "backfill.yaml", NULL), 4, "backfill/writers");
	tick(s, "backfill/writers", 1, "");
	stops(walk(s, "backfill.yaml", NULL), 4, "backfill/fill");
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
		assert_contains(file(s, name), mem_printf(s, ": my-%s\n", line));
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
	stops(walk(s, "a.yaml", NULL), 4, "");
	runs = path_join(s, s->folder, "runs");
	assert_ok(folder_list(s, runs, &ids, &count, &err), &err);
	t = program_in(s, s->folder, "exercised", ids[0], NULL);
	assert_int_equal(t.status, 1);
	assert_contains(t.errors, "did not end well: it is still open");

	tick(s, "a/look", 1, "");
	setenv("PGRUNBOOK_RUNS", path_join(s, s->folder, "runs2"), 1);
	holds(walk(s, "a.yaml", NULL));
	runs = path_join(s, s->folder, "runs2");
	assert_ok(folder_list(s, runs, &ids, &count, &err), &err);
	t = program_in(s, s->folder, "exercised", ids[0], NULL);
	assert_int_equal(t.status, 0);
	assert_contains(t.out, mem_printf(s, "@@ -4,1 +4,1 @@\n"
	    "-last_exercised: 2020-01-02\n+last_exercised: %s\n", day));
	assert_contains(file(s, "a.yaml"), "2020-01-02");
	t = program_in(s, s->folder, "exercised", "--write", ids[0], NULL);
	assert_int_equal(t.status, 0);
	assert_contains(file(s, "a.yaml"), mem_printf(s,
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
	    file(s, "harden.yaml"));

	temp_file(s, s->folder, "harden.yaml", as_alone);
	temp_file(s, s->folder, "app/package.json", "{\"scripts\": {\"x\": "
	    "\"prisma migrate dev\"}}");
	stand_in(s, "pgrunbook", mem_printf(s, "exec '%s/pgrunbook' \"$@\"",
	    test_builddir()));
	tick(s, "harden/local-by-default", 3, "");
	tick(s, "harden/schema-pr", 6, "");
	tick(s, "harden/checklist", 5, "\"next\": \"2027-02-01\"");
	stops(walk(s, "harden.yaml", "--var=app=app", NULL), 1,
	    "harden/guard-ci failed");
	temp_file(s, s->folder, "app/package.json", "{}");
	holds(walk(s, "harden.yaml", "--var=app=app", NULL));
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
