/*
 * tests/base/test_guard.c - nothing that we started outlives us, wherever our
 * end falls.
 */

#include "harness/test.h"

#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/guard.h"
#include "base/memory.h"

/* What is killed in the tests: it guards, and starts a command that stays. */
static void NORETURN
be_the_starter(void)
{
	const char *argv[] = { "sleep", "600", NULL };
	struct child_spec spec = { .argv = argv };
	struct error err;

	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	if (guard_start(&err) != 0 ||
	    child_start(NULL, loop_new(NULL), &spec, &err) == NULL)
		_exit(1);
	pause();
	_exit(2);
}

static pid_t
new_process_of(pid_t parent)
{
	unsigned long pid;

	assert_int_equal(ptrace(PTRACE_GETEVENTMSG, parent, NULL, &pid), 0);
	return (pid_t)pid;
}

/*
 * Go on until a process of the starter's has become its command, of which the
 * starter, which has stood still since the fork, cannot have said a word.
 */
static pid_t
until_the_command_began(pid_t starter)
{
	pid_t pid, guard = 0;
	int status, event;

	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		event = status >> 16;
		assert_true(pid > 0 && WIFSTOPPED(status));
		if (event == PTRACE_EVENT_EXEC)
			return pid;
		if (pid == starter && event != 0) {
			if (guard != 0)
				continue;	/* the second: there it stays */
			guard = new_process_of(starter);
		}
		ptrace(pid == guard ? PTRACE_DETACH : PTRACE_CONT, pid, NULL,
		    NULL);
	}
}

/* The signal that a traced process gets next; 0: none for twenty seconds. */
static int
next_signal(pid_t pid)
{
	int64_t until_ms = clock_mono_ms() + 20000;
	int status;

	while (clock_mono_ms() < until_ms) {
		if (waitpid(pid, &status, __WALL | WNOHANG) == pid)
			return WIFSTOPPED(status) ? WSTOPSIG(status) :
			    WTERMSIG(status);
		poll(NULL, 0, 5);
	}
	return 0;
}

static void
a_command_of_one_who_dies_at_its_start_ends_too(void **state UNUSED)
{
	pid_t starter = fork(), command;
	int status, got;

	if (starter == 0)
		be_the_starter();
	assert_int_equal(waitpid(starter, &status, 0), starter);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, starter, NULL,
	    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
	    PTRACE_O_TRACEEXEC), 0);
	ptrace(PTRACE_CONT, starter, NULL, NULL);
	command = until_the_command_began(starter);

	assert_int_equal(kill(starter, SIGKILL), 0);
	assert_int_equal(waitpid(starter, &status, __WALL), starter);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(ptrace(PTRACE_CONT, command, NULL, NULL), 0);

	got = next_signal(command);
	kill(command, SIGKILL);
	assert_int_equal(got, SIGTERM);
	assert_int_equal(waitpid(command, &status, __WALL), command);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_command_of_one_who_dies_at_its_start_ends_too),
	};

	return test_main(tests, NULL, NULL);
}
