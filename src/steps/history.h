/*
 * steps/history.h - which migrations a database has, in the books of the tool
 * that the folder is for: Prisma's table, Supabase's, or our own.
 *
 * Compatible with Prisma and Supabase to the byte: what is recorded here
 * their own commands find as if they had done it, and the other way round.
 */
#ifndef PGRUNBOOK_STEPS_HISTORY_H
#define PGRUNBOOK_STEPS_HISTORY_H

#include "schema/expected.h"
#include "steps/attempt.h"

struct history {
	struct attempt	*attempt;
	struct pg_session *session;
	enum migrations_layout layout;
	const char	*schema;	/* that Prisma's table lives in */
	bool		 has_table;
};

enum migration_status {
	MIGRATION_PENDING,
	MIGRATION_APPLIED,
	MIGRATION_EDITED,	/* applied, and the file is another now */
	MIGRATION_FAILED	/* begun, and neither finished nor rolled back */
};

/* -1 for an unknown name. */
int layout_parse(const char *name);

/* Reads only. */
struct history *history_open(const void *owner, struct attempt *a,
    struct pg_session *s, enum migrations_layout layout, const char *schema,
    struct error *err);

/*
 * statuses beside list.  *unknown: names that the books have and the folder
 * has not, comma-separated; "".  Where a migration has failed: ERR_POLICY
 * (P3009) with what to do.
 */
int history_compare(const void *owner, struct history *h,
    const struct migration *list, size_t count,
    enum migration_status *statuses, char **unknown, struct error *err)
    WARN_UNUSED;

/*
 * Nobody else migrates meanwhile: Prisma's own advisory lock (P1002 after ten
 * seconds).  It goes with the session.
 */
int history_lock(struct history *h, struct error *err) WARN_UNUSED;
/* Make the books where there are none; P3005 where the schema is not empty. */
int history_make(struct history *h, struct error *err) WARN_UNUSED;

/*
 * Around one migration's statements: in its transaction, or outside of one
 * (Prisma's own way) where they refuse it.  *id is a child of owner.
 */
int history_begin(const void *owner, struct history *h,
    const struct migration *m, char **id, struct error *err) WARN_UNUSED;
int history_finish(struct history *h, const struct migration *m,
    const char *id, struct error *err) WARN_UNUSED;
/* Outside of a transaction: what it failed with. */
int history_fail(struct history *h, const char *id, const char *logs,
    struct error *err) WARN_UNUSED;
/* The database has it already: recorded as applied, nothing is run. */
int history_record(struct history *h, const struct migration *m,
    struct error *err) WARN_UNUSED;

#endif
