/* run/decision.c - what became of one item of a review. */

#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "run/decision.h"

static const struct {
	const char	*word, *words;
	bool		 is_truth;
} table[] = {
	{ "migrations", "migrations", true },
	{ "database", "database", true },
	{ "out_of_scope", "out of scope", true },
	{ "refused", "refused", false },
	{ "delegated", "delegated", false },
};

bool
truth_is(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (str_equal(table[i].word, word))
			return table[i].is_truth;
	return false;
}

const char *
truth_words(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (str_equal(table[i].word, word))
			return table[i].words;
	return NULL;
}

static bool
is_about(const struct decision_state *d, const char *step, const char *item)
{
	return strcmp(d->step, step) == 0 && strcmp(d->item, item) == 0;
}

/* Is it as strong as the rule wants it? */
static bool
is_strong(const struct decision_state *d, const json_t *rule)
{
	return !json_flag(rule, "signed") || str_equal(d->strength, "ssh") ||
	    str_equal(d->principal, "runbook");
}

/*
 * His last word on this item?  Who passes it on takes back what he said; what
 * he has not signed yet takes back nothing that he has.
 */
static bool
is_last_word(const struct run_state *s, size_t index, const json_t *rule)
{
	const struct decision_state *d = &s->decisions[index];

	for (size_t i = index + 1; i < s->decision_count; i++) {
		const struct decision_state *later = &s->decisions[i];

		if (is_about(later, d->step, d->item) &&
		    strcmp(later->principal, d->principal) == 0 &&
		    (is_strong(later, rule) || !is_strong(d, rule)))
			return false;
	}
	return true;
}

static size_t
count_agreed(const struct run_state *s, size_t from,
    const struct decision_state *with, const json_t *rule)
{
	size_t i, agreed = 0;

	for (i = from; i < s->decision_count; i++) {
		const struct decision_state *d = &s->decisions[i];

		agreed += is_about(d, with->step, with->item) &&
		    strcmp(d->truth, with->truth) == 0 &&
		    is_strong(d, rule) && is_last_word(s, i, rule);
	}
	return agreed;
}

static const json_t *
rule_of(const struct step_state *step)
{
	const struct attempt_state *a = step_last_attempt(step);

	return a != NULL ? json_object_get(a->asked, "rule") : NULL;
}

void
state_item(const struct run_state *s, const struct step_state *step,
    const json_t *item, struct item_state *is)
{
	const char *id = json_str_or(item, "id", "");
	const json_t *rule = rule_of(step);
	size_t i, from = 0;

	memset(is, 0, sizeof(*is));
	/* Two people for what may destroy; what is safe takes one. */
	is->wanted = str_equal(json_str(item, "class"), "B") ?
	    (size_t)json_int(rule, "min", 1) : 1;
	for (i = 0; i < s->decision_count; i++) {
		const struct decision_state *d = &s->decisions[i];

		if (!is_about(d, step->id, id) || !is_last_word(s, i, rule))
			continue;
		if (!is_strong(d, rule)) {
			is->pending = d;
		} else if (truth_is(d->truth)) {
			is->truth = d;
		} else if (strcmp(d->truth, "refused") == 0) {
			is->refusal = d;
		} else {
			/* What was said before counts no more. */
			is->delegation = d;
			is->truth = is->refusal = NULL;
			from = i;
		}
	}
	if (is->truth == NULL)
		return;
	is->agreed = count_agreed(s, from, is->truth, rule);
	is->is_decided = is->refusal == NULL && is->agreed >= is->wanted;
}

const json_t *
question_item(const json_t *question, const char *id)
{
	const json_t *items = json_object_get(question, "items");

	for (size_t i = 0; i < json_array_size(items); i++)
		if (str_equal(json_str(json_array_get(items, i), "id"), id))
			return json_array_get(items, i);
	return NULL;
}

static bool
is_open(const json_t *item, const struct item_state *is)
{
	return !is->is_decided && (is->truth != NULL || is->refusal != NULL ||
	    is->pending != NULL || !str_equal(json_str(item, "class"), "C"));
}

static void
count_open(const struct run_state *s, const struct step_state *step,
    size_t *open, size_t *to_sign)
{
	const struct attempt_state *a = step_last_attempt(step);
	const json_t *items = json_object_get(a != NULL ? a->asked : NULL,
	    "items");
	struct item_state is;
	size_t i;

	*open = *to_sign = 0;
	for (i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		state_item(s, step, item, &is);
		*open += is_open(item, &is);
		*to_sign += is_open(item, &is) && is.pending != NULL;
	}
}

size_t
state_undecided(const struct run_state *s, const struct step_state *step)
{
	size_t open, to_sign;

	count_open(s, step, &open, &to_sign);
	return open;
}

size_t
state_unsigned(const struct run_state *s, const struct step_state *step)
{
	size_t open, to_sign;

	count_open(s, step, &open, &to_sign);
	return to_sign;
}
