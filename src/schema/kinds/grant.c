/*
 * schema/kinds/grant.c - privileges on objects and columns, one object for
 * each grantee that has others than by default.
 *
 * Who owns an object is not compared, so what the owner may do is said of
 * "its owner".  A platform's roles have all privileges by the platform's
 * default privileges: that is left out.
 */

#include "schema/judge.h"
#include "schema/kinds/privileges.h"

static void
write_change(struct plan *p, plan_write write, const struct schema_object *o,
    const json_t *from, const json_t *to)
{
	const struct privileges_target t = { .prefix = "",
		.columns = object_fact(o, "column"), .on = object_fact(o, "on"),
		.grantee = object_fact(o, "grantee") };

	privileges_write(p, write, &t, from, to);
}

static void
create(struct plan *p, const struct schema_object *to)
{
	write_change(p, plan_create, to, object_fact_json(to, "default"),
	    object_json(to, "privileges"));
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	write_change(p, plan_drop, from, object_json(from, "privileges"),
	    object_fact_json(from, "default"));
}

/* A privilege that a table loses, its columns lose as well. */
static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	plan_rebuild(p, from, KIND_DERIVED);
	write_change(p, plan_alter, to, object_json(from, "privileges"),
	    object_json(to, "privileges"));
	return true;
}

#define ACL(catalogue, alias, schema, name, on, kind, owner, acl) \
	"SELECT " REF(catalogue, alias ".oid") " AS ref, " schema " AS schema, " \
	name " AS name, " on " AS \"on\", null AS col, null::oid AS whole, " \
	kind "::\"char\" AS kind, " alias "." owner " AS owner, " \
	alias "." acl " AS acl "

const struct schema_kind schema_kind_grant = {
	.name = "grant",
	.flags = KIND_PART | KIND_DERIVED | KIND_VERBATIM | KIND_OURS_BY_PARENT,
	.query = ", acls AS ("
	    ACL("pg_class", "r", "r.qs", "r.qn",
	    "CASE r.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END||r.q",
	    "CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END", "relowner",
	    "relacl")
	    "FROM rel r WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') "
	    "AND r.relacl IS NOT NULL "
	    "UNION ALL SELECT " REF_COLUMN("r.oid", "a.attnum") ", r.qs, "
	    "r.qn||'.'||quote_ident(a.attname), 'TABLE '||r.q, "
	    "quote_ident(a.attname), CASE WHEN r.relacl IS NOT NULL "
	    "THEN r.oid END, 'c', r.relowner, a.attacl "
	    "FROM pg_attribute a JOIN rel r ON r.oid = a.attrelid "
	    "WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped "
	    "UNION ALL "
	    ACL("pg_proc", "p", "n.q",
	    "quote_ident(p.proname)||'('||oidvectortypes(p.proargtypes)||')'",
	    "CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END||"
	    "n.q||'.'||quote_ident(p.proname)||'('||"
	    "oidvectortypes(p.proargtypes)||')'", "'f'", "proowner", "proacl")
	    "FROM pg_proc p JOIN ours n ON n.oid = p.pronamespace "
	    "WHERE p.proacl IS NOT NULL AND " NOT_MEMBER("pg_proc", "p.oid")
	    " UNION ALL "
	    ACL("pg_type", "t", "n.q", "'type '||quote_ident(t.typname)",
	    "'TYPE '||n.q||'.'||quote_ident(t.typname)", "'T'", "typowner",
	    "typacl")
	    "FROM pg_type t JOIN ours n ON n.oid = t.typnamespace "
	    "WHERE t.typacl IS NOT NULL AND " NOT_MEMBER("pg_type", "t.oid")
	    " UNION ALL "
	    ACL("pg_namespace", "s", "''", "'schema '||n.q", "'SCHEMA '||n.q",
	    "'n'", "nspowner", "nspacl")
	    "FROM pg_namespace s JOIN ours n ON n.oid = s.oid "
	    "WHERE s.nspacl IS NOT NULL UNION ALL "
	    ACL("pg_foreign_data_wrapper", "w", "''",
	    "'foreign data wrapper '||quote_ident(w.fdwname)",
	    "'FOREIGN DATA WRAPPER '||quote_ident(w.fdwname)", "'F'",
	    "fdwowner", "fdwacl")
	    "FROM pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL AND "
	    NOT_MEMBER("pg_foreign_data_wrapper", "w.oid") " UNION ALL "
	    ACL("pg_foreign_server", "v", "''",
	    "'server '||quote_ident(v.srvname)",
	    "'FOREIGN SERVER '||quote_ident(v.srvname)", "'S'", "srvowner",
	    "srvacl")
	    "FROM pg_foreign_server v WHERE v.srvacl IS NOT NULL AND "
	    NOT_MEMBER("pg_foreign_server", "v.oid") " UNION ALL "
	    ACL("pg_language", "l", "''", "'language '||quote_ident(l.lanname)",
	    "'LANGUAGE '||quote_ident(l.lanname)", "'l'", "lanowner", "lanacl")
	    "FROM pg_language l WHERE l.lanacl IS NOT NULL), "
	    /* Many objects, few lists. */
	    "told AS MATERIALIZED (SELECT d.*, g.* FROM (SELECT DISTINCT "
	    "  acl, kind, owner FROM acls) d, "
	    PRIVILEGES("d.acl", "acldefault(d.kind, d.owner)")
	    "  WHERE g.has <> g.normal) "
	    "SELECT 'grant:'||a.ref||':'||g.grantee AS ref, a.schema, "
	    "a.name||' to '||CASE WHEN g.grantee = a.owner THEN 'its owner' "
	    "  ELSE " GRANTEE " END AS name, a.ref AS parent, "
	    "g.has AS privileges, g.normal AS \"@default\", "
	    "a.\"on\" AS \"@on\", a.col AS \"@column\", "
	    GRANTEE " AS \"@grantee\", "
	    /* A column's comes after its table's. */
	    "CASE WHEN a.whole IS NOT NULL THEN (SELECT jsonb_build_array("
	    "  'grant '||a.schema||'.'||r.qn||' to '||" GRANTEE ") FROM rel r "
	    "  WHERE r.oid = a.whole AND g.grantee <> a.owner AND g.grantee IN "
	    "  (SELECT grantee FROM aclexplode(r.relacl))) END AS depends "
	    "FROM acls a JOIN told g USING (acl, kind, owner) "
	    "WHERE NOT (g.grantee <> a.owner AND "
	    PLATFORM_ROLE " AND a.kind <> 'c' AND g.has @> (SELECT jsonb_agg("
	    "  privilege_type) FROM aclexplode(acldefault(a.kind, a.owner)) "
	    "  WHERE grantee = a.owner))",
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = privileges_judge,
};
