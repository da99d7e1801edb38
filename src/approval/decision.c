/* approval/decision.c - who may say what of a drift item. */

#include <string.h>

#include "approval/decision.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/decision.h"

static const json_t *
question_of(const struct step_state *step)
{
	const struct attempt_state *a = step_last_attempt(step);

	return a != NULL && str_equal(json_str(a->question, "type"),
	    "review") ? a->question : NULL;
}

static bool
is_blank(const char *text)
{
	return text == NULL || text[strspn(text, " \t\n")] == '\0';
}

/* What the word itself lacks. */
static int
check_word(const json_t *word, const json_t *rule, struct error *err)
{
	const char *truth = json_str_or(word, "truth", "");
	const char *to = json_str(word, "to");

	if (truth_words(truth) == NULL)
		return error_set(err, ERR_POLICY,
		    "\"%s\" is not a source of truth", truth);
	if ((str_equal(truth, "out_of_scope") || str_equal(truth, "refused")) &&
	    is_blank(json_str(word, "reason")))
		return error_set(err, ERR_POLICY,
		    "an item is %s with a reason", truth_words(truth));
	if (!str_equal(truth, "delegated"))
		return 0;
	if (is_blank(to))
		return error_set(err, ERR_POLICY,
		    "an item is delegated to somebody");
	if (!approval_is_among(json_object_get(rule, "from"), to)) {
		error_set(err, ERR_POLICY,
		    "\"%s\" may not decide: it is not delegated to him", to);
		return -1;
	}
	return 0;
}

/* Somebody else's refusal, or his word alone. */
static int
check_others(const struct item_state *is, const json_t *word,
    const struct signer *who, struct error *err)
{
	const struct decision_state *d = is->delegation;
	bool is_delegation = str_equal(json_str(word, "truth"), "delegated");

	if (is_delegation && is->refusal != NULL &&
	    !str_equal(is->refusal->principal, who->principal)) {
		error_set(err, ERR_POLICY, "\"%s\" refuses the item; it is not "
		    "delegated past him", is->refusal->principal);
		error_detail(err, "His reason: %s", is->refusal->reason);
		return -1;
	}
	if (d == NULL || str_equal(d->to, who->principal) ||
	    (is_delegation && str_equal(d->principal, who->principal)))
		return 0;
	error_set(err, ERR_POLICY, "the item is delegated to \"%s\"", d->to);
	error_detail(err, "By \"%s\", who can take it back by delegating it "
	    "again.", d->principal);
	return -1;
}

/* One key, or one account, is one person. */
static int
check_new_person(const struct run_state *state, const struct step_state *step,
    const json_t *word, const struct signer *who, struct error *err)
{
	size_t i;

	for (i = 0; i < state->decision_count; i++) {
		const struct decision_state *d = &state->decisions[i];
		bool is_same_key = who->key != NULL && d->key != NULL &&
		    str_equal(d->key, who->key);
		bool is_same_user = who->key == NULL && d->key == NULL &&
		    who->uid >= 0 && d->uid == who->uid;

		if (!str_equal(d->step, step->id) ||
		    !str_equal(d->item, json_str(word, "item")) ||
		    str_equal(d->principal, who->principal))
			continue;
		if (is_same_key)
			return error_set(err, ERR_POLICY, "the key has decided "
			    "on the item already, as \"%s\"", d->principal);
		if (is_same_user)
			return error_set(err, ERR_POLICY, "this user of the "
			    "machine has decided on the item already, as "
			    "\"%s\"", d->principal);
	}
	return 0;
}

int
decision_may_be(const struct run_state *state, const struct step_state *step,
    const json_t *word, const struct signer *who, struct error *err)
{
	const json_t *question = question_of(step), *rule, *item;
	const char *id = json_str(word, "item");
	struct signer by_key = *who;
	struct item_state is;

	if (question == NULL)
		return error_set(err, ERR_POLICY,
		    "the step does not ask for decisions");
	rule = json_object_get(question, "rule");
	if (check_word(word, rule, err) != 0)
		return -1;
	/* What is to be signed is told apart by keys, not by accounts. */
	if (json_flag(rule, "signed"))
		by_key.strength = "ssh";
	if (rule != NULL && approval_check_person(rule, state, step, &by_key,
	    err) != 0)
		return -1;
	if (id == NULL)
		return 0;
	item = question_item(question, id);
	if (item == NULL)
		return error_set(err, ERR_POLICY,
		    "the review has no item \"%s\"", id);
	state_item(state, step, item, &is);
	if (check_others(&is, word, who, err) != 0)
		return -1;
	/* Where two are to agree, they are two. */
	return json_int(rule, "min", 1) < 2 || (json_flag(rule, "signed") &&
	    who->key == NULL) ? 0 :
	    check_new_person(state, step, word, who, err);
}

int
comment_may_be(const struct step_state *step, const json_t *comment,
    struct error *err)
{
	const char *id = json_str_or(comment, "item", "");

	if (question_item(question_of(step), id) == NULL)
		return error_set(err, ERR_POLICY,
		    "the review has no item \"%s\"", id);
	if (is_blank(json_str(comment, "text")))
		return error_set(err, ERR_POLICY, "the comment is empty");
	return 0;
}

int
decisions_may_be(const struct run_state *state, const struct step_state *step,
    const json_t *decisions, const json_t *comments, const struct signer *who,
    struct error *err)
{
	size_t i;

	for (i = 0; i < json_array_size(decisions); i++)
		if (decision_may_be(state, step, json_array_get(decisions, i),
		    who, err) != 0)
			return -1;
	for (i = 0; i < json_array_size(comments); i++)
		if (comment_may_be(step, json_array_get(comments, i),
		    err) != 0)
			return -1;
	return 0;
}

json_t *
decisions_for_all(const struct run_state *state, const struct step_state *step,
    const json_t *word)
{
	const json_t *items = json_object_get(question_of(step), "items");
	json_t *list = memory_check(json_array()), *one;
	struct item_state is;
	size_t i;

	for (i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		state_item(state, step, item, &is);
		if (!str_equal(json_str(item, "class"), "A") ||
		    is.is_decided || is.refusal != NULL ||
		    is.delegation != NULL)
			continue;
		one = memory_check(json_copy((json_t *)(uintptr_t)word));
		json_object_set(one, "item", json_object_get(item, "id"));
		json_array_append_new(list, one);
	}
	return list;
}

/* Why the item is not decided. */
static int
explain(const json_t *item, const struct item_state *is, size_t undecided,
    struct error *err)
{
	const char *title = json_str_or(item, "title", json_str_or(item, "key",
	    ""));

	if (is->refusal != NULL) {
		error_set(err, ERR_POLICY, "\"%s\" refuses the item \"%s\"",
		    is->refusal->principal, title);
		error_detail(err, "His reason: %s", is->refusal->reason);
		error_hint(err, "it goes on when he decides it otherwise");
	} else if (is->pending != NULL) {
		error_set(err, ERR_POLICY, "the decision on \"%s\" wants an ssh "
		    "signature", title);
		error_hint(err, "who has decided it ends his review with "
		    "--key FILE, or by PGRUNBOOK_KEY");
	} else if (is->truth != NULL) {
		error_set(err, ERR_POLICY, "%zu of %zu people agree on the item "
		    "\"%s\"", is->agreed, is->wanted, title);
	} else {
		error_set(err, ERR_POLICY, "%zu %s not decided yet", undecided,
		    undecided == 1 ? "item is" : "items are");
	}
	return -1;
}

int
review_is_met(const struct run_state *state, const struct step_state *step,
    struct error *err)
{
	const json_t *question = question_of(step), *items, *item;
	size_t i, undecided;
	struct item_state is;

	if (question == NULL)
		return error_set(err, ERR_POLICY,
		    "the step does not ask for decisions");
	undecided = state_undecided(state, step);
	items = json_object_get(question, "items");
	for (i = 0; undecided > 0 && i < json_array_size(items); i++) {
		item = json_array_get(items, i);
		state_item(state, step, item, &is);
		if (!is.is_decided && (is.truth != NULL || is.refusal != NULL ||
		    is.pending != NULL ||
		    !str_equal(json_str(item, "class"), "C")))
			return explain(item, &is, undecided, err);
	}
	return 0;
}
