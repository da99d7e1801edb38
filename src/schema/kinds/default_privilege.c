/*
 * schema/kinds/default_privilege.c - what objects that a role is yet to make
 * are granted, one object for each grantee.
 *
 * Those of a platform's roles are left out.
 */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
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

/* Which kinds it is about, and how GRANT calls them. */
static const struct {
	const char	*kind, *what, *word;
} subjects[] = {
	{ "table", "TABLES", "TABLE" }, { "foreign table", "TABLES", "TABLE" },
	{ "view", "TABLES", "TABLE" }, { "materialized view", "TABLES", "TABLE" },
	{ "sequence", "SEQUENCES", "SEQUENCE" },
	{ "function", "FUNCTIONS", "ROUTINE" },
	{ "aggregate", "FUNCTIONS", "ROUTINE" }, { "enum", "TYPES", "TYPE" },
	{ "domain", "TYPES", "TYPE" }, { "composite type", "TYPES", "TYPE" },
	{ "range type", "TYPES", "TYPE" }, { "schema", "SCHEMAS", "SCHEMA" },
};

/* What is made may get more, or less, by it than it shall have. */
static void
follow(struct plan *p, const struct schema_object *o,
    const struct schema_object *made)
{
	const char *schema = object_fact(o, "schema");
	struct privileges_target t = { .prefix = "",
		.grantee = object_fact(o, "grantee") };
	const struct schema_object **grant;
	size_t i;

	for (i = 0; i < COUNT_OF(subjects); i++)
		if (strcmp(subjects[i].kind, made->kind) == 0 &&
		    str_equal(subjects[i].what, object_fact(o, "on")))
			break;
	if (i == COUNT_OF(subjects) || (schema != NULL &&
	    (strcmp(schema, made->schema) != 0 ||
	    strcmp(t.grantee, "PUBLIC") == 0)))
		return;
	t.on = mem_printf(NULL, "%s %s", subjects[i].word, object_sql(made));
	for (grant = plan_parts(p, made, "grant"); *grant != NULL; grant++)
		if (str_equal(object_fact(*grant, "grantee"), t.grantee))
			break;
	if (*grant != NULL)
		privileges_revoke(p, plan_create, &t,
		    object_json(o, "privileges"),
		    object_json(*grant, "privileges"));
	else
		privileges_write(p, plan_create, &t,
		    object_json(o, "privileges"), object_fact_json(o, "default"));
	talloc_free((void *)(uintptr_t)t.on);
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
	    "jsonb_strip_nulls(jsonb_build_object('default', g.normal, "
	    "'schema', n.q, 'prefix', 'ALTER DEFAULT PRIVILEGES FOR ROLE '||" ROLE "||"
	    "  coalesce(' IN SCHEMA '||n.q, '')||' ', "
	    "'on', upper(w.what), 'grantee', " GRANTEE ")) AS facts "
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
	.follow = follow,
	.judge = privileges_judge,
};
