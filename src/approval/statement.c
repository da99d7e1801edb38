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

/* What a person does, and what the statement must have besides. */
static const struct act {
	const char	*name;
	const char	*wants[3];
} acts[] = {
	[ACT_APPROVE] = { "approve", { "step", "digest" } },
	[ACT_REFUSE] = { "refuse", { "step", "digest", "reason" } },
	[ACT_BREAK_GLASS] = { "break_glass", { "step", "digest", "note" } },
	[ACT_DECIDE] = { "decide", { "step", "digest" } },
	[ACT_HAND_OVER] = { "hand_over", { "note" } },
	[ACT_TAKE_OVER] = { "take_over", { NULL } },
	[ACT_EXTEND] = { "extend", { "end", "reason" } },
};

static int
not_ours(struct error *err, const char *detail)
{
	error_set(err, ERR_POLICY, "this is no sign-off of pgrunbook's");
	error_detail(err, "%s", detail);
	return -1;
}

static bool
is_text(const json_t *value)
{
	return json_is_string(value) && strlen(json_string_value(value)) ==
	    json_string_length(value);
}

/* Is it an object of texts, with names from known alone? */
static bool
is_texts(const json_t *object, const char *const *known)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!json_is_object(object))
		return false;
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		for (i = 0; known[i] != NULL; i++)
			if (str_equal(known[i], key))
				break;
		if (known[i] == NULL || !is_text(value))
			return false;
	}
	return true;
}

static bool
is_list_of(const json_t *list, const char *const *known)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (!is_texts(json_array_get(list, i), known))
			return false;
	return list == NULL || json_is_array(list);
}

/* Texts, all of them but the lists, and none that we do not know. */
static int
check_fields(const json_t *object, struct error *err)
{
	static const char *const known[] = {
		"at", "decision", "digest", "end", "export_head",
		"export_sha256", "nonce", "note", "pgrunbook", "principal",
		"reason", "request", "risks", "run", "step", "typed", NULL,
	};
	static const char *const of_decision[] = {
		"item", "truth", "reason", "to", NULL,
	};
	static const char *const of_comment[] = { "item", "text", NULL };
	const json_t *decisions = json_object_get(object, "decisions");
	const json_t *comments = json_object_get(object, "comments");
	json_t *plain = memory_check(json_copy((json_t *)(uintptr_t)object));
	bool is_known;

	json_object_del(plain, "decisions");
	json_object_del(plain, "comments");
	is_known = is_texts(plain, known) &&
	    is_list_of(decisions, of_decision) &&
	    is_list_of(comments, of_comment);
	json_decref(plain);
	return is_known ? 0 : not_ours(err, "The statement has a field that "
	    "is not known, or is no text.");
}

static int
take_act(const json_t *object, struct statement *s, struct error *err)
{
	const char *name = json_str_or(object, "decision", "");
	const struct act *act = NULL;
	size_t i;

	for (i = 0; i < COUNT_OF(acts); i++)
		if (str_equal(acts[i].name, name)) {
			act = &acts[i];
			s->act = (enum statement_act)i;
		}
	if (act == NULL)
		return not_ours(err, "It neither approves nor refuses.");
	for (i = 0; i < COUNT_OF(act->wants) && act->wants[i] != NULL; i++)
		if (*json_str_or(object, act->wants[i], "") == '\0')
			return not_ours(err, s->act == ACT_REFUSE ?
			    "It refuses without a reason, or lacks a field." :
			    "The statement lacks a field.");
	if ((s->act == ACT_DECIDE) !=
	    (json_object_get(object, "decisions") != NULL))
		return not_ours(err, "Decisions belong to a review.");
	return 0;
}

static int
take_fields(const void *owner, json_t *object, struct statement *s,
    struct error *err)
{
	const struct {
		const char	**to, *key;
		bool		 is_wanted;
	} fields[] = {
		{ &s->run, "run", true }, { &s->request, "request", true },
		{ &s->principal, "principal", true },
		{ &s->nonce, "nonce", true }, { &s->step, "step", false },
		{ &s->digest, "digest", false }, { &s->typed, "typed", false },
		{ &s->note, "note", false }, { &s->reason, "reason", false },
		{ &s->risks, "risks", false }, { &s->end, "end", false },
		{ &s->export_head, "export_head", false },
		{ &s->export_sha256, "export_sha256", false },
	};
	size_t i;

	if (take_act(object, s, err) != 0)
		return -1;
	for (i = 0; i < COUNT_OF(fields); i++) {
		*fields[i].to = mem_strdup(owner, json_str(object,
		    fields[i].key));
		if (fields[i].is_wanted && (*fields[i].to == NULL ||
		    **fields[i].to == '\0'))
			return not_ours(err, "The statement lacks a field.");
	}
	s->decisions = json_object_get(object, "decisions");
	s->comments = json_object_get(object, "comments");
	if (s->decisions != NULL || s->comments != NULL)
		json_owned(owner, json_incref(object));
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
static const char *
request_of(const struct run_state *state, const char *step, const char *digest)
{
	const struct step_state *s = state_step(
	    (struct run_state *)(uintptr_t)state, step);
	size_t i;

	for (i = s != NULL ? s->request_count : 0; i > 0; i--)
		if (str_equal(s->requests[i - 1].digest, digest))
			return s->requests[i - 1].hash;
	return "";
}

/* His last word on each item of the step. */
static json_t *
words_of(const struct run_state *state, const char *step,
    const char *principal)
{
	json_t *list = memory_check(json_array());
	json_t *seen = memory_check(json_object());
	size_t i;

	for (i = state->decision_count; i > 0; i--) {
		const struct decision_state *d = &state->decisions[i - 1];

		if (!str_equal(d->step, step) ||
		    !str_equal(d->principal, principal) ||
		    json_object_get(seen, d->item) != NULL)
			continue;
		json_object_set_new(seen, d->item, json_true());
		json_array_insert_new(list, 0, memory_check(json_pack(
		    "{s:s, s:s, s:s*, s:s*}", "item", d->item, "truth",
		    d->truth, "reason", d->reason, "to", d->to)));
	}
	json_decref(seen);
	return list;
}

/* Those that he made upon a request: at the run they are in its journal. */
static json_t *
comments_of(const struct run_state *state, const char *step,
    const char *principal)
{
	json_t *list = memory_check(json_array());
	size_t i = state->request != NULL ? state->request_notes :
	    state->note_count;

	for (; i < state->note_count; i++) {
		const struct note_state *n = &state->notes[i];

		if (n->item != NULL && str_equal(n->step, step) &&
		    str_equal(n->principal, principal))
			json_array_append_new(list, memory_check(json_pack(
			    "{s:s, s:s}", "item", n->item, "text", n->text)));
	}
	return list;
}

/* The intent as an act, and the record that it is upon. */
static bool
act_of(const struct run_state *state, enum intent_type t, json_t *fields,
    enum statement_act *act, const char **request)
{
	const char *step = json_str(fields, "step");
	const struct step_state *s = state_step(
	    (struct run_state *)(uintptr_t)state, step);

	switch (t) {
	case INTENT_SIGN:
		*act = json_flag(fields, "break_glass") ? ACT_BREAK_GLASS :
		    ACT_APPROVE;
		*request = request_of(state, step, json_str(fields, "digest"));
		return true;
	case INTENT_REFUSE:
		*act = ACT_REFUSE;
		*request = request_of(state, step, json_str(fields, "digest"));
		return true;
	case INTENT_FINISH_REVIEW:
		*act = ACT_DECIDE;
		*request = s != NULL && s->request_count > 0 ?
		    s->requests[s->request_count - 1].hash : "";
		return true;
	case INTENT_HAND_OVER:
		*act = ACT_HAND_OVER;
		*request = state->led_hash;
		return true;
	case INTENT_TAKE_OVER:
		*act = ACT_TAKE_OVER;
		*request = state->handed_hash;
		return true;
	case INTENT_EXTEND:
		*act = ACT_EXTEND;
		*request = state->end_hash;
		return true;
	default:
		return false;
	}
}

static json_t *
statement_json(const struct run_state *state, enum statement_act act,
    const char *request, const char *principal, const json_t *fields)
{
	static const char *const said[] = { "step", "digest", "typed", "note",
		"reason", "risks", "end" };
	const char *step = json_str(fields, "step");
	char *at = clock_rfc3339(NULL, clock_now_us());
	char *nonce = random_hex(at, NONCE_DIGITS);
	json_t *object = memory_check(json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*}",
	    "pgrunbook", STATEMENT_FORM, "at", at, "nonce", nonce,
	    "decision", acts[act].name, "run", state->run,
	    "request", request, "principal", principal,
	    "export_head", json_str(state->request, "head"),
	    "export_sha256", json_str(state->request, "sha256"),
	    "note", act == ACT_HAND_OVER ? json_str(fields, "text") : NULL));
	size_t i;

	for (i = 0; i < COUNT_OF(said); i++)
		if (json_str(fields, said[i]) != NULL)
			json_object_set(object, said[i],
			    json_object_get(fields, said[i]));
	if (act == ACT_DECIDE) {
		const struct step_state *s = state_step(
		    (struct run_state *)(uintptr_t)state, step);

		json_object_set_new(object, "digest", json_string(
		    s->requests[s->request_count - 1].digest));
		json_object_set_new(object, "decisions",
		    words_of(state, step, principal));
		json_object_set_new(object, "comments",
		    comments_of(state, step, principal));
	}
	talloc_free(at);
	return object;
}

int
statement_add(const char *key, const struct run_state *state,
    const char *principal, enum intent_type t, json_t *fields,
    struct error *err)
{
	enum statement_act act;
	const char *request;
	char *text, *signature = NULL;
	json_t *object;
	int rc;

	/* Without signers a signature is nobody's. */
	if (json_str(json_object_get(json_object_get(state->opened, "window"),
	    "signers"), "path") == NULL ||
	    !act_of(state, t, fields, &act, &request))
		return 0;
	if (request[0] == '\0')
		return error_set(err, ERR_POLICY,
		    "the run has not asked for this sign-off");
	object = statement_json(state, act, request, principal, fields);
	text = json_stable(NULL, object);
	json_decref(object);
	if (strlen(text) > STATEMENT_MAX)
		rc = error_set(err, ERR_TOO_LONG, "there is too much to be "
		    "signed at once");
	else
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
