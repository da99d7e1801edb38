/* runbook/bind.c - YAML maps into structs, and what is wrong with them. */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/bind.h"

const struct key *
bind_find(const struct key *table, const char *name)
{
	for (; table != NULL && table->name != NULL; table++)
		if (str_equal(table->name, name))
			return table;
	return NULL;
}

const char *const *
bind_names(const void *owner, const struct key *const *tables)
{
	const char **names = NEW_ARRAY(owner, const char *, 1);
	size_t count = 0;

	for (; *tables != NULL; tables++) {
		const struct key *k;

		for (k = *tables; k->name != NULL; k++) {
			GROW(owner, names, const char *, count + 2);
			names[count++] = k->name;
		}
	}
	names[count] = NULL;
	return names;
}

void
bind_unknown(const struct node *key, const char *what,
    const struct key *const *tables, struct lint *l)
{
	struct lint_finding *f = lint_error(l, key->place,
	    "unknown key \"%s\" in %s", lint_word(l, key->text), what);

	lint_nearest(l, f, key->text, bind_names(l, tables));
}

static const char *
node_words(const struct node *n)
{
	return n->type == NODE_MAP ? "a map" :
	    n->type == NODE_LIST ? "a list" : "text";
}

/* The text of a scalar, or an error. */
static const char *
want_scalar(const struct key *key, const char *wanted, const struct node *value,
    struct lint *l)
{
	if (value->type != NODE_SCALAR) {
		lint_error(l, value->place, "\"%s\" must be %s, not %s",
		    key->name, wanted, node_words(value));
		return NULL;
	}
	return value->text;
}

static bool
bind_bool(const struct key *key, const struct node *value, bool *out,
    struct lint *l)
{
	if (want_scalar(key, "true or false", value, l) == NULL)
		return false;
	if (node_bool(value, out))
		return true;
	lint_error(l, value->place, "\"%s\" must be true or false, not \"%s\"",
	    key->name, lint_word(l, value->text));
	return false;
}

static bool
has_limits(const struct key *key)
{
	return key->min != 0 || key->max != 0;
}

static bool
bind_int(const struct key *key, const struct node *value, int64_t *out,
    struct lint *l)
{
	int64_t number;

	if (want_scalar(key, "a whole number", value, l) == NULL)
		return false;
	if (!node_int(value, &number)) {
		lint_error(l, value->place,
		    "\"%s\" must be a whole number, not \"%s\"", key->name,
		    lint_word(l, value->text));
		return false;
	}
	if (has_limits(key) && (number < key->min || number > key->max)) {
		lint_error(l, value->place, "\"%s\" must be between %" PRId64
		    " and %" PRId64 ", not %" PRId64, key->name, key->min,
		    key->max, number);
		return false;
	}
	*out = number;
	return true;
}

static bool
bind_duration(const struct key *key, const struct node *value, int64_t *out,
    struct lint *l)
{
	struct error err = { 0 };
	struct lint_finding *f;
	int64_t ms;

	if (want_scalar(key, "a duration", value, l) == NULL)
		return false;
	if (duration_parse(value->text, &ms, &err) != 0) {
		f = lint_error(l, value->place,
		    "\"%s\" must be a duration, not \"%s\"", key->name,
		    lint_word(l, value->text));
		lint_hint(l, f, "as in \"90s\", \"5m\" or \"1h30m\"");
		return false;
	}
	if (has_limits(key) && (ms < key->min || ms > key->max)) {
		lint_error(l, value->place, "\"%s\" must be between %s and %s",
		    key->name, duration_short(l, key->min),
		    duration_short(l, key->max));
		return false;
	}
	*out = ms;
	return true;
}

static bool
bind_texts(const void *owner, const struct key *key, const struct node *value,
    const char ***out, struct lint *l)
{
	const char **texts;
	size_t i, count = value->type == NODE_LIST ? value->count : 1;

	if (value->type == NODE_MAP) {
		lint_error(l, value->place, "\"%s\" must be a list, not a map",
		    key->name);
		return false;
	}
	texts = NEW_ARRAY(owner, const char *, count + 1);
	if (value->type == NODE_SCALAR)
		texts[0] = value->text;
	for (i = 0; value->type == NODE_LIST && i < count; i++) {
		const struct node *item = value->items[i];

		if (item->type != NODE_SCALAR || node_is_null(item)) {
			lint_error(l, item->place,
			    "\"%s\" must be a list of texts, but this is %s",
			    key->name, item->type == NODE_SCALAR ? "nothing" :
			    node_words(item));
			return false;
		}
		texts[i] = item->text;
	}
	*out = texts;
	return true;
}

static bool
bind_choice(const struct key *key, const struct node *value, int *out,
    struct lint *l)
{
	struct buffer *names;
	struct lint_finding *f;
	int i;

	if (want_scalar(key, "one word", value, l) == NULL)
		return false;
	names = buffer_new(l);
	for (i = 0; key->choices[i] != NULL; i++) {
		if (str_equal(value->text, key->choices[i])) {
			*out = i;
			return true;
		}
		buffer_printf(names, "%s%s", i > 0 ? ", " : "", key->choices[i]);
	}
	f = lint_error(l, value->place, "\"%s\" must be one of %s, not \"%s\"",
	    key->name, names->data, lint_word(l, value->text));
	lint_nearest(l, f, value->text, key->choices);
	return false;
}

/* A field of the struct that out is. */
#define FIELD(type) ((type *)(void *)((char *)out + key->offset))

bool
bind_value(const void *owner, const struct key *key, const struct node *value,
    void *out, struct lint *l)
{
	if (node_is_null(value) && key->type != KEY_ANY &&
	    key->type != KEY_NODE) {
		lint_error(l, value->place, "\"%s\" has no value", key->name);
		return false;
	}
	switch (key->type) {
	case KEY_TEXT: {
		const char *text = want_scalar(key, "text", value, l);

		if (text != NULL)
			*FIELD(const char *) = text;
		return text != NULL;
	}
	case KEY_BOOL:
		return bind_bool(key, value, FIELD(bool), l);
	case KEY_INT:
		return bind_int(key, value, FIELD(int64_t), l);
	case KEY_DURATION:
		return bind_duration(key, value, FIELD(int64_t), l);
	case KEY_TEXTS:
		return bind_texts(owner, key, value, FIELD(const char **), l);
	case KEY_MAP:
		if (value->type != NODE_MAP) {
			lint_error(l, value->place, "\"%s\" must be a map, not %s",
			    key->name, node_words(value));
			return false;
		}
		*FIELD(json_t *) = json_owned(owner, node_to_json(value));
		return true;
	case KEY_ANY:
		*FIELD(json_t *) = json_owned(owner, node_to_json(value));
		return true;
	case KEY_NODE:
		*FIELD(const struct node *) = value;
		return true;
	case KEY_CHOICE:
		return bind_choice(key, value, FIELD(int), l);
	}
	return false;
}

bool
bind_map(const void *owner, const struct node *map, const char *what,
    const struct key *const *tables, void *const *outs, struct lint *l)
{
	const struct key *key;
	bool good = true;
	size_t i, t;

	if (map->type != NODE_MAP) {
		lint_error(l, map->place, "%s must be a map, not %s", what,
		    node_is_null(map) ? "nothing" : node_words(map));
		return false;
	}
	for (i = 0; i < map->count; i++) {
		key = NULL;
		for (t = 0; tables[t] != NULL && key == NULL; t++)
			key = bind_find(tables[t], map->keys[i]->text);
		if (key == NULL)
			bind_unknown(map->keys[i], what, tables, l);
		if (key == NULL || !bind_value(owner, key, map->items[i],
		    outs[t - 1], l))
			good = false;
	}
	for (t = 0; tables[t] != NULL; t++)
		for (key = tables[t]; key->name != NULL; key++)
			if ((key->flags & KEY_REQUIRED) != 0 &&
			    node_get(map, key->name) == NULL) {
				lint_error(l, map->place, "%s needs \"%s\"",
				    what, key->name);
				good = false;
			}
	return good;
}
