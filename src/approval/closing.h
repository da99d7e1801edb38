/*
 * approval/closing.h - the closing of a run, signed with an ssh key.
 *
 * The statement is one line of stable JSON: {"at", "count", "head",
 * "outcome", "pgrunbook": "closing-v1", "principal", "run"}.  head is that of
 * the record before the closing one: who has the signature can tell whether
 * the journal before him is the one that was closed.
 */
#ifndef PGRUNBOOK_APPROVAL_CLOSING_H
#define PGRUNBOOK_APPROVAL_CLOSING_H

#include <jansson.h>

#include "approval/accept.h"

/*
 * The fields that run_closed gets: "sealed_by", "statement", "signature".
 * New reference; null with *err.
 */
json_t *closing_sign(const struct run_state *state, const char *key,
    const char *principal, const char *outcome, struct error *err);

/* Before the closing is folded in.  *key becomes the fingerprint. */
int closing_check(const void *owner, const struct allowed *allowed,
    const struct run_state *state, const struct event *closed, char **key,
    struct error *err) WARN_UNUSED;

#endif
