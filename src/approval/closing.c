/* approval/closing.c - the closing of a run, signed with an ssh key. */

#include <string.h>

#include "approval/closing.h"
#include "approval/keygen.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"

#define CLOSING_FORM	"closing-v1"

static json_t *
statement_json(const struct run_state *state, const char *principal,
    const char *outcome, const char *at)
{
	return memory_check(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I}",
	    "pgrunbook", CLOSING_FORM, "run", state->run, "outcome", outcome,
	    "principal", principal, "at", at, "head", state->head,
	    "count", (json_int_t)state->last_seq));
}

json_t *
closing_sign(const struct run_state *state, const char *key,
    const char *principal, const char *outcome, struct error *err)
{
	void *scratch = talloc_new(NULL);
	json_t *fields = NULL, *statement = statement_json(state, principal,
	    outcome, clock_rfc3339(scratch, clock_now_us()));
	char *text = json_stable(scratch, statement), *signature;

	json_decref(statement);
	if (keygen_sign(scratch, key, text, &signature, err) == 0)
		fields = memory_check(json_pack("{s:s, s:s, s:s}",
		    "sealed_by", principal, "statement", text,
		    "signature", signature));
	talloc_free(scratch);
	return fields;
}

int
closing_check(const void *owner, const struct allowed *allowed,
    const struct run_state *state, const struct event *closed, char **key,
    struct error *err)
{
	const char *text = json_str_or(closed->data, "statement", "");
	const char *signature = json_str_or(closed->data, "signature", "");
	const char *principal = json_str_or(closed->data, "sealed_by", "");
	json_t *said = NULL, *wanted;
	bool is_same;

	*key = NULL;
	if (json_parse(text, strlen(text), &said, err) != 0)
		return error_context(err, "the closing's statement");
	wanted = statement_json(state, principal,
	    json_str_or(closed->data, "outcome", ""),
	    json_str_or(said, "at", ""));
	is_same = json_equal(said, wanted) != 0;
	json_decref(said);
	json_decref(wanted);
	if (!is_same)
		return error_set(err, ERR_VERIFY,
		    "what was signed at the closing is not what the journal is");
	if (allowed->signers == NULL) {
		/* Nobody said whose keys count: it is a signature, no more. */
		if (keygen_check(text, signature, err) == 0) {
			*key = mem_strdup(owner, "by a key that no file of "
			    "signers names");
			return 0;
		}
	} else if (keygen_verify(owner, allowed->signers, allowed->revoked,
	    principal, text, signature, closed->at_us, key, err) == 0) {
		return 0;
	}
	return error_context(err, "the signature of the closing does not hold");
}
