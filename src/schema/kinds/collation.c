/*
 * schema/kinds/collation.c - collations and conversions.  The version of the
 * library that a collation was made with is not compared.
 */

#include "base/str.h"
#include "schema/kinds/column.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

#define OLD	"pgrunbook_old_collation"

/* What sorts by it goes over to the one that takes its name. */
static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const struct schema_object **columns = plan_dependents(p, from, "column");

	plan_rebuild(p, from, KIND_DERIVED);
	plan_alter(p, "ALTER COLLATION %s RENAME TO " OLD, object_sql(from));
	plan_alter(p, "CREATE %s", object_text(to, "definition"));
	for (; *columns != NULL; columns++) {
		const struct schema_object *c = *columns;
		const struct schema_object *target = plan_staying(p, c->key);

		if (target == NULL ||
		    !str_equal(object_text(c, "collation"), object_sql(from)))
			continue;
		column_retype_free(p, c);
		plan_alter(p, ALTER_COLUMN "TYPE %s COLLATE %s",
		    object_fact(c, "table"), object_fact(c, "column"),
		    object_text(c, "type"), object_sql(to));
		plan_mark(p, MARK_LOCKS);
		column_storage_keep(p, c, target);
	}
	plan_alter(p, "DROP COLLATION %s." OLD, from->schema);
	return true;
}

/* Where the library's name for it stands depends on the server. */
#define LOCALE	"coalesce(to_jsonb(c)->>'colllocale', " \
	"to_jsonb(c)->>'colliculocale')"

const struct schema_kind schema_kind_collation = {
	.name = "collation",
	.flags = KIND_VERBATIM,
	.query = "SELECT " REF("pg_collation", "c.oid") " AS ref, "
	    "n.q AS schema, quote_ident(c.collname) AS name, "
	    "jsonb_build_object('definition', 'COLLATION '||n.q||'.'||"
	    "quote_ident(c.collname)||' ('||concat_ws(', ', 'PROVIDER = '||"
	    "CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' "
	    "ELSE 'libc' END, CASE WHEN " LOCALE " IS NOT NULL THEN "
	    "'LOCALE = '||quote_literal(" LOCALE ") "
	    "WHEN c.collcollate = c.collctype THEN "
	    "'LOCALE = '||quote_literal(c.collcollate) ELSE "
	    "'LC_COLLATE = '||quote_literal(c.collcollate)||"
	    "', LC_CTYPE = '||quote_literal(c.collctype) END, "
	    "CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' "
	    "END, 'RULES = '||quote_literal(coalesce("
	    "to_jsonb(c)->>'collicurules')))||')') AS attributes, "
	    "jsonb_build_object('drop', 'COLLATION '||n.q||'.'||"
	    "quote_ident(c.collname)) AS facts "
	    "FROM pg_collation c JOIN ours n ON n.oid = c.collnamespace "
	    "WHERE " NOT_MEMBER("pg_collation", "c.oid"),
	.create = plain_create,
	.drop = plain_drop,
	.alter = alter,
	.judge = plain_judge,
};

const struct schema_kind schema_kind_conversion = {
	.name = "conversion",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	.query = "SELECT " REF("pg_conversion", "c.oid") " AS ref, "
	    "n.q AS schema, quote_ident(c.conname) AS name, "
	    "jsonb_build_object('definition', "
	    "CASE WHEN c.condefault THEN 'DEFAULT ' ELSE '' END||"
	    "'CONVERSION '||n.q||'.'||quote_ident(c.conname)||' FOR '||"
	    "quote_literal(pg_encoding_to_char(c.conforencoding))||' TO '||"
	    "quote_literal(pg_encoding_to_char(c.contoencoding))||' FROM '||"
	    "c.conproc::regproc) AS attributes, "
	    "jsonb_build_object('drop', 'CONVERSION '||n.q||'.'||"
	    "quote_ident(c.conname)) AS facts "
	    "FROM pg_conversion c JOIN ours n ON n.oid = c.connamespace "
	    "WHERE " NOT_MEMBER("pg_conversion", "c.oid"),
	.create = plain_create,
	.drop = plain_drop,
	.judge = plain_judge,
};
