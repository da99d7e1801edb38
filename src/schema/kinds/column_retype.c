/* schema/kinds/column_retype.c - a column takes another type. */

#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/kinds/column.h"
#include "schema/kinds/column_type.h"
#include "schema/kinds/table.h"
#include "schema/plan.h"

/* ---- what stands on it ------------------------------------------------- */

/* An index is built anew where it would sort otherwise. */
static bool
is_indexed(struct plan *p, const struct schema_object *o)
{
	static const char *const kinds[] = { "index", "primary key", "unique",
		"exclusion" };

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (plan_dependents(p, o, kinds[i])[0] != NULL)
			return true;
	return false;
}

/* What is computed from it is computed anew. */
static void
remake_computed(struct plan *p, const struct schema_object *column)
{
	const struct schema_object **columns = plan_dependents(p, column,
	    "column");

	for (; *columns != NULL; columns++)
		if (object_text(*columns, "generated") != NULL)
			plan_remake(p, (*columns)->key);
}

/* Does something refer to the key that does not name the column? */
static bool
is_referred_to_beside(struct plan *p, const struct schema_object *key,
    const struct schema_object *column)
{
	static const char kind[] = "foreign key";
	const struct schema_object **named = plan_dependents(p, column, kind);
	const struct schema_object **all = plan_dependents(p, key, kind);

	for (; *all != NULL; all++) {
		size_t i = 0;

		while (named[i] != NULL && named[i] != *all)
			i++;
		if (named[i] == NULL)
			return true;
	}
	return false;
}

/*
 * With a column the server makes its indexes anew, and those of partitions
 * with the comment that their parent's has just then.
 */
static void
remake_comments(struct plan *p, const struct schema_object *column)
{
	const struct schema_object **index = plan_dependents(p, column, "index");

	for (; *index != NULL; index++) {
		const struct schema_object **comment = plan_dependents(p,
		    *index, "comment");

		for (; *comment != NULL; comment++) {
			const struct schema_object *target = plan_target(p,
			    (*comment)->key);

			if (target == NULL ||
			    object_differs(*comment, target, "text"))
				plan_remake(p, (*comment)->key);
		}
	}
}

/*
 * With a column the server makes its keys anew, and what refers to those; but
 * not where it refers to all partitions at once, nor where the key merely
 * includes the column.
 */
static void
remake_references(struct plan *p, const struct schema_object *column,
    bool partitioned)
{
	static const char *const keys[] = { "primary key", "unique", "index" };

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct schema_object **key = plan_dependents(p, column,
		    keys[i]);

		for (; *key != NULL; key++)
			if (partitioned ||
			    is_referred_to_beside(p, *key, column))
				plan_rebuild(p, *key, KIND_CUT);
	}
}

void
column_retype_free(struct plan *p, const struct schema_object *column)
{
	bool partitioned = table_is_partitioned(p, column->parent);

	plan_rebuild(p, column, KIND_BLOCKS);
	remake_computed(p, column);
	remake_references(p, column, partitioned);
	if (partitioned)
		remake_comments(p, column);
}

/* ---- the change -------------------------------------------------------- */

static void
write_type(struct plan *p, const struct schema_object *to, const char *using,
    unsigned marks)
{
	const char *collation = object_text(to, "collation");

	plan_alter(p, ALTER_COLUMN "TYPE %s%s%s%s%s", object_fact(to, "table"),
	    object_fact(to, "column"), object_text(to, "type"),
	    collation == NULL ? "" : " COLLATE ",
	    collation == NULL ? "" : collation,
	    using == NULL ? "" : " USING ", using == NULL ? "" : using);
	plan_mark(p, marks);
}

void
column_retype(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);
	const char *table = object_fact(to, "table");
	const char *column = object_fact(to, "column");
	const char *old = object_text(from, "type");
	const char *new = object_text(to, "type");
	const char *using = type_conversion(scratch, column, old, new);
	/* A type of the user's may be replaced, which takes defaults as well. */
	bool loose = using != NULL || strchr(old, '.') != NULL;
	bool keeps = type_is_widening(scratch, old, new) || strcmp(old, new) == 0;
	unsigned scans = is_indexed(p, from) &&
	    object_differs(from, to, "collation") ? MARK_SCANS : 0;

	column_retype_free(p, from);
	/* A default that has no cast of its own, and is there yet, would stop it. */
	if (using != NULL && object_text(from, "default") != NULL &&
	    object_text(to, "default") != NULL)
		plan_alter(p, ALTER_COLUMN "DROP DEFAULT", table, column);
	if (loose)
		column_settings_loosen(p, from);
	if (type_is_time_zone_change(old, new)) {
		write_type(p, to, using, MARK_PLAIN | MARK_REWRITES);
		plan_alter(p, "SET LOCAL TimeZone = 'UTC'");
		plan_mark(p, MARK_SAFE);
		write_type(p, to, NULL, MARK_SAFE |
		    (is_indexed(p, from) ? MARK_SCANS : 0));
	} else {
		write_type(p, to, using, keeps ? scans : MARK_REWRITES);
	}
	if (object_text(to, "default") != NULL &&
	    (loose || object_differs(from, to, "default")))
		plan_alter(p, ALTER_COLUMN "SET DEFAULT %s", table, column,
		    object_text(to, "default"));
	if (loose || object_differs(from, to, "default"))
		column_settings_keep(p, from, "default");
	talloc_free(scratch);
}
