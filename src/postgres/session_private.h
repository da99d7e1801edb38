/*
 * postgres/session_private.h - what session.c, command.c and async.c share.
 *
 * Who reads the socket: while a synchronous command runs, the poll callback
 * only takes bytes in, and no more than until libpq has something to hand
 * over; results are taken by the straight-line code.  While an asynchronous
 * one runs, the callback takes the results as well.  While nothing runs it
 * notices a server that goes.
 */
#ifndef PGRUNBOOK_POSTGRES_SESSION_PRIVATE_H
#define PGRUNBOOK_POSTGRES_SESSION_PRIVATE_H

#include "postgres/session.h"

/* A cancel request that met nothing (it came too early) is sent again. */
#define CANCEL_AGAIN_MS		1000

struct async;
struct cancel_request;
struct notice;

struct pg_session {
	PGconn			*conn;
	struct loop		*loop;
	struct loop_poll	*poll;
	const struct pg_target	*target;	/* a copy of our own */
	struct pg_options	 options;
	bool			 connecting, connect_ready;
	bool			 busy;		/* a command runs */
	const char		*sql;		/* its text, while it runs */
	bool			 copying;	/* COPY OUT: libpq is never "busy" */
	bool			 copy_fresh;	/* bytes came since it was asked */
	bool			 ignore_cancel;
	bool			 lost;
	struct error		 lost_why;
	struct async		*async;
	struct cancel_request	*cancelling;	/* under way in a thread */
	bool			 cancel_sent;	/* for the command that runs */
	struct notice		*notices;
	size_t			 notice_count;
	bool			 telling;	/* on_notice is being called */
	int64_t			 patience_ms;	/* of a connect */
	int64_t			 answer_ms;	/* that an answer may take; 0: any time */
	int64_t			 looked_ms;	/* since when nothing came; silence.c */
	int			 unreached, idle_seen;
	int			 backend_pid;
	bool			 pooled;
};

/* session.c: the socket */
void session_arm(struct pg_session *s);
void session_disarm(struct pg_session *s);
void session_tell_notices(struct pg_session *s);
/* The connection is gone; the first reason stays. */
void session_lose(struct pg_session *s, const struct error *why);

/* command.c */
bool session_has_answer(const struct pg_session *s);
/* May a command be sent?  Marks the session busy.  sql is borrowed. */
int command_begin(struct pg_session *s, const char *sql, struct error *err)
    WARN_UNUSED;
/* PQsendQuery() and the like did not accept it. */
void command_note_send_failure(struct pg_session *s, struct error *first);
/* What a result says went wrong; only the first is kept. */
void command_note_error(struct pg_session *s, const PGresult *res,
    struct error *first);
/* All results are taken; 0 or -1 with *err after the first error. */
int command_end(struct pg_session *s, const struct error *first,
    struct error *err) WARN_UNUSED;
struct pg_result *result_new(const void *owner, PGresult *takes);

/*
 * silence.c: a wait begins; how long until silence_break() is due, which may
 * lose the session.  It turns the loop.
 */
void silence_begin(struct pg_session *s);
int64_t silence_left_ms(const struct pg_session *s);
void silence_break(struct pg_session *s);

/* async.c */
void async_pump(struct pg_session *s);

/* cancel.c */
void cancel_start(struct pg_session *s);
/* Nobody waits for it any more. */
void cancel_abandon(struct pg_session *s);

#endif
