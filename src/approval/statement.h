/*
 * approval/statement.h - what a person signs with an ssh key.
 *
 * A statement is one line of stable JSON (base/json.h), no newline:
 *
 *     {"at":"2026-11-27T01:36:00.000Z","decision":"approve","digest":"…",
 *      "nonce":"…","pgrunbook":"signoff-v1","principal":"ben@example.com",
 *      "request":"…","run":"…","step":"rollout/apply"}
 *
 * decision is what the person does, see the table of acts in statement.c.
 * request is the hash of the journal's record that he does it upon: it stands
 * in the chain, so that the signature vouches for all before it, and fits no
 * other run.  The nonce makes each one new.  May be there: "typed" (the name
 * that was typed for class B), "note", "reason", "risks", "end" (of the window),
 * "decisions" and "comments" (on drift items: lists of {"item", "truth",
 * "reason"?, "to"?} and {"item", "text"}), and where it was made upon a request
 * that had been exported "export_head" and "export_sha256" (approval/request.h).
 */
#ifndef PGRUNBOOK_APPROVAL_STATEMENT_H
#define PGRUNBOOK_APPROVAL_STATEMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "run/event.h"
#include "run/state.h"

#define STATEMENT_MAX	((size_t)256 << 10)	/* bytes */
#define APPROVAL_MAX	((size_t)1 << 20)	/* bytes of a file */

enum statement_act {
	ACT_APPROVE,		/* a sign-off */
	ACT_REFUSE,
	ACT_BREAK_GLASS,	/* a sign-off, alone */
	ACT_DECIDE,		/* on drift items */
	ACT_HAND_OVER, ACT_TAKE_OVER,
	ACT_EXTEND		/* the window */
};

struct statement {
	enum statement_act act;
	const char	*text;		/* the bytes that are signed */
	const char	*signature;	/* armoured */
	const char	*run, *request, *principal, *nonce;
	const char	*step, *digest;	/* null: the act is about the run */
	const char	*typed, *note, *reason, *risks, *end;	/* null: not there */
	const json_t	*decisions, *comments;	/* null: not there */
	const char	*export_head, *export_sha256;	/* null: not made upon a request */
	int64_t		 at_us;
};

/* ERR_POLICY: it is no statement of ours, in its exact form. */
int statement_parse(const void *owner, const char *text, const char *signature,
    struct statement *s, struct error *err) WARN_UNUSED;

/*
 * Sign what an intent asks, where it is one of the acts and the run knows
 * signers: adds "statement" and "signature" to its fields.  key: as
 * keygen_sign().  Else the fields stay as they are.
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
