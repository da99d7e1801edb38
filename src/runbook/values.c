/* runbook/values.c - scopes, {{…}}, and conditions over them. */

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/values.h"
#include "runbook/when.h"

struct scope {
	const struct scope *outer;	/* null */
	json_t		*values;
	json_t		*hidden;	/* {name: true} */
};

struct scope *
scope_new(const void *owner)
{
	struct scope *s = NEW(owner, struct scope);

	s->values = json_owned(s, json_object());
	s->hidden = json_owned(s, json_object());
	return s;
}

struct scope *
scope_nested(const void *owner, const struct scope *outer)
{
	struct scope *s = scope_new(owner);

	s->outer = outer;
	return s;
}

void
scope_set(struct scope *s, const char *name, json_t *value)
{
	json_object_set_new(s->values, name, value);
}

void
scope_hide(struct scope *s, const char *name)
{
	json_object_set_new(s->hidden, name, json_true());
}

bool
value_name_valid(const char *name)
{
	size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return size > 0 && name[size] == '\0' && islower((unsigned char)name[0]);
}

bool
value_path_valid(const char *path)
{
	const char *p = path;

	if (!isalpha((unsigned char)*p) && *p != '_')
		return false;
	for (; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' &&
		    !((*p == '.' || *p == '-') && p[1] != '\0' && p[1] != '.'))
			return false;
	return true;
}

const json_t *
scope_get(const struct scope *s, const char *path)
{
	const json_t *value = NULL;
	size_t size = strcspn(path, ".");
	char *part = mem_strndup(NULL, path, size);

	for (; s != NULL && value == NULL; s = s->outer) {
		value = json_object_get(s->values, part);
		if (json_object_get(s->hidden, part) != NULL)
			break;
	}
	while (value != NULL && path[size] == '.') {
		path += size + 1;
		size = strcspn(path, ".");
		talloc_free(part);
		part = mem_strndup(NULL, path, size);
		value = json_object_get(value, part);
	}
	talloc_free(part);
	return value;
}

static char *
value_text(const void *owner, const json_t *value)
{
	if (json_is_string(value))
		return mem_strdup(owner, json_string_value(value));
	if (json_is_null(value))
		return mem_strdup(owner, "");
	if (json_is_boolean(value))
		return mem_strdup(owner, json_is_true(value) ? "true" : "false");
	if (json_is_integer(value))
		return mem_printf(owner, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
	return json_stable(owner, value);
}

char *
scope_text(const void *owner, const struct scope *s, const char *path)
{
	const json_t *value = scope_get(s, path);

	return value != NULL ? value_text(owner, value) : NULL;
}

/* NAME=text, and one more for each field. */
static void
add_variable(char ***list, size_t *count, const char *name, const json_t *value)
{
	char *text = value_text(*list, value), *variable, *p;
	/* jansson walks no const objects; nothing is changed. */
	json_t *object = (json_t *)(uintptr_t)value, *inner;
	const char *field;

	variable = mem_printf(*list, "%s=%s", name, text);
	for (p = variable; *p != '='; p++)
		if (!isalnum((unsigned char)*p))
			*p = '_';
	talloc_free(text);
	*list = memory_check(talloc_realloc(NULL, *list, char *,
	    (unsigned)(*count + 2)));
	(*list)[(*count)++] = variable;
	(*list)[*count] = NULL;
	json_object_foreach(object, field, inner) {
		char *inner_name = mem_printf(NULL, "%s_%s", name, field);

		/* A field with "=" in its name would become another variable. */
		if (strchr(field, '=') == NULL)
			add_variable(list, count, inner_name, inner);
		talloc_free(inner_name);
	}
}

char **
scope_environment(const void *owner, const struct scope *s)
{
	char **list = NEW_ARRAY(owner, char *, 1);
	json_t *all = json_object(), *hidden = json_object(), *value;
	const char *name;
	size_t count = 0;

	/* The inner scope's first: it hides the outer one's. */
	for (; s != NULL; s = s->outer) {
		json_object_foreach(s->values, name, value)
			if (json_object_get(hidden, name) == NULL &&
			    json_object_get(all, name) == NULL)
				json_object_set(all, name, value);
		json_object_update(hidden, s->hidden);
	}
	json_object_foreach(all, name, value)
		add_variable(&list, &count, name, value);
	json_decref(all);
	json_decref(hidden);
	return list;
}

/*
 * The next {{…}} at or after *p: its inside, trimmed, and where it begins and
 * ends.  Null where there is none.  Without "}}" it is the rest, with its
 * braces: no name.
 */
static char *
next_value(const void *owner, const char *p, const char **begin,
    const char **end)
{
	const char *close;
	char *inside, *name;

	*begin = strstr(p, "{{");
	if (*begin == NULL)
		return NULL;
	close = strstr(*begin, "}}");
	if (close == NULL) {
		*end = *begin + strlen(*begin);
		return mem_strdup(owner, *begin);
	}
	*end = close + 2;
	inside = mem_strndup(NULL, *begin + 2, (size_t)(close - *begin - 2));
	name = str_trim(owner, inside);
	talloc_free(inside);
	return name;
}

/* The nearest name that is there, as a hint. */
static int
undefined(const struct scope *s, const char *path, struct error *err)
{
	void *scratch = talloc_new(NULL);
	const char **names = NEW_ARRAY(scratch, const char *, 1), *name;
	const char *nearest;
	size_t count = 0;
	json_t *value;

	error_set(err, ERR_RUNBOOK, "undefined name \"%s\"", path);
	for (; s != NULL; s = s->outer)
		json_object_foreach(s->values, name, value) {
			GROW(scratch, names, const char *, count + 2);
			names[count++] = name;
		}
	names[count] = NULL;
	nearest = str_nearest(path, names);
	if (nearest != NULL)
		error_hint(err, "did you mean \"%s\"?", nearest);
	talloc_free(scratch);
	return -1;
}

char *
scope_expand(const void *owner, const struct scope *s, const char *text,
    struct error *err)
{
	struct buffer *out = buffer_new(owner);
	const char *p = text, *begin, *end;
	char *path, *value = NULL;

	while ((path = next_value(out, p, &begin, &end)) != NULL) {
		if (str_starts(path, "{{"))
			error_set(err, ERR_RUNBOOK, "\"{{\" without \"}}\"");
		else if (!value_path_valid(path))
			error_set(err, ERR_RUNBOOK, "\"{{%s}}\" is not a name",
			    path);
		else if ((value = scope_text(out, s, path)) == NULL)
			undefined(s, path, err);
		if (value == NULL) {
			talloc_free(out);
			return NULL;
		}
		buffer_add(out, p, (size_t)(begin - p));
		buffer_puts(out, value);
		talloc_free(path);
		talloc_free(value);
		value = NULL;
		p = end;
	}
	buffer_puts(out, p);
	value = talloc_steal(owner, out->data);
	talloc_free(out);
	return value;
}

char **
scope_names_in(const void *owner, const char *text)
{
	char **names = NEW_ARRAY(owner, char *, 1), *name;
	const char *p = text, *begin, *end;
	size_t count = 0;

	while ((name = next_value(NULL, p, &begin, &end)) != NULL) {
		GROW(owner, names, char *, count + 2);
		names[count++] = talloc_steal(names, name);
		names[count] = NULL;
		p = end;
	}
	return names;
}

static bool
is_true(const json_t *value)
{
	const char *text = json_string_value(value);

	if (json_is_null(value) || json_is_false(value) ||
	    (json_is_integer(value) && json_integer_value(value) == 0))
		return false;
	/* Params and last lines of commands are text. */
	return text == NULL || (text[0] != '\0' && !str_equal(text, "false") &&
	    !str_equal(text, "no") && !str_equal(text, "0") &&
	    !str_equal(text, "f"));
}

static int
term_holds(const void *owner, const struct scope *s, const struct when_term *t,
    struct error *err)
{
	const json_t *value = scope_get(s, t->path);
	const char *text;
	bool holds = false;
	size_t i;

	if (value == NULL)
		return undefined(s, t->path, err);
	if (t->texts == NULL)
		return is_true(value) != t->is_negated;
	text = value_text(owner, value);
	for (i = 0; t->texts[i] != NULL && !holds; i++)
		holds = str_equal(text, t->texts[i]);
	return holds != t->is_negated;
}

int
scope_when(const struct scope *s, const char *expression, struct error *err)
{
	struct when *w = when_parse(NULL, expression, err);
	size_t i;
	int rc = 1;

	if (w == NULL)
		return -1;
	for (i = 0; i < w->count && rc == 1; i++)
		rc = term_holds(w, s, &w->terms[i], err);
	talloc_free(w);
	return rc;
}
