/*
 * tests/steps/test_backup.c - backups that are proven, and restores that are
 * held against them.
 */

#include "harness/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "steps/dump.h"
#include "steps/stage.h"

static const char data[] =
    "create schema \"My app\";"
    "create table \"My app\".\"Order\" (id int primary key, t text);"
    "insert into \"My app\".\"Order\" select i, repeat('x', 100) || i"
    " from generate_series(1, 20000) i;"
    "create table empty (a int);"
    "create table parts (a int) partition by range (a);"
    "create table parts_1 partition of parts for values from (0) to (10);"
    "insert into parts values (1), (2);"
    "create view v as select * from \"My app\".\"Order\"";

static const char steps[] =
    "  - id: backup\n"
    "    backup: {into: backups, jobs: 2, test_restore: true}\n"
    "    register: backup\n"
    "  - id: custom\n"
    "    backup: {format: custom}\n"
    "    register: backup\n"
    "  - id: copy\n"
    "    restore: {backup: \"{{backup.file}}\", create: true, jobs: 2}\n"
    "    target: other\n"
    "    register: copy\n"
    "  - id: registered\n"
    "    restore: {backup: \"{{backup}}\", create: true}\n"
    "    target: other\n"
    "  - id: swap\n"
    "    restore: {backup: \"{{backup}}\", create: true, swap: true}\n"
    "    class: B\n"
    "    register: swapped\n"
    "  - id: in-place\n"
    "    restore: {backup: \"{{backup}}\"}\n"
    "    class: B\n"
    "  - id: freeze\n"
    "    freeze: {reason: test}\n";

static struct stage *
stage_with_data(void)
{
	struct stage *s = stage_new(NULL, steps);

	cluster_sql(s->database, data);
	return s;
}

static const char *
rows(struct stage *s, const char *database)
{
	return cluster_value(s, database,
	    "select count(*) from \"My app\".\"Order\"");
}

static void
a_backup_is_validated_and_restored(void **state)
{
	struct stage *s = stage_with_data();
	char *other = mem_printf(s, "%s_other", s->database);
	const char *folder;

	(void)state;
	assert_ok(stage_run(s, "backup"), &s->err);

	folder = stage_value(s, "backup.folder");
	assert_true(str_starts(folder, mem_printf(s, "%s/backups/%s-",
	    s->folder, s->database)));
	assert_true(file_exists(mem_printf(s, "%s/manifest.json", folder)));
	assert_true(file_exists(mem_printf(s, "%s/dump/toc.dat", folder)));
	assert_string_equal(stage_value(s, "backup.rows"), "20002");
	assert_string_equal(stage_value(s, "backup.tables"), "3");
	assert_string_equal(cluster_value(s, s->database, "select count(*)"
	    " from pg_database where datname like 'pgrunbook_restore%'"), "0");

	assert_ok(stage_run(s, "copy"), &s->err);
	assert_string_equal(rows(s, other), "20000");
	assert_string_equal(stage_value(s, "copy.database"), other);
	stage_verify(s);
	cluster_drop_db(other);
	talloc_free(s);
}

static void
an_older_pg_dump_than_the_server_is_told(void **state UNUSED)
{
	static const struct {
		const char	*version;
		int		 server;
		bool		 warns;
	} rows[] = {
		{ "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 150020,
		  true },
		{ "pg_dump (PostgreSQL) 15.20", 150020, false },
		{ "pg_dump (PostgreSQL) 17.1", 150020, false },
		{ "pg_dump (PostgreSQL) 17beta1", 170001, false },
		{ "pg_dump (PostgreSQL) 9.6.24", 90624, false },
		{ "what", 150020, false },
	};
	void *owner = talloc_new(NULL);
	char *text;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		text = dump_version_warning(owner, rows[i].version,
		    rows[i].server);
		assert_int_equal(text != NULL, rows[i].warns);
		if (text != NULL)
			assert_contains(text, "pg_dump 15.18 is older than the "
			    "server (15.20)");
	}
	talloc_free(owner);
}

/* Also where somebody else is at one with that name. */
static void
two_backups_of_one_second_are_two(void **state UNUSED)
{
	struct stage *s = stage_with_data();
	const char *folder;
	char *time;
	int i;

	for (i = 0; i < 120; i++) {
		time = clock_rfc3339(s, clock_now_us() + (int64_t)i * 1000000);
		temp_file(s, s->folder, mem_printf(s, "backups/%s-%.4s%.2s%.2s"
		    "T%.2s%.2s%.2sZ%s/theirs", s->database, time, time + 5,
		    time + 8, time + 11, time + 14, time + 17, i % 2 == 0 ?
		    "" : ".partial"), "x");
	}
	assert_ok(stage_run(s, "backup"), &s->err);

	folder = stage_value(s, "backup.folder");
	assert_true(str_ends(folder, "Z-2"));
	assert_true(file_exists(mem_printf(s, "%s/manifest.json", folder)));
	assert_false(file_exists(mem_printf(s, "%s.partial", folder)));
	talloc_free(s);
}

static void
a_backup_and_a_restore_tell_how_far_they_are(void **state UNUSED)
{
	struct stage *s = stage_with_data();
	char *other = mem_printf(s, "%s_other", s->database);

	/* In the schema that names are searched in, too. */
	cluster_sql(s->database, "create table big as select i, repeat('x', 99)"
	    " t from generate_series(1, 20000) i; create index on big (i)");
	assert_ok(stage_run(s, "backup"), &s->err);
	assert_true(str_matches(stage_told(s),
	    "\n[0-9]+ of [0-9]+ bytes: public.big\n"));
	assert_true(str_matches(stage_told(s),
	    "\n[0-9]+ of [0-9]+ bytes: \"My app\".\"Order\"\n"));
	/* Each part of the work begins with nothing. */
	assert_contains(stage_told(s), "\n0 of 0 : \n");

	assert_ok(stage_run(s, "registered"), &s->err);
	assert_true(str_matches(stage_told(s),
	    "\n[0-9]+ of [0-9]+ objects: TABLE "));
	assert_true(str_matches(stage_told(s),
	    "\n[0-9]+ of [0-9]+ bytes: public.big\n"));
	assert_true(str_matches(stage_told(s),
	    "\n[0-9]+ of [0-9]+ objects: INDEX "));
	cluster_drop_db(other);
	talloc_free(s);
}

static void
a_custom_backup_goes_among_the_evidence(void **state)
{
	struct stage *s = stage_with_data();

	(void)state;
	assert_ok(stage_run(s, "custom"), &s->err);
	assert_string_equal(stage_value(s, "backup.folder"), mem_printf(s,
	    "%s/artifacts/main/custom.1/backup", s->bundle));
	stage_verify(s);
	talloc_free(s);
}

static void
a_damaged_backup_is_refused_before_anything(void **state)
{
	struct stage *s = stage_with_data();
	const char *dump;
	FILE *f;

	(void)state;
	assert_ok(stage_run(s, "custom"), &s->err);
	dump = stage_value(s, "backup.file");
	f = fopen(dump, "r+");
	assert_non_null(f);
	assert_int_equal(fseek(f, -20, SEEK_END), 0);
	fputs("damaged", f);
	fclose(f);

	assert_error(stage_run(s, "copy"), &s->err, ERR_VERIFY);
	assert_contains(s->err.primary, "the backup is damaged");
	assert_string_equal(cluster_value(s, s->database, mem_printf(s,
	    "select count(*) from pg_database where datname = '%s_other'",
	    s->database)), "0");
	talloc_free(s);
}

static void
a_manifest_that_was_changed_is_refused(void **state)
{
	struct stage *s = stage_with_data();
	struct error err;
	char *path, *text;

	(void)state;
	assert_ok(stage_run(s, "custom"), &s->err);
	path = mem_printf(s, "%s", stage_value(s, "backup.manifest"));
	text = mem_printf(s, "%s ", slurp(s, path));
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err),
	    &err);

	assert_error(stage_run(s, "registered"), &s->err, ERR_VERIFY);
	assert_contains(s->err.primary, "is not the manifest");
	talloc_free(s);
}

static void
what_is_signed_for_a_restore_names_the_databases_that_it_touches(void **state)
{
	struct stage *s = stage_with_data();
	char *other = mem_printf(s, "%s_other", s->database);
	const json_t *shown;

	(void)state;
	assert_ok(stage_run(s, "custom"), &s->err);
	assert_ok(stage_run(s, "copy"), &s->err);
	shown = s->attempt->plan->shown;
	assert_contains(json_str(shown, "text"), mem_printf(s,
	    "into a new database, \"%s\"", other));
	assert_string_equal(s->attempt->database, other);

	assert_ok(stage_run(s, "swap"), &s->err);
	shown = s->attempt->plan->shown;
	assert_contains(json_str(shown, "text"), mem_printf(s,
	    "\"%s\" is renamed to \"%s_before_TIME\"", s->database,
	    s->database));
	/* What is put aside is the target's own: its name is typed. */
	assert_null(s->attempt->database);
	cluster_drop_db(other);
	talloc_free(s);
}

static void
a_restore_does_not_write_over_a_database(void **state)
{
	struct stage *s = stage_with_data();
	char *other = mem_printf(s, "%s_other", s->database);

	(void)state;
	assert_ok(stage_run(s, "custom"), &s->err);
	cluster_create_db(other);
	assert_error(stage_run(s, "copy"), &s->err, ERR_BUSY);
	assert_contains(s->err.primary, "is there already");
	cluster_drop_db(other);
	talloc_free(s);
}

static void
a_swap_puts_the_restored_database_in_place(void **state)
{
	struct stage *s = stage_with_data();
	const char *before;

	(void)state;
	assert_ok(stage_run(s, "freeze"), &s->err);
	assert_ok(stage_run(s, "custom"), &s->err);
	cluster_sql(s->database, mem_printf(s,
	    "alter database %s set pgrunbook.environment = 'sandbox'",
	    s->database));
	cluster_sql(s->database, "delete from \"My app\".\"Order\"");
	assert_ok(stage_run(s, "swap"), &s->err);

	assert_string_equal(rows(s, s->database), "20000");
	before = stage_value(s, "swapped.before");
	assert_true(str_starts(before, mem_printf(s, "%s_before_",
	    s->database)));
	assert_string_equal(rows(s, before), "0");
	assert_string_equal(cluster_value(s, s->database,
	    "select current_setting('pgrunbook.environment')"), "sandbox");
	assert_string_equal(cluster_value(s, s->database,
	    "select count(*) from pg_event_trigger"), "0");
	cluster_drop_db(before);
	talloc_free(s);
}

static void
in_place_is_all_or_nothing(void **state)
{
	struct stage *s = stage_with_data();

	(void)state;
	assert_ok(stage_run(s, "freeze"), &s->err);
	assert_ok(stage_run(s, "custom"), &s->err);
	cluster_sql(s->database, "delete from \"My app\".\"Order\"");
	assert_ok(stage_run(s, "in-place"), &s->err);
	assert_string_equal(rows(s, s->database), "20000");

	/* Something that the dump does not know stands on what it drops. */
	cluster_sql(s->database, "set pgrunbook.run = 'r1';"
	    "create view w as select * from \"My app\".\"Order\";"
	    "delete from \"My app\".\"Order\" where id > 5");
	assert_error(stage_run(s, "in-place"), &s->err, ERR_CHILD);
	assert_string_equal(rows(s, s->database), "5");
	talloc_free(s);
}

static void
a_cancelled_backup_leaves_no_folder(void **state)
{
	struct stage *s = stage_with_data();

	(void)state;
	stage_when_said(s, "pg_dump: ", stage_cancel);
	assert_error(stage_run(s, "custom"), &s->err, ERR_CANCELLED);

	assert_false(file_exists(mem_printf(s,
	    "%s/artifacts/main/custom.1/backup.partial", s->bundle)));
	assert_false(file_exists(mem_printf(s,
	    "%s/artifacts/main/custom.1/backup", s->bundle)));
	talloc_free(s);
}

static void
a_backup_does_not_queue_behind_a_lock_for_ever(void **state)
{
	struct stage *s = stage_with_data();
	struct pg_options options = { 0 };
	struct pg_session *other;

	(void)state;
	other = pg_open(s, s->loop, s->host.target(s, "db", &s->err),
	    &options, &s->err);
	assert_got(other, &s->err);
	assert_ok(pg_exec_script(other, "begin; lock table empty", &s->err),
	    &s->err);
	assert_error(stage_run(s, "custom"), &s->err, ERR_SQL);
	assert_string_equal(s->err.sqlstate, "55P03");
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backup_is_validated_and_restored),
		cmocka_unit_test(an_older_pg_dump_than_the_server_is_told),
		cmocka_unit_test(two_backups_of_one_second_are_two),
		cmocka_unit_test(a_backup_and_a_restore_tell_how_far_they_are),
		cmocka_unit_test(a_custom_backup_goes_among_the_evidence),
		cmocka_unit_test(a_damaged_backup_is_refused_before_anything),
		cmocka_unit_test(a_manifest_that_was_changed_is_refused),
		cmocka_unit_test(what_is_signed_for_a_restore_names_the_databases_that_it_touches),
		cmocka_unit_test(a_restore_does_not_write_over_a_database),
		cmocka_unit_test(a_swap_puts_the_restored_database_in_place),
		cmocka_unit_test(in_place_is_all_or_nothing),
		cmocka_unit_test(a_cancelled_backup_leaves_no_folder),
		cmocka_unit_test(a_backup_does_not_queue_behind_a_lock_for_ever),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
