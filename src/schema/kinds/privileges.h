/*
 * schema/kinds/privileges.h - what grants and default privileges share.
 *
 * Privileges are a json array of "SELECT" or "SELECT with grant option",
 * sorted: attribute "privileges" as they are, fact "default" as they are
 * where nobody has said anything.  An object is there where the two differ.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_PRIVILEGES_H
#define PGRUNBOOK_SCHEMA_KINDS_PRIVILEGES_H

#include "schema/kind.h"
#include "schema/plan.h"

/*
 * The statements that make the one set the other, each behind prefix
 * ("ALTER DEFAULT PRIVILEGES ..."), with columns (may be null) behind each
 * privilege: "GRANT SELECT (id) ON TABLE t TO r".
 */
struct privileges_target {
	const char	*prefix, *columns, *on, *grantee;
};
void privileges_write(struct plan *p, plan_write write,
    const struct privileges_target *t, const json_t *from, const json_t *to);

/* Only what is taken away. */
void privileges_revoke(struct plan *p, plan_write write,
    const struct privileges_target *t, const json_t *from, const json_t *to);

/* "privilege widening", "privilege narrowing" */
void privileges_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to);

/* Either may be null: then it is the default of the other. */
const json_t *privileges_of(const struct schema_object *o,
    const struct schema_object *other);

/*
 * A lateral subquery: grantee (oid), has, normal (jsonb arrays) where the
 * access control list differs from what it is by default.
 */
#define PRIVILEGES(acl, normal) \
	"LATERAL (SELECT x.grantee, " \
	"  coalesce(jsonb_agg(x.p ORDER BY x.p) FILTER (WHERE x.mine), '[]') " \
	"    AS has, coalesce(jsonb_agg(x.p ORDER BY x.p) " \
	"    FILTER (WHERE NOT x.mine), '[]') AS normal " \
	"  FROM (SELECT grantee, privilege_type||CASE WHEN bool_or(is_grantable) " \
	"    THEN ' with grant option' ELSE '' END AS p, mine FROM (" \
	"    SELECT *, true AS mine FROM aclexplode(" acl ") UNION ALL " \
	"    SELECT *, false FROM aclexplode(" normal ")) y " \
	"    GROUP BY grantee, privilege_type, mine) x GROUP BY x.grantee) g"
#define GRANTEE	"CASE WHEN g.grantee = 0 THEN 'PUBLIC' " \
	"ELSE quote_ident(pg_get_userbyid(g.grantee)) END"
/* Roles that the platform brings along, and grants all to. */
#define PLATFORM_ROLE "(EXISTS (SELECT FROM pg_roles WHERE " \
	"rolname = 'supabase_admin') AND pg_get_userbyid(g.grantee) IN " \
	"('anon', 'authenticated', 'service_role', 'postgres', " \
	"'dashboard_user', 'supabase_admin'))"

#endif
