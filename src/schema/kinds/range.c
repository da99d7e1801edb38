/* schema/kinds/range.c - range types; their multirange types go with them. */

#include "base/memory.h"
#include "schema/kinds/plain.h"
#include "schema/kinds/retype.h"

#define NAMED(word, catalogue, schema, name, column) \
	"(SELECT '" word " = '||quote_ident(s.nspname)||'.'||quote_ident(x." \
	name ") FROM " catalogue " x JOIN pg_namespace s ON s.oid = x." schema \
	" WHERE x.oid = " column ")"

/* Its columns go over by their text. */
static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	char *create = mem_printf(NULL, "CREATE %s",
	    object_text(to, "definition"));

	retype_by_text(p, from, create);
	talloc_free(create);
	return true;
}

const struct schema_kind schema_kind_range = {
	.name = "range type",
	.flags = KIND_VERBATIM | KIND_TYPE,
	/* What is as CREATE TYPE makes it unasked is left unsaid. */
	.query = "SELECT " REF("pg_type", "t.oid") " AS ref, n.q AS schema, "
	    "quote_ident(t.typname) AS name, jsonb_build_object('definition', "
	    "'TYPE '||n.q||'.'||quote_ident(t.typname)||' AS RANGE ('||"
	    "concat_ws(', ', 'SUBTYPE = '||format_type(r.rngsubtype, NULL), "
	    "CASE WHEN NOT o.opcdefault THEN "
	    NAMED("SUBTYPE_OPCLASS", "pg_opclass", "opcnamespace", "opcname",
	    "r.rngsubopc") " END, "
	    "CASE WHEN r.rngcollation <> b.typcollation THEN "
	    NAMED("COLLATION", "pg_collation", "collnamespace", "collname",
	    "r.rngcollation") " END, "
	    "CASE WHEN r.rngcanonical <> 0 THEN 'CANONICAL = '||r.rngcanonical "
	    "END, CASE WHEN r.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF = '||"
	    "r.rngsubdiff END, "
	    NAMED("MULTIRANGE_TYPE_NAME", "pg_type", "typnamespace", "typname",
	    "(to_jsonb(r)->>'rngmultitypid')::oid") ")||')') AS attributes, "
	    "jsonb_build_object('drop', 'TYPE '||n.q||'.'||"
	    "quote_ident(t.typname), 'multirange', format_type("
	    "(to_jsonb(r)->>'rngmultitypid')::oid, NULL)) AS facts "
	    "FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid "
	    "JOIN pg_type b ON b.oid = r.rngsubtype "
	    "JOIN pg_opclass o ON o.oid = r.rngsubopc "
	    "JOIN ours n ON n.oid = t.typnamespace "
	    "WHERE " NOT_MEMBER("pg_type", "t.oid"),
	.create = plain_create,
	.drop = plain_drop,
	.alter = alter,
	.judge = plain_judge,
};
