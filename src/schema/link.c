/* schema/link.c - from the server's object numbers to keys. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/link.h"

#define NOBODY	SIZE_MAX
#define DEFAULTS	2604	/* pg_attrdef, on every server */
#define DEPTH	8	/* of pieces within pieces */

/* pg_depend's name of an object. */
struct ref {
	uint32_t class_, object, sub;
};

struct listed {
	struct ref ref;
	uint32_t place;
};

/* What an object goes with. */
struct owned {
	struct ref ref, owner;
	char	 type;
};

struct depend {
	struct ref on;
	struct ref object;
};

/* A column that a table has from another. */
struct heir {
	struct ref ref, of;
};

struct waiting {	/* an object and its parent's name */
	const struct schema_kind *kind;
	struct ref parent;	/* class 0: none */
	const char **keys;	/* that it names; null: none */
};

/*
 * Sorted entries that begin with a ref.  Object numbers are handed out one
 * after another: a table of where each so many of them begin leaves little of
 * a search through hundreds of thousands.
 */
struct sorted {
	const char *entries;
	size_t	 count, size;
	uint32_t lowest;
	unsigned shift;
	uint32_t *start;	/* by (object - lowest) >> shift; one more */
};

struct linker {
	struct snapshot_maker *maker;
	struct waiting	*objects;
	struct listed	*listed, *settings;
	struct owned	*owned;
	struct depend	*depends;
	struct heir	*heirs;
	struct edge	*edges;
	size_t		 object_count, listed_count, setting_count, owned_count,
			 depend_count, heir_count, edge_count;
	size_t		*parents;	/* places, or NOBODY */
	struct sorted	 by_ref, by_setting, by_owned, by_heir;	/* of the lists */
};

/* Room for one more, twice as much whenever it is full. */
#define PUSH(owner, array, type, count) \
	((count) == talloc_array_length(array) ? (void)GROW(owner, array, \
	    type, (count) == 0 ? 256 : (count) * 2) : (void)0, \
	    &(array)[(count)++])

struct linker *
linker_new(const void *owner, struct snapshot_maker *m)
{
	struct linker *l = NEW(owner, struct linker);

	l->maker = m;
	l->objects = NEW_ARRAY(l, struct waiting, 0);
	l->listed = NEW_ARRAY(l, struct listed, 0);
	l->settings = NEW_ARRAY(l, struct listed, 0);
	l->owned = NEW_ARRAY(l, struct owned, 0);
	l->depends = NEW_ARRAY(l, struct depend, 0);
	l->heirs = NEW_ARRAY(l, struct heir, 0);
	l->edges = NEW_ARRAY(l, struct edge, 0);
	return l;
}

/* ---- names --------------------------------------------------------------- */

/* False: it is no name of pg_depend's, and nothing there speaks of it. */
static bool
ref_parse(const char *text, struct ref *ref)
{
	char *end;

	*ref = (struct ref){ 0, 0, 0 };
	if (text == NULL || *text < '0' || *text > '9')
		return false;
	ref->class_ = (uint32_t)strtoul(text, &end, 10);
	ref->object = (uint32_t)strtoul(end + 1, &end, 10);
	ref->sub = (uint32_t)strtoul(end + 1, &end, 10);
	return true;
}

static int
ref_order(const struct ref *a, const struct ref *b)
{
	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	if (a->sub != b->sub)
		return a->sub < b->sub ? -1 : 1;
	return a->class_ < b->class_ ? -1 : a->class_ > b->class_;
}

static int
by_ref(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;
	int order = ref_order(&x->ref, &y->ref);

	/* The last one of a name first: it counts. */
	return order != 0 ? order : x->place < y->place ? 1 :
	    x->place > y->place ? -1 : 0;
}

static int
by_owned(const void *a, const void *b)
{
	static const char strength[] = "aPie";	/* the last one counts */
	const struct owned *x = a, *y = b;
	int order = ref_order(&x->ref, &y->ref);

	if (order != 0)
		return order;
	return (int)(strchr(strength, y->type) - strchr(strength, x->type));
}

static int
by_heir(const void *a, const void *b)
{
	return ref_order(&((const struct heir *)a)->ref,
	    &((const struct heir *)b)->ref);
}

static uint32_t
object_at(const struct sorted *s, size_t i)
{
	return ((const struct ref *)(const void *)(s->entries +
	    i * s->size))->object;
}

/* Takes the order from compare; the entries stay where they are. */
static struct sorted
sort(const void *owner, void *entries, size_t count, size_t size,
    int (*compare)(const void *a, const void *b))
{
	struct sorted s = { .entries = entries, .count = count, .size = size };
	size_t slots, slot = 0;

	if (count == 0)
		return s;
	qsort(entries, count, size, compare);
	s.lowest = object_at(&s, 0);
	while ((object_at(&s, count - 1) - s.lowest) >> s.shift > count)
		s.shift++;
	slots = ((object_at(&s, count - 1) - s.lowest) >> s.shift) + 1;
	s.start = NEW_ARRAY(owner, uint32_t, slots + 1);
	for (size_t i = 0; i < count; i++)
		while (slot <= (object_at(&s, i) - s.lowest) >> s.shift)
			s.start[slot++] = (uint32_t)i;
	s.start[slots] = (uint32_t)count;
	return s;
}

/* The first entry of this name. */
static const void *
find_first(const struct sorted *s, const struct ref *ref)
{
	size_t low, high, slot, slots = talloc_array_length(s->start);

	if (ref->object < s->lowest)
		return NULL;
	slot = (ref->object - s->lowest) >> s->shift;
	if (slot + 1 >= slots)
		return NULL;
	low = s->start[slot];
	high = s->start[slot + 1];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ref_order((const void *)(s->entries + middle * s->size),
		    ref) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->count && ref_order((const void *)(s->entries +
	    low * s->size), ref) == 0 ? s->entries + low * s->size : NULL;
}

static size_t
listed_place(const struct linker *l, const struct ref *ref)
{
	const struct listed *found = find_first(&l->by_ref, ref);

	return found == NULL ? NOBODY : found->place;
}

/* ---- taking -------------------------------------------------------------- */

static const char **
copy_keys(struct arena *a, const json_t *keys)
{
	const char **list;
	const json_t *key;
	size_t i, count = 0;

	if (json_array_size(keys) == 0)
		return NULL;
	list = arena_alloc(a, (json_array_size(keys) + 1) * sizeof(*list));
	json_array_foreach(keys, i, key)
		list[count++] = arena_strdup(a, json_string_value(key));
	list[count] = NULL;
	return list;
}

void
link_object(struct linker *l, size_t place, const struct schema_kind *k,
    const char *ref, const char *parent, const json_t *keys)
{
	struct waiting *w = PUSH(l, l->objects, struct waiting,
	    l->object_count);
	struct ref own;

	w->kind = k;
	ref_parse(parent, &w->parent);
	w->keys = copy_keys(l->maker->arena, keys);
	if (ref_parse(ref, &own))
		*PUSH(l, l->listed, struct listed, l->listed_count) =
		    (struct listed){ own, (uint32_t)place };
	else if (ref != NULL && str_starts(ref, SETTING_REF) &&
	    ref_parse(ref + strlen(SETTING_REF), &own))
		*PUSH(l, l->settings, struct listed, l->setting_count) =
		    (struct listed){ own, (uint32_t)place };
}

static struct ref
ref_at(const struct pg_result *r, int row, int column)
{
	uint32_t n[3];

	for (int i = 0; i < 3; i++)
		n[i] = (uint32_t)strtoul(PQgetvalue(r->res, row, column + i),
		    NULL, 10);
	return (struct ref){ n[0], n[1], n[2] };
}

void
link_dependencies(struct linker *l, const struct pg_result *r)
{
	for (int i = 0; i < r->rows; i++) {
		struct ref object = ref_at(r, i, 0), on = ref_at(r, i, 3);
		char type = *PQgetvalue(r->res, i, 6);

		/* Of two dependencies these say what it is a piece of. */
		if (strchr("aPie", type) != NULL)
			*PUSH(l, l->owned, struct owned, l->owned_count) =
			    (struct owned){ object, on, type };
		/*
		 * What a partition's index or key has to do with its parent's
		 * is theirs to say: the one may be made before the other.
		 */
		if (type != 'P' && type != 'S')
			*PUSH(l, l->depends, struct depend, l->depend_count) =
			    (struct depend){ on, object };
	}
}

void
link_heirs(struct linker *l, const struct pg_result *r)
{
	for (int i = 0; i < r->rows; i++)
		*PUSH(l, l->heirs, struct heir, l->heir_count) =
		    (struct heir){ ref_at(r, i, 0), ref_at(r, i, 3) };
}

/* ---- linking ------------------------------------------------------------- */

/*
 * The object that ref is, or is a piece of; NOBODY where it is none of ours.
 * An extension stands for its members where through_members says so.
 */
static size_t
resolve(const struct linker *l, struct ref ref, bool through_members)
{
	for (int depth = 0; depth < DEPTH; depth++) {
		struct ref whole = { ref.class_, ref.object, 0 };
		const struct owned *owned;
		size_t place = listed_place(l, &ref);

		if (place == NOBODY && ref.sub != 0)
			place = listed_place(l, &whole);
		if (place != NOBODY)
			return place;
		owned = find_first(&l->by_owned, &ref);
		if (owned == NULL && ref.sub != 0)
			owned = find_first(&l->by_owned, &whole);
		if (owned == NULL || (!through_members && owned->type == 'e'))
			return NOBODY;
		ref = owned->owner;
	}
	return NOBODY;
}

static bool
is_within(const struct linker *l, size_t inner, size_t outer)
{
	for (int depth = 0; inner != NOBODY && depth < DEPTH; depth++) {
		if (l->objects[inner].kind->flags & KIND_FIRST)
			return false;
		inner = l->parents[inner];
		if (inner == outer)
			return true;
	}
	return false;
}

static void
add_edge(struct linker *l, size_t from, size_t to)
{
	if (from == NOBODY || to == NOBODY || from == to ||
	    is_within(l, to, from))
		return;
	*PUSH(l, l->edges, struct edge, l->edge_count) =
	    (struct edge){ (uint32_t)from, (uint32_t)to };
}

/*
 * Was it made for a partition after its parent's?  It stands on what that
 * stands on, and on its own table, which nobody has to tell its parent.
 */
static bool
is_copy(const struct linker *l, const struct ref *ref)
{
	const struct owned *owned = find_first(&l->by_owned, ref);

	return owned != NULL && owned->type == 'P' &&
	    listed_place(l, ref) == NOBODY;
}

/* Whose it is that it stands on something; NOBODY: none of ours. */
static size_t
dependent(const struct linker *l, const struct ref *ref)
{
	const struct owned *owned = ref->class_ != DEFAULTS ? NULL :
	    find_first(&l->by_owned, ref);
	const struct listed *setting = owned == NULL ? NULL :
	    find_first(&l->by_setting, &owned->owner);

	if (setting != NULL)
		return setting->place;
	return is_copy(l, ref) ? NOBODY : resolve(l, *ref, true);
}

/* What stands on a column that a table has from others stands on theirs. */
static void
add_inherited(struct linker *l, size_t from, struct ref on, int depth)
{
	const struct heir *end = l->heirs + l->heir_count;
	const struct heir *heir = find_first(&l->by_heir, &on);

	for (; heir != NULL && heir < end && depth < DEPTH &&
	    ref_order(&heir->ref, &on) == 0; heir++) {
		add_edge(l, from, listed_place(l, &heir->of));
		add_inherited(l, from, heir->of, depth + 1);
	}
}

/* Parents as places: all, before is_within() can follow them. */
static void
find_parents(struct linker *l)
{
	l->parents = NEW_ARRAY(l, size_t, l->object_count + 1);
	for (size_t i = 0; i < l->object_count; i++) {
		const struct waiting *w = &l->objects[i];

		l->parents[i] = w->parent.class_ == 0 ? NOBODY :
		    resolve(l, w->parent, true);
	}
}

/* The edges of parts; what only its parent could have made ours goes. */
static void
add_parents(struct linker *l)
{
	struct schema_object *objects = l->maker->snapshot->objects;

	for (size_t i = 0; i < l->object_count; i++) {
		const struct waiting *w = &l->objects[i];

		if (w->kind->flags & KIND_OURS_BY_PARENT) {
			l->parents[i] = w->parent.class_ == 0 ? NOBODY :
			    resolve(l, w->parent, false);
			if (l->parents[i] == NOBODY)
				objects[i].key = NULL;
		}
		if (l->parents[i] == NOBODY || w->kind->flags & KIND_FIRST)
			continue;
		add_edge(l, i, l->parents[i]);
		add_inherited(l, i, w->parent, 0);
	}
}

/* ---- in the snapshot's order --------------------------------------------- */

/* Moves to the places of now the edges whose both ends are still there. */
static void
move_edges(struct linker *l, const uint32_t *now)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->edge_count; i++) {
		struct edge e = { now[l->edges[i].from], now[l->edges[i].to] };

		if (e.from != NO_PLACE && e.to != NO_PLACE)
			l->edges[kept++] = e;
	}
	l->edge_count = kept;
}

/* What kinds said that objects stand on, where it is there. */
static void
add_named(struct linker *l, const uint32_t *now)
{
	const struct schema_snapshot *s = l->maker->snapshot;

	for (size_t i = 0; i < l->object_count; i++) {
		const char **key = l->objects[i].keys;

		for (; key != NULL && *key != NULL && now[i] != NO_PLACE; key++) {
			const struct schema_object *o = schema_find(s, *key);

			if (o != NULL && o != &s->objects[now[i]])
				*PUSH(l, l->edges, struct edge, l->edge_count) =
				    (struct edge){ now[i],
				    (uint32_t)(o - s->objects) };
		}
	}
}

static void
set_parents(struct linker *l, struct schema_links *links, const uint32_t *now)
{
	struct schema_object *objects = l->maker->snapshot->objects;

	links->parents = NEW_ARRAY(links, uint32_t, l->object_count + 1);
	for (size_t i = 0; i < l->object_count; i++) {
		uint32_t parent = l->parents[i] == NOBODY ? NO_PLACE :
		    now[l->parents[i]];

		if (now[i] == NO_PLACE)
			continue;
		links->parents[now[i]] = parent;
		if (parent != NO_PLACE)
			objects[now[i]].parent = objects[parent].key;
	}
}

/* Places are in the order of keys: so are the edges, once they are turned. */
static void
set_depends(struct linker *l, struct schema_links *links)
{
	struct schema_snapshot *s = l->maker->snapshot;
	struct edges *any = edges_new(l, l->edges, l->edge_count, s->count);
	struct edges *dependents = edges_turned(l, any);
	const struct edges *e = links->depends = edges_turned(links, dependents);

	talloc_free(any);
	talloc_free(dependents);
	edges_unique(links->depends);
	for (size_t i = 0; i < s->count; i++) {
		size_t count = e->start[i + 1] - e->start[i];
		const char **list;

		if (count == 0)
			continue;
		list = arena_alloc(l->maker->arena, (count + 1) * sizeof(*list));
		for (size_t k = 0; k < count; k++)
			list[k] = s->objects[e->to[e->start[i] + k]].key;
		list[count] = NULL;
		s->objects[i].depends = list;
	}
}

void
link_all(struct linker *l)
{
	struct schema_snapshot *s = l->maker->snapshot;
	uint32_t *now;

	l->by_ref = sort(l, l->listed, l->listed_count, sizeof(*l->listed),
	    by_ref);
	l->by_setting = sort(l, l->settings, l->setting_count,
	    sizeof(*l->settings), by_ref);
	l->by_owned = sort(l, l->owned, l->owned_count, sizeof(*l->owned),
	    by_owned);
	l->by_heir = sort(l, l->heirs, l->heir_count, sizeof(*l->heirs),
	    by_heir);
	find_parents(l);
	for (size_t i = 0; i < l->depend_count; i++) {
		const struct depend *d = &l->depends[i];
		size_t object = dependent(l, &d->object);
		size_t on = resolve(l, d->on, true);

		add_edge(l, object, on);
		/* What a table does with its own columns is its own affair. */
		if (object != on)
			add_inherited(l, object, d->on, 0);
	}
	add_parents(l);
	now = snapshot_sort(l->maker, l);
	move_edges(l, now);
	add_named(l, now);
	s->links = NEW(s, struct schema_links);
	set_parents(l, s->links, now);
	set_depends(l, s->links);
}
