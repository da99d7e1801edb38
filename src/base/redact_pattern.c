/* base/redact_pattern.c - what looks like a password (base/redact_private.h). */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/redact_private.h"
#include "base/str.h"

#define NO		REDACT_NO
#define EARLY		REDACT_EARLY
#define BLANKS_MAX	8
#define VALUE_MAX	4096	/* bytes: what is longer is no password */

/* A place in the text that moves on; is_early: it came to the text's end. */
struct cursor {
	const char	*text;
	size_t		 size, at;
	bool		 is_early;
};

static char
peek(struct cursor *c)
{
	if (c->at < c->size)
		return c->text[c->at];
	c->is_early = true;
	return '\0';
}

static bool
take(struct cursor *c, char wanted)
{
	if (peek(c) != wanted || c->is_early)
		return false;
	c->at++;
	return true;
}

/* Letters, in either case. */
static bool
take_word(struct cursor *c, const char *word)
{
	size_t start = c->at;

	for (; *word != '\0'; word++, c->at++)
		if (tolower((unsigned char)peek(c)) != *word) {
			if (!c->is_early)
				c->at = start;
			return false;
		}
	return true;
}

static bool
take_blanks(struct cursor *c)
{
	size_t start = c->at;

	while (c->at - start < BLANKS_MAX &&
	    (peek(c) == ' ' || peek(c) == '\t'))
		c->at++;
	return c->at > start;
}

/* "=", ":", "=>", ":=" */
static bool
take_equals(struct cursor *c)
{
	if (!take(c, '=') && !take(c, ':'))
		return false;
	if (peek(c) == '>' || peek(c) == '=')
		c->at++;
	return true;
}

/* Does a value that begins here stand for another one? */
static bool
stands_for(struct cursor *c)
{
	static const char *const beginnings[] = { "[secret ", "{{", "***", "<",
	    "$", ":'", ":\"" };
	size_t left = c->size - c->at, i;

	for (i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t n = strlen(beginnings[i]);

		if (left < n && strncmp(c->text + c->at, beginnings[i],
		    left) == 0)
			c->is_early = true;
		else if (left >= n && strncmp(c->text + c->at, beginnings[i],
		    n) == 0)
			return true;
	}
	return false;
}

/* Up to the closing quote, which may be doubled or escaped inside. */
static bool
take_quoted(struct cursor *c, char quote)
{
	size_t start = c->at;

	while (c->at - start < VALUE_MAX) {
		char byte = peek(c);

		if (c->is_early || byte == '\n')
			break;
		if (byte == '\\' && c->at + 1 < c->size) {
			c->at += 2;
			continue;
		}
		if (byte == quote) {
			if (c->at + 1 >= c->size) {
				c->is_early = true;
				break;
			}
			if (c->text[c->at + 1] != quote)
				break;
			c->at++;
		}
		c->at++;
	}
	return c->at > start;
}

/* $tag$ ... $tag$ */
static bool
take_dollars(struct cursor *c, size_t *prefix)
{
	size_t start = c->at, tag;
	const char *end;

	if (!take(c, '$'))
		return false;
	while (c->at - start < 64 && (isalnum((unsigned char)peek(c)) ||
	    peek(c) == '_'))
		c->at++;
	if (!take(c, '$'))
		return false;
	tag = c->at - start;
	*prefix = c->at;
	end = memmem(c->text + c->at, c->size - c->at, c->text + start, tag);
	if (end == NULL && c->size - c->at < VALUE_MAX) {
		c->is_early = true;
		c->at = c->size;
		return c->at > *prefix;
	}
	c->at = end != NULL ? (size_t)(end - c->text) : *prefix + VALUE_MAX;
	return c->at > *prefix;
}

static bool
take_plain(struct cursor *c)
{
	size_t start = c->at;

	while (c->at - start < VALUE_MAX) {
		char byte = peek(c);

		if (c->is_early || isspace((unsigned char)byte) ||
		    strchr("'\"&;,)<>", byte) != NULL)
			break;
		c->at++;
	}
	return c->at > start;
}

/* Behind the word: the value, of which *prefix is the beginning. */
static bool
take_value(struct cursor *c, bool is_message, size_t *prefix)
{
	bool has_blank, has_equals;
	bool is_name = take(c, '"') || take(c, '\'');	/* "password": "x" */
	char quote;

	has_blank = take_blanks(c);
	if (!is_name && stands_for(c) && peek(c) == ':')
		return false;
	has_equals = take_equals(c);
	if (has_equals)
		has_blank = take_blanks(c) || has_blank;
	if (peek(c) == 'E' || peek(c) == 'e') {
		c->is_early = c->is_early || c->at + 1 >= c->size;
		if (c->at + 1 < c->size && c->text[c->at + 1] == '\'')
			c->at++;
	}
	quote = peek(c);
	if (c->is_early)
		return false;
	if (quote == '\'' || (quote == '"' && has_equals)) {
		*prefix = ++c->at;
		return !stands_for(c) && take_quoted(c, quote);
	}
	if (quote == '$' && has_blank && !has_equals)
		return take_dollars(c, prefix);
	*prefix = c->at;
	return has_equals && !has_blank && is_message && !stands_for(c) &&
	    take_plain(c);
}

static bool
take_password(struct cursor *c, bool is_message, size_t *prefix)
{
	return take_word(c, "pass") && (take_word(c, "word") ||
	    (!c->is_early && take_word(c, "wd")) ||
	    (!c->is_early && take_word(c, "phrase"))) &&
	    take_value(c, is_message, prefix);
}

/* "://user:x@": up to the last @ before what cannot be in it. */
static bool
take_url(struct cursor *c, size_t *prefix)
{
	size_t last = 0, start;

	if (!take(c, ':') || !take(c, '/') || !take(c, '/'))
		return false;
	start = c->at;
	while (c->at - start < VALUE_MAX && !c->is_early &&
	    (isalnum((unsigned char)peek(c)) || (peek(c) != '\0' &&
	    strchr("-._~%!$&*+,;=", peek(c)) != NULL)))
		c->at++;
	if (!take(c, ':'))
		return false;
	*prefix = c->at;
	if (stands_for(c))
		return false;
	while (c->at - *prefix < VALUE_MAX) {
		char byte = peek(c);

		if (c->is_early || isspace((unsigned char)byte) ||
		    strchr("/?#\"'<>", byte) != NULL)
			break;
		if (byte == '@')
			last = c->at;
		c->at++;
	}
	c->at = last;
	return last > *prefix;
}

size_t
redact_pattern(const char *text, size_t size, bool at_end, bool is_message,
    size_t *prefix)
{
	struct cursor c = { .text = text, .size = size };
	bool found = false;

	*prefix = 0;
	if (text[0] == ':')
		found = take_url(&c, prefix);
	else if (text[0] == 'p' || text[0] == 'P')
		found = take_password(&c, is_message, prefix);
	if (c.is_early && !at_end)
		return EARLY;
	return found && c.at > *prefix ? c.at : NO;
}
