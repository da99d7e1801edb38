/*
 * runbook/node.h - YAML as a tree that remembers where each thing stood.
 *
 * Built on libyaml's events.  Limits: NODE_FILE_MAX bytes, NODE_DEPTH_MAX
 * levels, NODE_COUNT_MAX nodes after aliases are followed.  Tags are
 * refused, duplicate keys are errors, aliases are plain reuse (the same node).
 */
#ifndef PGRUNBOOK_RUNBOOK_NODE_H
#define PGRUNBOOK_RUNBOOK_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "runbook/lint.h"

#define NODE_FILE_MAX	(1 << 20)
#define NODE_DEPTH_MAX	32
#define NODE_COUNT_MAX	100000

enum node_type { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_type	 type;
	struct lint_place place;
	const char	*text;		/* scalar */
	bool		 quoted;	/* scalar: quoted or block; never null, bool or number */
	struct node	**keys;		/* map: scalars, in order */
	struct node	**items;	/* map: values; list: items */
	size_t		 count;
};

/* Parse a file; null where it does not parse, and *l says why. */
struct node *node_load(const void *owner, const char *path, struct lint *l);
struct node *node_parse(const void *owner, const char *name, const char *text,
    size_t size_bytes, struct lint *l);

const struct node *node_get(const struct node *map, const char *key);
/* YAML 1.1 core types: null, booleans, integers, reals (as strings), text. */
json_t *node_to_json(const struct node *n);

#endif
