/*
 * tests/harness/pooler.h - a connection pooler in front of the cluster.
 *
 * A process of ours that passes messages on, one client at a time, and gives
 * out a key of its own for cancel requests, as poolers do.  By session each
 * client has a server connection; by transaction they share one.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_POOLER_H
#define PGRUNBOOK_TESTS_HARNESS_POOLER_H

#include <stdbool.h>
#include <sys/types.h>

/* Its socket is in folder, port 5432. */
pid_t pooler_start(const char *folder, bool by_transaction);
/* It must have been there to be stopped. */
void pooler_stop(pid_t pid);

#endif
