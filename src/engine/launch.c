/* engine/launch.c - forking an engine off, or becoming one. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/launch.h"
#include "engine/options.h"
#include "run/event.h"
#include "wire/client.h"

#define PROGRAM		"pgrunbook-engine"
#define ANSWER_MAX	65536

extern char **environ;

/* What the child needs; all made before the fork. */
struct launch {
	char	*program;
	char	**env;
	int	 input;		/* its options */
	int	 log;		/* -1: this process's own output */
	int	 ready;		/* -1: none */
};

static char *
find_program(const void *owner, struct error *err)
{
	const char *given = getenv("PGRUNBOOK_ENGINE");
	char self[PATH_MAX], *beside = NULL;
	ssize_t n;

	if (given != NULL && *given != '\0')
		return mem_strdup(owner, given);
	/* An upgrade may have replaced this program: its folder still holds. */
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	if (n > 0)
		beside = path_join(owner, path_folder(owner, self), PROGRAM);
	if (beside != NULL && access(beside, X_OK) == 0)
		return beside;
	if (access(PKGLIBEXECDIR "/" PROGRAM, X_OK) == 0)
		return mem_strdup(owner, PKGLIBEXECDIR "/" PROGRAM);
	error_set(err, ERR_NOT_FOUND, "program \"" PROGRAM "\" was not found");
	error_detail(err, "Looked beside \"%s\" and in \"%s\".",
	    self, PKGLIBEXECDIR);
	return NULL;
}

/* The options as a file without a name, to be read from its start. */
static int
options_file(const struct engine_options *o, bool is_launched,
    struct error *err)
{
	json_t *json = engine_options_json(o, is_launched);
	char *text = json_stable(NULL, json);
	int fd = memfd_create("options", MFD_CLOEXEC), rc;

	json_decref(json);
	if (fd < 0)
		rc = error_errno(err, ERR_IO, "could not make a memory file");
	else
		rc = file_write_all(fd, text, strlen(text), err);
	talloc_free(text);
	if (rc == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* This process's environment, with the targets' URLs in it. */
static int
make_env(const void *owner, const struct engine_options *o, char ***env,
    struct error *err)
{
	size_t count = 0, kept = 0, i;
	char *targets;

	if (engine_options_targets(owner, o, &targets, err) != 0)
		return -1;
	while (environ[count] != NULL)
		count++;
	*env = NEW_ARRAY(owner, char *, count + 2);
	for (i = 0; i < count; i++)
		if (targets == NULL || !str_starts(environ[i],
		    ENGINE_TARGETS_VARIABLE "="))
			(*env)[kept++] = environ[i];
	if (targets != NULL)
		(*env)[kept++] = mem_printf(*env, "%s=%s",
		    ENGINE_TARGETS_VARIABLE, targets);
	(*env)[kept] = NULL;
	return 0;
}

static int
prepare(const void *owner, const struct engine_options *o, bool is_launched,
    struct launch *l, struct error *err)
{
	memset(l, 0, sizeof(*l));
	l->input = l->log = l->ready = -1;
	l->program = find_program(owner, err);
	if (l->program == NULL || make_env(owner, o, &l->env, err) != 0)
		return -1;
	l->input = options_file(o, is_launched, err);
	return l->input >= 0 ? 0 : -1;
}

/* To here dup2() is safe: no descriptor of ours is 0..3 by accident. */
static void
move_to(int from, int to)
{
	if (from == to)
		fcntl(from, F_SETFD, 0);
	else if (dup2(from, to) < 0)
		_exit(127);
}

/* In the child: only calls that are allowed after fork(). */
static void
become(const struct launch *l)
{
	char *argv[] = { l->program, NULL };

	move_to(l->input, 0);
	if (l->log >= 0) {
		move_to(l->log, 1);
		move_to(l->log, 2);
	}
	if (l->ready >= 0)
		move_to(l->ready, ENGINE_READY_FD);
	execve(l->program, argv, l->env);
}

int
engine_exec(const struct engine_options *o, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct launch l;

	if (prepare(scratch, o, false, &l, err) == 0) {
		become(&l);
		error_errno(err, ERR_IO, "could not run \"%s\"", l.program);
	}
	if (l.input >= 0)
		close(l.input);
	talloc_free(scratch);
	return -1;
}

/* Its own word on how it began. */
static int
read_answer(int fd, struct error *err)
{
	struct buffer *b = buffer_new(NULL);
	json_t *answer = NULL;
	char piece[4096];
	ssize_t n;
	int rc;

	do {
		n = read(fd, piece, sizeof(piece));
		if (n > 0)
			buffer_add(b, piece, (size_t)n);
	} while ((n > 0 && b->size < ANSWER_MAX &&
	    memchr(b->data, '\n', b->size) == NULL) ||
	    (n < 0 && errno == EINTR));
	if (json_parse(b->data, b->size, &answer, NULL) != 0) {
		rc = error_set(err, ERR_INTERNAL,
		    "the engine ended before it began");
		error_hint(err, "see engine.log in the run's folder");
	} else if (json_object_get(answer, "error") != NULL) {
		event_error_parse(json_object_get(answer, "error"), err);
		rc = -1;
	} else {
		rc = 0;
	}
	json_decref(answer);
	talloc_free(b);
	return rc;
}

/* Twice, so that init takes the engine over and no zombie is left. */
static int
fork_off(const struct launch *l, struct error *err)
{
	pid_t pid = fork(), other;
	int status;

	if (pid < 0)
		return error_errno(err, ERR_IO, "could not fork");
	if (pid == 0) {
		setsid();
		other = fork();
		if (other == 0)
			become(l);
		_exit(other < 0 || other == 0 ? 127 : 0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

/* Above 3, so that nothing is in the way of dup2(). */
static int
high(int fd)
{
	int moved = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 10) : -1;

	if (fd >= 0)
		close(fd);
	return moved;
}

int
engine_launch(const struct engine_options *o, struct error *err)
{
	void *scratch = talloc_new(NULL);
	int pipes[2] = { -1, -1 }, rc;
	struct launch l;

	rc = prepare(scratch, o, true, &l, err);
	if (rc == 0) {
		char *log = path_join(scratch, o->folder, "engine.log");

		l.input = high(l.input);
		l.log = high(open(log, O_WRONLY | O_APPEND | O_CREAT |
		    O_CLOEXEC, 0600));
		if (l.log < 0)
			rc = error_errno(err, ERR_IO, "could not open \"%s\"",
			    log);
	}
	if (rc == 0 && pipe2(pipes, O_CLOEXEC) != 0)
		rc = error_errno(err, ERR_IO, "could not make a pipe");
	if (rc == 0) {
		l.ready = high(pipes[1]);
		rc = fork_off(&l, err);
	}
	if (l.input >= 0)
		close(l.input);
	if (l.log >= 0)
		close(l.log);
	if (l.ready >= 0)
		close(l.ready);
	if (rc == 0)
		rc = read_answer(pipes[0], err);
	if (pipes[0] >= 0)
		close(pipes[0]);
	talloc_free(scratch);
	return rc;
}

bool
engine_lives(const char *folder)
{
	return wire_engine_listens(folder);
}
