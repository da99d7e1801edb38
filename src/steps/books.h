/*
 * steps/books.h - a step's migrations folder and the books of its database,
 * opened together: what the kinds "migrate", "migration_status" and "resolve"
 * begin with.
 */
#ifndef PGRUNBOOK_STEPS_BOOKS_H
#define PGRUNBOOK_STEPS_BOOKS_H

#include "steps/attempt.h"
#include "steps/history.h"

struct books_spec {
	const char	*dir, *layout, *database;
};

struct books {
	struct attempt	*attempt;
	enum migrations_layout layout;
	char		*dir, *database;
	struct migration *list;
	size_t		 count;
	/* Null where the attempt is dry. */
	struct pg_session *session;
	struct history	*history;
	struct migration_findings *findings;
};

/*
 * Read the folder, and what the books say of it.  Reads only.  In a dry
 * attempt no server is asked, and a folder that is not there yet is empty
 * (list is null).
 */
struct books *books_open(const void *owner, struct attempt *a,
    const struct books_spec *spec, struct error *err);
/* Read the books again. */
int books_read(struct books *b, struct error *err) WARN_UNUSED;

/* Lint: a layout that is none. */
void books_check(const struct step *s, const char *layout, struct lint *l);

/* The rows of a key table that fill a struct books_spec at an offset. */
#define KEYS_BOOKS(type, field) \
	{ "dir", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS, \
	  offsetof(struct type, field.dir), "the migrations folder", NULL, 0, \
	  0 }, \
	{ "layout", KEY_TEXT, KEY_EXPANDS, offsetof(struct type, field.layout), \
	  "prisma (default), supabase or sql", NULL, 0, 0 }, \
	{ "database", KEY_TEXT, KEY_EXPANDS, \
	  offsetof(struct type, field.database), \
	  "another database of the target's server", NULL, 0, 0 }

#endif
