/* tests/harness/json_schema.c - does a document keep to its JSON schema? */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/json_schema.h"

static void conforms(const json_t *root, const json_t *schema,
    const json_t *value, const char *place);

static bool
is_type(const json_t *value, const char *type)
{
	return (str_equal(type, "object") && json_is_object(value)) ||
	    (str_equal(type, "array") && json_is_array(value)) ||
	    (str_equal(type, "string") && json_is_string(value)) ||
	    (str_equal(type, "integer") && json_is_integer(value)) ||
	    (str_equal(type, "boolean") && json_is_boolean(value)) ||
	    (str_equal(type, "null") && json_is_null(value));
}

static void
check_type(const json_t *types, const json_t *value, const char *place)
{
	bool is = json_is_string(types) &&
	    is_type(value, json_string_value(types));
	size_t i;

	for (i = 0; i < json_array_size(types); i++)
		is = is || is_type(value, json_string_value(
		    json_array_get(types, i)));
	if (!is)
		fail_msg("%s is of another type", place);
}

static void
check_enum(const json_t *values, const json_t *value, const char *place)
{
	size_t i;

	for (i = 0; i < json_array_size(values); i++)
		if (json_equal(json_array_get(values, i), value))
			return;
	fail_msg("%s is none of the values that are foreseen", place);
}

static void
check_required(const json_t *names, const json_t *value, const char *place)
{
	size_t i;

	for (i = 0; i < json_array_size(names); i++)
		if (json_object_get(value, json_string_value(json_array_get(
		    names, i))) == NULL)
			fail_msg("%s has no \"%s\"", place,
			    json_string_value(json_array_get(names, i)));
}

static void
check_properties(const json_t *root, const json_t *schema,
    const json_t *value, const char *place)
{
	const json_t *properties = json_object_get(schema, "properties"), *one;
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)value, name, member) {
		char *inner = mem_printf(NULL, "%s.%s", place, name);

		one = json_object_get(properties, name);
		if (one != NULL)
			conforms(root, one, member, inner);
		else if (json_is_false(json_object_get(schema,
		    "additionalProperties")))
			fail_msg("%s is not foreseen", inner);
		talloc_free(inner);
	}
}

static void
check_items(const json_t *root, const json_t *schema, const json_t *value,
    const char *place)
{
	size_t i;

	for (i = 0; i < json_array_size(value); i++) {
		char *inner = mem_printf(NULL, "%s[%zu]", place, i);

		conforms(root, schema, json_array_get(value, i), inner);
		talloc_free(inner);
	}
}

static const json_t *
definition(const json_t *root, const char *ref)
{
	const json_t *found = NULL;

	if (str_starts(ref, "#/$defs/"))
		found = json_object_get(json_object_get(root, "$defs"),
		    ref + strlen("#/$defs/"));
	if (found == NULL)
		fail_msg("%s leads nowhere", ref);
	return found;
}

static void
conforms(const json_t *root, const json_t *schema, const json_t *value,
    const char *place)
{
	static const char *const silent[] = { "$schema", "$defs", "title",
		"description", "properties", "additionalProperties" };
	const char *word;
	json_t *says;

	json_object_foreach((json_t *)(uintptr_t)schema, word, says) {
		bool known = false;
		size_t i;

		for (i = 0; i < COUNT_OF(silent); i++)
			known = known || str_equal(word, silent[i]);
		if (str_equal(word, "$ref"))
			conforms(root, definition(root,
			    json_string_value(says)), value, place);
		else if (str_equal(word, "type"))
			check_type(says, value, place);
		else if (str_equal(word, "enum"))
			check_enum(says, value, place);
		else if (str_equal(word, "required"))
			check_required(says, value, place);
		else if (str_equal(word, "items"))
			check_items(root, says, value, place);
		else if (!known)
			fail_msg("the word \"%s\" is not known here", word);
	}
	if (json_object_get(schema, "properties") != NULL)
		check_properties(root, schema, value, place);
}

void
assert_conforms(const json_t *schema, const json_t *document)
{
	conforms(schema, schema, document, "the document");
}
