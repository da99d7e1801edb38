/* run/fold_review.c - decisions on drift items, and comments on them. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "run/decision.h"
#include "run/fold.h"

void
fold_note(struct fold *f, const json_t *data)
{
	struct run_state *s = f->s;
	struct note_state *n;

	GROW(s, s->notes, struct note_state, s->note_count + 1);
	n = &s->notes[s->note_count++];
	memset(n, 0, sizeof(*n));
	n->step = json_str(f->data, "step");
	n->item = json_str(data, "item");
	n->text = json_str(data, "text");
	n->principal = json_str(f->data, "principal");
	n->at_us = f->e->at_us;
}

static int
check_word(struct fold *f, const json_t *word)
{
	const char *truth = json_str_or(word, "truth", "");

	if (truth_words(truth) == NULL || json_str(word, "item") == NULL)
		return error_set(f->err, ERR_VERIFY,
		    "\"%s\" is not a source of truth", truth);
	if (strcmp(truth, "delegated") == 0 && json_str(word, "to") == NULL)
		return error_set(f->err, ERR_VERIFY,
		    "an item is delegated to nobody");
	return 0;
}

static void
add_word(struct fold *f, const json_t *word)
{
	struct run_state *s = f->s;
	struct decision_state *d;

	GROW(s, s->decisions, struct decision_state, s->decision_count + 1);
	d = &s->decisions[s->decision_count++];
	memset(d, 0, sizeof(*d));
	d->step = json_str(f->data, "step");
	d->item = json_str(word, "item");
	d->truth = json_str(word, "truth");
	d->reason = json_str(word, "reason");
	d->to = json_str(word, "to");
	d->principal = json_str(f->data, "principal");
	d->strength = json_str(f->data, "strength");
	d->key = json_str(f->data, "key");
	d->uid = json_int(f->data, "uid", -1);
	d->at_us = f->e->at_us;
}

int
fold_decided(struct fold *f)
{
	if (fold_step(f) == NULL || check_word(f, f->data) != 0)
		return -1;
	if (!f->is_check)
		add_word(f, f->data);
	return 0;
}

/* Lists in one record, so that a crash leaves all of it or nothing. */
int
fold_reviewed(struct fold *f)
{
	const json_t *decisions = json_object_get(f->data, "decisions");
	const json_t *comments = json_object_get(f->data, "comments");
	size_t i;

	if (fold_step(f) == NULL)
		return -1;
	for (i = 0; i < json_array_size(decisions); i++)
		if (check_word(f, json_array_get(decisions, i)) != 0)
			return -1;
	for (i = 0; i < json_array_size(comments); i++)
		if (json_str(json_array_get(comments, i), "text") == NULL)
			return error_set(f->err, ERR_VERIFY,
			    "a comment of a review is empty");
	if (f->is_check)
		return 0;
	for (i = 0; i < json_array_size(decisions); i++)
		add_word(f, json_array_get(decisions, i));
	for (i = 0; i < json_array_size(comments); i++)
		fold_note(f, json_array_get(comments, i));
	return 0;
}

int
fold_commented(struct fold *f)
{
	if (fold_step(f) == NULL)
		return -1;
	if (!f->is_check)
		fold_note(f, f->data);
	return 0;
}

int
fold_noted(struct fold *f)
{
	const char *step = json_str(f->data, "step");

	if (step != NULL && fold_step(f) == NULL)
		return -1;
	if (!f->is_check)
		fold_note(f, f->data);
	return 0;
}
