/*
 * tests/schema/random/pair.h - does what must hold of two schemas hold?
 *
 * Two databases of one cluster, emptied before each pair and not made anew:
 * that takes a tenth of the time.
 */
#ifndef PGRUNBOOK_TESTS_SCHEMA_RANDOM_PAIR_H
#define PGRUNBOOK_TESTS_SCHEMA_RANDOM_PAIR_H

#include <stdbool.h>

struct ground;

/* Needs a cluster that runs (harness/cluster.h). */
struct ground *ground_new(const void *owner);

/*
 * Of a, made by from, and b, made by to: each has no drift against itself,
 * nor as a file; ids are those of another reading; the SQL of the drift makes
 * a like b, and b like a, by our own reading and, with_dumps, by pg_dump's.
 *
 * Null where all of it holds.  Else what does not: its first line, a stage
 * and a SQLSTATE, is the same for the same fault.
 */
char *pair_fault(const void *owner, struct ground *g, const char *from,
    const char *to, bool with_dumps);
/* Catalogues full of what went are slow to read. */
void ground_tidy(struct ground *g);
/* The SQL that the last pair_fault() ran, or was about to. */
const char *ground_sql(const struct ground *g);

#endif
