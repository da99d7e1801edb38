/*
 * schema/snapshot.h - a database's schema as data: read from a server, or
 * from a snapshot file; both diff the same.
 *
 * All catalogue queries run in one REPEATABLE READ READ ONLY transaction with
 * the session settings that make deparsed text stable.  Nothing is written,
 * and the transaction is over (its locks are gone) when schema_read() returns.
 */
#ifndef PGRUNBOOK_SCHEMA_SNAPSHOT_H
#define PGRUNBOOK_SCHEMA_SNAPSHOT_H

#include <jansson.h>

#include "base/error.h"
#include "base/hash.h"
#include "postgres/session.h"

/* One object.  Its kind's row (schema/kind.h) knows what the attributes mean. */
struct schema_object {
	const char	*kind;		/* "table", "column", "index", … */
	const char	*schema;	/* "" where the kind has none; quoted where SQL wants it */
	const char	*name;		/* canonical within kind and schema: "orders", "orders.total"; quoted alike */
	const char	*parent;	/* key of the table or type it belongs to; null */
	const char	*key;		/* "column public.orders.total": unique, stable */
	json_t		*attributes;	/* compared one by one */
	json_t		*facts;		/* what writing SQL needs and nobody compares */
	const char	**depends;	/* keys of objects that must exist first; null-terminated */
};

struct schema_snapshot {
	struct schema_object *objects;	/* sorted by key */
	size_t		 count;
	int		 server_version;
	char		 fingerprint[SHA256_HEX_SIZE];	/* of all keys and attributes: equal schemas, equal fingerprints */
	const char	**left_out;	/* what was recognised as not ours, in words; null-terminated */
};

struct schema_snapshot *schema_read(const void *owner, struct pg_session *s,
    struct error *err);
const struct schema_object *schema_find(const struct schema_snapshot *s,
    const char *key);

/* Stable: the same schema gives the same bytes (json_stable(), json_pretty()). */
json_t *schema_to_json(const struct schema_snapshot *s);
struct schema_snapshot *schema_from_json(const void *owner, const json_t *j,
    struct error *err);

#endif
