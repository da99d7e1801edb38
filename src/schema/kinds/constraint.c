/*
 * schema/kinds/constraint.c - primary and foreign keys, unique, check and
 * exclusion constraints of tables.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/session.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/kinds/backing.h"
#include "schema/kinds/index_text.h"
#include "schema/kinds/marks.h"
#include "schema/kinds/partition_index.h"
#include "schema/kinds/table.h"
#include "schema/measure.h"
#include "schema/plan.h"

static bool
validated(const struct schema_object *o)
{
	return !json_is_false(object_json(o, "validated"));
}

static bool
refers_to_partitions(struct plan *p, const struct schema_object *o)
{
	char *key = mem_printf(NULL, "table %s", object_fact(o, "other_table"));
	bool partitioned = table_is_partitioned(p, key);

	talloc_free(key);
	return partitioned;
}

static void
add(struct plan *p, const struct schema_object *to, const char *more)
{
	plan_create(p, "ALTER TABLE %s%s ADD CONSTRAINT %s %s%s",
	    object_flag(to, "only") ? "ONLY " : "", object_fact(to, "table"),
	    object_fact(to, "constraint"), object_text(to, "definition"), more);
}

static void
validate(struct plan *p, const struct schema_object *to, plan_write write)
{
	write(p, "ALTER TABLE %s VALIDATE CONSTRAINT %s",
	    object_fact(to, "table"), object_fact(to, "constraint"));
	plan_mark(p, MARK_SCANS | MARK_LATER);
}

/* For new rows at once, for those that are there when writers need not wait. */
static void
create_checked(struct plan *p, const struct schema_object *to)
{
	if (!validated(to)) {
		add(p, to, " NOT VALID");
		return;
	}
	add(p, to, "");
	plan_mark(p, MARK_SCANS);
	/* The server has no such foreign keys from, or to, partitions. */
	if (object_fact(to, "other_table") != NULL &&
	    (table_is_partitioned(p, to->parent) || refers_to_partitions(p, to)))
		return;
	plan_mark(p, MARK_PLAIN);
	add(p, to, " NOT VALID");
	plan_mark(p, MARK_SAFE);
	validate(p, to, plan_create);
	plan_mark(p, MARK_SAFE);
}

/* The index is built while writes go on, and then is the key's. */
static void
create_of_index(struct plan *p, const struct schema_object *to,
    const char *table, const char *name, const char *definition)
{
	bool is_primary = strcmp(to->kind, "primary key") == 0;

	plan_create(p, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s", name,
	    definition);
	plan_mark(p, MARK_SAFE | MARK_OUTSIDE | MARK_SCANS);
	plan_create(p, "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s%s",
	    table, name, is_primary ? "PRIMARY KEY" : "UNIQUE", name,
	    object_fact(to, "deferral"));
	plan_mark(p, MARK_SAFE);
}

static void
create_for_partition(struct plan *p, const struct schema_object *to,
    const json_t *part, bool concurrently)
{
	const char *table = json_str(part, "table");
	const char *name = json_str(part, "name");

	if (concurrently)
		create_of_index(p, to, table, name,
		    json_str(part, "definition"));
	else
		plan_create(p, "ALTER TABLE %s ADD CONSTRAINT %s %s", table,
		    name, object_text(to, "definition"));
}

static void
create_indexed(struct plan *p, const struct schema_object *to)
{
	bool builds = !object_flag(to, "only") &&
	    object_json(to, "backed_by") == NULL;
	struct partition_scans scans = { .plain = builds ? MARK_SCANS : 0,
		.safe = builds ? MARK_SCANS : 0 };

	if (builds && object_fact_json(to, "partitions") != NULL)
		scans = partition_indexes_create(p, to, create_for_partition);
	add(p, to, "");
	plan_mark(p, MARK_PLAIN | scans.plain);
	if (object_fact(to, "on") != NULL) {
		create_of_index(p, to, object_fact(to, "table"),
		    object_fact(to, "constraint"), object_fact(to, "on"));
	} else {
		add(p, to, "");
		plan_mark(p, MARK_SAFE | scans.safe);
	}
	marks_create(p, to);
}

/* One that stands in for its parent's goes with that. */
static void
drop(struct plan *p, const struct schema_object *from)
{
	bool attached = json_is_true(object_fact_json(from, "attached"));

	plan_drop(p, "ALTER TABLE %s DROP CONSTRAINT %s%s%s",
	    object_fact(from, "table"), attached ? "IF EXISTS " : "",
	    object_fact(from, "constraint"), backing_dropped(p, from));
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "definition") ||
	    object_differs(from, to, "only") ||
	    (validated(from) && !validated(to)) ||
	    !backing_settled(p, from, to))
		return false;
	if (strcmp(from->key, to->key) != 0)
		plan_alter(p, "ALTER TABLE %s RENAME CONSTRAINT %s TO %s",
		    object_fact(from, "table"), object_fact(from, "constraint"),
		    object_fact(to, "constraint"));
	if (!validated(from) && validated(to))
		validate(p, to, plan_alter);
	marks_alter(p, from, to);
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	bool made = to != NULL && (from == NULL ||
	    object_differs(from, to, "definition") ||
	    object_differs(from, to, "only") ||
	    object_differs(from, to, "backed_by"));

	if (from != NULL && (to == NULL || made))
		judge_b(j, "constraint dropped");
	if (made && validated(to))
		judge_b(j, "can fail on the data");
	if (to == NULL || from == NULL || made)
		return;
	if (strcmp(from->key, to->key) != 0)
		judge_note(j, "renamed");
	if (!validated(from) && validated(to))
		judge_b(j, "can fail on the data");
	else if (validated(from) && !validated(to))
		judge_b(j, "constraint dropped");
}

/* ---- figures ----------------------------------------------------------- */

/* Is there something in to that the data has not been held to yet? */
static bool
is_new(const struct schema_object *from, const struct schema_object *to)
{
	return to != NULL && validated(to) && (from == NULL ||
	    !validated(from) || object_differs(from, to, "definition"));
}

/* "CHECK ((a > 0)) NO INHERIT": what stands in the brackets. */
static char *
expression(const void *owner, const struct schema_object *o)
{
	const char *definition = object_text(o, "definition");
	const char *open = strchr(definition, '(');
	const char *close = strrchr(definition, ')');

	return mem_strndup(owner, open + 1, (size_t)(close - open) - 1);
}

static int
measure_check(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	char *condition;
	int rc;

	if (!is_new(from, to))
		return 0;
	if (measure_table(m, object_fact(to, "table"), err) < 0)
		return -1;
	condition = expression(NULL, to);
	rc = measure_say_count(m, "row would fail the check",
	    "rows would fail the check", err,
	    "SELECT count(*) FROM %s WHERE NOT (%s)", object_fact(to, "table"),
	    condition);
	talloc_free(condition);
	return rc;
}

/* "a, b" of a list of quoted names, each behind prefix and before suffix. */
static char *
names(const void *owner, const json_t *list, const char *prefix,
    const char *suffix, const char *between)
{
	struct buffer *b = buffer_new(owner);
	const json_t *name;
	size_t i;

	json_array_foreach(list, i, name)
		buffer_printf(b, "%s%s%s%s", i == 0 ? "" : between, prefix,
		    json_string_value(name), suffix);
	return b->data;
}

static int
measure_unique(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	void *scratch;
	const json_t *columns;
	int rc;

	if (!is_new(from, to))
		return 0;
	if (measure_table(m, object_fact(to, "table"), err) < 0)
		return -1;
	scratch = talloc_new(NULL);
	columns = object_fact_json(to, "columns");
	rc = measure_say_count(m, "value is there more than once",
	    "values are there more than once", err,
	    "SELECT count(*) FROM (SELECT FROM %s WHERE %s GROUP BY %s "
	    "HAVING count(*) > 1) d", object_fact(to, "table"),
	    names(scratch, columns, "", " IS NOT NULL", " AND "),
	    names(scratch, columns, "", "", ", "));
	talloc_free(scratch);
	return rc;
}

/* A row's place tells it from the others. */
static int
measure_exclusion(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	const char *conflict = object_fact(to == NULL ? from : to, "conflict");
	const char *table;

	if (to == NULL || !is_new(from, to))
		return 0;
	table = object_fact(to, "table");
	if (measure_table(m, table, err) < 0)
		return -1;
	if (conflict == NULL)
		return 0;
	return measure_say_count(m, "row excludes another",
	    "rows exclude another", err,
	    "SELECT count(*) FROM %s a WHERE EXISTS (SELECT FROM %s b "
	    "WHERE (a.tableoid, a.ctid) <> (b.tableoid, b.ctid) AND %s)", table,
	    table, conflict);
}

static int
measure_foreign_key(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	const json_t *columns, *others, *name;
	int64_t is_there;
	struct buffer *pairs;
	size_t i;
	int rc;

	if (!is_new(from, to))
		return 0;
	if (measure_table(m, object_fact(to, "table"), err) < 0)
		return -1;
	columns = object_fact_json(to, "columns");
	others = object_fact_json(to, "other_columns");
	pairs = buffer_new(NULL);
	json_array_foreach(columns, i, name)
		buffer_printf(pairs, "%so.%s = t.%s", i == 0 ? "" : " AND ",
		    json_string_value(json_array_get(others, i)),
		    json_string_value(name));
	rc = measure_count(m, "the table that it refers to", &is_there, err,
	    "SELECT (to_regclass(%s) IS NOT NULL)::int",
	    pg_quote_literal(pairs, object_fact(to, "other_table")));
	if (rc > 0 && is_there == 0)
		rc = measure_say_count(m,
		    "row refers to a table that is not there yet",
		    "rows refer to a table that is not there yet", err,
		    "SELECT count(*) FROM %s t WHERE %s",
		    object_fact(to, "table"), names(pairs, columns, "t.",
		    " IS NOT NULL", " AND "));
	else if (rc > 0)
		rc = measure_say_count(m, "row refers to nothing",
		    "rows refer to nothing", err,
		    "SELECT count(*) FROM %s t WHERE %s AND NOT EXISTS "
		    "(SELECT FROM %s o WHERE %s)", object_fact(to, "table"),
		    names(pairs, columns, "t.", " IS NOT NULL", " AND "),
		    object_fact(to, "other_table"), pairs->data);
	talloc_free(pairs);
	return rc < 0 ? -1 : 0;
}

/* The first column of a key, looked up once for all that is said of it. */
#define FIRST_COLUMN(alias, keys, relation) \
	", LATERAL (SELECT * FROM pg_attribute c WHERE c.attrelid = " relation \
	" AND c.attnum = (" keys ")[1] OFFSET 0) " alias " "
#define COLUMNS(keys, relation, first) \
	/* Most have one. */ \
	"CASE WHEN array_length(" keys ", 1) = 1 THEN " \
	"jsonb_build_array(quote_ident(" first ".attname)) ELSE (SELECT " \
	"jsonb_agg(quote_ident(a.attname) ORDER BY o.n) FROM " \
	"unnest(" keys ") WITH ORDINALITY o(num, n) JOIN pg_attribute a " \
	"ON a.attrelid = " relation " AND a.attnum = o.num) END"

/* A primary key wants its columns NOT NULL; the parent's need not be. */
#define NOT_NULL_SETTINGS \
	"CASE WHEN k.contype = 'p' AND r.relispartition THEN (SELECT " \
	"jsonb_agg('column setting '||r.q||'.'||quote_ident(a.attname)) " \
	"FROM pg_attribute a WHERE a.attrelid = r.oid " \
	"AND a.attnum = ANY (k.conkey)) END"

#define DEFINITION \
	"CASE WHEN k.convalidated THEN pg_get_constraintdef(k.oid) " \
	"ELSE regexp_replace(pg_get_constraintdef(k.oid), " \
	"  ' NOT VALID$', '') END"
#define DEFERRAL \
	"CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END||" \
	"CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END"
#define ACTION(on, column) \
	"CASE " column " WHEN 'r' THEN ' ON " on " RESTRICT' " \
	"WHEN 'c' THEN ' ON " on " CASCADE' WHEN 'n' THEN ' ON " on " SET NULL' " \
	"WHEN 'd' THEN ' ON " on " SET DEFAULT' ELSE '' END"
/*
 * As above, without its many looks at the catalogues: a key of one column; a
 * reference of one to one, which does not name some of its own to be set; a
 * check that is like most.
 */
#define KEY(words, distinct) \
	"CASE WHEN i.indnatts = 1" distinct " THEN '" words " ('||" \
	"  quote_ident(a.attname)||')'||" DEFERRAL " ELSE " DEFINITION " END"
#define REFERENCE \
	"CASE WHEN k.convalidated AND k.confmatchtype = 's' " \
	"AND array_length(k.conkey, 1) = 1 AND k.confdeltype IN ('a', 'r', 'c') " \
	"THEN 'FOREIGN KEY ('||quote_ident(a.attname)||') REFERENCES '" \
	"  ||k.confrelid::regclass||'('||quote_ident(o.attname)||')'||" \
	ACTION("UPDATE", "k.confupdtype") "||" ACTION("DELETE", "k.confdeltype") \
	"  ||" DEFERRAL " ELSE " DEFINITION " END"

#define CHECK \
	"CASE WHEN k.convalidated AND NOT k.connoinherit THEN " \
	"'CHECK ('||pg_get_expr(k.conbin, k.conrelid)||')' ELSE " \
	DEFINITION " END"

/* What a partition or a child has from its parent is the parent's. */
#define CONSTRAINT_QUERY(type, whose, definition, more, joined) \
	"SELECT " REF("pg_constraint", "k.oid") " AS ref, r.qs AS schema, " \
	"r.qn||'.'||quote_ident(k.conname) AS name, " \
	REF("pg_class", "r.oid") " AS parent, " \
	definition " AS definition, " more \
	"r.q AS \"@table\", quote_ident(k.conname) AS \"@constraint\" " \
	"FROM pg_constraint k JOIN rel r ON r.oid = k.conrelid " \
	"AND r.relkind IN ('r', 'p', 'f') " joined \
	" WHERE k.contype = '" type "' AND " whose
#define CHECKED_QUERY(type, definition, more, joined) \
	CONSTRAINT_QUERY(type, "k.conparentid = 0 AND k.coninhcount = 0", \
	definition, "k.convalidated AS validated, " more, joined)
#define KEY_QUERY(type, definition, more, joined) \
	CONSTRAINT_QUERY(type, "CASE WHEN k.conparentid = 0 THEN " \
	"k.coninhcount = 0 ELSE r.relispartition AND " OWN_KEY("k") " END", \
	definition, "CASE WHEN r.relkind = 'p' AND NOT i.indisvalid " \
	"  THEN true END AS only, " MARKS("i") ", b.keys AS backed_by, " \
	"quote_ident(k.conname) AS \"@index\", " \
	"CASE WHEN r.relispartition AND EXISTS (SELECT FROM pg_inherits h " \
	"  WHERE h.inhrelid = k.conindid) THEN true END AS \"@attached\", " \
	"coalesce(b.keys||s.keys, b.keys, s.keys) AS depends, " more, \
	"JOIN pg_index i ON i.indexrelid = k.conindid " joined ", " \
	"LATERAL (SELECT " BACKED_BY("k.conindid", "r.relkind") \
	" AS keys) b, LATERAL (SELECT " NOT_NULL_SETTINGS " AS keys) s")
/* When rows a and b may not both be; null where that is not of columns alone. */
#define CONFLICT \
	"CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN (SELECT " \
	"string_agg(format('a.%I OPERATOR(%I.%s) b.%I', c.attname, n.nspname, " \
	"o.oprname, c.attname), ' AND ' ORDER BY x.n) " \
	"FROM unnest(k.conkey, k.conexclop) WITH ORDINALITY x(num, op, n) " \
	"JOIN pg_attribute c ON c.attrelid = r.oid AND c.attnum = x.num " \
	"JOIN pg_operator o ON o.oid = x.op " \
	"JOIN pg_namespace n ON n.oid = o.oprnamespace) END"
#define OWN_COLUMNS COLUMNS("k.conkey", "r.oid", "a") " AS \"@columns\", "
#define OWN_FIRST FIRST_COLUMN("a", "k.conkey", "r.oid")
/* What an index must be to become the key's: its own, and its partitions'. */
#define MADE_OF_INDEX(kind, ending, distinct) \
	"CASE WHEN r.relkind = 'r' AND NOT i.indisexclusion THEN " \
	INDEX_TEXT_BY("(SELECT a.*) a WHERE true ", "c", "r.q", \
	"quote_ident(k.conname)", distinct) " END AS \"@on\", " \
	PARTITIONS("r.relkind = 'p' AND NOT i.indisexclusion", \
	"i.indexrelid", KEYED_KEY(kind), KEYED_NAME, ending, distinct) \
	" AS \"@partitions\", " DEFERRAL " AS \"@deferral\", "
#define INDEXED_QUERY(type, kind, words, ending, distinct) \
	KEY_QUERY(type, KEY(words, distinct), \
	OWN_COLUMNS MADE_OF_INDEX(kind, ending, distinct), \
	"JOIN pg_class c ON c.oid = k.conindid " \
	"AND c.relkind IN ('i', 'I') " OWN_FIRST)
#define PRIMARY_KEY_QUERY(distinct) \
	INDEXED_QUERY("p", "primary key", "PRIMARY KEY", "_pkey", distinct)
#define UNIQUE_QUERY(distinct) \
	INDEXED_QUERY("u", "unique", "UNIQUE", "_key", distinct)

const struct schema_kind schema_kind_primary_key = {
	.name = "primary key",
	.flags = KIND_PART | KIND_MERGES | KIND_DERIVED | KIND_RENAMES,
	.query = PRIMARY_KEY_QUERY(""),
	.newer = {{ 150000, PRIMARY_KEY_QUERY(DISTINCT_NULLS) }},
	.create = create_indexed, .drop = drop, .alter = alter,
	.judge = judge,
	.measure = measure_unique,
};

const struct schema_kind schema_kind_unique = {
	.name = "unique",
	.flags = KIND_PART | KIND_MERGES | KIND_DERIVED | KIND_RENAMES,
	.query = UNIQUE_QUERY(""),
	.newer = {{ 150000, UNIQUE_QUERY(DISTINCT_NULLS) }},
	.create = create_indexed, .drop = drop, .alter = alter,
	.judge = judge,
	.measure = measure_unique,
};

const struct schema_kind schema_kind_check = {
	.name = "check",
	.flags = KIND_PART | KIND_BEFORE | KIND_DERIVED | KIND_RENAMES,
	.query = CHECKED_QUERY("c", CHECK, "", ""),
	.create = create_checked, .drop = drop, .alter = alter,
	.judge = judge,
	.measure = measure_check,
};

const struct schema_kind schema_kind_exclusion = {
	.name = "exclusion",
	.flags = KIND_PART | KIND_MERGES | KIND_DERIVED | KIND_RENAMES,
	.query = KEY_QUERY("x", DEFINITION, CONFLICT " AS \"@conflict\", ", ""),
	.create = create_indexed, .drop = drop, .alter = alter,
	.judge = judge,
	.measure = measure_exclusion,
};

const struct schema_kind schema_kind_foreign_key = {
	.name = "foreign key",
	.flags = KIND_PART | KIND_MERGES | KIND_DERIVED | KIND_RENAMES |
	    KIND_CUT | KIND_LOCKS_OTHERS,
	.query = CHECKED_QUERY("f", REFERENCE, OWN_COLUMNS
	    "k.confrelid::regclass::text AS \"@other_table\", "
	    COLUMNS("k.confkey", "k.confrelid", "o") " AS \"@other_columns\", ",
	    OWN_FIRST FIRST_COLUMN("o", "k.confkey", "k.confrelid")),
	.create = create_checked, .drop = drop, .alter = alter,
	.judge = judge,
	.measure = measure_foreign_key,
};
