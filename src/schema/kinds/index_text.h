/*
 * schema/kinds/index_text.h - in queries: an index as pg_get_indexdef() writes
 * it, from the table's name on: "s.t USING btree (a DESC) WHERE (b > 0)".
 *
 * That function looks up a dozen rows of the catalogues for each index, which
 * is most of what reading a large schema costs.  Most indexes are a btree on
 * one column in its usual order: those are written without it.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_INDEX_TEXT_H
#define PGRUNBOOK_SCHEMA_KINDS_INDEX_TEXT_H

/* What pg_get_indexdef() has nothing to say about; varchar has text's. */
#define USUAL_OPERATORS \
	"(SELECT o.oid, o.opcintype FROM pg_opclass o WHERE o.opcdefault " \
	"UNION ALL SELECT o.oid, 'varchar'::regtype FROM pg_opclass o " \
	"WHERE o.opcdefault AND o.opcintype = 'text'::regtype AND NOT EXISTS (" \
	"SELECT FROM pg_opclass v WHERE v.opcdefault AND v.opcmethod = " \
	"o.opcmethod AND v.opcintype = 'varchar'::regtype))"

/* Behind NULLS NOT DISTINCT, servers since 15 know of others. */
#define DISTINCT_NULLS	" AND NOT i.indnullsnotdistinct"

/*
 * i is the index's row in pg_index, c that in pg_class, name its quoted name;
 * distinct is DISTINCT_NULLS, or "" for older servers.
 */
#define INDEX_TEXT(c, table, name, distinct) \
	INDEX_TEXT_BY("pg_attribute a WHERE a.attrelid = i.indrelid " \
	"AND a.attnum = i.indkey[0] ", c, table, name, distinct)
/* by: what comes behind FROM, so that a is the one column's row. */
#define INDEX_TEXT_BY(by, c, table, name, distinct) \
	"coalesce(CASE WHEN i.indnatts = 1 AND i.indexprs IS NULL " \
	"AND " c ".relam = (SELECT oid FROM pg_am WHERE amname = 'btree') " \
	"AND " c ".reloptions IS NULL" distinct " THEN (" \
	"  SELECT CASE WHEN (i.indclass[0], a.atttypid) IN " USUAL_OPERATORS " " \
	"  THEN " table "||' USING btree ('||quote_ident(a.attname)||" \
	"  CASE i.indoption[0] WHEN 0 THEN '' WHEN 1 THEN ' DESC NULLS LAST' " \
	"  WHEN 2 THEN ' NULLS FIRST' ELSE ' DESC' END||')'||" \
	"  CASE WHEN i.indpred IS NULL THEN '' ELSE ' WHERE '||" \
	"  pg_get_expr(i.indpred, i.indrelid) END END FROM " by \
	"  AND a.attcollation = i.indcollation[0]) END, " \
	"substr(pg_get_indexdef(i.indexrelid), length('CREATE '||" \
	"CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END||'INDEX '||" \
	name "||' ON '||CASE WHEN " c ".relkind = 'I' THEN 'ONLY ' " \
	"ELSE '' END) + 1))"

#endif
