/*
 * schema/kinds/not_null.h - that a column is NOT NULL.
 *
 * Up to 17 that is a flag.  Since 18 it is a constraint, which has a name, may
 * go down to children or not, and need not be proved yet.  A column says so
 * where that is not as by default: attributes "not_null_name",
 * "not_null_no_inherit", "not_null_not_valid"; fact "not_null": its name.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_NOT_NULL_H
#define PGRUNBOOK_SCHEMA_KINDS_NOT_NULL_H

#include <stdbool.h>

#include "base/str.h"
#include "schema/judge.h"
#include "schema/plan.h"

/*
 * Columns of the column's query, and where they come from: since 18.  A name
 * that the server made tells nothing, also that of another table, which was
 * this one's, or its parent's, before.
 */
#define NOT_NULL_COLUMNS \
	"CASE WHEN right(n.conname, length(a.attname) + 10) <> " \
	"  '_'||a.attname||'_not_null' " \
	"  THEN quote_ident(n.conname) END AS not_null_name, " \
	"CASE WHEN n.connoinherit THEN true END AS not_null_no_inherit, " \
	"CASE WHEN NOT n.convalidated THEN true END AS not_null_not_valid, " \
	"quote_ident(n.conname) AS \"@not_null\", "
/* What comes from a parent is the parent's. */
#define NOT_NULL_JOIN \
	"LEFT JOIN pg_constraint n ON n.conrelid = r.oid " \
	"AND n.conkey[1] = a.attnum AND n.contype = 'n' AND n.coninhcount = 0 "

/* Are there values that it holds for, and not only those to come? */
bool not_null_holds(const struct schema_object *column);
/* Behind the column's type: " NOT NULL", or nothing. */
void not_null_add(struct buffer *b, const struct schema_object *column);
/* What no column definition can say, of a column that is new. */
void not_null_finish(struct plan *p, const struct schema_object *column);
void not_null_set(struct plan *p, const struct schema_object *to);
/* Both are NOT NULL. */
void not_null_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to);
void not_null_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to);

#endif
