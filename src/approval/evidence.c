/* approval/evidence.c - does a run's evidence of its sign-offs hold? */

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "approval/accept.h"
#include "approval/approval.h"
#include "approval/closing.h"
#include "approval/decision.h"
#include "approval/evidence.h"
#include "approval/request.h"
#include "base/clock.h"
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

static bool
is_same_time(const char *a, const char *b)
{
	int64_t a_us, b_us;

	return a != NULL && b != NULL &&
	    clock_parse_rfc3339(a, &a_us, NULL) == 0 &&
	    clock_parse_rfc3339(b, &b_us, NULL) == 0 && a_us == b_us;
}

/* One that is not there is an empty one. */
static bool
is_same_list(const json_t *a, const json_t *b)
{
	return json_array_size(a) == json_array_size(b) &&
	    (json_array_size(a) == 0 || json_equal(a, b));
}

/* Is the record what such an act leaves? */
static bool
fits_act(const struct event *e, const struct statement *s)
{
	const json_t *d = e->data;

	switch (s->act) {
	case ACT_APPROVE:
	case ACT_BREAK_GLASS:
		return e->type == EVENT_SIGNED && str_equal(s->act ==
		    ACT_APPROVE ? "ssh" : "break-glass",
		    json_str(d, "strength")) &&
		    str_equal(s->note, json_str(d, "note"));
	case ACT_REFUSE:
		return e->type == EVENT_REFUSED &&
		    str_equal(s->reason, json_str(d, "reason"));
	case ACT_DECIDE:
		return e->type == EVENT_REVIEWED &&
		    json_equal(s->decisions, json_object_get(d, "decisions")) &&
		    is_same_list(s->comments, json_object_get(d, "comments"));
	case ACT_HAND_OVER:
		return e->type == EVENT_HANDED_OVER &&
		    str_equal(s->note, json_str(d, "text")) &&
		    str_equal(s->risks, json_str(d, "risks"));
	case ACT_TAKE_OVER:
		return e->type == EVENT_TAKEN_OVER;
	case ACT_EXTEND:
		return e->type == EVENT_WINDOW_EXTENDED &&
		    str_equal(s->reason, json_str(d, "reason")) &&
		    is_same_time(s->end, json_str(d, "end"));
	default:
		return false;
	}
}

/* The record says what the statement says. */
static int
check_record(struct verifier *v, const struct event *e,
    const struct statement *s)
{
	if (fits_act(e, s) &&
	    str_equal(s->principal, json_str(e->data, "principal")) &&
	    str_equal(s->step, json_str(e->data, "step")) &&
	    str_equal(s->digest, json_str(e->data, "digest")))
		return 0;
	return bad(v, e, "record \"%s\" says something else than what was "
	    "signed", event_name(e->type));
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
	    accept_statement(v->state, &s, e->at_us, v->err) != 0 ||
	    request_check(v->folder, &s, v->err) != 0)
		return does_not_hold(v, e);
	who->key = found.key;
	who->is_executors = found.is_executors;
	if (!str_equal(found.key, json_str(e->data, "key")))
		return bad(v, e, "record \"%s\" names another key than the one "
		    "that signed", event_name(e->type));
	return check_record(v, e, &s);
}

/* Who it was, by the record, and by his signature where it has one. */
static int
check_who(struct verifier *v, const struct event *e, struct signer *who)
{
	const char *strength = json_str_or(e->data, "strength", "");
	bool has_signature = json_str(e->data, "signature") != NULL;

	*who = (struct signer){
		.principal = json_str_or(e->data, "principal", ""),
		.user = json_str(e->data, "user"),
		.uid = json_int(e->data, "uid", -1),
		.strength = strength, .reason = json_str(e->data, "note"),
	};
	if (str_equal(strength, "ssh") && !has_signature)
		return bad(v, e, "record \"%s\" of \"%s\" has no signature, "
		    "and says that a key signed it", event_name(e->type),
		    who->principal);
	if (has_signature && !str_equal(strength, "ssh") &&
	    !str_equal(strength, "break-glass"))
		return bad(v, e, "record \"%s\" of \"%s\" has a signature, and "
		    "says that no key signed it", event_name(e->type),
		    who->principal);
	return has_signature ? check_signature(v, e, who) : 0;
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
	const struct step_state *step = state_step(v->state,
	    json_str(e->data, "step"));
	struct signer who;

	if (step == NULL || step->rule == NULL)
		return bad(v, e, "a sign-off for step \"%s\" was not asked for",
		    json_str_or(e->data, "step", ""));
	if (check_who(v, e, &who) != 0)
		return -1;
	if (e->type == EVENT_REFUSED)
		return 0;
	count_strength(v->told, who.strength);
	if (approval_may_sign(step->rule, v->state, step, &who, v->err) != 0)
		return does_not_hold(v, e);
	return 0;
}

/* A word on a drift item, or many of them, signed. */
static int
check_decision(struct verifier *v, const struct event *e)
{
	const struct step_state *step = state_step(v->state,
	    json_str(e->data, "step"));
	bool is_signed = e->type == EVENT_REVIEWED;
	struct signer who;
	int rc;

	if (check_who(v, e, &who) != 0)
		return -1;
	if (is_signed != str_equal(who.strength, "ssh"))
		return bad(v, e, "decisions of \"%s\" have no signature, and "
		    "say that a key signed them", who.principal);
	/* Class C, which stays as it is. */
	if (step == NULL || (str_equal(who.principal, "runbook") &&
	    str_equal(json_str(e->data, "truth"), "out_of_scope")))
		return 0;
	rc = is_signed ? decisions_may_be(v->state, step,
	    json_object_get(e->data, "decisions"),
	    json_object_get(e->data, "comments"), &who, v->err) :
	    decision_may_be(v->state, step, e->data, &who, v->err);
	v->told->decisions += is_signed ? (int64_t)json_array_size(
	    json_object_get(e->data, "decisions")) : 1;
	return rc == 0 ? 0 : does_not_hold(v, e);
}

/* A review ends when all is decided. */
static int
check_answer(struct verifier *v, const struct event *e)
{
	const struct step_state *step = state_step(v->state,
	    json_str(e->data, "step"));
	const struct attempt_state *a = step != NULL ?
	    step_last_attempt(step) : NULL;

	if (a == NULL || !str_equal(json_str(a->question, "type"), "review"))
		return 0;
	return review_is_met(v->state, step, v->err) == 0 ? 0 :
	    does_not_hold(v, e);
}

/* The run is passed on, taken over, or gets more time. */
static int
check_lead(struct verifier *v, const struct event *e)
{
	struct signer who;

	if (check_who(v, e, &who) != 0)
		return -1;
	if (e->type == EVENT_HANDED_OVER &&
	    !str_equal(who.principal, v->state->operator_))
		return bad(v, e, "the run is passed on by \"%s\", who does not "
		    "lead it", who.principal);
	return approval_may_lead(v->state, e->type == EVENT_TAKEN_OVER, &who,
	    v->err) == 0 ? 0 : does_not_hold(v, e);
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
	case EVENT_DECIDED:
	case EVENT_REVIEWED:
		return check_decision(v, e);
	case EVENT_ANSWERED:
		return check_answer(v, e);
	case EVENT_HANDED_OVER:
	case EVENT_TAKEN_OVER:
	case EVENT_WINDOW_EXTENDED:
		return check_lead(v, e);
	case EVENT_REQUEST_OPENED:
		return bad(v, e, "this is a reviewer's copy, not the run");
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
