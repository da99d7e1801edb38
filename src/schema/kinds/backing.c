/* schema/kinds/backing.c - partitions' keys that stand in for an index's. */

#include "schema/kinds/backing.h"

bool
backing_settled(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *key;
	size_t i;

	if (!object_differs(from, to, "backed_by"))
		return true;
	json_array_foreach(object_json(to, "backed_by"), i, key)
		if (plan_target(p, json_string_value(key)) == NULL)
			return true;
	return false;
}

const char *
backing_dropped(struct plan *p, const struct schema_object *from)
{
	const json_t *keys = object_json(from, "backed_by"), *key;
	size_t i;

	json_array_foreach(keys, i, key)
		plan_remake(p, json_string_value(key));
	return json_array_size(keys) > 0 ? " CASCADE" : "";
}
