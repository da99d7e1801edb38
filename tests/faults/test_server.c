/* tests/faults/test_server.c - a server that goes away, and wrong ways to it. */

#include "harness/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "faults/proxy.h"
#include "faults/stage.h"
#include "harness/cluster.h"
#include "postgres/session.h"

/* Sleeps as long as table "naps" says, in its transaction. */
static const char napping[] =
    "  - id: nap\n"
    "    class: A\n"
    "    sql: |\n"
    "      INSERT INTO effects VALUES ('nap');\n"
    "      SELECT pg_sleep(seconds) FROM naps;\n"
    "  - {id: after, sql: \"INSERT INTO effects VALUES ('after')\"}\n";

static void
napping_book(struct stage *s)
{
	cluster_sql(s->shop, "CREATE TABLE naps (seconds int);"
	    "INSERT INTO naps VALUES (600)");
	stage_runbook(s, napping);
	stage_prepare(s, "{\"step\": \"book/nap\", \"principal\": \"ben\","
	    " \"decision\": \"approve\"}");
}

static void
no_more_naps(struct stage *s)
{
	cluster_sql(s->shop, "UPDATE naps SET seconds = 0");
}

static const struct attempt_state *
attempt_of(struct stage *s, const char *step, int number)
{
	struct step_state *state = state_step(stage_state(s, s), step);

	assert_non_null(state);
	assert_true((int)state->attempt_count >= number);
	return &state->attempts[number - 1];
}

/* Exit code 7, no run, and nothing of ours in the databases. */
static void
is_refused_at_the_door(struct stage *s, const char *words)
{
	struct ended r;

	stage_runbook(s, "  - {id: a, sql: \"INSERT INTO effects VALUES ('a')\"}\n");
	r = stage_run(s, true, NULL);

	stage_ends_with(r, 7);
	assert_contains(r.err, words);
	assert_false(file_exists(s->folder));
}

static void
leaves_no_trace(struct stage *s)
{
	assert_string_equal(stage_effects(s, s->shop), "");
	assert_null(cluster_value(s, s->shop,
	    "SELECT to_regnamespace('pgrunbook')::text"));
}

static void
a_server_that_is_not_there_is_exit_seven(void **state)
{
	struct stage *s = *state;

	cluster_crash();
	is_refused_at_the_door(s, "target \"shop\"");
	cluster_restart();
	leaves_no_trace(s);
	setenv("SHOP_URL", "postgresql://127.0.0.1:1/nowhere", 1);
	is_refused_at_the_door(s, "127.0.0.1");
}

static void
a_role_that_is_not_there_is_exit_seven(void **state)
{
	struct stage *s = *state;

	setenv("SHOP_URL", cluster_url_as(s, s->shop, "nobody_at_all"), 1);
	is_refused_at_the_door(s, "nobody_at_all");
	leaves_no_trace(s);
}

static void
a_wrong_password_is_exit_seven_and_is_not_told(void **state)
{
	struct stage *s = *state;
	char *path = mem_printf(s, "%s/pg_hba.conf", cluster_data_folder());
	char *was = slurp(s, path), *now = mem_printf(s,
	    "local all secretive scram-sha-256\n%s", was);
	struct ended r;
	FILE *f = fopen(path, "w");

	cluster_sql(s->shop, "CREATE ROLE secretive LOGIN PASSWORD 'right'");
	assert_non_null(f);
	assert_true(fputs(now, f) >= 0);
	assert_int_equal(fclose(f), 0);
	cluster_sql(s->shop, "SELECT pg_reload_conf()");
	cluster_wait_value(s->shop, "SELECT count(*) FROM pg_hba_file_rules "
	    "WHERE 'secretive' = ANY (user_name)", "1");
	setenv("SHOP_URL", mem_printf(s, "%s&password=wrong-hunter2",
	    cluster_url_as(s, s->shop, "secretive")), 1);

	stage_runbook(s, "  - {id: a, check: \"SELECT 1\"}\n");
	r = stage_run(s, true, NULL);

	stage_ends_with(r, 7);
	assert_contains(r.err, "password authentication failed");
	assert_null(strstr(r.err, "hunter2"));
	assert_null(strstr(r.out, "hunter2"));
	assert_false(file_exists(s->folder));
	leaves_no_trace(s);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(was, f) >= 0);
	assert_int_equal(fclose(f), 0);
	cluster_sql(s->shop, "SELECT pg_reload_conf(); DROP ROLE secretive");
}

static void
a_database_that_is_not_there_is_exit_seven(void **state)
{
	struct stage *s = *state;

	setenv("SHOP_URL", cluster_url(s, "no_such_database"), 1);
	is_refused_at_the_door(s, "no_such_database");
	leaves_no_trace(s);
}

static void
a_server_that_dies_under_a_transaction_undoes_it(void **state)
{
	struct stage *s = *state;
	struct engine_child *e;
	const struct attempt_state *a;

	napping_book(s);
	e = stage_start(s, true, NULL);
	stage_until_marked(s, "book/nap");
	cluster_crash();
	cluster_restart();
	stage_ends_with(stage_wait(e), 1);

	a = attempt_of(s, "book/nap", 1);
	assert_string_equal(a->outcome, "failed");
	assert_contains(a->proof, "no marker row");
	assert_string_equal(stage_effects(s, s->shop), "");
	/* Whether it is to run again a person says. */
	no_more_naps(s);
	stage_ends_with(stage_run(s, false, NULL), 1);
	stage_person(s);
	assert_string_equal(stage_effects(s, s->shop), "after 1,nap 1");
	stage_holds(s);
}

static void
a_server_that_stays_away_leaves_it_unknown_until_it_is_back(void **state)
{
	struct stage *s = *state;
	struct engine_child *e;
	struct ended r;

	napping_book(s);
	e = stage_start(s, true, NULL);
	stage_until_marked(s, "book/nap");
	cluster_crash();
	r = stage_wait(e);
	stage_ends_with(r, 1);
	assert_string_equal(attempt_of(s, "book/nap", 1)->outcome, "unknown");

	/* Not reachable: the run is as it was. */
	stage_ends_with(stage_run(s, false, NULL), 7);
	assert_true(stage_has_run(s));
	cluster_restart();
	no_more_naps(s);
	stage_person(s);
	assert_string_equal(attempt_of(s, "book/nap", 1)->outcome, "not_done");
	assert_string_equal(stage_effects(s, s->shop), "after 1,nap 1");
	stage_holds(s);
}

static void
a_server_that_dies_between_two_steps_stops_the_run_before_the_second(
    void **state)
{
	struct stage *s = *state;
	struct engine_child *e;
	char *gate = mem_printf(s, "%s.go", s->lines);
	struct error err = { 0 };

	stage_runbook(s, mem_printf(s,
	    "  - {id: before, run: \"echo before >>$LINES_FILE; while ! test -e"
	    " %s; do sleep 0.05; done\"}\n"
	    "  - {id: after, sql: \"INSERT INTO effects VALUES ('after')\"}\n",
	    gate));
	e = stage_start(s, true, NULL);
	stage_until_lines(s, 1);
	cluster_crash();
	assert_ok(file_write_atomic(gate, "", 0, 0600, &err), &err);
	stage_ends_with(stage_wait(e), 7);
	stage_holds(s);

	/* Nothing of the second had run: no person is asked. */
	cluster_restart();
	stage_ends_with(stage_run(s, false, NULL), 0);
	assert_int_equal(stage_lines(s), 1);
	assert_string_equal(stage_effects(s, s->shop), "after 1");
	stage_holds(s);
}

static void
a_session_that_is_terminated_fails_its_step(void **state)
{
	struct stage *s = *state;
	const struct attempt_state *a;
	struct engine_child *e;

	napping_book(s);
	e = stage_start(s, true, NULL);
	cluster_wait_value(s->shop, "SELECT count(*) FROM pg_stat_activity "
	    "WHERE wait_event = 'PgSleep' AND datname = current_database()",
	    "1");
	cluster_sql(s->shop, "SELECT pg_terminate_backend(pid) FROM "
	    "pg_stat_activity WHERE wait_event = 'PgSleep' AND "
	    "datname = current_database()");
	stage_ends_with(stage_wait(e), 1);

	a = attempt_of(s, "book/nap", 1);
	assert_string_equal(a->outcome, "failed");
	assert_string_equal(json_str(a->error, "sqlstate"), "57P01");
	assert_string_equal(stage_effects(s, s->shop), "");
	stage_holds(s);
}

/* Killed behind the first COMMIT, with the verify query not asked yet. */
static void
killed_before_verify(struct stage *s)
{
	static const char steps[] =
	    "  - id: a\n"
	    "    sql: \"INSERT INTO effects VALUES ('a')\"\n"
	    "    verify: {query: \"SELECT count(*) FROM junk\","
	    " expect: {value: 1}}\n";
	const char *settings[] = {
		"FAILFS_CALLS=write", "FAILFS_PATH=*/journal.jsonl", NULL,
		"FAILFS_ACTION=kill", NULL,
	};

	stage_runbook(s, steps);
	stage_ends_with(stage_run(s, true, NULL), 0);
	settings[2] = mem_printf(s, "FAILFS_NTH=%d", stage_seq_of(s, "about_to_commit") + 1);
	cluster_sql(s->shop, "TRUNCATE effects");
	stage_runbook(s, steps);
	stage_ends_with(stage_run(s, true, stage_failfs(s, settings)), -1);
	assert_string_equal(stage_effects(s, s->shop), "a 1");
}

static void
what_took_effect_is_verified_when_the_run_goes_on(void **state)
{
	struct stage *s = *state;

	killed_before_verify(s);
	stage_ends_with(stage_run(s, false, NULL), 0);
	assert_string_equal(attempt_of(s, "book/a", 1)->outcome, "done");
	assert_string_equal(stage_effects(s, s->shop), "a 1");
	stage_holds(s);
}

static void
what_took_effect_and_does_not_verify_is_for_a_person(void **state)
{
	struct stage *s = *state;

	killed_before_verify(s);
	cluster_sql(s->shop, "TRUNCATE junk");
	stage_ends_with(stage_run(s, false, NULL), 1);
	assert_string_equal(attempt_of(s, "book/a", 1)->outcome, "unknown");
	assert_contains(attempt_of(s, "book/a", 1)->proof, "it took effect");
	assert_string_equal(stage_effects(s, s->shop), "a 1");
	stage_holds(s);
}

static void
what_is_committed_is_not_retried_by_a_rule(void **state)
{
	struct stage *s = *state;

	stage_runbook(s,
	    "  - id: a\n"
	    "    sql: \"INSERT INTO effects VALUES ('a')\"\n"
	    "    verify: {query: \"SELECT 1\", expect: {value: 2}}\n"
	    "    retry: {limit: 3, delay: 1ms, on: any}\n");
	stage_ends_with(stage_run(s, true, NULL), 1);

	assert_string_equal(stage_effects(s, s->shop), "a 1");
	assert_contains(json_str(attempt_of(s, "book/a", 1)->error, "primary"),
	    "is committed");
	stage_holds(s);
}

/* CREATE DATABASE waits for this session, and goes on when it is closed. */
static struct pg_session *
hold_up_new_databases(struct stage *s)
{
	const struct pg_options options = { .application_name = "in the way" };
	struct error err = { 0 };
	struct pg_target *t = pg_target_parse(s, cluster_url(s, "postgres"),
	    &err);
	struct pg_session *holder = t == NULL ? NULL : pg_open(s, s->loop, t,
	    &options, &err);

	assert_got(holder, &err);
	assert_ok(pg_exec_script(holder, "BEGIN; LOCK TABLE pg_database IN "
	    "SHARE MODE", &err), &err);
	return holder;
}

/* The server goes on with it when its client is dead. */
static void
a_database_that_came_after_the_kill_is_in_nobodys_way(void **state)
{
	struct stage *s = *state;
	char *gate = mem_printf(s, "%s.go", s->lines);
	struct pg_session *holder;
	struct engine_child *e;
	struct error err = { 0 };

	stage_runbook(s, mem_printf(s,
	    "  - {id: save, backup: {format: custom}, register: saved}\n"
	    "  - {id: wait, run: \"echo wait >>$LINES_FILE; while ! test -e %s;"
	    " do sleep 0.05; done\"}\n"
	    "  - {id: copy, restore: {backup: \"{{saved.file}}\","
	    " into: copied, create: true}}\n", gate));
	e = stage_start(s, true, NULL);
	stage_until_lines(s, 1);
	holder = hold_up_new_databases(s);
	assert_ok(file_write_atomic(gate, "", 0, 0600, &err), &err);
	cluster_wait_value("postgres", "SELECT count(*) FROM pg_stat_activity "
	    "WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE DATABASE%'",
	    "1");
	kill(child_pid(e->child), SIGKILL);
	assert_int_equal(stage_wait(e).code, -1);
	pg_close(holder);

	stage_ends_with(stage_run(s, false, NULL), 0);
	cluster_wait_value("postgres", "SELECT string_agg(datname, ',') FROM "
	    "pg_database WHERE datname ~ '^(copied|pgrunbook_)'", "copied");
	assert_string_equal(cluster_value(s, "copied",
	    "SELECT count(*) FROM numbers"), "10");
	cluster_drop_db("copied");
	stage_holds(s);
}

/* ---- a line that is up, and through which nothing comes ------------------------ */

static void
wait_for_nap(struct stage *s, const char *sessions)
{
	cluster_wait_value(s->shop, "SELECT count(*) FROM pg_stat_activity "
	    "WHERE wait_event = 'PgSleep' AND datname = current_database()",
	    sessions);
}

static void
a_run_can_be_stopped_though_nothing_comes_through(void **state)
{
	struct stage *s = *state;
	struct proxy *p = s->proxy = proxy_start(s);
	const struct attempt_state *a;
	struct engine_child *e;

	setenv("SHOP_URL", proxy_url(s, p, s->shop), 1);
	napping_book(s);
	e = stage_start(s, true, NULL);
	wait_for_nap(s, "1");
	proxy_freeze(p);
	assert_int_equal(kill(child_pid(e->child), SIGTERM), 0);
	stage_ends_with(stage_wait(e), 1);

	/* It was not seen to stop: nothing else is said of it. */
	a = attempt_of(s, "book/nap", 1);
	assert_string_equal(a->outcome, "unknown");
	assert_string_equal(json_str(a->error, "code"), "lost");
	proxy_cut(p);
	proxy_mend(p);
	no_more_naps(s);
	/* Its server notices that its client is gone. */
	wait_for_nap(s, "0");
	stage_person(s);
	assert_string_equal(attempt_of(s, "book/nap", 1)->outcome, "not_done");
	assert_string_equal(stage_effects(s, s->shop), "after 1,nap 1");
	stage_holds(s);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_server_that_is_not_there_is_exit_seven),
		test(a_role_that_is_not_there_is_exit_seven),
		test(a_wrong_password_is_exit_seven_and_is_not_told),
		test(a_database_that_is_not_there_is_exit_seven),
		test(a_server_that_dies_under_a_transaction_undoes_it),
		test(a_server_that_stays_away_leaves_it_unknown_until_it_is_back),
		test(a_server_that_dies_between_two_steps_stops_the_run_before_the_second),
		test(a_session_that_is_terminated_fails_its_step),
		test(what_took_effect_is_verified_when_the_run_goes_on),
		test(what_took_effect_and_does_not_verify_is_for_a_person),
		test(what_is_committed_is_not_retried_by_a_rule),
		test(a_database_that_came_after_the_kill_is_in_nobodys_way),
		test(a_run_can_be_stopped_though_nothing_comes_through),
	};

	/* Of the engines alone: their leaks must not pass for exit codes. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return test_main(tests, cluster_start, cluster_stop);
}
