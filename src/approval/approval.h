/*
 * approval/approval.h - what is signed, who may sign, and when it is enough.
 *
 * A sign-off binds to a digest: the SHA-256 of the canonical JSON of what
 * was shown (rendered text, target identity, class, reasons, figures).
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
	int64_t		 uid;
	const char	*strength;	/* "keystroke", "ssh", "prepared", "headless" */
};

/* The digest of a plan's shown (which already holds target, class, runbook hash). */
void approval_digest(const json_t *shown, char hex[SHA256_HEX_SIZE]);

/* The rule of a step as journaled in signoff_requested: from, min, expires, signed, not, ceremony ("key" for A, "typed" for B), type_this (database name). */
json_t *approval_rule_json(const struct step *step, const struct window *w,
    enum step_class class_, const char *database);

/* May this person sign under this rule now?  ERR_POLICY with a message of its own for each reason. */
int approval_may_sign(const json_t *rule, const struct run_state *state,
    const struct step_state *step, const struct signer *who, struct error *err)
    WARN_UNUSED;

/* Enough valid sign-offs (same digest, not void, not expired, distinct people)? */
bool approval_is_met(const struct step_state *step, const json_t *rule,
    const char *digest, int64_t now_us);

/*
 * A prepared decision of folder (null: none) for a step, as a new reference.
 * Null: there is none, or *err says why it could not be read.
 */
json_t *approval_prepared(const char *folder, const char *step,
    struct error *err);

#endif
