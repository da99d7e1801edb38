/*
 * schema/kinds/event_trigger.c - event triggers.  They come last and go
 * first: they are called for what the others write.  One that calls into a
 * schema that is not ours is not ours either.
 */

#include "base/str.h"
#include "schema/judge.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

static void
set_enabled(struct plan *p, const struct schema_object *to, plan_write write)
{
	const char *enabled = object_text(to, "enabled");

	write(p, "ALTER EVENT TRIGGER %s %s", object_sql(to),
	    enabled == NULL ? "ENABLE" : enabled);
}

static void
create(struct plan *p, const struct schema_object *to)
{
	plain_create(p, to);
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
	judge_b(j, "every schema change calls it");
}

const struct schema_kind schema_kind_event_trigger = {
	.name = "event trigger",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	.query = "SELECT " REF("pg_event_trigger", "e.oid") " AS ref, "
	    "'' AS schema, quote_ident(e.evtname) AS name, "
	    "jsonb_strip_nulls(jsonb_build_object('definition', "
	    "'EVENT TRIGGER '||quote_ident(e.evtname)||' ON '||e.evtevent||"
	    "coalesce(' WHEN TAG IN ('||(SELECT string_agg(quote_literal(x), "
	    "', ' ORDER BY n) FROM unnest(e.evttags) WITH ORDINALITY u(x, n))||"
	    "')', '')||' EXECUTE FUNCTION '||e.evtfoid::regproc||'()', "
	    "'enabled', CASE e.evtenabled WHEN 'D' THEN 'DISABLE' "
	    "  WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' "
	    "  END)) AS attributes, "
	    "jsonb_build_object('drop', 'EVENT TRIGGER '||"
	    "quote_ident(e.evtname)) AS facts "
	    "FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid "
	    "JOIN ours n ON n.oid = p.pronamespace WHERE "
	    NOT_MEMBER("pg_event_trigger", "e.oid"),
	.create = create,
	.drop = plain_drop,
	.alter = alter,
	.judge = judge,
};
