/*
 * steps/statements.h - SQL statements run one by one, journaled and timed.
 *
 * A transactional step leaves a marker row in its own transaction; after a
 * crash that row is the proof (the server's half is postgres/outcome.h).  The
 * order, which is what makes the proof hold:
 *     BEGIN, marker row -> journal "marked" -> statements, each journaled
 *     before it is sent -> journal "about_to_commit" -> COMMIT
 */
#ifndef PGRUNBOOK_STEPS_STATEMENTS_H
#define PGRUNBOOK_STEPS_STATEMENTS_H

#include "postgres/sql.h"
#include "run/state.h"
#include "steps/attempt.h"
#include "steps/expect.h"

/* An open transaction with its marker. */
struct transaction {
	struct attempt	*attempt;
	struct pg_session *session;
	char		 uuid[37];
	const char	*xid;		/* "" where there is no marker */
	struct buffer	*locks;		/* those that were told already */
	bool		 is_read_only;
	bool		 is_open;
};

/*
 * BEGIN, the attempt's timeouts, and the marker row, journaled.  A read-only
 * one has no marker.  Freed while open: rolled back with its session.
 */
struct transaction *transaction_begin(const void *owner, struct attempt *a,
    struct pg_session *s, bool read_only, struct error *err);
/* Journal "about_to_commit", COMMIT, and look at what the server says it did. */
int transaction_commit(struct transaction *t, struct error *err) WARN_UNUSED;
/* ROLLBACK.  Where the session is gone the server has done so. */
void transaction_rollback(struct transaction *t);

/* How one statement went; children of owner. */
struct statement_result {
	struct answer	 answer;
	int64_t		 ms;
	const char	*tag, *lock;	/* lock: null where unknown */
};

/*
 * One statement: journaled, sent, timed; a result grid goes to the output.
 * t is null outside of a transaction.
 */
int statement_run(const void *owner, struct attempt *a, struct pg_session *s,
    struct transaction *t, const struct sql_statement *st,
    struct statement_result *result, struct error *err) WARN_UNUSED;

/* All statements of sql, as a step's "transaction" and "expect" say. */
struct statements_options {
	const char	*sql;
	bool		 in_transaction;
	bool		 read_only;
	const json_t	*expect;	/* may be null; held before COMMIT */
	/* Keeps the last statement's answer; likewise. */
	int		(*keep)(struct attempt *, const struct answer *, struct error *);
};
int statements_run(const void *owner, struct attempt *a, struct pg_session *s,
    const struct statements_options *o, struct statement_result *last,
    struct error *err) WARN_UNUSED;

/* Lint: transaction control, and what refuses a transaction block. */
void statements_lint(const struct step *s, const char *key, const char *sql,
    bool in_transaction, struct lint *l);
/* The class that sql deserves, values put in as their names. */
enum step_class statements_class(const char *sql, char *why, size_t why_size);

/* What became of a transaction that was left to itself. */
int statements_settle(struct attempt *a, const char *database,
    const struct attempt_state *was, bool in_transaction,
    enum outcome *outcome, char proof[256], char query[512],
    struct error *err) WARN_UNUSED;

/*
 * For statements that have no transaction to undo them: a lock timeout that
 * strikes in CREATE INDEX CONCURRENTLY leaves an invalid index, so that only
 * one that the step asks for is set.
 */
int statements_unhurried(struct attempt *a, struct pg_session *s,
    struct error *err) WARN_UNUSED;

/* An index that is built CONCURRENTLY: one that is not ended stays, invalid. */
bool statements_may_leave_index(const char *sql);
/* A cure that drops such an index. */
bool statements_own_leftover(const char *cure);

/*
 * Journal which backend runs what has no transaction of its own.  uuid: what
 * it is known by, such as its entry in the books.
 */
int statements_mark_backend(struct attempt *a, struct pg_session *s,
    const char *uuid, struct error *err) WARN_UNUSED;

#endif
