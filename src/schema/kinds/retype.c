/* schema/kinds/retype.c - a new type takes the name and the columns. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/kinds/column.h"
#include "schema/kinds/retype.h"

/* What a column holds, as the new type has it. */
static char *
new_value(const void *owner, const struct schema_object *column,
    const struct schema_object *from, const struct schema_object *to,
    retype_value value)
{
	const char *name = object_fact(column, "column");
	const char *type = object_text(column, "type");

	if (value != NULL && strcmp(type, object_sql(to)) == 0)
		return value(owner, name, from, to);
	return mem_printf(owner, "%s::text%s::%s", name,
	    str_ends(type, "[]") ? "[]" : "", type);
}

/* Is it of this type, or an array of it, and goes on? */
static bool
is_of(struct plan *p, const struct schema_object *column,
    const struct schema_object *from)
{
	const char *type = object_text(column, "type");
	const char *other = object_fact(from, "multirange");

	return (str_starts(type, object_sql(from)) ||
	    (other != NULL && str_starts(type, other))) &&
	    plan_staying(p, column->key) != NULL;
}

static void
loosen_default(struct plan *p, const struct schema_object *column)
{
	if (object_text(column, "default") != NULL) {
		plan_alter(p, ALTER_COLUMN "DROP DEFAULT",
		    object_fact(column, "table"), object_fact(column, "column"));
		plan_mark(p, MARK_LOCKS);
	}
	column_settings_loosen(p, column);
}

/* What a change of type takes away; yet another type brings its own default. */
static void
settle(struct plan *p, const struct schema_object *column)
{
	const struct schema_object *target = plan_target(p, column->key);
	const char *expression = object_text(target, "default");

	if (!str_equal(object_text(target, "type"), object_text(column, "type")))
		return;
	if (expression != NULL) {
		plan_alter(p, ALTER_COLUMN "SET DEFAULT %s",
		    object_fact(column, "table"), object_fact(column, "column"),
		    expression);
		plan_mark(p, MARK_LOCKS);
	}
	column_settings_keep(p, column, "default");
	column_storage_keep(p, column, target);
}

static void
convert_column(struct plan *p, const struct schema_object *column,
    const struct schema_object *from, const struct schema_object *to,
    retype_value value)
{
	void *scratch = talloc_new(NULL);

	column_retype_free(p, column);
	loosen_default(p, column);
	plan_alter(p, ALTER_COLUMN "TYPE %s USING %s",
	    object_fact(column, "table"), object_fact(column, "column"),
	    object_text(column, "type"),
	    new_value(scratch, column, from, to, value));
	plan_mark(p, MARK_REWRITES | MARK_LOCKS);
	settle(p, column);
	talloc_free(scratch);
}

void
retype(struct plan *p, const struct schema_object *from,
    const struct schema_object *to, const char *create, retype_value value)
{
	static const char old[] = "pgrunbook_old_type";
	const struct schema_object **columns = plan_dependents(p, from, "column");

	plan_rebuild(p, from, KIND_DERIVED);
	plan_alter(p, "ALTER TYPE %s RENAME TO %s", object_sql(from), old);
	plan_alter(p, "%s", create);
	for (; *columns != NULL; columns++)
		if (is_of(p, *columns, from))
			convert_column(p, *columns, from, to, value);
	plan_alter(p, "DROP TYPE %s.%s", from->schema, old);
}

static void
convert_to(struct plan *p, const struct schema_object *column, const char *type)
{
	const char *name = object_fact(column, "column");

	plan_alter(p, ALTER_COLUMN "TYPE %s USING %s::%s",
	    object_fact(column, "table"), name, type, name, type);
	plan_mark(p, MARK_REWRITES | MARK_LOCKS);
}

void
retype_by_text(struct plan *p, const struct schema_object *from,
    const char *create)
{
	const struct schema_object **columns = plan_dependents(p, from, "column");
	const struct schema_object **c;

	plan_rebuild(p, from, KIND_DERIVED);
	for (c = columns; *c != NULL; c++)
		if (is_of(p, *c, from)) {
			plan_rebuild(p, *c, KIND_DERIVED);
			column_retype_free(p, *c);
			loosen_default(p, *c);
			convert_to(p, *c, str_ends(object_text(*c, "type"),
			    "[]") ? "text[]" : "text");
		}
	plan_alter(p, "DROP TYPE %s", object_sql(from));
	plan_alter(p, "%s", create);
	for (c = columns; *c != NULL; c++)
		if (is_of(p, *c, from)) {
			convert_to(p, *c, object_text(*c, "type"));
			settle(p, *c);
		}
}
