/*
 * steps/dump.h - pg_dump and pg_restore, run as programs and watched.
 */
#ifndef PGRUNBOOK_STEPS_DUMP_H
#define PGRUNBOOK_STEPS_DUMP_H

#include "steps/attempt.h"
#include "steps/manifest.h"

/* "4" -> 4, from 1 to 64; null gives 1. */
int dump_jobs(struct attempt *a, const char *text, int *jobs,
    struct error *err) WARN_UNUSED;

/*
 * What is to be said of a pg_dump whose minor version is older than the
 * server's: it may write what it does not know.  version: what it says of
 * itself, "pg_dump (PostgreSQL) 15.18 (...)".  Null: nothing.
 */
char *dump_version_warning(const void *owner, const char *version,
    int server_version);

/* pg_dump of t into m->dump under an exported snapshot, with progress. */
int dump_write(struct attempt *a, const struct pg_target *t,
    struct manifest *m, const char *snapshot, int jobs, struct error *err)
    WARN_UNUSED;

/*
 * Read the archive to its end: its table of contents has the manifest's
 * tables, and every byte can be read.  ERR_VERIFY.
 */
int dump_check(struct attempt *a, const struct manifest *m, struct error *err)
    WARN_UNUSED;

/*
 * pg_restore into t: a new, empty database with jobs, or (in_place) one
 * transaction that drops what it brings.  Stops at the first error.
 */
int dump_restore(struct attempt *a, const struct pg_target *t,
    const struct manifest *m, int jobs, bool in_place, struct error *err)
    WARN_UNUSED;

/*
 * CREATE DATABASE with the encoding and locale of the target's own, through a
 * database of the same server that is there ("postgres", else "template1").
 *
 * *name, owned by owner, belongs to this step of this run alone: what is there
 * by that name an attempt before has left when its engine was killed, and is
 * dropped first.  So no moment leaves a database that nobody knows of.
 */
int dump_create_database(const void *owner, struct attempt *a, char **name,
    struct error *err) WARN_UNUSED;
int dump_drop_database(struct attempt *a, const char *name,
    struct error *err) WARN_UNUSED;
/* A session to a database from which others can be made, dropped, renamed. */
struct pg_session *dump_maintenance(const void *owner, struct attempt *a,
    bool for_cleanup, struct error *err);

#endif
