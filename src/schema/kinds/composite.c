/* schema/kinds/composite.c - composite types. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/plan.h"

static void
create(struct plan *p, const struct schema_object *to)
{
	struct buffer *b = buffer_new(NULL);
	const json_t *field;
	size_t i;

	buffer_printf(b, "CREATE TYPE %s AS (", object_sql(to));
	json_array_foreach(object_json(to, "fields"), i, field)
		buffer_printf(b, "%s%s %s", i == 0 ? "" : ", ",
		    json_str(field, "name"), json_str(field, "type"));
	buffer_puts(b, ")");
	plan_create(p, "%s", b->data);
	talloc_free(b);
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

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *field;
	size_t i;

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
}

const struct schema_kind schema_kind_composite = {
	.name = "composite type",
	.query = "SELECT " REF("pg_type", "r.reltype") " AS ref, "
	    "r.qs AS schema, r.qn AS name, jsonb_build_object('fields', "
	    "coalesce((SELECT jsonb_agg(jsonb_build_object("
	    "  'name', quote_ident(a.attname), "
	    "  'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum) "
	    "  FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 "
	    "  AND NOT a.attisdropped), '[]')) AS attributes "
	    "FROM rel r WHERE r.relkind = 'c' AND "
	    "('pg_type'::regclass, r.reltype) NOT IN (SELECT * FROM member)",
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
};
