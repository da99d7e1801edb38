/* base/json.c - jansson, with stable bytes and short spellings. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"

static char *
dump(const void *owner, const json_t *value, size_t flags)
{
	char *raw = memory_check(json_dumps(value, flags));
	char *text = mem_strdup(owner, raw);

	free(raw);
	return text;
}

char *
json_stable(const void *owner, const json_t *value)
{
	return dump(owner, value, JSON_SORT_KEYS | JSON_COMPACT |
	    JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
}

char *
json_pretty(const void *owner, const json_t *value)
{
	return dump(owner, value, JSON_SORT_KEYS | JSON_INDENT(2) |
	    JSON_ENCODE_ANY);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *
object_in_order(json_t *object)
{
	const char **names = NEW_ARRAY(NULL, const char *,
	    json_object_size(object) + 1), *name;
	json_t *ordered = json_object(), *member;
	size_t count = 0;

	json_object_foreach(object, name, member)
		names[count++] = name;
	qsort(names, count, sizeof(*names), by_name);
	for (size_t i = 0; i < count; i++)
		json_object_set_new(ordered, names[i], json_in_order(
		    json_incref(json_object_get(object, names[i]))));
	talloc_free(names);
	json_decref(object);
	return ordered;
}

json_t *
json_in_order(json_t *value)
{
	json_t *element;
	size_t i;

	if (json_is_object(value))
		return object_in_order(value);
	json_array_foreach(value, i, element)
		json_array_set_new(value, i,
		    json_in_order(json_incref(element)));
	return value;
}

int
json_parse(const char *text, size_t size_bytes, json_t **value,
    struct error *err)
{
	json_error_t why;

	*value = json_loadb(text, size_bytes,
	    JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (*value != NULL)
		return 0;
	error_set(err, ERR_EXPECT, "invalid JSON: %s", why.text);
	error_at(err, NULL, why.line > 0 ? why.line : 0,
	    why.column > 0 ? why.column : 0);
	return -1;
}

struct json_holder {
	json_t	*value;
};

static int
holder_destroy(struct json_holder *holder)
{
	json_decref(holder->value);
	return 0;
}

json_t *
json_owned(const void *owner, json_t *value)
{
	struct json_holder *holder = NEW(owner, struct json_holder);

	holder->value = memory_check(value);
	talloc_set_destructor(holder, holder_destroy);
	return value;
}

const char *
json_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const char *
json_str_or(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_str(object, key);

	return text != NULL ? text : otherwise;
}

int64_t
json_int(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? (int64_t)json_integer_value(value) :
	    otherwise;
}

bool
json_flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

json_t *
json_texts(const char *const *texts)
{
	json_t *list = memory_check(json_array());

	for (; texts != NULL && *texts != NULL; texts++)
		json_array_append_new(list, json_string(*texts));
	return list;
}

json_t *
json_text(const char *text, size_t size_bytes)
{
	struct buffer *fixed;
	json_t *value = json_stringn(text, size_bytes);
	const char *p, *end = text + size_bytes;

	if (value != NULL)
		return value;

	/* jansson refuses bytes that are no UTF-8, and tells nothing else. */
	fixed = buffer_new(NULL);
	for (p = text; p < end; ) {
		size_t n = 1;

		while (n <= 4 && n <= (size_t)(end - p) && !utf8_valid(p, n))
			n++;
		if (n <= 4 && n <= (size_t)(end - p)) {
			buffer_add(fixed, p, n);
			p += n;
		} else {
			buffer_puts(fixed, "\xef\xbf\xbd");
			p++;
		}
	}
	value = memory_check(json_stringn(fixed->data, fixed->size));
	talloc_free(fixed);
	return value;
}
