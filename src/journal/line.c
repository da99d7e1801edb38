/* journal/line.c - one line of a journal. */

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "journal/line.h"

#define HEAD		"{\"body\":"
#define PREV		",\"prev\":\""
#define SEQ		"\",\"seq\":"
#define HASH_DIGITS	(SHA256_HEX_SIZE - 1)
#define SEQ_DIGITS_MAX	18

bool
journal_body_valid(const char *body, size_t size_bytes)
{
	struct error ignored;
	json_t *value;
	bool valid;

	if (size_bytes < 2 || body[0] != '{' || body[size_bytes - 1] != '}' ||
	    memchr(body, '\n', size_bytes) != NULL)
		return false;
	if (json_parse(body, size_bytes, &value, &ignored) != 0)
		return false;
	valid = json_is_object(value);
	json_decref(value);
	return valid;
}

/* Does what ends at *end end in suffix?  Then *end moves before it. */
static bool
take_back(const char *start, const char **end, const char *suffix)
{
	size_t size = strlen(suffix);

	if ((size_t)(*end - start) < size ||
	    memcmp(*end - size, suffix, size) != 0)
		return false;
	*end -= size;
	return true;
}

/* The number whose last digit stands before *end; 0: none, or a bad one. */
static int64_t
take_back_number(const char *start, const char **end)
{
	int64_t value = 0, unit = 1;
	const char *last = *end;

	while (*end > start && (*end)[-1] >= '0' && (*end)[-1] <= '9') {
		if (last - *end >= SEQ_DIGITS_MAX)
			return 0;
		value += ((*end)[-1] - '0') * unit;
		unit *= 10;
		(*end)--;
	}
	return last == *end || **end == '0' ? 0 : value;
}

static bool
take_back_hash(const char *start, const char **end)
{
	int i;

	for (i = 0; i < HASH_DIGITS; i++) {
		char c;

		if (*end == start)
			return false;
		c = *--*end;
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

/*
 * The spelling is exact, and what comes behind the body has no ambiguity: it
 * is read from the end.
 */
bool
journal_line_parse(const char *text, size_t size_bytes,
    struct journal_line *line)
{
	const char *end = text + size_bytes;

	if (size_bytes < strlen(HEAD) || memcmp(text, HEAD, strlen(HEAD)) != 0)
		return false;
	line->body = text + strlen(HEAD);
	if (!take_back(line->body, &end, "}"))
		return false;
	line->seq = take_back_number(line->body, &end);
	if (line->seq == 0 || !take_back(line->body, &end, SEQ) ||
	    !take_back_hash(line->body, &end))
		return false;
	line->prev = end;
	if (!take_back(line->body, &end, PREV))
		return false;
	line->body_size = (size_t)(end - line->body);
	return journal_body_valid(line->body, line->body_size);
}

void
journal_line_print(struct buffer *b, const char *body, size_t size_bytes,
    const char *prev, int64_t seq)
{
	buffer_puts(b, HEAD);
	buffer_add(b, body, size_bytes);
	buffer_printf(b, PREV "%s" SEQ "%" PRId64 "}", prev, seq);
}
