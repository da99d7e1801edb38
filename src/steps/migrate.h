/*
 * steps/migrate.h - what the two halves of the kind "migrate" share: what is
 * pending (migrate.c) and how it is applied (migrate_apply.c).
 */
#ifndef PGRUNBOOK_STEPS_MIGRATE_H
#define PGRUNBOOK_STEPS_MIGRATE_H

#include "steps/books.h"

struct migrate_spec {
	struct books_spec books;
	const char	*rehearsed;
	bool		 include_all;
	const char	**seed;		/* files; null-terminated; null */
};

struct seed {
	char		*booked, *sql;
	char		 sha256[SHA256_HEX_SIZE];
	bool		 is_known, is_same;
	bool		 is_done_before;	/* by an attempt before, which planned it */
};

/*
 * What an attempt of this run was killed over: its statement, which refuses a
 * transaction, and its entry do not come together.
 */
struct begun {
	bool		 is_ours;	/* and no process works on it any more */
	char		*id;		/* of its entry, which is open; null: none */
	bool		 has_effect;	/* the catalog has it: only the entry is missing */
	char		*reason;	/* how that is known */
};

struct work {
	struct attempt	*attempt;
	struct books	*books;
	struct begun	*begun;		/* of each migration of the folder */
	struct seed	*seeds;
	size_t		 seed_count;
	json_t		*statements;	/* [{text, ms, lock}], as they are run */
	json_t		*migrations;	/* [{name, sha256}], likewise */
};

/* What the folder says, the books say, and is refused; a child of owner. */
struct work *work_new(const void *owner, struct attempt *a, struct error *err);
/* The books again, and the refusals again: somebody may have migrated. */
int work_check(struct work *w, struct error *err) WARN_UNUSED;
/*
 * Find what this run itself has begun, and make it pending again: by the
 * journal it is ours, by the catalog it is there or not.  What cannot be
 * known stays as the books have it.
 */
int work_find_begun(struct work *w, struct error *err) WARN_UNUSED;
/* Is it for the next migrate? */
bool work_is_pending(const struct work *w, size_t i);
/*
 * Is it in the books since an attempt before this one, which planned it?  What
 * is signed stays the same text while it is done piece by piece.
 */
bool work_is_done_before(const struct work *w, size_t i);
/* The statements that this database gets; "" where it has them already. */
char *migration_statements(const void *owner, const struct migration *m);
/*
 * The same, and before a statement that refuses a transaction what takes
 * away the invalid index that a failed attempt at it has left.
 */
char *work_statements(const void *owner, const struct work *w,
    const struct migration *m);

/* Does the record's list "migrations" have it, in this text? */
bool migration_is_listed(const json_t *record, const char *name,
    const char *sha256);

/*
 * Register what an attempt that was killed had done, by the books: those of
 * its plan that are in them.
 */
int work_register_settled(struct work *w, const struct attempt_state *was,
    struct error *err) WARN_UNUSED;
/* Lock, apply all that is pending, and the seeds; register what was done. */
int work_apply(struct work *w, struct error *err) WARN_UNUSED;

#endif
