/*
 * schema/kinds/sequence.c - sequences, and which column owns one.
 *
 * An identity column's sequence is part of the column and no object here.
 * Where the next value stands is data and not compared.
 */

#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/session.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/kinds/sequence.h"
#include "schema/plan.h"

static const char *
cycle(const struct schema_object *o)
{
	return object_flag(o, "cycle") ? "CYCLE" : "NO CYCLE";
}

static void
create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "CREATE%s SEQUENCE %s AS %s START WITH %s "
	    "INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %s",
	    object_text(to, "persistence") != NULL ? " UNLOGGED" : "",
	    object_sql(to), object_text(to, "type"), object_text(to, "start"),
	    object_text(to, "increment"), object_text(to, "min"),
	    object_text(to, "max"), object_text(to, "cache"), cycle(to));
}

/* It may have gone with the column that owned it. */
static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP SEQUENCE IF EXISTS %s", object_sql(from));
}

void
sequence_bring_within(struct plan *p, const char *name,
    const struct sequence_bounds *from, const struct sequence_bounds *to)
{
	char *text = pg_quote_literal(NULL, name);
	bool above = strtoll(to->min, NULL, 10) > strtoll(from->max, NULL, 10);
	bool below = strtoll(to->max, NULL, 10) < strtoll(from->min, NULL, 10);

	if (above || below)
		plan_alter(p, "ALTER SEQUENCE %s AS bigint MINVALUE %s "
		    "MAXVALUE %s", name, above ? from->min : to->min,
		    above ? to->max : from->max);
	plan_alter(p, "SELECT setval(%s, %s, false) FROM %s "
	    "WHERE last_value < %s", text, to->min, name, to->min);
	plan_alter(p, "SELECT setval(%s, %s) FROM %s WHERE last_value > %s",
	    text, to->max, name, to->max);
	talloc_free(text);
}

static struct sequence_bounds
bounds(const struct schema_object *o)
{
	return (struct sequence_bounds){ object_text(o, "min"),
		object_text(o, "max") };
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	static const char *const attributes[] = { "type", "start", "increment",
	    "min", "max", "cache", NULL };
	static const char *const words[] = { "AS", "START WITH",
	    "INCREMENT BY", "MINVALUE", "MAXVALUE", "CACHE" };
	struct buffer *b = buffer_new(NULL);

	const struct sequence_bounds old = bounds(from), new = bounds(to);

	if (!str_equal(old.min, new.min) || !str_equal(old.max, new.max))
		sequence_bring_within(p, object_sql(to), &old, &new);
	for (int i = 0; attributes[i] != NULL; i++)
		if (object_differs(from, to, attributes[i]))
			buffer_printf(b, " %s %s", words[i],
			    object_text(to, attributes[i]));
	/* It may be bigint by now, to be brought within its bounds. */
	if (b->size > 0 && !object_differs(from, to, "type"))
		buffer_printf(b, " AS %s", object_text(to, "type"));
	if (object_differs(from, to, "cycle"))
		buffer_printf(b, " %s", cycle(to));
	if (b->size > 0)
		plan_alter(p, "ALTER SEQUENCE %s%s", object_sql(to), b->data);
	if (object_differs(from, to, "persistence"))
		plan_alter(p, "ALTER SEQUENCE %s SET %s", object_sql(to),
		    object_text(to, "persistence") != NULL ? "UNLOGGED" :
		    "LOGGED");
	talloc_free(b);
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from == NULL)
		return;
	if (to == NULL) {
		judge_b(j, "data loss: where it stands is forgotten");
		return;
	}
	if (object_differs(from, to, "type"))
		judge_b(j, "type coercion");
	if (object_differs(from, to, "min") || object_differs(from, to, "max"))
		judge_b(j, "goes on elsewhere where it stands outside");
}

const struct schema_kind schema_kind_sequence = {
	.name = "sequence",
	.flags = KIND_PART | KIND_FIRST,
	.query = "SELECT " REF("pg_class", "r.oid") " AS ref, "
	    "r.qs AS schema, r.qn AS name, "
	    "(SELECT " REF_COLUMN("d.refobjid", "d.refobjsubid") " "
	    "  FROM pg_depend d WHERE d.classid = 'pg_class'::regclass "
	    "  AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass "
	    "  AND d.deptype = 'a' AND d.refobjsubid > 0) AS parent, "
	    "jsonb_strip_nulls(jsonb_build_object("
	    "'type', format_type(s.seqtypid, NULL), "
	    "'start', s.seqstart::text, 'increment', s.seqincrement::text, "
	    "'min', s.seqmin::text, 'max', s.seqmax::text, "
	    "'cache', s.seqcache::text, "
	    "'cycle', CASE WHEN s.seqcycle THEN true END, "
	    "'persistence', CASE WHEN r.relpersistence = 'u' "
	    "  THEN 'unlogged' END)) AS attributes, "
	    OWNER("r") " AS \"@owner\" "
	    "FROM rel r JOIN pg_sequence s ON s.seqrelid = r.oid "
	    /* All at once: most of many thousands may be identities'. */
	    "WHERE r.oid NOT IN (SELECT d.objid FROM pg_depend d "
	    "  WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'i')",
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
};

/* ---- whom it belongs to ------------------------------------------------ */

/*
 * The server wants one role to own both, which nobody compares.  A table that
 * is made belongs to who makes it.
 */
static void
give_to_column(struct plan *p, const struct schema_object *to, plan_write write)
{
	char *table = mem_printf(NULL, "table %s", object_fact(to, "table"));
	const char *role = plan_owner(p, table);
	const char *now = plan_owner(p, to->parent);

	if (role == NULL && now != NULL && plan_target(p, table) != NULL)
		role = "CURRENT_USER";
	if (role != NULL && !str_equal(role, now))
		write(p, "ALTER SEQUENCE %s OWNER TO %s", object_sql(to), role);
	write(p, "ALTER SEQUENCE %s OWNED BY %s", object_sql(to),
	    object_text(to, "column"));
	talloc_free(table);
}

static void
owner_create(struct plan *p, const struct schema_object *to)
{
	give_to_column(p, to, plan_create);
}

static void
owner_drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "ALTER SEQUENCE %s OWNED BY NONE", object_sql(from));
}

static bool
owner_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	(void)from;
	give_to_column(p, to, plan_alter);
	return true;
}

const struct schema_kind schema_kind_sequence_owner = {
	.name = "sequence owner",
	.flags = KIND_PART,
	/* No object of the catalogue: its ref is none that pg_depend knows. */
	.query = "SELECT 'owner:'||s.oid||':0' AS ref, s.qs AS schema, "
	    "s.qn AS name, " REF("pg_class", "s.oid") " AS parent, "
	    "jsonb_build_object('column', r.q||'.'||quote_ident(a.attname)) "
	    "AS attributes, r.q AS \"@table\", jsonb_build_array('column '||r.q||'.'||"
	    "quote_ident(a.attname)) AS depends "
	    "FROM rel s JOIN pg_depend d ON d.classid = 'pg_class'::regclass "
	    "AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass "
	    "AND d.deptype = 'a' "
	    "JOIN rel r ON r.oid = d.refobjid "
	    "JOIN pg_attribute a ON a.attrelid = r.oid "
	    "AND a.attnum = d.refobjsubid WHERE s.relkind = 'S'",
	.create = owner_create,
	.drop = owner_drop,
	.alter = owner_alter,
};
