/* schema/kinds/function.c - functions and procedures. */

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/plan.h"

/* A body may name what is made later. */
static void
create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "SET check_function_bodies = off");
	plan_create(p, "%s", object_text(to, "definition"));
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP %s %s", object_fact(from, "word"), object_sql(from));
}

/* CREATE OR REPLACE keeps names of parameters, defaults and result. */
static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (!str_equal(object_fact(from, "shape"), object_fact(to, "shape")) ||
	    !str_equal(object_fact(from, "word"), object_fact(to, "word")))
		return false;
	plan_alter(p, "SET check_function_bodies = off");
	plan_alter(p, "%s", object_text(to, "definition"));
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from == NULL)
		return;
	if (to == NULL)
		judge_b(j, "dependency break");
	else
		judge_b(j, "definition replaced");
}

const struct schema_kind schema_kind_function = {
	.name = "function",
	.flags = KIND_DERIVED | KIND_BLOCKS | KIND_VERBATIM,
	.query = "SELECT " REF("pg_proc", "p.oid") " AS ref, n.q AS schema, "
	    "quote_ident(p.proname)||'('||oidvectortypes(p.proargtypes)||')' "
	    "AS name, jsonb_build_object('definition', "
	    "  rtrim(pg_get_functiondef(p.oid), E'\\n')) AS attributes, "
	    "jsonb_build_object('word', CASE p.prokind WHEN 'p' "
	    "  THEN 'PROCEDURE' ELSE 'FUNCTION' END, 'shape', concat("
	    "  pg_get_function_arguments(p.oid), ' returns ', "
	    "  pg_get_function_result(p.oid))) AS facts "
	    "FROM pg_proc p JOIN ours n ON n.oid = p.pronamespace "
	    "WHERE p.prokind <> 'a' "
	    "AND " NOT_MEMBER("pg_proc", "p.oid") " "
	    "AND p.oid NOT IN (SELECT d.objid FROM pg_depend d "
	    "  WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'i')",
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
};
