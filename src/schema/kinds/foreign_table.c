/* schema/kinds/foreign_table.c - foreign tables; their columns are columns. */

#include "base/memory.h"
#include "schema/judge.h"
#include "schema/kinds/column.h"
#include "schema/kinds/options.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

static void
create(struct plan *p, const struct schema_object *to)
{
	struct buffer *b = buffer_new(NULL);

	buffer_printf(b, "CREATE FOREIGN TABLE %s", object_sql(to));
	if (object_text(to, "partition_of") != NULL)
		buffer_printf(b, " PARTITION OF %s %s",
		    object_text(to, "partition_of"), object_text(to, "bound"));
	else
		columns_add(b, p, to, NULL);
	if (object_text(to, "inherits") != NULL)
		buffer_printf(b, " INHERITS (%s)", object_text(to, "inherits"));
	buffer_printf(b, " SERVER %s", object_text(to, "server"));
	options_add(b, to);
	plan_create(p, "%s", b->data);
	talloc_free(b);
	columns_finish(p, to);
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	static const char *const options[] = { "foreign_options", NULL };
	struct buffer *b;

	if (!object_differs_only(from, to, options))
		return false;
	b = buffer_new(NULL);
	options_add_change(b, from, to);
	plan_alter(p, "ALTER FOREIGN TABLE %s%s", object_sql(to), b->data);
	talloc_free(b);
	return true;
}

/* The rows are elsewhere and stay there. */
static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from == NULL)
		return;
	judge_b(j, to == NULL ? "dependency break" :
	    "foreign tables may read elsewhere");
}

const struct schema_kind schema_kind_foreign_table = {
	.name = "foreign table",
	.flags = KIND_PART | KIND_DERIVED | KIND_LOCKS_OTHERS,
	.query = "SELECT " REF("pg_class", "r.oid") " AS ref, r.qs AS schema, "
	    "r.qn AS name, CASE WHEN r.relispartition THEN (SELECT "
	    REF("pg_class", "i.inhparent") " FROM pg_inherits i "
	    "  WHERE i.inhrelid = r.oid) END AS parent, "
	    "jsonb_strip_nulls(jsonb_build_object('server', "
	    "(SELECT quote_ident(s.srvname) FROM pg_foreign_server s "
	    "  WHERE s.oid = t.ftserver), "
	    "'foreign_options', " FOREIGN_OPTIONS("t.ftoptions") ", "
	    "'bound', pg_get_expr(r.relpartbound, r.oid), "
	    "CASE WHEN r.relispartition THEN 'partition_of' ELSE 'inherits' END, "
	    "(SELECT string_agg(quote_ident(n.nspname)||'.'||"
	    "  quote_ident(c.relname), ', ' ORDER BY i.inhseqno) "
	    "  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent "
	    "  JOIN pg_namespace n ON n.oid = c.relnamespace "
	    "  WHERE i.inhrelid = r.oid))) AS attributes, "
	    "jsonb_build_object('drop', 'FOREIGN TABLE '||r.q) AS facts "
	    "FROM rel r JOIN pg_foreign_table t ON t.ftrelid = r.oid",
	.create = create,
	.drop = plain_drop,
	.alter = alter,
	.judge = judge,
};
