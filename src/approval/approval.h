/*
 * approval/approval.h - what is signed, who may sign, and when it is enough.
 *
 * A sign-off binds to a digest: the SHA-256 of the canonical JSON of what
 * was shown (rendered text, target identity, class, reasons, figures).  It
 * counts for one success: what was done and is to be done again is signed
 * again.  Who has refused a digest stands in its way until he signs it.
 *
 * Strengths: "keystroke", who the kernel says sits at the socket; "ssh", a
 * signature by a key of the run's allowed signers; "break-glass", one person
 * alone, with a reason, where the rule allows it; "prepared" and "headless",
 * what nobody typed.
 */
#ifndef PGRUNBOOK_APPROVAL_APPROVAL_H
#define PGRUNBOOK_APPROVAL_APPROVAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "run/state.h"
#include "runbook/model.h"

struct signer {
	const char	*principal, *user;
	int64_t		 uid;		/* -1: not known (a file) */
	const char	*strength;	/* "keystroke", "ssh", "break-glass", "prepared", "headless" */
	const char	*key;		/* fingerprint, where it is "ssh"; null */
	bool		 is_executors;	/* the key is one of who opened the run, too */
	const char	*reason;	/* of break-glass; null */
};

/* The digest of a plan's shown (which already holds target, class, runbook hash). */
void approval_digest(const json_t *shown, char hex[SHA256_HEX_SIZE]);

/*
 * The rule of a step as journaled in signoff_requested.  New reference.
 *   class       "R", "A" or "B"
 *   from        principals who may sign; empty: anyone
 *   roles       the roles that from stands for
 *   min         how many different people
 *   expires_ms  how long a sign-off holds; 0: for the run
 *   signed      an ssh signature is wanted
 *   not         "executor": who opened the run may not sign
 *   break_glass true: one person alone can let it go, with a reason
 *   ceremony    "key" (classes R, A) or "typed" (B)
 *   type_this   what is typed: the database's name, else the step's id
 */
json_t *approval_rule_json(const struct step *step, const struct window *w,
    enum step_class class_, const char *database);

/* Must somebody sign before it runs?  A review's approval is about its decisions. */
bool approval_is_needed(const struct step *step, enum step_class class_);

/* Is name in a rule's "from"?  An empty one means anyone. */
bool approval_is_among(const json_t *from, const char *name);
/* The part of approval_may_sign() that is about who he is: from, and not. */
int approval_check_person(const json_t *rule, const struct run_state *state,
    const struct step_state *step, const struct signer *who, struct error *err)
    WARN_UNUSED;
/*
 * May this person sign under this rule now?  ERR_POLICY with a message of
 * its own for each reason.  "not: executor" and "different people" go by
 * principal and, but for ssh signatures, by user id where it is known: what a
 * front end says of itself is not enough.
 */
int approval_may_sign(const json_t *rule, const struct run_state *state,
    const struct step_state *step, const struct signer *who, struct error *err)
    WARN_UNUSED;
/*
 * May he lead the run (is_new), or pass it on and give it more time?  By the
 * executor's role, as the first record has it.
 */
int approval_may_lead(const struct run_state *state, bool is_new,
    const struct signer *who, struct error *err) WARN_UNUSED;
/* Was the right thing typed?  typed may be null. */
int approval_check_typed(const json_t *rule, const char *typed,
    struct error *err) WARN_UNUSED;

/* Enough valid sign-offs (same digest, not void, not expired, distinct people)? */
bool approval_is_met(const struct step_state *step, const json_t *rule,
    const char *digest, int64_t now_us);

/*
 * Prepared decisions: *.json files in a folder, each an object or a list of
 *   {"step", "decision"?: "approve"|"refuse", "principal", "digest"?,
 *    "reason"?, "answer"?, "decisions"?: [{"item", "truth", "reason"?}]}
 * An unknown or wrong field is ERR_USAGE: a sign-off is not guessed at.
 */

/*
 * All of a step, by the order of file names.  folder: null: none.  An array
 * (may be empty), new reference; null with *err.
 */
json_t *approval_prepared_all(const char *folder, const char *step,
    struct error *err);
/*
 * The last one of a step that has an answer or decisions, else the last one.
 * New reference.  Null: there is none, or *err says why it could not be read.
 */
json_t *approval_prepared(const char *folder, const char *step,
    struct error *err);
/*
 * Does the prepared decision's digest allow it?  One without a digest holds
 * where is_harmless (a local or sandbox target, or none).
 */
int approval_prepared_fits(const json_t *prepared, const char *digest,
    bool is_harmless, struct error *err) WARN_UNUSED;

#endif
