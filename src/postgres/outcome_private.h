/*
 * postgres/outcome_private.h - what outcome.c and probe.c share.
 */
#ifndef PGRUNBOOK_POSTGRES_OUTCOME_PRIVATE_H
#define PGRUNBOOK_POSTGRES_OUTCOME_PRIVATE_H

#include "postgres/outcome.h"

struct asking {
	const void	*owner;		/* of the answer's strings */
	struct pg_session *session;
	const json_t	*pinned;
	const struct outcome_attempt *attempt;
	struct outcome_answer *answer;
	bool		 moved_on;	/* failed over, restored or a replica since */
	char		*moved_why;
};

/* Settle the answer.  Returns 0, so that "return conclude(...)" reads well. */
int conclude(struct asking *q, enum outcome o, const char *fmt, ...)
    PRINTF(3, 4);

/*
 * Is it the cluster and database of before, and is the backend still at it?
 * *settled: the answer is there already.
 */
int outcome_preliminaries(struct asking *q, bool *settled, struct error *err)
    WARN_UNUSED;

/* What the catalog says of a statement that left no marker. */
int probe_statement(struct asking *q, const char *sql, struct error *err)
    WARN_UNUSED;

#endif
