/*
 * runbook/bind.h - from a YAML map to a C struct, by a table of keys.
 *
 * One table per struct says everything about its keys: the loader, "unknown
 * key" with the nearest spelling, the JSON schema and the manual come from it.
 */
#ifndef PGRUNBOOK_RUNBOOK_BIND_H
#define PGRUNBOOK_RUNBOOK_BIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "runbook/node.h"

enum key_type {
	KEY_TEXT,		/* const char *: any scalar, as written */
	KEY_BOOL,		/* bool */
	KEY_INT,		/* int64_t */
	KEY_DURATION,		/* int64_t, milliseconds; unset: -1 stays if preset */
	KEY_TEXTS,		/* const char **, null-terminated: a list of scalars, or one */
	KEY_MAP,		/* json_t *: a map of scalars, or deeper */
	KEY_ANY,		/* json_t *: anything */
	KEY_NODE,		/* const struct node *: bound by the owner of the struct */
	KEY_CHOICE		/* int: index into choices */
};

enum key_flags {
	KEY_REQUIRED = 1 << 0,
	KEY_EXPANDS  = 1 << 1,	/* {{name}} is replaced before use */
	KEY_SQL      = 1 << 2,	/* SQL text: :'name' and :"name" are replaced, highlighted */
	KEY_MARKDOWN = 1 << 3,
	/* KEY_NODE with a table: */
	KEY_NAMED    = 1 << 4,	/* a map of names to such maps */
	KEY_SHORT    = 1 << 5	/* or, in short, the value of the table's first key */
};

struct key {
	const char	*name;
	enum key_type	 type;
	unsigned	 flags;
	size_t		 offset;	/* of the field in the struct */
	const char	*doc;		/* one line, for the schema and the manual */
	const char *const *choices;	/* KEY_CHOICE: names, null-terminated */
	int64_t		 min, max;	/* KEY_INT, KEY_DURATION; both 0: no limit */
	const struct key *table;	/* KEY_NODE: of the map that it takes; may be null */
};

/*
 * Bind map's keys into *out (zeroed or preset with defaults).  Strings are
 * borrowed from the node tree.  tables is null-terminated: keys are looked up
 * in each (a step: the common keys, then its kind's).  outs runs beside it.
 * what names the thing in messages ("a step", "a target").
 */
bool bind_map(const void *owner, const struct node *map, const char *what,
    const struct key *const *tables, void *const *outs, struct lint *l);

/* A table ends with a null name.  Null where it has no such key. */
const struct key *bind_find(const struct key *table, const char *name);
/* One value into the field of key in out. */
bool bind_value(const void *owner, const struct key *key,
    const struct node *value, void *out, struct lint *l);
/* The names of several tables (null-terminated), for lint_nearest(). */
const char *const *bind_names(const void *owner,
    const struct key *const *tables);
/* The error for a key of map that none of tables has. */
void bind_unknown(const struct node *key, const char *what,
    const struct key *const *tables, struct lint *l);

/* The JSON schema of one table: {"type":"object","properties":{…},…}. */
json_t *bind_schema(const struct key *table);
/* That of one key's value. */
json_t *bind_value_schema(const struct key *key);

#endif
