/* schema/kinds/retype.c - a new type takes the name and the columns. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/kinds/retype.h"

#define ALTER_COLUMN "ALTER TABLE %s ALTER COLUMN %s "

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

static void
convert_column(struct plan *p, const struct schema_object *column,
    const struct schema_object *from, const struct schema_object *to,
    retype_value value)
{
	const char *table = object_fact(column, "table");
	const char *name = object_fact(column, "column");
	const char *type = object_text(column, "type");
	const char *expression = object_text(column, "default");
	const struct schema_object *target = plan_target(p, column->key);
	void *scratch;

	if (!str_starts(type, object_sql(to)) || target == NULL)
		return;
	scratch = talloc_new(NULL);
	plan_rebuild(p, column, KIND_BLOCKS);
	if (expression != NULL) {
		plan_alter(p, ALTER_COLUMN "DROP DEFAULT", table, name);
		plan_mark(p, MARK_LOCKS);
	}
	plan_alter(p, ALTER_COLUMN "TYPE %s USING %s", table, name, type,
	    new_value(scratch, column, from, to, value));
	plan_mark(p, MARK_REWRITES | MARK_LOCKS);
	expression = object_text(target, "default");
	if (expression != NULL) {
		plan_alter(p, ALTER_COLUMN "SET DEFAULT %s", table, name,
		    expression);
		plan_mark(p, MARK_LOCKS);
	}
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
		convert_column(p, *columns, from, to, value);
	plan_alter(p, "DROP TYPE %s.%s", from->schema, old);
}
