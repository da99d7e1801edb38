/* schema/snapshot.c - a snapshot as data: order, fingerprint, JSON. */

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/kind.h"
#include "schema/snapshot.h"
#include "schema/snapshot_make.h"
#include "schema/values.h"

#define SNAPSHOT_FORMAT	"pgrunbook-schema-1"

void
snapshot_begin(struct snapshot_maker *m, const void *owner)
{
	*m = (struct snapshot_maker){ 0 };
	m->snapshot = NEW(owner, struct schema_snapshot);
	m->snapshot->fingerprint = NEW_ARRAY(m->snapshot, char, SHA256_HEX_SIZE);
	m->snapshot->left_out = NEW_ARRAY(m->snapshot, const char *, 1);
	m->arena = arena_new(m->snapshot);
	m->schemas = json_object();
}

/* Objects of a schema share its name. */
static const char *
schema_name(struct snapshot_maker *m, const char *schema)
{
	const json_t *place = json_object_get(m->schemas, schema);
	size_t count = json_object_size(m->schemas);

	if (place != NULL)
		return m->names[json_integer_value(place)];
	GROW(m->snapshot, m->names, const char *, count + 1);
	json_object_set_new(m->schemas, schema, json_integer((json_int_t)count));
	return m->names[count] = arena_strdup(m->arena, schema);
}

struct schema_object *
snapshot_add(struct snapshot_maker *m, const struct schema_kind *k,
    const char *schema, const char *name, struct schema_values *values)
{
	static const char *nothing[] = { NULL };
	struct schema_snapshot *s = m->snapshot;
	size_t before = strlen(k->name) + 1 +
	    (*schema == '\0' ? 0 : strlen(schema) + 1);
	size_t size = before + strlen(name) + 1;
	char *key = arena_alloc(m->arena, size);

	if (s->count == m->room) {
		m->room = m->room == 0 ? 256 : m->room * 2;
		GROW(s, s->objects, struct schema_object, m->room);
	}
	/* For hundreds of thousands: printf would be a tenth of all work here. */
	strcpy(stpcpy(stpcpy(stpcpy(stpcpy(key, k->name), " "), schema),
	    *schema == '\0' ? "" : "."), name);
	s->objects[s->count] = (struct schema_object){
		.kind = k->name,
		.schema = schema_name(m, schema),
		.name = key + before,
		.key = key,
		.values = values,
		.depends = nothing,
	};
	return &s->objects[s->count++];
}

/* Moved about in place of objects, which are larger. */
struct keyed {
	const char	*key;
	uint32_t	 place;
};

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct keyed *)a)->key,
	    ((const struct keyed *)b)->key);
}

uint32_t *
snapshot_sort(struct snapshot_maker *m, const void *owner)
{
	struct schema_snapshot *s = m->snapshot;
	uint32_t *now = NEW_ARRAY(owner, uint32_t, s->count + 1);
	struct schema_object *objects = NEW_ARRAY(s, struct schema_object,
	    s->count + 1);
	struct keyed *list = NEW_ARRAY(objects, struct keyed, s->count + 1);
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		now[i] = NO_PLACE;
		if (s->objects[i].key != NULL)
			list[kept++] = (struct keyed){ s->objects[i].key,
			    (uint32_t)i };
	}
	qsort(list, kept, sizeof(*list), by_key);
	for (size_t i = 0; i < kept; i++) {
		now[list[i].place] = (uint32_t)i;
		objects[i] = s->objects[list[i].place];
	}
	talloc_free(list);
	talloc_free(s->objects);
	s->objects = objects;
	s->count = kept;
	m->is_sorted = true;
	return now;
}

void
snapshot_finish(struct snapshot_maker *m)
{
	if (!m->is_sorted)
		talloc_free(snapshot_sort(m, NULL));
	json_decref(m->schemas);
	talloc_free(m->names);
	*m = (struct snapshot_maker){ 0 };
}

const char *
schema_fingerprint(const struct schema_snapshot *s)
{
	struct sha256 *h;

	if (*s->fingerprint != '\0')
		return s->fingerprint;
	h = sha256_new(NULL);
	for (size_t i = 0; i < s->count; i++) {
		const struct schema_object *o = &s->objects[i];
		json_t *attributes = values_attributes_new(o->values);
		char *bytes = json_stable(h, attributes);

		sha256_add(h, o->key, strlen(o->key) + 1);
		sha256_add(h, bytes, strlen(bytes) + 1);
		talloc_free(bytes);
		json_decref(attributes);
	}
	sha256_hex(h, s->fingerprint);
	talloc_free(h);
	return s->fingerprint;
}

static int
key_order(const void *key, const void *object)
{
	return strcmp(key, ((const struct schema_object *)object)->key);
}

const struct schema_object *
schema_find(const struct schema_snapshot *s, const char *key)
{
	return s->count == 0 ? NULL : bsearch(key, s->objects, s->count,
	    sizeof(*s->objects), key_order);
}

/* ---- JSON -------------------------------------------------------------- */

static json_t *
object_to_json(const struct schema_object *o)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "kind", o->kind,
	    "schema", o->schema, "name", o->name,
	    "attributes", values_attributes_new(o->values),
	    "facts", values_facts_new(o->values),
	    "depends", json_texts(o->depends));

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
	    "server_version", s->server_version, "fingerprint",
	    schema_fingerprint(s),
	    "left_out", json_texts(s->left_out), "objects", objects);
}

static const char **
strings_from_json(struct arena *a, const json_t *array)
{
	const char **list = arena_alloc(a, (json_array_size(array) + 1) *
	    sizeof(*list));
	const json_t *text;
	size_t i, count = 0;

	json_array_foreach(array, i, text)
		if (json_is_string(text))
			list[count++] = arena_strdup(a, json_string_value(text));
	list[count] = NULL;
	qsort(list, count, sizeof(*list), str_order);
	return list;
}

static int
object_from_json(struct snapshot_maker *m, const json_t *j, struct error *err)
{
	const char *kind = json_str(j, "kind"), *name = json_str(j, "name");
	json_t *attributes = json_object_get(j, "attributes");
	json_t *facts = json_object_get(j, "facts");
	const struct schema_kind *k;
	struct schema_object *o;

	if (kind == NULL || name == NULL || !json_is_object(attributes))
		return error_set(err, ERR_EXPECT,
		    "an object of the snapshot has no kind, name or attributes");
	k = schema_kind_find(kind);
	if (k == NULL)
		return error_set(err, ERR_EXPECT,
		    "unknown kind of object \"%s\" in the snapshot", kind);
	facts = json_is_object(facts) ? json_incref(facts) : json_object();
	o = snapshot_add(m, k, json_str_or(j, "schema", ""), name,
	    values_of_json(m->arena,
	    json_owned(m->snapshot, json_incref(attributes)),
	    json_owned(m->snapshot, facts)));
	if (json_str(j, "parent") != NULL)
		o->parent = arena_strdup(m->arena, json_str(j, "parent"));
	o->depends = strings_from_json(m->arena, json_object_get(j, "depends"));
	return 0;
}

struct schema_snapshot *
schema_from_json(const void *owner, const json_t *j, struct error *err)
{
	struct snapshot_maker m;
	struct schema_snapshot *s;
	const json_t *objects = json_object_get(j, "objects");
	json_t *value;
	size_t i;

	if (!str_equal(json_str(j, "format"), SNAPSHOT_FORMAT) ||
	    !json_is_array(objects)) {
		error_set(err, ERR_EXPECT, "this is no schema snapshot");
		error_hint(err, "\"pgrunbook snapshot URL\" writes one.");
		return NULL;
	}
	snapshot_begin(&m, owner);
	s = m.snapshot;
	s->server_version = (int)json_int(j, "server_version", 0);
	s->left_out = strings_from_json(m.arena, json_object_get(j, "left_out"));
	json_array_foreach(objects, i, value) {
		if (object_from_json(&m, value, err) < 0) {
			snapshot_finish(&m);
			talloc_free(s);
			return NULL;
		}
	}
	snapshot_finish(&m);
	return s;
}
