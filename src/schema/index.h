/*
 * schema/index.h - a snapshot with its edges: parts and dependents by key.
 */
#ifndef PGRUNBOOK_SCHEMA_INDEX_H
#define PGRUNBOOK_SCHEMA_INDEX_H

#include <stddef.h>

#include "schema/kind.h"
#include "schema/snapshot.h"

struct schema_index;

/* Borrows the snapshot. */
struct schema_index *schema_index_new(const void *owner,
    const struct schema_snapshot *s);
/* Those of two, made at once. */
void schema_index_both(const void *owner, const struct schema_snapshot *s,
    struct schema_index **x, const struct schema_snapshot *other_s,
    struct schema_index **other_x);
const struct schema_snapshot *schema_index_snapshot(const struct schema_index *x);
/* Null where there is none; key may be null. */
const struct schema_object *schema_index_find(const struct schema_index *x,
    const char *key);

/* Objects whose parent is key; objects whose depends name it. */
typedef void (*schema_visit)(void *arg, const struct schema_object *o);
void schema_index_parts(const struct schema_index *x, const char *key,
    schema_visit visit, void *arg);
/* All of a kind. */
void schema_index_each(const struct schema_index *x,
    const struct schema_kind *k, schema_visit visit, void *arg);
void schema_index_dependents(const struct schema_index *x, const char *key,
    schema_visit visit, void *arg);

#endif
