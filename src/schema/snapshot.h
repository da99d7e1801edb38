/*
 * schema/snapshot.h - a database's schema as data: read from a server, or
 * from a snapshot file; both diff the same.
 *
 * All catalogue queries of a server run in one REPEATABLE READ READ ONLY
 * transaction with the session settings that make deparsed text stable, and
 * go out in one pipeline.  Nothing is written, and the transaction is over
 * (its locks are gone) when schema_read() returns.
 */
#ifndef PGRUNBOOK_SCHEMA_SNAPSHOT_H
#define PGRUNBOOK_SCHEMA_SNAPSHOT_H

#include <jansson.h>

#include "base/error.h"
#include "base/macros.h"
#include "postgres/session.h"

struct schema_values;
struct schema_links;

/* One object.  Its kind's row (schema/kind.h) knows what the attributes mean. */
struct schema_object {
	const char	*kind;		/* "table", "column", "index", … */
	const char	*schema;	/* "" where the kind has none; quoted where SQL wants it */
	const char	*name;		/* canonical within kind and schema: "orders", "orders.total"; quoted alike */
	const char	*parent;	/* key of the table or type it belongs to; null */
	const char	*key;		/* "column public.orders.total": unique, stable */
	struct schema_values *values;	/* attributes, compared one by one; facts, what writing SQL needs and nobody compares (schema/kind.h) */
	const char	**depends;	/* keys of objects that must exist first; null-terminated */
};

struct schema_snapshot {
	struct schema_object *objects;	/* sorted by key */
	size_t		 count;
	int		 server_version;
	char		*fingerprint;	/* private: see schema_fingerprint() */
	struct schema_links *links;	/* private: see schema/index.c; null: keys tell */
	const char	**left_out;	/* what was recognised as not ours, in words; null-terminated */
};

struct schema_snapshot *schema_read(const void *owner, struct pg_session *s,
    struct error *err);
/*
 * The same from several servers at once, each to its place in snapshots.
 * progress (may be null) is told how many queries of how many were answered;
 * it begins again where a schema changed meanwhile.
 * -1 with *err after the first that failed (*failed says which; may be null).
 */
int schema_read_each(const void *owner, struct pg_session *const *sessions,
    size_t count, struct schema_snapshot **snapshots,
    void (*progress)(void *arg, size_t done, size_t total), void *arg,
    size_t *failed, struct error *err) WARN_UNUSED;
/* What a read sends to this server, in order: null-terminated.  For measuring. */
const char *const *schema_read_queries(const void *owner,
    struct pg_session *s);
const struct schema_object *schema_find(const struct schema_snapshot *s,
    const char *key);

/*
 * SHA-256 of all keys and attributes, in hex: equal schemas, equal
 * fingerprints.  Taken at the first call.
 */
const char *schema_fingerprint(const struct schema_snapshot *s);

/* Stable: the same schema gives the same bytes (json_stable(), json_pretty()). */
json_t *schema_to_json(const struct schema_snapshot *s);
struct schema_snapshot *schema_from_json(const void *owner, const json_t *j,
    struct error *err);

#endif
