/*
 * schema/kinds/sequence.h - what sequences and identity columns share.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_SEQUENCE_H
#define PGRUNBOOK_SCHEMA_KINDS_SEQUENCE_H

#include "schema/plan.h"

struct sequence_bounds {
	const char	*min, *max;
};

/*
 * The server refuses bounds that leave out where the sequence stands: it
 * goes to the nearer of them first.  name is as SQL wants it.
 */
void sequence_bring_within(struct plan *p, const char *name,
    const struct sequence_bounds *from, const struct sequence_bounds *to);

#endif
