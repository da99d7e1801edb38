/*
 * schema/kinds/subscription.c - subscriptions.
 *
 * Where one connects to is a secret, and never read: it is not compared, and
 * one that is made connects nowhere until somebody says where.
 */

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

static char *
parameters(const void *owner, const struct schema_object *o)
{
	struct buffer *b = buffer_new(owner);
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(object_attributes(o), "options"), name,
	    value)
		buffer_printf(b, "%s%s = %s", b->size == 0 ? "" : ", ", name,
		    json_string_value(value));
	return b->data;
}

static void
set_enabled(struct plan *p, const struct schema_object *to, plan_write write)
{
	write(p, "ALTER SUBSCRIPTION %s %s", object_sql(to),
	    object_flag(to, "enabled") ? "ENABLE" : "DISABLE");
}

/* Neither the connection nor the slot is tried. */
static void
create(struct plan *p, const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);

	plan_create(p, "CREATE SUBSCRIPTION %s CONNECTION '' PUBLICATION %s "
	    "WITH (connect = false, %s)", object_sql(to),
	    object_text(to, "publications"), parameters(scratch, to));
	talloc_free(scratch);
}

/* The slot at the publisher is not this database's to drop. */
static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "ALTER SUBSCRIPTION %s DISABLE", object_sql(from));
	plan_drop(p, "ALTER SUBSCRIPTION %s SET (slot_name = NONE)",
	    object_sql(from));
	plan_drop(p, "DROP SUBSCRIPTION %s", object_sql(from));
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);

	if (object_differs(from, to, "publications"))
		plan_alter(p, "ALTER SUBSCRIPTION %s SET PUBLICATION %s "
		    "WITH (refresh = false)", object_sql(to),
		    object_text(to, "publications"));
	if (object_differs(from, to, "options"))
		plan_alter(p, "ALTER SUBSCRIPTION %s SET (%s)", object_sql(to),
		    parameters(scratch, to));
	if (object_differs(from, to, "enabled"))
		set_enabled(p, to, plan_alter);
	talloc_free(scratch);
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from == NULL)
		judge_b(j, "where it connects to is to be given");
	else if (to == NULL)
		judge_b(j, "data loss: how far it has come");
	else
		judge_b(j, "other changes are received");
}

const struct schema_kind schema_kind_subscription = {
	.name = "subscription",
	.flags = KIND_VERBATIM,
	/* Columns that anyone may read; older servers show fewer. */
	.newer = {{ 150000, "SELECT " REF("pg_subscription", "s.oid") " AS ref, "
	    "'' AS schema, quote_ident(s.subname) AS name, "
	    "jsonb_strip_nulls(jsonb_build_object("
	    "'publications', (SELECT string_agg(quote_ident(x), ', ' ORDER BY x) "
	    "  FROM unnest(s.subpublications) x), "
	    "'enabled', CASE WHEN s.subenabled THEN true END, "
	    "'options', jsonb_build_object("
	    "'slot_name', coalesce(quote_literal(s.subslotname), 'NONE'), "
	    "'synchronous_commit', quote_literal(s.subsynccommit), "
	    "'binary', s.subbinary::text, "
	    "'disable_on_error', s.subdisableonerr::text))) AS attributes "
	    "FROM pg_subscription s "
	    "WHERE s.subdbid = (SELECT oid FROM pg_database "
	    "  WHERE datname = current_database())" }},
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
};
