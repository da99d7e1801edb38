/*
 * tests/faults/test_commands.c - commands that misbehave, an engine that is
 * told to end, and two where there is room for one.
 */

#include "harness/test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "faults/stage.h"
#include "harness/cluster.h"

/* The error's words of the only attempt at the only step. */
static const char *
words(struct stage *s, const char *key)
{
	const struct attempt_state *a = step_last_attempt(
	    &stage_state(s, s)->steps[0]);

	assert_non_null(a);
	return json_str_or(a->error, key, "");
}

static const char *
outcome(struct stage *s)
{
	return step_last_attempt(&stage_state(s, s)->steps[0])->outcome;
}

static char *
output_path(struct stage *s)
{
	return mem_printf(s, "%s/artifacts/book/a.1/output.txt", s->folder);
}

/* A run whose step "a" is this command, and then one that is not reached. */
static void
command_book(struct stage *s, const char *command)
{
	stage_runbook(s, mem_printf(s, "  - id: a\n    run: |\n      %s\n"
	    "  - {id: b, sql: \"INSERT INTO effects VALUES ('b')\"}\n",
	    command));
}

static void
fails(struct stage *s, const char *command, const char *primary)
{
	command_book(s, command);
	stage_ends_with(stage_run(s, true, NULL), 1);
	assert_string_equal(outcome(s), "failed");
	assert_contains(words(s, "primary"), primary);
	assert_string_equal(stage_effects(s, s->shop), "");
	stage_holds(s);
}

static void
a_command_that_is_not_there_fails_and_says_so(void **state)
{
	struct stage *s = *state;

	fails(s, "no-such-command-here", "exited with status 127");
	assert_contains(words(s, "hint"), "PATH");
}

static void
a_command_that_is_killed_fails_and_says_by_what(void **state)
{
	fails(*state, "kill -9 $$", "killed by signal 9");
}

static void
a_command_that_fails_says_its_last_words(void **state)
{
	struct stage *s = *state;

	fails(s, "echo this is why >&2; exit 3", "exited with status 3");
	assert_contains(words(s, "detail"), "this is why");
}

static void
bytes_and_escapes_are_kept_and_reach_no_terminal(void **state)
{
	static const char bytes[] = "\033[2J\033]0;gone\007a\0b\377\200\n";
	struct stage *s = *state;
	struct error err = { 0 };
	struct ended r;
	char *text;
	size_t size;

	command_book(s, "printf '\\033[2J\\033]0;gone\\007a\\000b\\377\\200\\n'; "
	    "printf '\\033[2Jbad' >&2; exit 1");
	r = stage_run(s, true, NULL);

	stage_ends_with(r, 1);
	assert_null(strchr(r.out, '\033'));
	assert_null(strchr(r.err, '\033'));
	assert_ok(file_read(s, output_path(s), 1 << 20, &text, &size, &err),
	    &err);
	assert_int_equal(size, sizeof(bytes) - 1 + 7);
	assert_non_null(memmem(text, size, bytes, sizeof(bytes) - 1));
	assert_null(strchr(slurp(s, mem_printf(s, "%s/journal.jsonl",
	    s->folder)), '\033'));
	stage_holds(s);
}

static void
ten_thousand_lines_are_kept(void **state)
{
	struct stage *s = *state;
	char *text;

	stage_runbook(s, "  - {id: a, run: \"seq 1 10000\", register: last}\n");
	stage_ends_with(stage_run(s, true, NULL), 0);

	text = slurp(s, output_path(s));
	assert_int_equal(strlen(text), 48894);
	assert_contains(text, "\n9999\n10000\n");
	assert_string_equal(json_str(stage_state(s, s)->values, "last"),
	    "10000");
	stage_holds(s);
}

struct named {
	struct stage	*stage;
	const char	*words;
};

static bool
is_named(void *arg)
{
	struct named *n = arg;
	const struct attempt_state *a = step_last_attempt(
	    &stage_state(n->stage, n->stage)->steps[0]);

	return a != NULL && a->proof != NULL &&
	    strstr(a->proof, n->words) != NULL;
}

static void
stage_until_named(struct stage *s, const char *words)
{
	struct named n = { s, words };

	stage_until(s, is_named, &n);
}

static bool
is_gone(void *arg)
{
	return kill(*(pid_t *)arg, 0) != 0 && errno == ESRCH;
}

static void
an_engine_that_is_told_to_end_ends_its_command_first(void **state)
{
	struct stage *s = *state;
	struct engine_child *e;
	pid_t pid;

	/* It does not listen, either. */
	command_book(s, "trap '' TERM; echo $$ >>$LINES_FILE; "
	    "while :; do sleep 0.1; done");
	e = stage_start(s, true, NULL);
	stage_until_lines(s, 1);
	pid = (pid_t)atoi(slurp(s, s->lines));
	kill(child_pid(e->child), SIGTERM);
	stage_ends_with(stage_wait(e), 1);

	assert_true(is_gone(&pid));
	assert_string_equal(outcome(s), "cancelled");
	assert_false(stage_state(s, s)->engine_lives);
	assert_string_equal(stage_effects(s, s->shop), "");
	stage_holds(s);
}

/* Has the engine heard the command?  Then it has told its guard of it. */
static bool
is_heard(void *arg)
{
	struct stage *s = arg;
	char *path = mem_printf(NULL, "%s.part", output_path(s));
	struct stat st;
	bool is = stat(path, &st) == 0 && st.st_size > 0;

	talloc_free(path);
	return is;
}

static void
a_command_whose_engine_was_killed_is_never_run_again_by_itself(void **state)
{
	struct stage *s = *state;
	struct engine_child *e;
	pid_t pid;

	command_book(s, "echo heard; echo $$ a >>$LINES_FILE; "
	    "while :; do sleep 0.1; done");
	e = stage_start(s, true, NULL);
	stage_until_lines(s, 1);
	stage_until(s, is_heard, s);
	pid = (pid_t)atoi(slurp(s, s->lines));
	kill(child_pid(e->child), SIGKILL);
	assert_int_equal(stage_wait(e).code, -1);
	stage_ends_with(stage_run(s, false, NULL), 1);
	stage_ends_with(stage_run(s, false, NULL), 1);

	assert_string_equal(outcome(s), "unknown");
	assert_int_equal(stage_lines(s), 1);
	stage_until(s, is_gone, &pid);
	stage_person(s);
	assert_int_equal(stage_lines(s), 1);
	assert_string_equal(stage_effects(s, s->shop), "b 1");
	stage_holds(s);
}

static struct engine_child *
killed_over(struct stage *s, const char *command, pid_t *pid)
{
	struct engine_child *e;

	command_book(s, mem_printf(s, "echo heard; %s", command));
	e = stage_start(s, true, NULL);
	stage_until_lines(s, 1);
	stage_until(s, is_heard, s);
	*pid = (pid_t)atoi(slurp(s, s->lines));
	kill(child_pid(e->child), SIGKILL);
	assert_int_equal(stage_wait(e).code, -1);
	return e;
}

static void
a_command_does_not_outlive_an_engine_that_was_killed(void **state)
{
	struct stage *s = *state;
	pid_t pid;

	/* The shell's child, which is no child of ours. */
	killed_over(s, "sleep 600 & echo $! >>$LINES_FILE; wait", &pid);
	stage_until(s, is_gone, &pid);
}

static void
what_left_its_group_is_named_and_waited_for(void **state)
{
	struct stage *s = *state;
	struct engine_child *e;
	pid_t pid;

	killed_over(s, "setsid sh -c 'echo $$ >>$LINES_FILE; exec sleep 600' &"
	    " wait", &pid);
	e = stage_start(s, false, NULL);
	stage_until_named(s, mem_printf(s, "process %d (sleep 600)", pid));
	kill(pid, SIGKILL);
	stage_ends_with(stage_wait(e), 1);

	assert_string_equal(outcome(s), "unknown");
	assert_contains(step_last_attempt(&stage_state(s, s)->steps[0])->proof,
	    "nothing of it runs any more");
	stage_holds(s);
}

static const char waiting[] = "echo a >>$LINES_FILE; "
    "while ! test -e $LINES_FILE.go; do sleep 0.05; done";

static void
let_go(struct stage *s)
{
	temp_file(s, "/", mem_printf(s, "%s.go", s->lines) + 1, "");
}

static void
a_second_engine_on_a_run_is_told_who_holds_it(void **state)
{
	struct stage *s = *state;
	struct engine_child *first;
	struct ended second;

	command_book(s, waiting);
	first = stage_start(s, true, NULL);
	stage_until_lines(s, 1);
	second = stage_run(s, false, NULL);
	stage_ends_with(second, 1);
	assert_contains(second.err, mem_printf(s, "Process %d holds",
	    child_pid(first->child)));

	let_go(s);
	stage_ends_with(stage_wait(first), 0);
	assert_int_equal(stage_lines(s), 1);
	assert_string_equal(stage_effects(s, s->shop), "b 1");
	stage_holds(s);
}

static void
a_second_run_on_a_target_is_told_who_is_there(void **state)
{
	struct stage *s = *state;
	struct engine_child *e;
	struct ended second;
	char *first, *pid;

	command_book(s, waiting);
	first = s->folder;
	e = stage_start(s, true, NULL);
	stage_until_lines(s, 1);
	pid = cluster_value(s, s->shop, "SELECT pid FROM pg_locks WHERE "
	    "locktype = 'advisory' AND database = (SELECT oid FROM pg_database"
	    " WHERE datname = current_database())");
	command_book(s, "echo second >>$LINES_FILE");
	second = stage_run(s, true, NULL);

	stage_ends_with(second, 1);
	assert_contains(second.err, "another run is under way");
	assert_contains(second.err, mem_printf(s, "process %s, user "
	    "\"postgres\", application \"pgrunbook run %s\", since 20", pid,
	    path_name(first)));
	assert_false(file_exists(s->folder));
	s->folder = first;
	let_go(s);
	stage_ends_with(stage_wait(e), 0);
	assert_int_equal(stage_lines(s), 1);
	stage_holds(s);
}

static void
a_checklist_goes_on_once_its_answer_is_there(void **state)
{
	struct stage *s = *state;

	stage_runbook(s, "  - {id: a, manual: [\"Tell all\"]}\n");
	stage_ends_with(stage_run(s, true, NULL), 4);
	stage_ends_with(stage_run(s, false, NULL), 4);
	stage_prepare(s, "{\"step\": \"book/a\", \"principal\": \"ben\","
	    " \"answer\": {\"items\": [true]}}");
	stage_ends_with(stage_run(s, false, NULL), 0);
	stage_holds(s);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_command_that_is_not_there_fails_and_says_so),
		test(a_command_that_is_killed_fails_and_says_by_what),
		test(a_command_that_fails_says_its_last_words),
		test(bytes_and_escapes_are_kept_and_reach_no_terminal),
		test(ten_thousand_lines_are_kept),
		test(an_engine_that_is_told_to_end_ends_its_command_first),
		test(a_command_whose_engine_was_killed_is_never_run_again_by_itself),
		test(a_command_does_not_outlive_an_engine_that_was_killed),
		test(what_left_its_group_is_named_and_waited_for),
		test(a_second_engine_on_a_run_is_told_who_holds_it),
		test(a_second_run_on_a_target_is_told_who_is_there),
		test(a_checklist_goes_on_once_its_answer_is_there),
	};

	/* Of the engines alone: their leaks must not pass for exit codes. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return test_main(tests, cluster_start, cluster_stop);
}
