/*
 * schema/kinds/extension.c - extensions, but for those that a platform
 * installs in its own schemas.  Their versions are not compared.
 */

#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/plan.h"

static void
create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "CREATE EXTENSION IF NOT EXISTS %s WITH SCHEMA %s",
	    object_sql(to), object_text(to, "schema"));
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP EXTENSION %s", object_sql(from));
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	(void)from;
	plan_alter(p, "ALTER EXTENSION %s SET SCHEMA %s", object_sql(to),
	    object_text(to, "schema"));
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (to == NULL)
		judge_b(j, "data loss");
	else if (from != NULL)
		judge_b(j, "dependency break");
}

const struct schema_kind schema_kind_extension = {
	.name = "extension",
	.flags = KIND_NAMED,
	.query = "SELECT " REF("pg_extension", "e.oid") " AS ref, "
	    "'' AS schema, quote_ident(e.extname) AS name, "
	    "jsonb_build_object('schema', quote_ident(n.nspname)) AS attributes "
	    "FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
	    "WHERE e.extname <> 'plpgsql' "
	    "AND n.oid NOT IN (SELECT oid FROM platform)",
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
};
