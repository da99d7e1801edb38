/* tests/base/test_child.c - child processes. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"

struct fixture {
	struct loop	*loop;
	struct buffer	*out;
	struct buffer	*errors;
};

static int
set_up(void **state)
{
	struct fixture *f = NEW(NULL, struct fixture);

	f->loop = loop_new(f);
	f->out = buffer_new(f);
	f->errors = buffer_new(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	talloc_free(*state);
	return 0;
}

static void
collect(void *arg, int fd, const char *bytes, size_t size_bytes)
{
	struct fixture *f = arg;

	buffer_add(fd == 1 ? f->out : f->errors, bytes, size_bytes);
}

static struct child *
shell(struct fixture *f, const char *script, int64_t grace_ms)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct error err = { 0 };
	struct child *c = child_start(f, f->loop, &(struct child_spec){
	    .argv = argv, .on_output = collect, .arg = f,
	    .grace_ms = grace_ms }, &err);

	assert_got(c, &err);
	return c;
}

static bool
printed(void *arg)
{
	return ((struct fixture *)arg)->out->size > 0;
}

/* Does the process live? */
static bool
lives(int pid)
{
	char *path = mem_printf(NULL, "/proc/%d/stat", pid), *text = NULL;
	bool living = false;

	if (file_read(path, path, 4096, &text, NULL, NULL) == 0)
		living = strstr(text, ") Z ") == NULL;
	talloc_free(path);
	return living;
}

static void
output_and_exit_status_are_told(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	struct child *c = shell(f, "echo good; echo bad >&2; exit 3", 0);

	assert_ok(child_wait(c, NULL, 60000, &err), &err);

	assert_string_equal(f->out->data, "good\n");
	assert_string_equal(f->errors->data, "bad\n");
	assert_int_equal(child_exit_status(c), 3);
	assert_int_equal(child_signal(c), 0);
}

static void
a_death_by_signal_is_told(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	struct child *c = shell(f, "kill -KILL $$", 0);

	assert_ok(child_wait(c, NULL, 60000, &err), &err);

	assert_int_equal(child_exit_status(c), -1);
	assert_int_equal(child_signal(c), SIGKILL);
}

static void
input_reaches_the_child_however_long_it_is(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "wc", "-c", NULL };
	size_t size = 300000;
	char *input = NEW_ARRAY(f, char, size), *out;
	struct error err = { 0 };

	memset(input, 'x', size);
	assert_ok(child_capture(f, f->loop, &(struct child_spec){ .argv = argv,
	    .input = input, .input_size = size }, &out, NULL, &err), &err);

	assert_string_equal(out, "300000\n");
}

static void
environment_and_folder_are_the_given_ones(void **state)
{
	struct fixture *f = *state;
	char *folder = temp_folder(f), *out, *wanted;
	const char *const argv[] = { "sh", "-c", "pwd; echo \"$COLOUR$HOME\"",
	    NULL };
	const char *const env[] = { "COLOUR=red", NULL };
	struct error err = { 0 };

	assert_ok(child_capture(f, f->loop, &(struct child_spec){ .argv = argv,
	    .env = env, .cwd = folder }, &out, NULL, &err), &err);

	wanted = mem_printf(f, "%s\nred\n", folder);
	assert_string_equal(out, wanted);
}

static void
a_command_that_is_not_there_is_told_at_once(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "no-such-command", NULL };
	struct error err = { 0 };

	assert_null(child_start(f, f->loop, &(struct child_spec){ .argv = argv },
	    &err));

	assert_int_equal(err.code, ERR_CHILD);
	assert_string_equal(err.primary,
	    "could not start \"no-such-command\": command not found");
}

static void
a_folder_that_is_not_there_is_named(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "true", NULL };
	struct error err = { 0 };

	assert_null(child_start(f, f->loop, &(struct child_spec){ .argv = argv,
	    .cwd = "/no/such/folder" }, &err));

	assert_contains(err.primary, "/no/such/folder");
}

static void
no_other_descriptor_is_passed_on(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "sh", "-c", "echo /proc/self/fd/*", NULL };
	struct error err = { 0 };
	int fd = open("/dev/null", O_RDONLY);	/* without O_CLOEXEC */
	char *out;

	assert_true(fd > 2);
	assert_ok(child_capture(f, f->loop, &(struct child_spec){ .argv = argv },
	    &out, NULL, &err), &err);
	close(fd);

	/* 3 is the one by which the shell reads the folder. */
	assert_string_equal(str_trim(f, out),
	    "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3");
}

static void
a_child_that_ignores_sigterm_is_killed_with_its_group(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	bool cancel = true;
	int shell_pid, grandchild;
	struct child *c = shell(f, "trap '' TERM; sleep 1000 & echo $$ $!; "
	    "while :; do sleep 1000; done", 100);

	loop_wait(f->loop, printed, f, 60000);
	assert_int_equal(sscanf(f->out->data, "%d %d", &shell_pid, &grandchild),
	    2);
	assert_true(lives(grandchild));

	assert_error(child_wait(c, &cancel, -1, &err), &err, ERR_CANCELLED);

	assert_true(child_ended(c));
	assert_int_equal(child_signal(c), SIGKILL);
	assert_false(lives(shell_pid));
	assert_false(lives(grandchild));
}

static void
a_group_that_outlives_its_leader_is_killed_too(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	bool cancel = true;
	int grandchild;
	/* Silent and deaf, and no child of ours: only the group tells of it. */
	struct child *c = shell(f, "(trap '' TERM; while :; do sleep 1000; done)"
	    " >/dev/null 2>&1 & echo $!; wait", 100);

	loop_wait(f->loop, printed, f, 60000);
	assert_int_equal(sscanf(f->out->data, "%d", &grandchild), 1);

	assert_error(child_wait(c, &cancel, -1, &err), &err, ERR_CANCELLED);

	assert_false(lives(grandchild));
}

static void
past_its_time_a_child_is_stopped(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	struct child *c = shell(f, "exec sleep 1000", 0);

	assert_error(child_wait(c, NULL, 20, &err), &err, ERR_TIMEOUT);

	assert_true(child_ended(c));
	assert_int_equal(child_signal(c), SIGTERM);
}

static void
what_a_background_process_prints_is_not_lost(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	struct child *c = shell(f, "(sleep 0.2; echo late) & exit 0", 0);

	assert_ok(child_wait(c, NULL, 60000, &err), &err);

	assert_string_equal(f->out->data, "late\n");
}

static void
a_daemon_that_keeps_the_pipes_does_not_hold_us_up(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	struct child *c = shell(f, "setsid sleep 1000 & echo $!", 50);
	int daemon;

	assert_ok(child_wait(c, NULL, 60000, &err), &err);

	assert_int_equal(child_exit_status(c), 0);
	assert_int_equal(sscanf(f->out->data, "%d", &daemon), 1);
	kill(daemon, SIGKILL);
}

static void
freeing_a_child_kills_its_group(void **state)
{
	struct fixture *f = *state;
	int grandchild;
	struct child *c = shell(f, "trap '' TERM; sleep 1000 & echo $!; wait", 0);

	loop_wait(f->loop, printed, f, 60000);
	assert_int_equal(sscanf(f->out->data, "%d", &grandchild), 1);
	talloc_free(c);

	/* The kernel kills at once; that it is done shows a little later. */
	while (lives(grandchild))
		loop_sleep(f->loop, 1, NULL);
}

static void
capture_tells_the_last_line_of_stderr(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "sh", "-c",
	    "echo first >&2; echo 'it \033[31mbroke' >&2; exit 7", NULL };
	struct error err = { 0 };
	char *out, *text;

	assert_error(child_capture(f, f->loop,
	    &(struct child_spec){ .argv = argv }, &out, &text, &err), &err,
	    ERR_CHILD);

	assert_string_equal(err.primary, "\"sh\" failed with exit status 7");
	assert_string_equal(err.detail, "it ^[[31mbroke");
	assert_string_equal(out, "");
}

static void
capture_refuses_more_than_it_can_hold(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "cat", "/dev/zero", NULL };
	struct error err = { 0 };

	assert_error(child_capture(f, f->loop,
	    &(struct child_spec){ .argv = argv }, NULL, NULL, &err), &err,
	    ERR_TOO_LONG);
}

static int64_t received;

static void
count_bytes(void *arg UNUSED, int fd UNUSED, const char *bytes UNUSED,
    size_t size_bytes)
{
	received += (int64_t)size_bytes;
}

static void
long_output_does_not_grow_memory(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "head", "-c", "67108864", "/dev/zero", NULL };
	struct rusage before, after;
	struct error err = { 0 };
	struct child *c;

	getrusage(RUSAGE_SELF, &before);
	received = 0;
	c = child_start(f, f->loop, &(struct child_spec){ .argv = argv,
	    .on_output = count_bytes }, &err);
	assert_got(c, &err);
	assert_ok(child_wait(c, NULL, -1, &err), &err);
	getrusage(RUSAGE_SELF, &after);

	assert_int_equal(received, 67108864);
	assert_true(after.ru_maxrss - before.ru_maxrss < 4096);	/* kB */
}

static void
many_children_run_beside_each_other(void **state)
{
	struct fixture *f = *state;
	struct child *children[10];
	struct error err = { 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(children); i++)
		children[i] = shell(f, "echo x", 0);
	for (i = 0; i < COUNT_OF(children); i++)
		assert_ok(child_wait(children[i], NULL, 60000, &err), &err);

	assert_int_equal(f->out->size, 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(output_and_exit_status_are_told),
		TEST(a_death_by_signal_is_told),
		TEST(input_reaches_the_child_however_long_it_is),
		TEST(environment_and_folder_are_the_given_ones),
		TEST(a_command_that_is_not_there_is_told_at_once),
		TEST(a_folder_that_is_not_there_is_named),
		TEST(no_other_descriptor_is_passed_on),
		TEST(a_child_that_ignores_sigterm_is_killed_with_its_group),
		TEST(a_group_that_outlives_its_leader_is_killed_too),
		TEST(past_its_time_a_child_is_stopped),
		TEST(what_a_background_process_prints_is_not_lost),
		TEST(a_daemon_that_keeps_the_pipes_does_not_hold_us_up),
		TEST(freeing_a_child_kills_its_group),
		TEST(capture_tells_the_last_line_of_stderr),
		TEST(capture_refuses_more_than_it_can_hold),
		TEST(long_output_does_not_grow_memory),
		TEST(many_children_run_beside_each_other),
	};

	return test_main(tests, NULL, NULL);
}
