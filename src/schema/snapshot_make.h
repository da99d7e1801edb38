/*
 * schema/snapshot_make.h - putting a snapshot together; for this room alone.
 */
#ifndef PGRUNBOOK_SCHEMA_SNAPSHOT_MAKE_H
#define PGRUNBOOK_SCHEMA_SNAPSHOT_MAKE_H

#include "base/arena.h"
#include "schema/kind.h"
#include "schema/snapshot.h"

/* What objects, their texts and values are made in. */
struct snapshot_maker {
	struct schema_snapshot *snapshot;
	struct arena	*arena;
	size_t		 room;		/* objects that there is room for */
	json_t		*schemas;	/* their names: places in names */
	const char	**names;
};

/* An empty snapshot; the maker is done with at snapshot_finish(). */
void snapshot_begin(struct snapshot_maker *m, const void *owner);
/* values belong to the arena already.  Lent until the next call. */
struct schema_object *snapshot_add(struct snapshot_maker *m,
    const struct schema_kind *k, const char *schema, const char *name,
    struct schema_values *values);
/* All objects are there: sort them. */
void snapshot_finish(struct snapshot_maker *m);

#endif
