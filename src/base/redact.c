/*
 * base/redact.c - secrets replaced in a stream.
 *
 * At each byte of the text every spelling of every secret is tried: the value
 * with each of its bytes plain or as %XX, and its base64, standing alone or
 * inside a longer text (three alignments; "-_" for "+/"; line breaks).  A try
 * ends with yes, no, or "the text ends too early to tell"; at the latter the
 * stream keeps the rest back.  So what comes out does not depend on how the
 * text was cut into reads.
 */

#include <string.h>

#include "base/memory.h"
#include "base/redact.h"
#include "base/redact_private.h"

#define SECRET_MIN_BYTES	4

struct form {
	const char	*text;
	size_t		 size;
	bool		 base64;
	const char	*label;		/* "[secret NAME]" */
};

/* The forms that can begin with some byte. */
struct start {
	const struct form **forms;
	size_t		 count;
};

struct redactor {
	struct start	starts[256];
};

struct redact_stream {
	const struct redactor	*redactor;
	struct buffer		*held;
};

#define NO	REDACT_NO
#define EARLY	REDACT_EARLY
#define UNKNOWN	"[secret password]"	/* what nobody has declared */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/*
 * The base64 digits of skipped unknown bytes followed by value that depend on
 * value alone; padding, if whole, belongs to them.
 */
static char *
encode_base64(const void *owner, const char *value, size_t size, size_t skipped,
    bool whole)
{
	static const size_t first[] = { 0, 2, 3 };
	struct buffer *b = buffer_new(NULL);
	size_t bits = (skipped + size) * 8, i, k;
	char *text;

	for (i = first[skipped]; i * 6 < bits; i++) {
		unsigned digit = 0;

		if (!whole && i * 6 + 6 > bits)
			break;
		for (k = i * 6; k < i * 6 + 6; k++) {
			unsigned bit = 0;

			if (k < bits)
				bit = (unsigned char)value[k / 8 - skipped] >>
				    (7 - k % 8) & 1;
			digit = digit << 1 | bit;
		}
		buffer_add(b, &base64_digits[digit], 1);
	}
	while (whole && b->size % 4 != 0)
		buffer_puts(b, "=");
	text = mem_strdup(owner, b->data);
	talloc_free(b);
	return text;
}

struct redactor *
redactor_new(const void *owner)
{
	return NEW(owner, struct redactor);
}

static void
add_start(struct redactor *r, char first, const struct form *form)
{
	struct start *start = &r->starts[(unsigned char)first];

	GROW(r, start->forms, const struct form *, start->count + 1);
	start->forms[start->count++] = form;
}

static void
add_form(struct redactor *r, const char *label, char *text, bool base64)
{
	struct form *form = NEW(r, struct form);

	form->text = text;
	form->size = strlen(text);
	form->base64 = base64;
	form->label = label;
	add_start(r, text[0], form);
	if (base64 && text[0] == '+')
		add_start(r, '-', form);
	else if (base64 && text[0] == '/')
		add_start(r, '_', form);
	else if (!base64 && text[0] == ' ')
		add_start(r, '+', form);
	if (!base64 && text[0] != '%')
		add_start(r, '%', form);
}

bool
redactor_add(struct redactor *r, const char *name, const char *value)
{
	size_t size = strlen(value), skipped;
	char *label;

	if (size < SECRET_MIN_BYTES)
		return false;
	label = mem_printf(r, "[secret %s]", name);
	add_form(r, label, mem_strdup(r, value), false);
	add_form(r, label, encode_base64(r, value, size, 0, true), true);
	for (skipped = 0; skipped < 3; skipped++)
		add_form(r, label, encode_base64(r, value, size, skipped, false),
		    true);
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Bytes of text that spell c, plain or as in a URL; NO, or EARLY. */
static size_t
try_url_byte(char c, const char *text, size_t size)
{
	if (size == 0)
		return EARLY;
	if (text[0] == c || (c == ' ' && text[0] == '+'))
		return 1;
	if (text[0] != '%')
		return NO;
	if (size >= 2 && hex_value(text[1]) != ((unsigned char)c >> 4))
		return NO;
	if (size >= 3 && hex_value(text[2]) != (c & 15))
		return NO;
	return size < 3 ? EARLY : 3;
}

static bool
same_digit(char digit, char c)
{
	return c == digit || (digit == '+' && c == '-') ||
	    (digit == '/' && c == '_');
}

/* The same for one base64 digit; at most one line break may stand before. */
static size_t
try_base64_digit(char digit, const char *text, size_t size, bool first)
{
	size_t at = 0;

	if (!first && at < size && text[at] == '\r')
		at++;
	if (!first && at < size && text[at] == '\n')
		at++;
	if (at >= size)
		return EARLY;
	return same_digit(digit, text[at]) ? at + 1 : NO;
}

static size_t
try_form(const struct form *form, const char *text, size_t size)
{
	size_t at = 0, i;

	for (i = 0; i < form->size; i++) {
		size_t n = form->base64 ?
		    try_base64_digit(form->text[i], text + at, size - at, i == 0) :
		    try_url_byte(form->text[i], text + at, size - at);

		if (n == NO || n == EARLY)
			return n;
		at += n;
	}
	return at;
}

/* The longest spelling of any secret at text: its bytes, NO, or EARLY. */
static size_t
try_all(const struct redactor *r, const char *text, size_t size, bool at_end,
    const char **label)
{
	const struct start *start = &r->starts[(unsigned char)text[0]];
	size_t best = NO, i;

	for (i = 0; i < start->count; i++) {
		size_t n = try_form(start->forms[i], text, size);

		if (n == EARLY && !at_end)
			return EARLY;
		if (n != EARLY && n > best) {
			best = n;
			*label = start->forms[i]->label;
		}
	}
	return best;
}

/*
 * A secret stands at text.  Others may begin inside of it and reach further:
 * no part of them may show either.  Bytes in all, or EARLY.
 */
static size_t
extend(const struct redactor *r, const char *text, size_t size, bool at_end,
    size_t covered)
{
	const char *label;
	size_t at;

	for (at = 1; at < covered; at++) {
		size_t n = try_all(r, text + at, size - at, at_end, &label);

		if (n == EARLY)
			return EARLY;
		if (n != NO && at + n > covered)
			covered = at + n;
	}
	return covered;
}

/*
 * A secret at text: all that it covers, *prefix bytes of which may be read,
 * and what stands for the rest.  NO, or EARLY.
 */
static size_t
find(const struct redactor *r, const char *text, size_t size, bool at_end,
    bool is_message, size_t *prefix, const char **label)
{
	size_t n = try_all(r, text, size, at_end, label), pattern, known, at;

	*prefix = 0;
	if (n != NO)
		return n == EARLY ? EARLY : extend(r, text, size, at_end, n);
	pattern = redact_pattern(text, size, at_end, is_message, prefix);
	if (pattern == NO || pattern == EARLY)
		return pattern;
	/* What may be read ends where a known one begins. */
	for (at = 1, known = NO; at < *prefix && known == NO; at++)
		known = try_all(r, text + at, size - at, at_end, label);
	if (known == EARLY)
		return EARLY;
	if (known != NO)
		*prefix = at - 1;
	/* A known one is told by its name. */
	known = try_all(r, text + *prefix, size - *prefix, at_end, label);
	if (known == NO) {
		*label = UNKNOWN;
		known = 1;
	}
	if (known == EARLY)
		return EARLY;
	if (known < pattern - *prefix)
		known = pattern - *prefix;
	known = extend(r, text + *prefix, size - *prefix, at_end, known);
	return known == EARLY ? EARLY : *prefix + known;
}

/* Move what can be told from text to out.  Returns how much that was. */
static size_t
redact(const struct redactor *r, const char *text, size_t size, bool at_end,
    bool is_message, struct buffer *out)
{
	size_t at = 0, plain = 0;	/* text[plain..at) is to be copied */

	while (at < size) {
		const char *label = NULL;
		size_t prefix, n = find(r, text + at, size - at, at_end,
		    is_message, &prefix, &label);

		if (n == NO) {
			at++;
			continue;
		}
		if (n == EARLY)
			break;
		buffer_add(out, text + plain, at + prefix - plain);
		buffer_puts(out, label);
		at += n;
		plain = at;
	}
	buffer_add(out, text + plain, at - plain);
	return at;
}

static char *
redact_whole(const void *owner, const struct redactor *r, const char *text,
    bool is_message)
{
	struct buffer *out = buffer_new(NULL);
	char *result;

	redact(r, text, strlen(text), true, is_message, out);
	result = mem_strdup(owner, out->data);
	talloc_free(out);
	return result;
}

char *
redact_text(const void *owner, const struct redactor *r, const char *text)
{
	return redact_whole(owner, r, text, false);
}

char *
redact_message(const void *owner, const struct redactor *r, const char *text)
{
	return redact_whole(owner, r, text, true);
}

struct redact_stream *
redact_stream_new(const void *owner, const struct redactor *r)
{
	struct redact_stream *s = NEW(owner, struct redact_stream);

	s->redactor = r;
	s->held = buffer_new(s);
	return s;
}

void
redact_stream_feed(struct redact_stream *s, const char *bytes,
    size_t size_bytes, struct buffer *out)
{
	buffer_add(s->held, bytes, size_bytes);
	buffer_consume(s->held, redact(s->redactor, s->held->data, s->held->size,
	    false, true, out));
}

void
redact_stream_end(struct redact_stream *s, struct buffer *out)
{
	redact(s->redactor, s->held->data, s->held->size, true, true, out);
	buffer_clear(s->held);
}
