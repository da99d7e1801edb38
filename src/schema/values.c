/* schema/values.c - values packed, and unpacked when they are asked for. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/kind.h"
#include "schema/normalise.h"
#include "schema/values.h"

/* pg_type's OIDs of the types that are more than text. */
enum {
	TYPE_BOOL = 16, TYPE_INT8 = 20, TYPE_INT2 = 21, TYPE_INT4 = 23,
	TYPE_JSONB = 3802
};

enum shape { SHAPE_TEXT, SHAPE_FLAG, SHAPE_NUMBER, SHAPE_JSON, SHAPE_MEMBERS };

struct field {
	int		 column;	/* of the answer */
	const char	*name;
	enum shape	 shape;
};

/* The first ones are attributes, the others facts. */
struct values_layout {
	const char	*query;		/* the same: the bytes compare */
	bool		 is_verbatim;
	struct field	*fields;
	uint8_t		 attribute_count, count;
};

/*
 * Packed: for each value that is not null the number of its field, from 1,
 * its text and a NUL.
 */
struct schema_values {
	const struct values_layout *layout;	/* null: there is JSON alone */
	const char	*packed;
	uint32_t	 attributes_size, facts_size;
	json_t		*attributes, *facts;
};

/* ---- layout -------------------------------------------------------------- */

static bool
is_reserved(const char *name)
{
	static const char *const names[] = { "ref", "schema", "name", "parent",
		"depends", NULL };

	for (const char *const *n = names; *n != NULL; n++)
		if (strcmp(*n, name) == 0)
			return true;
	return false;
}

static enum shape
shape_of(const char *name, Oid type)
{
	if (strcmp(name, "attributes") == 0 || strcmp(name, "facts") == 0)
		return SHAPE_MEMBERS;
	switch (type) {
	case TYPE_BOOL:
		return SHAPE_FLAG;
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
		return SHAPE_NUMBER;
	case TYPE_JSONB:
		return SHAPE_JSON;
	default:
		return SHAPE_TEXT;
	}
}

static void
add_fields(struct values_layout *l, const struct pg_result *r, bool facts)
{
	for (int i = 0; i < r->columns; i++) {
		const char *name = PQfname(r->res, i);
		bool is_fact = *name == '@' || strcmp(name, "facts") == 0;

		if (is_reserved(name) || is_fact != facts)
			continue;
		l->fields[l->count++] = (struct field){ i, mem_strdup(l->fields,
		    *name == '@' ? name + 1 : name),
		    shape_of(name, PQftype(r->res, i)) };
	}
}

struct values_layout *
values_layout_new(const void *owner, const struct schema_kind *k,
    const char *query, const struct pg_result *r)
{
	struct values_layout *l = NEW(owner, struct values_layout);

	l->query = query;
	l->is_verbatim = k->flags & KIND_VERBATIM;
	l->fields = NEW_ARRAY(l, struct field, r->columns + 1);
	add_fields(l, r, false);
	l->attribute_count = l->count;
	add_fields(l, r, true);
	return l;
}

/* ---- packing ------------------------------------------------------------- */

static size_t
size_of(const struct field *fields, int count, const struct pg_result *r,
    int row)
{
	size_t size = 0;

	for (int i = 0; i < count; i++)
		if (!PQgetisnull(r->res, row, fields[i].column))
			size += (size_t)PQgetlength(r->res, row,
			    fields[i].column) + 2;
	return size;
}

static char *
put(char *at, const struct field *fields, int first, int end,
    const struct pg_result *r, int row)
{
	for (int i = first; i < end; i++) {
		int column = fields[i].column;
		size_t size;

		if (PQgetisnull(r->res, row, column))
			continue;
		size = (size_t)PQgetlength(r->res, row, column);
		*at++ = (char)(i + 1);
		memcpy(at, PQgetvalue(r->res, row, column), size + 1);
		at += size + 1;
	}
	return at;
}

struct schema_values *
values_pack(struct arena *a, const struct values_layout *l,
    const struct pg_result *r, int row)
{
	struct schema_values *v = arena_alloc(a, sizeof(*v));
	char *packed, *middle;

	*v = (struct schema_values){ .layout = l };
	v->attributes_size = (uint32_t)size_of(l->fields, l->attribute_count, r,
	    row);
	v->facts_size = (uint32_t)size_of(l->fields + l->attribute_count,
	    l->count - l->attribute_count, r, row);
	packed = arena_alloc(a, (size_t)v->attributes_size + v->facts_size + 1);
	middle = put(packed, l->fields, 0, l->attribute_count, r, row);
	put(middle, l->fields, l->attribute_count, l->count, r, row);
	v->packed = packed;
	return v;
}

struct schema_values *
values_of_json(struct arena *a, json_t *attributes, json_t *facts)
{
	struct schema_values *v = arena_alloc(a, sizeof(*v));

	*v = (struct schema_values){ .attributes = attributes, .facts = facts };
	return v;
}

/* ---- unpacking ----------------------------------------------------------- */

/*
 * What the server calls JSON and jansson does not take stays text.  In the
 * order that a snapshot file has, so that an item's texts and its id are the
 * same from both.
 */
static json_t *
parse(const char *text)
{
	json_t *value = NULL;
	struct error ignored;

	if (json_parse(text, strlen(text), &value, &ignored) < 0)
		return json_text(text, strlen(text));
	return json_in_order(value);
}

static void
unpack_field(json_t *into, const struct field *f, const char *text)
{
	json_t *value;

	switch (f->shape) {
	case SHAPE_FLAG:
		value = json_boolean(*text == 't');
		break;
	case SHAPE_NUMBER:
		value = json_integer(strtoll(text, NULL, 10));
		break;
	case SHAPE_JSON:
		value = parse(text);
		break;
	case SHAPE_MEMBERS:
		value = parse(text);
		if (json_is_object(value)) {
			json_object_update(into, value);
			json_decref(value);
			return;
		}
		break;
	default:
		value = json_text(text, strlen(text));
	}
	json_object_set_new(into, f->name, value);
}

static json_t *
unpack(const struct values_layout *l, const char *at, size_t size_bytes)
{
	const char *end = at + size_bytes;
	json_t *object = json_object();

	while (at < end) {
		const struct field *f = &l->fields[(unsigned char)*at - 1];

		unpack_field(object, f, at + 1);
		at += strlen(at) + 1;
	}
	return object;
}

/* Nulls go; deparsed texts are settled. */
static void
normalise(json_t *attributes, bool is_verbatim)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(attributes, next, name, value) {
		if (json_is_null(value)) {
			json_object_del(attributes, name);
		} else if (json_is_string(value) && !is_verbatim) {
			char *text = schema_normalise(NULL,
			    json_string_value(value));

			json_object_set_new(attributes, name, json_string(text));
			talloc_free(text);
		} else if (json_is_object(value) && !is_verbatim) {
			normalise(value, is_verbatim);
		}
	}
}

json_t *
values_attributes_new(const struct schema_values *v)
{
	json_t *attributes;

	if (v->attributes != NULL)
		return json_incref(v->attributes);
	attributes = unpack(v->layout, v->packed, v->attributes_size);
	normalise(attributes, v->layout->is_verbatim);
	return attributes;
}

json_t *
values_facts_new(const struct schema_values *v)
{
	if (v->facts != NULL)
		return json_incref(v->facts);
	return unpack(v->layout, v->packed + v->attributes_size, v->facts_size);
}

json_t *
values_attributes(struct schema_values *v)
{
	if (v->attributes == NULL)
		v->attributes = json_owned(v->layout, values_attributes_new(v));
	return v->attributes;
}

json_t *
values_facts(struct schema_values *v)
{
	if (v->facts == NULL)
		v->facts = json_owned(v->layout, values_facts_new(v));
	return v->facts;
}

bool
values_same_bytes(const struct schema_values *a, const struct schema_values *b)
{
	return a->layout != NULL && b->layout != NULL &&
	    a->layout->query == b->layout->query &&
	    a->attributes_size == b->attributes_size &&
	    memcmp(a->packed, b->packed, a->attributes_size) == 0;
}
