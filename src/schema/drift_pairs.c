/* schema/drift_pairs.c - which objects of two snapshots differ. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/drift_make.h"

static void
add_change(const void *owner, struct schema_changes *changes,
    const struct schema_object *from, const struct schema_object *to)
{
	if (changes->count % 64 == 0)
		GROW(owner, changes->list, struct schema_change,
		    changes->count + 64);
	changes->list[changes->count++] =
	    (struct schema_change){ .from = from, .to = to };
}

static bool
differ(const struct schema_object *a, const struct schema_object *b)
{
	static const char *const none[] = { NULL };

	return !object_differs_only(a, b, none);
}

/* Both are sorted by key. */
static void
merge(const void *owner, const struct schema_snapshot *from,
    const struct schema_snapshot *to, struct schema_changes *changes)
{
	size_t i = 0, k = 0;

	while (i < from->count || k < to->count) {
		const struct schema_object *a =
		    i < from->count ? &from->objects[i] : NULL;
		const struct schema_object *b =
		    k < to->count ? &to->objects[k] : NULL;
		int order = a == NULL ? 1 : b == NULL ? -1 :
		    strcmp(a->key, b->key);

		if (order < 0) {
			add_change(owner, changes, a, NULL);
			i++;
		} else if (order > 0) {
			add_change(owner, changes, NULL, b);
			k++;
		} else {
			if (differ(a, b))
				add_change(owner, changes, a, b);
			i++;
			k++;
		}
	}
}

/* One goes and one comes that are the same but for the name. */
static bool
is_rename(const struct schema_change *drop, const struct schema_change *add)
{
	return drop->from != NULL && drop->to == NULL &&
	    add->from == NULL && add->to != NULL &&
	    strcmp(drop->from->kind, add->to->kind) == 0 &&
	    (schema_kind_find(add->to->kind)->flags & KIND_RENAMES) &&
	    str_equal(drop->from->schema, add->to->schema) &&
	    str_equal(drop->from->parent, add->to->parent) &&
	    !differ(drop->from, add->to);
}

static void
pair_renames(struct schema_changes *changes)
{
	size_t kept = 0;

	for (size_t i = 0; i < changes->count; i++) {
		struct schema_change *c = &changes->list[i];

		for (size_t k = 0; k < changes->count && c->from != NULL &&
		    c->to == NULL; k++) {
			struct schema_change *add = &changes->list[k];

			if (is_rename(c, add)) {
				c->to = add->to;
				*add = (struct schema_change){ 0 };
			}
		}
	}
	for (size_t i = 0; i < changes->count; i++)
		if (changes->list[i].from != NULL || changes->list[i].to != NULL)
			changes->list[kept++] = changes->list[i];
	changes->count = kept;
}

static int
by_rank(const void *a, const void *b)
{
	const struct schema_change *x = a, *y = b;
	const struct schema_object *p = schema_change_object(x);
	const struct schema_object *q = schema_change_object(y);
	int rank_p = schema_kind_rank(schema_kind_find(p->kind));
	int rank_q = schema_kind_rank(schema_kind_find(q->kind));

	if (rank_p != rank_q)
		return rank_p < rank_q ? -1 : 1;
	return strcmp(p->key, q->key);
}

void
drift_changes_index(const void *owner, struct schema_changes *changes)
{
	changes->by_key = json_owned(owner, json_object());
	for (size_t i = 0; i < changes->count; i++) {
		const struct schema_change *c = &changes->list[i];
		json_t *place = json_integer((json_int_t)i);

		if (c->from != NULL)
			json_object_set(changes->by_key, c->from->key, place);
		if (c->to != NULL)
			json_object_set(changes->by_key, c->to->key, place);
		json_decref(place);
	}
}

void
drift_pairs(const void *owner, const struct schema_snapshot *expected,
    const struct schema_snapshot *actual, struct schema_changes *changes)
{
	*changes = (struct schema_changes){ 0 };
	merge(owner, actual, expected, changes);
	pair_renames(changes);
	if (changes->count > 0)
		qsort(changes->list, changes->count, sizeof(*changes->list),
		    by_rank);
	for (size_t i = 0; i < changes->count; i++)
		changes->list[i].item = i;
	drift_changes_index(owner, changes);
}
