/*
 * schema/kinds/comment.c - comments, each part of what it is about: that of
 * a column a definition does not list is its table's or view's.
 */

#include "base/memory.h"
#include "postgres/session.h"
#include "schema/kind.h"
#include "schema/plan.h"

static void
write_comment(struct plan *p, const struct schema_object *o, plan_write write)
{
	char *text = pg_quote_literal(NULL, object_text(o, "text"));

	write(p, "COMMENT ON %s IS %s", object_fact(o, "on"), text);
	talloc_free(text);
}

static void
create(struct plan *p, const struct schema_object *to)
{
	write_comment(p, to, plan_create);
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "COMMENT ON %s IS NULL", object_fact(from, "on"));
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	(void)from;
	write_comment(p, to, plan_alter);
	return true;
}

const struct schema_kind schema_kind_comment = {
	.name = "comment",
	.flags = KIND_PART | KIND_DERIVED | KIND_VERBATIM |
	    KIND_OURS_BY_PARENT | KIND_NAMED,
	/*
	 * COMMENT ON AGGREGATE cannot name one without arguments, FUNCTION
	 * can.  An extension brings its own comment along.  Most comments are
	 * about tables and columns, which need no function to be named.
	 */
	.query = ", told AS (SELECT d.*, CASE d.objsubid WHEN 0 THEN 'table' "
	    "  ELSE 'table column' END AS type, CASE d.objsubid WHEN 0 THEN r.q "
	    "  ELSE (SELECT r.q||'.'||quote_ident(a.attname) "
	    "  FROM pg_attribute a WHERE a.attrelid = d.objoid "
	    "  AND a.attnum = d.objsubid) END AS identity FROM pg_description d "
	    "  JOIN rel r ON r.oid = d.objoid AND r.relkind IN ('r', 'p') "
	    "  WHERE d.classoid = 'pg_class'::regclass "
	    "UNION ALL SELECT d.*, i.type, i.identity FROM pg_description d, "
	    "  pg_identify_object(d.classoid, d.objoid, d.objsubid) i "
	    "  WHERE (d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass) "
	    "  AND (d.classoid <> 'pg_class'::regclass OR d.objoid NOT IN "
	    "  (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')))) "
	    "SELECT 'comment:'||d.classoid||':'||d.objoid||':'||d.objsubid "
	    "AS ref, '' AS schema, d.type||' '||d.identity AS name, "
	    /* NOT NULL is its column's, though the server has a constraint. */
	    "coalesce((SELECT " REF_COLUMN("k.conrelid", "k.conkey[1]") " "
	    "  FROM pg_constraint k WHERE d.classoid = 'pg_constraint'::regclass "
	    "  AND k.oid = d.objoid AND k.contype = 'n' AND k.conrelid <> 0), "
	    "  d.classoid||':'||d.objoid||':'||d.objsubid) AS parent, "
	    "d.description AS text, CASE "
	    "  WHEN d.type LIKE '% column' THEN 'COLUMN '||d.identity "
	    "  WHEN d.type = 'domain constraint' THEN (SELECT 'CONSTRAINT '||"
	    "    quote_ident(k.conname)||' ON DOMAIN '||"
	    "    format_type(k.contypid, NULL) FROM pg_constraint k "
	    "    WHERE k.oid = d.objoid) "
	    "  WHEN d.type LIKE '% constraint' THEN 'CONSTRAINT '||d.identity "
	    "  WHEN d.type = 'aggregate' THEN 'FUNCTION '||d.identity "
	    "  WHEN d.type = 'composite type' THEN 'TYPE '||d.identity "
	    "  WHEN d.type = 'statistics object' THEN 'STATISTICS '||d.identity "
	    "  ELSE upper(replace(d.type, '-', ' '))||' '||d.identity END "
	    "AS \"@on\" FROM told d "
	    "WHERE (d.classoid, d.objoid) NOT IN (SELECT * FROM member) "
	    "AND (d.classoid <> 'pg_extension'::regclass OR (d.identity, "
	    "  d.description) NOT IN (SELECT quote_ident(e.name), e.comment "
	    "  FROM pg_available_extensions() e WHERE e.comment IS NOT NULL)) "
	    /* An index that is made for a partition has its parent's, or none. */
	    "AND (d.classoid <> 'pg_class'::regclass OR d.objsubid <> 0 "
	    "  OR (d.objoid, d.description) NOT IN (SELECT h.inhrelid, "
	    "  o.description FROM pg_inherits h JOIN pg_index x "
	    "  ON x.indexrelid = h.inhrelid JOIN pg_description o "
	    "  ON o.objoid = h.inhparent AND o.classoid = 'pg_class'::regclass "
	    "  AND o.objsubid = 0))",
	.create = create,
	.drop = drop,
	.alter = alter,
};
