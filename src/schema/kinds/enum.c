/* schema/kinds/enum.c - enumerated types. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/session.h"
#include "schema/judge.h"
#include "schema/kind.h"
#include "schema/kinds/retype.h"
#include "schema/measure.h"
#include "schema/plan.h"

static const char *
label(const struct schema_object *o, size_t i)
{
	return json_string_value(json_array_get(object_json(o, "labels"), i));
}

static size_t
label_count(const struct schema_object *o)
{
	return json_array_size(object_json(o, "labels"));
}

static bool
has_label(const struct schema_object *o, const char *wanted)
{
	for (size_t i = 0; i < label_count(o); i++)
		if (strcmp(label(o, i), wanted) == 0)
			return true;
	return false;
}

/* Does to hold all labels of from, in their order? */
static bool
only_adds(const struct schema_object *from, const struct schema_object *to)
{
	size_t next = 0;

	for (size_t i = 0; i < label_count(to) && next < label_count(from); i++)
		if (strcmp(label(to, i), label(from, next)) == 0)
			next++;
	return next == label_count(from);
}

static char *
create_text(const void *owner, const struct schema_object *to)
{
	struct buffer *b = buffer_new(owner);

	buffer_printf(b, "CREATE TYPE %s AS ENUM (", object_sql(to));
	for (size_t i = 0; i < label_count(to); i++)
		buffer_printf(b, "%s%s", i == 0 ? "" : ", ",
		    pg_quote_literal(b, label(to, i)));
	buffer_puts(b, ")");
	return b->data;
}

static void
create(struct plan *p, const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);

	plan_create(p, "%s", create_text(scratch, to));
	talloc_free(scratch);
}

static void
drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "DROP TYPE %s", object_sql(from));
}

/* One statement for each new label, beside the neighbour that is there. */
static void
add_labels(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);

	for (size_t i = 0; i < label_count(to); i++) {
		const char *type = object_sql(to);
		const char *text = pg_quote_literal(scratch, label(to, i));

		if (has_label(from, label(to, i)))
			continue;
		if (i > 0)
			plan_alter(p, "ALTER TYPE %s ADD VALUE %s AFTER %s",
			    type, text, pg_quote_literal(scratch, label(to, i - 1)));
		else if (label_count(from) > 0)
			plan_alter(p, "ALTER TYPE %s ADD VALUE %s BEFORE %s",
			    type, text, pg_quote_literal(scratch, label(from, 0)));
		else
			plan_alter(p, "ALTER TYPE %s ADD VALUE %s", type, text);
		plan_mark(p, MARK_FIRST);
	}
	talloc_free(scratch);
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (only_adds(from, to)) {
		add_labels(p, from, to);
	} else {
		void *scratch = talloc_new(NULL);

		/* No label can be taken away. */
		retype(p, from, to, create_text(scratch, to), NULL);
		talloc_free(scratch);
	}
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
	if (only_adds(from, to)) {
		judge_note(j, "a label cannot be taken away again");
		return;
	}
	for (size_t i = 0; i < label_count(from); i++)
		if (!has_label(to, label(from, i)))
			judge_b(j, "data loss: label '%s' goes", label(from, i));
	judge_b(j, "type coercion");
}

static int
measure(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	void *scratch = talloc_new(NULL);
	int rc = 0;

	for (size_t i = 0; rc == 0 && from != NULL && to != NULL &&
	    i < label_count(from); i++)
		if (!has_label(to, label(from, i)))
			rc = measure_say_values(m, mem_printf(scratch,
			    "value is '%s'", label(from, i)), mem_printf(scratch,
			    "values are '%s'", label(from, i)), object_sql(from),
			    mem_printf(scratch, "value::text = %s",
			    pg_quote_literal(scratch, label(from, i))), err);
	talloc_free(scratch);
	return rc;
}

const struct schema_kind schema_kind_enum = {
	.name = "enum",
	.flags = KIND_VERBATIM | KIND_TYPE,
	.query = "SELECT " REF("pg_type", "t.oid") " AS ref, n.q AS schema, "
	    "quote_ident(t.typname) AS name, jsonb_build_object('labels', "
	    "coalesce((SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) "
	    "FROM pg_enum e WHERE e.enumtypid = t.oid), '[]')) AS attributes "
	    "FROM pg_type t JOIN ours n ON n.oid = t.typnamespace "
	    "WHERE t.typtype = 'e' "
	    "AND " NOT_MEMBER("pg_type", "t.oid"),
	.create = create,
	.drop = drop,
	.alter = alter,
	.judge = judge,
	.measure = measure,
};
