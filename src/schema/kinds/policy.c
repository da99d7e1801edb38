/* schema/kinds/policy.c - row-level security policies. */

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/plan.h"

static void
create(struct plan *p, const struct schema_object *to)
{
	struct buffer *b = buffer_new(NULL);

	buffer_printf(b, "CREATE POLICY %s ON %s AS %s FOR %s TO %s",
	    object_fact(to, "policy"), object_fact(to, "table"),
	    object_flag(to, "restrictive") ? "RESTRICTIVE" : "PERMISSIVE",
	    object_text(to, "command"), object_text(to, "roles"));
	if (object_text(to, "using") != NULL)
		buffer_printf(b, " USING (%s)", object_text(to, "using"));
	if (object_text(to, "check") != NULL)
		buffer_printf(b, " WITH CHECK (%s)", object_text(to, "check"));
	plan_create(p, "%s", b->data);
	talloc_free(b);
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP POLICY %s ON %s", object_fact(from, "policy"),
	    object_fact(from, "table"));
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	(void)from;
	(void)to;
	judge_b(j, "access changes");
}

const struct schema_kind schema_kind_policy = {
	.name = "policy",
	.flags = KIND_PART | KIND_DERIVED | KIND_BLOCKS,
	.query = "SELECT " REF("pg_policy", "p.oid") " AS ref, "
	    "r.qs AS schema, r.qn||'.'||quote_ident(p.polname) AS name, "
	    REF("pg_class", "r.oid") " AS parent, "
	    "jsonb_strip_nulls(jsonb_build_object("
	    "'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' "
	    "  WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' "
	    "  WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, "
	    "'restrictive', CASE WHEN NOT p.polpermissive THEN true END, "
	    "'roles', (SELECT string_agg(x, ', ' ORDER BY x) FROM (SELECT "
	    "  CASE WHEN u = 0 THEN 'PUBLIC' ELSE quote_ident(rolname) END x "
	    "  FROM unnest(p.polroles) u LEFT JOIN pg_roles o ON o.oid = u) y), "
	    "'using', pg_get_expr(p.polqual, p.polrelid), "
	    "'check', pg_get_expr(p.polwithcheck, p.polrelid))) AS attributes, "
	    "jsonb_build_object('table', r.q, "
	    "'policy', quote_ident(p.polname)) AS facts "
	    /* Those on a platform's tables say who may what of our rows in it. */
	    "FROM pg_policy p JOIN any_rel r ON r.oid = p.polrelid",
	.create = create,
	.drop = drop,
	.judge = judge,
};
