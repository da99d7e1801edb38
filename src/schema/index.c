/* schema/index.c - a snapshot with its edges. */

#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
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

/* From an object to another: places. */
struct edge {
	size_t	from, to;
};

static void
add_edge(const struct schema_index *x, struct edge *list, size_t *count,
    const char *key, size_t to)
{
	const struct schema_object *o = schema_index_find(x, key);

	if (o != NULL)
		list[(*count)++] = (struct edge){ place(x, o), to };
}

static void
build(struct schema_index *x, struct edges *e, const struct edge *list,
    size_t count)
{
	size_t n = x->snapshot->count;

	e->start = NEW_ARRAY(x, size_t, n + 2);
	for (size_t i = 0; i < count; i++)
		e->start[list[i].from + 1]++;
	for (size_t i = 0; i < n; i++)
		e->start[i + 1] += e->start[i];
	e->to = NEW_ARRAY(x, size_t, count + 1);
	/* Putting moves each start to its end, which is the next one's start. */
	for (size_t i = 0; i < count; i++)
		e->to[e->start[list[i].from]++] = list[i].to;
	memmove(e->start + 1, e->start, (n + 1) * sizeof(*e->start));
	e->start[0] = 0;
}

static void
build_parts(struct schema_index *x)
{
	const struct schema_snapshot *s = x->snapshot;
	struct edge *list = NEW_ARRAY(x, struct edge, s->count + 1);
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++)
		add_edge(x, list, &count, s->objects[i].parent, i);
	build(x, &x->parts, list, count);
	talloc_free(list);
}

static void
build_dependents(struct schema_index *x)
{
	const struct schema_snapshot *s = x->snapshot;
	struct edge *list;
	size_t room = 0, count = 0;
	const char **key;

	for (size_t i = 0; i < s->count; i++)
		for (key = s->objects[i].depends; *key != NULL; key++)
			room++;
	list = NEW_ARRAY(x, struct edge, room + 1);
	for (size_t i = 0; i < s->count; i++)
		for (key = s->objects[i].depends; *key != NULL; key++)
			add_edge(x, list, &count, *key, i);
	build(x, &x->dependents, list, count);
	talloc_free(list);
}

static void
build_all(void *arg)
{
	build_parts(arg);
	build_dependents(arg);
}

static struct schema_index *
unbuilt(const void *owner, const struct schema_snapshot *s)
{
	struct schema_index *x = NEW(owner, struct schema_index);

	x->snapshot = s;
	return x;
}

struct schema_index *
schema_index_new(const void *owner, const struct schema_snapshot *s)
{
	struct schema_index *x = unbuilt(owner, s);

	build_all(x);
	return x;
}

void
schema_index_both(const void *owner, const struct schema_snapshot *s,
    struct schema_index **x, const struct schema_snapshot *other_s,
    struct schema_index **other_x)
{
	*x = unbuilt(owner, s);
	*other_x = unbuilt(owner, other_s);
	thread_each(build_all, (void *const []){ *x, *other_x }, 2);
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
