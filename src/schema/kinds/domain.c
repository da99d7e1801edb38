/* schema/kinds/domain.c - domains, with their checks. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/kinds/retype.h"
#include "schema/measure.h"
#include "schema/plan.h"

#define NOT_VALID	" NOT VALID"

static char *
create_text(const void *owner, const struct schema_object *to)
{
	struct buffer *b = buffer_new(owner);
	const char *name;
	json_t *check;

	buffer_printf(b, "CREATE DOMAIN %s AS %s", object_sql(to),
	    object_text(to, "type"));
	if (object_text(to, "collation") != NULL)
		buffer_printf(b, " COLLATE %s", object_text(to, "collation"));
	if (object_text(to, "default") != NULL)
		buffer_printf(b, " DEFAULT %s", object_text(to, "default"));
	if (object_text(to, "not_null_name") != NULL)
		buffer_printf(b, " CONSTRAINT %s",
		    object_text(to, "not_null_name"));
	if (!object_flag(to, "nullable"))
		buffer_puts(b, " NOT NULL");
	json_object_foreach(json_object_get(object_attributes(to), "checks"), name,
	    check)
		if (!str_ends(json_string_value(check), NOT_VALID))
			buffer_printf(b, "\n    CONSTRAINT %s %s", name,
			    json_string_value(check));
	return b->data;
}

/* Checks that the values there are not held to: no CREATE makes them. */
static void
add_not_valid(struct plan *p, plan_write write, const struct schema_object *to)
{
	const char *name;
	json_t *check;

	json_object_foreach(json_object_get(object_attributes(to), "checks"), name,
	    check)
		if (str_ends(json_string_value(check), NOT_VALID))
			write(p, "ALTER DOMAIN %s ADD CONSTRAINT %s %s",
			    object_sql(to), name, json_string_value(check));
}

static void
create(struct plan *p, const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);

	plan_create(p, "%s", create_text(scratch, to));
	add_not_valid(p, plan_create, to);
	talloc_free(scratch);
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP DOMAIN %s", object_sql(from));
}

/* Is the check there, and only the values that are there are not held to it? */
static bool
is_unproved(const json_t *check, const json_t *proved)
{
	const char *a = json_string_value(check), *b = json_string_value(proved);

	return a != NULL && b != NULL && str_starts(a, b) &&
	    str_equal(a + strlen(b), NOT_VALID);
}

static void
drop_checks(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *others = object_json(to, "checks");
	const char *name;
	json_t *check;

	json_object_foreach(json_object_get(object_attributes(from), "checks"),
	    name, check) {
		const json_t *other = json_object_get(others, name);

		if ((other == NULL || !json_equal(check, other)) &&
		    !is_unproved(check, other))
			plan_alter(p, "ALTER DOMAIN %s DROP CONSTRAINT %s",
			    object_sql(from), name);
	}
}

/* For new values at once; the tables are read in a transaction of its own. */
static void
add_checks(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *others = object_json(from, "checks");
	const char *domain = object_sql(to), *name;
	json_t *check;

	json_object_foreach(json_object_get(object_attributes(to), "checks"), name,
	    check) {
		const json_t *other = json_object_get(others, name);
		const char *text = json_string_value(check);
		bool is_there = is_unproved(other, check);
		bool holds = !str_ends(text, NOT_VALID);

		if (other != NULL && json_equal(check, other))
			continue;
		if (!is_there) {
			plan_alter(p, "ALTER DOMAIN %s ADD CONSTRAINT %s %s",
			    domain, name, text);
			if (holds)
				plan_mark(p, MARK_PLAIN | MARK_SCANS);
		}
		if (!is_there && holds) {
			plan_alter(p, "ALTER DOMAIN %s ADD CONSTRAINT %s %s"
			    NOT_VALID, domain, name, text);
			plan_mark(p, MARK_SAFE);
		}
		if (holds) {
			plan_alter(p, "ALTER DOMAIN %s VALIDATE CONSTRAINT %s",
			    domain, name);
			plan_mark(p, MARK_LATER | MARK_SCANS |
			    (is_there ? 0 : MARK_SAFE));
		}
	}
}

/* Since 17 it is a constraint with a name. */
static void
alter_not_null(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const char *name = object_sql(to);
	const char *constraint = object_text(to, "not_null_name");

	if (object_differs(from, to, "nullable")) {
		if (object_flag(to, "nullable"))
			plan_alter(p, "ALTER DOMAIN %s DROP NOT NULL", name);
		else if (constraint != NULL)
			plan_alter(p, "ALTER DOMAIN %s ADD CONSTRAINT %s NOT NULL",
			    name, constraint);
		else
			plan_alter(p, "ALTER DOMAIN %s SET NOT NULL", name);
		if (!object_flag(to, "nullable"))
			plan_mark(p, MARK_SCANS);
	} else if (object_differs(from, to, "not_null_name")) {
		plan_alter(p, "ALTER DOMAIN %s RENAME CONSTRAINT %s TO %s", name,
		    object_fact(from, "not_null"), object_fact(to, "not_null"));
	}
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const char *name = object_sql(to);

	if (object_differs(from, to, "type") ||
	    object_differs(from, to, "collation")) {
		void *scratch = talloc_new(NULL);

		retype(p, from, to, create_text(scratch, to), NULL);
		add_not_valid(p, plan_alter, to);
		talloc_free(scratch);
		return true;
	}
	drop_checks(p, from, to);
	if (object_differs(from, to, "default")) {
		if (object_text(to, "default") == NULL)
			plan_alter(p, "ALTER DOMAIN %s DROP DEFAULT", name);
		else
			plan_alter(p, "ALTER DOMAIN %s SET DEFAULT %s", name,
			    object_text(to, "default"));
	}
	alter_not_null(p, from, to);
	add_checks(p, from, to);
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from == NULL)
		return;
	if (to == NULL) {
		judge_b(j, "dependency break");
		return;
	}
	if (object_differs(from, to, "type") ||
	    object_differs(from, to, "collation")) {
		judge_b(j, "type coercion");
	}
	if (object_differs(from, to, "checks")) {
		judge_b(j, "can fail on the data");
	}
	if (object_differs(from, to, "nullable") &&
	    !object_flag(to, "nullable")) {
		judge_b(j, "not null");
	}
}

/* "CHECK ((VALUE > 0))": what stands in the brackets. */
static int
measure_check(struct measurement *m, const char *domain, const char *name,
    const char *text, struct error *err)
{
	void *scratch = talloc_new(NULL);
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	int rc = measure_say_values(m,
	    mem_printf(scratch, "value would fail %s", name),
	    mem_printf(scratch, "values would fail %s", name), domain,
	    mem_printf(scratch, "NOT (%.*s)", (int)(close - open) - 1, open + 1),
	    err);

	talloc_free(scratch);
	return rc;
}

static int
measure(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	const char *name;
	json_t *check;
	int rc = 0;

	if (from == NULL || to == NULL)
		return 0;
	if (object_flag(from, "nullable") && !object_flag(to, "nullable"))
		rc = measure_say_values(m, "value is null and would fail NOT NULL",
		    "values are null and would fail NOT NULL", object_sql(from),
		    "VALUE IS NULL", err);
	json_object_foreach(json_object_get(object_attributes(to), "checks"), name,
	    check) {
		const json_t *other = json_object_get(object_json(from, "checks"),
		    name);
		const char *text = json_string_value(check);

		if (rc == 0 && !str_ends(text, NOT_VALID) && (other == NULL ||
		    !json_equal(check, other)))
			rc = measure_check(m, object_sql(from), name, text, err);
	}
	return rc;
}

const struct schema_kind schema_kind_domain = {
	.name = "domain",
	.flags = KIND_TYPE,
	.query = "SELECT " REF("pg_type", "t.oid") " AS ref, s.q AS schema, "
	    "quote_ident(t.typname) AS name, jsonb_strip_nulls("
	    "jsonb_build_object("
	    "'type', format_type(t.typbasetype, t.typtypmod), "
	    "'nullable', NOT t.typnotnull, 'not_null_name', CASE WHEN "
	    "  n.conname <> t.typname||'_not_null' THEN quote_ident(n.conname) "
	    "  END, 'default', t.typdefault, "
	    "'collation', (SELECT quote_ident(s.nspname)||'.'||"
	    "  quote_ident(c.collname) FROM pg_collation c "
	    "  JOIN pg_namespace s ON s.oid = c.collnamespace "
	    "  JOIN pg_type b ON b.oid = t.typbasetype "
	    "  WHERE c.oid = t.typcollation AND c.oid <> b.typcollation), "
	    "'checks', (SELECT jsonb_object_agg(quote_ident(k.conname), "
	    "  pg_get_constraintdef(k.oid)) FROM pg_constraint k "
	    "  WHERE k.contypid = t.oid AND k.contype = 'c'))) AS attributes, "
	    "quote_ident(n.conname) AS \"@not_null\" "
	    "FROM pg_type t JOIN ours s ON s.oid = t.typnamespace "
	    "LEFT JOIN pg_constraint n ON n.contypid = t.oid AND n.contype = 'n' "
	    "WHERE t.typtype = 'd' "
	    "AND " NOT_MEMBER("pg_type", "t.oid"),
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
	.measure = measure,
};
