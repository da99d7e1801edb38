/*
 * steps/reset.c - kind "reset": all that schemas hold is dropped, in one
 * transaction.
 *
 * Only on a sandbox: of no other environment is there a reset.  The schemas
 * themselves stay, with their owners, grants and default privileges, and so
 * do the objects of extensions.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"
#include "steps/statements.h"

struct reset_spec {
	const char	**schemas;
	const char	*database;
};

/* One statement a row; what hangs on another goes with it, or before it. */
static const char drops_query[] =
    "WITH own AS (SELECT c.oid, c.relkind, n.nspname, c.relname"
    " FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN"
    " ('r', 'p', 'v', 'm', 'f', 'S') AND NOT c.relispartition"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid ="
    " 'pg_class'::regclass AND d.objid = c.oid AND (d.deptype = 'e' OR"
    " (c.relkind = 'S' AND d.deptype IN ('a', 'i')))))"
    " SELECT sql FROM ("
    " SELECT 1 AS place, format('DROP %s %I.%I CASCADE', CASE relkind"
    " WHEN 'v' THEN 'VIEW IF EXISTS' WHEN 'm' THEN"
    " 'MATERIALIZED VIEW IF EXISTS' WHEN 'f' THEN 'FOREIGN TABLE IF EXISTS'"
    " WHEN 'S' THEN 'SEQUENCE IF EXISTS' ELSE 'TABLE IF EXISTS' END,"
    " nspname, relname) AS sql FROM own"
    " UNION ALL SELECT 2, format('DROP ROUTINE IF EXISTS %s CASCADE',"
    " p.oid::regprocedure) FROM pg_catalog.pg_proc p"
    " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
    " WHERE n.nspname = ANY ($1::text[]) AND NOT EXISTS (SELECT FROM"
    " pg_catalog.pg_depend d WHERE d.classid = 'pg_proc'::regclass"
    " AND d.objid = p.oid AND d.deptype IN ('e', 'i'))"
    " UNION ALL SELECT 3, format('DROP TYPE IF EXISTS %I.%I CASCADE',"
    " n.nspname, t.typname) FROM pg_catalog.pg_type t"
    " JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
    " LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid"
    " WHERE n.nspname = ANY ($1::text[]) AND (t.typtype IN ('e', 'd', 'r')"
    " OR (t.typtype = 'c' AND c.relkind = 'c')) AND NOT EXISTS (SELECT FROM"
    " pg_catalog.pg_depend d WHERE d.classid = 'pg_type'::regclass"
    " AND d.objid = t.oid AND d.deptype IN ('e', 'i'))) AS all_of_it"
    " ORDER BY place, sql";

static const char *const public_only[] = { "public", NULL };

static int
refuse_elsewhere(const struct attempt *a, struct error *err)
{
	enum environment is = attempt_environment(a, NULL);

	if (is == ENV_SANDBOX)
		return 0;
	error_set(err, ERR_POLICY, "there is no reset of a database that is %s",
	    environment_name(is));
	error_hint(err, "only a sandbox can be reset: say \"environment: "
	    "sandbox\" of the target, or ALTER DATABASE ... SET "
	    "pgrunbook.environment = 'sandbox'");
	return -1;
}

/* {"a","b"} for a parameter. */
static char *
array_of(const void *owner, struct attempt *a, const char *const *names,
    struct error *err)
{
	struct buffer *b = buffer_new(owner);
	const char *p;

	buffer_puts(b, "{");
	for (; *names != NULL; names++) {
		char *name = attempt_expand(b, a, *names, err);

		if (name == NULL)
			return NULL;
		buffer_puts(b, b->size > 1 ? ",\"" : "\"");
		for (p = name; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				buffer_puts(b, "\\");
			buffer_add(b, p, 1);
		}
		buffer_puts(b, "\"");
	}
	buffer_puts(b, "}");
	return b->data;
}

/* What would be dropped now, as SQL; "" where there is nothing. */
static char *
drops(const void *owner, struct attempt *a, struct pg_session *s,
    struct error *err)
{
	const struct reset_spec *spec = a->step->spec;
	char *schemas = array_of(owner, a, spec->schemas != NULL ?
	    (const char *const *)spec->schemas : public_only, err);
	const char *params[] = { schemas };
	struct buffer *b = buffer_new(owner);
	struct pg_result *r;
	int i;

	if (schemas == NULL || pg_exec(b, s, drops_query, 1, params, &r,
	    err) < 0)
		return NULL;
	for (i = 0; i < r->rows; i++)
		buffer_printf(b, "%s;\n", pg_value(r, i, 0));
	return b->data;
}

static struct pg_session *
open_session(struct attempt *a, struct error *err)
{
	const struct reset_spec *spec = a->step->spec;
	char *database = NULL;

	if (spec->database != NULL && (database = attempt_expand(a, a,
	    spec->database, err)) == NULL)
		return NULL;
	return attempt_session(a, NULL, database, err);
}

static int
plan(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	struct pg_session *s;
	struct plan *p;
	char *sql;
	int rc = -1;

	if (a->is_dry) {
		plan_text(a, CLASS_B, "drops all that the schemas hold",
		    "drop all that the schemas hold\n");
		rc = 0;
	} else if (refuse_elsewhere(a, err) == 0 &&
	    (s = open_session(a, err)) != NULL &&
	    (sql = drops(owner, a, s, err)) != NULL) {
		p = plan_sql(a, *sql != '\0' ? sql : "-- nothing is there\n");
		plan_raise(p, CLASS_B, "drops all that the schemas hold");
		plan_undo(p, "not at all: a sandbox is made again by its "
		    "migrations and seeds");
		rc = plan_measure(p, s, err);
	}
	talloc_free(owner);
	return rc;
}

static int
run(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	struct statements_options o = { .in_transaction = true };
	struct pg_session *s;
	char *sql;
	int rc = -1;

	if (refuse_elsewhere(a, err) == 0 &&
	    (s = open_session(a, err)) != NULL &&
	    (sql = drops(owner, a, s, err)) != NULL) {
		o.sql = sql;
		rc = *sql == '\0' ?
		    attempt_printf(a, err, "nothing is there\n") :
		    statements_run(owner, a, s, &o, NULL, err);
	}
	talloc_free(owner);
	return rc;
}

static int
settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	const struct reset_spec *spec = a->step->spec;
	char *database = NULL;

	if (spec->database != NULL && (database = attempt_expand(a, a,
	    spec->database, err)) == NULL)
		return -1;
	return statements_settle(a, database, was, true, outcome, proof, query,
	    err);
}

static enum step_class
deserves(const struct step *s UNUSED, char *why, size_t why_size)
{
	snprintf(why, why_size, "drops all that the schemas hold");
	return CLASS_B;
}

static const struct key keys[] = {
	{ "schemas", KEY_TEXTS, KEY_EXPANDS, offsetof(struct reset_spec,
	  schemas), "the schemas that are emptied (default: public)", NULL, 0,
	  0 },
	KEY_DATABASE(reset_spec),
	KEY_END
};

const struct step_kind kind_reset = {
	{ "reset", "drops all that schemas hold; on a sandbox alone",
	  "schemas", keys, sizeof(struct reset_spec), NULL, NULL, deserves },
	plan, run, settle
};
