/*
 * approval/approval.c - digests, rules, and who may sign under them.
 */

#include <string.h>

#include "approval/approval.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"

void
approval_digest(const json_t *shown, char hex[SHA256_HEX_SIZE])
{
	char *bytes = json_stable(NULL, shown);

	sha256_of(bytes, strlen(bytes), hex);
	talloc_free(bytes);
}

/*
 * What one name of a step's "from" means: a role stands for its principals
 * and brings its own conditions; any other name is a principal.
 */
static void
rule_add_name(json_t *rule, const struct window *w, const char *name,
    bool *anyone)
{
	const struct role *role = window_role(w, name);
	json_t *from = json_object_get(rule, "from");

	if (role == NULL) {
		json_array_append_new(from, json_string(name));
		return;
	}
	json_array_append_new(json_object_get(rule, "roles"),
	    json_string(name));
	if (role->is_signed)
		json_object_set_new(rule, "signed", json_true());
	if (role->not_role != NULL)
		json_object_set_new(rule, "not", json_string(role->not_role));
	if (role->from == NULL)
		*anyone = true;
	for (size_t i = 0; role->from != NULL && role->from[i] != NULL; i++)
		json_array_append_new(from, json_string(role->from[i]));
}

json_t *
approval_rule_json(const struct step *step, const struct window *w,
    enum step_class class_, const char *database)
{
	const struct approval_rule *r = &step->approval;
	json_t *rule = json_pack("{s:s, s:s, s:[], s:[], s:I, s:I, s:b}",
	    "class", class_name(class_),
	    "ceremony", class_ == CLASS_B ? "typed" : "key",
	    "from", "roles",
	    "min", (json_int_t)(r->given && r->min > 0 ? r->min : 1),
	    "expires_ms", (json_int_t)(r->given ? r->expires_ms : 0),
	    "signed", r->given && r->is_signed);
	bool anyone = false;

	memory_check(rule);
	if (class_ == CLASS_B)
		json_object_set_new(rule, "type_this", json_string(database));
	if (r->given && r->not_role != NULL)
		json_object_set_new(rule, "not", json_string(r->not_role));
	for (size_t i = 0; r->given && r->from != NULL && r->from[i] != NULL; i++)
		rule_add_name(rule, w, r->from[i], &anyone);
	if (anyone)
		json_array_clear(json_object_get(rule, "from"));
	return rule;
}

static bool
names_include(const json_t *names, const char *name)
{
	size_t i;
	json_t *each;

	json_array_foreach(names, i, each)
		if (str_equal(json_string_value(each), name))
			return true;
	return false;
}

static bool
is_executor(const struct run_state *state, const struct signer *who)
{
	const json_t *operator_ = json_object_get(state->opened, "operator");

	return json_int(operator_, "uid", -1) == who->uid ||
	    str_equal(json_str(operator_, "principal"), who->principal);
}

/*
 * Has this person decided on this digest before?  By an ssh key a person is
 * known apart from the account; by keystrokes the account is the person.
 */
static const struct sign_state *
earlier_sign(const struct step_state *step, const char *digest,
    const struct signer *who)
{
	for (size_t i = step->sign_count; i-- > 0;) {
		const struct sign_state *s = &step->signs[i];

		if (s->is_void || !str_equal(s->digest, digest))
			continue;
		if (str_equal(s->principal, who->principal))
			return s;
		if (s->uid == who->uid && !str_equal(s->strength, "ssh") &&
		    !str_equal(who->strength, "ssh"))
			return s;
	}
	return NULL;
}

int
approval_may_sign(const json_t *rule, const struct run_state *state,
    const struct step_state *step, const struct signer *who, struct error *err)
{
	const json_t *from = json_object_get(rule, "from");
	const struct attempt_state *attempt = step_last_attempt(step);
	const struct sign_state *earlier;

	if (json_array_size(from) > 0 && !names_include(from, who->principal)) {
		char *names = json_stable(NULL, from);

		error_set(err, ERR_POLICY, "\"%s\" may not sign for step \"%s\"",
		    who->principal, step->id);
		error_detail(err, "It wants the sign-off of one of %s.", names);
		error_hint(err, "a reviewer attaches with \"pgrunbook review "
		    "--as NAME\"");
		talloc_free(names);
		return -1;
	}
	if (str_equal(json_str(rule, "not"), "executor") &&
	    is_executor(state, who) && !str_equal(who->strength, "ssh")) {
		error_set(err, ERR_POLICY,
		    "the executor may not sign for step \"%s\"", step->id);
		error_detail(err, "The socket says that \"%s\" is uid %lld, who "
		    "opened this run.", who->principal, (long long)who->uid);
		return -1;
	}
	if (json_flag(rule, "signed") && !str_equal(who->strength, "ssh")) {
		error_set(err, ERR_POLICY, "step \"%s\" wants a sign-off by an "
		    "ssh key, not by %s", step->id, who->strength);
		return -1;
	}
	if (attempt == NULL || attempt->digest == NULL)
		return error_set(err, ERR_POLICY,
		    "step \"%s\" has nothing to sign for yet", step->id);
	earlier = earlier_sign(step, attempt->digest, who);
	if (earlier != NULL && !earlier->is_refusal &&
	    json_int(rule, "min", 1) > 1) {
		error_set(err, ERR_POLICY,
		    "\"%s\" has signed for this already", earlier->principal);
		error_detail(err, "Step \"%s\" wants %lld different people.",
		    step->id, (long long)json_int(rule, "min", 1));
		return -1;
	}
	return 0;
}

static bool
is_expired(const struct sign_state *s, int64_t now_us)
{
	return s->expires_us > 0 && s->expires_us <= now_us;
}

/* The last word of s's principal on this digest, counted from index i on. */
static bool
is_last_word(const struct step_state *step, size_t i)
{
	for (size_t k = i + 1; k < step->sign_count; k++)
		if (str_equal(step->signs[k].principal,
		    step->signs[i].principal) &&
		    str_equal(step->signs[k].digest, step->signs[i].digest))
			return false;
	return true;
}

bool
approval_is_met(const struct step_state *step, const json_t *rule,
    const char *digest, int64_t now_us)
{
	int64_t valid = 0;

	for (size_t i = 0; i < step->sign_count; i++) {
		const struct sign_state *s = &step->signs[i];

		if (s->is_void || !str_equal(s->digest, digest) ||
		    !is_last_word(step, i))
			continue;
		if (s->is_refusal)
			return false;
		if (!is_expired(s, now_us))
			valid++;
	}
	return valid >= json_int(rule, "min", 1);
}
