/*
 * tests/cli/test_recovery.c - the way back, walked to its end without a
 * terminal on a real server, and each refusal: backup, restore,
 * rollback-decision, emergency.
 */

#include "harness/test.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "cli/shelf.h"
#include "harness/cluster.h"
#include "harness/web.h"

/* ---- backup and restore ------------------------------------------------ */

static struct told
walk_backup(struct shelf *s)
{
	return shelf_walk(s, "backup.yaml", "--var=schedule_owner=Cleo",
	    mem_printf(s, "--var=backup_folder=%s/backups", s->folder), NULL);
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
	text = slurp(s, mem_printf(s, "%s/manifest.json", shelf_backup(s)));
	assert_ok(json_parse(text, strlen(text), &j, &err), &err);
	for (i = 40; i < 60; i++) {
		json_object_set_new(j, "taken_at", json_string(clock_rfc3339(s,
		    clock_now_us() - (int64_t)i * 86400 * 1000000)));
		temp_file(s, s->folder, mem_printf(s,
		    "backups/old-%d/manifest.json", i), json_stable(s, j));
	}
	json_decref(j);
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
	backup = mem_printf(s, "--var=backup=%s", shelf_backup(s));
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

/* ---- rollback-decision ------------------------------------------------- */

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
	backup = shelf_backup(s);

	/* The data is wrong: restore, and the application goes back. */
	shelf_choose(s, "rollback-decision/data", "yes");
	shelf_tick(s, "rollback-decision/price", 2, "\"owner\": \"Dora\"");
	shelf_tick(s, "rollback-decision/point-by-hand", 1, "");
	shelf_approve(s, "rollback-decision/app-back");
	walk_holds(walk_decision(s, backup, into));
	assert_string_equal(cluster_value(s, into, "select a from t"), "1");
	assert_string_equal(shelf_file(s, "calls"), "scale back\n");
	assert_contains(shelf_file(s, "feedback/deployment.md"),
	    "Is the data wrong: yes.");
	assert_contains(shelf_file(s, "feedback/deployment.md"), "look wrong?, "
	    "ana: Yes: restore the backup, and the application goes back too");

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

/* ---- emergency --------------------------------------------------------- */

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
	assert_contains(text, " UTC: Post-mortem: checkout fails\n\n");
	assert_contains(text, "- **Decided**: data");
	/* Generated from the journal: who did what. */
	assert_contains(text, " Decide, ana: Data may be lost or wrong: roll "
	    "back at once\n");
	assert_contains(text, " Roll back: ana signs (prepared)\n");
	assert_contains(text, " Roll back: done after ");
	assert_contains(text, " It is healthy: done after ");
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

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backup_is_taken_and_old_ones_go),
		cmocka_unit_test(a_backup_wants_its_folder_and_owner),
		cmocka_unit_test(a_backup_is_restored_either_way),
		cmocka_unit_test(
		    each_branch_of_the_decision_leads_where_it_says),
		cmocka_unit_test(
		    an_emergency_goes_back_or_forward_and_is_written_down),
		cmocka_unit_test(an_emergency_wants_facts),
	};

	return test_main(tests, web_and_cluster_start, cluster_stop);
}
