/* schema/index.c - a snapshot with its edges. */

#include <string.h>

#include "base/memory.h"
#include "schema/index.h"

/* Edges in one array, those of an object side by side. */
struct edges {
	size_t	*start;		/* by object; one more than there are objects */
	size_t	*to;		/* objects */
};

struct schema_index {
	const struct schema_snapshot *snapshot;
	struct edges parts, dependents;
};

static size_t
place(const struct schema_index *x, const struct schema_object *o)
{
	return (size_t)(o - x->snapshot->objects);
}

const struct schema_object *
schema_index_find(const struct schema_index *x, const char *key)
{
	return key == NULL ? NULL : schema_find(x->snapshot, key);
}

/* Calls see(arg, object, other) for each edge of one sort. */
typedef void (*see_edge)(void *arg, size_t from, size_t to);

static void
each_part(const struct schema_index *x, see_edge see, void *arg)
{
	for (size_t i = 0; i < x->snapshot->count; i++) {
		const struct schema_object *parent = schema_index_find(x,
		    x->snapshot->objects[i].parent);

		if (parent != NULL)
			see(arg, place(x, parent), i);
	}
}

static void
each_dependent(const struct schema_index *x, see_edge see, void *arg)
{
	for (size_t i = 0; i < x->snapshot->count; i++) {
		const char **key = x->snapshot->objects[i].depends;

		for (; *key != NULL; key++) {
			const struct schema_object *on = schema_index_find(x, *key);

			if (on != NULL)
				see(arg, place(x, on), i);
		}
	}
}

static void
count_edge(void *arg, size_t from, size_t to)
{
	struct edges *e = arg;

	(void)to;
	e->start[from + 1]++;
}

static void
put_edge(void *arg, size_t from, size_t to)
{
	struct edges *e = arg;

	e->to[e->start[from]++] = to;
}

static void
build(struct schema_index *x, struct edges *e,
    void (*each)(const struct schema_index *, see_edge, void *))
{
	size_t n = x->snapshot->count;

	e->start = NEW_ARRAY(x, size_t, n + 2);
	each(x, count_edge, e);
	for (size_t i = 0; i < n; i++)
		e->start[i + 1] += e->start[i];
	e->to = NEW_ARRAY(x, size_t, e->start[n] + 1);
	/* Putting moves each start to its end, which is the next one's start. */
	each(x, put_edge, e);
	memmove(e->start + 1, e->start, (n + 1) * sizeof(*e->start));
	e->start[0] = 0;
}

struct schema_index *
schema_index_new(const void *owner, const struct schema_snapshot *s)
{
	struct schema_index *x = NEW(owner, struct schema_index);

	x->snapshot = s;
	build(x, &x->parts, each_part);
	build(x, &x->dependents, each_dependent);
	return x;
}

const struct schema_snapshot *
schema_index_snapshot(const struct schema_index *x)
{
	return x->snapshot;
}

static void
visit_edges(const struct schema_index *x, const struct edges *e,
    const char *key, schema_visit visit, void *arg)
{
	const struct schema_object *o = schema_index_find(x, key);

	if (o == NULL)
		return;
	for (size_t i = e->start[place(x, o)]; i < e->start[place(x, o) + 1]; i++)
		visit(arg, &x->snapshot->objects[e->to[i]]);
}

void
schema_index_parts(const struct schema_index *x, const char *key,
    schema_visit visit, void *arg)
{
	visit_edges(x, &x->parts, key, visit, arg);
}

void
schema_index_dependents(const struct schema_index *x, const char *key,
    schema_visit visit, void *arg)
{
	visit_edges(x, &x->dependents, key, visit, arg);
}

/* Keys begin with their kind, so that those of one stand side by side. */
void
schema_index_each(const struct schema_index *x, const struct schema_kind *k,
    schema_visit visit, void *arg)
{
	const struct schema_snapshot *s = x->snapshot;
	size_t low = 0, high = s->count, length = strlen(k->name);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(s->objects[middle].key, k->name, length) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < s->count && strncmp(s->objects[low].key, k->name,
	    length) == 0; low++)
		if (strcmp(s->objects[low].kind, k->name) == 0)
			visit(arg, &s->objects[low]);
}
