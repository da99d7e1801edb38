/*
 * steps/reconcile.h - the migrations that a review writes.
 *
 * Two kinds, told apart by their first line:
 *
 *   codified   the database has it already, the migrations did not: a
 *              database that is built from the migrations runs it, "migrate"
 *              records it as applied on the one that was reviewed.
 *   forward    the migrations had it already, the database did not: "migrate"
 *              runs its statements on the one that was reviewed; for a
 *              database that is built from the migrations the file does
 *              nothing (it is a DO block that returns unless the session is a
 *              pgrunbook run's), so that any tool can replay the folder.
 *
 * A forward statement that refuses a transaction has no block around it: it
 * is the file's only one, as tools want it that send a file in one go, and
 * its IF [NOT] EXISTS does nothing where the folder was replayed.
 */
#ifndef PGRUNBOOK_STEPS_RECONCILE_H
#define PGRUNBOOK_STEPS_RECONCILE_H

#include <stdbool.h>

/* comment: lines "-- ..." that follow the first. */
char *reconcile_codified(const void *owner, const char *comment,
    const char *sql);
char *reconcile_forward(const void *owner, const char *comment,
    const char *sql);

bool reconcile_is_codified(const char *text);
/* A forward migration of one statement that refuses a transaction? */
bool reconcile_is_alone(const char *text);
/* The statements to run; null: text is no forward migration. */
char *reconcile_statements(const void *owner, const char *text);

#endif
