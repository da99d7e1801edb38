/* cli/desk.c - a request opened on the reviewer's own machine (cli/desk.h). */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "approval/accept.h"
#include "approval/approval.h"
#include "approval/keygen.h"
#include "approval/request.h"
#include "approval/statement.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/desk.h"
#include "run/run.h"
#include "wire/server.h"

#define WRITTEN_FILE	"written"	/* in the desk's folder: a path a line */
#define WRITTEN_MAX	((size_t)1 << 20)

struct desk {
	struct call	*call;
	char		*folder;
	pid_t		 pid;
};

/* In the process that serves. */
struct server {
	const char	*output;	/* --output; null */
	struct run	*run;
};

/* ---- the process that serves -------------------------------------------------- */

/* RUN.STEP.NAME.approval, in the folder that the person stands in. */
static char *
file_name(const void *owner, const struct server *s, const struct statement *st)
{
	char *name, *p;

	if (s->output != NULL)
		return mem_strdup(owner, s->output);
	name = mem_printf(owner, "%s.%s.%s.approval", st->run, st->step,
	    st->principal);
	for (p = name; *p != '\0'; p++)
		if (*p == '/')
			*p = '-';
	return name;
}

static int
note_written(struct server *s, const char *path, struct error *err)
{
	char *list = path_join(NULL, s->run->folder, WRITTEN_FILE);
	FILE *f = fopen(list, "a");
	int rc = f != NULL && fprintf(f, "%s\n", path) > 0 ? 0 : -1;

	if (f != NULL && fclose(f) != 0)
		rc = -1;
	talloc_free(list);
	return rc == 0 ? 0 : error_set(err, ERR_IO,
	    "could not note what was written");
}

/* What the engine would say of it, as far as that can be told here. */
static int
judge(struct server *s, const struct statement *st, enum intent_type t,
    struct error *err)
{
	const struct run_state *state = s->run->state;
	const struct signer who = {
		.principal = st->principal, .user = st->principal, .uid = -1,
		.strength = "ssh",
	};
	const struct step_state *step;

	if (keygen_check(st->text, st->signature, err) != 0 ||
	    accept_statement(state, st, clock_now_us(), err) != 0)
		return -1;
	step = &state->steps[state->current];
	if (t == INTENT_REFUSE)
		return 0;
	if (approval_check_typed(step->rule, st->typed, err) != 0)
		return -1;
	return approval_may_sign(step->rule, state, step, &who, err);
}

static int
take(struct server *s, enum intent_type t, const json_t *data,
    struct error *err)
{
	void *scratch = talloc_new(NULL);
	const char *statement = json_str(data, "statement");
	const char *signature = json_str_or(data, "signature", "");
	struct statement st;
	char *path, *text;
	int rc = -1;

	if (statement == NULL) {
		error_set(err, ERR_POLICY, "away from the run a sign-off wants "
		    "an ssh key");
		error_hint(err, "\"pgrunbook review FILE --as NAME --key KEY\"");
	} else if (statement_parse(scratch, statement, signature, &st,
	    err) == 0 && judge(s, &st, t, err) == 0) {
		path = file_name(scratch, s, &st);
		text = statement_to_file(scratch, statement, signature);
		rc = file_write_atomic(path, text, strlen(text), 0600, err);
		if (rc == 0)
			rc = note_written(s, path, err);
		if (rc == 0)
			run_live(s->run, EVENT_ANNOUNCE, json_pack("{s:o}",
			    "text", json_sprintf("%s; written to %s", t ==
			    INTENT_SIGN ? "signed" : "refused", path)));
	}
	talloc_free(scratch);
	return rc;
}

static int
on_intent(void *arg, const struct wire_peer *p, enum intent_type t,
    const json_t *data, struct error *err)
{
	(void)p;
	if (t == INTENT_SIGN || t == INTENT_REFUSE)
		return take(arg, t, data, err);
	error_set(err, ERR_POLICY, "this is a request, not the run: it is "
	    "signed or refused");
	return -1;
}

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

/* Tells at fd: a byte when it listens, else the error's text. */
static void
serve(struct call *c, const char *folder, int fd)
{
	struct server s = { .output = c->options.output };
	const struct wire_handler handler = { .on_intent = on_intent,
	    .arg = &s };
	struct loop *loop = loop_new(c);
	struct journal_torn torn;
	struct error err = { 0 };
	ssize_t n;

	s.run = run_open(loop, folder, &torn, &err);
	if (s.run == NULL ||
	    wire_server_new(loop, loop, s.run, &handler, &err) == NULL) {
		n = write(fd, err.primary, strlen(err.primary));
		_exit(n > 0 ? 1 : 2);
	}
	n = write(fd, "\n", 1);
	close(fd);
	if (n == 1)
		loop_wait(loop, never, NULL, -1);
	_exit(0);
}

/* ---- the front end's side ------------------------------------------------------ */

static int
desk_destroy(struct desk *d)
{
	struct error ignored;
	int status;

	if (d->pid > 0) {
		kill(d->pid, SIGKILL);
		while (waitpid(d->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	/* A folder that stays is a copy, and the person's alone. */
	if (file_remove_tree(d->folder, &ignored) != 0)
		error_print(stderr, "pgrunbook", &ignored);
	return 0;
}

static int
start(struct desk *d, struct error *err)
{
	pid_t parent = getpid();
	char said[256] = "";
	int fds[2];
	ssize_t n;

	if (pipe(fds) != 0)
		return error_errno(err, ERR_IO, "could not make a pipe");
	fflush(stdout);
	d->pid = fork();
	if (d->pid == 0) {
		close(fds[0]);
		/* It lives as long as who looks at it; keys are not for it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGINT, SIG_IGN);
		signal(SIGTSTP, SIG_IGN);
		if (getppid() == parent)
			serve(d->call, d->folder, fds[1]);
		_exit(1);
	}
	close(fds[1]);
	do
		n = read(fds[0], said, sizeof(said) - 1);
	while (n < 0 && errno == EINTR);
	close(fds[0]);
	if (d->pid > 0 && n == 1 && said[0] == '\n')
		return 0;
	return error_set(err, ERR_IO, "the request could not be opened: %s",
	    said);
}

struct desk *
desk_open(struct call *c, const char *path, struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	struct desk *d = NEW(c, struct desk);
	char *text;
	size_t size;

	d->call = c;
	d->folder = mem_printf(d, "%s/pgrunbook-review-XXXXXX",
	    tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
	if (mkdtemp(d->folder) == NULL) {
		error_errno(err, ERR_IO, "could not make the folder \"%s\"",
		    d->folder);
		talloc_free(d);
		return NULL;
	}
	talloc_set_destructor(d, desk_destroy);
	if (file_read(d, path, REQUEST_MAX, &text, &size, err) == 0 &&
	    request_unpack(text, size, d->folder, err) == 0 &&
	    start(d, err) == 0)
		return d;
	talloc_free(d);
	return NULL;
}

const char *
desk_folder(const struct desk *d)
{
	return d->folder;
}

void
desk_say_written(struct desk *d)
{
	char *list = path_join(d, d->folder, WRITTEN_FILE), *text, *line, *rest;
	struct error ignored;
	size_t size;

	if (!file_exists(list) ||
	    file_read(d, list, WRITTEN_MAX, &text, &size, &ignored) != 0) {
		printf("Nothing was signed or refused.\n");
		return;
	}
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		printf("Written: %s\nSend it back; there \"pgrunbook approve RUN"
		    " --import FILE\" takes it.\n", line);
}
