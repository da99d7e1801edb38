/*
 * schema/kinds/partition_index.h - indexes of partitions that come with their
 * parent's index or key.
 *
 * One that is there before, and is like its parent's, becomes part of that.
 * So where a partition has rows already its index is made first, by itself:
 * nobody who writes waits for long, and it has the name that it shall have.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_PARTITION_INDEX_H
#define PGRUNBOOK_SCHEMA_KINDS_PARTITION_INDEX_H

#include "schema/kind.h"
#include "schema/kinds/index_text.h"
#include "schema/plan.h"

/*
 * Writes what makes the index of one partition, a member of fact
 * "partitions".  The concurrent form marks its statements itself; the other
 * is one statement without marks.
 */
typedef void (*partition_write)(struct plan *p, const struct schema_object *to,
    const json_t *part, bool concurrently);

/* MARK_SCANS or 0: what is left to the parent's statement, in either form. */
struct partition_scans {
	unsigned plain, safe;
};

/* To be called before the parent's statement is written. */
struct partition_scans partition_indexes_create(struct plan *p,
    const struct schema_object *to, partition_write write);

/* Null where a key stands behind the partition's index. */
#define UNKEYED_NAME \
	"CASE WHEN NOT EXISTS (SELECT FROM pg_constraint k " \
	"WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')) THEN c.qn END"
#define UNKEYED_KEY	"'index '||c.qs||'.'||c.qn"
#define KEYED_NAME	"c.qn"
#define KEYED_KEY(kind)	"'" kind " '||t.q||'.'||c.qn"

/*
 * As the server names one of this ending by itself: it names the columns but
 * of a primary key, numbers what is there, and cuts what is too long.
 */
#define USUAL_NAME(ending) \
	"(SELECT octet_length(u.name) > 63 OR " \
	"regexp_replace(c.relname, '[0-9]*$', '') = u.name FROM (" \
	"SELECT t.relname||CASE '" ending "' WHEN '_pkey' THEN '' ELSE '_'||" \
	"string_agg(a.attname, '_' ORDER BY a.attnum) END||'" ending "' " \
	"AS name FROM pg_attribute a WHERE a.attrelid = c.oid) u)"

/*
 * In queries, fact "partitions": the indexes that belong to this one, the
 * innermost first; null where it is none for partitions.  key is the key
 * that one had which did not belong to it; distinct is that of INDEX_TEXT.
 */
#define PARTITIONS(is_for_partitions, index, key, name, ending, distinct) \
	"CASE WHEN " is_for_partitions " THEN (WITH RECURSIVE tree AS (" \
	"SELECT h.inhrelid AS oid, 1 AS depth FROM pg_inherits h " \
	"WHERE h.inhparent = " index " UNION ALL SELECT h.inhrelid, " \
	"u.depth + 1 FROM tree u JOIN pg_inherits h ON h.inhparent = u.oid) " \
	"SELECT jsonb_agg(jsonb_build_object('table', t.q, " \
	"'key', " key ", 'name', " name ", 'definition', " \
	INDEX_TEXT("c", "t.q", "c.qn", distinct) ", 'is_leaf', " \
	"c.relkind = 'i', 'has_usual_name', " USUAL_NAME(ending) ") " \
	"ORDER BY u.depth DESC, t.q) FROM tree u JOIN pg_index i " \
	"ON i.indexrelid = u.oid JOIN rel c ON c.oid = u.oid " \
	"JOIN rel t ON t.oid = i.indrelid) END"

#endif
