/*
 * schema/kinds/column.h - columns: their text in CREATE TABLE, for tables;
 * what a change of theirs does to the columns that children have from them.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_COLUMN_H
#define PGRUNBOOK_SCHEMA_KINDS_COLUMN_H

#include "base/str.h"
#include "schema/kind.h"

/* How each change of one begins: its table, its name. */
#define ALTER_COLUMN "ALTER TABLE %s ALTER COLUMN %s "

/* "total numeric(14,2) DEFAULT 0 NOT NULL" */
char *column_definition(const void *owner, const struct schema_object *column);

/* "GENERATED ALWAYS AS IDENTITY (START WITH 7)", of a column or a setting */
char *column_identity(const void *owner, const struct schema_object *o);
/* " (a integer, b text)": all that a table shall have; more may be null. */
void columns_add(struct buffer *b, struct plan *p,
    const struct schema_object *table, const char *more);
/* What CREATE TABLE cannot say of them: storage, statistics, options. */
void columns_finish(struct plan *p, const struct schema_object *table);

/* Another type, or collation, and the default with it. */
void column_retype(struct plan *p, const struct schema_object *from,
    const struct schema_object *to);
/* What does not bear that its type changes is dropped and made again. */
void column_retype_free(struct plan *p, const struct schema_object *column);

/* Rows, and values that would be lost, changed or refused. */
int column_measure(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err);

/*
 * In queries: a column's default, or what it is generated from.  Looked for
 * where there is one: they are long, and most columns have none.
 */
#define COLUMN_EXPRESSION(a, relation) \
	"(SELECT pg_get_expr(d.adbin, " relation ") FROM pg_attrdef d " \
	"WHERE d.adrelid = " a ".attrelid AND d.adnum = " a ".attnum)"

/* In queries: the word for attstorage, or typstorage. */
#define COLUMN_STORAGE(column) \
	"CASE " column " WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' " \
	"WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END"

/*
 * In queries: an identity, and the sequence that is behind it.  Few columns
 * have one: it is looked for by the column (OFFSET 0), or the planner puts all
 * columns into a table to find theirs.
 */
#define IDENTITY(a) \
	"CASE " a ".attidentity WHEN 'a' THEN 'always' " \
	"WHEN 'd' THEN 'by default' END"
#define IDENTITY_SEQUENCE(has_one, table, column) \
	"LATERAL (SELECT q.*, c.relnamespace::regnamespace||'.'||" \
	"quote_ident(c.relname) AS name FROM pg_depend i JOIN pg_sequence q " \
	"ON q.seqrelid = i.objid JOIN pg_class c ON c.oid = i.objid " \
	"WHERE " has_one " " \
	"AND i.refclassid = 'pg_class'::regclass AND i.refobjid = " table " " \
	"AND i.refobjsubid = " column " AND i.classid = 'pg_class'::regclass " \
	"AND i.deptype = 'i' OFFSET 0)"
#define IDENTITY_OPTION(words, value, common) \
	"CASE WHEN " value " <> " common " THEN '" words " '||" value " END"
#define IDENTITY_OPTIONS(s) \
	"CASE WHEN " s ".seqrelid IS NOT NULL THEN nullif(concat_ws(' ', " \
	IDENTITY_OPTION("START WITH", s ".seqstart", "1") ", " \
	IDENTITY_OPTION("INCREMENT BY", s ".seqincrement", "1") ", " \
	IDENTITY_OPTION("MINVALUE", s ".seqmin", "1") ", " \
	IDENTITY_OPTION("MAXVALUE", s ".seqmax", "CASE " s ".seqtypid " \
	"  WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 " \
	"  ELSE 9223372036854775807 END") ", " \
	IDENTITY_OPTION("CACHE", s ".seqcache", "1") ", " \
	"CASE WHEN " s ".seqcycle THEN 'CYCLE' END), '') END"
#define IDENTITY_SET(s) \
	"'SET START WITH '||" s ".seqstart||" \
	"' SET INCREMENT BY '||" s ".seqincrement||" \
	"' SET MINVALUE '||" s ".seqmin||' SET MAXVALUE '||" s ".seqmax||" \
	"' SET CACHE '||" s ".seqcache||' SET '||" \
	"CASE WHEN " s ".seqcycle THEN '' ELSE 'NO ' END||'CYCLE'"

/*
 * In queries: what a partition or a child has from its parents is theirs,
 * and has a setting where it is not as theirs.  But a column that is computed
 * otherwise than theirs is its own, for no setting makes it so.
 */
#define COMPUTED(relation, name) \
	"(SELECT pg_get_expr(gd.adbin, gd.adrelid) FROM pg_attribute ga " \
	"JOIN pg_attrdef gd ON gd.adrelid = ga.attrelid " \
	"AND gd.adnum = ga.attnum WHERE ga.attrelid = " relation " " \
	"AND ga.attname = " name " AND ga.attgenerated <> '')"
#define INHERITED(a, r) \
	"(" a ".attinhcount > 0 AND NOT (" a ".attislocal AND NOT " \
	r ".relispartition AND " a ".attgenerated <> '' AND NOT EXISTS (" \
	"SELECT FROM pg_inherits gi WHERE gi.inhrelid = " a ".attrelid AND " \
	COMPUTED("gi.inhparent", a ".attname") " = " \
	COMPUTED(a ".attrelid", a ".attname") ")))"

/*
 * The parent's column becomes other, and the children's that have this
 * setting along with it: they get it back.
 */
void column_settings_keep(struct plan *p, const struct schema_object *column,
    const char *setting);
/* A change of type takes these away; to is what it shall be. */
void column_storage_keep(struct plan *p, const struct schema_object *column,
    const struct schema_object *to);
/* They come loose of a default that would stand in the way. */
void column_settings_loosen(struct plan *p, const struct schema_object *column);

#endif
