/*
 * postgres/session.h - one connection to a server, asynchronous inside,
 * straight-line to use.
 *
 * pg_exec() and friends send and then turn the loop (base/loop.h) until the
 * server has answered; meanwhile other callbacks run.  A session runs one
 * command at a time.  Setting *cancel (see pg_open) cancels what runs: the
 * request goes out from a thread, and the call returns when the server has
 * really stopped (ERR_CANCELLED), or when the connection is gone (ERR_LOST).
 *
 * Errors: ERR_CONNECT, ERR_SQL with SQLSTATE and the server's detail, hint,
 * context; ERR_LOST where the connection broke (the first SQLSTATE is kept).
 * After ERR_LOST only pg_close() (or freeing) makes sense.
 *
 * Where no answer comes, the server is asked by another connection whether the
 * backend still works: one that is gone, or has answered in vain, is a loss
 * (ERR_LOST).  So is a server that cannot be reached any more, once *cancel is
 * true, where there is no cancel, and in a session that is_question: after
 * three times the patience of a connect.
 *
 * While *cancel is true nothing new is sent (ERR_CANCELLED), but for
 * pg_rollback().  A command that ended well before the request reached it
 * has ended well: the caller gets its result.
 *
 * Where no pooler stands between, a session starts without time limits of
 * the role or database (statement_timeout and the like are 0) and with the
 * search_path that the URL's schema asks for.
 */
#ifndef PGRUNBOOK_POSTGRES_SESSION_H
#define PGRUNBOOK_POSTGRES_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "base/error.h"
#include "base/loop.h"
#include "postgres/target.h"

struct pg_session;

struct pg_options {
	const char	*application_name;
	int64_t		 connect_timeout_ms;	/* 0: the URL's connect_timeout, or 10 s */
	int64_t		 answer_timeout_ms;	/* of each command; else it is lost.  0: none */
	bool		 is_question;		/* somebody waits for its answers; see below */
	const bool	*cancel;		/* cancels commands when it becomes true; may be null */
	/* Notices and warnings, as the server words them.  May be null. */
	void		(*on_notice)(void *arg, const char *severity, const char *text);
	void		*arg;
};

struct pg_session *pg_open(const void *owner, struct loop *l,
    const struct pg_target *t, const struct pg_options *options,
    struct error *err);
void pg_close(struct pg_session *s);		/* the same as freeing it */

/* Until the server is known to have gone; also told while nothing runs. */
bool pg_alive(const struct pg_session *s);
bool pg_busy(const struct pg_session *s);	/* a command runs */
int pg_backend_pid(const struct pg_session *s);	/* as the server itself tells */
/* A pooler stands between: session settings and locks do not hold. */
bool pg_pooled(const struct pg_session *s);
const struct pg_target *pg_session_target(const struct pg_session *s);
int pg_server_version(const struct pg_session *s);	/* server_version_num */
PGTransactionStatusType pg_transaction_status(const struct pg_session *s);

/* A result is freed with its owner. */
struct pg_result {
	PGresult	*res;
	int		 rows, columns;
	const char	*tag;		/* command tag: "UPDATE 5" */
};

/*
 * Run one statement (extended protocol; params are text, null for NULL).
 * result may be null when nothing is wanted.
 */
int pg_exec(const void *owner, struct pg_session *s, const char *sql,
    int param_count, const char *const *params, struct pg_result **result,
    struct error *err) WARN_UNUSED;

/*
 * Run text by the simple protocol (several statements are one implicit
 * transaction).  Ends at the first error.
 */
int pg_exec_script(struct pg_session *s, const char *sql, struct error *err)
    WARN_UNUSED;

/* ROLLBACK where a transaction is open; *cancel does not hinder it. */
int pg_rollback(struct pg_session *s, struct error *err) WARN_UNUSED;

/*
 * Run one statement (simple protocol, so that CONCURRENTLY and the like
 * work) and hand over rows as they come, in bounded memory: names first
 * (row -1, number 0), then each row, numbered from 1.  Returning false from
 * on_row stops collecting (the rest is drained).  tag gets the command tag
 * (may be null).  on_row may turn the loop, but not use this session.
 */
int pg_query_stream(const void *owner, struct pg_session *s, const char *sql,
    bool (*on_row)(void *arg, const PGresult *res, int row, int64_t number),
    void *arg, char **tag, struct error *err) WARN_UNUSED;

/* COPY … TO STDOUT: the bytes as they come. */
int pg_copy_out(struct pg_session *s, const char *sql,
    int (*on_data)(void *arg, const char *bytes, size_t size_bytes,
    struct error *err), void *arg, struct error *err) WARN_UNUSED;

/* The value, or null for SQL NULL. */
const char *pg_value(const struct pg_result *r, int row, int column);
int64_t pg_value_int(const struct pg_result *r, int row, int column);	/* 0 for NULL */

/* First column of a one-row query; ERR_EXPECT for any other number of rows. */
int pg_scalar(const void *owner, struct pg_session *s, const char *sql,
    int param_count, const char *const *params, char **value,
    struct error *err) WARN_UNUSED;

/*
 * A query whose answer comes by callback, while other code waits in the loop.
 * done is called once, from the loop, never from within this call; r (null
 * on failure) and err (null on success) last as long as it.  It may ask the
 * next, and it may close the session.  Closing the session before forgets it.
 */
void pg_query_async(struct pg_session *s, const char *sql,
    void (*done)(void *arg, const struct pg_result *r, const struct error *err),
    void *arg);

/* Fit for any server setting: E'' where there are backslashes. */
char *pg_quote_literal(const void *owner, const char *text);
char *pg_quote_identifier(const void *owner, const char *name);

#endif
