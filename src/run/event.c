/* run/event.c - the tables of events and intents, and checks against them. */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "run/event.h"

struct row {
	const char	*name;
	const char	*fields;
	const char	*doc;
	bool		 is_durable;
};

#define DURABLE	true
#define LIVE	false
static const struct row events[EVENT_COUNT] = {
#define EVENT(id, name, durability, fields, doc) \
	[EVENT_##id] = { name, fields, doc, durability },
#include "run/event.def"
#undef EVENT
};
#undef DURABLE
#undef LIVE

static const struct row intents[INTENT_COUNT] = {
#define INTENT(id, name, fields, doc) \
	[INTENT_##id] = { name, fields, doc, false },
#include "run/intent.def"
#undef INTENT
};

/* One word of a row's fields: "attempt:i", "tag:s?". */
struct field {
	char	name[32];
	char	type;
	bool	is_optional;
};

/* The next field; moves *at on.  False at the end. */
static bool
next_field(const char **at, struct field *f)
{
	const char *p = *at + strspn(*at, " ");
	size_t name = strcspn(p, ":"), word = strcspn(p, " ");

	if (*p == '\0' || name >= sizeof(f->name) || name + 1 >= word)
		return false;
	memcpy(f->name, p, name);
	f->name[name] = '\0';
	f->type = p[name + 1];
	f->is_optional = p[word - 1] == '?';
	*at = p + word;
	return true;
}

static bool
type_holds(char type, const json_t *value)
{
	switch (type) {
	case 's':
		/* A NUL inside would hide what is behind it from C. */
		return json_is_string(value) &&
		    strlen(json_string_value(value)) ==
		    json_string_length(value);
	case 'i':
		return json_is_integer(value);
	case 'b':
		return json_is_boolean(value);
	default:
		return true;
	}
}

static const char *
type_word(char type)
{
	switch (type) {
	case 's':
		return "a string";
	case 'i':
		return "an integer";
	case 'b':
		return "a boolean";
	default:
		return "a value";
	}
}

static bool
has_field(const struct row *row, const char *name)
{
	const char *at = row->fields;
	struct field f;

	while (next_field(&at, &f))
		if (strcmp(f.name, name) == 0)
			return true;
	return false;
}

static int
check(const struct row *row, const char *what, enum error_code code,
    const json_t *data, struct error *err)
{
	const char *at = row->fields, *key;
	struct field f;
	void *position;

	if (!json_is_object(data))
		return error_set(err, code, "%s \"%s\" is not an object", what,
		    row->name);
	while (next_field(&at, &f)) {
		const json_t *value = json_object_get(data, f.name);

		if (value == NULL && !f.is_optional)
			return error_set(err, code, "%s \"%s\" lacks \"%s\"",
			    what, row->name, f.name);
		if (value != NULL && !type_holds(f.type, value))
			return error_set(err, code, "\"%s\" of %s \"%s\" is "
			    "not %s", f.name, what, row->name,
			    type_word(f.type));
	}
	/* Iterators want a mutable object, and change nothing. */
	for (position = json_object_iter((json_t *)(uintptr_t)data);
	    position != NULL;
	    position = json_object_iter_next((json_t *)(uintptr_t)data,
	    position)) {
		key = json_object_iter_key(position);
		if (!has_field(row, key))
			return error_set(err, code, "%s \"%s\" has no field "
			    "\"%s\"", what, row->name, key);
	}
	return 0;
}

static int
parse_name(const struct row *rows, int count, const char *name)
{
	int i;

	for (i = 0; name != NULL && i < count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return i;
	return -1;
}

const char *
event_name(enum event_type t)
{
	return events[t].name;
}

bool
event_is_durable(enum event_type t)
{
	return events[t].is_durable;
}

const char *
event_doc(enum event_type t)
{
	return events[t].doc;
}

int
event_parse_name(const char *name)
{
	return parse_name(events, EVENT_COUNT, name);
}

const char *
intent_name(enum intent_type t)
{
	return intents[t].name;
}

const char *
intent_doc(enum intent_type t)
{
	return intents[t].doc;
}

int
intent_parse_name(const char *name)
{
	return parse_name(intents, INTENT_COUNT, name);
}

int
event_check(enum event_type t, const json_t *data, struct error *err)
{
	return check(&events[t], "event", ERR_VERIFY, data, err);
}

int
intent_check(enum intent_type t, const json_t *data, struct error *err)
{
	return check(&intents[t], "intent", ERR_USAGE, data, err);
}

json_t *
event_to_json(const struct event *e)
{
	json_t *body = memory_check(json_copy(e->data));
	char *at = clock_rfc3339(NULL, e->at_us);

	json_object_set_new(body, "at", memory_check(json_string(at)));
	json_object_set_new(body, "type",
	    memory_check(json_string(events[e->type].name)));
	talloc_free(at);
	return body;
}

int
event_from_json(const json_t *body, struct event *e, struct error *err)
{
	const char *type = json_str(body, "type"), *at = json_str(body, "at");
	int t = event_parse_name(type);

	memset(e, 0, sizeof(*e));
	if (type == NULL)
		return error_set(err, ERR_VERIFY, "an event has no type");
	if (t < 0)
		return error_set(err, ERR_VERIFY, "unknown event \"%s\"", type);
	if (at == NULL)
		return error_set(err, ERR_VERIFY, "event \"%s\" has no time",
		    type);
	if (clock_parse_rfc3339(at, &e->at_us, NULL) != 0)
		return error_set(err, ERR_VERIFY, "time \"%s\" of event "
		    "\"%s\" is not valid", at, type);
	e->type = (enum event_type)t;
	e->data = memory_check(json_copy((json_t *)(uintptr_t)body));
	json_object_del(e->data, "type");
	json_object_del(e->data, "at");
	if (event_check(e->type, e->data, err) == 0)
		return 0;
	json_decref(e->data);
	e->data = NULL;
	return -1;
}

static json_t *
field_schema(char type)
{
	switch (type) {
	case 's':
		return json_pack("{s:s}", "type", "string");
	case 'i':
		return json_pack("{s:s}", "type", "integer");
	case 'b':
		return json_pack("{s:s}", "type", "boolean");
	default:
		return json_object();
	}
}

/* first: the word that tells rows apart ("type" or "intent"). */
static json_t *
row_schema(const struct row *row, const char *first)
{
	json_t *properties = memory_check(json_object());
	json_t *required = memory_check(json_array());
	const char *at = row->fields;
	struct field f;

	json_object_set_new(properties, first,
	    json_pack("{s:s}", "const", row->name));
	json_array_append_new(required, json_string(first));
	while (next_field(&at, &f)) {
		json_object_set_new(properties, f.name, field_schema(f.type));
		if (!f.is_optional)
			json_array_append_new(required, json_string(f.name));
	}
	return memory_check(json_pack("{s:s, s:s, s:s, s:o, s:o}",
	    "title", row->name, "description", row->doc, "type", "object",
	    "properties", properties, "required", required));
}

json_t *
event_schema(void)
{
	json_t *event_list = memory_check(json_array());
	json_t *intent_list = memory_check(json_array());
	int i;

	for (i = 0; i < EVENT_COUNT; i++) {
		json_t *row = row_schema(&events[i], "type");

		json_object_set_new(row, "durable",
		    json_boolean(events[i].is_durable));
		json_object_set_new(json_object_get(row, "properties"), "at",
		    json_pack("{s:s, s:s}", "type", "string", "format",
		    "date-time"));
		json_array_append_new(json_object_get(row, "required"),
		    json_string("at"));
		json_array_append_new(event_list, row);
	}
	for (i = 0; i < INTENT_COUNT; i++)
		json_array_append_new(intent_list,
		    row_schema(&intents[i], "intent"));
	return memory_check(json_pack("{s:s, s:{s:{s:o}, s:{s:o}}}",
	    "$schema", "https://json-schema.org/draft/2020-12/schema",
	    "$defs", "event", "oneOf", event_list, "intent", "oneOf",
	    intent_list));
}
