/* schema/kinds/rule.c - rewrite rules, but for those that views are. */

#include <string.h>

#include "base/str.h"
#include "schema/judge.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

static void
set_enabled(struct plan *p, const struct schema_object *to, plan_write write)
{
	const char *enabled = object_text(to, "enabled");

	write(p, "ALTER TABLE %s %s RULE %s", object_fact(to, "table"),
	    enabled == NULL ? "ENABLE" : enabled, object_fact(to, "rule"));
}

static void
create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "%s", object_text(to, "definition"));
	if (object_text(to, "enabled") != NULL)
		set_enabled(p, to, plan_create);
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "definition"))
		return false;
	set_enabled(p, to, plan_alter);
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	(void)from;
	(void)to;
	judge_b(j, "statements do something else");
}

const struct schema_kind schema_kind_rule = {
	.name = "rule",
	.flags = KIND_PART | KIND_DERIVED | KIND_BLOCKS,
	.query = "SELECT " REF("pg_rewrite", "w.oid") " AS ref, "
	    "r.qs AS schema, r.qn||'.'||quote_ident(w.rulename) AS name, "
	    REF("pg_class", "r.oid") " AS parent, "
	    "jsonb_strip_nulls(jsonb_build_object("
	    "'definition', rtrim(pg_get_ruledef(w.oid), ';'), "
	    "'enabled', CASE w.ev_enabled WHEN 'D' THEN 'DISABLE' "
	    "  WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' "
	    "  END)) AS attributes, "
	    "jsonb_build_object('table', r.q, 'rule', quote_ident(w.rulename), "
	    "'drop', 'RULE '||quote_ident(w.rulename)||' ON '||r.q) AS facts "
	    "FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class "
	    "WHERE w.rulename <> '_RETURN'",
	.create = create,
	.drop = plain_drop,
	.alter = alter,
	.judge = judge,
};
