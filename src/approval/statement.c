/* approval/statement.c - making and reading signed statements. */

#include <stdlib.h>
#include <string.h>

#include "approval/keygen.h"
#include "approval/statement.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"

#define STATEMENT_FORM	"signoff-v1"
#define FILE_FORM	"approval-v1"
#define NONCE_DIGITS	32

static int
not_ours(struct error *err, const char *detail)
{
	error_set(err, ERR_POLICY, "this is no sign-off of pgrunbook's");
	error_detail(err, "%s", detail);
	return -1;
}

/* Texts, all of them, and none that we do not know. */
static int
check_fields(json_t *object, struct error *err)
{
	static const char *const known[] = {
		"at", "decision", "digest", "nonce", "note", "pgrunbook",
		"principal", "reason", "request", "run", "step", "typed",
	};
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach(object, key, value) {
		for (i = 0; i < COUNT_OF(known); i++)
			if (str_equal(known[i], key))
				break;
		if (i == COUNT_OF(known) || !json_is_string(value) ||
		    strlen(json_string_value(value)) !=
		    json_string_length(value))
			return not_ours(err, "The statement has a field that "
			    "is not known, or is no text.");
	}
	return 0;
}

static int
take_fields(const void *owner, const json_t *object, struct statement *s,
    struct error *err)
{
	const char *decision = json_str_or(object, "decision", "");
	const struct {
		const char	**to, *key;
	} wanted[] = {
		{ &s->run, "run" }, { &s->step, "step" },
		{ &s->digest, "digest" }, { &s->request, "request" },
		{ &s->principal, "principal" }, { &s->nonce, "nonce" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(wanted); i++) {
		*wanted[i].to = mem_strdup(owner, json_str(object,
		    wanted[i].key));
		if (*wanted[i].to == NULL || **wanted[i].to == '\0')
			return not_ours(err, "The statement lacks a field.");
	}
	s->is_refusal = str_equal(decision, "refuse");
	s->typed = mem_strdup(owner, json_str(object, "typed"));
	s->note = mem_strdup(owner, json_str(object, "note"));
	s->reason = mem_strdup(owner, json_str(object, "reason"));
	if (!s->is_refusal && !str_equal(decision, "approve"))
		return not_ours(err, "It neither approves nor refuses.");
	if (s->is_refusal && s->reason == NULL)
		return not_ours(err, "It refuses without a reason.");
	if (clock_parse_rfc3339(json_str_or(object, "at", ""), &s->at_us,
	    NULL) != 0)
		return not_ours(err, "The statement has no time.");
	return 0;
}

int
statement_parse(const void *owner, const char *text, const char *signature,
    struct statement *s, struct error *err)
{
	json_t *object = NULL;
	char *stable;
	int rc;

	memset(s, 0, sizeof(*s));
	if (strlen(text) > STATEMENT_MAX ||
	    json_parse(text, strlen(text), &object, NULL) != 0)
		return not_ours(err, "The statement is no JSON.");
	stable = json_stable(NULL, object);
	/* Two spellings of one statement would be two statements. */
	if (!json_is_object(object) || !str_equal(stable, text))
		rc = not_ours(err, "The statement is not in its exact form.");
	else if (!str_equal(json_str(object, "pgrunbook"), STATEMENT_FORM))
		rc = not_ours(err, "It is not a statement of this version.");
	else if ((rc = check_fields(object, err)) == 0)
		rc = take_fields(owner, object, s, err);
	s->text = mem_strdup(owner, text);
	s->signature = mem_strdup(owner, signature);
	talloc_free(stable);
	json_decref(object);
	return rc;
}

/* ---- signing --------------------------------------------------------------- */

/* The newest request about this digest: what the person has before him. */
static const struct request_state *
request_of(const struct run_state *state, const char *step, const char *digest)
{
	const struct step_state *s = state_step(
	    (struct run_state *)(uintptr_t)state, step);
	size_t i;

	for (i = s != NULL ? s->request_count : 0; i > 0; i--)
		if (str_equal(s->requests[i - 1].digest, digest))
			return &s->requests[i - 1];
	return NULL;
}

static json_t *
statement_json(const struct run_state *state, const char *request,
    const char *principal, bool is_refusal, const json_t *fields)
{
	static const char *const said[] = { "typed", "note", "reason" };
	char *at = clock_rfc3339(NULL, clock_now_us());
	char *nonce = random_hex(at, NONCE_DIGITS);
	json_t *object = memory_check(json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
	    "pgrunbook", STATEMENT_FORM, "at", at, "nonce", nonce,
	    "decision", is_refusal ? "refuse" : "approve",
	    "run", state->run, "step", json_str_or(fields, "step", ""),
	    "digest", json_str_or(fields, "digest", ""),
	    "request", request, "principal", principal));
	size_t i;

	for (i = 0; i < COUNT_OF(said); i++)
		if (json_str(fields, said[i]) != NULL)
			json_object_set(object, said[i],
			    json_object_get(fields, said[i]));
	talloc_free(at);
	return object;
}

int
statement_add(const char *key, const struct run_state *state,
    const char *principal, enum intent_type t, json_t *fields,
    struct error *err)
{
	const struct request_state *request;
	char *text, *signature = NULL;
	json_t *object;
	int rc;

	if (t != INTENT_SIGN && t != INTENT_REFUSE)
		return 0;
	request = request_of(state, json_str(fields, "step"),
	    json_str(fields, "digest"));
	if (request == NULL || request->hash[0] == '\0')
		return error_set(err, ERR_POLICY,
		    "the run has not asked for this sign-off");
	object = statement_json(state, request->hash, principal,
	    t == INTENT_REFUSE, fields);
	text = json_stable(NULL, object);
	json_decref(object);
	rc = keygen_sign(text, key, text, &signature, err);
	if (rc == 0) {
		json_object_set_new(fields, "statement", json_string(text));
		json_object_set_new(fields, "signature",
		    json_string(signature));
	}
	talloc_free(text);
	return rc;
}

/* ---- files ----------------------------------------------------------------- */

char *
statement_to_file(const void *owner, const char *statement,
    const char *signature)
{
	json_t *object = memory_check(json_pack("{s:s, s:s, s:s}", "pgrunbook",
	    FILE_FORM, "statement", statement, "signature", signature));
	char *pretty = json_pretty(owner, object);
	char *text = mem_printf(owner, "%s\n", pretty);

	talloc_free(pretty);
	json_decref(object);
	return text;
}

int
statement_from_file(const void *owner, const char *text, size_t size_bytes,
    struct statement *s, struct error *err)
{
	const char *statement, *signature;
	json_t *object = NULL;
	int rc;

	memset(s, 0, sizeof(*s));
	if (json_parse(text, size_bytes, &object, NULL) != 0)
		return not_ours(err, "The file is no JSON.");
	statement = json_str(object, "statement");
	signature = json_str(object, "signature");
	if (!str_equal(json_str(object, "pgrunbook"), FILE_FORM) ||
	    statement == NULL || signature == NULL)
		rc = not_ours(err, "The file lacks its statement or its "
		    "signature, or is of another version.");
	else
		rc = statement_parse(owner, statement, signature, s, err);
	json_decref(object);
	return rc;
}

const char *
statement_key(const void *owner, const char *option)
{
	const char *given = option != NULL ? option : getenv("PGRUNBOOK_KEY");
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path;

	if (given != NULL)
		return *given != '\0' ? given : NULL;
	if (config != NULL && *config != '\0')
		path = mem_printf(owner, "%s/pgrunbook/signing-key", config);
	else
		path = mem_printf(owner, "%s/.config/pgrunbook/signing-key",
		    home != NULL ? home : "");
	return file_exists(path) ? path : NULL;
}
