/* schema/kinds/table.c - tables, partitioned ones and partitions. */

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/kinds/column.h"
#include "schema/kinds/table.h"
#include "schema/measure.h"
#include "schema/plan.h"

bool
table_is_partitioned(struct plan *p, const char *key)
{
	const struct schema_object *table = plan_target(p, key);

	return table != NULL && object_text(table, "partition_key") != NULL;
}

static void
set_row_security(struct plan *p, const struct schema_object *to,
    plan_write write)
{
	write(p, "ALTER TABLE %s %s ROW LEVEL SECURITY", object_sql(to),
	    object_flag(to, "row_security") ? "ENABLE" : "DISABLE");
}

static void
force_row_security(struct plan *p, const struct schema_object *to,
    plan_write write)
{
	write(p, "ALTER TABLE %s %sFORCE ROW LEVEL SECURITY", object_sql(to),
	    object_flag(to, "force_row_security") ? "" : "NO ");
}

/* An index that identifies replicas says so itself. */
static void
set_replica_identity(struct plan *p, const struct schema_object *to,
    plan_write write)
{
	const char *identity = object_text(to, "replica_identity");

	if (!str_equal(identity, "index"))
		write(p, "ALTER TABLE %s REPLICA IDENTITY %s", object_sql(to),
		    identity == NULL ? "DEFAULT" : identity);
}

/* A typed table's columns are those of its type, whoever made them. */
static void
set_type(struct plan *p, const struct schema_object *to, plan_write write)
{
	const char *type = object_text(to, "of_type");

	write(p, "ALTER TABLE %s %sOF %s", object_sql(to),
	    type == NULL ? "NOT " : "", type == NULL ? "" : type);
}

static void
create(struct plan *p, const struct schema_object *to)
{
	struct buffer *b = buffer_new(NULL);

	buffer_printf(b, "CREATE %sTABLE %s",
	    object_text(to, "persistence") != NULL ? "UNLOGGED " : "",
	    object_sql(to));
	if (object_text(to, "partition_of") != NULL)
		buffer_printf(b, " PARTITION OF %s %s",
		    object_text(to, "partition_of"), object_text(to, "bound"));
	else
		columns_add(b, p, to, object_fact(to, "merged_columns"));
	if (object_text(to, "inherits") != NULL)
		buffer_printf(b, " INHERITS (%s)", object_text(to, "inherits"));
	if (object_text(to, "partition_key") != NULL)
		buffer_printf(b, " PARTITION BY %s",
		    object_text(to, "partition_key"));
	if (object_text(to, "access_method") != NULL)
		buffer_printf(b, " USING %s", object_text(to, "access_method"));
	if (object_text(to, "options") != NULL)
		buffer_printf(b, " WITH (%s)",
		    object_fact(to, "options_as_set"));
	plan_create(p, "%s", b->data);
	talloc_free(b);

	columns_finish(p, to);
	if (object_text(to, "of_type") != NULL)
		set_type(p, to, plan_create);
	if (object_flag(to, "row_security"))
		set_row_security(p, to, plan_create);
	if (object_flag(to, "force_row_security"))
		force_row_security(p, to, plan_create);
	if (object_text(to, "replica_identity") != NULL)
		set_replica_identity(p, to, plan_create);
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP TABLE %s", object_sql(from));
}

/* What from sets and to does not goes back to its default. */
static void
alter_options(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const char *names = object_fact(from, "option_names");

	if (names != NULL)
		plan_alter(p, "ALTER TABLE %s RESET (%s)", object_sql(to), names);
	if (object_text(to, "options") != NULL)
		plan_alter(p, "ALTER TABLE %s SET (%s)", object_sql(to),
		    object_fact(to, "options_as_set"));
}

static void
attach(struct plan *p, const struct schema_object *to)
{
	plan_alter(p, "ALTER TABLE %s ATTACH PARTITION %s %s",
	    object_text(to, "partition_of"), object_sql(to),
	    object_text(to, "bound"));
}

/* A default partition is read in any case, for rows that belong to this one. */
static bool
has_default(struct plan *p, const struct schema_object *to)
{
	char *key = mem_printf(NULL, "table %s", object_text(to, "partition_of"));
	const struct schema_object *parent = plan_target(p, key);
	const struct schema_object **parts = parent == NULL ? NULL :
	    plan_parts(p, parent, "table");
	bool has = false;

	for (; parts != NULL && *parts != NULL; parts++)
		has = has || str_equal(object_text(*parts, "bound"), "DEFAULT");
	talloc_free(key);
	return has;
}

/*
 * The other form of what was written last: a check that was proved by reading
 * the rows while others write lets ATTACH pass without reading them again.
 * One that comes from another parent would be nobody's meanwhile.
 */
static void
attach_proved(struct plan *p, const struct schema_object *to)
{
	const char *check = object_fact(to, "bound_check"), *name = object_sql(to);

	if (check == NULL || has_default(p, to))
		return;
	plan_mark(p, MARK_PLAIN | MARK_SCANS);
	plan_alter(p, "ALTER TABLE %s ADD CONSTRAINT pgrunbook_bound CHECK (%s) "
	    "NOT VALID", name, check);
	plan_mark(p, MARK_SAFE);
	plan_alter(p, "ALTER TABLE %s VALIDATE CONSTRAINT pgrunbook_bound", name);
	plan_mark(p, MARK_SAFE | MARK_LATER | MARK_SCANS);
	attach(p, to);
	plan_mark(p, MARK_SAFE);
	plan_alter(p, "ALTER TABLE %s DROP CONSTRAINT pgrunbook_bound", name);
	plan_mark(p, MARK_SAFE);
}

static void
alter_partition(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_text(from, "partition_of") != NULL)
		plan_unbind(p, "ALTER TABLE %s DETACH PARTITION %s",
		    object_text(from, "partition_of"), object_sql(from));
	if (object_text(to, "partition_of") == NULL)
		return;
	attach(p, to);
	plan_mark(p, MARK_SCANS);
	if (object_text(from, "partition_of") == NULL)
		attach_proved(p, to);
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "partition_key") ||
	    object_differs(from, to, "partition_key_types"))
		return false;
	if (object_differs(from, to, "inherits")) {
		if (object_text(from, "inherits") != NULL)
			plan_unbind(p, "ALTER TABLE %s NO INHERIT %s",
			    object_sql(from), object_text(from, "inherits"));
		if (object_text(to, "inherits") != NULL)
			plan_alter(p, "ALTER TABLE %s INHERIT %s",
			    object_sql(to), object_text(to, "inherits"));
	}
	if (object_differs(from, to, "partition_of") ||
	    object_differs(from, to, "bound"))
		alter_partition(p, from, to);
	if (object_differs(from, to, "persistence")) {
		plan_alter(p, "ALTER TABLE %s SET %s", object_sql(to),
		    object_text(to, "persistence") != NULL ? "UNLOGGED" :
		    "LOGGED");
		plan_mark(p, MARK_REWRITES);
	}
	if (object_differs(from, to, "access_method")) {
		plan_alter(p, "ALTER TABLE %s SET ACCESS METHOD %s",
		    object_sql(to), object_text(to, "access_method") != NULL ?
		    object_text(to, "access_method") : "heap");
		plan_mark(p, MARK_REWRITES);
	}
	if (object_differs(from, to, "options"))
		alter_options(p, from, to);
	if (object_differs(from, to, "row_security"))
		set_row_security(p, to, plan_alter);
	if (object_differs(from, to, "force_row_security"))
		force_row_security(p, to, plan_alter);
	if (object_differs(from, to, "replica_identity"))
		set_replica_identity(p, to, plan_alter);
	if (object_differs(from, to, "of_type"))
		set_type(p, to, plan_alter);
	return true;
}

/* A table that becomes a partition has its keys from its parent. */
static bool
absorbs(const struct schema_object *from, const struct schema_object *to)
{
	return (object_text(from, "partition_of") == NULL) !=
	    (object_text(to, "partition_of") == NULL);
}

static bool
moves(const struct schema_object *from, const struct schema_object *to)
{
	return !object_differs(from, to, "partition_key") &&
	    !object_differs(from, to, "partition_key_types") &&
	    (object_differs(from, to, "partition_of") ||
	    object_differs(from, to, "inherits"));
}

static void
judge_change(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "partition_key") ||
	    object_differs(from, to, "partition_key_types"))
		judge_b(j, "data loss");
	if (object_differs(from, to, "partition_of") ||
	    object_differs(from, to, "bound") ||
	    object_differs(from, to, "inherits")) {
		judge_b(j, "partition moved");
	}
	if (object_differs(from, to, "persistence") &&
	    object_text(to, "persistence") != NULL)
		judge_b(j, "data loss after a crash");
	if (object_differs(from, to, "row_security") ||
	    object_differs(from, to, "force_row_security"))
		judge_b(j, "access changes");
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from != NULL && to != NULL) {
		judge_change(j, from, to);
	} else if (from != NULL) {
		judge_b(j, "data loss");
		judge_note(j, "unknown to the migrations: out of scope?");
	}
}

static char *
rename_text(const void *owner, const struct schema_object *from,
    const struct schema_object *to)
{
	return mem_printf(owner, "ALTER TABLE %s RENAME TO %s",
	    object_sql(from), to->name);
}

static int
measure(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	(void)to;
	return from == NULL ? 0 : measure_table(m, object_sql(from), err);
}

const struct schema_kind schema_kind_table = {
	.name = "table",
	.flags = KIND_PART | KIND_HOLDS | KIND_LOCKS_OTHERS,
	.query = "SELECT " REF("pg_class", "r.oid") " AS ref, r.qs AS schema, "
	    "r.qn AS name, CASE WHEN r.relispartition THEN (SELECT "
	    REF("pg_class", "i.inhparent") " FROM pg_inherits i "
	    "  WHERE i.inhrelid = r.oid) END AS parent, "
	    "CASE WHEN r.relpersistence = 'u' "
	    "  THEN 'unlogged' END AS persistence, "
	    "CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END "
	    "  AS partition_key, "
	    /* No server changes the type of a column in it. */
	    "CASE WHEN r.relkind = 'p' THEN (SELECT string_agg("
	    "  format_type(a.atttypid, a.atttypmod), ', ' ORDER BY k.n) "
	    "  FROM pg_partitioned_table p, unnest(p.partattrs::int2[]) "
	    "  WITH ORDINALITY k(number, n) JOIN pg_attribute a "
	    "  ON a.attnum = k.number WHERE p.partrelid = r.oid "
	    "  AND a.attrelid = r.oid) END AS partition_key_types, "
	    "CASE WHEN r.relispartition THEN h.parents END AS partition_of, "
	    "pg_get_expr(r.relpartbound, r.oid) AS bound, "
	    "CASE WHEN NOT r.relispartition THEN h.parents END AS inherits, "
	    "CASE WHEN r.relrowsecurity THEN true END AS row_security, "
	    "CASE WHEN r.relforcerowsecurity THEN true END "
	    "  AS force_row_security, "
	    "CASE r.relreplident WHEN 'n' THEN 'NOTHING' "
	    "  WHEN 'f' THEN 'FULL' WHEN 'i' THEN 'index' END "
	    "  AS replica_identity, "
	    "CASE WHEN r.relam <> (SELECT oid FROM pg_am WHERE amname = 'heap') "
	    "  THEN (SELECT quote_ident(m.amname) FROM pg_am m "
	    "  WHERE m.oid = r.relam) END AS access_method, "
	    "CASE WHEN r.reloftype <> 0 THEN "
	    "  format_type(r.reloftype, NULL) END AS of_type, "
	    "h.keys AS \"@parents\", " OWNER("r") " AS \"@owner\", "
	    /* What it would keep if its parent lost them. */
	    "CASE WHEN h.parents IS NOT NULL AND NOT r.relispartition THEN ("
	    "  SELECT string_agg(quote_ident(a.attname)||' '||"
	    "  format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) "
	    "  FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 "
	    "  AND NOT a.attisdropped AND a.attislocal AND " INHERITED("a", "r")
	    "  ) END AS \"@merged_columns\", "
	    "CASE WHEN o.list IS NOT NULL THEN " SORTED("o.list") " END "
	    "  AS options, "
	    /* That of a hash names the parent by its number, a default's the others. */
	    "CASE WHEN r.relispartition AND pg_get_expr(r.relpartbound, r.oid) "
	    "  ~ '^FOR VALUES (FROM|IN)' THEN "
	    "  pg_get_partition_constraintdef(r.oid) END AS \"@bound_check\", "
	    "array_to_string(o.list, ', ') AS \"@options_as_set\", "
	    "CASE WHEN o.list IS NOT NULL THEN (SELECT string_agg("
	    "  split_part(x, '=', 1), ', ' ORDER BY x) FROM unnest(o.list) x) "
	    "  END AS \"@option_names\" "
	    "FROM rel r LEFT JOIN LATERAL (SELECT r.reloptions||CASE "
	    "  WHEN r.reltoastrelid IN (SELECT oid FROM pg_class "
	    "  WHERE relkind = 't' AND reloptions IS NOT NULL) THEN (SELECT "
	    "  array_agg('toast.'||x) FROM pg_class t, unnest(t.reloptions) x "
	    "  WHERE t.oid = r.reltoastrelid) END AS list) o ON true "
	    "LEFT JOIN (SELECT i.inhrelid, string_agg("
	    "  quote_ident(n.nspname)||'.'||quote_ident(c.relname), ', ' "
	    "  ORDER BY i.inhseqno) AS parents, jsonb_agg(CASE c.relkind "
	    "  WHEN 'f' THEN 'foreign ' ELSE '' END||'table '||"
	    "  quote_ident(n.nspname)||'.'||quote_ident(c.relname) "
	    "  ORDER BY i.inhseqno) AS keys FROM pg_inherits i "
	    "  JOIN pg_class c ON c.oid = i.inhparent "
	    "  JOIN pg_namespace n ON n.oid = c.relnamespace "
	    "  GROUP BY i.inhrelid) h ON h.inhrelid = r.oid "
	    "WHERE r.relkind IN ('r', 'p')",
	.create = create,
	.drop = drop,
	.alter = alter,
	.absorbs = absorbs,
	.moves = moves,
	.judge = judge,
	.rename = rename_text,
	.measure = measure,
};
