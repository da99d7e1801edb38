/*
 * schema/kinds/column_setting.c - what is set for a column that is no object
 * of its own: one that a partition or a child has from its parent, or that a
 * view, a materialized view or an index computes.
 *
 * Inherited columns have one where they differ from their parent's.
 */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/kinds/column.h"
#include "schema/measure.h"
#include "schema/plan.h"

/* What it comes to where nothing is set: what the parent has. */
static const char *
otherwise(const struct schema_object *from, const struct schema_object *to,
    const char *name)
{
	const char *fact = mem_printf(NULL, "parent_%s", name);
	const char *text = object_fact(to != NULL ? to : from, fact);

	talloc_free((void *)(uintptr_t)fact);
	return text;
}

/* The value that to has; null where the statement says RESET or DROP. */
static const char *
value(const struct schema_object *from, const struct schema_object *to,
    const char *name)
{
	const char *text = to == NULL ? NULL : object_text(to, name);

	if (text == NULL)
		text = otherwise(from, to, name);
	return text == NULL || *text == '\0' ? NULL : text;
}

static bool
changes(const struct schema_object *from, const struct schema_object *to,
    const char *name)
{
	return !str_equal(from == NULL ? NULL : object_text(from, name),
	    to == NULL ? NULL : object_text(to, name));
}

static char *
head_of(const void *owner, const struct schema_object *o)
{
	return mem_printf(owner, "ALTER %s %s ALTER COLUMN %s",
	    object_fact(o, "word"), object_fact(o, "table"),
	    object_fact(o, "column"));
}

static void
write_default(struct plan *p, plan_write write, const char *head,
    const char *text)
{
	write(p, "%s %s%s", head, text == NULL ? "DROP DEFAULT" :
	    "SET DEFAULT ", text == NULL ? "" : text);
}

static void
write_not_null(struct plan *p, plan_write write, const char *head,
    const char *text)
{
	write(p, "%s %s NOT NULL", head, text == NULL ? "DROP" : "SET");
	if (text != NULL)
		plan_mark(p, MARK_SCANS);
}

/* Does a parent's column, as it shall be, have this to say? */
static bool
parent_has(struct plan *p, const struct schema_object *o,
    bool (*has)(const struct schema_object *column))
{
	for (const char **key = o->depends; *key != NULL; key++) {
		const struct schema_object *column =
		    str_starts(*key, "column ") ? plan_target(p, *key) : NULL;

		if (column != NULL && has(column))
			return true;
	}
	return false;
}

static bool
is_not_null(const struct schema_object *column)
{
	return !object_flag(column, "nullable");
}

static bool
has_default(const struct schema_object *column)
{
	return object_text(column, "default") != NULL;
}

/* From or to is null where nothing is set before, or after. */
static void
write_change(struct plan *p, plan_write write, const struct schema_object *from,
    const struct schema_object *to)
{
	char *head = head_of(NULL, to != NULL ? to : from);
	bool identity = changes(from, to, "identity") ||
	    changes(from, to, "identity_options");
	const char *text;

	/* No default of the parent's passes while the child has one. */
	if (identity && from != NULL && object_text(from, "identity") != NULL)
		plan_unbind(p, "%s DROP IDENTITY", head);
	/* What the parent had itself may have gone before. */
	if (changes(from, to, "default"))
		write_default(p, write, head, to == NULL &&
		    !parent_has(p, from, has_default) ? NULL :
		    value(from, to, "default"));
	/* No child's may be otherwise. */
	if (changes(from, to, "not_null") && (value(from, to, "not_null") !=
	    NULL || !parent_has(p, from, is_not_null)))
		write_not_null(p, write, head, value(from, to, "not_null"));
	if (identity && to != NULL && object_text(to, "identity") != NULL)
		write(p, "%s ADD %s", head, column_identity(head, to));
	if (changes(from, to, "statistics")) {
		text = value(from, to, "statistics");
		write(p, "%s SET STATISTICS %s", head,
		    text == NULL ? "-1" : text);
	}
	if (changes(from, to, "storage"))
		write(p, "%s SET STORAGE %s", head, value(from, to, "storage"));
	if (changes(from, to, "compression")) {
		text = value(from, to, "compression");
		write(p, "%s SET COMPRESSION %s", head,
		    text == NULL ? "DEFAULT" : text);
	}
	if (changes(from, to, "options")) {
		if (from != NULL && object_fact(from, "option_names") != NULL)
			write(p, "%s RESET (%s)", head,
			    object_fact(from, "option_names"));
		text = value(from, to, "options");
		if (text != NULL)
			write(p, "%s SET (%s)", head, text);
	}
	talloc_free(head);
}

static void
create(struct plan *p, const struct schema_object *to)
{
	write_change(p, plan_create, NULL, to);
}

/* What goes with its column needs no word. */
static void
drop(struct plan *p, const struct schema_object *from)
{
	for (const char **key = from->depends; *key != NULL; key++)
		if (str_starts(*key, "column ") && plan_target(p, *key) == NULL)
			return;
	write_change(p, plan_drop, from, NULL);
}

void
column_settings_keep(struct plan *p, const struct schema_object *column,
    const char *setting)
{
	const struct schema_object **all = plan_dependents(p, column,
	    "column setting");

	for (; *all != NULL; all++) {
		const struct schema_object *o = plan_staying(p, (*all)->key);
		const char *text = o == NULL ? NULL : object_text(o, setting);
		char *head;

		/* One that changes is written with its own change. */
		if (text == NULL ||
		    !str_equal(text, object_text(*all, setting)))
			continue;
		head = head_of(NULL, o);
		text = *text == '\0' ? NULL : text;
		if (strcmp(setting, "default") == 0)
			write_default(p, plan_alter, head, text);
		else if (strcmp(setting, "not_null") == 0)
			write_not_null(p, plan_alter, head, text);
		else
			plan_alter(p, "%s SET %s %s", head, setting,
			    text == NULL ? "DEFAULT" : text);
		plan_mark(p, MARK_LOCKS);
		talloc_free(head);
	}
}

void
column_settings_loosen(struct plan *p, const struct schema_object *column)
{
	const struct schema_object **all = plan_dependents(p, column,
	    "column setting");

	for (; *all != NULL; all++) {
		const char *text = object_text(*all, "default");
		char *head;

		if (text == NULL || *text == '\0' ||
		    plan_is_dropped(p, (*all)->key))
			continue;
		head = head_of(NULL, *all);
		write_default(p, plan_alter, head, NULL);
		talloc_free(head);
	}
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	write_change(p, plan_alter, from, to);
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (changes(from, to, "not_null") && value(from, to, "not_null") != NULL)
		judge_b(j, "not null");
	if (changes(from, to, "default") && value(from, to, "default") == NULL)
		judge_b(j, "dependency break: inserts relied on the default");
}

static int
measure(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	if (!changes(from, to, "not_null") || value(from, to, "not_null") == NULL)
		return 0;
	return measure_say_count(m, "row is null and would fail NOT NULL",
	    "rows are null and would fail NOT NULL", err,
	    "SELECT count(*) FROM ONLY %s WHERE %s IS NULL",
	    object_fact(to, "table"), object_fact(to, "column"));
}

#define COMPRESSION(alias) "CASE to_jsonb(" alias ")->>'attcompression' " \
	"WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' ELSE '' END"
/* With an identity, what the server may have taken from a parent is nothing. */
#define DEFAULT(alias) "CASE WHEN " alias ".attidentity <> '' THEN '' " \
	"WHEN " alias ".attgenerated = '' THEN " \
	"coalesce(" COLUMN_EXPRESSION(alias, "d.adrelid") ", " \
	"'') END"
/* Own value where it is not the parent's. */
#define DIFFERENT(name, own, parent) \
	"'" name "', CASE WHEN " own " IS DISTINCT FROM " parent \
	" THEN " own " END"

const struct schema_kind schema_kind_column_setting = {
	.name = "column setting",
	.flags = KIND_PART | KIND_DERIVED,
	/*
	 * A parent's column is the reference for an inherited one; nothing at
	 * all, and its type's storage, for a computed one.
	 */
	.query = ", special AS MATERIALIZED (SELECT a.* FROM (SELECT inhrelid "
	    "  FROM pg_inherits UNION SELECT i.indexrelid FROM pg_index i "
	    /* Of an index's columns only expressions have a target. */
	    "  WHERE i.indexprs IS NOT NULL OR i.indrelid IN (SELECT "
	    "  partrelid FROM pg_partitioned_table)) "
	    "  s(oid), LATERAL (SELECT * FROM pg_attribute c "
	    "  WHERE c.attrelid = s.oid AND c.attnum > 0 "
	    "  AND NOT c.attisdropped OFFSET 0) a WHERE a.attinhcount > 0 "
	    "  OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL), "
	    "inherited AS (SELECT a.*, r.q, r.qs, r.qn, r.relkind, "
	    "  r.relispartition, h.inhparent, h.number FROM rel r "
	    "  JOIN special a ON a.attrelid = r.oid "
	    "    AND " INHERITED("a", "r") " "
	    "  JOIN LATERAL (SELECT i.inhparent, b.attnum AS number "
	    "    FROM pg_inherits i JOIN pg_attribute b "
	    "    ON b.attrelid = i.inhparent AND b.attname = a.attname "
	    "    WHERE i.inhrelid = r.oid ORDER BY i.inhseqno LIMIT 1) h ON true "
	    "  WHERE r.relkind IN ('r', 'p', 'f')), "
	    "computed AS (SELECT a.*, r.q, r.qs, r.qn, r.relkind FROM rel r "
	    "  JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 "
	    "    AND NOT a.attisdropped WHERE r.relkind IN ('v', 'm') "
	    "  UNION ALL SELECT a.*, r.q, r.qs, r.qn, r.relkind FROM rel r "
	    "  JOIN special a ON a.attrelid = r.oid "
	    "  WHERE r.relkind IN ('i', 'I')), "
	    "told AS (SELECT a.attrelid, a.attnum, a.attname, a.q, a.qs, a.qn, "
	    "  a.relkind, a.attoptions, a.inhparent, "
	    /* A partition's is its parent's (PostgreSQL 17). */
	    "  CASE WHEN NOT a.relispartition THEN " IDENTITY("a") " END "
	    "    AS identity, "
	    "  " DEFAULT("a") " AS def, " DEFAULT("b") " AS parent_def, "
	    "  a.attnotnull, b.attnotnull AS parent_notnull, "
	    "  coalesce(a.attstattarget, -1) AS stat, "
	    "  coalesce(b.attstattarget, -1) AS parent_stat, "
	    "  " COLUMN_STORAGE("a.attstorage") " AS storage, "
	    "  " COLUMN_STORAGE("b.attstorage") " AS parent_storage, "
	    "  " COMPRESSION("a") " AS compression, "
	    "  " COMPRESSION("b") " AS parent_compression "
	    "  FROM inherited a JOIN pg_attribute b "
	    "  ON b.attrelid = a.inhparent AND b.attnum = a.number "
	    "  UNION ALL SELECT a.attrelid, a.attnum, a.attname, a.q, a.qs, "
	    "  a.qn, a.relkind, a.attoptions, 0::oid, NULL, "
	    "  CASE a.relkind WHEN 'v' THEN " DEFAULT("a") " ELSE '' END, "
	    "  '', false, false, "
	    "  coalesce(a.attstattarget, -1), -1, "
	    "  CASE a.relkind WHEN 'm' THEN " COLUMN_STORAGE("a.attstorage") " "
	    "  ELSE '' END, CASE a.relkind WHEN 'm' THEN "
	    "  " COLUMN_STORAGE("t.typstorage") " ELSE '' END, "
	    "  CASE a.relkind WHEN 'm' THEN " COMPRESSION("a") " ELSE '' END, '' "
	    "  FROM computed a JOIN pg_type t ON t.oid = a.atttypid), "
	    "listed AS (SELECT t.*, nullif((SELECT string_agg(x, ', ' "
	    "  ORDER BY x) FROM unnest(t.attoptions) x "
	    "  WHERE x NOT LIKE 'pg\\_attver=%'), '') AS options FROM told t "
	    "  WHERE t.def <> t.parent_def OR t.attnotnull <> t.parent_notnull "
	    "  OR t.stat <> t.parent_stat OR t.storage <> t.parent_storage "
	    "  OR t.compression <> '' OR t.parent_compression <> '' "
	    "  OR t.identity IS NOT NULL "
	    "  OR t.attoptions IS NOT NULL AND t.relkind <> 'i') "
	    "SELECT '" SETTING_REF "'||"
	    REF_COLUMN("l.attrelid", "l.attnum") " AS ref, "
	    "l.qs AS schema, l.qn||'.'||quote_ident(l.attname) AS name, "
	    REF("pg_class", "l.attrelid") " AS parent, "
	    "jsonb_strip_nulls(jsonb_build_object("
	    DIFFERENT("default", "l.def", "l.parent_def") ", "
	    "'identity', l.identity, "
	    "'identity_options', CASE WHEN l.identity IS NOT NULL THEN "
	    IDENTITY_OPTIONS("s") " END, "
	    "'not_null', CASE WHEN l.attnotnull AND NOT l.parent_notnull "
	    "  THEN 'yes' END, "
	    DIFFERENT("statistics", "l.stat::text", "l.parent_stat::text") ", "
	    DIFFERENT("storage", "l.storage", "l.parent_storage") ", "
	    /* The one thing that never goes down from a table to its children. */
	    "'compression', CASE WHEN l.compression <> '' "
	    "  OR l.parent_compression <> '' THEN l.compression END, "
	    "'options', l.options)) AS attributes, "
	    "jsonb_strip_nulls(jsonb_build_object('word', CASE l.relkind "
	    "  WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' "
	    "  WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX' ELSE 'TABLE ONLY' END, "
	    "'table', l.q, 'column', CASE WHEN l.relkind IN ('i', 'I') "
	    "  THEN l.attnum::text ELSE quote_ident(l.attname) END, "
	    "'parent_default', l.parent_def, "
	    "'identity_sequence', s.name, "
	    "'identity_min', s.seqmin::text, 'identity_max', s.seqmax::text, "
	    "'identity_set', " IDENTITY_SET("s") ", "
	    "'parent_statistics', l.parent_stat::text, "
	    "'parent_storage', l.parent_storage, "
	    "'option_names', (SELECT string_agg(split_part(x, '=', 1), ', ' "
	    "  ORDER BY x) FROM unnest(l.attoptions) x "
	    "  WHERE x NOT LIKE 'pg\\_attver=%'))) AS facts, "
	    "CASE WHEN l.inhparent <> 0 THEN (WITH RECURSIVE up AS ("
	    "  SELECT l.inhparent AS oid UNION SELECT i.inhparent FROM up "
	    "  JOIN pg_inherits i ON i.inhrelid = up.oid) "
	    "  SELECT jsonb_agg('column '||r.q||'.'||quote_ident(l.attname) "
	    "  ORDER BY r.q) FROM up JOIN rel r ON r.oid = up.oid) END AS depends "
	    "FROM listed l LEFT JOIN " IDENTITY_SEQUENCE("true", "l.attrelid",
	    "l.attnum") " s ON true "
	    "WHERE l.options IS NOT NULL "
	    "OR l.identity IS NOT NULL OR l.def <> l.parent_def "
	    "OR l.attnotnull AND NOT l.parent_notnull OR l.stat <> l.parent_stat "
	    "OR l.storage <> l.parent_storage "
	    "OR l.compression <> '' OR l.parent_compression <> ''",
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
	.measure = measure,
};
