/* schema/kinds/cast.c - casts. */

#include "schema/kinds/plain.h"

const struct schema_kind schema_kind_cast = {
	.name = "cast",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	/* A range type's own are internal to it. */
	.query = "SELECT " REF("pg_cast", "c.oid") " AS ref, '' AS schema, "
	    "c.name, jsonb_build_object('definition', 'CAST '||c.name||"
	    "  CASE c.castmethod WHEN 'f' THEN ' WITH FUNCTION '||"
	    "    c.castfunc::regprocedure WHEN 'i' THEN ' WITH INOUT' "
	    "    ELSE ' WITHOUT FUNCTION' END||"
	    "  CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' "
	    "    WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END) AS attributes, "
	    "jsonb_build_object('drop', 'CAST '||c.name) AS facts "
	    "FROM (SELECT *, '('||format_type(castsource, NULL)||' AS '||"
	    "  format_type(casttarget, NULL)||')' AS name FROM pg_cast) c "
	    "WHERE c.oid >= 16384 AND " NOT_MEMBER("pg_cast", "c.oid")
	    " AND " NOT_INTERNAL("pg_cast", "c.oid"),
	.create = plain_create,
	.drop = plain_drop,
	.judge = plain_judge,
};
