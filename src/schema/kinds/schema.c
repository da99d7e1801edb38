/* schema/kinds/schema.c - schemas. */

#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/plan.h"

static void
create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "CREATE SCHEMA %s", object_sql(to));
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP SCHEMA %s", object_sql(from));
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from != NULL && to == NULL)
		judge_b(j, "data loss");
}

const struct schema_kind schema_kind_schema = {
	.name = "schema",
	.query = "SELECT " REF("pg_namespace", "n.oid") " AS ref, "
	    "'' AS schema, n.q AS name FROM ours n",
	.create = create,
	.drop = drop,
	.judge = judge,
};
