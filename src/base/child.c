/*
 * base/child.c - child processes.
 *
 * A child leads a session, and so a process group, of its own.  It is looked
 * at with WNOWAIT and reaped last of all: until then its process id, which is
 * the group's too, cannot go to somebody else, and the group can be signalled
 * without fear of hitting a stranger.
 *
 * What the first process leaves running in the group may go on printing (a
 * shell's "exec > >(tee log)" does), so its end is not the end: the pipes are
 * read to theirs.  Where nothing comes for the grace period, the rest of the
 * group is stopped as child_stop() would.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/guard.h"
#include "base/memory.h"
#include "base/spawn.h"
#include "base/str.h"

#define PIECE_SIZE	65536
#define GRACE_MS	5000
#define TICK_MS		50
/* Who left the group may hold the pipes open for ever; we do not. */
#define PIPE_PATIENCE_TICKS	(1000 / TICK_MS)
#define CAPTURE_MAX	((size_t)1 << 20)

extern char **environ;

struct stream {
	struct child	*child;
	int		 fd;		/* 1 or 2, as the child knows it */
	int		 pipe;		/* our end; -1: at its end */
	struct loop_poll *poll;
};

struct child {
	struct loop	*loop;
	pid_t		 pid;		/* 0: reaped, or never started */
	int		 shown_pid;
	struct stream	 streams[2];
	struct loop_signal *sigchld;
	struct loop_timer *tick;
	void		(*on_output)(void *arg, int fd, const char *bytes,
			    size_t size_bytes);
	void		*arg;
	int64_t		 grace_ticks;
	int64_t		 quiet_ticks;	/* since output, or the exit */
	int64_t		 stop_ticks;	/* since SIGTERM */
	int64_t		 gone_ticks;	/* since the group was seen empty */
	bool		 exited;	/* the first process; still a zombie */
	bool		 stopping;
	bool		 killed;
	bool		 ended;
	int		 status;
	int		 signum;
};

static void
signal_group(const struct child *c, int signum)
{
	/* ESRCH: all of it is gone already. */
	if (c->pid > 0)
		kill(-c->pid, signum);
}

/* The state letter and the group in /proc/PID/stat; false: not there. */
static bool
read_stat(const char *pid, char *state, int *group)
{
	char path[64], line[512], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, line, sizeof(line) - 1);
	close(fd);
	if (n <= 0)
		return false;
	line[n] = '\0';
	/* The name may hold anything, ")" too: what follows the last one. */
	p = strrchr(line, ')');
	return p != NULL && sscanf(p + 1, " %c %*d %d", state, group) == 2;
}

/* Does anything of the group still run?  Zombies do not. */
static bool
group_runs(pid_t group)
{
	struct dirent *entry;
	bool found = false;
	char state;
	int of;
	DIR *proc = opendir("/proc");

	if (proc == NULL)
		return false;
	while (!found && (entry = readdir(proc)) != NULL)
		found = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    read_stat(entry->d_name, &state, &of) && of == group &&
		    state != 'Z' && state != 'X';
	closedir(proc);
	return found;
}

static void
stream_close(struct stream *s)
{
	if (s->pipe < 0)
		return;
	talloc_free(s->poll);
	s->poll = NULL;
	close(s->pipe);
	s->pipe = -1;
}

static bool
output_ended(const struct child *c)
{
	return c->streams[0].pipe < 0 && c->streams[1].pipe < 0;
}

static void
finish(struct child *c)
{
	int status;

	stream_close(&c->streams[0]);
	stream_close(&c->streams[1]);
	/* Before the id can be somebody else's. */
	guard_remove(c->pid);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
	c->ended = true;
	talloc_free(c->sigchld);
	talloc_free(c->tick);
	c->sigchld = NULL;
	c->tick = NULL;
}

static void
look_for_exit(struct child *c)
{
	siginfo_t info = { 0 };

	if (c->exited || waitid(P_PID, (id_t)c->pid, &info,
	    WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
		return;
	c->exited = true;
	c->quiet_ticks = 0;
	if (info.si_code == CLD_EXITED) {
		c->status = info.si_status;
	} else {
		c->status = -1;
		c->signum = info.si_status;
	}
}

static void
on_tick(void *arg);

static void
start_ticking(struct child *c)
{
	if (c->tick == NULL)
		c->tick = loop_timer_new(c, c->loop, TICK_MS, TICK_MS, on_tick,
		    c);
}

/* Something changed: is it the end? */
static void
look(struct child *c)
{
	if (c->ended)
		return;
	look_for_exit(c);
	if (!c->exited)
		return;
	if (!c->stopping) {
		if (output_ended(c))
			finish(c);
		else
			start_ticking(c);
		return;
	}
	if (group_runs(c->pid)) {
		c->gone_ticks = 0;
		return;
	}
	if (output_ended(c) || c->gone_ticks >= PIPE_PATIENCE_TICKS)
		finish(c);
}

static void
on_tick(void *arg)
{
	struct child *c = arg;

	c->quiet_ticks++;
	c->gone_ticks++;
	if (c->stopping)
		c->stop_ticks++;
	else if (c->exited && c->quiet_ticks >= c->grace_ticks)
		child_stop(c);
	if (c->stopping && c->stop_ticks >= c->grace_ticks) {
		/* Again each tick: it may fork faster than it is killed. */
		c->killed = true;
		signal_group(c, SIGKILL);
	}
	look(c);
}

static void
on_sigchld(void *arg)
{
	look(arg);
}

static void
on_readable(void *arg, bool readable UNUSED, bool writable UNUSED)
{
	struct stream *s = arg;
	struct child *c = s->child;
	char piece[PIECE_SIZE];
	ssize_t n = read(s->pipe, piece, sizeof(piece));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		c->quiet_ticks = 0;
		if (c->on_output != NULL)
			c->on_output(c->arg, s->fd, piece, (size_t)n);
		return;
	}
	stream_close(s);
	look(c);
}

static int
child_destroy(struct child *c)
{
	if (c->pid > 0) {
		signal_group(c, SIGKILL);
		finish(c);
	}
	return 0;
}

/* fd, or a copy of it that does not lie where stdin to stderr will. */
static int
above_stdio(int fd)
{
	int copy;

	if (fd < 0 || fd > 2)
		return fd;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	close(fd);
	return copy;
}

/* Input as a file in memory: nobody has to feed it. */
static int
open_input(const struct child_spec *spec, struct error *err)
{
	int fd;

	if (spec->input == NULL) {
		fd = above_stdio(open("/dev/null", O_RDONLY | O_CLOEXEC));
		if (fd < 0)
			return error_errno(err, ERR_IO,
			    "could not open \"/dev/null\"");
		return fd;
	}
	fd = above_stdio(memfd_create("input", MFD_CLOEXEC));
	if (fd < 0)
		return error_errno(err, ERR_IO, "could not create a file in memory");
	if (file_write_all(fd, spec->input, spec->input_size, err) != 0 ||
	    lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return error_context(err, "input of \"%s\"", spec->argv[0]);
	}
	return fd;
}

static int
open_pipe(int ends[2], struct error *err)
{
	ends[0] = ends[1] = -1;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_errno(err, ERR_IO, "could not create a pipe");
	ends[0] = above_stdio(ends[0]);
	ends[1] = above_stdio(ends[1]);
	if (ends[0] < 0 || ends[1] < 0 ||
	    fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		return error_errno(err, ERR_IO, "could not create a pipe");
	return 0;
}

/* With fds as stdin, stdout, stderr.  errno's value, or 0. */
static int
spawn(struct child *c, const struct child_spec *spec, const int fds[3])
{
	union {
		const char *const	*in;
		char *const		*out;
	} argv = { .in = spec->argv }, env = { .in = spec->env };
	const struct spawn s = {
		.argv = argv.out, .env = spec->env != NULL ? env.out : environ,
		.cwd = spec->cwd, .fds = { fds[0], fds[1], fds[2] },
	};
	int rc = spawn_program(&s, &c->pid);

	if (rc != 0)
		c->pid = 0;
	return rc;
}

/*
 * A folder in PATH that may not be read makes EACCES of "not found", as
 * execvp(3) does: look again.
 */
static bool
is_not_found(const char *name, int rc)
{
	char *path;

	if (rc != EACCES)
		return rc == ENOENT;
	path = program_find(NULL, name, 0, NULL);
	talloc_free(path);
	return path == NULL;
}

static int
tell_spawn(const struct child_spec *spec, int rc, struct error *err)
{
	if (rc == 0)
		return 0;
	if (spec->cwd != NULL && !file_is_folder(spec->cwd))
		return error_set(err, ERR_CHILD,
		    "could not start \"%s\" in \"%s\": no such folder",
		    spec->argv[0], spec->cwd);
	if (is_not_found(spec->argv[0], rc))
		return error_set(err, ERR_CHILD,
		    "could not start \"%s\": command not found", spec->argv[0]);
	errno = rc;
	return error_errno(err, ERR_CHILD, "could not start \"%s\"",
	    spec->argv[0]);
}

static void
watch(struct child *c, int which, int pipe_fd)
{
	struct stream *s = &c->streams[which];

	s->pipe = pipe_fd;
	s->poll = loop_poll_new(c, c->loop, pipe_fd, on_readable, s);
	loop_poll_want(s->poll, true, false);
}

struct child *
child_start(const void *owner, struct loop *l, const struct child_spec *spec,
    struct error *err)
{
	struct child *c = NEW(owner, struct child);
	int out[2] = { -1, -1 }, errs[2] = { -1, -1 }, input, i, rc = -1;
	int64_t grace_ms = spec->grace_ms > 0 ? spec->grace_ms : GRACE_MS;

	c->loop = l;
	c->on_output = spec->on_output;
	c->arg = spec->arg;
	c->grace_ticks = (grace_ms + TICK_MS - 1) / TICK_MS;
	for (i = 0; i < 2; i++)
		c->streams[i] = (struct stream){ .child = c, .fd = i + 1,
		    .pipe = -1 };
	/* Before the start, or its end could pass unseen. */
	c->sigchld = loop_signal_new(c, l, SIGCHLD, on_sigchld, c);

	input = open_input(spec, err);
	if (input >= 0 && open_pipe(out, err) == 0 && open_pipe(errs, err) == 0)
		rc = tell_spawn(spec, spawn(c, spec,
		    (const int[]){ input, out[1], errs[1] }), err);
	for (i = 0; i < 2; i++) {
		int *ends = i == 0 ? out : errs;

		if (ends[1] >= 0)
			close(ends[1]);
		if (rc == 0)
			watch(c, i, ends[0]);
		else if (ends[0] >= 0)
			close(ends[0]);
	}
	if (input >= 0)
		close(input);
	if (rc != 0) {
		talloc_free(c);
		return NULL;
	}
	c->shown_pid = c->pid;
	talloc_set_destructor(c, child_destroy);
	return c;
}

int
child_pid(const struct child *c)
{
	return c->shown_pid;
}

bool
child_ended(const struct child *c)
{
	return c->ended;
}

int
child_exit_status(const struct child *c)
{
	return c->status;
}

int
child_signal(const struct child *c)
{
	return c->signum;
}

void
child_stop(struct child *c)
{
	if (c->ended || c->stopping)
		return;
	c->stopping = true;
	signal_group(c, SIGTERM);
	/* A stopped process (^Z, SIGSTOP) would not see it. */
	signal_group(c, SIGCONT);
	start_ticking(c);
}

struct wait {
	struct child	*child;
	const bool	*cancel;
};

static bool
wait_is_over(void *arg)
{
	const struct wait *w = arg;

	return w->child->ended || (w->cancel != NULL && *w->cancel);
}

static bool
has_ended(void *arg)
{
	return ((struct child *)arg)->ended;
}

int
child_wait(struct child *c, const bool *cancel, int64_t timeout_ms,
    struct error *err)
{
	struct wait w = { c, cancel };
	enum wait_result result;
	char *limit;

	result = loop_wait(c->loop, wait_is_over, &w, timeout_ms);
	if (c->ended)
		return 0;
	child_stop(c);
	loop_wait(c->loop, has_ended, c, -1);
	if (result != WAIT_TIMEOUT)
		return error_set(err, ERR_CANCELLED, "the command was stopped");
	limit = duration_short(NULL, timeout_ms);
	error_set(err, ERR_TIMEOUT, "the command took longer than %s", limit);
	talloc_free(limit);
	return -1;
}

struct capture {
	struct child	*child;
	struct buffer	*out[2];
	bool		 too_long;
};

static void
on_capture(void *arg, int fd, const char *bytes, size_t size_bytes)
{
	struct capture *capture = arg;
	struct buffer *b = capture->out[fd - 1];

	if (size_bytes <= CAPTURE_MAX - b->size) {
		buffer_add(b, bytes, size_bytes);
		return;
	}
	capture->too_long = true;
	child_stop(capture->child);
}

/* The last line of text that says something. */
static char *
last_line(const void *owner, const char *text)
{
	char *trimmed = str_trim(NULL, text);
	const char *newline = strrchr(trimmed, '\n');
	const char *line = newline != NULL ? newline + 1 : trimmed;
	char *clean = str_printable(owner, line, strlen(line), false);

	talloc_free(trimmed);
	return clean;
}

static int
tell_capture(const struct child *c, const struct capture *capture,
    const char *name, struct error *err)
{
	char *line;

	if (capture->too_long)
		return error_set(err, ERR_TOO_LONG,
		    "\"%s\" printed more than 1 MiB", name);
	if (c->status == 0)
		return 0;
	if (c->status < 0)
		error_set(err, ERR_CHILD, "\"%s\" was ended by signal %d (%s)",
		    name, c->signum, strsignal(c->signum));
	else
		error_set(err, ERR_CHILD, "\"%s\" failed with exit status %d",
		    name, c->status);
	line = last_line(NULL, capture->out[1]->data);
	error_detail(err, "%s", line);
	talloc_free(line);
	return -1;
}

int
child_capture(const void *owner, struct loop *l, const struct child_spec *spec,
    char **out, char **err_text, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct capture *capture = NEW(scratch, struct capture);
	struct child_spec own = *spec;
	int rc = -1;

	own.on_output = on_capture;
	own.arg = capture;
	capture->out[0] = buffer_new(capture);
	capture->out[1] = buffer_new(capture);
	capture->child = child_start(scratch, l, &own, err);
	if (capture->child != NULL &&
	    child_wait(capture->child, NULL, -1, err) == 0)
		rc = tell_capture(capture->child, capture, path_name(spec->argv[0]),
		    err);
	if (out != NULL)
		*out = talloc_steal(owner, capture->out[0]->data);
	if (err_text != NULL)
		*err_text = talloc_steal(owner, capture->out[1]->data);
	talloc_free(scratch);
	return rc;
}
