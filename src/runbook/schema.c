/*
 * runbook/schema.c - the format as JSON Schema (draft 2020-12), from the
 * same tables as the loader's.
 *
 * A step is one of as many shapes as there are kinds: the common keys (told
 * once, under "common"), the kind's own key, and beside it its other keys.
 */

#include <string.h>

#include "runbook/keys.h"
#include "runbook/load.h"

#define NAME_PATTERN	"^[a-z0-9-]+$"

static json_t *
reference(const char *name)
{
	return json_sprintf("#/$defs/%s", name);
}

/* What may stand behind the kind's own key. */
static json_t *
kind_value_schema(const struct runbook_kind *kind)
{
	const struct key *scalar = NULL;
	json_t *forms = json_array(), *map = bind_schema(kind->keys);

	/* What a map lacks may stand beside it. */
	json_object_del(map, "required");
	if (kind->scalar_key != NULL)
		scalar = bind_find(kind->keys, kind->scalar_key);
	if (scalar != NULL)
		json_array_append_new(forms, bind_value_schema(scalar));
	json_array_append_new(forms, map);
	if (scalar == NULL || (scalar->flags & KEY_REQUIRED) == 0)
		json_array_append_new(forms, json_pack("{s:s}", "type", "null"));
	return json_pack("{s:s, s:o}", "description", kind->doc, "anyOf", forms);
}

static json_t *
step_schema(const struct runbook_kind *kind)
{
	json_t *schema = bind_schema(kind->keys);
	json_t *properties = json_object_get(schema, "properties");
	const struct key *key;

	for (key = step_keys; key->name != NULL; key++)
		json_object_set_new(properties, key->name, json_pack("{s:o}",
		    "$ref", json_sprintf("#/$defs/common/properties/%s",
		    key->name)));
	json_object_set_new(properties, kind->name, kind_value_schema(kind));
	json_object_set_new(schema, "required",
	    json_pack("[s]", kind->name));
	return schema;
}

static void
set_property(json_t *schema, const char *name, const char *attribute,
    json_t *value)
{
	json_t *property = json_object_get(json_object_get(schema,
	    "properties"), name);

	json_object_set_new(property, attribute, value);
}

/* A file's table with what a window sets for all beside it. */
static json_t *
file_schema(const struct key *table, const char *name)
{
	json_t *schema = bind_schema(table), *more = bind_schema(setting_keys);

	json_object_update(json_object_get(schema, "properties"),
	    json_object_get(more, "properties"));
	json_decref(more);
	set_property(schema, "pgrunbook", "const", json_integer(FORMAT_VERSION));
	set_property(schema, name, "pattern", json_string(NAME_PATTERN));
	return schema;
}

json_t *
runbook_schema(runbook_kinds kinds)
{
	json_t *shapes = json_array(), *defs = json_object();
	json_t *runbook = file_schema(runbook_keys, "name");
	char name[64];

	json_object_set_new(defs, "common", bind_schema(step_keys));
	for (; *kinds != NULL; kinds++) {
		snprintf(name, sizeof(name), "step_%s", (*kinds)->name);
		json_object_set_new(defs, name, step_schema(*kinds));
		json_array_append_new(shapes, json_pack("{s:o}", "$ref",
		    reference(name)));
	}
	json_object_set_new(defs, "step", json_pack("{s:o}", "anyOf", shapes));
	set_property(runbook, "steps", "type", json_string("array"));
	set_property(runbook, "steps", "minItems", json_integer(1));
	set_property(runbook, "steps", "items", json_pack("{s:o}", "$ref",
	    reference("step")));
	json_object_set_new(defs, "runbook", runbook);
	json_object_set_new(defs, "window", file_schema(window_keys, "window"));
	return json_pack("{s:s, s:s, s:{s:[s]}, s:{s:o}, s:{s:o}, s:o}",
	    "$schema", "https://json-schema.org/draft/2020-12/schema",
	    "title", "pgrunbook runbook or window",
	    "if", "required", "window",
	    "then", "$ref", reference("window"),
	    "else", "$ref", reference("runbook"),
	    "$defs", defs);
}
