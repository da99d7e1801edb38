/*
 * postgres/identity.h - which database is this, really?
 *
 * Taken once at the start of a run, pinned in the journal, and compared again
 * before every step that changes anything.
 */
#ifndef PGRUNBOOK_POSTGRES_IDENTITY_H
#define PGRUNBOOK_POSTGRES_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "postgres/session.h"

struct pg_identity {
	char	*system_identifier;	/* "" where the server does not tell */
	char	*database, *role, *host, *port, *version;	/* version: "15.8" */
	int	 version_num;
	bool	 in_recovery;
	char	*timeline;		/* eight hex digits */
	char	*postmaster_start;	/* as the server writes it */
	bool	 pooled;		/* a pooler stands between (PQbackendPID differs) */
	char	*environment;		/* setting pgrunbook.environment of the database; "" */
};

struct pg_identity *pg_identity_read(const void *owner, struct pg_session *s,
    struct error *err);
json_t *pg_identity_json(const struct pg_identity *id);	/* new reference */
/*
 * Same database of the same cluster by the same role, with the same
 * environment, no failover since?  pinned is pg_identity_json()'s.
 * ERR_IDENTITY: the detail says what differs.
 */
int pg_identity_compare(const json_t *pinned, const struct pg_identity *now,
    struct error *err) WARN_UNUSED;

/*
 * One run per database at a time: a session advisory lock of our own, held
 * until the session ends.  Names the session "pgrunbook run ID".
 */
int pg_run_lock(struct pg_session *s, const char *run_id, struct error *err)
    WARN_UNUSED;	/* ERR_BUSY: detail says pid, user, application, since when */

#endif
