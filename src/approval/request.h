/*
 * approval/request.h - what a run waits for, as one file of text.
 *
 * It travels by mail, git or chat: a summary for people, and behind it the
 * run's journal so far and the drift report, armoured.  Who opens it sees the
 * run as its engine does, without the run's folder and without the database.
 *
 * It is bound to the journal's head.  All of its text follows from the journal
 * up to there, so both sides make it again and compare: the reviewer finds
 * whatever was altered on the way; and his approval carries the head and the
 * SHA-256 of the text that he had before him, which the engine computes from
 * its own journal, so that an approval made upon anything else is not taken.
 * Where the executor has a key at hand he signs it, too.
 */
#ifndef PGRUNBOOK_APPROVAL_REQUEST_H
#define PGRUNBOOK_APPROVAL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "approval/statement.h"
#include "base/error.h"
#include "base/hash.h"
#include "run/state.h"

#define REQUEST_MAX	((size_t)256 << 20)	/* bytes */

/* Who it is from, as far as that can be told. */
struct request {
	char		 head[SHA256_HEX_SIZE], sha256[SHA256_HEX_SIZE];
	const char	*signed_by, *key;	/* null: nobody signed it */
	bool		 is_known;	/* by the reviewer's own file of signers */
};

/* Does the file look like one?  A run's name does not. */
bool request_is(const char *path);

/*
 * The text of a request; ERR_POLICY where nothing waits for a sign-off or for
 * decisions.  key, principal: to sign it with; key null: it is not signed.
 */
char *request_make(const void *owner, const char *folder, const char *key,
    const char *principal, struct error *err);

/*
 * Unpack it into a folder that exists: the journal, and the drift report.
 * signers: the reviewer's own file of allowed signers; null: the signature is
 * one, whosever.  ERR_VERIFY where it was altered, or signers are given and it
 * is not signed by one of them.  The request's texts are owner's.
 */
int request_unpack(const void *owner, const char *text, size_t size_bytes,
    const char *folder, const char *signers, struct request *r,
    struct error *err) WARN_UNUSED;

/*
 * Was the statement made upon a request as this run made it, or upon none?
 * ERR_POLICY: what its signer had before him was something else.
 */
int request_check(const char *folder, const struct statement *s,
    struct error *err) WARN_UNUSED;

#endif
