/* tests/engine/test_engine.c - whole runs, by the program, on a real server. */

#include "harness/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "approval/evidence.h"
#include "base/child.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/launch.h"
#include "engine/options.h"
#include "harness/cluster.h"
#include "harness/pooler.h"
#include "run/folder.h"
#include "wire/client.h"

#define PATIENCE_MS	20000

static void *owner;
static struct loop *l;
static char *db, *runs, *approvals;

static int
begin(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	l = loop_new(owner);
	db = cluster_new_db(owner);
	runs = temp_folder(owner);
	approvals = temp_folder(owner);
	setenv("TEST_URL", cluster_url(owner, db), 1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

/* A runbook of these steps on target "shop", environment local. */
static char *
runbook(const char *steps)
{
	return temp_file(owner, temp_folder(owner), "book.yaml", mem_printf(
	    owner, "pgrunbook: 1\nname: book\ntitle: A book\n"
	    "targets:\n  shop: {url: \"env:TEST_URL\", environment: local}\n"
	    "target: shop\nsteps:\n%s", steps));
}

static char *
new_folder(void)
{
	struct error err = { 0 };
	char *folder = run_folder_create(owner, runs, "book", &err);

	assert_got(folder, &err);
	return folder;
}

struct ended {
	int	 code;
	char	*out, *err;
};

struct collect {
	struct buffer *b[2];
};

static void
on_output(void *arg, int fd, const char *bytes, size_t size_bytes)
{
	buffer_add(((struct collect *)arg)->b[fd - 1], bytes, size_bytes);
}

/* Start pgrunbook-engine with these options; env may be null. */
static struct child *
start_engine(const struct engine_options *o, const char *const *env,
    struct collect *c)
{
	json_t *json = engine_options_json(o, false);
	char *text = json_stable(owner, json);
	const char *argv[] = {
		mem_printf(owner, "%s/pgrunbook-engine", test_builddir()), NULL,
	};
	struct child_spec spec = {
		.argv = argv, .env = env, .input = text,
		.input_size = strlen(text), .on_output = on_output, .arg = c,
	};
	struct error err = { 0 };
	struct child *child;

	json_decref(json);
	c->b[0] = buffer_new(owner);
	c->b[1] = buffer_new(owner);
	child = child_start(owner, l, &spec, &err);
	assert_got(child, &err);
	return child;
}

static struct ended
wait_engine(struct child *child, struct collect *c)
{
	struct error err = { 0 };
	struct ended r;

	assert_ok(child_wait(child, NULL, PATIENCE_MS * 3, &err), &err);
	r.code = child_exit_status(child);
	r.out = c->b[0]->data;
	r.err = c->b[1]->data;
	return r;
}

static struct ended
run_engine(const struct engine_options *o)
{
	struct collect c;

	return wait_engine(start_engine(o, NULL, &c), &c);
}

/* A new headless run of file; prepared decisions in approvals. */
static struct ended
run_headless(const char *folder, const char *file)
{
	const struct engine_options o = {
		.folder = folder, .file = file, .approvals = approvals,
		.principal = "ana", .is_headless = true,
	};

	return run_engine(&o);
}

static struct ended
resume_headless(const char *folder)
{
	return run_headless(folder, NULL);
}

static void
ends_with(struct ended r, int code)
{
	if (r.code != code)
		print_message("stdout:\n%s\nstderr:\n%s\n", r.out, r.err);
	assert_int_equal(r.code, code);
}

static struct run_state *
load(const char *folder)
{
	struct error err = { 0 };
	struct run_state *s = run_state_load(owner, folder, &err);

	assert_got(s, &err);
	return s;
}

static void
holds(const char *folder)
{
	struct evidence result;
	struct error err = { 0 };

	assert_ok(evidence_verify(folder, NULL, 0, &result, &err), &err);
}

static void
a_run_goes_from_its_first_step_to_its_last(void **state)
{
	char *folder = new_folder();
	struct run_state *s;

	(void)state;
	ends_with(run_headless(folder, runbook(
	    "  - {id: look, check: \"SELECT 1\", expect: {value: 1}}\n"
	    "  - {id: make, sql: \"CREATE TABLE t (a int)\"}\n"
	    "  - {id: fill, sql: \"INSERT INTO t VALUES (1), (2)\"}\n"
	    "  - {id: count, check: \"SELECT count(*) FROM t\","
	    " register: rows, expect: {value: 2}}\n")), 0);

	s = load(folder);
	assert_true(s->is_closed);
	assert_string_equal(s->outcome, "done");
	assert_int_equal(s->steps[3].status, STEP_DONE);
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM t"),
	    "2");
	assert_string_equal(s->steps[1].signs[0].strength, "headless");
	assert_non_null(s->targets[0].identity);
	holds(folder);
}

static void
class_b_waits_for_a_person_and_goes_on_with_his_word(void **state)
{
	char *folder = new_folder();
	char *file = runbook("  - {id: drop, class: B, sql: \"DROP TABLE u\"}\n");
	struct ended r;
	struct run_state *s;

	(void)state;
	cluster_sql(db, "CREATE TABLE u (a int)");
	r = run_headless(folder, file);
	ends_with(r, 4);
	assert_contains(r.out, "waits for a sign-off of class B");
	s = load(folder);
	assert_contains(r.out, s->steps[0].attempts[0].digest);
	assert_false(s->is_closed);

	temp_file(owner, approvals, "a.json", "{\"step\": \"book/drop\", "
	    "\"decision\": \"approve\", \"principal\": \"ben\"}");
	ends_with(resume_headless(folder), 0);
	s = load(folder);
	assert_string_equal(s->steps[0].signs[0].principal, "ben");
	assert_string_equal(s->steps[0].signs[0].strength, "prepared");
	assert_null(cluster_value(owner, db, "SELECT to_regclass('u')::text"));
	holds(folder);
}

static void
a_refused_step_does_not_run(void **state)
{
	char *folder = new_folder();

	(void)state;
	cluster_sql(db, "CREATE TABLE u (a int)");
	temp_file(owner, approvals, "a.json", "{\"step\": \"book/drop\", "
	    "\"decision\": \"refuse\", \"principal\": \"ben\", "
	    "\"reason\": \"no backup\"}");
	ends_with(run_headless(folder, runbook(
	    "  - {id: drop, class: B, sql: \"DROP TABLE u\"}\n")), 1);
	assert_non_null(cluster_value(owner, db,
	    "SELECT to_regclass('u')::text"));
	assert_int_equal(load(folder)->steps[0].status, STEP_FAILED);
}

static void
a_failed_step_stops_a_headless_run(void **state)
{
	char *folder = new_folder();
	struct run_state *s;

	(void)state;
	ends_with(run_headless(folder, runbook(
	    "  - {id: bad, sql: \"SELECT 1/0\"}\n"
	    "  - {id: never, sql: \"CREATE TABLE never (a int)\"}\n")), 1);
	s = load(folder);
	assert_int_equal(s->steps[0].status, STEP_FAILED);
	assert_string_equal(json_str(s->steps[0].attempts[0].error,
	    "sqlstate"), "22012");
	assert_int_equal(s->steps[1].attempt_count, 0);
	assert_false(s->engine_lives);
}

static void
on_failure_leads_on_or_back(void **state)
{
	char *folder = new_folder(), *books = temp_folder(owner), *file;
	struct run_state *s;

	(void)state;
	temp_file(owner, books, "main.yaml", "pgrunbook: 1\nname: main\n"
	    "title: Main\ntarget: shop\nsteps:\n"
	    "  - {id: a, sql: \"SELECT 1/0\", on_failure: continue}\n"
	    "  - {id: b, sql: \"SELECT 1/0\", on_failure: rollback}\n"
	    "  - {id: c, sql: \"SELECT 1\"}\n");
	temp_file(owner, books, "back.yaml", "pgrunbook: 1\nname: back\n"
	    "title: Back\ntarget: shop\nsteps:\n"
	    "  - {id: d, sql: \"CREATE TABLE undone (a int)\"}\n");
	file = temp_file(owner, books, "w.yaml", "pgrunbook: 1\nwindow: w\n"
	    "title: W\nphases: [main.yaml]\nrollback: back.yaml\ntargets:\n"
	    "  shop: {url: \"env:TEST_URL\", environment: local}\n");

	ends_with(run_headless(folder, file), 1);

	s = load(folder);
	assert_string_equal(s->outcome, "rolled_back");
	assert_int_equal(state_step(s, "main/a")->status, STEP_FAILED);
	assert_int_equal(state_step(s, "main/c")->status, STEP_PENDING);
	assert_int_equal(state_step(s, "back/d")->status, STEP_DONE);
	holds(folder);
}

static void
a_condition_that_does_not_hold_leaves_a_step_out(void **state)
{
	char *folder = new_folder();
	const struct run_state *s;

	(void)state;
	ends_with(run_headless(folder, runbook(
	    "  - {id: n, check: \"SELECT 7\", register: n, expect: {rows: 1}}\n"
	    "  - {id: no, when: \"n == 8\", sql: \"SELECT 1\"}\n"
	    "  - {id: yes, when: \"n == 7\", sql: \"SELECT 1\"}\n")), 0);
	s = load(folder);
	assert_int_equal(s->steps[1].status, STEP_SKIPPED);
	assert_int_equal(s->steps[2].status, STEP_DONE);
}

static void
lock_trouble_is_tried_again(void **state)
{
	char *folder = new_folder();
	struct run_state *s;

	(void)state;
	cluster_sql(db, "CREATE SEQUENCE tries");
	ends_with(run_headless(folder, runbook(
	    "  - {id: a, sql: \"DO $$ BEGIN IF nextval('tries') < 3 "
	    "THEN RAISE EXCEPTION 'busy' USING ERRCODE = '55P03'; END IF; "
	    "END $$\", retry: {limit: 5, delay: 10ms, on: lock_timeout}}\n")),
	    4);
	temp_file(owner, approvals, "a.json", "{\"step\": \"book/a\", "
	    "\"decision\": \"approve\", \"principal\": \"ben\"}");
	ends_with(resume_headless(folder), 0);
	s = load(folder);
	assert_int_equal(s->steps[0].attempt_count, 3);
	assert_string_equal(s->steps[0].attempts[2].outcome, "done");
}

static void
a_target_out_of_reach_is_exit_seven_and_leaves_nothing(void **state)
{
	char *folder = new_folder();
	struct ended r;

	(void)state;
	setenv("TEST_URL", "postgresql://127.0.0.1:1/nowhere", 1);
	r = run_headless(folder, runbook("  - {id: a, sql: \"SELECT 1\"}\n"));
	ends_with(r, 7);
	assert_contains(r.err, "target \"shop\"");
	assert_false(file_exists(folder));
	unsetenv("TEST_URL");
	folder = new_folder();
	r = run_headless(folder, runbook("  - {id: a, sql: \"SELECT 1\"}\n"));
	ends_with(r, 7);
	assert_contains(r.err, "variable TEST_URL is not set");
}

static void
a_database_that_says_it_is_production_is_believed(void **state)
{
	char *folder = new_folder();
	struct ended r;

	(void)state;
	cluster_sql(db, mem_printf(owner, "ALTER DATABASE \"%s\" SET "
	    "pgrunbook.environment = 'production'", db));
	r = run_headless(folder, runbook("  - {id: a, sql: \"SELECT 1\"}\n"));
	ends_with(r, 7);
	assert_contains(r.err, "its database says that it is production");
}

static void
what_the_database_says_of_itself_wins(void **state)
{
	static const char steps[] =
	    "  - id: a\n    guard: {environment: sandbox}\n"
	    "  - id: b\n    reset: public\n    class: B\n"
	    "    rollback: Nothing brings it back.\n";
	char *folder = new_folder();
	struct ended r;

	(void)state;
	temp_file(owner, approvals, "reset.json", "{\"step\": \"book/b\","
	    " \"principal\": \"ana\", \"decision\": \"approve\"}");
	/* The file says local, and there is no reset of that. */
	r = run_headless(folder, runbook("  - id: b\n    reset: public\n"
	    "    class: B\n    rollback: Nothing brings it back.\n"));
	ends_with(r, 1);
	assert_contains(r.out, "there is no reset of a database that is local");

	cluster_sql(db, mem_printf(owner, "CREATE TABLE t (a int); ALTER "
	    "DATABASE \"%s\" SET pgrunbook.environment = 'sandbox'", db));
	folder = new_folder();
	r = run_headless(folder, runbook(steps));
	ends_with(r, 0);
	assert_contains(r.out, "target shop is sandbox");
	assert_string_equal(cluster_value(owner, db,
	    "SELECT to_regclass('t') IS NULL"), "t");
}

static void
a_pooler_by_transaction_is_refused(void **state)
{
	char *socket = temp_folder(owner), *url = mem_printf(owner,
	    "postgresql:///%s?host=%s&port=5432&user=postgres", db, socket);
	pid_t pooler = pooler_start(socket, POOLER_TRANSACTION);
	struct ended r;

	(void)state;
	setenv("TEST_URL", url, 1);
	r = run_headless(new_folder(), runbook(
	    "  - {id: a, sql: \"SELECT 1\"}\n"));
	ends_with(r, 7);
	assert_contains(r.err, "connections by transaction");
	assert_contains(r.err, "needed for the run's lock");
	assert_contains(r.err, "pool_mode = session");
	pooler_stop(pooler);
}

static void
a_runbook_with_findings_is_exit_three(void **state)
{
	char *folder = new_folder();
	struct ended r;

	(void)state;
	r = run_headless(folder, runbook("  - {id: a, sqll: \"SELECT 1\"}\n"));
	ends_with(r, 3);
	assert_contains(r.err, "sqll");
	assert_false(file_exists(folder));
}

static void
a_manual_step_takes_its_prepared_answer(void **state)
{
	char *folder = new_folder();
	char *file = runbook("  - {id: tell, manual: [\"Tell all\"]}\n");

	(void)state;
	ends_with(run_headless(folder, file), 4);
	folder = new_folder();
	temp_file(owner, approvals, "a.json", "{\"step\": \"book/tell\", "
	    "\"principal\": \"ben\", \"answer\": {\"items\": [true]}}");
	ends_with(run_headless(folder, file), 0);
	assert_non_null(load(folder)->steps[0].attempts[0].answer);
}

static bool
step_is_running(void *arg)
{
	struct error err = { 0 };
	struct run_state *s;
	bool is_it = false;

	if (!file_exists(run_journal_path(owner, arg)))
		return false;
	s = run_state_load(NULL, arg, &err);
	if (s != NULL) {
		is_it = s->step_count > 0 &&
		    s->steps[0].status == STEP_RUNNING &&
		    s->steps[0].attempts[0].marker_uuid != NULL;
		talloc_free(s);
	}
	return is_it;
}

static void
tick(void *arg)
{
	(void)arg;
}

static void
until(bool (*done)(void *arg), void *arg)
{
	struct loop_timer *t = loop_timer_new(owner, l, 5, 5, tick, NULL);

	assert_int_equal(loop_wait(l, done, arg, PATIENCE_MS), WAIT_DONE);
	talloc_free(t);
}

static void
an_engine_killed_in_the_middle_finds_out_what_became_of_it(void **state)
{
	char *folder = new_folder();
	const struct engine_options o = {
		.folder = folder, .is_headless = true, .approvals = approvals,
		.file = runbook("  - id: slow\n    sql: |\n"
		    "      CREATE TABLE once (a int);\n"
		    "      SELECT pg_sleep(600);\n"),
	};
	struct run_state *s;
	struct collect c;
	struct child *child;

	(void)state;
	temp_file(owner, approvals, "a.json", "{\"step\": \"book/slow\", "
	    "\"decision\": \"approve\", \"principal\": \"ben\"}");
	child = start_engine(&o, NULL, &c);
	until(step_is_running, folder);
	kill(child_pid(child), SIGKILL);
	assert_int_equal(wait_engine(child, &c).code, -1);
	/* The server does not notice until it has slept. */
	cluster_sql(db, "SELECT pg_terminate_backend(pid) FROM "
	    "pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND "
	    "pid <> pg_backend_pid()");
	cluster_sql(db, "CREATE FUNCTION public.pg_sleep(int) RETURNS int "
	    "LANGUAGE sql AS 'SELECT 1'");
	cluster_sql(db, mem_printf(owner,
	    "ALTER DATABASE \"%s\" SET search_path = public, pg_catalog", db));

	ends_with(resume_headless(folder), 0);

	s = load(folder);
	assert_string_equal(s->steps[0].attempts[0].outcome, "not_done");
	assert_int_equal(s->steps[0].attempt_count, 2);
	assert_string_equal(cluster_value(owner, db,
	    "SELECT to_regclass('once')::text"), "once");
	holds(folder);
}

static void
a_server_that_dies_is_asked_when_it_is_back(void **state)
{
	char *folder = new_folder();
	const struct engine_options o = {
		.folder = folder, .is_headless = true, .approvals = approvals,
		.file = runbook("  - {id: slow, sql: "
		    "\"CREATE TABLE s (a int); SELECT pg_sleep(600)\"}\n"),
	};
	const struct attempt_state *a;
	struct run_state *s;
	struct collect c;
	struct child *child;

	(void)state;
	temp_file(owner, approvals, "a.json", "{\"step\": \"book/slow\", "
	    "\"decision\": \"approve\", \"principal\": \"ben\"}");
	child = start_engine(&o, NULL, &c);
	until(step_is_running, folder);
	cluster_crash();
	cluster_restart();
	ends_with(wait_engine(child, &c), 1);

	s = load(folder);
	a = step_last_attempt(&s->steps[0]);
	assert_string_equal(a->outcome, "failed");
	assert_non_null(a->proof);
	assert_string_equal(json_str(a->error, "code"), "lost");
	holds(folder);
}

static void
a_term_signal_cancels_the_step_and_stops_in_good_order(void **state)
{
	char *folder = new_folder();
	const struct engine_options o = {
		.folder = folder, .is_headless = true, .approvals = approvals,
		.file = runbook("  - {id: slow, class: A, sql: "
		    "\"CREATE TABLE s (a int); SELECT pg_sleep(600)\"}\n"),
	};
	struct run_state *s;
	struct collect c;
	struct child *child;

	(void)state;
	temp_file(owner, approvals, "a.json", "{\"step\": \"book/slow\", "
	    "\"decision\": \"approve\", \"principal\": \"ben\"}");
	child = start_engine(&o, NULL, &c);
	until(step_is_running, folder);
	kill(child_pid(child), SIGTERM);
	ends_with(wait_engine(child, &c), 1);

	s = load(folder);
	assert_string_equal(s->steps[0].attempts[0].outcome, "cancelled");
	assert_false(s->engine_lives);
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM "
	    "pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND "
	    "pid <> pg_backend_pid()"), "0");
}

static void
a_full_disk_stops_before_the_next_effect_and_resume_goes_on(void **state)
{
	char *folder = new_folder();
	char *preload = mem_printf(owner, "LD_PRELOAD=%s/tests/faults/failfs.so",
	    test_builddir());
	const char *env[] = {
		preload, "FAILFS_CALLS=write,pwrite", "FAILFS_PATH=*journal.jsonl",
		"FAILFS_NTH=9", "FAILFS_TIMES=0", "ASAN_OPTIONS="
		"verify_asan_link_order=0:detect_leaks=0",
		mem_printf(owner, "TEST_URL=%s", getenv("TEST_URL")), NULL,
	};
	const struct engine_options o = {
		.folder = folder, .is_headless = true,
		.file = runbook("  - {id: a, sql: \"CREATE TABLE f (a int)\"}\n"
		    "  - {id: b, sql: \"CREATE TABLE g (a int)\"}\n"),
	};
	struct collect c;
	struct ended r;

	(void)state;
	r = wait_engine(start_engine(&o, env, &c), &c);
	ends_with(r, 1);
	assert_contains(r.err, "records are durable");
	assert_contains(r.err, "pgrunbook resume");
	assert_null(cluster_value(owner, db, "SELECT to_regclass('g')::text"));

	ends_with(resume_headless(folder), 0);
	assert_non_null(cluster_value(owner, db,
	    "SELECT to_regclass('g')::text"));
	holds(folder);
}

static void
two_runs_on_one_target_are_one_too_many(void **state)
{
	char *folder = new_folder();
	const struct engine_options o = {
		.folder = folder, .is_headless = true, .approvals = approvals,
		.file = runbook("  - {id: slow, class: A, sql: "
		    "\"CREATE TABLE s (a int); SELECT pg_sleep(600)\"}\n"),
	};
	struct collect c;
	struct child *child;
	struct ended r;

	(void)state;
	temp_file(owner, approvals, "a.json", "{\"step\": \"book/slow\", "
	    "\"decision\": \"approve\", \"principal\": \"ben\"}");
	child = start_engine(&o, NULL, &c);
	until(step_is_running, folder);
	r = run_headless(new_folder(), runbook(
	    "  - {id: a, sql: \"SELECT 1\"}\n"));
	ends_with(r, 1);
	kill(child_pid(child), SIGTERM);
	ends_with(wait_engine(child, &c), 1);
}

static void
a_secret_is_nowhere_in_the_bundle(void **state)
{
	char *folder = new_folder(), *file, *journal;

	(void)state;
	setenv("TOKEN", "hunter22hunter", 1);
	file = temp_file(owner, temp_folder(owner), "w.yaml",
	    "pgrunbook: 1\nname: book\ntitle: B\nsecrets: [TOKEN]\nsteps:\n"
	    "  - {id: say, class: A, run: \"echo it is $TOKEN\"}\n");
	temp_file(owner, approvals, "a.json", "{\"step\": \"book/say\", "
	    "\"decision\": \"approve\", \"principal\": \"ben\"}");
	ends_with(run_headless(folder, file), 0);
	journal = slurp(owner, run_journal_path(owner, folder));
	assert_null(strstr(journal, "hunter22"));
	assert_int_not_equal(system(mem_printf(owner,
	    "grep -rq hunter22 '%s'", folder)), 0);
	unsetenv("TOKEN");
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_run_goes_from_its_first_step_to_its_last),
		test(class_b_waits_for_a_person_and_goes_on_with_his_word),
		test(a_refused_step_does_not_run),
		test(a_failed_step_stops_a_headless_run),
		test(on_failure_leads_on_or_back),
		test(a_condition_that_does_not_hold_leaves_a_step_out),
		test(lock_trouble_is_tried_again),
		test(a_target_out_of_reach_is_exit_seven_and_leaves_nothing),
		test(a_database_that_says_it_is_production_is_believed),
		test(what_the_database_says_of_itself_wins),
		test(a_pooler_by_transaction_is_refused),
		test(a_runbook_with_findings_is_exit_three),
		test(a_manual_step_takes_its_prepared_answer),
		test(an_engine_killed_in_the_middle_finds_out_what_became_of_it),
		test(a_server_that_dies_is_asked_when_it_is_back),
		test(a_term_signal_cancels_the_step_and_stops_in_good_order),
		test(a_full_disk_stops_before_the_next_effect_and_resume_goes_on),
		test(two_runs_on_one_target_are_one_too_many),
		test(a_secret_is_nowhere_in_the_bundle),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
