/*
 * tests/cli/test_guarded_migrations.c - migrations that look around first,
 * walked to their end without a terminal on a real server, and each refusal:
 * production-migration, migration, backfill.
 */

#include "harness/test.h"

#include "base/file.h"
#include "base/memory.h"
#include "cli/shelf.h"
#include "harness/cluster.h"
#include "harness/web.h"

/* ---- production-migration ---------------------------------------------- */

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

/* ---- migration --------------------------------------------------------- */

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
	walk_stops(shelf_walk(s, "migration.yaml", NULL), 1,
	    "public.users has 0 rows, and had 1");
	talloc_free(s);
}

/* ---- backfill ---------------------------------------------------------- */

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

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(production_is_migrated_by_its_golden_rules),
		cmocka_unit_test(production_refuses_what_staging_is_not),
		cmocka_unit_test(
		    production_refuses_an_old_backup_and_nothing_to_do),
		cmocka_unit_test(production_refuses_without_health),
		cmocka_unit_test(the_guardian_goes_from_status_to_report),
		cmocka_unit_test(the_guardian_refuses),
		cmocka_unit_test(a_column_of_a_million_rows_is_filled),
		cmocka_unit_test(a_backfill_refuses_without_key_or_word),
	};

	return test_main(tests, web_and_cluster_start, cluster_stop);
}
