/*
 * approval/statement.h - what a person signs with an ssh key.
 *
 * A statement is one line of stable JSON (base/json.h), no newline:
 *
 *     {"at":"2026-11-27T01:36:00.000Z","decision":"approve","digest":"…",
 *      "nonce":"…","pgrunbook":"signoff-v1","principal":"ben@example.com",
 *      "request":"…","run":"…","step":"rollout/apply"}
 *
 * request is the hash of the journal's record that asked for the sign-off:
 * it stands in the chain, so that the signature vouches for all before it,
 * and fits no other run.  The nonce makes each one new.  May be there:
 * "typed" (the name that was typed for class B), "note", "reason".
 */
#ifndef PGRUNBOOK_APPROVAL_STATEMENT_H
#define PGRUNBOOK_APPROVAL_STATEMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "run/event.h"
#include "run/state.h"

#define STATEMENT_MAX	((size_t)32 << 10)	/* bytes */
#define APPROVAL_MAX	((size_t)128 << 10)	/* bytes of a file */

struct statement {
	const char	*text;		/* the bytes that are signed */
	const char	*signature;	/* armoured */
	const char	*run, *step, *digest, *request, *principal, *nonce;
	const char	*typed, *note, *reason;	/* null: not there */
	bool		 is_refusal;
	int64_t		 at_us;
};

/* ERR_POLICY: it is no statement of ours, in its exact form. */
int statement_parse(const void *owner, const char *text, const char *signature,
    struct statement *s, struct error *err) WARN_UNUSED;

/*
 * Sign what an intent asks (SIGN or REFUSE): adds "statement" and "signature"
 * to its fields.  key: as keygen_sign().  Other intents stay as they are.
 */
int statement_add(const char *key, const struct run_state *state,
    const char *principal, enum intent_type t, json_t *fields,
    struct error *err) WARN_UNUSED;

/*
 * An approval as a file: {"pgrunbook": "approval-v1", "statement": text,
 * "signature": text}, of at most APPROVAL_MAX bytes.
 */
char *statement_to_file(const void *owner, const char *statement,
    const char *signature);
int statement_from_file(const void *owner, const char *text, size_t size_bytes,
    struct statement *s, struct error *err) WARN_UNUSED;

/* The key to sign with: the option, PGRUNBOOK_KEY, or the user's "signing-key". */
const char *statement_key(const void *owner, const char *option);

#endif
