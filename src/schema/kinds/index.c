/* schema/kinds/index.c - indexes that no constraint stands behind. */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
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
#include "schema/measure.h"
#include "schema/plan.h"

static bool
valid(const struct schema_object *o)
{
	return !json_is_false(object_json(o, "valid"));
}

/* The server does nothing concurrently to all partitions' at once. */
static bool
is_for_partitions(const struct schema_object *o)
{
	return json_is_true(object_fact_json(o, "partitioned"));
}

/* A partition's, before its parents': each is built while writes go on. */
static void
create_for_partition(struct plan *p, const struct schema_object *to,
    const json_t *part, bool concurrently)
{
	plan_create(p, "CREATE %sINDEX %s%s ON %s",
	    object_flag(to, "unique") ? "UNIQUE " : "",
	    concurrently ? "CONCURRENTLY " : "", json_str(part, "name"),
	    json_str(part, "definition"));
	if (concurrently)
		plan_mark(p, MARK_SAFE | MARK_OUTSIDE | MARK_SCANS);
}

static void
create_whole(struct plan *p, const struct schema_object *to, const char *how,
    unsigned marks)
{
	plan_create(p, "CREATE %sINDEX %s%s ON %s%s",
	    object_flag(to, "unique") ? "UNIQUE " : "", how,
	    object_fact(to, "index"), object_flag(to, "only") ? "ONLY " : "",
	    object_text(to, "definition"));
	plan_mark(p, marks);
}

static void
create(struct plan *p, const struct schema_object *to)
{
	struct partition_scans scans;

	if (!is_for_partitions(to)) {
		create_whole(p, to, "", MARK_PLAIN | MARK_SCANS);
		create_whole(p, to, "CONCURRENTLY ", MARK_SAFE | MARK_OUTSIDE |
		    MARK_SCANS);
	} else if (object_flag(to, "only") ||
	    object_json(to, "backed_by") != NULL) {
		create_whole(p, to, "", 0);
	} else {
		scans = partition_indexes_create(p, to, create_for_partition);
		create_whole(p, to, "", MARK_PLAIN | scans.plain);
		create_whole(p, to, "", MARK_SAFE | scans.safe);
	}
	marks_create(p, to);
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP INDEX %s%s", object_sql(from),
	    backing_dropped(p, from));
	if (is_for_partitions(from))
		return;
	plan_mark(p, MARK_PLAIN);
	plan_drop(p, "DROP INDEX CONCURRENTLY %s", object_sql(from));
	plan_mark(p, MARK_SAFE | MARK_OUTSIDE);
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "definition") ||
	    object_differs(from, to, "unique") ||
	    object_differs(from, to, "only") || !backing_settled(p, from, to))
		return false;
	if (strcmp(from->key, to->key) != 0)
		plan_alter(p, "ALTER INDEX %s RENAME TO %s", object_sql(from),
		    object_fact(to, "index"));
	if (!valid(from) && valid(to)) {
		plan_alter(p, "REINDEX INDEX %s", object_sql(to));
		plan_mark(p, MARK_PLAIN | MARK_SCANS);
		plan_alter(p, "REINDEX INDEX CONCURRENTLY %s", object_sql(to));
		plan_mark(p, MARK_SAFE | MARK_OUTSIDE | MARK_SCANS);
	}
	marks_alter(p, from, to);
	return true;
}

static void
judge_change(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "definition") ||
	    object_differs(from, to, "unique") ||
	    object_differs(from, to, "only") ||
	    object_differs(from, to, "backed_by"))
		judge_b(j, "index dropped");
	if (strcmp(from->key, to->key) != 0)
		judge_note(j, "renamed");
	if (!valid(from) && valid(to))
		judge_note(j, "the index is invalid: a build that failed");
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from != NULL && to != NULL)
		judge_change(j, from, to);
	else if (to == NULL)
		judge_b(j, "index dropped");
	if (to != NULL && object_flag(to, "unique") && (from == NULL ||
	    object_differs(from, to, "definition") ||
	    object_differs(from, to, "unique")))
		judge_b(j, "can fail on the data");
}

/* What would not be unique; an expression's values are not looked into. */
static int
measure_duplicates(struct measurement *m, const struct schema_object *to,
    struct error *err)
{
	const char *columns = object_fact(to, "unique_columns");

	if (columns == NULL)
		return 0;
	return measure_say_count(m, "value is there more than once",
	    "values are there more than once", err,
	    "SELECT count(*) FROM (SELECT FROM %s WHERE num_nulls(%s) = 0 "
	    "GROUP BY %s HAVING count(*) > 1) d", object_fact(to, "table"),
	    columns, columns);
}

/* Servers before 16 do not know when. */
static int
measure_use(struct measurement *m, const char *name, struct error *err)
{
	void *scratch = talloc_new(NULL);
	int64_t scans, last = 0;
	int rc = measure_count(m, "use of the index", &scans, err,
	    "SELECT sum(pg_stat_get_numscans(relid))::int8 FROM "
	    MEASURE_WITH_PARTITIONS, name, name);

	if (rc > 0 && scans > 0)
		rc = measure_count(m, "last use of the index", &last, err,
		    "SELECT coalesce(extract(epoch FROM max((SELECT "
		    "to_jsonb(s)->>'last_idx_scan' FROM pg_stat_all_indexes s "
		    "WHERE s.indexrelid = r.relid)::timestamptz))::int8, 0) FROM "
		    MEASURE_WITH_PARTITIONS, name, name);
	if (rc > 0 && scans == 0)
		measure_say(m, "never used since statistics began");
	else if (rc > 0)
		measure_say(m, "used %s times%s%s", str_count(scratch, scans),
		    last > 0 ? ", last at " : "", last > 0 ?
		    clock_rfc3339(scratch, last * 1000000) : "");
	talloc_free(scratch);
	return rc < 0 ? -1 : 0;
}

static int
measure(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	void *scratch;
	char *name;
	int64_t bytes;
	int rc;

	if (from == NULL)
		return measure_table(m, object_fact(to, "table"), err) < 0 ?
		    -1 : measure_duplicates(m, to, err);
	scratch = talloc_new(NULL);
	name = pg_quote_literal(scratch, object_sql(from));
	rc = measure_count(m, "size of the index", &bytes, err,
	    "SELECT sum(pg_relation_size(relid))::int8 FROM "
	    MEASURE_WITH_PARTITIONS, name, name);
	if (rc > 0) {
		measure_say(m, "%s", str_bytes(scratch, bytes));
		rc = measure_use(m, name, err);
	}
	if (rc >= 0 && to != NULL && object_flag(to, "unique") &&
	    (object_differs(from, to, "definition") ||
	    object_differs(from, to, "unique")))
		rc = measure_duplicates(m, to, err);
	talloc_free(scratch);
	return rc < 0 ? -1 : 0;
}

/* The definition from the table's name on: a rename is no change of it. */
#define QUERY(distinct) \
	"SELECT " REF("pg_class", "r.oid") " AS ref, r.qs AS schema, " \
	"r.qn AS name, " REF("pg_class", "t.oid") " AS parent, " \
	INDEX_TEXT("r", "t.q", "r.qn", distinct) " AS definition, " \
	"CASE WHEN i.indisunique THEN true END AS unique, " \
	"CASE WHEN NOT i.indisvalid AND r.relkind = 'i' " \
	"  THEN false END AS valid, " MARKS("i") ", " \
	"CASE WHEN NOT i.indisvalid AND r.relkind = 'I' THEN true " \
	"  END AS only, b.keys AS backed_by, t.q AS \"@table\", " \
	"r.qn AS \"@index\", r.relkind = 'I' AS \"@partitioned\", " \
	"CASE WHEN i.indisunique AND i.indexprs IS NULL " \
	"  AND i.indpred IS NULL THEN (SELECT string_agg(" \
	"  quote_ident(a.attname), ', ' ORDER BY a.attnum) " \
	"  FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY " \
	"  ((i.indkey::int2[])[0:i.indnkeyatts - 1])) END " \
	"  AS \"@unique_columns\", " \
	PARTITIONS("r.relkind = 'I'", "r.oid", UNKEYED_KEY, UNKEYED_NAME, \
	"_idx", distinct) " AS \"@partitions\", " \
	"b.keys AS depends " \
	"FROM pg_index i JOIN rel r ON r.oid = i.indexrelid " \
	"AND r.relkind IN ('i', 'I') JOIN rel t ON t.oid = i.indrelid " \
	"AND t.relkind IN ('r', 'p', 'm'), LATERAL (SELECT " \
	BACKED_BY("r.oid", "r.relkind") " AS keys) b " \
	"WHERE i.indexrelid NOT IN (SELECT k.conindid FROM pg_constraint k " \
	"  WHERE k.contype IN ('p', 'u', 'x')) " \
	"AND i.indexrelid NOT IN (SELECT h.inhrelid FROM pg_inherits h)"

const struct schema_kind schema_kind_index = {
	.name = "index",
	.flags = KIND_PART | KIND_MERGES | KIND_DERIVED | KIND_RENAMES,
	.query = QUERY(""),
	.newer = {{ 150000, QUERY(DISTINCT_NULLS) }},
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
	.measure = measure,
};
