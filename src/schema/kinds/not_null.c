/* schema/kinds/not_null.c - that a column is NOT NULL. */

#include "base/memory.h"
#include "schema/kind.h"
#include "schema/kinds/not_null.h"

#define ALTER_TABLE	"ALTER TABLE %s "

static bool
is_named(const struct schema_object *o)
{
	return object_text(o, "not_null_name") != NULL;
}

static bool
is_unproved(const struct schema_object *o)
{
	return object_flag(o, "not_null_not_valid");
}

static const char *
inheritance(const struct schema_object *o)
{
	return object_flag(o, "not_null_no_inherit") ? " NO INHERIT" : "";
}

bool
not_null_holds(const struct schema_object *column)
{
	return !object_flag(column, "nullable") && !is_unproved(column);
}

void
not_null_add(struct buffer *b, const struct schema_object *column)
{
	if (!not_null_holds(column))
		return;
	if (is_named(column))
		buffer_printf(b, " CONSTRAINT %s",
		    object_text(column, "not_null_name"));
	buffer_printf(b, " NOT NULL%s", inheritance(column));
}

/* As a constraint: validity is " NOT VALID" or nothing. */
static void
add(struct plan *p, plan_write write, const struct schema_object *to,
    const char *validity)
{
	write(p, ALTER_TABLE "ADD CONSTRAINT %s NOT NULL %s%s%s",
	    object_fact(to, "table"), object_fact(to, "not_null"),
	    object_fact(to, "column"), inheritance(to), validity);
}

void
not_null_finish(struct plan *p, const struct schema_object *column)
{
	if (!object_flag(column, "nullable") && is_unproved(column))
		add(p, plan_create, column, " NOT VALID");
}

static void
validate(struct plan *p, const struct schema_object *to, const char *name)
{
	plan_alter(p, ALTER_TABLE "VALIDATE CONSTRAINT %s",
	    object_fact(to, "table"), name);
}

/*
 * A check that was proved by reading the rows while others write lets SET NOT
 * NULL pass without reading them again.
 */
static void
set_by_check(struct plan *p, const struct schema_object *to)
{
	const char *table = object_fact(to, "table");
	const char *column = object_fact(to, "column");
	char *check = mem_printf(NULL, "pgrunbook_not_null_%lld",
	    (long long)json_integer_value(object_fact_json(to, "position")));

	plan_alter(p, ALTER_TABLE "ALTER COLUMN %s SET NOT NULL", table, column);
	plan_mark(p, MARK_PLAIN | MARK_SCANS);
	plan_alter(p, ALTER_TABLE "ADD CONSTRAINT %s CHECK (%s IS NOT NULL) "
	    "NOT VALID", table, check, column);
	plan_mark(p, MARK_SAFE);
	validate(p, to, check);
	plan_mark(p, MARK_SAFE | MARK_LATER | MARK_SCANS);
	plan_alter(p, ALTER_TABLE "ALTER COLUMN %s SET NOT NULL", table, column);
	plan_mark(p, MARK_SAFE);
	plan_alter(p, ALTER_TABLE "DROP CONSTRAINT %s", table, check);
	plan_mark(p, MARK_SAFE);
	talloc_free(check);
}

void
not_null_set(struct plan *p, const struct schema_object *to)
{
	if (is_unproved(to)) {
		add(p, plan_alter, to, " NOT VALID");
	} else if (is_named(to) || *inheritance(to) != '\0') {
		add(p, plan_alter, to, "");
		plan_mark(p, MARK_PLAIN | MARK_SCANS);
		add(p, plan_alter, to, " NOT VALID");
		plan_mark(p, MARK_SAFE);
		validate(p, to, object_fact(to, "not_null"));
		plan_mark(p, MARK_SAFE | MARK_LATER | MARK_SCANS);
	} else {
		set_by_check(p, to);
	}
}

void
not_null_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const char *table = object_fact(to, "table");
	const char *name = object_fact(to, "not_null");

	if (!is_unproved(from) && is_unproved(to)) {
		plan_alter(p, ALTER_TABLE "ALTER COLUMN %s DROP NOT NULL", table,
		    object_fact(to, "column"));
		add(p, plan_alter, to, " NOT VALID");
		return;
	}
	if (object_differs(from, to, "not_null_name"))
		plan_alter(p, ALTER_TABLE "RENAME CONSTRAINT %s TO %s", table,
		    object_fact(from, "not_null"), name);
	if (object_differs(from, to, "not_null_no_inherit"))
		plan_alter(p, ALTER_TABLE "ALTER CONSTRAINT %s%s", table, name,
		    *inheritance(to) != '\0' ? inheritance(to) : " INHERIT");
	if (is_unproved(from) && !is_unproved(to)) {
		validate(p, to, name);
		plan_mark(p, MARK_SCANS | MARK_LATER);
	}
}

void
not_null_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (not_null_holds(to) && !not_null_holds(from))
		judge_b(j, "not null");
	else if (!object_flag(to, "nullable") && (is_unproved(to) ||
	    *inheritance(to) != '\0') && not_null_holds(from) &&
	    *inheritance(from) == '\0')
		judge_b(j, "constraint dropped");
	if (!object_flag(from, "nullable") && !object_flag(to, "nullable") &&
	    object_differs(from, to, "not_null_name"))
		judge_note(j, "renamed");
}
