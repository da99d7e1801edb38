/* base/str.c - buffers, comparisons, spelling, figures for people. */

#include <fnmatch.h>
#include <inttypes.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"

#define BUFFER_FIRST_ROOM	256

struct buffer *
buffer_new(const void *owner)
{
	struct buffer *b = NEW(owner, struct buffer);

	b->room = BUFFER_FIRST_ROOM;
	b->data = NEW_ARRAY(b, char, b->room);
	return b;
}

/* Room for extra bytes more and the NUL. */
static void
buffer_reserve(struct buffer *b, size_t extra)
{
	size_t room = b->room;

	/* talloc refuses what is larger than 256 MiB; it ends there, not here. */
	if (extra >= SIZE_MAX / 4 - b->size)
		memory_exhausted();
	if (b->size + extra + 1 <= room)
		return;
	while (room < b->size + extra + 1)
		room *= 2;
	b->data = memory_check(talloc_realloc_size(b, b->data, room));
	b->room = room;
}

void
buffer_add(struct buffer *b, const char *bytes, size_t size_bytes)
{
	if (size_bytes == 0)
		return;
	buffer_reserve(b, size_bytes);
	memcpy(b->data + b->size, bytes, size_bytes);
	b->size += size_bytes;
	b->data[b->size] = '\0';
}

void
buffer_puts(struct buffer *b, const char *text)
{
	buffer_add(b, text, strlen(text));
}

void
buffer_printf(struct buffer *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(b->data + b->size, b->room - b->size, fmt, ap);
	va_end(ap);
	if (n < 0)
		memory_exhausted();
	if ((size_t)n >= b->room - b->size) {
		buffer_reserve(b, (size_t)n);
		va_start(ap, fmt);
		vsnprintf(b->data + b->size, b->room - b->size, fmt, ap);
		va_end(ap);
	}
	b->size += (size_t)n;
}

void
buffer_clear(struct buffer *b)
{
	b->size = 0;
	b->data[0] = '\0';
}

void
buffer_consume(struct buffer *b, size_t size_bytes)
{
	if (size_bytes > b->size)
		size_bytes = b->size;
	memmove(b->data, b->data + size_bytes, b->size - size_bytes + 1);
	b->size -= size_bytes;
}

bool
str_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

int
str_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
str_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *text, const char *suffix)
{
	size_t text_size = strlen(text), suffix_size = strlen(suffix);

	return text_size >= suffix_size &&
	    strcmp(text + text_size - suffix_size, suffix) == 0;
}

bool
str_matches(const char *text, const char *extended_regex)
{
	regex_t regex;
	bool found;

	if (regcomp(&regex, extended_regex, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

bool
str_glob(const char *text, const char *pattern)
{
	return fnmatch(pattern, text, 0) == 0;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char *
str_trim(const void *owner, const char *text)
{
	size_t size;

	while (is_space(*text))
		text++;
	size = strlen(text);
	while (size > 0 && is_space(text[size - 1]))
		size--;
	return mem_strndup(owner, text, size);
}

/* Characters to insert, delete, change or swap to make b of a. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows = strlen(a) + 1, columns = strlen(b) + 1, i, j, result;
	size_t *d = NEW_ARRAY(NULL, size_t, rows * columns);

#define D(i, j) d[(i) * columns + (j)]
	for (i = 0; i < rows; i++)
		D(i, 0) = i;
	for (j = 0; j < columns; j++)
		D(0, j) = j;
	for (i = 1; i < rows; i++)
		for (j = 1; j < columns; j++) {
			size_t best = D(i - 1, j - 1) + (a[i - 1] != b[j - 1]);

			if (D(i - 1, j) + 1 < best)
				best = D(i - 1, j) + 1;
			if (D(i, j - 1) + 1 < best)
				best = D(i, j - 1) + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && D(i - 2, j - 2) + 1 < best)
				best = D(i - 2, j - 2) + 1;
			D(i, j) = best;
		}
	result = D(rows - 1, columns - 1);
#undef D
	talloc_free(d);
	return result;
}

const char *
str_nearest(const char *word, const char *const *candidates)
{
	size_t size = strlen(word), best = size / 3 + 1;
	const char *nearest = NULL;

	if (size == 0 || size > 100)
		return NULL;
	if (size <= 2)
		best = 1;
	for (; *candidates != NULL; candidates++) {
		size_t d;

		if (strlen(*candidates) > 100)
			continue;
		d = distance(word, *candidates);
		if (d < best || (d == best && nearest == NULL)) {
			best = d;
			nearest = *candidates;
		}
	}
	return nearest;
}

char *
str_bytes(const void *owner, int64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes;
	size_t unit = 0;

	/* 999.5 would be shown as 1000. */
	while ((value >= 999.5 || value <= -999.5) && unit + 1 < COUNT_OF(units)) {
		value /= 1024;
		unit++;
	}
	if (unit > 0 && value < 9.95 && value > -9.95)
		return mem_printf(owner, "%.1f %s", value, units[unit]);
	return mem_printf(owner, "%.0f %s", value, units[unit]);
}

char *
str_count(const void *owner, int64_t count)
{
	char digits[32], out[48];
	size_t size, i, at = 0;
	const char *p = digits;

	snprintf(digits, sizeof(digits), "%" PRId64, count);
	if (*p == '-')
		out[at++] = *p++;
	size = strlen(p);
	for (i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = p[i];
	}
	out[at] = '\0';
	return mem_strdup(owner, out);
}
