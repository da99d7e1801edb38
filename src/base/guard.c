/* base/guard.c - nothing outlives our sudden end (base/guard.h). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/guard.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"

#define GROUPS_MAX	64
#define GRACE_TICKS	100	/* of 50 ms */
#define NAMED_MAX	4
#define PROC_SIZE_MAX	((size_t)1 << 20)

/* Our end of the pipe: one per process, as the guard is.  -1: no guard. */
static int guard_pipe = -1;

struct word {
	pid_t	group;
	int	is_added;
};

/* ---- the guard itself: after fork, plain system calls alone -------------------- */

static void
note(pid_t groups[], const struct word *w)
{
	pid_t was = w->is_added ? 0 : w->group;
	int i;

	for (i = 0; i < GROUPS_MAX; i++)
		if (groups[i] == was) {
			groups[i] = w->is_added ? w->group : 0;
			return;
		}
}

/* Signal all; is any of them still there? */
static bool
signal_all(const pid_t groups[], int signum)
{
	bool any = false;
	int i;

	for (i = 0; i < GROUPS_MAX; i++)
		if (groups[i] > 0 && kill(-groups[i], signum) == 0)
			any = true;
	return any;
}

static void
wait_for_the_end(int fd)
{
	const struct timespec tick = { 0, 50000000 };
	pid_t groups[GROUPS_MAX] = { 0 };
	struct word w;
	ssize_t n;
	int i;

	while ((n = read(fd, &w, sizeof(w))) > 0 || (n < 0 && errno == EINTR))
		if (n == (ssize_t)sizeof(w))
			note(groups, &w);
	signal_all(groups, SIGTERM);
	signal_all(groups, SIGCONT);
	for (i = 0; i < GRACE_TICKS && signal_all(groups, 0); i++)
		nanosleep(&tick, NULL);
	signal_all(groups, SIGKILL);
	_exit(0);
}

static void
be_the_guard(int fd)
{
	int signum;

	setsid();
	/* A word to us all (^C, a service that is stopped) is not our end. */
	for (signum = 1; signum < 32; signum++)
		signal(signum, SIG_IGN);
	/* Nothing else stays open here: not the run's lock, not its socket. */
	if (fd > 0)
		close_range(0, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0U, 0);
	wait_for_the_end(fd);
}

/* ---- our side -------------------------------------------------------------------- */

int
guard_start(struct error *err)
{
	int ends[2];
	pid_t pid;

	if (guard_pipe >= 0)
		return 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_errno(err, ERR_IO, "could not create a pipe");
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		be_the_guard(ends[0]);
	}
	close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return error_errno(err, ERR_CHILD, "could not start a guard");
	}
	guard_pipe = ends[1];
	return 0;
}

static void
tell(pid_t group, bool is_added)
{
	const struct word w = { group, is_added };

	/* Less than PIPE_BUF: whole or not at all.  A guard that is gone
	   cannot be told; we are here, and end what we started ourselves. */
	while (guard_pipe >= 0 && write(guard_pipe, &w, sizeof(w)) < 0 &&
	    errno == EINTR)
		;
}

void
guard_add(pid_t group)
{
	tell(group, true);
}

void
guard_remove(pid_t group)
{
	tell(group, false);
}

/* ---- what has left its group --------------------------------------------------------- */

/* A file of /proc whole; null: not there, or not ours to read. */
static char *
read_proc(const void *owner, const char *pid, const char *name, size_t *size)
{
	char *path = mem_printf(owner, "/proc/%.20s/%s", pid, name);
	struct buffer *b = buffer_new(owner);
	char piece[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	while ((n = read(fd, piece, sizeof(piece))) > 0 &&
	    b->size < PROC_SIZE_MAX)
		buffer_add(b, piece, (size_t)n);
	close(fd);
	*size = b->size;
	return b->data;
}

static bool
has_entry(const void *owner, const char *pid, const char *entry)
{
	size_t size, length = strlen(entry) + 1, at;
	char *all = read_proc(owner, pid, "environ", &size);

	for (at = 0; all != NULL && at + length <= size;
	    at += strlen(all + at) + 1)
		if (memcmp(all + at, entry, length) == 0)
			return true;
	return false;
}

/* Its command line, with blanks between the words. */
static char *
command_of(const void *owner, const char *pid)
{
	size_t size, i;
	char *line = read_proc(owner, pid, "cmdline", &size);

	for (i = 0; line != NULL && i + 1 < size; i++)
		if (line[i] == '\0')
			line[i] = ' ';
	return line == NULL ? mem_strdup(owner, "") :
	    str_printable(owner, line, strlen(line) < 60 ? strlen(line) : 60,
	    false);
}

static void
each_leftover(const char *entry, void (*found)(void *arg, const void *owner,
    const char *pid), void *arg)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc != NULL && (d = readdir(proc)) != NULL) {
		void *owner = talloc_new(NULL);

		if (d->d_name[0] >= '1' && d->d_name[0] <= '9' &&
		    atoi(d->d_name) != getpid() &&
		    has_entry(owner, d->d_name, entry))
			found(arg, owner, d->d_name);
		talloc_free(owner);
	}
	if (proc != NULL)
		closedir(proc);
}

struct naming {
	struct buffer	*text;
	int		 count;
};

static void
name_it(void *arg, const void *owner, const char *pid)
{
	struct naming *n = arg;

	if (n->count++ < NAMED_MAX)
		buffer_printf(n->text, "%sprocess %s (%s)",
		    n->count > 1 ? ", " : "", pid, command_of(owner, pid));
}

char *
leftover_names(const void *owner, const char *entry)
{
	struct naming n = { buffer_new(NULL), 0 };
	char *text = NULL;

	each_leftover(entry, name_it, &n);
	if (n.count > NAMED_MAX)
		buffer_printf(n.text, " and %d more", n.count - NAMED_MAX);
	if (n.count > 0)
		text = mem_strdup(owner, n.text->data);
	talloc_free(n.text);
	return text;
}

struct signalling {
	int	signum, count;
};

static void
signal_it(void *arg, const void *owner UNUSED, const char *pid)
{
	struct signalling *s = arg;

	if (kill((pid_t)atoi(pid), s->signum) == 0)
		s->count++;
}

int
leftover_signal(const char *entry, int signum)
{
	struct signalling s = { signum, 0 };

	each_leftover(entry, signal_it, &s);
	return s.count;
}
