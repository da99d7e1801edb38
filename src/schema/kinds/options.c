/* schema/kinds/options.c - generic options of foreign data. */

#include "base/memory.h"
#include "postgres/session.h"
#include "schema/kinds/options.h"

static const char attribute[] = "foreign_options";

static void
add_one(struct buffer *b, bool *any, const char *word, const char *name,
    const json_t *value)
{
	buffer_printf(b, "%s%s%s", *any ? ", " : " OPTIONS (", word, name);
	if (value != NULL)
		buffer_printf(b, " %s", pg_quote_literal(b,
		    json_string_value(value)));
	*any = true;
}

void
options_add(struct buffer *b, const struct schema_object *o)
{
	const char *name;
	json_t *value;
	bool any = false;

	json_object_foreach(json_object_get(object_attributes(o), attribute), name,
	    value)
		add_one(b, &any, "", name, value);
	buffer_puts(b, any ? ")" : "");
}

void
options_add_change(struct buffer *b, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *old = object_json(from, attribute);
	const json_t *new = object_json(to, attribute);
	const char *name;
	json_t *value;
	bool any = false;

	json_object_foreach(json_object_get(object_attributes(from), attribute), name,
	    value)
		if (json_object_get(new, name) == NULL)
			add_one(b, &any, "DROP ", name, NULL);
	json_object_foreach(json_object_get(object_attributes(to), attribute), name,
	    value) {
		const json_t *was = json_object_get(old, name);

		if (was == NULL || !json_equal(was, value))
			add_one(b, &any, was == NULL ? "ADD " : "SET ", name,
			    value);
	}
	buffer_puts(b, any ? ")" : "");
}
