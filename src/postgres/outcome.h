/*
 * postgres/outcome.h - what became of a step whose end nobody saw?
 *
 * A transactional step leaves a row in pgrunbook.outcome inside its own
 * transaction: where the row is seen, the step is done; where it is not, and
 * the backend is gone from the same cluster on the same timeline, it is not.
 * A transaction id alone is no proof, it can be handed out again after a
 * crash.  For statements that refuse a transaction the catalog is asked.
 *
 * Never guesses: what cannot be proven is OUTCOME_UNKNOWN, with the query
 * that a person can run.
 *
 *     outcome_prepare()                  once per target, before the run
 *     BEGIN; outcome_mark(); journal it; the step; journal "about to commit"
 *     COMMIT                             its tag must be "COMMIT"
 *     ... lost: outcome_ask() from a new session
 */
#ifndef PGRUNBOOK_POSTGRES_OUTCOME_H
#define PGRUNBOOK_POSTGRES_OUTCOME_H

#include <stdbool.h>

#include <jansson.h>

#include "postgres/session.h"

enum outcome {
	OUTCOME_DONE,
	OUTCOME_NOT_DONE,
	OUTCOME_STILL_RUNNING,		/* there, without us */
	OUTCOME_UNKNOWN
};

/* What was journaled about an attempt.  Null or 0 where not known. */
struct outcome_attempt {
	const char	*run, *step;
	const char	*attempt;	/* a UUID, from uuid_new() */
	const char	*xid;
	int		 pid;		/* of the backend that ran it */
	const char	*backend_start;	/* as the server writes it */
	const char	*flush_lsn;	/* of the server when it began */
	const char	*head;		/* the journal's, to be left with the marker */
	int64_t		 seq;		/* number of its record */
};

struct outcome_answer {
	enum outcome	 outcome;
	char		*reason;	/* one clause */
	char		*query;		/* that shows it, for psql */
	char		*cure;		/* what to run before trying again; null: nothing */
	bool		 harmless;	/* running it again does no harm */
	int		 pid;		/* STILL_RUNNING: the backend */
};

/* "done", "not_done", "still_running", "unknown" */
const char *outcome_name(enum outcome o);

/*
 * Make the schema and table where they are missing.  ERR_SQL 42501 where the
 * role may not; then steps of this target have no marker.
 */
int outcome_prepare(struct pg_session *s, struct error *err) WARN_UNUSED;

/*
 * Fill a's pid, backend_start and flush_lsn (children of owner), for a step
 * that runs without a transaction or is about to begin one.
 */
int outcome_begin(const void *owner, struct pg_session *s,
    struct outcome_attempt *a, struct error *err) WARN_UNUSED;

/*
 * Write the row in the transaction that is open; fills what outcome_begin()
 * fills, and xid.
 */
int outcome_mark(const void *owner, struct pg_session *s,
    struct outcome_attempt *a, struct error *err) WARN_UNUSED;

/*
 * Leave the journal's head at the end of a run, where it has left markers;
 * nothing is done where it has none, or where the table has no room for it.
 */
int outcome_anchor(struct pg_session *s, const char *run, int64_t seq,
    const char *head, struct error *err) WARN_UNUSED;

/*
 * Heads of a run that stand there: an array of {"step", "attempt", "seq",
 * "head"}, seq and head where they are known.  New reference; null with *err.
 */
json_t *outcome_anchors(struct pg_session *s, const char *run,
    struct error *err);

/* For the journal, and back (strings are children of owner). */
json_t *outcome_attempt_json(const struct outcome_attempt *a);
void outcome_attempt_load(const void *owner, const json_t *json,
    struct outcome_attempt *a);

/*
 * What became of an attempt that left a marker, or was to leave one?
 * pinned is pg_identity_json()'s from before it.  -1 only where the
 * question could not be asked.
 */
int outcome_ask(const void *owner, struct pg_session *s, const json_t *pinned,
    const struct outcome_attempt *a, struct outcome_answer *answer,
    struct error *err) WARN_UNUSED;

/* The same for one statement outside of a transaction. */
int outcome_probe(const void *owner, struct pg_session *s,
    const json_t *pinned, const struct outcome_attempt *a, const char *sql,
    struct outcome_answer *answer, struct error *err) WARN_UNUSED;

#endif
