/* approval/accept.c - is a signed statement one that a run takes? */

#include <string.h>

#include "approval/accept.h"
#include "approval/keygen.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"

#define CLOCKS_APART_US	((int64_t)5 * 60 * 1000000)

/* ---- whose it is ------------------------------------------------------------ */

static bool
is_name_of(char **patterns, const char *name)
{
	for (; *patterns != NULL; patterns++)
		if (str_glob(name, *patterns))
			return true;
	return false;
}

/* It does not verify: why, as far as it can be told. */
static int
explain(const void *scratch, const struct allowed *allowed,
    const struct statement *s, struct error *err)
{
	char **names, *said = mem_strdup(scratch, err->detail);
	bool is_untimely;

	if (keygen_principals(scratch, allowed->signers, s->signature, &names,
	    err) != 0)
		return -1;
	/* That it does not hold is certain; the words only say why. */
	is_untimely = strstr(said, "expired") != NULL ||
	    strstr(said, "not yet valid") != NULL ||
	    strstr(said, "not permitted") != NULL;
	if (names[0] == NULL && !is_untimely)
		error_set(err, ERR_POLICY, "the key of the sign-off is not "
		    "among the allowed signers");
	else if (!is_untimely && !is_name_of(names, s->principal))
		error_set(err, ERR_POLICY, "the key of the sign-off is that "
		    "of \"%s\", not of \"%s\"", names[0], s->principal);
	else
		error_set(err, ERR_POLICY, "the key of \"%s\" was not valid "
		    "for sign-offs when he signed", s->principal);
	error_detail(err, "%s", said);
	error_hint(err, "a reviewer says who he is with --as NAME, as in the "
	    "file of allowed signers");
	return -1;
}

static int
check_revoked(const void *scratch, const struct allowed *allowed,
    const char *revoked, const struct statement *s, int64_t as_of_us,
    struct error *err)
{
	char *key;

	if (revoked == NULL || !file_exists(revoked))
		return 0;
	if (keygen_verify(scratch, allowed->signers, revoked, s->principal,
	    s->text, s->signature, as_of_us, &key, err) == 0)
		return 0;
	return error_set(err, ERR_POLICY, "the key of \"%s\" is revoked",
	    s->principal);
}

static bool
is_executors(const void *scratch, const struct allowed *allowed,
    const struct run_state *state, const struct statement *s, const char *key)
{
	const json_t *operator_ = json_object_get(state->opened, "operator");
	const char *name = json_str_or(operator_, "principal", "");
	struct error ignored = { 0 };
	char **names;

	if (str_equal(json_str(operator_, "key"), key))
		return true;
	return keygen_principals(scratch, allowed->signers, s->signature,
	    &names, &ignored) == 0 && is_name_of(names, name);
}

int
accept_signature(const void *owner, const struct allowed *allowed,
    const struct run_state *state, const struct statement *s, int64_t as_of_us,
    struct accepted *found, struct error *err)
{
	void *scratch = talloc_new(NULL);
	int rc = -1;

	found->key = NULL;
	if (allowed->signers == NULL) {
		error_set(err, ERR_POLICY,
		    "the run has no file of allowed signers");
		error_hint(err, "the window names it with \"signers\"");
	} else if (keygen_check(s->text, s->signature, err) != 0) {
		char *said = mem_strdup(scratch, err->detail);

		error_set(err, ERR_POLICY,
		    "the signature does not fit what it is said to sign");
		error_detail(err, "%s", said);
	} else if (keygen_verify(owner, allowed->signers, NULL, s->principal,
	    s->text, s->signature, as_of_us, &found->key, err) != 0) {
		rc = explain(scratch, allowed, s, err);
	} else {
		rc = check_revoked(scratch, allowed, allowed->revoked, s,
		    as_of_us, err);
		if (rc == 0)
			rc = check_revoked(scratch, allowed,
			    allowed->revoked_now, s, as_of_us, err);
		found->is_executors = is_executors(scratch, allowed, state, s,
		    found->key);
	}
	talloc_free(scratch);
	return rc;
}

/* ---- what it is about -------------------------------------------------------- */

/* The last attempt that was done; 0: none. */
static int
last_success(const struct step_state *step)
{
	size_t i;

	for (i = step->attempt_count; i > 0; i--)
		if (str_equal(step->attempts[i - 1].outcome, "done"))
			return step->attempts[i - 1].number;
	return 0;
}

static int
check_request(const struct step_state *step, const struct statement *s,
    struct error *err)
{
	size_t i;

	for (i = 0; i < step->request_count; i++) {
		const struct request_state *r = &step->requests[i];

		if (!str_equal(r->hash, s->request))
			continue;
		if (!str_equal(r->digest, s->digest))
			return error_set(err, ERR_POLICY, "the sign-off names "
			    "a request about another digest than its own");
		if (r->attempt <= last_success(step))
			return error_set(err, ERR_POLICY, "the sign-off was "
			    "for an attempt that is done; what is done again "
			    "is signed again");
		return 0;
	}
	return error_set(err, ERR_POLICY,
	    "the sign-off names a request that this run has not made");
}

int64_t
accept_expires_us(const json_t *rule, const struct statement *s)
{
	int64_t expires_ms = json_int(rule, "expires_ms", 0);

	return expires_ms > 0 ? s->at_us + expires_ms * 1000 : 0;
}

/* rule: null, where the act has none. */
static int
check_times(const json_t *rule, const struct statement *s, int64_t now_us,
    struct error *err)
{
	int64_t expires_us = accept_expires_us(rule, s);
	char *at;

	if (s->at_us > now_us + CLOCKS_APART_US)
		error_set(err, ERR_POLICY, "the sign-off is from the future");
	else if (expires_us != 0 && expires_us <= now_us)
		error_set(err, ERR_POLICY, "the sign-off has expired");
	else
		return 0;
	at = clock_rfc3339(NULL, s->at_us);
	error_detail(err, "It says that it was made at %s.", at);
	talloc_free(at);
	return -1;
}

/* What waits at the step at hand: a sign-off, or (with is_review) decisions. */
static int
check_waits(const struct step_state *step, bool is_review, struct error *err)
{
	const struct attempt_state *a = step != NULL ? step_last_attempt(step) :
	    NULL;
	const json_t *question = a != NULL ? a->question : NULL;

	if (a != NULL && step->status == STEP_WAITING && (is_review ?
	    str_equal(json_str(question, "type"), "review") :
	    question == NULL && step->rule != NULL))
		return 0;
	return error_set(err, ERR_POLICY, is_review ?
	    "no review waits for decisions now" :
	    "nothing waits for a sign-off now");
}

/* The digest that signatures are wanted upon now. */
static const char *
wanted_digest(const struct step_state *step, bool is_review)
{
	return is_review ? step->requests[step->request_count - 1].digest :
	    step_last_attempt(step)->digest;
}

static int
accept_of_step(const struct run_state *state, const struct statement *s,
    int64_t now_us, struct error *err)
{
	const struct step_state *step = state->current < state->step_count ?
	    &state->steps[state->current] : NULL;
	bool is_review = s->act == ACT_DECIDE;
	const char *digest;

	if (check_waits(step, is_review, err) != 0)
		return -1;
	if (!str_equal(s->step, step->id)) {
		error_set(err, ERR_POLICY, "the sign-off is for another step");
		error_detail(err, "It is for \"%s\", and \"%s\" waits.",
		    s->step, step->id);
		return -1;
	}
	digest = wanted_digest(step, is_review);
	if (!str_equal(s->digest, digest)) {
		error_set(err, ERR_POLICY,
		    "the sign-off is about another digest");
		error_detail(err, "It is about %.64s, what would run has %s.",
		    s->digest, digest);
		return -1;
	}
	if (check_request(step, s, err) != 0)
		return -1;
	return check_times(is_review ? json_object_get(
	    step_last_attempt(step)->question, "rule") : step->rule, s, now_us,
	    err);
}

/* About the run: upon the record that is in force now. */
static int
accept_of_run(const struct run_state *state, const struct statement *s,
    int64_t now_us, struct error *err)
{
	const char *wanted = s->act == ACT_HAND_OVER ? state->led_hash :
	    s->act == ACT_TAKE_OVER ? state->handed_hash : state->end_hash;

	if (wanted[0] == '\0' || !str_equal(s->request, wanted))
		return error_set(err, ERR_POLICY, "what was signed is upon a "
		    "state of the run that is not in force");
	return check_times(NULL, s, now_us, err);
}

int
accept_statement(const struct run_state *state, const struct statement *s,
    int64_t now_us, struct error *err)
{
	if (!str_equal(s->run, state->run)) {
		error_set(err, ERR_POLICY, "the sign-off is for another run");
		error_detail(err, "It is for \"%s\".", s->run);
		return -1;
	}
	if (state_has_taken(state, s->text))
		return error_set(err, ERR_POLICY,
		    "the sign-off is a replay: it was taken before");
	return s->step != NULL ? accept_of_step(state, s, now_us, err) :
	    accept_of_run(state, s, now_us, err);
}
