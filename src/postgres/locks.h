/*
 * postgres/locks.h - who is in the way of a backend, and who waits behind it.
 *
 * A watch has a connection of its own.  While somebody waits it asks once a
 * second, since the question takes the lock manager's own locks; before, it
 * asks every PG_LOCK_LOOK_MS, and the first question after a wait began tells
 * of it: so it is seen well within a second.  It goes on while other code
 * turns the loop.
 */
#ifndef PGRUNBOOK_POSTGRES_LOCKS_H
#define PGRUNBOOK_POSTGRES_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "postgres/session.h"

#define PG_LOCK_LOOK_MS	400

/* One backend in the tree.  Strings are "" where the server does not tell. */
struct pg_lock_party {
	int	 pid;			/* 0: a prepared transaction */
	int	 depth;			/* 0: directly before or behind the watched one */
	char	*user, *application, *address;
	char	*backend_start;		/* identifies it, together with pid */
	char	*state;			/* "idle in transaction" */
	int64_t	 state_age_ms, xact_age_ms;	/* -1: not known */
	char	*query;			/* the first 1000 characters */
	char	*mode, *relation;	/* the lock it holds (blockers) or waits for (queued) */
	bool	 is_prepared;		/* query is its gid: COMMIT or ROLLBACK PREPARED ends it */
	bool	 is_autovacuum;
};

struct pg_lock_report {
	int	 pid;			/* the watched backend */
	bool	 waiting;
	char	*mode, *relation;	/* what it waits for; "" */
	int64_t	 waited_ms;
	struct pg_lock_party *blockers;
	size_t	 blocker_count;
	struct pg_lock_party *queued;
	size_t	 queued_count;
};

struct pg_lock_watch;

/*
 * Watch pid through s, a session that only watches use meanwhile (it stays
 * the caller's, and must outlive the watch or own it).  on_report is called whenever the
 * report differs from the one before (waited_ms and the ages alone do not
 * count), and each second while it waits.  The report lasts as long as the
 * call.  on_error (may be null) is told once, after which it has stopped.
 * Freeing the watch ends it.
 */
struct pg_lock_watch *pg_lock_watch_start(const void *owner,
    struct pg_session *s, struct loop *l, int pid,
    void (*on_report)(void *arg, const struct pg_lock_report *report),
    void (*on_error)(void *arg, const struct error *err), void *arg);

/* Ask once, straight down. */
int pg_lock_ask(const void *owner, struct pg_session *s, int pid,
    struct pg_lock_report **report, struct error *err) WARN_UNUSED;

/* {pid, waiting, mode, relation, waited_ms, blockers: [...], queued: [...]} */
json_t *pg_lock_report_json(const struct pg_lock_report *report);

/*
 * Cancel what a backend runs, or end its session, if it is still the one
 * that was seen (a pid can be another's by now): ERR_NOT_FOUND otherwise.
 */
int pg_backend_cancel(struct pg_session *s, int pid, const char *backend_start,
    struct error *err) WARN_UNUSED;
int pg_backend_terminate(struct pg_session *s, int pid,
    const char *backend_start, struct error *err) WARN_UNUSED;

#endif
