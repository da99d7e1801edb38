/* schema/edges.c - edges between numbered nodes, those of a node side by side. */

#include <string.h>

#include "base/memory.h"
#include "schema/edges.h"

/* Room for all; each start is where the node before it starts, until put(). */
static struct edges *
unfilled(const void *owner, size_t nodes, size_t count)
{
	struct edges *e = NEW(owner, struct edges);

	e->nodes = nodes;
	e->start = NEW_ARRAY(e, uint32_t, nodes + 2);
	e->to = NEW_ARRAY(e, uint32_t, count + 1);
	return e;
}

/* From counts, each at the place after its node's, to starts. */
static void
add_up(struct edges *e)
{
	for (size_t i = 0; i < e->nodes; i++)
		e->start[i + 1] += e->start[i];
}

/* Moves the node's start to its end, which is the next one's start. */
static void
put(struct edges *e, uint32_t from, uint32_t to)
{
	e->to[e->start[from]++] = to;
}

static struct edges *
filled(struct edges *e)
{
	memmove(e->start + 1, e->start, (e->nodes + 1) * sizeof(*e->start));
	e->start[0] = 0;
	return e;
}

struct edges *
edges_new(const void *owner, const struct edge *list, size_t count,
    size_t nodes)
{
	struct edges *e = unfilled(owner, nodes, count);

	for (size_t i = 0; i < count; i++)
		e->start[list[i].from + 1]++;
	add_up(e);
	for (size_t i = 0; i < count; i++)
		put(e, list[i].from, list[i].to);
	return filled(e);
}

struct edges *
edges_turned(const void *owner, const struct edges *e)
{
	size_t count = e->start[e->nodes];
	struct edges *turned = unfilled(owner, e->nodes, count);

	for (size_t i = 0; i < count; i++)
		turned->start[e->to[i] + 1]++;
	add_up(turned);
	for (size_t node = 0; node < e->nodes; node++)
		for (size_t i = e->start[node]; i < e->start[node + 1]; i++)
			put(turned, e->to[i], (uint32_t)node);
	return filled(turned);
}

void
edges_unique(struct edges *e)
{
	uint32_t kept = 0, i = 0;

	for (size_t node = 0; node < e->nodes; node++) {
		uint32_t first = kept;

		for (; i < e->start[node + 1]; i++)
			if (kept == first || e->to[kept - 1] != e->to[i])
				e->to[kept++] = e->to[i];
		e->start[node] = first;
	}
	e->start[e->nodes] = kept;
}
