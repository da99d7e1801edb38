/*
 * schema/kinds/marks.h - which index its table is clustered on, and which one
 * identifies its rows to replicas: attributes of indexes and of keys.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_MARKS_H
#define PGRUNBOOK_SCHEMA_KINDS_MARKS_H

#include "schema/kind.h"
#include "schema/plan.h"

/* Facts "table" and "index" name the two. */
void marks_create(struct plan *p, const struct schema_object *to);
void marks_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to);

/* Attributes in a query; alias is that of pg_index. */
#define MARKS(alias) \
	"CASE WHEN " alias ".indisclustered THEN true END AS clustered, " \
	"CASE WHEN " alias ".indisreplident THEN true END AS replica_identity"

#endif
