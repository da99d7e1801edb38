/* schema/kinds/aggregate.c - aggregate functions. */

#include "schema/kinds/plain.h"

/* An option of CREATE AGGREGATE where the column names a function. */
#define FUNCTION(word, column) \
	"CASE WHEN a." column " <> 0 THEN '" word " = '||" \
	"(SELECT quote_ident(n.nspname)||'.'||quote_ident(f.proname) " \
	"FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace " \
	"WHERE f.oid = a." column ") END"
#define MODIFY(word, column, kind) \
	"CASE WHEN a." column " <> CASE WHEN a.aggkind IN ('o', 'h') THEN 'w' " \
	"ELSE 'r' END::\"char\" AND a." kind " <> 0 THEN '" word " = '||" \
	"CASE a." column " WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN " \
	"'SHAREABLE' ELSE 'READ_WRITE' END END"
#define NUMBER(word, column) \
	"CASE WHEN a." column " <> 0 THEN '" word " = '||a." column " END"

/* As CREATE and DROP want them; one without arguments has a star. */
#define ARGUMENTS \
	"coalesce(nullif(pg_get_function_identity_arguments(p.oid), ''), '*')"

const struct schema_kind schema_kind_aggregate = {
	.name = "aggregate",
	.flags = KIND_DERIVED | KIND_BLOCKS | KIND_VERBATIM,
	.query = "SELECT " REF("pg_proc", "p.oid") " AS ref, n.q AS schema, "
	    "quote_ident(p.proname)||'('||oidvectortypes(p.proargtypes)||')' "
	    "AS name, jsonb_build_object('definition', 'AGGREGATE '||n.q||'.'||"
	    "quote_ident(p.proname)||'('||" ARGUMENTS "||') ('||"
	    "concat_ws(', ', " FUNCTION("SFUNC", "aggtransfn") ", "
	    "'STYPE = '||format_type(a.aggtranstype, NULL), "
	    NUMBER("SSPACE", "aggtransspace") ", "
	    FUNCTION("FINALFUNC", "aggfinalfn") ", "
	    "CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END, "
	    MODIFY("FINALFUNC_MODIFY", "aggfinalmodify", "aggfinalfn") ", "
	    FUNCTION("COMBINEFUNC", "aggcombinefn") ", "
	    FUNCTION("SERIALFUNC", "aggserialfn") ", "
	    FUNCTION("DESERIALFUNC", "aggdeserialfn") ", "
	    "'INITCOND = '||quote_literal(a.agginitval), "
	    FUNCTION("MSFUNC", "aggmtransfn") ", "
	    FUNCTION("MINVFUNC", "aggminvtransfn") ", "
	    "CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = '||"
	    "format_type(a.aggmtranstype, NULL) END, "
	    NUMBER("MSSPACE", "aggmtransspace") ", "
	    FUNCTION("MFINALFUNC", "aggmfinalfn") ", "
	    "CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END, "
	    MODIFY("MFINALFUNC_MODIFY", "aggmfinalmodify", "aggmfinalfn") ", "
	    "'MINITCOND = '||quote_literal(a.aggminitval), "
	    "(SELECT 'SORTOP = OPERATOR('||quote_ident(s.nspname)||'.'||"
	    "o.oprname||')' FROM pg_operator o JOIN pg_namespace s "
	    "ON s.oid = o.oprnamespace WHERE o.oid = a.aggsortop), "
	    "CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' "
	    "WHEN 'r' THEN 'PARALLEL = RESTRICTED' END, "
	    "CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' END)||')') "
	    "AS attributes, jsonb_build_object('drop', 'AGGREGATE '||n.q||'.'||"
	    "quote_ident(p.proname)||'('||" ARGUMENTS "||')') AS facts "
	    "FROM pg_proc p JOIN ours n ON n.oid = p.pronamespace "
	    "JOIN pg_aggregate a ON a.aggfnoid = p.oid "
	    "WHERE p.prokind = 'a' AND " NOT_MEMBER("pg_proc", "p.oid"),
	.create = plain_create,
	.drop = plain_drop,
	.judge = plain_judge,
};
