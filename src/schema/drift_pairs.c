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

/* ---- renames ----------------------------------------------------------- */

/* What comes and could be another under a new name. */
struct coming {
	const struct schema_object *object;
	size_t	 place;			/* of its change */
};

static int
order_texts(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

/* Where it belongs: a rename changes none of that. */
static int
by_home(const void *a, const void *b)
{
	const struct schema_object *x = ((const struct coming *)a)->object;
	const struct schema_object *y = ((const struct coming *)b)->object;
	int order = order_texts(x->parent, y->parent);

	if (order == 0)
		order = strcmp(x->kind, y->kind);
	return order != 0 ? order : order_texts(x->schema, y->schema);
}

static int
by_home_and_place(const void *a, const void *b)
{
	const struct coming *x = a, *y = b;
	int order = by_home(a, b);

	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static bool
is_renamed(const struct schema_object *o)
{
	return schema_kind_find(o->kind)->flags & KIND_RENAMES;
}

static struct coming *
list_coming(const struct schema_changes *changes, size_t *count)
{
	struct coming *list = NEW_ARRAY(NULL, struct coming, changes->count + 1);

	*count = 0;
	for (size_t i = 0; i < changes->count; i++) {
		const struct schema_change *c = &changes->list[i];

		if (c->from == NULL && is_renamed(c->to))
			list[(*count)++] = (struct coming){ c->to, i };
	}
	qsort(list, *count, sizeof(*list), by_home_and_place);
	return list;
}

/* The first of those at home where it was that is the same but for the name. */
static void
pair_rename(struct schema_changes *changes, struct schema_change *gone,
    const struct coming *list, size_t count)
{
	const struct coming wanted = { .object = gone->from };
	const struct coming *end = list + count, *it = bsearch(&wanted, list,
	    count, sizeof(*list), by_home);

	while (it != NULL && it > list && by_home(it - 1, &wanted) == 0)
		it--;
	for (; it != NULL && it < end && by_home(it, &wanted) == 0; it++) {
		struct schema_change *come = &changes->list[it->place];

		if (come->to != NULL && !differ(gone->from, come->to)) {
			gone->to = come->to;
			*come = (struct schema_change){ 0 };
			return;
		}
	}
}

static void
pair_renames(struct schema_changes *changes)
{
	size_t kept = 0, count;
	struct coming *list = list_coming(changes, &count);

	for (size_t i = 0; count > 0 && i < changes->count; i++) {
		struct schema_change *c = &changes->list[i];

		if (c->from != NULL && c->to == NULL && is_renamed(c->from))
			pair_rename(changes, c, list, count);
	}
	talloc_free(list);
	for (size_t i = 0; i < changes->count; i++)
		if (changes->list[i].from != NULL || changes->list[i].to != NULL)
			changes->list[kept++] = changes->list[i];
	changes->count = kept;
}

/* ---- the whole ----------------------------------------------------------- */

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
drift_changes_group(const void *owner, struct schema_changes *changes,
    size_t item_count)
{
	struct edge *list = NEW_ARRAY(NULL, struct edge, changes->count + 1);

	for (size_t i = 0; i < changes->count; i++)
		list[i] = (struct edge){ (uint32_t)changes->list[i].item,
			(uint32_t)i };
	changes->by_item = edges_new(owner, list, changes->count, item_count);
	talloc_free(list);
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
