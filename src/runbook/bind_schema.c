/* runbook/bind_schema.c - JSON Schema from tables of keys. */

#include <string.h>

#include "runbook/bind.h"

/* As duration_parse() reads them. */
#define DURATION_PATTERN "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"

static json_t *
scalar_schema(void)
{
	return json_pack("{s:[s, s, s]}", "type", "string", "number", "boolean");
}

static json_t *
list_of(json_t *items)
{
	return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

static json_t *
any_of(json_t *a, json_t *b)
{
	return json_pack("{s:[o, o]}", "anyOf", a, b);
}

/* A value that a table describes, in the forms that its flags allow. */
static json_t *
table_value_schema(const struct key *key)
{
	json_t *schema = bind_schema(key->table);

	if ((key->flags & KEY_SHORT) != 0)
		schema = any_of(schema, bind_value_schema(key->table));
	if ((key->flags & KEY_NAMED) != 0)
		/* "executor:" alone is a name without a word on it. */
		schema = json_pack("{s:s, s:o}", "type", "object",
		    "additionalProperties", any_of(schema,
		    json_pack("{s:s}", "type", "null")));
	return schema;
}

static json_t *
int_schema(const struct key *key)
{
	json_t *schema = json_pack("{s:s}", "type", "integer");

	if (key->min != 0 || key->max != 0) {
		json_object_set_new(schema, "minimum", json_integer(key->min));
		json_object_set_new(schema, "maximum", json_integer(key->max));
	}
	return schema;
}

static json_t *
choice_schema(const struct key *key)
{
	json_t *names = json_array();
	size_t i;

	for (i = 0; key->choices[i] != NULL; i++)
		json_array_append_new(names, json_string(key->choices[i]));
	return json_pack("{s:o}", "enum", names);
}

static json_t *
type_schema(const struct key *key)
{
	switch (key->type) {
	case KEY_TEXT:
		return scalar_schema();
	case KEY_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case KEY_INT:
		return int_schema(key);
	case KEY_DURATION:
		return json_pack("{s:s, s:s}", "type", "string", "pattern",
		    DURATION_PATTERN);
	case KEY_TEXTS:
		return any_of(scalar_schema(), list_of(scalar_schema()));
	case KEY_MAP:
		return json_pack("{s:s}", "type", "object");
	case KEY_NODE:
		if (key->table != NULL)
			return table_value_schema(key);
		break;
	case KEY_ANY:
		break;
	case KEY_CHOICE:
		return choice_schema(key);
	}
	return json_object();
}

json_t *
bind_value_schema(const struct key *key)
{
	json_t *schema = type_schema(key);

	if (key->doc != NULL)
		json_object_set_new(schema, "description", json_string(key->doc));
	return schema;
}

json_t *
bind_schema(const struct key *table)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *schema = json_pack("{s:s, s:o, s:b}", "type", "object",
	    "properties", properties, "additionalProperties", 0);

	for (; table->name != NULL; table++) {
		json_object_set_new(properties, table->name,
		    bind_value_schema(table));
		if ((table->flags & KEY_REQUIRED) != 0)
			json_array_append_new(required, json_string(table->name));
	}
	if (json_array_size(required) > 0)
		json_object_set_new(schema, "required", required);
	else
		json_decref(required);
	return schema;
}
