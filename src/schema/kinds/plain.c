/* schema/kinds/plain.c - kinds whose objects are one statement each. */

#include "schema/judge.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

void
plain_create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "CREATE %s", object_text(to, "definition"));
}

void
plain_drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP %s", object_fact(from, "drop"));
}

void
plain_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from != NULL && to == NULL)
		judge_b(j, "dependency break");
	else if (from != NULL)
		judge_b(j, "definition replaced");
}
