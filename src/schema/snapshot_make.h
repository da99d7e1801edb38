/*
 * schema/snapshot_make.h - putting a snapshot together; for this room alone.
 */
#ifndef PGRUNBOOK_SCHEMA_SNAPSHOT_MAKE_H
#define PGRUNBOOK_SCHEMA_SNAPSHOT_MAKE_H

#include "schema/snapshot.h"

/* attributes and facts belong to the snapshot already. */
struct schema_object *snapshot_add(struct schema_snapshot *s, const char *kind,
    const char *schema, const char *name, json_t *attributes, json_t *facts);
/* set: an object whose member names are keys. */
void snapshot_set_depends(struct schema_snapshot *s, struct schema_object *o,
    const json_t *set);
/* All objects are there: sort, and take the fingerprint. */
void snapshot_finish(struct schema_snapshot *s);

#endif
