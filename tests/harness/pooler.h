/*
 * tests/harness/pooler.h - a connection pooler in front of the cluster.
 *
 * A process of ours that passes messages on, one client at a time, and gives
 * out a key of its own for cancel requests, as poolers do; or the real
 * PgBouncer.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_POOLER_H
#define PGRUNBOOK_TESTS_HARNESS_POOLER_H

#include <stdbool.h>
#include <sys/types.h>

enum pooler_mode {
	POOLER_SESSION,		/* each client has a server connection */
	POOLER_TRANSACTION,	/* they share them, transaction by transaction */
	POOLER_STATEMENT,	/* PgBouncer alone: no transaction of several */
	POOLER_DEAF,		/* by session, and what is SET reaches nobody (ours alone) */
};

/* Its socket is in folder, port 5432. */
pid_t pooler_start(const char *folder, enum pooler_mode mode);
/*
 * The same by PgBouncer itself, in a folder that it tells; -1 where it is not
 * installed, which is said.
 */
pid_t pgbouncer_start(const void *owner, enum pooler_mode mode, char **folder);
/* It must have been there to be stopped. */
void pooler_stop(pid_t pid);

#endif
