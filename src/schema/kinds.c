/* schema/kinds.c - the table of kinds, and reading an object's fields. */

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "schema/kind.h"
#include "schema/values.h"

#define KIND(x) extern const struct schema_kind schema_kind_##x;
#include "schema/kinds.def"
#undef KIND

const struct schema_kind *const schema_kinds[] = {
#define KIND(x) &schema_kind_##x,
#include "schema/kinds.def"
#undef KIND
};
const int schema_kind_count = (int)COUNT_OF(schema_kinds);

const struct schema_kind *
schema_kind_find(const char *name)
{
	for (int i = 0; i < schema_kind_count; i++)
		if (strcmp(schema_kinds[i]->name, name) == 0)
			return schema_kinds[i];
	return NULL;
}

const char *
schema_kind_query(const struct schema_kind *k, int server_version)
{
	for (size_t i = 0; i < COUNT_OF(k->newer); i++)
		if (k->newer[i].query != NULL &&
		    server_version >= k->newer[i].since)
			return k->newer[i].query;
	return k->query;
}

int
schema_kind_rank(const struct schema_kind *k)
{
	int i = 0;

	while (i < schema_kind_count && schema_kinds[i] != k)
		i++;
	return i;
}

json_t *
object_attributes(const struct schema_object *o)
{
	return values_attributes(o->values);
}

const char *
object_text(const struct schema_object *o, const char *attribute)
{
	return json_str(object_attributes(o), attribute);
}

bool
object_flag(const struct schema_object *o, const char *attribute)
{
	return json_flag(object_attributes(o), attribute);
}

const json_t *
object_json(const struct schema_object *o, const char *attribute)
{
	return json_object_get(object_attributes(o), attribute);
}

const char *
object_fact(const struct schema_object *o, const char *fact)
{
	return json_str(values_facts(o->values), fact);
}

const json_t *
object_fact_json(const struct schema_object *o, const char *fact)
{
	return json_object_get(values_facts(o->values), fact);
}

const char *
object_sql(const struct schema_object *o)
{
	return o->key + strlen(o->kind) + 1;
}

/* Absent and null are the same. */
static bool
same(const json_t *a, const json_t *b)
{
	if (json_is_null(a))
		a = NULL;
	if (json_is_null(b))
		b = NULL;
	return a == b || (a != NULL && b != NULL && json_equal(a, b));
}

bool
object_differs(const struct schema_object *a, const struct schema_object *b,
    const char *attribute)
{
	return !same(object_json(a, attribute), object_json(b, attribute));
}

static bool
listed(const char *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

bool
object_differs_only(const struct schema_object *a,
    const struct schema_object *b, const char *const *attributes)
{
	const char *name;
	json_t *value;

	if (values_same_bytes(a->values, b->values))
		return true;
	json_object_foreach(object_attributes(a), name, value)
		if (!listed(attributes, name) && object_differs(a, b, name))
			return false;
	json_object_foreach(object_attributes(b), name, value)
		if (!listed(attributes, name) && object_differs(a, b, name))
			return false;
	return true;
}
