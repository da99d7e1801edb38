/*
 * schema/values.h - what an object is made of, as its kind's query gave it.
 *
 * A snapshot holds hundreds of thousands of objects of which a comparison
 * looks closely at a few.  So values stay packed as the server sent them:
 * two objects whose bytes are the same are the same, and only those whose
 * bytes differ become JSON, with deparsed SQL in its one form
 * (schema/normalise.h).
 *
 * A query's columns (schema/kind.h): "@name" is a fact, "attributes" and
 * "facts" are objects of their own, each other one is an attribute.
 */
#ifndef PGRUNBOOK_SCHEMA_VALUES_H
#define PGRUNBOOK_SCHEMA_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "postgres/session.h"

struct schema_kind;
struct schema_values;
struct values_layout;

/* What the columns of this answer are; r is looked at, not kept. */
struct values_layout *values_layout_new(const void *owner,
    const struct schema_kind *k, const char *query, const struct pg_result *r);
/* Of one row; as long as the arena and the layout are there. */
struct schema_values *values_pack(struct arena *a,
    const struct values_layout *l, const struct pg_result *r, int row);
/* attributes and facts live as long as the arena, whoever owns them. */
struct schema_values *values_of_json(struct arena *a, json_t *attributes,
    json_t *facts);

/* Objects, lent; made at the first call. */
json_t *values_attributes(struct schema_values *v);
json_t *values_facts(struct schema_values *v);
/* A new reference, of which nothing is kept. */
json_t *values_attributes_new(const struct schema_values *v);
json_t *values_facts_new(const struct schema_values *v);

/* Surely the same attributes?  False: they must be looked at. */
bool values_same_bytes(const struct schema_values *a,
    const struct schema_values *b);

#endif
