/*
 * schema/link.h - from the server's object numbers to keys: what an object
 * is part of, and what it stands on.  For this room alone.
 *
 * Objects and dependencies are given in any order; link_all() then writes
 * parents and dependencies into the snapshot's objects, and leaves out those
 * that only their parent could have made ours (KIND_OURS_BY_PARENT).
 */
#ifndef PGRUNBOOK_SCHEMA_LINK_H
#define PGRUNBOOK_SCHEMA_LINK_H

#include "schema/snapshot_make.h"

struct linker;

/* Of a snapshot that is being made; the maker outlives the linker. */
struct linker *linker_new(const void *owner, struct snapshot_maker *m);
/*
 * The object at this place.  ref and parent as in schema/kind.h, copied;
 * parent may be null.  keys: an array, or null.
 */
void link_object(struct linker *l, size_t place, const struct schema_kind *k,
    const char *ref, const char *parent, const json_t *keys);
/* Rows of pg_depend: both objects as three numbers, and the type. */
void link_dependencies(struct linker *l, const struct pg_result *r);
/* Columns that tables have from others: both as three numbers. */
void link_heirs(struct linker *l, const struct pg_result *r);
void link_all(struct linker *l);

#endif
