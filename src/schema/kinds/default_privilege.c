/*
 * schema/kinds/default_privilege.c - what objects that a role is yet to make
 * are granted, one object for each grantee.
 *
 * Those of a platform's roles are left out.
 */

#include "schema/judge.h"
#include "schema/kinds/privileges.h"

static void
write_change(struct plan *p, plan_write write, const struct schema_object *o,
    const json_t *from, const json_t *to)
{
	const struct privileges_target t = {
		.prefix = object_fact(o, "prefix"), .on = object_fact(o, "on"),
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

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	write_change(p, plan_alter, to, object_json(from, "privileges"),
	    object_json(to, "privileges"));
	return true;
}

#define ROLE	"quote_ident(pg_get_userbyid(d.defaclrole))"

const struct schema_kind schema_kind_default_privilege = {
	.name = "default privilege",
	.flags = KIND_PART | KIND_VERBATIM,
	/* One for a schema adds to what there is, one for all replaces it. */
	.query = "SELECT 'default:'||d.oid||':'||g.grantee AS ref, '' AS schema, "
	    "'of '||" ROLE "||' on '||w.what||coalesce(' in '||n.q, '')||"
	    "' to '||" GRANTEE " AS name, "
	    "CASE WHEN n.oid IS NOT NULL THEN " REF("pg_namespace", "n.oid")
	    " END AS parent, "
	    "jsonb_build_object('privileges', g.has) AS attributes, "
	    "jsonb_build_object('default', g.normal, "
	    "'prefix', 'ALTER DEFAULT PRIVILEGES FOR ROLE '||" ROLE "||"
	    "  coalesce(' IN SCHEMA '||n.q, '')||' ', "
	    "'on', upper(w.what), 'grantee', " GRANTEE ") AS facts "
	    "FROM pg_default_acl d JOIN (VALUES ('r'::\"char\", 'tables'), "
	    "('S', 'sequences'), ('f', 'functions'), ('T', 'types'), "
	    "('n', 'schemas'), ('L', 'large objects')) w(kind, what) "
	    "ON w.kind = d.defaclobjtype "
	    "LEFT JOIN ours n ON n.oid = d.defaclnamespace, "
	    PRIVILEGES("d.defaclacl", "CASE WHEN d.defaclnamespace = 0 THEN "
	    "acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE "
	    "d.defaclobjtype END, d.defaclrole) END")
	    " WHERE g.has <> g.normal AND (d.defaclnamespace = 0 "
	    "OR n.oid IS NOT NULL) AND NOT " PLATFORM_ROLE,
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = privileges_judge,
};
