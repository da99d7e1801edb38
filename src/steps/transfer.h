/*
 * steps/transfer.h - how far the rows of a dump or a restore have come.
 *
 * Two sources that complete each other: what pg_dump and pg_restore say of the
 * tables they begin with (LC_ALL=C, --verbose), and how many rows of them the
 * server has copied.  A table weighs its bytes; before and behind the rows
 * objects are counted.  Told by attempt_progress().
 */
#ifndef PGRUNBOOK_STEPS_TRANSFER_H
#define PGRUNBOOK_STEPS_TRANSFER_H

#include "postgres/progress.h"
#include "steps/manifest.h"

struct transfer;

/* objects: how many there are besides rows; 0: none are counted.  m is borrowed. */
struct transfer *transfer_new(const void *owner, struct attempt *a,
    const struct manifest *m, int64_t objects);
/* A line of standard error. */
void transfer_line(struct transfer *t, const char *line);
/* All that is copied at this moment, by qualified names. */
void transfer_rows(struct transfer *t, const struct pg_progress *list,
    size_t count);
/*
 * Ask database each second what sessions of this application_name copy; ends
 * with t.  Without a second connection lines alone are told.
 */
void transfer_watch(struct transfer *t, const char *database,
    const char *application_name);

#endif
