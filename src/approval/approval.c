/* approval/approval.c - who may sign under a rule, and when it is enough. */

#include <inttypes.h>
#include <string.h>

#include "approval/approval.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"

void
approval_digest(const json_t *shown, char hex[SHA256_HEX_SIZE])
{
	char *text = json_stable(NULL, shown);

	sha256_of(text, strlen(text), hex);
	talloc_free(text);
}

bool
approval_is_among(const json_t *list, const char *name)
{
	size_t i;

	if (json_array_size(list) == 0)
		return true;
	for (i = 0; i < json_array_size(list); i++) {
		const char *one = json_string_value(json_array_get(list, i));

		if (one != NULL && strcmp(one, name) == 0)
			return true;
	}
	return false;
}

static int
check_from(const json_t *rule, const struct step_state *step,
    const struct signer *who, struct error *err)
{
	const json_t *from = json_object_get(rule, "from");
	struct buffer *names;
	size_t i;

	if (approval_is_among(from, who->principal))
		return 0;
	error_set(err, ERR_POLICY, "\"%s\" may not sign for step \"%s\"",
	    who->principal, step->id);
	names = buffer_new(NULL);
	for (i = 0; i < json_array_size(from); i++)
		buffer_printf(names, "%s%s", i > 0 ? ", " : "",
		    json_string_value(json_array_get(from, i)));
	error_detail(err, "It wants the sign-off of one of: %s.", names->data);
	error_hint(err, "a reviewer says who he is with --as NAME");
	talloc_free(names);
	return -1;
}

static int
check_not_executor(const json_t *rule, const struct run_state *state,
    const struct step_state *step, const struct signer *who, struct error *err)
{
	const json_t *operator_ = json_object_get(state->opened, "operator");
	int64_t uid = json_int(operator_, "uid", -1);

	if (strcmp(json_str_or(rule, "not", ""), "executor") != 0)
		return 0;
	if (strcmp(json_str_or(operator_, "principal", ""),
	    who->principal) == 0) {
		error_set(err, ERR_POLICY, "step \"%s\" is signed by somebody "
		    "else than who opened the run", step->id);
		error_detail(err, "The run was opened by \"%s\".",
		    who->principal);
		return -1;
	}
	if (json_array_size(state->executors) > 0 &&
	    approval_is_among(state->executors, who->principal))
		return error_set(err, ERR_POLICY, "step \"%s\" is signed by "
		    "somebody else than who has led the run", step->id);
	if (who->is_executors) {
		error_set(err, ERR_POLICY, "step \"%s\" is signed by another "
		    "key than that of who opened the run", step->id);
		error_detail(err, "The key %s is also that of \"%s\".",
		    who->key, json_str_or(operator_, "principal", "?"));
		return -1;
	}
	if (who->uid >= 0 && who->uid == uid &&
	    strcmp(who->strength, "ssh") != 0) {
		error_set(err, ERR_POLICY, "step \"%s\" is signed by another "
		    "user of this machine than who opened the run", step->id);
		error_detail(err, "Both are user id %" PRId64 ", whatever "
		    "name was given.", uid);
		error_hint(err, "\"pgrunbook approve\" makes a sign-off as a "
		    "file, on the signer's own machine");
		return -1;
	}
	return 0;
}

/* The last word of this one's principal on its digest? */
static bool
is_last_word(const struct step_state *step, size_t index)
{
	const struct sign_state *sign = &step->signs[index];
	size_t i;

	for (i = index + 1; i < step->sign_count; i++)
		if (strcmp(step->signs[i].principal, sign->principal) == 0 &&
		    strcmp(step->signs[i].digest, sign->digest) == 0)
			return false;
	return true;
}

/* Does this one still count for digest? */
static bool
counts(const struct step_state *step, size_t index, const char *digest,
    int64_t now_us)
{
	const struct sign_state *sign = &step->signs[index];
	size_t i;

	if (sign->is_void || strcmp(sign->digest, digest) != 0 ||
	    !is_last_word(step, index) ||
	    (sign->expires_us != 0 && sign->expires_us <= now_us))
		return false;
	/* It was for one success, which has been. */
	for (i = 0; i < step->attempt_count; i++)
		if (step->attempts[i].number >= sign->attempt &&
		    step->attempts[i].outcome != NULL &&
		    strcmp(step->attempts[i].outcome, "done") == 0)
			return false;
	return true;
}

/* An ssh key tells people apart; otherwise an account is one person. */
static bool
is_same_person(const struct sign_state *sign, const struct signer *who)
{
	if (strcmp(sign->principal, who->principal) == 0 ||
	    (who->key != NULL && str_equal(sign->key, who->key)))
		return true;
	return who->uid >= 0 && sign->uid == who->uid &&
	    strcmp(sign->strength != NULL ? sign->strength : "", "ssh") != 0 &&
	    strcmp(who->strength, "ssh") != 0;
}

/* One person alone: allowed by the rule, and never without a word. */
static int
check_break_glass(const json_t *rule, const struct step_state *step,
    const struct signer *who, struct error *err)
{
	if (!json_flag(rule, "break_glass")) {
		error_set(err, ERR_POLICY,
		    "step \"%s\" does not allow to break the glass", step->id);
		error_hint(err, "its approval would have to say "
		    "\"break_glass: true\"");
		return -1;
	}
	if (who->reason == NULL ||
	    who->reason[strspn(who->reason, " \t\n")] == '\0')
		return error_set(err, ERR_POLICY,
		    "to break the glass a reason is wanted");
	/* Alone, but not without a name. */
	if (!json_flag(rule, "signed") || who->key != NULL)
		return 0;
	error_set(err, ERR_POLICY, "to break the glass of step \"%s\" an ssh "
	    "signature is wanted", step->id);
	error_hint(err, "a key is given with --key FILE, or by PGRUNBOOK_KEY");
	return -1;
}

static int
check_new_person(const struct run_state *state, const struct step_state *step,
    const struct signer *who, struct error *err)
{
	const struct attempt_state *a = step_last_attempt(step);
	size_t i;

	for (i = 0; a != NULL && i < step->sign_count; i++) {
		const struct sign_state *sign = &step->signs[i];

		if (sign->is_refusal ||
		    !counts(step, i, a->digest, state->last_us) ||
		    !is_same_person(sign, who))
			continue;
		if (who->key != NULL && str_equal(sign->key, who->key) &&
		    strcmp(sign->principal, who->principal) != 0) {
			error_set(err, ERR_POLICY, "the key has signed for "
			    "step \"%s\" already, as \"%s\"", step->id,
			    sign->principal);
			error_detail(err, "It is %s.", who->key);
			return -1;
		}
		return error_set(err, ERR_POLICY,
		    "\"%s\" has signed for step \"%s\" already",
		    sign->principal, step->id);
	}
	return 0;
}

int
approval_check_person(const json_t *rule, const struct run_state *state,
    const struct step_state *step, const struct signer *who, struct error *err)
{
	return check_from(rule, step, who, err) == 0 ?
	    check_not_executor(rule, state, step, who, err) : -1;
}

int
approval_may_sign(const json_t *rule, const struct run_state *state,
    const struct step_state *step, const struct signer *who, struct error *err)
{
	if (strcmp(who->strength, "break-glass") == 0)
		return check_break_glass(rule, step, who, err);
	if (approval_check_person(rule, state, step, who, err) != 0)
		return -1;
	if (json_flag(rule, "signed") && strcmp(who->strength, "ssh") != 0) {
		error_set(err, ERR_POLICY, "step \"%s\" wants an ssh signature",
		    step->id);
		error_detail(err, "What came is weaker: %s.", who->strength);
		error_hint(err, "a key is given with --key FILE, or by "
		    "PGRUNBOOK_KEY");
		return -1;
	}
	return check_new_person(state, step, who, err);
}

int
approval_may_lead(const struct run_state *state, bool is_new,
    const struct signer *who, struct error *err)
{
	const json_t *role = json_object_get(json_object_get(state->opened,
	    "window"), "executor");

	if (is_new && !approval_is_among(json_object_get(role, "from"),
	    who->principal))
		return error_set(err, ERR_POLICY, "\"%s\" may not lead the run",
		    who->principal);
	if (!json_flag(role, "signed") || strcmp(who->strength, "ssh") == 0)
		return 0;
	error_set(err, ERR_POLICY,
	    "who leads the run signs with an ssh key");
	error_detail(err, "What came is weaker: %s.", who->strength);
	error_hint(err, "a key is given with --key FILE, or by PGRUNBOOK_KEY");
	return -1;
}

int
approval_check_typed(const json_t *rule, const char *typed, struct error *err)
{
	const char *wanted = json_str(rule, "type_this");

	if (strcmp(json_str_or(rule, "ceremony", "typed"), "typed") != 0)
		return 0;
	if (typed == NULL)
		return error_set(err, ERR_POLICY,
		    "to sign for class B the name is typed");
	if (wanted == NULL || strcmp(typed, wanted) != 0) {
		error_set(err, ERR_POLICY, "what was typed is not the name");
		error_detail(err, "Wanted is \"%s\".",
		    wanted != NULL ? wanted : "");
		return -1;
	}
	return 0;
}

/* A sign-off before index that is the same person's. */
static bool
has_signed_before(const struct step_state *step, size_t index,
    const char *digest, int64_t now_us)
{
	const struct sign_state *sign = &step->signs[index];
	const struct signer who = {
		.principal = sign->principal, .user = sign->user,
		.uid = sign->uid, .key = sign->key,
		.strength = sign->strength != NULL ? sign->strength : "",
	};
	size_t i;

	for (i = 0; i < index; i++)
		if (!step->signs[i].is_refusal &&
		    counts(step, i, digest, now_us) &&
		    is_same_person(&step->signs[i], &who))
			return true;
	return false;
}

bool
approval_is_met(const struct step_state *step, const json_t *rule,
    const char *digest, int64_t now_us)
{
	const json_t *from = json_object_get(rule, "from");
	int64_t min = json_int(rule, "min", 1), people = 0;
	size_t i;

	for (i = 0; i < step->sign_count; i++) {
		const struct sign_state *sign = &step->signs[i];

		if (!counts(step, i, digest, now_us))
			continue;
		if (sign->is_refusal)
			return false;
		if (str_equal(sign->strength, "break-glass") &&
		    json_flag(rule, "break_glass"))
			return true;
		if (!approval_is_among(from, sign->principal) ||
		    (json_flag(rule, "signed") &&
		    strcmp(sign->strength, "ssh") != 0) ||
		    has_signed_before(step, i, digest, now_us))
			continue;
		people++;
	}
	return people >= (min > 0 ? min : 1);
}
