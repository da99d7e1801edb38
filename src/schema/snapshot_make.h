/*
 * schema/snapshot_make.h - putting a snapshot together; for this room alone.
 */
#ifndef PGRUNBOOK_SCHEMA_SNAPSHOT_MAKE_H
#define PGRUNBOOK_SCHEMA_SNAPSHOT_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "schema/edges.h"
#include "schema/kind.h"
#include "schema/snapshot.h"

#define NO_PLACE	UINT32_MAX

/* What objects, their texts and values are made in. */
struct snapshot_maker {
	struct schema_snapshot *snapshot;
	struct arena	*arena;
	size_t		 room;		/* objects that there is room for */
	json_t		*schemas;	/* their names: places in names */
	const char	**names;
	bool		 is_sorted;
};

/*
 * The parents and dependencies of objects as places among them; the edges of
 * an object are in the order of its depends.
 */
struct schema_links {
	uint32_t	*parents;	/* or NO_PLACE */
	struct edges	*depends;
};

/* An empty snapshot; the maker is done with at snapshot_finish(). */
void snapshot_begin(struct snapshot_maker *m, const void *owner);
/* values belong to the arena already.  Lent until the next call. */
struct schema_object *snapshot_add(struct snapshot_maker *m,
    const struct schema_kind *k, const char *schema, const char *name,
    struct schema_values *values);
/*
 * All objects are there: sorts them, and leaves out those whose key was taken
 * away.  The place that each one has now by the place that it had, or NO_PLACE.
 */
uint32_t *snapshot_sort(struct snapshot_maker *m, const void *owner);
/* Sorted if they are not yet, and done. */
void snapshot_finish(struct snapshot_maker *m);

#endif
