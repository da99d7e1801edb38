/*
 * tests/schema/matrix.h - does some case show each change of each kind?
 *
 * A kind's objects come and go; each attribute that its query yields changes;
 * a comment and a grant on what takes one changes alone.
 */
#ifndef PGRUNBOOK_TESTS_SCHEMA_MATRIX_H
#define PGRUNBOOK_TESTS_SCHEMA_MATRIX_H

#include "schema/drift.h"

/* These are changes that were shown. */
void matrix_note(const struct drift *d);

/*
 * What none has shown of what servers of this major version have, a line each;
 * empty: nothing.
 */
char *matrix_missing(const void *owner, int major);

#endif
