/* schema/index.c - a snapshot with its edges. */

#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "schema/index.h"
#include "schema/snapshot_make.h"

struct schema_index {
	const struct schema_snapshot *snapshot;
	struct edges *parts, *dependents;
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

static uint32_t
find_place(const struct schema_index *x, const char *key)
{
	const struct schema_object *o = schema_index_find(x, key);

	return o == NULL ? NO_PLACE : (uint32_t)place(x, o);
}

/* Of a snapshot that was not read from a server: its keys tell. */
static struct schema_links *
links_by_key(const struct schema_index *x)
{
	const struct schema_snapshot *s = x->snapshot;
	struct schema_links *links = NEW(x, struct schema_links);
	struct edge *list;
	size_t room = 0, count = 0;
	const char **key;

	links->parents = NEW_ARRAY(links, uint32_t, s->count + 1);
	for (size_t i = 0; i < s->count; i++) {
		links->parents[i] = find_place(x, s->objects[i].parent);
		for (key = s->objects[i].depends; *key != NULL; key++)
			room++;
	}
	list = NEW_ARRAY(links, struct edge, room + 1);
	for (size_t i = 0; i < s->count; i++) {
		for (key = s->objects[i].depends; *key != NULL; key++) {
			uint32_t on = find_place(x, *key);

			if (on != NO_PLACE)
				list[count++] = (struct edge){ (uint32_t)i, on };
		}
	}
	links->depends = edges_new(links, list, count, s->count);
	talloc_free(list);
	return links;
}

static struct edges *
parts_new(const struct schema_index *x, const struct schema_links *links)
{
	size_t nodes = x->snapshot->count, count = 0;
	struct edge *list = NEW_ARRAY(x, struct edge, nodes + 1);
	struct edges *parts;

	for (size_t i = 0; i < nodes; i++)
		if (links->parents[i] != NO_PLACE)
			list[count++] = (struct edge){ links->parents[i],
				(uint32_t)i };
	parts = edges_new(x, list, count, nodes);
	talloc_free(list);
	return parts;
}

static void
build_all(void *arg)
{
	struct schema_index *x = arg;
	const struct schema_links *links = x->snapshot->links;

	if (links == NULL)
		links = links_by_key(x);
	x->parts = parts_new(x, links);
	x->dependents = edges_turned(x, links->depends);
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
	visit_edges(x, x->parts, key, visit, arg);
}

void
schema_index_dependents(const struct schema_index *x, const char *key,
    schema_visit visit, void *arg)
{
	visit_edges(x, x->dependents, key, visit, arg);
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
