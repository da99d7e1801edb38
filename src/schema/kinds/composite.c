/* schema/kinds/composite.c - composite types. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/kinds/retype.h"
#include "schema/plan.h"

static char *
create_text(const void *owner, const struct schema_object *to)
{
	struct buffer *b = buffer_new(owner);
	const json_t *field;
	size_t i;

	buffer_printf(b, "CREATE TYPE %s AS (", object_sql(to));
	json_array_foreach(object_json(to, "fields"), i, field)
		buffer_printf(b, "%s%s %s", i == 0 ? "" : ", ",
		    json_str(field, "name"), json_str(field, "type"));
	buffer_puts(b, ")");
	return b->data;
}

static void
create(struct plan *p, const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);

	plan_create(p, "%s", create_text(scratch, to));
	talloc_free(scratch);
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP TYPE %s", object_sql(from));
}

static const char *
field_type(const struct schema_object *o, const char *name)
{
	const json_t *field;
	size_t i;

	json_array_foreach(object_json(o, "fields"), i, field)
		if (str_equal(json_str(field, "name"), name))
			return json_str(field, "type");
	return NULL;
}

/* Fields that come do so at the end, and the others keep their order. */
static bool
order_is_kept(const struct schema_object *from, const struct schema_object *to)
{
	const json_t *fields = object_json(to, "fields"), *field;
	size_t i, next = 0;

	json_array_foreach(object_json(from, "fields"), i, field) {
		const char *name = json_str(field, "name");

		if (field_type(to, name) == NULL)
			continue;
		if (!str_equal(json_str(json_array_get(fields, next), "name"),
		    name))
			return false;
		next++;
	}
	return true;
}

/* What a column is of cannot change the type of a field. */
static bool
is_changeable(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *field;
	size_t i;

	if (!order_is_kept(from, to))
		return false;
	if (*plan_dependents(p, from, "column") == NULL)
		return true;
	json_array_foreach(object_json(from, "fields"), i, field) {
		const char *type = field_type(to, json_str(field, "name"));

		if (type != NULL && !str_equal(type, json_str(field, "type")))
			return false;
	}
	return true;
}

/* Field by field: what is new has no value yet. */
static char *
new_value(const void *owner, const char *column,
    const struct schema_object *from, const struct schema_object *to)
{
	struct buffer *b = buffer_new(owner);
	const json_t *field;
	size_t i;

	buffer_printf(b, "CASE WHEN %s IS NOT NULL OR NOT %s IS NULL THEN ROW(",
	    column, column);
	json_array_foreach(object_json(to, "fields"), i, field) {
		const char *name = json_str(field, "name");
		const char *old = field_type(from, name);

		buffer_puts(b, i == 0 ? "" : ", ");
		if (old == NULL)
			buffer_puts(b, "NULL");
		else
			buffer_printf(b, "(%s).%s%s", column, name,
			    str_equal(old, json_str(field, "type")) ? "" :
			    "::text");
	}
	buffer_printf(b, ")::%s END", object_sql(to));
	return b->data;
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *field;
	size_t i;

	if (!is_changeable(p, from, to)) {
		void *scratch = talloc_new(NULL);

		retype(p, from, to, create_text(scratch, to), new_value);
		talloc_free(scratch);
		return true;
	}
	json_array_foreach(object_json(from, "fields"), i, field)
		if (field_type(to, json_str(field, "name")) == NULL)
			plan_alter(p, "ALTER TYPE %s DROP ATTRIBUTE %s",
			    object_sql(from), json_str(field, "name"));
	json_array_foreach(object_json(to, "fields"), i, field) {
		const char *name = json_str(field, "name");
		const char *type = json_str(field, "type");
		const char *old = field_type(from, name);

		if (old == NULL)
			plan_alter(p, "ALTER TYPE %s ADD ATTRIBUTE %s %s",
			    object_sql(to), name, type);
		else if (strcmp(old, type) != 0)
			plan_alter(p, "ALTER TYPE %s ALTER ATTRIBUTE %s TYPE %s",
			    object_sql(to), name, type);
	}
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *field;
	size_t i;

	if (from == NULL)
		return;
	if (to == NULL) {
		judge_b(j, "dependency break");
		return;
	}
	json_array_foreach(object_json(from, "fields"), i, field) {
		const char *name = json_str(field, "name");

		if (field_type(to, name) == NULL)
			judge_b(j, "data loss: field %s goes", name);
		else if (!str_equal(field_type(to, name),
		    json_str(field, "type")))
			judge_b(j, "type coercion");
	}
	/* Columns of it, if there are any, go over to a new type. */
	if (!order_is_kept(from, to))
		judge_b(j, "type coercion");
}

const struct schema_kind schema_kind_composite = {
	.name = "composite type",
	.flags = KIND_UNLOCKED | KIND_TYPE,
	.query = "SELECT " REF("pg_type", "r.reltype") " AS ref, "
	    "r.qs AS schema, r.qn AS name, jsonb_build_object('fields', "
	    "coalesce((SELECT jsonb_agg(jsonb_build_object("
	    "  'name', quote_ident(a.attname), "
	    "  'type', format_type(a.atttypid, a.atttypmod)||"
	    "  coalesce((SELECT ' COLLATE '||quote_ident(n.nspname)||'.'||"
	    "    quote_ident(c.collname) FROM pg_collation c "
	    "    JOIN pg_namespace n ON n.oid = c.collnamespace "
	    "    WHERE c.oid = a.attcollation AND c.oid <> t.typcollation), '')) "
	    "  ORDER BY a.attnum) FROM pg_attribute a "
	    "  JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = r.oid AND a.attnum > 0 "
	    "  AND NOT a.attisdropped), '[]')) AS attributes "
	    "FROM rel r WHERE r.relkind = 'c' AND "
	    NOT_MEMBER("pg_type", "r.reltype"),
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
};
