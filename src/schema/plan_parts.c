/* schema/plan_parts.c - what belongs to an object, now and as it shall be. */

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/plan_op.h"

/* ---- what shall be ----------------------------------------------------- */

const struct schema_change *
plan_wanted_change(const struct plan *p, const char *key)
{
	const json_t *place = json_object_get(p->changes->by_key, key);
	const struct schema_change *c;

	if (place == NULL)
		return NULL;
	c = &p->changes->list[json_integer_value(place)];
	return p->wanted[c->item] ? c : NULL;
}

const struct schema_object *
plan_target(struct plan *p, const char *key)
{
	const struct schema_change *c = plan_wanted_change(p, key);

	if (c != NULL)
		return c->to;
	return schema_index_find(p->from, key);
}

/* ---- lists ------------------------------------------------------------- */

void
object_list_add(void *list, const struct schema_object *o)
{
	struct object_list *l = list;

	GROW(NULL, l->objects, const struct schema_object *, l->count + 2);
	l->objects[l->count++] = o;
	l->objects[l->count] = NULL;
}

struct object_list
object_list_new(void)
{
	return (struct object_list){ .objects =
	    NEW_ARRAY(NULL, const struct schema_object *, 1) };
}

struct object_list
plan_dependents_of(const struct plan *p, const char *key)
{
	struct object_list l = object_list_new();

	schema_index_dependents(p->from, key, object_list_add, &l);
	return l;
}

struct object_list
plan_parts_of(const struct schema_index *x, const char *key)
{
	struct object_list l = object_list_new();

	schema_index_parts(x, key, object_list_add, &l);
	return l;
}

struct object_list
plan_target_parts(struct plan *p, const struct schema_object *parent)
{
	struct object_list has = plan_parts_of(p->from, parent->key);
	struct object_list gains = plan_parts_of(p->to, parent->key);
	struct object_list result = object_list_new();

	for (size_t i = 0; i < has.count; i++) {
		const struct schema_object *o = plan_target(p,
		    has.objects[i]->key);

		if (o != NULL && str_equal(o->parent, parent->key))
			object_list_add(&result, o);
	}
	for (size_t i = 0; i < gains.count; i++) {
		const struct schema_change *c = plan_wanted_change(p,
		    gains.objects[i]->key);

		if (c != NULL && c->from == NULL)
			object_list_add(&result, gains.objects[i]);
	}
	talloc_free(has.objects);
	talloc_free(gains.objects);
	return result;
}

/* ---- for the kinds ----------------------------------------------------- */

static int64_t
position(const struct schema_object *o)
{
	return json_integer_value(object_fact_json(o, "position"));
}

static int
by_position(const void *a, const void *b)
{
	int64_t x = position(*(const struct schema_object *const *)a);
	int64_t y = position(*(const struct schema_object *const *)b);

	return (x > y) - (x < y);
}

/* Only those of a kind, kept with the plan. */
static const struct schema_object **
of_kind(struct plan *p, struct object_list l, const char *kind)
{
	const struct schema_object **result =
	    NEW_ARRAY(p, const struct schema_object *, l.count + 1);
	size_t n = 0;

	for (size_t i = 0; i < l.count; i++)
		if (strcmp(l.objects[i]->kind, kind) == 0)
			result[n++] = l.objects[i];
	qsort(result, n, sizeof(*result), by_position);
	talloc_free(l.objects);
	return result;
}

const struct schema_object **
plan_parts(struct plan *p, const struct schema_object *parent, const char *kind)
{
	return of_kind(p, plan_target_parts(p, parent), kind);
}

const struct schema_object **
plan_dependents(struct plan *p, const struct schema_object *from,
    const char *kind)
{
	return of_kind(p, plan_dependents_of(p, from->key), kind);
}
