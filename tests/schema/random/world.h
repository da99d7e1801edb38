/*
 * tests/schema/random/world.h - random schemas, and random changes of them.
 *
 * A schema is a fixed grid of places (table 0, its column 2, that column's
 * type, ...).  What stands in a place is a choice: a small number that a hash
 * makes of the seed and of the place's name.  So a schema is a pure function
 * of its seed, and nothing is kept but what was changed:
 *
 *     mutated     places whose choice comes of a second seed
 *     pinned      places whose choice was said (a failure is made smaller
 *                 by pinning places to what they were, or to 0)
 *
 * 0 is always the plainest choice: absent, or the default.  The writers
 * (types.c, tables.c, rest.c) make SQL of any choices at all: where
 * a choice does not fit with another they write what does.
 */
#ifndef PGRUNBOOK_TESTS_SCHEMA_RANDOM_WORLD_H
#define PGRUNBOOK_TESTS_SCHEMA_RANDOM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/macros.h"
#include "base/str.h"

struct world {
	uint64_t	 seed, mutation;
	unsigned	 percent;	/* of the places: mutated; 0: none */
	json_t		*pinned;	/* place: choice */
	json_t		*asked;		/* place: choice, of all that were asked for */
	struct buffer	*sql;
	int		 major;		/* of the server that it is for */
};

/* percent 0: the schema of the seed itself. */
struct world *world_new(const void *owner, uint64_t seed, uint64_t mutation,
    unsigned percent, int major);
/* What makes it, from an empty database of the role that owns all of it. */
const char *world_sql(struct world *w);

/* 0 to count - 1 */
unsigned world_pick(struct world *w, unsigned count, const char *fmt, ...)
    PRINTF(3, 4);
/* 0 wins this often, the rest share what is left */
unsigned world_rare(struct world *w, unsigned percent, unsigned count,
    const char *fmt, ...) PRINTF(4, 5);
bool world_chance(struct world *w, unsigned percent, const char *fmt, ...)
    PRINTF(3, 4);
/* The same in a schema and in what is made of it. */
bool world_always(struct world *w, unsigned percent, const char *fmt, ...)
    PRINTF(3, 4);

/* One statement. */
void emit(struct world *w, const char *fmt, ...) PRINTF(2, 3);
void emit_comment(struct world *w, const char *what, const char *place);

/* ---- what the writers know of one another ------------------------------ */

struct column_type {
	const char	*sql, *value;	/* a value of it, as a literal's text; null: none that always fits */
	const char	*needs;		/* place that must be there; null */
	bool		 casts;		/* its value survives as any other type that casts */
	bool		 orders;	/* has btree operators */
	bool		 text;		/* has a collation */
};

const struct column_type *world_type(struct world *w, bool casts,
    const char *place);
bool world_has(struct world *w, const char *place);	/* "enum 0" */

/* Tables 0 and 1 are plain, 2 and 3 may be partitioned, 4 may inherit. */
#define TABLES	5
#define COLUMNS	5
const char *table_name(int t);
bool table_is(struct world *w, int t);
bool table_partitioned(struct world *w, int t);
bool table_column(struct world *w, int t, int c);
/* "c2", or "id" where it is absent or has no order */
const char *table_orderable(struct world *w, int t, int c);

void write_types(struct world *w);
void write_routines(struct world *w);
void write_tables(struct world *w);
void write_table_parts(struct world *w);	/* keys, indexes */
void write_views(struct world *w);
void write_rest(struct world *w);

#endif
