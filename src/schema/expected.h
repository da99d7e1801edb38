/*
 * schema/expected.h - the expected side: a migrations folder replayed in a
 * shadow database, a schema.sql, a snapshot file, or a URL.
 */
#ifndef PGRUNBOOK_SCHEMA_EXPECTED_H
#define PGRUNBOOK_SCHEMA_EXPECTED_H

#include "base/error.h"
#include "base/hash.h"
#include "base/loop.h"
#include "postgres/target.h"
#include "schema/snapshot.h"

enum migrations_layout { LAYOUT_PRISMA, LAYOUT_SUPABASE, LAYOUT_SQL };

struct migration {
	const char	*name;		/* the folder's (Prisma) or file's name */
	const char	*path;		/* of the SQL file */
	const char	*sql;
	size_t		 size_bytes;
	char		 sha256[SHA256_HEX_SIZE];
};

/*
 * Which layout a folder has: Prisma's where a sub-folder holds a
 * migration.sql, Supabase's where each *.sql begins with its version (the
 * fourteen digits of a time), or the folder is called as Supabase does.
 */
int migrations_layout_of(const char *folder, enum migrations_layout *layout,
    struct error *err) WARN_UNUSED;
/* One file that holds all, as pg_dump --schema-only writes it. */
int migrations_read_file(const void *owner, const char *path,
    struct migration **list, size_t *count, struct error *err) WARN_UNUSED;
/* Read a folder in its layout's order; ERR_RUNBOOK or ERR_IO with the file. */
int migrations_read(const void *owner, const char *folder,
    enum migrations_layout layout, struct migration **list, size_t *count,
    struct error *err) WARN_UNUSED;

/*
 * Replay migrations into a shadow database that is made on server (a target
 * whose role may create databases) and dropped again, and snapshot it.
 * Shadow databases that a program left behind which was killed go with it:
 * those of the same role whose maker's session is no more.
 * progress (may be null) is told done, total and the name.
 */
struct schema_snapshot *expected_from_migrations(const void *owner,
    struct loop *l, const struct pg_target *server,
    const struct migration *list, size_t count,
    void (*progress)(void *arg, size_t done, size_t total, const char *name),
    void *arg, const bool *cancel, struct error *err);

#endif
