/*
 * run/decision.h - what became of one item of a review.
 *
 * A word on an item is a source of truth ("migrations", "database",
 * "out_of_scope"), a refusal ("refused": it stands until its author says
 * something else) or "delegated" (to somebody, whose word alone counts from
 * then on).  Each person's last word on an item is the one that he stands by.
 *
 * The rule of who decides is that of the review's question: its "rule".  Where
 * it wants signatures, a word counts from when it is signed.
 */
#ifndef PGRUNBOOK_RUN_DECISION_H
#define PGRUNBOOK_RUN_DECISION_H

#include "run/state.h"

struct item_state {
	const struct decision_state *truth;	/* the last one; null */
	const struct decision_state *refusal;	/* null: nobody refuses it */
	const struct decision_state *delegation;	/* the last one; null */
	size_t		 agreed, wanted;	/* people of the last truth */
	const struct decision_state *pending;	/* the last word yet to be signed; null */
	bool		 is_decided;
};

/* Is it one of the three? */
bool truth_is(const char *word);
/* "out of scope", "delegated", …: as people read it. */
const char *truth_words(const char *word);

/* item: of the question that the step asks (or has asked). */
void state_item(const struct run_state *s, const struct step_state *step,
    const json_t *item, struct item_state *is);

/* The review's item by its id; null: it has no such. */
const json_t *question_item(const json_t *question, const char *id);
/*
 * How many wait for a decision.  Class C stays unmanaged unless somebody says
 * otherwise: it needs none.
 */
size_t state_undecided(const struct run_state *s,
    const struct step_state *step);

/* Of those: on how many there is a word that is still to be signed. */
size_t state_unsigned(const struct run_state *s, const struct step_state *step);

#endif
