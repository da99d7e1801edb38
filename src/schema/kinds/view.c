/* schema/kinds/view.c - views and materialized views. */

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/measure.h"
#include "schema/plan.h"

static const char *
options(const struct schema_object *o)
{
	const char *text = object_fact(o, "options_as_set");

	return text == NULL ? "" : text;
}

static const char *
with(const struct schema_object *o)
{
	return *options(o) == '\0' ? "" : " WITH (";
}

static const char *
end(const struct schema_object *o)
{
	return *options(o) == '\0' ? "" : ")";
}

static void
view_create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "CREATE VIEW %s%s%s%s AS\n%s", object_sql(to), with(to),
	    options(to), end(to), object_text(to, "definition"));
}

static void
view_drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP VIEW %s", object_sql(from));
}

/* CREATE OR REPLACE may append columns, and nothing else to them. */
static bool
replaceable(const struct schema_object *from, const struct schema_object *to)
{
	const json_t *old = object_fact_json(from, "columns");
	const json_t *new = object_fact_json(to, "columns");
	const json_t *column;
	size_t i;

	if (json_array_size(new) < json_array_size(old))
		return false;
	json_array_foreach(old, i, column)
		if (!json_equal(column, json_array_get(new, i)))
			return false;
	return true;
}

static bool
view_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (!replaceable(from, to))
		return false;
	plan_alter(p, "CREATE OR REPLACE VIEW %s%s%s%s AS\n%s", object_sql(to),
	    with(to), options(to), end(to), object_text(to, "definition"));
	return true;
}

static void
view_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from == NULL)
		return;
	if (to == NULL || !replaceable(from, to))
		judge_b(j, "dependency break");
	else
		judge_b(j, "definition replaced");
}

#define VIEW_QUERY(relkind, more) \
	"SELECT " REF("pg_class", "r.oid") " AS ref, r.qs AS schema, " \
	"r.qn AS name, jsonb_strip_nulls(jsonb_build_object(" \
	"'definition', trim(both E' \\n' FROM rtrim(" \
	"  pg_get_viewdef(r.oid), '; ')), " \
	"'options', " SORTED("r.reloptions") ")) AS attributes, " \
	"jsonb_strip_nulls(jsonb_build_object('options_as_set', " \
	"array_to_string(r.reloptions, ', '), " \
	"'columns', (SELECT jsonb_agg(" \
	"  quote_ident(a.attname)||' '||format_type(a.atttypid, a.atttypmod) " \
	"  ORDER BY a.attnum) FROM pg_attribute a " \
	"  WHERE a.attrelid = r.oid AND a.attnum > 0)" more ")) AS facts " \
	"FROM rel r WHERE r.relkind = '" relkind "'"

const struct schema_kind schema_kind_view = {
	.name = "view",
	.flags = KIND_DERIVED | KIND_BLOCKS,
	.query = VIEW_QUERY("v", ""),
	.create = view_create,
	.drop = view_drop,
	.alter = view_alter,
	.judge = view_judge,
};

static void
matview_create(struct plan *p, const struct schema_object *to)
{
	const json_t *populated = object_fact_json(to, "populated");

	plan_create(p, "CREATE MATERIALIZED VIEW %s%s%s%s AS\n%s%s",
	    object_sql(to), with(to), options(to), end(to),
	    object_text(to, "definition"),
	    json_is_false(populated) ? "\nWITH NO DATA" : "");
}

static void
matview_drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP MATERIALIZED VIEW %s", object_sql(from));
}

static void
matview_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from != NULL)
		judge_b(j, "dependency break");
	if (from != NULL && to != NULL)
		judge_note(j, "its query runs again");
}

static int
matview_measure(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	(void)to;
	return from == NULL ? 0 : measure_table(m, object_sql(from), err);
}

const struct schema_kind schema_kind_materialized_view = {
	.name = "materialized view",
	.flags = KIND_DERIVED | KIND_BLOCKS,
	.query = VIEW_QUERY("m", ", 'populated', r.relispopulated"),
	.create = matview_create,
	.drop = matview_drop,
	.judge = matview_judge,
	.measure = matview_measure,
};
