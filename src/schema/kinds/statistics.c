/* schema/kinds/statistics.c - extended statistics. */

#include "base/str.h"
#include "schema/judge.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

static void
set_target(struct plan *p, const struct schema_object *to, plan_write write)
{
	const char *target = object_text(to, "target");

	write(p, "ALTER STATISTICS %s SET STATISTICS %s", object_sql(to),
	    target == NULL ? "-1" : target);
}

static void
create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "%s", object_text(to, "definition"));
	if (object_text(to, "target") != NULL)
		set_target(p, to, plan_create);
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "definition"))
		return false;
	set_target(p, to, plan_alter);
	return true;
}

/* Made anew by ANALYZE: nothing is lost but a plan for a while. */
static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from != NULL && (to == NULL ||
	    object_differs(from, to, "definition")))
		judge_b(j, "statistics dropped");
}

const struct schema_kind schema_kind_statistics = {
	.name = "statistics",
	.flags = KIND_PART | KIND_DERIVED | KIND_BLOCKS,
	.query = "SELECT " REF("pg_statistic_ext", "s.oid") " AS ref, "
	    "n.q AS schema, quote_ident(s.stxname) AS name, "
	    REF("pg_class", "r.oid") " AS parent, "
	    "jsonb_strip_nulls(jsonb_build_object('definition', "
	    "pg_get_statisticsobjdef(s.oid), 'target', CASE WHEN "
	    "(to_jsonb(s)->>'stxstattarget')::int >= 0 THEN "
	    "to_jsonb(s)->>'stxstattarget' END)) AS attributes, "
	    "jsonb_build_object('drop', 'STATISTICS '||n.q||'.'||"
	    "quote_ident(s.stxname)) AS facts "
	    "FROM pg_statistic_ext s JOIN ours n ON n.oid = s.stxnamespace "
	    "JOIN rel r ON r.oid = s.stxrelid "
	    "WHERE " NOT_MEMBER("pg_statistic_ext", "s.oid"),
	.create = create,
	.drop = plain_drop,
	.alter = alter,
	.judge = judge,
};
