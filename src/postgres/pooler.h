/*
 * postgres/pooler.h - is what we are connected to a session, or does a pooler
 * hand out another server connection for each transaction?
 *
 * By transaction no setting, no session lock, no exported snapshot and no
 * temporary table holds, and what is set stays behind for a stranger.  Whoever
 * needs one of them asks here first.
 */
#ifndef PGRUNBOOK_POSTGRES_POOLER_H
#define PGRUNBOOK_POSTGRES_POOLER_H

#include "postgres/session.h"

/*
 * Opens a second connection; asks nothing where there is no pooler.  One that
 * refuses transactions altogether counts as well.
 */
int pg_pooled_by_transaction(struct loop *l, struct pg_session *s,
    bool *by_transaction, struct error *err) WARN_UNUSED;

/*
 * ERR_CONNECT where no session holds; the detail names what would need one
 * ("the run's lock"), the hint the port, the host or the mode to take.  A URL
 * that says of itself that it leads to such a pooler is believed.
 */
int pg_need_session(struct loop *l, struct pg_session *s, const char *what,
    struct error *err) WARN_UNUSED;
/* That hint alone, by what the URL says. */
void pg_pooler_hint(const struct pg_target *t, struct error *err);

#endif
