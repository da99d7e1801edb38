/*
 * schema/kinds/collation.c - collations and conversions.  The version of the
 * library that a collation was made with is not compared.
 */

#include "schema/kinds/plain.h"

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
