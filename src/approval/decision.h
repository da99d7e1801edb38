/*
 * approval/decision.h - who may say what of a drift item, and when a review
 * is over.
 *
 * A review's approval is not asked for before it begins: it says who decides.
 * Its rule (approval_rule_json()) stands in the question: from, not and
 * signed hold for each word on an item, min for those of class B.
 */
#ifndef PGRUNBOOK_APPROVAL_DECISION_H
#define PGRUNBOOK_APPROVAL_DECISION_H

#include "approval/approval.h"

/*
 * word: {"item", "truth", "reason"?, "to"?}; without an item: for all of class
 * A.  ERR_POLICY with a message of its own for each reason why not.  That a
 * signature is wanted is asked when the review ends.
 */
int decision_may_be(const struct run_state *state,
    const struct step_state *step, const json_t *word,
    const struct signer *who, struct error *err) WARN_UNUSED;
/* May he comment on it?  Everybody may, on an item that there is. */
int comment_may_be(const struct step_state *step, const json_t *comment,
    struct error *err) WARN_UNUSED;

/* The same of all that was signed together (ACT_DECIDE). */
int decisions_may_be(const struct run_state *state,
    const struct step_state *step, const json_t *decisions,
    const json_t *comments, const struct signer *who, struct error *err)
    WARN_UNUSED;

/*
 * word, without an item, as one for each item of class A that waits: what may
 * destroy is decided one by one.  An array, new reference.
 */
json_t *decisions_for_all(const struct run_state *state,
    const struct step_state *step, const json_t *word);

/* Is everything decided?  ERR_POLICY names the first thing that is not. */
int review_is_met(const struct run_state *state, const struct step_state *step,
    struct error *err) WARN_UNUSED;

#endif
