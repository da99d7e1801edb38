/*
 * postgres/poller.h - one query, asked again and again while others work.
 *
 * At most one question is under way, and the next is asked a period after
 * the one before was, or later.  It ends at its first error.  Several may
 * share a session: one that finds it busy asks a moment later.
 */
#ifndef PGRUNBOOK_POSTGRES_POLLER_H
#define PGRUNBOOK_POSTGRES_POLLER_H

#include "postgres/session.h"

struct pg_poller;

/*
 * Freeing it ends it, also from within a call.  s must outlive it, or own it.
 * on_error may be null.
 */
struct pg_poller *pg_poller_start(const void *owner, struct pg_session *s,
    struct loop *l, const char *sql, int64_t period_ms,
    void (*on_answer)(void *arg, const struct pg_result *r),
    void (*on_error)(void *arg, const struct error *err), void *arg);
/* From its next question on; also from within a call. */
void pg_poller_pace(struct pg_poller *p, int64_t period_ms);

#endif
