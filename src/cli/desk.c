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
#include "approval/decision.h"
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
#include "run/decision.h"
#include "run/run.h"
#include "wire/server.h"

#define WRITTEN_FILE	"written"	/* in the desk's folder: a path a line */
#define WRITTEN_MAX	((size_t)1 << 20)

struct desk {
	struct call	*call;
	char		*folder;
	struct request	 request;
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

/* The step that is asked about, and who would have his word on it. */
static const struct step_state *
step_at_hand(const struct server *s)
{
	const struct run_state *state = s->run->state;

	return &state->steps[state->current];
}

/* What the engine would say of it, as far as that can be told here. */
static int
judge(struct server *s, const struct statement *st, char **key,
    struct error *err)
{
	const struct run_state *state = s->run->state;
	const struct step_state *step;
	struct signer who = {
		.principal = st->principal, .user = st->principal, .uid = -1,
		.strength = st->act == ACT_BREAK_GLASS ? "break-glass" : "ssh",
		.reason = st->note,
	};
	int rc;

	if (keygen_check_key(s->run, st->text, st->signature, key, err) != 0 ||
	    accept_statement(state, st, clock_now_us(), err) != 0)
		return -1;
	who.key = *key;
	step = step_at_hand(s);
	if (st->act == ACT_REFUSE)
		return 0;
	if (st->act == ACT_DECIDE)
		return json_array_size(st->decisions) +
		    json_array_size(st->comments) > 0 ? 0 :
		    error_set(err, ERR_POLICY, "nothing is decided yet");
	rc = approval_check_typed(step->rule, st->typed, err);
	return rc != 0 ? rc : approval_may_sign(step->rule, state, step, &who,
	    err);
}

/* What was done, in words. */
static char *
words_of(const void *owner, const struct server *s, const struct statement *st)
{
	size_t open;

	if (st->act != ACT_DECIDE)
		return mem_strdup(owner, st->act == ACT_REFUSE ? "refused" :
		    "signed");
	open = state_undecided(s->run->state, step_at_hand(s));
	return mem_printf(owner, "%zu decisions signed, %s",
	    json_array_size(st->decisions), open == 0 ? "none is left" :
	    mem_printf(owner, "%zu left", open));
}

/* In the copy they count from now on, too. */
static int
note_review(struct server *s, const struct statement *st, const char *key,
    struct error *err)
{
	if (st->act != ACT_DECIDE)
		return 0;
	return run_append(s->run, EVENT_REVIEWED, json_pack(
	    "{s:s, s:i, s:s, s:O, s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "step",
	    st->step, "attempt", step_last_attempt(step_at_hand(s))->number,
	    "digest", st->digest, "decisions", st->decisions, "principal",
	    st->principal, "uid", -1, "user", st->principal, "strength", "ssh",
	    "key", key, "statement", st->text, "signature", st->signature),
	    err);
}

static int
take(struct server *s, const json_t *data, struct error *err)
{
	void *scratch = talloc_new(NULL);
	const char *statement = json_str(data, "statement");
	const char *signature = json_str_or(data, "signature", "");
	struct statement st;
	char *path, *text, *key = NULL;
	int rc = -1;

	if (statement == NULL && json_str(json_object_get(json_object_get(
	    s->run->state->opened, "window"), "signers"), "path") == NULL) {
		error_set(err, ERR_POLICY, "the run has no file of allowed "
		    "signers: it takes no sign-off from elsewhere");
		error_hint(err, "the window names it with \"signers\"");
	} else if (statement == NULL) {
		error_set(err, ERR_POLICY, "away from the run a sign-off wants "
		    "an ssh key");
		error_hint(err, "\"pgrunbook review FILE --as NAME --key KEY\"");
	} else if (statement_parse(scratch, statement, signature, &st,
	    err) == 0 && judge(s, &st, &key, err) == 0) {
		path = file_name(scratch, s, &st);
		text = statement_to_file(scratch, statement, signature);
		rc = file_write_atomic(path, text, strlen(text), 0600, err);
		if (rc == 0)
			rc = note_written(s, path, err);
		if (rc == 0)
			rc = note_review(s, &st, key, err);
		if (rc == 0)
			run_live(s->run, EVENT_ANNOUNCE, json_pack("{s:o}",
			    "text", json_sprintf("%s; written to %s",
			    words_of(scratch, s, &st), path)));
	}
	talloc_free(scratch);
	return rc;
}

/* Into the copy here: what is signed at the end is made of it. */
static int
note(struct server *s, enum event_type t, const struct wire_peer *p,
    const json_t *data, struct error *err)
{
	json_t *fields = memory_check(json_copy((json_t *)(uintptr_t)data));

	json_object_set_new(fields, "principal", json_string(p->principal));
	return run_append(s->run, t, fields, err);
}

static int
decide(struct server *s, const struct wire_peer *p, bool is_all,
    const json_t *data, struct error *err)
{
	const struct run_state *state = s->run->state;
	const struct signer who = {
		.principal = p->principal, .user = p->user, .uid = -1,
		.strength = "keystroke",
	};
	json_t *words, *word;
	size_t i;
	int rc;

	rc = decision_may_be(state, step_at_hand(s), data, &who, err);
	if (rc != 0)
		return rc;
	words = is_all ? decisions_for_all(state, step_at_hand(s), data) :
	    json_pack("[O]", data);
	json_array_foreach(words, i, word)
		if (rc == 0)
			rc = note(s, EVENT_DECIDED, p, word, err);
	json_decref(words);
	return rc;
}

static int
on_intent(void *arg, const struct wire_peer *p, enum intent_type t,
    const json_t *data, struct error *err)
{
	struct server *s = arg;

	switch (t) {
	case INTENT_SIGN:
	case INTENT_REFUSE:
	case INTENT_FINISH_REVIEW:
		return take(s, data, err);
	case INTENT_DECIDE:
	case INTENT_DECIDE_ALL:
		return decide(s, p, t == INTENT_DECIDE_ALL, data, err);
	case INTENT_COMMENT:
		return comment_may_be(step_at_hand(s), data, err) == 0 ?
		    note(s, EVENT_COMMENTED, p, data, err) : -1;
	default:
		return error_set(err, ERR_POLICY, "this is a request, not the "
		    "run: it is decided, signed or refused");
	}
}

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

/* Tells at fd: a byte when it listens, else the error's text. */
static void
serve(struct desk *d, int fd)
{
	const struct request *r = &d->request;
	struct server s = { .output = d->call->options.output };
	const struct wire_handler handler = { .on_intent = on_intent,
	    .arg = &s };
	struct loop *loop = loop_new(d->call);
	struct journal_torn torn;
	struct error err = { 0 };
	ssize_t n;

	s.run = run_open(loop, d->folder, &torn, &err);
	if (s.run == NULL || run_append(s.run, EVENT_REQUEST_OPENED, json_pack(
	    "{s:s, s:s, s:s*, s:s*}", "head", r->head, "sha256", r->sha256,
	    "signed_by", r->signed_by, "key", r->key), &err) != 0 ||
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
			serve(d, fds[1]);
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

/* The reviewer's own: what the request brings along would prove nothing. */
static const char *
signers_of(const struct call *c)
{
	return c->options.signers != NULL ? c->options.signers :
	    getenv("PGRUNBOOK_SIGNERS");
}

struct desk *
desk_open(struct call *c, const char *path, struct error *err)
{
	struct desk *d = NEW(c, struct desk);
	char *text;
	size_t size;

	d->call = c;
	d->folder = path_join(d, path_temporary(), "pgrunbook-review-XXXXXX");
	if (mkdtemp(d->folder) == NULL) {
		error_errno(err, ERR_IO, "could not make the folder \"%s\"",
		    d->folder);
		talloc_free(d);
		return NULL;
	}
	talloc_set_destructor(d, desk_destroy);
	if (file_read(d, path, REQUEST_MAX, &text, &size, err) == 0 &&
	    request_unpack(d, text, size, d->folder, signers_of(c),
	    &d->request, err) == 0 &&
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
desk_say_sender(const struct desk *d)
{
	const struct request *r = &d->request;

	if (r->signed_by == NULL)
		printf("The request is not signed: who has sent it, only its "
		    "way to you can say.\n");
	else
		printf("The request is signed by %s%s.\n  key %s\n",
		    r->signed_by, r->is_known ? "" : ", as it says itself "
		    "(--signers FILE compares it)", r->key);
}

void
desk_say_written(struct desk *d)
{
	char *list = path_join(d, d->folder, WRITTEN_FILE), *text, *line, *rest;
	struct error ignored;
	size_t size;

	if (!file_exists(list) ||
	    file_read(d, list, WRITTEN_MAX, &text, &size, &ignored) != 0) {
		printf("Nothing was signed, refused or decided.\n");
		return;
	}
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		printf("Written: %s\nSend it back; there \"pgrunbook approve RUN"
		    " --import FILE\" takes it.\n", line);
}
