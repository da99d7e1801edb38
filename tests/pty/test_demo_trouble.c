/*
 * tests/pty/test_demo_trouble.c - the demo, blocked by an idle transaction: a
 * person at the screen sees why, and gets out by the keys that it shows; also
 * after the engine and the server were killed at once.
 *
 * The way there is walked by the prepared decisions of the demo, over the
 * socket; what the journey is about is done by keys.
 */

#include "harness/test.h"

#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "harness/terminal.h"
#include "run/folder.h"

#define WAIT	TERMINAL_PATIENCE_MS

/* ---- the way to the step that is blocked ------------------------------------------- */

static json_t *decisions;	/* of window.json */

static void
read_decisions(void)
{
	char *text = slurp(owner, mem_printf(owner,
	    "%s/runbooks/demo/approvals/window.json", test_srcdir()));
	struct error err = { 0 };

	assert_ok(json_parse(text, strlen(text), &decisions, &err), &err);
	json_owned(owner, decisions);
}

static const json_t *
prepared(const char *id)
{
	json_t *each;
	size_t i;

	json_array_foreach(decisions, i, each)
		if (str_equal(json_str(each, "step"), id))
			return each;
	fail_msg("nothing is prepared for %s", id);
	return NULL;
}

/* Asked for over the socket, and done.  Takes fields. */
static void
have_done(struct front *f, enum intent_type t, json_t *fields)
{
	if (ask_json(f, t, fields) != ERR_NONE)
		fail_msg("%s: %s (%s)", intent_name(t), f->reply.primary,
		    f->reply.detail);
}

static void
answer(struct front *f, const char *id)
{
	have_done(f, INTENT_ANSWER, json_pack("{s:s, s:O}",
	    "step", id, "answer", json_object_get(prepared(id), "answer")));
}

static void
decide(struct front *f, const char *id)
{
	const json_t *items = json_object_get(step_last_attempt(step(f,
	    id))->question, "items"), *item;
	json_t *rules = json_object_get(prepared(id), "decisions"), *rule = NULL;
	size_t i, j;

	json_array_foreach((json_t *)(uintptr_t)items, i, item) {
		const char *key = json_str(item, "key");

		json_array_foreach(rules, j, rule)
			if (fnmatch(json_str(rule, "item"), key, 0) == 0)
				break;
		have_done(f, INTENT_DECIDE, json_pack(
		    "{s:s, s:s, s:s, s:s}", "step", id, "item",
		    json_str(item, "id"), "truth", json_str(rule, "truth"),
		    "reason", json_str(rule, "reason")));
		until(f, state_decision(state_of(f), id,
		    json_str(item, "id")) != NULL);
	}
	have_done(f, INTENT_FINISH_REVIEW, json_pack("{s:s}",
	    "step", id));
}

static void
sign(struct front *f, const char *id)
{
	const char *typed = json_str_or(step(f, id)->rule, "type_this", "");

	have_done(f, INTENT_SIGN, json_pack("{s:s, s:s, s:s}",
	    "step", id, "digest", digest_of(f, id), "typed", typed));
}

/* What was waited for has come, and been heard. */
static bool
goes_on(struct front *f, const char *id, const char *waited)
{
	const struct run_state *s = state_of(f);

	return !str_equal(s->steps[s->current].id, id) ||
	    !str_equal(state_waits_for(s), waited);
}

/* As the demo's own two people would, up to the sign-off for this step. */
static void
walk_to(struct front *f, const char *end)
{
	const char *waits, *id;

	until(f, state_of(f)->is_started);
	for (;;) {
		until(f, (waits = state_waits_for(state_of(f))) != NULL);
		id = state_of(f)->steps[state_of(f)->current].id;
		if (str_equal(id, end))
			return;
		if (str_equal(waits, "sign-off"))
			sign(f, id);
		else if (str_equal(waits, "answer"))
			answer(f, id);
		else if (str_equal(waits, "decision"))
			decide(f, id);
		else
			fail_msg("%s waits for %s", id, waits);
		until(f, goes_on(f, id, waits));
	}
}

/* ---- the demo ------------------------------------------------------------------------- */

static char *scratch;

static struct terminal *
demo(void)
{
	const char *argv[] = {
		mem_printf(owner, "%s/pgrunbook", test_builddir()), "demo", NULL
	};
	const char *env[] = {
		mem_printf(owner, "PGRUNBOOK_RUNS=%s", runs),
		mem_printf(owner, "TMPDIR=%s", scratch),
		"PGRUNBOOK_THEME=default", NULL
	};
	struct terminal_spec spec = { .argv = argv, .env = env, .rows = 36,
	    .columns = 120 };

	return terminal_start(owner, &spec);
}

static char *
only_entry(const char *path)
{
	struct error err = { 0 };
	char **names;
	size_t count;

	assert_ok(folder_list(owner, path, &names, &count, &err), &err);
	assert_int_equal(count, 1);
	return path_join(owner, path, names[0]);
}

/* 0: none runs. */
static pid_t
demo_server(void)
{
	char **names, *path;
	struct error err;
	size_t count;

	if (folder_list(owner, scratch, &names, &count, &err) < 0 || count != 1)
		return 0;
	path = mem_printf(owner, "%s/%s/pg/data/postmaster.pid", scratch,
	    names[0]);
	return file_exists(path) ? atoi(slurp(owner, path)) : 0;
}

/* kill -9 of the engine and of the demo's server, one right after the other. */
static void
kill_both(struct front *f)
{
	pid_t server = demo_server(), engine = engine_pid();

	assert_true(server > 1 && engine > 1);
	assert_int_equal(kill(server, SIGKILL), 0);
	assert_int_equal(kill(engine, SIGKILL), 0);
	until(f, f->is_gone);
}

/* Why it waits is on screen; its pid is, too. */
static char *
see_who_is_in_the_way(struct terminal *t)
{
	char *screen, *at;

	terminal_wait(t, "WAITING .*\u2190 [0-9]+ .*shop-reports idle in transaction",
	    WAIT);
	terminal_wait(t, "L shows who, and can end them", WAIT);
	screen = terminal_screen(owner, t);
	at = strstr(screen, "\u2190 ");
	assert_non_null(at);
	return mem_strndup(owner, at + strlen("\u2190 "),
	    strspn(at + strlen("\u2190 "), "0123456789"));
}

static void
end_it_by_the_keys_on_screen(struct terminal *t, const char *pid)
{
	terminal_keys(t, "L");
	terminal_wait(t, "In the way", WAIT);
	terminal_wait(t, "T end", WAIT);
	terminal_keys(t, "T");
	terminal_wait(t, "Type its pid", WAIT);
	terminal_keys(t, pid);
	terminal_keys(t, "\r");
}

static void
leave(struct terminal *t)
{
	terminal_wait(t, "sign-off, class A, for [0-9]+ Lift the freeze", WAIT);
	terminal_keys(t, ":abandon\r");
	terminal_wait(t, "because:", WAIT);
	terminal_keys(t, "enough\r");
	terminal_wait(t, "CLOSED", WAIT);
	terminal_keys(t, "q");
	assert_int_equal(terminal_wait_exit(t, WAIT), 1);
}

/* At the sign-off for the rollout, with somebody in its way. */
static struct front *
walk_into_it(struct terminal *t)
{
	struct front *f;

	/* A server is made, and a shop in it. */
	terminal_wait(t, "Enter opens the window", 3 * WAIT);
	terminal_keys(t, "\r");
	terminal_wait(t, "READY", WAIT);
	terminal_keys(t, "s");
	folder = only_entry(runs);
	f = attach("ben@example.com");
	walk_to(f, "rollout/apply");
	terminal_wait(t, "class B, for [0-9]+ ", WAIT);
	terminal_keys(t, "B");
	terminal_wait(t, "stays idle in its transaction", WAIT);
	return f;
}

static void
sign_by_keys(struct terminal *t)
{
	terminal_keys(t, "s");
	terminal_wait(t, "Nothing is signed", WAIT);
	terminal_keys(t, "a");
	terminal_wait(t, "type the database's name", WAIT);
	terminal_keys(t, "shop\r");
}

static bool
waited_for_a_lock(struct front *f)
{
	return json_flag(state_of(f)->locks, "waiting");
}

static void
who_is_blocked_sees_why_and_gets_out_by_the_keys_on_screen(void **state UNUSED)
{
	struct terminal *t = demo();
	struct front *f = walk_into_it(t);
	char *pid;

	sign_by_keys(t);
	until(f, waited_for_a_lock(f));
	pid = see_who_is_in_the_way(t);
	end_it_by_the_keys_on_screen(t, pid);

	until(f, step(f, "rollout/apply")->status == STEP_DONE);
	terminal_keys(t, "q");
	leave(t);
}

static void
who_is_blocked_gets_out_after_engine_and_server_were_killed_at_once(
    void **state UNUSED)
{
	struct terminal *t = demo();
	struct front *f = walk_into_it(t);

	sign_by_keys(t);
	until(f, waited_for_a_lock(f));
	terminal_wait(t, "WAITING .* shop-reports idle in transaction", WAIT);
	kill_both(f);
	terminal_wait(t, "ENGINE GONE +press s to start it again", WAIT);
	terminal_keys(t, "s");
	/*
	 * Server and engine are back, the server has answered that nothing of
	 * the attempt stands, and who was in the way is gone with it: under
	 * the sign-off that there is it is done, and once.
	 */
	terminal_wait_gone(t, "ENGINE GONE", WAIT);
	f = attach("ben@example.com");
	until(f, state_of(f)->is_started &&
	    step(f, "rollout/apply")->status == STEP_DONE);
	assert_int_equal(step(f, "rollout/apply")->attempt_count, 2);
	assert_string_equal(step(f, "rollout/apply")->attempts[0].outcome,
	    "not_done");
	assert_int_equal(step(f, "rollout/apply")->sign_count, 1);
	leave(t);
}

static int
begin(void **state)
{
	int rc = person_begin(state);

	read_decisions();
	/* A socket is in there: its path has to be short. */
	scratch = mem_strdup(owner, "/tmp/pgrb-XXXXXX");
	return rc != 0 || mkdtemp(scratch) == NULL ||
	    chmod(scratch, 0755) != 0 ? -1 : 0;
}

static int
end(void **state)
{
	struct error err;
	char *kept = mem_strdup(NULL, scratch);
	pid_t server = demo_server();
	int rc;

	/* Where the test has failed the demo's program could not clean up. */
	if (server > 1)
		kill(server, SIGKILL);
	rc = person_end(state);

	if (file_remove_tree(kept, &err) < 0)
		rc = -1;
	talloc_free(kept);
	return rc;
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(who_is_blocked_sees_why_and_gets_out_by_the_keys_on_screen),
		test(who_is_blocked_gets_out_after_engine_and_server_were_killed_at_once),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
