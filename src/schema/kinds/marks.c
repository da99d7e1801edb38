/* schema/kinds/marks.c - the indexes of a table that are marked. */

#include "schema/kinds/marks.h"

static void
mark(struct plan *p, const struct schema_object *to, plan_write write,
    const char *words)
{
	write(p, "ALTER TABLE %s %s %s", object_fact(to, "table"), words,
	    object_fact(to, "index"));
}

void
marks_create(struct plan *p, const struct schema_object *to)
{
	if (object_flag(to, "clustered"))
		mark(p, to, plan_create, "CLUSTER ON");
	if (object_flag(to, "replica_identity"))
		mark(p, to, plan_create, "REPLICA IDENTITY USING INDEX");
}

void
marks_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	/* Before another one is marked instead. */
	if (object_flag(from, "clustered") && !object_flag(to, "clustered"))
		plan_unbind(p, "ALTER TABLE %s SET WITHOUT CLUSTER",
		    object_fact(from, "table"));
	if (!object_flag(from, "clustered") && object_flag(to, "clustered"))
		mark(p, to, plan_alter, "CLUSTER ON");
	if (!object_flag(from, "replica_identity") &&
	    object_flag(to, "replica_identity"))
		mark(p, to, plan_alter, "REPLICA IDENTITY USING INDEX");
}
