/*
 * steps/history.h - which migrations a database has, in the books of the tool
 * that the folder is for: Prisma's table, Supabase's, or our own.
 *
 * Compatible with Prisma and Supabase to the byte: what is recorded here
 * their own commands find as if they had done it, and the other way round.
 * Steps and commands use it alike; it knows of neither.
 */
#ifndef PGRUNBOOK_STEPS_HISTORY_H
#define PGRUNBOOK_STEPS_HISTORY_H

#include <jansson.h>

#include "base/loop.h"
#include "postgres/session.h"
#include "schema/expected.h"

/* What the caller lends; all of it may be null but the loop. */
struct history_host {
	struct loop	*loop;
	const bool	*cancel;
	void		(*on_wait)(void *arg);	/* somebody else migrates */
	void		*arg;
};

struct history {
	struct history_host host;
	struct pg_session *session;
	enum migrations_layout layout;
	const char	*schema;	/* that Prisma's table lives in */
	bool		 has_table;
};

enum migration_status {
	MIGRATION_PENDING,
	MIGRATION_APPLIED,
	MIGRATION_EDITED,	/* applied, and the file is another now */
	MIGRATION_FAILED,	/* begun, and neither finished nor rolled back */
	MIGRATION_ROLLED_BACK,	/* and so pending again */
	MIGRATION_MISSING	/* applied, and not in the folder */
};

struct migration_finding {
	const char	*name;
	enum migration_status status;
	bool		 is_out_of_order;	/* pending, and a later one is applied */
	int		 live;		/* rows that are not rolled back; more than 1 is odd */
	const char	*started_at, *finished_at, *logs;	/* may be null */
};

/* The folder's, in its order, then those that only the books have. */
struct migration_findings {
	struct migration_finding *list;
	size_t		 count, in_folder;
	size_t		 counts[MIGRATION_MISSING + 1];	/* by status */
	size_t		 out_of_order, duplicates;
};

/* -1 for an unknown name. */
int layout_parse(const char *name);
const char *layout_name(enum migrations_layout layout);
/* "pending", "rolled_back", … */
const char *migration_status_name(enum migration_status status);
/* -1 for an unknown name. */
int migration_status_parse(const char *name);
/* To be run by the next migrate. */
bool migration_is_pending(enum migration_status status);

/* Reads only, but for the session's search_path (Prisma's: its schema alone). */
struct history *history_open(const void *owner,
    const struct history_host *host, struct pg_session *s,
    enum migrations_layout layout, const char *schema, struct error *err);

/* What the books say of a folder; null with *err. */
struct migration_findings *history_read(const void *owner, struct history *h,
    const struct migration *list, size_t count, struct error *err);
/* [{name, status, …}] and the counts, for programs and registers. */
json_t *history_findings_json(const struct migration_findings *f);
/*
 * May the next migrate go on?  ERR_POLICY with what to do: a failed one
 * (Prisma's P3009); Supabase's own refusals (one that the folder lacks, one
 * before the last applied unless include_all); edited ones of our own books.
 */
int history_check(const struct history *h, const struct migration_findings *f,
    bool include_all, struct error *err) WARN_UNUSED;

/*
 * Nobody else migrates meanwhile: Prisma's own advisory lock (P1002 after ten
 * seconds).  It goes with the session.
 */
int history_lock(struct history *h, struct error *err) WARN_UNUSED;
/*
 * Make the books where there are none: *made.  P3005 where the schema is not
 * empty, unless is_baseline.
 */
int history_make(struct history *h, bool is_baseline, bool *made,
    struct error *err) WARN_UNUSED;

/*
 * Around one migration's statements: in its transaction, or outside of one
 * (Prisma's own way) where they refuse it.  id: a new UUID, of the entry.
 */
int history_begin(struct history *h, const struct migration *m,
    const char *id, struct error *err) WARN_UNUSED;
/*
 * The id of the only entry that counts, which was begun and of which nobody
 * has said how it ended; null where there is none (and in other books than
 * Prisma's).
 */
int history_begun(const void *owner, struct history *h, const char *name,
    char **id, struct error *err) WARN_UNUSED;
int history_finish(struct history *h, const struct migration *m,
    const char *id, struct error *err) WARN_UNUSED;
/* Outside of a transaction: what it failed with. */
int history_fail(struct history *h, const char *id, const char *logs,
    struct error *err) WARN_UNUSED;
/* The database has it already: recorded as applied, nothing is run. */
int history_record(struct history *h, const struct migration *m,
    struct error *err) WARN_UNUSED;

/*
 * "resolve": the books are put right after a person has looked; nothing is
 * run.  Applied: an open failure of the name is closed, and the migration is
 * recorded (P3017 where the folder lacks it, P3008 where it is recorded
 * already).  Rolled back: its open failure is closed, so that it is pending
 * again (P3011 where the books do not have it, P3012 where it has not
 * failed); Supabase's and our own books lose the entry.
 */
int history_resolve_applied(struct history *h, const struct migration *list,
    size_t count, const char *name, struct error *err) WARN_UNUSED;
int history_resolve_rolled_back(struct history *h, const char *name,
    struct error *err) WARN_UNUSED;

/*
 * Supabase's seed files: path (as the books have it) and the sha256 of its
 * text.  *is_known: the books have it; *is_same: in this text.
 */
int history_seed_look(struct history *h, const char *path, const char *sha256,
    bool *is_known, bool *is_same, struct error *err) WARN_UNUSED;
int history_seed_record(struct history *h, const char *path,
    const char *sha256, struct error *err) WARN_UNUSED;

#endif
