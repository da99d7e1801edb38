/*
 * runbook/node.h - YAML as a tree that remembers where each thing stood.
 *
 * Built on libyaml's events.  Limits: NODE_FILE_MAX bytes, NODE_DEPTH_MAX
 * levels, NODE_COUNT_MAX nodes after aliases are followed.  Tags and
 * directives are refused, duplicate keys are errors, aliases are plain reuse
 * (the same node, with the place where it was written).
 */
#ifndef PGRUNBOOK_RUNBOOK_NODE_H
#define PGRUNBOOK_RUNBOOK_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/*
 * The same for a file that another names: where it cannot be read, that is
 * told at the place of its name.  sha256 (may be null) gets that of its bytes.
 */
struct node *node_load_at(const void *owner, const char *path,
    struct lint_place at, char sha256[65], struct lint *l);

/* Null where map is no map, or has no such key. */
const struct node *node_get(const struct node *map, const char *key);
/* What a plain scalar means; false where it is something else. */
bool node_is_null(const struct node *n);	/* "key:" with nothing, ~, null */
bool node_bool(const struct node *n, bool *value);	/* true yes on, false no off */
bool node_int(const struct node *n, int64_t *value);
/* YAML 1.1 core types: null, booleans, integers, reals (as strings), text. */
json_t *node_to_json(const struct node *n);

#endif
