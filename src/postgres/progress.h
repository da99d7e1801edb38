/*
 * postgres/progress.h - how far a long command has come, as the server tells.
 *
 * Reads pg_stat_progress_copy, _create_index, _vacuum, _cluster and _analyze.
 * Commands without such a view have no progress; that is no error.
 */
#ifndef PGRUNBOOK_POSTGRES_PROGRESS_H
#define PGRUNBOOK_POSTGRES_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "postgres/session.h"

struct pg_progress {
	int	 pid;
	char	*command;		/* "CREATE INDEX CONCURRENTLY" */
	char	*phase;			/* "building index: scanning table" */
	char	*relation;		/* "public.orders"; "" */
	int64_t	 done, total;		/* total 0: not known */
	const char *unit;		/* "blocks", "rows", "bytes", "lockers" */
};

/*
 * Of one backend (pid > 0), or of all whose application_name is given.
 * count 0 where nothing is told.
 */
int pg_progress_ask(const void *owner, struct pg_session *s, int pid,
    const char *application_name, struct pg_progress **list, size_t *count,
    struct error *err) WARN_UNUSED;

/*
 * The same each second (or slower), by callback, through a session that
 * only watches use meanwhile; it is called only when something changed.
 * The list lasts as long as the call.  Freeing the watch ends it; it ends by
 * itself, silently, where the connection is lost.
 */
struct pg_progress_watch;
struct pg_progress_watch *pg_progress_watch_start(const void *owner,
    struct pg_session *s, struct loop *l, int pid,
    const char *application_name,
    void (*on_progress)(void *arg, const struct pg_progress *list,
    size_t count), void *arg);

#endif
