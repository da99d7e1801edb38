/*
 * approval/accept.h - is a signed statement one that a run takes?
 *
 * Each way in which it is not has its own message.  Nothing is journaled
 * here, and no rule of the step is asked: that is approval_may_sign()'s.
 */
#ifndef PGRUNBOOK_APPROVAL_ACCEPT_H
#define PGRUNBOOK_APPROVAL_ACCEPT_H

#include "approval/statement.h"

struct allowed {
	const char	*signers;	/* the file of allowed signers, frozen; null: none */
	const char	*revoked;	/* frozen with it; null */
	const char	*revoked_now;	/* as it is now, where it came from; null */
};

/* What was found out about the key. */
struct accepted {
	char		*key;		/* fingerprint */
	bool		 is_executors;	/* it is also a key of who opened the run */
};

/*
 * Is the signature that of the statement's principal, by a key that was his
 * when he signed?  as_of_us: the journal's time of it; now for a new one.
 */
int accept_signature(const void *owner, const struct allowed *allowed,
    const struct run_state *state, const struct statement *s, int64_t as_of_us,
    struct accepted *found, struct error *err) WARN_UNUSED;

/*
 * Is it about what waits for it now: this run, this step, its digest, a
 * request of its own since its last success, or (an act about the run as a
 * whole) the record that is in force; is it new, and not from the future or
 * expired?
 */
int accept_statement(const struct run_state *state, const struct statement *s,
    int64_t now_us, struct error *err) WARN_UNUSED;

/* When it expires by the step's rule; 0: not. */
int64_t accept_expires_us(const json_t *rule, const struct statement *s);

#endif
