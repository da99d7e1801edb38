/* schema/normalise.c - deparsed SQL in the one form that stays. */

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/normalise.h"

/*
 * Past one token: a string, a quoted name, a dollar-quoted body, or one
 * byte of anything else.
 */
static const char *
past_token(const char *p)
{
	const char *close;

	if (*p == '\'' || *p == '"') {
		char quote = *p++;

		while (*p != '\0' && !(p[0] == quote && p[1] != quote))
			p += p[0] == quote ? 2 : 1;
		return *p == '\0' ? p : p + 1;
	}
	if (*p == '$') {
		const char *end = p + 1;
		char *tag;

		while (isalnum((unsigned char)*end) || *end == '_')
			end++;
		if (*end != '$')
			return p + 1;
		tag = mem_strndup(NULL, p, (size_t)(end + 1 - p));
		close = strstr(end + 1, tag);
		close = close == NULL ? p + strlen(p) : close + strlen(tag);
		talloc_free(tag);
		return close;
	}
	return p + 1;
}

/* Where the bracket that opens at p closes; null where it does not. */
static const char *
closing(const char *p)
{
	int depth = 0;

	while (*p != '\0') {
		if (*p == '(' || *p == '[')
			depth++;
		else if ((*p == ')' || *p == ']') && --depth == 0)
			return p;
		p = past_token(p);
	}
	return NULL;
}

/* "ARRAY[e, e]" of elements and a type to "ARRAY[(e)::type, (e)::type]". */
static void
cast_elements(struct buffer *out, const char *from, const char *end,
    const char *type, size_t type_size)
{
	char *inner = mem_strndup(out, from, (size_t)(end - from));
	char *settled = schema_normalise(inner, inner);
	const char *start = settled, *p = settled;
	int depth = 0;

	buffer_puts(out, "ARRAY[");
	for (;;) {
		if (*p == '(' || *p == '[')
			depth++;
		else if (*p == ')' || *p == ']')
			depth--;
		if (*p == '\0' || (*p == ',' && depth == 0)) {
			buffer_printf(out, "(%.*s)::%.*s", (int)(p - start),
			    start, (int)type_size, type);
			if (*p == '\0')
				break;
			buffer_puts(out, ", ");
			p++;
			while (*p == ' ')
				p++;
			start = p;
			continue;
		}
		p = past_token(p);
	}
	buffer_puts(out, "]");
	talloc_free(inner);
}

/*
 * The type's name that begins at p and ends before "[]": its bytes, or 0
 * where this is no cast to an array.
 */
static size_t
element_type(const char *p)
{
	const char *start = p;

	while (*p != '\0' && strncmp(p, "[]", 2) != 0) {
		if (*p == '(') {
			const char *end = closing(p);

			if (end == NULL)
				return 0;
			p = end + 1;
		} else if (*p == '"') {
			p = past_token(p);
		} else if (isalnum((unsigned char)*p) || *p == '_' ||
		    *p == '.' || *p == ' ') {
			p++;
		} else {
			return 0;
		}
	}
	return *p == '\0' ? 0 : (size_t)(p - start);
}

/* "(ARRAY[...])::type[]" at p: write it settled, and return where it ends. */
static const char *
settle_cast(struct buffer *out, const char *p)
{
	static const char opening[] = "(ARRAY[";
	const char *bracket, *end;
	size_t type_size;

	if (strncmp(p, opening, sizeof(opening) - 1) != 0)
		return NULL;
	bracket = p + sizeof(opening) - 2;
	end = closing(bracket);
	if (end == NULL || end == bracket + 1 ||
	    strncmp(end, "])::", 4) != 0)
		return NULL;
	type_size = element_type(end + 4);
	if (type_size == 0)
		return NULL;
	cast_elements(out, bracket + 1, end, end + 4, type_size);
	return end + 4 + type_size + 2;
}

char *
schema_normalise(const void *owner, const char *sql)
{
	struct buffer *out;
	const char *p = sql;
	char *text;

	if (strstr(sql, "(ARRAY[") == NULL)
		return mem_strdup(owner, sql);
	out = buffer_new(NULL);
	while (*p != '\0') {
		const char *next = settle_cast(out, p);

		if (next == NULL) {
			next = past_token(p);
			buffer_add(out, p, (size_t)(next - p));
		}
		p = next;
	}
	text = mem_strdup(owner, out->data);
	talloc_free(out);
	return text;
}
