/*
 * approval/evidence.h - does a run's evidence of its sign-offs hold?
 *
 * Goes through the journal as the engine did, and asks of each record what
 * the engine asked then: was it allowed, by this person, under this rule, as
 * of that time; does the signature verify against the signers that were
 * frozen; did nothing run without enough of them.  So a record that was taken
 * out or altered does not hold even where the whole chain was made anew - but
 * for a forger who owns the signers' keys.  Against him stand the anchors:
 * heads of the journal that were written down elsewhere.
 */
#ifndef PGRUNBOOK_APPROVAL_EVIDENCE_H
#define PGRUNBOOK_APPROVAL_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "run/verify.h"

/* What somebody has of the journal, from outside of it. */
struct anchor {
	const char	*source;	/* for people: "the target \"shop\"" */
	const char	*head;		/* a hash, or its beginning (8 digits or more) */
	int64_t		 seq;		/* its record's number; 0: not known */
	const char	*attempt;	/* a marker's UUID; null */
};

struct evidence {
	struct verify_result bundle;	/* run_verify()'s */
	int64_t	ssh, keystroke, break_glass, other;	/* sign-offs by strength */
	int64_t	decisions;		/* on drift items */
	int64_t	rejected, anchors;
	char	sealed_by[256];		/* who signed the closing; "" nobody */
};

/* ERR_VERIFY: *err says what does not hold, and where.  anchors: count of them. */
int evidence_verify(const char *folder, const struct anchor *anchors,
    size_t count, struct evidence *e, struct error *err) WARN_UNUSED;

/* "4e1f 9c02 77ab 0d3e": the first digits of a hash, to be read aloud. */
void evidence_code(const char *hash, char code[20]);

#endif
