/* schema/kinds/column.c - columns of tables. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/session.h"
#include "schema/inherit.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/kinds/column.h"
#include "schema/kinds/not_null.h"
#include "schema/kinds/options.h"
#include "schema/kinds/sequence.h"
#include "schema/plan.h"

/* ---- statements -------------------------------------------------------- */

char *
column_identity(const void *owner, const struct schema_object *o)
{
	const char *options = object_text(o, "identity_options");

	return mem_printf(owner, "GENERATED %s AS IDENTITY%s%s%s",
	    str_equal(object_text(o, "identity"), "always") ? "ALWAYS" :
	    "BY DEFAULT", options == NULL ? "" : " (",
	    options == NULL ? "" : options, options == NULL ? "" : ")");
}

char *
column_definition(const void *owner, const struct schema_object *o)
{
	struct buffer *b = buffer_new(owner);

	buffer_printf(b, "%s %s", object_fact(o, "column"),
	    object_text(o, "type"));
	if (object_text(o, "compression") != NULL)
		buffer_printf(b, " COMPRESSION %s", object_text(o, "compression"));
	options_add(b, o);
	if (object_text(o, "collation") != NULL)
		buffer_printf(b, " COLLATE %s", object_text(o, "collation"));
	if (object_text(o, "generated") != NULL)
		buffer_printf(b, " GENERATED ALWAYS AS (%s) %s",
		    object_text(o, "generated"),
		    object_flag(o, "virtual") ? "VIRTUAL" : "STORED");
	if (object_text(o, "default") != NULL)
		buffer_printf(b, " DEFAULT %s", object_text(o, "default"));
	if (object_text(o, "identity") != NULL)
		buffer_printf(b, " %s", column_identity(b, o));
	not_null_add(b, o);
	return b->data;
}

void
columns_add(struct buffer *b, struct plan *p, const struct schema_object *table,
    const char *more)
{
	const struct schema_object **columns = plan_parts(p, table, "column");
	size_t i = 0;

	buffer_puts(b, " (");
	for (; columns[i] != NULL; i++)
		buffer_printf(b, "%s\n    %s", i == 0 ? "" : ",",
		    column_definition(b, columns[i]));
	if (more != NULL)
		buffer_printf(b, "%s\n    %s", i == 0 ? "" : ",", more);
	buffer_puts(b, "\n)");
}

/* What no column definition can say, of a column that is new. */
static void
create_rest(struct plan *p, const struct schema_object *to)
{
	const char *table = object_fact(to, "table");
	const char *column = object_fact(to, "column");

	if (object_text(to, "storage") != NULL)
		plan_create(p, ALTER_COLUMN "SET STORAGE %s", table, column,
		    object_text(to, "storage"));
	if (object_text(to, "statistics") != NULL)
		plan_create(p, ALTER_COLUMN "SET STATISTICS %s", table, column,
		    object_text(to, "statistics"));
	if (object_text(to, "options") != NULL)
		plan_create(p, ALTER_COLUMN "SET (%s)", table, column,
		    object_text(to, "options"));
	not_null_finish(p, to);
}

void
columns_finish(struct plan *p, const struct schema_object *table)
{
	const struct schema_object **columns = plan_parts(p, table, "column");

	for (; *columns != NULL; columns++)
		create_rest(p, *columns);
}

static void
set_storage(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	plan_alter(p, ALTER_COLUMN "SET STORAGE %s", object_fact(to, "table"),
	    object_fact(to, "column"), object_text(to, "storage") != NULL ?
	    object_text(to, "storage") : object_fact(to, "type_storage"));
	plan_mark(p, MARK_LOCKS);
	column_settings_keep(p, from, "storage");
}

static void
set_compression(struct plan *p, const struct schema_object *to)
{
	plan_alter(p, ALTER_COLUMN "SET COMPRESSION %s", object_fact(to, "table"),
	    object_fact(to, "column"), object_text(to, "compression") != NULL ?
	    object_text(to, "compression") : "DEFAULT");
	plan_mark(p, MARK_LOCKS);
}

void
column_storage_keep(struct plan *p, const struct schema_object *column,
    const struct schema_object *to)
{
	if (object_text(to, "storage") != NULL)
		set_storage(p, column, to);
	else
		column_settings_keep(p, column, "storage");
	if (object_text(to, "compression") != NULL)
		set_compression(p, to);
	column_settings_keep(p, column, "compression");
}

static bool
changes_type(const struct schema_object *from, const struct schema_object *to)
{
	return object_differs(from, to, "type") ||
	    object_differs(from, to, "collation");
}

/* What no column definition can say. */
static void
set_rest(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const char *table = object_fact(to, "table");
	const char *column = object_fact(to, "column");
	const char *statistics = object_text(to, "statistics");

	if (changes_type(from, to)) {
		column_storage_keep(p, from, to);
	} else {
		if (object_differs(from, to, "storage"))
			set_storage(p, from, to);
		if (object_differs(from, to, "compression"))
			set_compression(p, to);
	}
	if (object_differs(from, to, "statistics")) {
		plan_alter(p, ALTER_COLUMN "SET STATISTICS %s", table, column,
		    statistics != NULL ? statistics : "-1");
		column_settings_keep(p, from, "statistics");
	}
	if (object_differs(from, to, "options")) {
		if (object_fact(from, "option_names") != NULL)
			plan_alter(p, ALTER_COLUMN "RESET (%s)", table, column,
			    object_fact(from, "option_names"));
		if (object_text(to, "options") != NULL)
			plan_alter(p, ALTER_COLUMN "SET (%s)", table, column,
			    object_text(to, "options"));
	}
	if (object_differs(from, to, "foreign_options")) {
		struct buffer *b = buffer_new(NULL);

		options_add_change(b, from, to);
		plan_alter(p, ALTER_COLUMN "%s", table, column, b->data);
		talloc_free(b);
	}
}

/* Functions whose value a whole statement shares: no rewrite for them. */
static bool
is_cheap_default(const char *expression)
{
	return strchr(expression, '(') == NULL ||
	    str_matches(expression, "^(now\\(\\)|"
	    "'[^']*'::[a-z ]+(\\([0-9,]+\\))?(\\[\\])?|\\(?-?[0-9.]+\\)?(::[a-z "
	    "0-9(,)]+)?)$");
}

/* Does every row get a value of its own? */
static bool
is_computed(const struct schema_object *o)
{
	const char *expression = object_text(o, "default");

	return (expression != NULL && !is_cheap_default(expression)) ||
	    object_text(o, "identity") != NULL ||
	    (object_text(o, "generated") != NULL && !object_flag(o, "virtual")) ||
	    json_is_true(object_fact_json(o, "constrained_domain"));
}

static bool
is_filled(const struct schema_object *o)
{
	return object_text(o, "default") != NULL ||
	    object_text(o, "identity") != NULL ||
	    object_text(o, "generated") != NULL;
}

/*
 * Options of the place where long values are kept (toast.*) pass unheard
 * while no column has any: what is set when one comes is set again, and in
 * tables that have it from this one, too.
 */
static void
keep_toast_of(struct plan *p, const struct schema_object *table,
    plan_write write)
{
	const struct schema_object **heirs = plan_dependents(p, table, "table");

	if (inherit_has_toast_options(table))
		write(p, "ALTER TABLE %s SET (%s)", object_sql(table),
		    object_fact(table, "options_as_set"));
	for (; *heirs != NULL; heirs++) {
		const struct schema_object *heir = plan_staying(p, (*heirs)->key);

		if (heir != NULL)
			keep_toast_of(p, heir, write);
	}
}

static void
keep_toast_options(struct plan *p, const struct schema_object *to,
    plan_write write)
{
	const struct schema_object *table = plan_target(p, to->parent);

	if (table != NULL)
		keep_toast_of(p, table, write);
}

static void
create(struct plan *p, const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);

	plan_create(p, "ALTER TABLE %s ADD COLUMN %s", object_fact(to, "table"),
	    column_definition(scratch, to));
	if (is_computed(to))
		plan_mark(p, MARK_REWRITES);
	else if (not_null_holds(to) && !is_filled(to))
		plan_mark(p, MARK_SCANS);
	create_rest(p, to);
	keep_toast_options(p, to, plan_create);
	talloc_free(scratch);
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "ALTER TABLE %s DROP COLUMN %s", object_fact(from, "table"),
	    object_fact(from, "column"));
}

/* A new type comes loose from what is to go as well, but later. */
static plan_write
loosen(const struct schema_object *from, const struct schema_object *to)
{
	return changes_type(from, to) ? plan_alter : plan_unbind;
}

static void
alter_default(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const char *table = object_fact(to, "table");
	const char *column = object_fact(to, "column");
	const char *expression = object_text(to, "default");

	if (!object_differs(from, to, "default"))
		return;
	if (expression == NULL)
		loosen(from, to)(p, ALTER_COLUMN "DROP DEFAULT", table, column);
	/* column_retype() sees to the rest. */
	if (changes_type(from, to))
		return;
	if (expression != NULL)
		plan_alter(p, ALTER_COLUMN "SET DEFAULT %s", table, column,
		    expression);
	column_settings_keep(p, from, "default");
}

/* A new identity goes on where the values stand. */
static void
start_identity(struct plan *p, const struct schema_object *to)
{
	struct buffer *b = buffer_new(NULL);

	plan_alter(p, ALTER_COLUMN "ADD %s", object_fact(to, "table"),
	    object_fact(to, "column"), column_identity(b, to));
	plan_alter(p, "SELECT setval(s.seqrelid, max(t.%s)) FROM %s t, "
	    "pg_sequence s JOIN pg_depend d ON d.objid = s.seqrelid "
	    "AND d.deptype = 'i' JOIN pg_attribute a ON a.attrelid = d.refobjid "
	    "AND a.attnum = d.refobjsubid AND a.attidentity <> '' "
	    "WHERE a.attrelid = %s::regclass AND quote_ident(a.attname) = %s "
	    "GROUP BY s.seqrelid HAVING max(t.%s) >= min(s.seqmin)",
	    object_fact(to, "column"), object_fact(to, "table"),
	    pg_quote_literal(b, object_fact(to, "table")),
	    pg_quote_literal(b, object_fact(to, "column")),
	    object_fact(to, "column"));
	talloc_free(b);
}

static struct sequence_bounds
identity_bounds(const struct schema_object *o)
{
	return (struct sequence_bounds){ object_fact(o, "identity_min"),
		object_fact(o, "identity_max") };
}

static void
set_identity(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const struct sequence_bounds old = identity_bounds(from);
	const struct sequence_bounds new = identity_bounds(to);

	if (!str_equal(old.min, new.min) || !str_equal(old.max, new.max))
		sequence_bring_within(p, object_fact(from, "identity_sequence"),
		    &old, &new);
	plan_alter(p, ALTER_COLUMN "%s", object_fact(to, "table"),
	    object_fact(to, "column"), object_fact(to, "identity_set"));
}

static void
alter_identity(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const char *table = object_fact(to, "table");
	const char *column = object_fact(to, "column");
	const char *old = object_text(from, "identity");
	const char *new = object_text(to, "identity");

	if (old == NULL && new != NULL) {
		start_identity(p, to);
	} else if (old != NULL && new == NULL) {
		loosen(from, to)(p, ALTER_COLUMN "DROP IDENTITY", table,
		    column);
	} else if (new != NULL) {
		if (!str_equal(old, new))
			plan_alter(p, ALTER_COLUMN "SET GENERATED %s", table,
			    column, str_equal(new, "always") ? "ALWAYS" :
			    "BY DEFAULT");
		if (object_differs(from, to, "identity_options"))
			set_identity(p, from, to);
	}
}

/* The server lets go of an expression only where its values are stored. */
static bool
is_computed_otherwise(const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "virtual"))
		return true;
	return object_differs(from, to, "generated") &&
	    object_text(to, "generated") != NULL;
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const char *table = object_fact(to, "table");
	const char *column = object_fact(to, "column");
	bool nullable = object_flag(to, "nullable");

	if (is_computed_otherwise(from, to))
		return false;
	if (object_differs(from, to, "generated"))
		loosen(from, to)(p, ALTER_COLUMN "DROP EXPRESSION", table,
		    column);
	/* What is no longer NOT NULL must lose its identity first. */
	if (object_text(to, "identity") == NULL)
		alter_identity(p, from, to);
	if (object_differs(from, to, "nullable") && nullable) {
		plan_alter(p, ALTER_COLUMN "DROP NOT NULL", table, column);
		column_settings_keep(p, from, "not_null");
	}
	alter_default(p, from, to);
	if (changes_type(from, to)) {
		column_retype(p, from, to);
		keep_toast_options(p, to, plan_alter);
	}
	if (object_differs(from, to, "nullable") && !nullable) {
		if (str_starts(to->parent, "table "))
			not_null_set(p, to);
		else
			plan_alter(p, ALTER_COLUMN "SET NOT NULL", table, column);
	} else if (!nullable) {
		not_null_alter(p, from, to);
	}
	if (object_text(to, "identity") != NULL)
		alter_identity(p, from, to);
	set_rest(p, from, to);
	return true;
}

/* ---- judging ----------------------------------------------------------- */

static void
judge_change(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (changes_type(from, to))
		judge_b(j, "type coercion");
	not_null_judge(j, from, to);
	if (object_differs(from, to, "default") &&
	    object_text(to, "default") == NULL && !object_flag(to, "nullable") &&
	    object_text(to, "identity") == NULL)
		judge_b(j, "dependency break: inserts relied on the default");
	if (object_differs(from, to, "identity"))
		judge_b(j, "identity changes");
	if (object_differs(from, to, "generated") ||
	    object_differs(from, to, "virtual"))
		judge_b(j, object_text(to, "generated") != NULL ?
		    "data loss: the values are computed anew" :
		    "dependency break: the values are no longer computed");
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from != NULL && to != NULL)
		judge_change(j, from, to);
	else if (to == NULL)
		judge_b(j, "data loss");
	else if (not_null_holds(to) && !is_filled(to))
		judge_b(j, "not null: fails where there are rows");
}

static char *
rename_text(const void *owner, const struct schema_object *from,
    const struct schema_object *to)
{
	return mem_printf(owner, "ALTER TABLE %s RENAME COLUMN %s TO %s",
	    object_fact(from, "table"), object_fact(from, "column"),
	    object_fact(to, "column"));
}

/* ---- reading ------------------------------------------------------------ */

/* What the newest servers keep there for themselves is nobody's option. */
#define OPTIONS(expression) \
	"CASE WHEN a.attoptions IS NOT NULL THEN (SELECT string_agg(" \
	expression ", ', ' ORDER BY x) FROM unnest(a.attoptions) x " \
	"WHERE x NOT LIKE 'pg\\_attver=%') END"
#define COMPRESSION \
	"CASE a.attcompression WHEN 'p' THEN 'pglz' " \
	"WHEN 'l' THEN 'lz4' END AS compression, "
/* Texts about a table are made once for all of its columns (OFFSET 0). */
#define TABLES \
	"(SELECT r.oid, r.relispartition, r.qs, r.q, r.qn||'.' AS dotted, " \
	REF("pg_class", "r.oid") " AS ref, " REF_COLUMN("r.oid", "''") \
	" AS ref_of FROM rel r WHERE r.relkind IN ('r', 'p', 'f') " \
	"AND NOT r.relispartition OFFSET 0)"
#define QUERY(compression, more, joined) \
	"SELECT r.ref_of||a.attnum AS ref, r.qs AS schema, " \
	"r.dotted||quote_ident(a.attname) AS name, r.ref AS parent, " \
	"format_type(a.atttypid, a.atttypmod) AS type, " \
	"c.q AS collation, " \
	"NOT a.attnotnull AS nullable, " \
	/* Without a relation the server need not look at its columns. */ \
	"CASE WHEN a.atthasdef AND a.attgenerated = '' " \
	"  THEN " COLUMN_EXPRESSION("a", "0") " END AS default, " \
	"CASE WHEN a.attgenerated <> '' " \
	"  THEN " COLUMN_EXPRESSION("a", "d.adrelid") " END AS generated, " \
	"CASE WHEN a.attgenerated = 'v' THEN true END AS virtual, " \
	IDENTITY("a") " AS identity, " \
	IDENTITY_OPTIONS("s") " AS identity_options, " \
	"CASE WHEN a.attstorage <> t.typstorage THEN " \
	COLUMN_STORAGE("a.attstorage") " END AS storage, " \
	compression more \
	"CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END " \
	"  AS statistics, " \
	OPTIONS("x") " AS options, " \
	"CASE WHEN a.attfdwoptions IS NOT NULL THEN " \
	FOREIGN_OPTIONS("a.attfdwoptions") " END AS foreign_options, " \
	"r.q AS \"@table\", quote_ident(a.attname) AS \"@column\", " \
	"a.attnum AS \"@position\", " \
	COLUMN_STORAGE("t.typstorage") " AS \"@type_storage\", " \
	"CASE WHEN t.typtype = 'd' AND (t.typnotnull OR EXISTS (SELECT " \
	"  FROM pg_constraint k WHERE k.contypid = t.oid)) THEN true END " \
	"  AS \"@constrained_domain\", " \
	OPTIONS("split_part(x, '=', 1)") " AS \"@option_names\", " \
	"s.name AS \"@identity_sequence\", " \
	"s.seqmin::text AS \"@identity_min\", " \
	"s.seqmax::text AS \"@identity_max\", " \
	IDENTITY_SET("s") " AS \"@identity_set\" " \
	"FROM " TABLES " r JOIN pg_attribute a ON a.attrelid = r.oid " \
	"AND a.attnum > 0 AND NOT a.attisdropped " \
	"JOIN pg_type t ON t.oid = a.atttypid " \
	"LEFT JOIN (SELECT c.oid, quote_ident(n.nspname)||'.'||" \
	"  quote_ident(c.collname) AS q FROM pg_collation c " \
	"  JOIN pg_namespace n ON n.oid = c.collnamespace) c " \
	"  ON c.oid = a.attcollation AND a.attcollation <> t.typcollation " \
	joined \
	"LEFT JOIN " IDENTITY_SEQUENCE("a.attidentity <> ''", "r.oid", \
	"a.attnum") " s ON true " \
	"WHERE NOT " INHERITED("a", "r")

const struct schema_kind schema_kind_column = {
	.name = "column",
	.flags = KIND_PART | KIND_BEFORE | KIND_HOLDS | KIND_INLINE,
	.query = QUERY("", "", ""),
	.newer = {{ 180000, QUERY(COMPRESSION, NOT_NULL_COLUMNS, NOT_NULL_JOIN) },
	    { 140000, QUERY(COMPRESSION, "", "") }},
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
	.rename = rename_text,
	.measure = column_measure,
};
