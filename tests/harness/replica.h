/*
 * tests/harness/replica.h - a streaming standby of the test program's cluster,
 * started by the test that needs it.
 *
 * Whatever fails in here fails the test.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_REPLICA_H
#define PGRUNBOOK_TESTS_HARNESS_REPLICA_H

struct replica;

/* Copied from the cluster and streaming, on a socket of its own; freed: gone. */
struct replica *replica_start(const void *owner);
/* The first value that a query gives there; null where there is none. */
char *replica_value(const void *owner, const struct replica *r,
    const char *dbname, const char *sql);
/* It takes in what comes, and does not replay it; until it is resumed. */
void replica_pause(const struct replica *r);
void replica_resume(const struct replica *r);

#endif
