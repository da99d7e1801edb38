/* schema/snapshot.c - a snapshot as data: order, fingerprint, JSON. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/kind.h"
#include "schema/snapshot.h"
#include "schema/snapshot_make.h"

#define SNAPSHOT_FORMAT	"pgrunbook-schema-1"

struct schema_object *
snapshot_add(struct schema_snapshot *s, const char *kind, const char *schema,
    const char *name, json_t *attributes, json_t *facts)
{
	struct schema_object *o;

	if (s->count % 256 == 0)
		GROW(s, s->objects, struct schema_object, s->count + 256);
	o = &s->objects[s->count++];
	*o = (struct schema_object){
		.kind = mem_strdup(s, kind),
		.schema = mem_strdup(s, schema),
		.name = mem_strdup(s, name),
		.attributes = attributes,
		.facts = facts,
	};
	o->key = *schema == '\0' ? mem_printf(s, "%s %s", kind, name) :
	    mem_printf(s, "%s %s.%s", kind, schema, name);
	o->depends = NEW_ARRAY(s, const char *, 1);
	return o;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
snapshot_set_depends(struct schema_snapshot *s, struct schema_object *o,
    const json_t *set)
{
	const char **list = NEW_ARRAY(s, const char *, json_object_size(set) + 1);
	size_t count = 0;
	const char *key;
	json_t *value;

	/* jansson's own functions do not change what they iterate over. */
	json_object_foreach((json_t *)(uintptr_t)set, key, value)
		list[count++] = mem_strdup(list, key);
	qsort(list, count, sizeof(*list), by_text);
	o->depends = list;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct schema_object *)a)->key,
	    ((const struct schema_object *)b)->key);
}

static void
take_fingerprint(struct schema_snapshot *s)
{
	struct sha256 *h = sha256_new(NULL);

	for (size_t i = 0; i < s->count; i++) {
		const struct schema_object *o = &s->objects[i];
		char *bytes = json_stable(h, o->attributes);

		sha256_add(h, o->key, strlen(o->key) + 1);
		sha256_add(h, bytes, strlen(bytes) + 1);
		talloc_free(bytes);
	}
	sha256_hex(h, s->fingerprint);
	talloc_free(h);
}

void
snapshot_finish(struct schema_snapshot *s)
{
	if (s->count > 0)
		qsort(s->objects, s->count, sizeof(*s->objects), by_key);
	if (s->left_out == NULL)
		s->left_out = NEW_ARRAY(s, const char *, 1);
	take_fingerprint(s);
}

const struct schema_object *
schema_find(const struct schema_snapshot *s, const char *key)
{
	struct schema_object wanted = { .key = key };

	if (s->count == 0)
		return NULL;
	return bsearch(&wanted, s->objects, s->count, sizeof(wanted), by_key);
}

/* ---- JSON -------------------------------------------------------------- */

static json_t *
strings_to_json(const char *const *list)
{
	json_t *array = json_array();

	for (; *list != NULL; list++)
		json_array_append_new(array, json_string(*list));
	return array;
}

static json_t *
object_to_json(const struct schema_object *o)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:O, s:O, s:o}", "kind", o->kind,
	    "schema", o->schema, "name", o->name, "attributes", o->attributes,
	    "facts", o->facts, "depends", strings_to_json(o->depends));

	if (o->parent != NULL)
		json_object_set_new(j, "parent", json_string(o->parent));
	return j;
}

json_t *
schema_to_json(const struct schema_snapshot *s)
{
	json_t *objects = json_array();

	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(objects, object_to_json(&s->objects[i]));
	return json_pack("{s:s, s:i, s:s, s:o, s:o}", "format", SNAPSHOT_FORMAT,
	    "server_version", s->server_version, "fingerprint", s->fingerprint,
	    "left_out", strings_to_json(s->left_out), "objects", objects);
}

static int
object_from_json(struct schema_snapshot *s, const json_t *j, struct error *err)
{
	const char *kind = json_str(j, "kind"), *name = json_str(j, "name");
	json_t *attributes = json_object_get(j, "attributes");
	json_t *facts = json_object_get(j, "facts");
	const json_t *depends = json_object_get(j, "depends");
	struct schema_object *o;
	json_t *set, *key;
	size_t i;

	if (kind == NULL || name == NULL || !json_is_object(attributes))
		return error_set(err, ERR_EXPECT,
		    "an object of the snapshot has no kind, name or attributes");
	if (schema_kind_find(kind) == NULL)
		return error_set(err, ERR_EXPECT,
		    "unknown kind of object \"%s\" in the snapshot", kind);
	facts = json_is_object(facts) ? json_incref(facts) : json_object();
	o = snapshot_add(s, kind, json_str_or(j, "schema", ""), name,
	    json_owned(s, json_incref(attributes)), json_owned(s, facts));
	o->parent = mem_strdup(s, json_str(j, "parent"));
	set = json_object();
	json_array_foreach(depends, i, key)
		if (json_is_string(key))
			json_object_set_new(set, json_string_value(key),
			    json_true());
	snapshot_set_depends(s, o, set);
	json_decref(set);
	return 0;
}

struct schema_snapshot *
schema_from_json(const void *owner, const json_t *j, struct error *err)
{
	struct schema_snapshot *s;
	const json_t *objects = json_object_get(j, "objects");
	const json_t *left_out = json_object_get(j, "left_out");
	json_t *value;
	size_t i;

	if (!str_equal(json_str(j, "format"), SNAPSHOT_FORMAT) ||
	    !json_is_array(objects)) {
		error_set(err, ERR_EXPECT, "this is no schema snapshot");
		error_hint(err, "\"pgrunbook snapshot URL\" writes one.");
		return NULL;
	}
	s = NEW(owner, struct schema_snapshot);
	s->server_version = (int)json_int(j, "server_version", 0);
	json_array_foreach(objects, i, value) {
		if (object_from_json(s, value, err) < 0) {
			talloc_free(s);
			return NULL;
		}
	}
	s->left_out = NEW_ARRAY(s, const char *, json_array_size(left_out) + 1);
	json_array_foreach(left_out, i, value)
		s->left_out[i] = mem_strdup(s->left_out,
		    json_is_string(value) ? json_string_value(value) : "");
	snapshot_finish(s);
	return s;
}
