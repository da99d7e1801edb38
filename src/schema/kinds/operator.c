/*
 * schema/kinds/operator.c - operators, operator families and classes.
 *
 * What a class brings into its family is the class's; the rest is the
 * family's own.
 */

#include <string.h>

#include "base/str.h"
#include "schema/judge.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

#define ANOTHER(word, column) \
	"(SELECT '" word " = OPERATOR('||quote_ident(s.nspname)||'.'||" \
	"x.oprname||')' FROM pg_operator x JOIN pg_namespace s " \
	"ON s.oid = x.oprnamespace WHERE x.oid = o." column ")"
#define SIDE(column) \
	"CASE WHEN o." column " = 0 THEN 'NONE' " \
	"ELSE format_type(o." column ", NULL) END"
#define ESTIMATOR(word, column) \
	"CASE WHEN o." column " <> 0 THEN '" word " = '||o." column "::regproc END"

const struct schema_kind schema_kind_operator = {
	.name = "operator",
	.flags = KIND_DERIVED | KIND_BLOCKS | KIND_VERBATIM,
	/*
	 * One without a function is but another's promise: two that commute,
	 * or negate, are made in whatever order.
	 */
	.query = "SELECT " REF("pg_operator", "o.oid") " AS ref, "
	    "n.q AS schema, o.oprname||' ('||" SIDE("oprleft") "||', '||"
	    SIDE("oprright") "||')' AS name, "
	    "jsonb_build_object('definition', 'OPERATOR '||n.q||'.'||o.oprname||"
	    "' ('||concat_ws(', ', 'FUNCTION = '||o.oprcode::regproc, "
	    "CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = '||" SIDE("oprleft") " END, "
	    "CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = '||" SIDE("oprright")
	    " END, " ANOTHER("COMMUTATOR", "oprcom") ", "
	    ANOTHER("NEGATOR", "oprnegate") ", "
	    ESTIMATOR("RESTRICT", "oprrest") ", " ESTIMATOR("JOIN", "oprjoin") ", "
	    "CASE WHEN o.oprcanhash THEN 'HASHES' END, "
	    "CASE WHEN o.oprcanmerge THEN 'MERGES' END)||')') AS attributes, "
	    "jsonb_build_object('drop', 'OPERATOR '||n.q||'.'||o.oprname||' ('||"
	    SIDE("oprleft") "||', '||" SIDE("oprright") "||')') AS facts "
	    "FROM pg_operator o JOIN ours n ON n.oid = o.oprnamespace "
	    "WHERE o.oprcode <> 0 AND " NOT_MEMBER("pg_operator", "o.oid"),
	.create = plain_create,
	.drop = plain_drop,
	.judge = plain_judge,
};

/* ---- members of families and classes --------------------------------------- */

#define TYPES(alias, left, right) \
	"format_type(" alias "." left ", NULL)||', '||" \
	"format_type(" alias "." right ", NULL)"
/* Operators and functions of a family that belongs to it, or to a class. */
#define MEMBERS(owner_class, owner) \
	"(SELECT jsonb_object_agg(m.place, m.what ORDER BY m.place) FROM (" \
	"SELECT 'OPERATOR '||a.amopstrategy||' ('||" \
	TYPES("a", "amoplefttype", "amoprighttype") "||')' AS place, " \
	"quote_ident(s.nspname)||'.'||o.oprname||' ('||" \
	TYPES("a", "amoplefttype", "amoprighttype") "||')'||" \
	"coalesce(' FOR ORDER BY '||(SELECT quote_ident(fs.nspname)||'.'||" \
	"quote_ident(f.opfname) FROM pg_opfamily f JOIN pg_namespace fs " \
	"ON fs.oid = f.opfnamespace WHERE f.oid = a.amopsortfamily), '') " \
	"AS what FROM pg_depend d JOIN pg_amop a ON a.oid = d.objid " \
	"JOIN pg_operator o ON o.oid = a.amopopr " \
	"JOIN pg_namespace s ON s.oid = o.oprnamespace " \
	"WHERE d.classid = 'pg_amop'::regclass " \
	"AND d.refclassid = '" owner_class "'::regclass " \
	"AND d.refobjid = " owner " AND d.deptype IN ('a', 'i') " \
	"UNION ALL SELECT 'FUNCTION '||a.amprocnum||' ('||" \
	TYPES("a", "amproclefttype", "amprocrighttype") "||')', " \
	"a.amproc::regprocedure::text FROM pg_depend d " \
	"JOIN pg_amproc a ON a.oid = d.objid " \
	"WHERE d.classid = 'pg_amproc'::regclass " \
	"AND d.refclassid = '" owner_class "'::regclass " \
	"AND d.refobjid = " owner " AND d.deptype IN ('a', 'i')) m)"

/* Members of a that b has not, or has otherwise. */
static void
each_lost_member(struct plan *p, const struct schema_object *a,
    const struct schema_object *b, bool add, plan_write write)
{
	const json_t *others = b == NULL ? NULL : object_json(b, "members");
	const char *place;
	json_t *what;

	json_object_foreach(json_object_get(object_attributes(a), "members"), place,
	    what) {
		const json_t *other = json_object_get(others, place);

		if (other != NULL && json_equal(what, other))
			continue;
		/* An operator's types stand behind its name. */
		if (add)
			write(p, "ALTER OPERATOR FAMILY %s ADD %.*s %s",
			    object_fact(a, "family"),
			    (int)(str_starts(place, "OPERATOR") ?
			    strcspn(place, "(") : strlen(place)), place,
			    json_string_value(what));
		else
			write(p, "ALTER OPERATOR FAMILY %s DROP %s",
			    object_fact(a, "family"), place);
	}
}

static void
family_create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "CREATE OPERATOR FAMILY %s", object_fact(to, "family"));
	each_lost_member(p, to, NULL, true, plan_create);
}

static bool
family_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	each_lost_member(p, from, to, false, plan_alter);
	each_lost_member(p, to, from, true, plan_alter);
	return true;
}

#define METHOD	"(SELECT quote_ident(amname) FROM pg_am WHERE oid = "

const struct schema_kind schema_kind_operator_family = {
	.name = "operator family",
	.flags = KIND_VERBATIM,
	.query = "SELECT " REF("pg_opfamily", "f.oid") " AS ref, "
	    "n.q AS schema, quote_ident(f.opfname)||' USING '||" METHOD
	    "f.opfmethod) AS name, jsonb_strip_nulls(jsonb_build_object("
	    "'members', " MEMBERS("pg_opfamily", "f.oid") ")) AS attributes, "
	    "jsonb_build_object('family', n.q||'.'||quote_ident(f.opfname)||"
	    "' USING '||" METHOD "f.opfmethod), 'drop', 'OPERATOR FAMILY '||"
	    "n.q||'.'||quote_ident(f.opfname)||' USING '||" METHOD
	    "f.opfmethod)) AS facts "
	    "FROM pg_opfamily f JOIN ours n ON n.oid = f.opfnamespace "
	    "WHERE " NOT_MEMBER("pg_opfamily", "f.oid"),
	.create = family_create,
	.drop = plain_drop,
	.alter = family_alter,
	.judge = plain_judge,
};

const struct schema_kind schema_kind_operator_class = {
	.name = "operator class",
	.flags = KIND_DERIVED | KIND_BLOCKS | KIND_VERBATIM,
	.query = "SELECT " REF("pg_opclass", "c.oid") " AS ref, "
	    "n.q AS schema, quote_ident(c.opcname)||' USING '||c.method "
	    "AS name, jsonb_build_object('definition', 'OPERATOR CLASS '||"
	    "n.q||'.'||quote_ident(c.opcname)||"
	    "CASE WHEN c.opcdefault THEN ' DEFAULT' ELSE '' END||' FOR TYPE '||"
	    "format_type(c.opcintype, NULL)||' USING '||c.method||' FAMILY '||"
	    "(SELECT quote_ident(s.nspname)||'.'||quote_ident(f.opfname) "
	    "FROM pg_opfamily f JOIN pg_namespace s ON s.oid = f.opfnamespace "
	    "WHERE f.oid = c.opcfamily)||' AS '||"
	    "coalesce((SELECT string_agg(CASE WHEN k LIKE 'FUNCTION%' THEN k "
	    "  ELSE split_part(k, ' (', 1) END||' '||v, ', ' ORDER BY k) "
	    "  FROM jsonb_each_text(" MEMBERS("pg_opclass", "c.oid")
	    ") x(k, v))||CASE WHEN c.opckeytype <> 0 THEN ', ' ELSE '' END, '')||"
	    "CASE WHEN c.opckeytype <> 0 OR NOT EXISTS (SELECT FROM pg_depend d "
	    "  WHERE d.refclassid = 'pg_opclass'::regclass "
	    "  AND d.refobjid = c.oid AND d.deptype = 'i') "
	    "  THEN 'STORAGE '||format_type(CASE c.opckeytype WHEN 0 "
	    "  THEN c.opcintype ELSE c.opckeytype END, NULL) ELSE '' END) "
	    "AS attributes, jsonb_build_object('drop', 'OPERATOR CLASS '||"
	    "n.q||'.'||quote_ident(c.opcname)||' USING '||c.method) AS facts "
	    "FROM (SELECT *, " METHOD "opcmethod) AS method FROM pg_opclass) c "
	    "JOIN ours n ON n.oid = c.opcnamespace "
	    "WHERE " NOT_MEMBER("pg_opclass", "c.oid"),
	.create = plain_create,
	.drop = plain_drop,
	.judge = plain_judge,
};
