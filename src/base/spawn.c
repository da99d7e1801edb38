/* base/spawn.c - a program, and the guard knows of it (base/spawn.h). */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/spawn.h"

#define REPORT_FD	3	/* in the child: where it tells what failed */

/* ---- in the child: only calls that are allowed after fork() -------------------- */

static void
reset_signals(void)
{
	const struct sigaction normal = { .sa_handler = SIG_DFL };
	sigset_t none;
	int signum;

	for (signum = 1; signum < NSIG; signum++)
		sigaction(signum, &normal, NULL);	/* not all may be set */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
become(const struct spawn *s, int report)
{
	int i;

	/* A guard that has gone is no reason to end here. */
	signal(SIGPIPE, SIG_IGN);
	if (setsid() < 0)
		return errno;
	guard_add(getpid());
	for (i = 0; i < 3; i++)
		if (dup2(s->fds[i], i) < 0)
			return errno;
	if (report != REPORT_FD && dup3(report, REPORT_FD, O_CLOEXEC) < 0)
		return errno;
	close_range(REPORT_FD + 1, ~0U, 0);
	if (s->cwd != NULL && chdir(s->cwd) != 0)
		return errno;
	reset_signals();
	execvpe(s->argv[0], s->argv, s->env);
	return errno;
}

static void
run_child(const struct spawn *s, int report)
{
	int failure = become(s, report);

	/* Wherever the report is by now: both lead to it, or one is closed. */
	if (write(REPORT_FD, &failure, sizeof(failure)) < 0)
		(void)!write(report, &failure, sizeof(failure));
	_exit(127);
}

/* ---- our side -------------------------------------------------------------------- */

/* What it tells; 0: it has become the program, which closed the pipe. */
static int
read_report(int fd)
{
	int failure = 0;
	ssize_t n;

	do
		n = read(fd, &failure, sizeof(failure));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(failure) ? failure : 0;
}

int
spawn_program(const struct spawn *s, pid_t *pid)
{
	sigset_t all, before;
	int report[2], failure;

	if (pipe2(report, O_CLOEXEC) != 0)
		return errno;
	/* Our handlers are not for the child. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	*pid = fork();
	failure = errno;
	if (*pid == 0)
		run_child(s, report[1]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(report[1]);
	if (*pid > 0)
		failure = read_report(report[0]);
	close(report[0]);
	if (*pid > 0 && failure != 0) {
		guard_remove(*pid);
		while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return *pid > 0 ? failure : failure != 0 ? failure : EAGAIN;
}
