/* schema/kinds/trigger.c - triggers. */

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/plan.h"

static const char *
enabled_words(const struct schema_object *o)
{
	const char *enabled = object_text(o, "enabled");

	if (str_equal(enabled, "no"))
		return "DISABLE";
	if (str_equal(enabled, "replica"))
		return "ENABLE REPLICA";
	return str_equal(enabled, "always") ? "ENABLE ALWAYS" : "ENABLE";
}

static void
create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "%s", object_text(to, "definition"));
	if (object_text(to, "enabled") != NULL)
		plan_create(p, "ALTER TABLE %s %s TRIGGER %s",
		    object_fact(to, "table"), enabled_words(to),
		    object_fact(to, "trigger"));
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP TRIGGER %s ON %s", object_fact(from, "trigger"),
	    object_fact(from, "table"));
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "definition"))
		return false;
	plan_alter(p, "ALTER TABLE %s %s TRIGGER %s", object_fact(to, "table"),
	    enabled_words(to), object_fact(to, "trigger"));
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (to == NULL)
		judge_b(j, "trigger dropped");
	else if (from != NULL)
		judge_b(j, "definition replaced");
}

/* A partition's that came from its parent's is that one's. */
#define QUERY(own) \
	"SELECT " REF("pg_trigger", "t.oid") " AS ref, " \
	"r.qs AS schema, r.qn||'.'||quote_ident(t.tgname) AS name, " \
	REF("pg_class", "r.oid") " AS parent, " \
	"jsonb_strip_nulls(jsonb_build_object(" \
	"'definition', pg_get_triggerdef(t.oid), " \
	"'enabled', CASE t.tgenabled WHEN 'D' THEN 'no' " \
	"  WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END)) " \
	"AS attributes, jsonb_build_object('table', r.q, " \
	"'trigger', quote_ident(t.tgname)) AS facts " \
	/* One on a platform's table is ours where it calls what is ours. */ \
	"FROM pg_trigger t JOIN any_rel r ON r.oid = t.tgrelid " \
	"WHERE NOT t.tgisinternal" own " AND (r.is_ours OR EXISTS (SELECT " \
	"  FROM pg_proc f JOIN ours n ON n.oid = f.pronamespace " \
	"  WHERE f.oid = t.tgfoid AND " NOT_MEMBER("pg_proc", "f.oid") "))"

const struct schema_kind schema_kind_trigger = {
	.name = "trigger",
	.flags = KIND_PART | KIND_DERIVED | KIND_BLOCKS,
	.query = QUERY(""),
	.newer = {{ 130000, QUERY(" AND t.tgparentid = 0") }},
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
};
