/*
 * steps/reconciliation.h - a migrations folder that puts both sides right.
 *
 * The folder as it was, and behind its last migration what was decided:
 * <time>_reconcile_codified and <time>_reconcile (see steps/reconcile.h),
 * with a number where there are several.
 */
#ifndef PGRUNBOOK_STEPS_RECONCILIATION_H
#define PGRUNBOOK_STEPS_RECONCILIATION_H

#include "schema/drift.h"
#include "schema/expected.h"
#include "steps/attempt.h"

struct reconciliation {
	const struct drift *drift;
	const enum drift_truth *truths;	/* beside drift->items */
	const char	*from;		/* the folder as it was; "": there was none */
	enum migrations_layout layout;
	const char	*into;		/* must not be there yet */
	/* out: */
	int		 forward_count, codified_count;	/* files */
	char		 sha256[SHA256_HEX_SIZE];	/* of the new ones' names and texts */
};

/* Writes the folder; each new file is also evidence. */
int reconciliation_write(const void *owner, struct attempt *a,
    struct reconciliation *r, struct error *err) WARN_UNUSED;

#endif
