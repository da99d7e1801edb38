/*
 * tests/cli/test_production.c - shipped runbooks on databases that are marked
 * production and staging: walked without a terminal, with sign-offs by ssh
 * keys that come as files from elsewhere, of two people where that is asked.
 */

#include "harness/test.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/keyring.h"
#include "cli/shelf.h"
#include "harness/cluster.h"
#include "harness/web.h"

static void
edit(struct shelf *s, const char *name, const char *old, const char *new)
{
	char *text = shelf_file(s, name), *at = strstr(text, old);

	assert_non_null(at);
	temp_file(s, s->folder, name, mem_printf(s, "%.*s%s%s",
	    (int)(at - text), text, new, at + strlen(old)));
}

/* The project, its database production, and the other one staging. */
static struct shelf *
production_new(void)
{
	struct shelf *s = shelf_new();

	keyring_allow(s);
	shelf_url("STAGING_URL", s->other);
	program_in(s, s->folder, "migrations", "resolve", "--applied",
	    "20260101000000_init", NULL);
	cluster_sql(s->database, "create table users (id serial primary key,"
	    " mail text not null); insert into users (mail) values ('a@b')");
	cluster_sql(s->other, "create table users (id serial primary key,"
	    " mail text not null)");
	shelf_is(s, s->database, "production");
	shelf_is(s, s->other, "staging");
	return s;
}

/* Two people's keys, and neither of them leads the run. */
static struct shelf *
guarded_new(void)
{
	struct shelf *s = production_new();

	edit(s, "production-migration.yaml", "target: production\n",
	    "target: production\nroles:\n  executor: {from: [ana]}\n"
	    "  reviewer: {from: [ana, ben, carol], not: executor}\n"
	    "signers: allowed_signers\n");
	edit(s, "production-migration.yaml", "    class: B\n    lock_timeout",
	    "    class: B\n    approval: {from: [reviewer], min: 2, "
	    "signed: true, not: executor}\n    lock_timeout");
	return s;
}

static struct told
walk_production(struct shelf *s)
{
	return shelf_walk(s, "production-migration.yaml",
	    "--var=scale_down=scale down", "--var=scale_up=scale up",
	    mem_printf(s, "--var=base_url=http://127.0.0.1:%d", web_port()),
	    mem_printf(s, "--var=backup_folder=%s/backups", s->folder), NULL);
}

static void
is_not_applied(struct shelf *s)
{
	assert_string_equal(shelf_value(s, "select to_regclass('facts') is "
	    "null"), "t");
}

static void
two_people_with_keys_let_production_be_migrated(void **state UNUSED)
{
	struct shelf *s = guarded_new();
	struct told t = walk_production(s);
	char *run = walk_run(s, t);

	walk_stops(t, 4, "sign-off of class B");
	t = keyring_sign(s, run, "ben", s->database);
	walk_stops(t, 0, "left for the run's engine");
	walk_stops(keyring_resume(s, run), 4, "sign-off of class B");
	is_not_applied(s);
	walk_stops(keyring_sign(s, run, "carol", s->database), 0, "left for");
	walk_holds(keyring_resume(s, run));

	assert_string_equal(shelf_value(s, "select count(*) from facts"), "0");
	assert_string_equal(shelf_file(s, "calls"), "scale down\nscale up\n");
	walk_stops(keyring_resume(s, run), 1, "is closed");
	t = program_in(s, s->folder, "verify", run, NULL);
	if (t.status != 0)
		fail_msg("%s%s", t.out, t.errors);
	talloc_free(s);
}

static void
one_person_twice_is_not_two(void **state UNUSED)
{
	struct shelf *s = guarded_new();
	char *run = walk_run(s, walk_production(s));

	keyring_sign(s, run, "ben", s->database);
	walk_stops(keyring_resume(s, run), 4, "sign-off of class B");
	keyring_sign(s, run, "ben", s->database);
	walk_stops(keyring_resume(s, run), 4, "sign-off of class B");
	is_not_applied(s);
	talloc_free(s);
}

static void
who_leads_the_run_is_none_of_the_two(void **state UNUSED)
{
	struct shelf *s = guarded_new();
	char *run = walk_run(s, walk_production(s));

	keyring_sign(s, run, "ben", s->database);
	keyring_sign(s, run, "ana", s->database);
	walk_stops(keyring_resume(s, run), 4, "sign-off of class B");
	is_not_applied(s);
	talloc_free(s);
}

static void
a_key_that_nobody_allowed_signs_nothing(void **state UNUSED)
{
	struct shelf *s = guarded_new();
	char *run = walk_run(s, walk_production(s));

	keyring_sign(s, run, "ben", s->database);
	keyring_sign(s, run, "dora", s->database);
	walk_stops(keyring_resume(s, run), 4, "sign-off of class B");
	is_not_applied(s);
	talloc_free(s);
}

static void
another_databases_name_is_no_ceremony(void **state UNUSED)
{
	struct shelf *s = guarded_new();
	char *run = walk_run(s, walk_production(s));

	keyring_sign(s, run, "ben", s->other);
	keyring_sign(s, run, "carol", s->database);
	walk_stops(keyring_resume(s, run), 4, "sign-off of class B");
	is_not_applied(s);
	talloc_free(s);
}

static void
what_was_prepared_without_a_digest_does_not_count(void **state UNUSED)
{
	struct shelf *s = production_new();

	shelf_approve(s, "production-migration/deploy");
	walk_stops(walk_production(s), 4, "digest");
	is_not_applied(s);
	talloc_free(s);
}

static void
what_changed_after_it_was_signed_is_not_run(void **state UNUSED)
{
	struct shelf *s = guarded_new();
	char *run = walk_run(s, walk_production(s));

	keyring_sign(s, run, "ben", s->database);
	keyring_sign(s, run, "carol", s->database);
	shelf_migration(s, "20260102000000_facts", "DROP TABLE \"users\";\n");
	walk_stops(keyring_resume(s, run), 4, "sign-off of class B");
	assert_string_equal(shelf_value(s, "select count(*) from users"), "1");
	talloc_free(s);
}

static void
production_refuses_while_staging_is_another(void **state UNUSED)
{
	struct shelf *s = guarded_new();

	cluster_sql(s->other, "alter table users alter mail type int using 1");
	walk_stops(walk_production(s), 1,
	    "production-migration/same-schema failed");
	is_not_applied(s);
	talloc_free(s);
}

static void
a_production_database_is_no_sandbox(void **state UNUSED)
{
	struct shelf *s = production_new();

	shelf_approve(s, "reset-sandbox/reset");
	walk_stops(shelf_walk(s, "reset-sandbox.yaml", NULL), 7,
	    "its database says that it is production");
	assert_string_equal(shelf_value(s, "select count(*) from users"), "1");
	talloc_free(s);
}

static int
set_up(void **state)
{
	keyring_make();
	return web_and_cluster_start(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    two_people_with_keys_let_production_be_migrated),
		cmocka_unit_test(one_person_twice_is_not_two),
		cmocka_unit_test(who_leads_the_run_is_none_of_the_two),
		cmocka_unit_test(a_key_that_nobody_allowed_signs_nothing),
		cmocka_unit_test(another_databases_name_is_no_ceremony),
		cmocka_unit_test(
		    what_was_prepared_without_a_digest_does_not_count),
		cmocka_unit_test(what_changed_after_it_was_signed_is_not_run),
		cmocka_unit_test(production_refuses_while_staging_is_another),
		cmocka_unit_test(a_production_database_is_no_sandbox),
	};

	return test_main(tests, set_up, cluster_stop);
}
