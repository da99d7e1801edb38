/* approval/evidence.c - does a run's evidence of its sign-offs hold? */

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "approval/accept.h"
#include "approval/approval.h"
#include "approval/closing.h"
#include "approval/evidence.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "run/read.h"

#define ANCHOR_DIGITS	8	/* at least: fewer fit by chance */

struct verifier {
	void		*scratch;
	const char	*folder;
	struct run_state *state;
	struct run_reader *reader;
	struct allowed	 allowed;
	json_t		*heads;		/* {hash: seq} */
	json_t		*attempts;	/* {uuid of a marker: true} */
	struct evidence	*told;
	struct error	*err;
};

void
evidence_code(const char *hash, char code[20])
{
	snprintf(code, 20, "%.4s %.4s %.4s %.4s", hash, hash + 4, hash + 8,
	    hash + 12);
}

static int
bad(struct verifier *v, const struct event *e, const char *fmt, ...)
    PRINTF(3, 4);

static int
bad(struct verifier *v, const struct event *e, const char *fmt, ...)
{
	char *path = run_journal_path(v->scratch, v->folder), text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_set(v->err, ERR_VERIFY, "%s", text);
	error_at(v->err, path, (int)e->seq, 0);
	return -1;
}

/* What a rule, a signature or a statement said: it does not hold. */
static int
does_not_hold(struct verifier *v, const struct event *e)
{
	char *path = run_journal_path(v->scratch, v->folder);

	v->err->code = ERR_VERIFY;
	error_at(v->err, path, (int)e->seq, 0);
	return error_context(v->err, "record \"%s\"", event_name(e->type));
}

/* ---- sign-offs ----------------------------------------------------------- */

/* The frozen files of keys, as the first record names them. */
static void
take_allowed(struct verifier *v)
{
	const json_t *window = json_object_get(v->state->opened, "window");
	const char *signers = json_str(json_object_get(window, "signers"),
	    "path");
	const char *revoked = json_str(json_object_get(window, "revoked"),
	    "path");
	char *runbooks = path_join(v->scratch, v->folder, "runbooks");

	if (signers != NULL && strstr(signers, "..") == NULL)
		v->allowed.signers = path_join(v->scratch, runbooks, signers);
	if (revoked != NULL && strstr(revoked, "..") == NULL)
		v->allowed.revoked = path_join(v->scratch, runbooks, revoked);
}

/* The record says what the statement says. */
static int
check_record(struct verifier *v, const struct event *e,
    const struct statement *s)
{
	if (s->is_refusal != (e->type == EVENT_REFUSED) ||
	    !str_equal(s->principal, json_str(e->data, "principal")) ||
	    !str_equal(s->step, json_str(e->data, "step")) ||
	    !str_equal(s->digest, json_str(e->data, "digest")) ||
	    !str_equal(s->is_refusal ? s->reason : s->note,
	    json_str(e->data, s->is_refusal ? "reason" : "note")))
		return bad(v, e, "record \"%s\" says something else than what "
		    "was signed", event_name(e->type));
	return 0;
}

static int
check_signature(struct verifier *v, const struct event *e, struct signer *who)
{
	struct accepted found = { 0 };
	struct statement s;

	if (statement_parse(v->scratch, json_str_or(e->data, "statement", ""),
	    json_str_or(e->data, "signature", ""), &s, v->err) != 0 ||
	    accept_signature(v->scratch, &v->allowed, v->state, &s, e->at_us,
	    &found, v->err) != 0 ||
	    accept_statement(v->state, &s, e->at_us, v->err) != 0)
		return does_not_hold(v, e);
	who->key = found.key;
	who->is_executors = found.is_executors;
	if (!str_equal(found.key, json_str(e->data, "key")))
		return bad(v, e, "record \"%s\" names another key than the one "
		    "that signed", event_name(e->type));
	return check_record(v, e, &s);
}

static void
count_strength(struct evidence *told, const char *strength)
{
	if (str_equal(strength, "ssh"))
		told->ssh++;
	else if (str_equal(strength, "keystroke"))
		told->keystroke++;
	else if (str_equal(strength, "break-glass"))
		told->break_glass++;
	else
		told->other++;
}

/* Before it is folded in: the state is that which the engine had. */
static int
check_sign(struct verifier *v, const struct event *e)
{
	const char *strength = json_str(e->data, "strength");
	const struct step_state *step = state_step(v->state,
	    json_str(e->data, "step"));
	struct signer who = {
		.principal = json_str(e->data, "principal"),
		.user = json_str(e->data, "user"),
		.uid = json_int(e->data, "uid", -1),
		.strength = strength != NULL ? strength : "",
		.reason = json_str(e->data, "note"),
	};

	if (step == NULL || step->rule == NULL)
		return bad(v, e, "a sign-off for step \"%s\" was not asked for",
		    json_str_or(e->data, "step", ""));
	if (str_equal(strength, "ssh") !=
	    (json_str(e->data, "signature") != NULL))
		return bad(v, e, "record \"%s\" of \"%s\" has %s", event_name(
		    e->type), who.principal, str_equal(strength, "ssh") ?
		    "no signature, and says that a key signed it" :
		    "a signature, and says that no key signed it");
	if (str_equal(strength, "ssh") && check_signature(v, e, &who) != 0)
		return -1;
	if (e->type == EVENT_REFUSED)
		return 0;
	count_strength(v->told, strength);
	if (approval_may_sign(step->rule, v->state, step, &who, v->err) != 0)
		return does_not_hold(v, e);
	return 0;
}

/* ---- what ran ------------------------------------------------------------ */

/* Before it is folded in: had enough people signed? */
static int
check_start(struct verifier *v, const struct event *e)
{
	const struct step_state *step = state_step(v->state,
	    json_str(e->data, "step"));
	const struct attempt_state *a = step != NULL ?
	    step_last_attempt(step) : NULL;

	/* Where nobody was asked the fold wants to know why. */
	if (a == NULL || step->rule == NULL)
		return 0;
	if (!approval_is_met(step, step->rule, a->digest, e->at_us))
		return bad(v, e, "step \"%s\" ran without the sign-offs that "
		    "it wants", step->id);
	return 0;
}

static int
check_plan(struct verifier *v, const struct event *e)
{
	char digest[SHA256_HEX_SIZE];
	const json_t *shown = json_object_get(e->data, "shown");

	approval_digest(shown, digest);
	if (!str_equal(digest, json_str(e->data, "digest")))
		return bad(v, e, "the digest of step \"%s\" is not that of "
		    "what was shown", json_str_or(e->data, "step", ""));
	if (!str_equal(json_str(shown, "class"), json_str(e->data, "class")))
		return bad(v, e, "step \"%s\" was shown as of another class",
		    json_str_or(e->data, "step", ""));
	return 0;
}

static int
check_closing(struct verifier *v, const struct event *e)
{
	const char *statement = json_str(e->data, "statement");
	char *key;

	if (statement == NULL)
		return 0;
	if (closing_check(v->scratch, &v->allowed, v->state, e, &key,
	    v->err) != 0)
		return does_not_hold(v, e);
	snprintf(v->told->sealed_by, sizeof(v->told->sealed_by), "%s, %s",
	    json_str_or(e->data, "sealed_by", "?"), key);
	return 0;
}

static int
check_event(struct verifier *v, const struct event *e)
{
	switch (e->type) {
	case EVENT_SIGNED:
	case EVENT_REFUSED:
		return check_sign(v, e);
	case EVENT_SIGNOFF_REJECTED:
		v->told->rejected++;
		return 0;
	case EVENT_STEP_PLANNED:
		return check_plan(v, e);
	case EVENT_ATTEMPT_STARTED:
		return check_start(v, e);
	case EVENT_MARKED:
		json_object_set_new(v->attempts,
		    json_str_or(e->data, "uuid", ""), json_true());
		return 0;
	case EVENT_RUN_CLOSED:
		return check_closing(v, e);
	default:
		return 0;
	}
}

static int
replay(struct verifier *v)
{
	struct event e;
	int rc;

	while ((rc = run_reader_next(v->reader, &e, v->err)) == 1) {
		if (check_event(v, &e) != 0 ||
		    state_apply(v->state, &e, v->err) != 0)
			return -1;
		if (e.type == EVENT_RUN_OPENED)
			take_allowed(v);
		json_object_set_new(v->heads, e.hash, json_integer(e.seq));
	}
	/* An engine may be writing the next one; behind the last there is none. */
	if (rc == 0 && v->state->is_closed && run_reader_rest(v->reader) > 0)
		return error_set(v->err, ERR_VERIFY,
		    "the journal goes on behind its closing record");
	return rc;
}

/* ---- anchors -------------------------------------------------------------- */

/* "4e1f 9c02", "4E1F-9C02": as people write them down. */
static char *
plain_hash(const void *owner, const char *head)
{
	char *plain = mem_strdup(owner, head), *out = plain;
	size_t i;

	for (i = 0; head[i] != '\0'; i++)
		if (isxdigit((unsigned char)head[i]))
			*out++ = (char)tolower((unsigned char)head[i]);
	*out = '\0';
	return plain;
}

static int64_t
find_head(const struct verifier *v, const char *beginning)
{
	const char *hash;
	json_t *seq;

	json_object_foreach(v->heads, hash, seq)
		if (str_starts(hash, beginning))
			return json_integer_value(seq);
	return 0;
}

static int
check_anchor(struct verifier *v, const struct anchor *a)
{
	char *head = plain_hash(v->scratch, a->head != NULL ? a->head : "");
	int64_t seq;

	if (a->attempt != NULL && json_object_get(v->attempts,
	    a->attempt) == NULL)
		return error_set(v->err, ERR_VERIFY, "%s has a step of this run "
		    "that the journal does not have", a->source);
	if (a->head == NULL)
		return 0;
	if (strlen(head) < ANCHOR_DIGITS)
		return error_set(v->err, ERR_USAGE, "a head is at least %d "
		    "digits, not \"%s\"", ANCHOR_DIGITS, a->head);
	seq = find_head(v, head);
	v->told->anchors++;
	if (seq != 0 && (a->seq == 0 || a->seq == seq))
		return 0;
	error_set(v->err, ERR_VERIFY,
	    "the journal is not the one that %s has seen", a->source);
	error_detail(v->err, "Its head was %.16s there%s.", head, seq == 0 ?
	    ", which no record has" : ", which another record has");
	return -1;
}

int
evidence_verify(const char *folder, const struct anchor *anchors, size_t count,
    struct evidence *told, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct verifier v = {
		.scratch = scratch, .folder = folder, .told = told, .err = err,
		.heads = json_owned(scratch, json_object()),
		.attempts = json_owned(scratch, json_object()),
	};
	int rc = -1;
	size_t i;

	memset(told, 0, sizeof(*told));
	if (run_verify(folder, &told->bundle, err) == 0) {
		v.state = state_new(scratch);
		v.reader = run_reader_open(scratch, folder, err);
		rc = v.reader == NULL ? -1 : replay(&v);
	}
	for (i = 0; i < count && rc == 0; i++)
		rc = check_anchor(&v, &anchors[i]);
	talloc_free(scratch);
	return rc;
}
