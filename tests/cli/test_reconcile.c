/*
 * tests/cli/test_reconcile.c - the drift reconciliation window on a database
 * that says that it is shared: walked to its end with reviewers' keys, rolled
 * back by its own backup, and each of its refusals.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/keyring.h"
#include "cli/shelf.h"
#include "harness/cluster.h"

enum said { TICK, CHOOSE, DECIDE, SIGN };

struct word {
	const char	*step;
	enum said	 how;
	int		 items;
	const char	*more;		/* fields of a checklist; a choice's key */
};

static const struct word window[] = {
	{ "freeze/announce", TICK, 2, "\"announcement\": \"CHG-1, 01:00\"" },
	{ "freeze/rollback-owner", TICK, 2, "\"name\": \"Ben\"" },
	{ "freeze/freeze-merges", TICK, 3, "" },
	{ "snapshot/procedure", TICK, 3, "\"second_copy\": \"s3\"" },
	{ "diff/review", DECIDE, 0, NULL },
	{ "rehearse/apply", SIGN, 0, NULL },
	{ "rehearse/drop-copy", SIGN, 0, NULL },
	{ "rollout/maintenance", TICK, 2, "" },
	{ "rollout/apply", SIGN, 0, NULL },
	{ "rollout/tell", TICK, 2, "" },
	{ "harden/local-by-default", TICK, 3, "" },
	{ "harden/schema-pr", TICK, 6, "" },
	{ "harden/reconciled", TICK, 2, "" },
	{ "harden/checklist", TICK, 5, "\"next\": \"2027-02-01\"" },
	{ NULL, TICK, 0, NULL },
};

static const struct word back[] = {
	{ "rollback/stop", TICK, 3, "" },
	{ "rollback/decide", CHOOSE, 0, "restore" },
	{ "rollback/restore", SIGN, 0, NULL },
	{ "rollback/end-freeze", CHOOSE, 0, "lift" },
	{ "rollback/tell", TICK, 2, "\"owner\": \"Cleo, Friday\"" },
	{ NULL, TICK, 0, NULL },
};

/* A shop that left its migrations: what they want is gone, or looser. */
static struct shelf *
drifted_new(void)
{
	struct shelf *s = shelf_new();

	shelf_migration(s, "20260103000000_rules", "CREATE INDEX facts_n ON "
	    "facts (n);\nALTER TABLE users ADD CONSTRAINT mail_once UNIQUE "
	    "(mail);\n");
	shelf_approve(s, "migration/migrate");
	shelf_tick(s, "migration/checklist", 4, "\"reviewer\": \"Ben\"");
	walk_holds(shelf_walk(s, "migration.yaml", NULL));
	cluster_sql(s->database, "drop index facts_n; alter table users alter"
	    " mail drop not null; create table legacy_mail (a int);"
	    "insert into users (mail) values ('a@b')");
	shelf_is(s, s->database, "shared");
	keyring_allow(s);
	s->approvals = temp_folder(s);
	return s;
}

/* Reviewers are people with keys, and not who executes. */
static void
want_keys(struct shelf *s)
{
	const char *sed[] = { "sed", "-i", "-e", "s/^  executor: {}/  executor:"
	    " {from: [ana]}/; s/^  reviewer: {not: executor}/  reviewer: {from:"
	    " [ana, ben, carol], not: executor, signed: true}\\n"
	    "signers: allowed_signers/", "-e",
	    "s/^    approval: {min: 1, expires: 1h}/    approval: {from: "
	    "[reviewer], min: 1, expires: 1h}/", "-e",
	    "s/delay: [0-9]*s, on: any/delay: 10ms, on: any/", "reconcile.yaml",
	    "freeze.yaml", "rehearse.yaml", "rollout.yaml", "rollback.yaml",
	    NULL };

	assert_int_equal(program_run(s, s->folder, sed).status, 0);
}

static struct told
begin(struct shelf *s, const char *var)
{
	return shelf_walk(s, "reconcile.yaml", "--var=ticket=CHG-1", mem_printf(
	    s, "--var=copy=%s_copy", s->database), var, NULL);
}

static void
say(struct shelf *s, const char *run, const struct word *w)
{
	switch (w->how) {
	case TICK:
		shelf_tick(s, w->step, w->items, w->more);
		return;
	case CHOOSE:
		shelf_choose(s, w->step, w->more);
		return;
	case DECIDE:
		shelf_say(s, w->step, "\"decisions\": [{\"item\": \"users.mail\","
		    " \"truth\": \"migrations\", \"reason\": \"logins\"}, "
		    "{\"item\": \"A *\", \"truth\": \"migrations\"}]");
		return;
	case SIGN:
		walk_stops(keyring_sign(s, run, "ben", NULL), 0, "left for");
		return;
	}
}

/* Says what is waited for, up to until (null: to the end). */
static struct told
go_on(struct shelf *s, struct told t, const char *run, const struct word *w,
    const char *until)
{
	for (; w->step != NULL && !str_equal(w->step, until); w++) {
		walk_stops(t, 4, mem_printf(s, "\"%s\"", w->step));
		say(s, run, w);
		t = keyring_resume(s, run);
	}
	return t;
}

/* From the step that is waited for now. */
static const struct word *
from(const char *step)
{
	const struct word *w = window;

	while (!str_equal(w->step, step))
		w++;
	return w;
}

static void
clean(struct shelf *s)
{
	cluster_sql("postgres", mem_printf(s, "drop database if exists "
	    "\"%s_copy\" with (force)", s->database));
}

static void
the_window_closes_with_keys_and_is_rolled_back_by_its_backup(void **state UNUSED)
{
	struct shelf *s = drifted_new();
	struct told t;
	char *run, *again;

	want_keys(s);
	t = begin(s, NULL);
	run = walk_run(s, t);
	walk_holds(go_on(s, t, run, window, NULL));
	assert_string_equal(shelf_value(s, "select count(*) from pg_class where"
	    " relname in ('facts_n', 'legacy_mail')"), "2");
	t = program_in(s, s->folder, "verify", run, NULL);
	walk_stops(t, 0, "run        closed");

	cluster_sql(s->database, "insert into users (mail) values ('lost@b')");
	t = program_in(s, s->folder, "rollback", run, "--headless", "--as=ana",
	    "--approvals", s->approvals, NULL);
	again = walk_run(s, t);
	walk_holds(go_on(s, t, again, back, NULL));
	assert_string_equal(shelf_value(s, "select count(*) || ' ' ||"
	    " (to_regclass('facts_n') is null) from users"), "1 true");
	t = program_in(s, s->folder, "verify", again, NULL);
	walk_stops(t, 0, "run        closed");
	t = program_in(s, s->folder, "report", again, NULL);
	assert_contains(t.out, "by **ben** (ssh ");
	assert_contains(t.out, "Decide, ana: Restore the backup of this run");
	clean(s);
	talloc_free(s);
}

/* ---- each refusal --------------------------------------------------------------- */

static void
others_change_the_schema(struct shelf *s)
{
	/* A superuser gets past the freeze; the fingerprint sees it. */
	cluster_sql(s->database, "set session_replication_role = replica;"
	    "create table sneaked_in (a int)");
}

static void
the_backup_is_gone(struct shelf *s)
{
	struct error err;

	assert_ok(file_remove_tree(path_join(s, s->folder, "backups"), &err),
	    &err);
}

static void
the_copy_is_there(struct shelf *s)
{
	cluster_sql("postgres", mem_printf(s, "create database \"%s_copy\"",
	    s->database));
}

static void
a_worker_asks_for_what_is_not_there(struct shelf *s)
{
	temp_file(s, s->folder, "queries/workers.sql", "select nowhere from "
	    "users;\n");
}

static void
each_phase_refuses_what_it_is_for(void **state UNUSED)
{
	static const struct {
		const char	*title, *at;
		void		(*before)(struct shelf *s);
		const char	*var, *says;
		const char	*changed;	/* SQL that is false after; null: nothing was rolled out */
	} refusals[] = {
		{ "the schema moves under the comparison", "snapshot/procedure",
		  others_change_the_schema, NULL, "diff/unchanged failed",
		  NULL },
		{ "the copy's name is taken", "diff/review", the_copy_is_there,
		  NULL, "rehearse/restore failed", NULL },
		{ "the gate does not open", "rehearse/apply", NULL,
		  "--var=gate=test 1 = 2", "rehearse/gate failed", NULL },
		{ "the application on the copy is ill", "rehearse/apply", NULL,
		  "--var=base_url=http://127.0.0.1:1", "rehearse/routes failed",
		  NULL },
		{ "the schema moves before the rollout", "rehearse/drop-copy",
		  others_change_the_schema, NULL, "rollout/same-schema failed",
		  NULL },
		{ "the backup is gone", "rehearse/drop-copy",
		  the_backup_is_gone, NULL, "rollout/backup-there failed",
		  NULL },
		{ "a worker misses a column", "freeze/announce",
		  a_worker_asks_for_what_is_not_there, NULL,
		  "rehearse/workers failed", NULL },
		{ "the status command does not agree", "rollout/apply", NULL,
		  "--var=status_command=test 1 = 2",
		  "rollout/status-command failed",
		  "select to_regclass('facts_n') is null" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(refusals); i++) {
		struct shelf *s = drifted_new();
		const struct word *w;
		struct told t;
		char *run;

		print_message("# %s\n", refusals[i].title);
		want_keys(s);
		if (str_equal(refusals[i].at, window[0].step) &&
		    refusals[i].before != NULL)
			refusals[i].before(s);
		t = begin(s, refusals[i].var);
		run = walk_run(s, t);
		t = go_on(s, t, run, window, refusals[i].at);
		if (!str_equal(refusals[i].at, window[0].step) &&
		    refusals[i].before != NULL)
			refusals[i].before(s);
		for (w = from(refusals[i].at); t.status == 4; w++) {
			say(s, run, w);
			t = keyring_resume(s, run);
		}
		walk_stops(t, 1, refusals[i].says);
		assert_string_equal(shelf_value(s, refusals[i].changed != NULL ?
		    refusals[i].changed : "select to_regclass('facts_n') is not"
		    " null"), "f");
		clean(s);
		talloc_free(s);
	}
}

static void
while_it_is_frozen_nobody_else_changes_the_schema(void **state UNUSED)
{
	struct shelf *s = drifted_new();
	struct told t = begin(s, NULL);
	const char *psql[] = { "psql", "-X", "-c", "create table t (a int)",
		getenv("DATABASE_URL"), NULL };
	char *run = walk_run(s, t);

	t = go_on(s, t, run, window, "snapshot/procedure");
	walk_stops(program_run(s, NULL, psql), 1,
	    "CHG-1: schema changes are frozen");
	talloc_free(s);
}

static void
a_long_transaction_holds_it(void **state UNUSED)
{
	struct shelf *s = drifted_new();
	const char *sed[] = { "sed", "-i", "s/interval '5 minutes'/interval '0'/",
		"freeze.yaml", NULL };
	const char *psql[] = { "/bin/sh", "-c", "exec psql -X -c 'begin; "
	    "select pg_sleep(600)' \"$1\"", "sh", getenv("DATABASE_URL"),
	    NULL };
	struct told t;
	char *run;

	want_keys(s);
	assert_int_equal(program_run(s, s->folder, sed).status, 0);
	cluster_spawn(psql);
	cluster_wait_value(s->database, "select count(*) from pg_stat_activity"
	    " where datname = current_database() and wait_event = 'PgSleep'",
	    "1");
	t = begin(s, NULL);
	run = walk_run(s, t);
	t = go_on(s, t, run, window, "snapshot/procedure");
	walk_stops(t, 1, "freeze/no-long-transactions failed");
	cluster_sql(s->database, "select pg_terminate_backend(pid) from"
	    " pg_stat_activity where wait_event = 'PgSleep'");
	talloc_free(s);
}

static void
what_no_longer_fits_into_the_window_is_held(void **state UNUSED)
{
	struct shelf *s = drifted_new();
	const char *sed[] = { "sed", "-i", "s/^phases:/start: \"2026-01-01T01:00"
	    ":00Z\"\\nend: \"2026-01-01T03:00:00Z\"\\n&/", "reconcile.yaml",
	    NULL };
	struct told t;
	char *run;

	assert_int_equal(program_run(s, s->folder, sed).status, 0);
	t = begin(s, NULL);
	run = walk_run(s, t);
	t = go_on(s, t, run, window, "snapshot/procedure");
	walk_stops(t, 4, "freeze/freeze-ddl");
	assert_contains(t.out, "window");
	talloc_free(s);
}

static void
who_executes_signs_no_rollout(void **state UNUSED)
{
	struct shelf *s = drifted_new();
	struct told t;
	char *run;

	want_keys(s);
	t = begin(s, NULL);
	run = walk_run(s, t);
	t = go_on(s, t, run, window, "rollout/apply");
	keyring_sign(s, run, "ana", NULL);
	walk_stops(keyring_resume(s, run), 4, "rollout/apply");
	keyring_sign(s, run, "dora", NULL);
	walk_stops(keyring_resume(s, run), 4, "rollout/apply");
	shelf_approve(s, "rollout/apply");
	walk_stops(keyring_resume(s, run), 4, "rollout/apply");
	assert_string_equal(shelf_value(s, "select to_regclass('facts_n') is"
	    " null"), "t");
	clean(s);
	talloc_free(s);
}

static void
a_rollback_restores_no_damaged_backup_and_may_keep(void **state UNUSED)
{
	static const struct word keep[] = {
		{ "rollback/stop", TICK, 3, "" },
		{ "rollback/decide", CHOOSE, 0, "keep" },
		{ "rollback/end-freeze", CHOOSE, 0, "leave" },
		{ "rollback/tell", TICK, 2, "\"owner\": \"nobody\"" },
		{ NULL, TICK, 0, NULL },
	};
	const char *damage[] = { "sh", "-c", "for f in $(find backups -name"
	    " '*.gz'); do printf x >>\"$f\"; done", NULL };
	struct shelf *s = drifted_new();
	struct told t;
	char *run;

	want_keys(s);
	t = begin(s, NULL);
	run = walk_run(s, t);
	walk_holds(go_on(s, t, run, window, NULL));
	assert_int_equal(program_run(s, s->folder, damage).status, 0);

	t = program_in(s, s->folder, "rollback", run, "--headless", "--as=ana",
	    "--approvals", s->approvals, NULL);
	t = go_on(s, t, walk_run(s, t), back, "rollback/end-freeze");
	walk_stops(t, 1, "rollback/restore failed");
	assert_string_equal(shelf_value(s, "select to_regclass('facts_n') is"
	    " null"), "f");

	s->approvals = temp_folder(s);
	t = program_in(s, s->folder, "rollback", run, "--headless", "--as=ana",
	    "--approvals", s->approvals, NULL);
	walk_holds(go_on(s, t, walk_run(s, t), keep, NULL));
	assert_string_equal(shelf_value(s, "select to_regclass('facts_n') is"
	    " null"), "f");
	clean(s);
	talloc_free(s);
}

static int
set_up(void **state)
{
	keyring_make();
	return cluster_start(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_window_closes_with_keys_and_is_rolled_back_by_its_backup),
		cmocka_unit_test(each_phase_refuses_what_it_is_for),
		cmocka_unit_test(
		    while_it_is_frozen_nobody_else_changes_the_schema),
		cmocka_unit_test(a_long_transaction_holds_it),
		cmocka_unit_test(what_no_longer_fits_into_the_window_is_held),
		cmocka_unit_test(who_executes_signs_no_rollout),
		cmocka_unit_test(
		    a_rollback_restores_no_damaged_backup_and_may_keep),
	};

	return test_main(tests, set_up, cluster_stop);
}
