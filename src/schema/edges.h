/*
 * schema/edges.h - edges between numbered nodes, those of a node side by side.
 *
 * Everything here takes time in proportion to nodes and edges: nothing is
 * compared, numbers are counted.
 */
#ifndef PGRUNBOOK_SCHEMA_EDGES_H
#define PGRUNBOOK_SCHEMA_EDGES_H

#include <stddef.h>
#include <stdint.h>

struct edge {
	uint32_t from, to;
};

struct edges {
	size_t	 nodes;
	uint32_t *start;	/* by node, into to; one more than there are nodes */
	uint32_t *to;
};

/* A node's edges keep the order that they have in the list. */
struct edges *edges_new(const void *owner, const struct edge *list,
    size_t count, size_t nodes);
/* The other way round; a node's edges come in the order of their numbers. */
struct edges *edges_turned(const void *owner, const struct edges *e);
/* Of those to the same node one stays; equal ones must be side by side. */
void edges_unique(struct edges *e);

#endif
