/*
 * tests/schema/schemas.h - databases with a schema, read and compared.
 *
 * One loop for the program; whatever fails in here fails the test.
 */
#ifndef PGRUNBOOK_TESTS_SCHEMA_SCHEMAS_H
#define PGRUNBOOK_TESTS_SCHEMA_SCHEMAS_H

#include "harness/cluster.h"
#include "harness/test.h"
#include "postgres/session.h"
#include "schema/drift.h"

struct loop *schemas_loop(void);
/* A new database that the statements were run in. */
char *schemas_database(const void *owner, const char *sql);
struct pg_session *schemas_open(const void *owner, const char *dbname);
struct schema_snapshot *schemas_read(const void *owner, const char *dbname);
/* Snapshot of a new database of these statements, which is gone again. */
struct schema_snapshot *schemas_of(const void *owner, const char *sql);
/* EXPECTED and ACTUAL of statements. */
struct drift *schemas_drift(const void *owner, const char *expected,
    const char *actual);

const struct drift_item *schemas_item(const struct drift *d, const char *key);
bool schemas_has_reason(const struct drift_item *item, const char *reason);
/* For messages: one line for each item. */
char *schemas_list(const void *owner, const struct drift *d);

#endif
