/*
 * approval/keygen.c - running ssh-keygen (approval/keygen.h).
 *
 * It stays in our session, unlike the children of base/child.h: it may have
 * to ask a person for a passphrase at the terminal.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "approval/keygen.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"

#define OUTPUT_MAX	((size_t)64 << 10)
#define SIGN_MS		(5 * 60 * 1000)	/* a person looks for his hardware key */
#define VERIFY_MS	10000

extern char **environ;

struct run {
	void		*scratch;
	pid_t		 pid;
	int		 in, out[2];	/* our ends; -1: closed */
	struct buffer	*text[2];	/* of standard output and error */
};

/* Messages are looked at by people: in one language. */
static char **
environment(const void *owner)
{
	size_t count = 0, kept = 0, i;
	char **env;

	while (environ[count] != NULL)
		count++;
	env = NEW_ARRAY(owner, char *, count + 2);
	for (i = 0; i < count; i++)
		if (!str_starts(environ[i], "LC_ALL="))
			env[kept++] = environ[i];
	env[kept] = mem_strdup(env, "LC_ALL=C");
	return env;
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int
spawn(struct run *r, const char *const *argv, struct error *err)
{
	int pipes[3][2], i, rc;
	posix_spawn_file_actions_t actions;

	for (i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC) != 0)
			return error_errno(err, ERR_IO, "could not make a pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[0][0], 0);
	posix_spawn_file_actions_adddup2(&actions, pipes[1][1], 1);
	posix_spawn_file_actions_adddup2(&actions, pipes[2][1], 2);
	rc = posix_spawnp(&r->pid, argv[0], &actions, NULL,
	    (char *const *)(uintptr_t)argv, environment(r->scratch));
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	r->in = pipes[0][1];
	r->out[0] = pipes[1][0];
	r->out[1] = pipes[2][0];
	if (rc == 0)
		return 0;
	errno = rc;
	error_errno(err, ERR_CHILD, "could not run \"%s\"", argv[0]);
	error_hint(err, "signatures need OpenSSH (Debian: openssh-client)");
	return -1;
}

/* What there is to read; closes what is at its end. */
static void
read_some(struct run *r, int i)
{
	char piece[4096];
	ssize_t n = read(r->out[i], piece, sizeof(piece));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0 || r->text[i]->size + (size_t)n > OUTPUT_MAX)
		close_end(&r->out[i]);
	else
		buffer_add(r->text[i], piece, (size_t)n);
}

static void
write_some(struct run *r, const char **input, size_t *left)
{
	ssize_t n = write(r->in, *input, *left);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	/* Who does not want all of it says why in his exit status. */
	if (n < 0)
		n = (ssize_t)*left;
	*input += n;
	*left -= (size_t)n;
	if (*left == 0)
		close_end(&r->in);
}

static int
talk(struct run *r, const char *input, int64_t timeout_ms, struct error *err)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	size_t left = strlen(input);

	if (left == 0)
		close_end(&r->in);
	else
		fcntl(r->in, F_SETFL, O_NONBLOCK);
	while (r->out[0] >= 0 || r->out[1] >= 0) {
		struct pollfd p[] = {
			{ r->in, POLLOUT, 0 }, { r->out[0], POLLIN, 0 },
			{ r->out[1], POLLIN, 0 },
		};
		int64_t rest = until - clock_mono_ms();

		if (rest <= 0)
			return error_set(err, ERR_TIMEOUT,
			    "ssh-keygen does not come to an end");
		if (poll(p, COUNT_OF(p), (int)rest) < 0)
			continue;
		if (p[0].revents != 0)
			write_some(r, &input, &left);
		if (p[1].revents != 0)
			read_some(r, 0);
		if (p[2].revents != 0)
			read_some(r, 1);
	}
	return 0;
}

/* 0: it succeeded; -1 with *err: what it said last is the detail. */
static int
finish(struct run *r, int rc, struct error *err)
{
	char *said;
	int status = 0;

	close_end(&r->in);
	close_end(&r->out[0]);
	close_end(&r->out[1]);
	if (rc != 0)
		kill(r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (rc != 0)
		return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	said = str_trim(r->scratch, r->text[1]->data);
	error_set(err, ERR_CHILD, "ssh-keygen refuses");
	error_detail(err, "%s", str_printable(r->scratch, said, strlen(said),
	    true));
	return -1;
}

/* *out (may be null) is what it printed, whatever became of it. */
static int
run(const void *owner, const char *const *argv, const char *input,
    int64_t timeout_ms, char **out, struct error *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	struct run r = { .scratch = talloc_new(NULL) };
	int rc = -1;

	r.text[0] = buffer_new(r.scratch);
	r.text[1] = buffer_new(r.scratch);
	sigaction(SIGPIPE, &ignore, &before);
	if (spawn(&r, argv, err) == 0)
		rc = finish(&r, talk(&r, input, timeout_ms, err), err);
	sigaction(SIGPIPE, &before, NULL);
	if (out != NULL)
		*out = mem_strdup(owner, r.text[0]->data);
	talloc_free(r.scratch);
	return rc;
}

/* ---- with the signature as a file ------------------------------------------ */

static int
file_destroy(char *path)
{
	unlink(path);
	return 0;
}

/* A file of text that goes with owner: ssh-keygen wants a name. */
static char *
file_of(const void *owner, const char *text, struct error *err)
{
	char *path = path_join(owner, path_temporary(), "pgrunbook-XXXXXX");
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0) {
		error_errno(err, ERR_IO, "could not make the file \"%s\"", path);
		return NULL;
	}
	talloc_set_destructor(path, file_destroy);
	if (file_write_all(fd, text, strlen(text), err) != 0) {
		close(fd);
		return NULL;
	}
	close(fd);
	return path;
}

int
keygen_sign(const void *owner, const char *key, const char *text,
    char **signature, struct error *err)
{
	const char *argv[] = { "ssh-keygen", "-q", "-Y", "sign", "-f", key,
	    "-n", KEYGEN_NAMESPACE, NULL };

	if (!file_exists(key))
		return error_set(err, ERR_NOT_FOUND,
		    "there is no key \"%s\"", key);
	if (run(owner, argv, text, SIGN_MS, signature, err) != 0)
		return error_context(err, "could not sign with the key \"%s\"",
		    key);
	/* Some failures of older versions end well, and silently. */
	return keygen_check(text, *signature, err);
}

int
keygen_principals(const void *owner, const char *signers,
    const char *signature, char ***names, struct error *err)
{
	void *scratch = talloc_new(NULL);
	char *file = file_of(scratch, signature, err), *out = NULL, *line, *rest;
	const char *argv[] = { "ssh-keygen", "-Y", "find-principals", "-f",
	    signers, "-s", file, NULL };
	size_t count = 0;
	int rc = file != NULL ? run(scratch, argv, "", VERIFY_MS, &out, err) : -1;

	*names = NEW_ARRAY(owner, char *, 1);
	/* "No principal matched" is an answer. */
	if (rc != 0 && err != NULL && err->code == ERR_CHILD)
		rc = 0;
	else
		for (line = out == NULL ? NULL : strtok_r(out, "\n,", &rest);
		    line != NULL; line = strtok_r(NULL, "\n,", &rest)) {
			GROW(owner, *names, char *, count + 2);
			(*names)[count++] = mem_strdup(owner, line);
			(*names)[count] = NULL;
		}
	talloc_free(scratch);
	return rc;
}

/* As valid-before and -O verify-time have it, in UTC. */
static char *
keygen_time(const void *owner, int64_t at_us)
{
	time_t at = (time_t)(at_us / 1000000);
	struct tm tm;
	char text[32];

	gmtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	return mem_printf(owner, "verify-time=%s", text);
}

/* The last word of what was said about a good signature. */
static char *
fingerprint_in(const void *owner, const char *said)
{
	const char *at = NULL, *p = said;

	while ((p = strstr(p, "SHA256:")) != NULL)
		at = p++;
	return at == NULL ? NULL :
	    mem_strndup(owner, at, strcspn(at, " \n"));
}

int
keygen_check_key(const void *owner, const char *text, const char *signature,
    char **key, struct error *err)
{
	void *scratch = talloc_new(NULL);
	char *file = file_of(scratch, signature, err), *said = NULL;
	const char *argv[] = { "ssh-keygen", "-Y", "check-novalidate", "-n",
	    KEYGEN_NAMESPACE, "-s", file, NULL };
	int rc = file != NULL ? run(scratch, argv, text, VERIFY_MS, &said,
	    err) : -1;

	*key = rc == 0 ? fingerprint_in(owner, said) : NULL;
	talloc_free(scratch);
	return rc;
}

int
keygen_check(const char *text, const char *signature, struct error *err)
{
	void *scratch = talloc_new(NULL);
	char *ignored;
	int rc = keygen_check_key(scratch, text, signature, &ignored, err);

	talloc_free(scratch);
	return rc;
}

int
keygen_verify(const void *owner, const char *signers, const char *revoked,
    const char *principal, const char *text, const char *signature,
    int64_t as_of_us, char **key, struct error *err)
{
	void *scratch = talloc_new(NULL);
	char *file = file_of(scratch, signature, err), *said = NULL;
	const char *argv[] = { "ssh-keygen", "-Y", "verify", "-f", signers,
	    "-I", principal, "-n", KEYGEN_NAMESPACE, "-s", file, "-O",
	    keygen_time(scratch, as_of_us), revoked != NULL ? "-r" : NULL,
	    revoked, NULL };
	int rc = file != NULL ? run(scratch, argv, text, VERIFY_MS, &said,
	    err) : -1;

	*key = rc == 0 ? fingerprint_in(owner, said) : NULL;
	if (rc == 0 && *key == NULL)
		rc = error_set(err, ERR_VERIFY,
		    "ssh-keygen did not name the key");
	talloc_free(scratch);
	return rc;
}

int
keygen_fingerprint(const void *owner, const char *key, char **fingerprint,
    struct error *err)
{
	const char *argv[] = { "ssh-keygen", "-l", "-f", key, NULL };
	char *said = NULL;
	int rc = run(owner, argv, "", VERIFY_MS, &said, err);

	*fingerprint = rc == 0 ? fingerprint_in(owner, said) : NULL;
	if (rc == 0 && *fingerprint == NULL)
		rc = error_set(err, ERR_CHILD, "\"%s\" is not a key", key);
	talloc_free(said);
	return rc;
}
