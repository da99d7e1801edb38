/* postgres/scan.c - tokens, and values for :'name' and :"name". */

#include <pg_query.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/placeholder.h"
#include "postgres/session.h"
#include "postgres/sql.h"

/*
 * The scanner's answer is a protobuf: messages of (key, value) pairs, where
 * a key is field number * 8 + wire type.  Only two types occur here: 0 is a
 * number, 2 is a size and as many bytes.
 */
enum {
	RESULT_TOKEN = 2 * 8 + 2,
	TOKEN_START = 1 * 8,
	TOKEN_END = 2 * 8,
	TOKEN_TOKEN = 4 * 8,
	TOKEN_KEYWORD = 5 * 8
};

/* Of enum Token in libpg_query's pg_query.proto. */
enum {
	GRAMMAR_IDENT = 258,
	GRAMMAR_UIDENT = 259,
	GRAMMAR_FCONST = 260,
	GRAMMAR_SCONST = 261,
	GRAMMAR_USCONST = 262,
	GRAMMAR_BCONST = 263,
	GRAMMAR_XCONST = 264,
	GRAMMAR_ICONST = 266,
	GRAMMAR_SQL_COMMENT = 275,
	GRAMMAR_C_COMMENT = 276
};

struct wire {
	const unsigned char	*at, *end;
};

static bool
wire_number(struct wire *w, uint64_t *number)
{
	int shift;

	*number = 0;
	for (shift = 0; w->at < w->end && shift < 64; shift += 7) {
		*number |= (uint64_t)(*w->at & 0x7f) << shift;
		if ((*w->at++ & 0x80) == 0)
			return true;
	}
	return false;
}

/* The next pair: a number, or the bytes of a message in *inner. */
static bool
wire_pair(struct wire *w, uint64_t *key, uint64_t *number, struct wire *inner)
{
	if (!wire_number(w, key) || !wire_number(w, number))
		return false;
	if ((*key & 7) == 0)
		return true;
	if ((*key & 7) != 2 || *number > (uint64_t)(w->end - w->at))
		return false;
	inner->at = w->at;
	inner->end = w->at + *number;
	w->at = inner->end;
	return true;
}

static enum sql_token_kind
kind_of(uint64_t token, uint64_t keyword)
{
	switch (token) {
	case GRAMMAR_SQL_COMMENT:
	case GRAMMAR_C_COMMENT:
		return SQL_TOKEN_COMMENT;
	case GRAMMAR_SCONST:
	case GRAMMAR_USCONST:
	case GRAMMAR_BCONST:
	case GRAMMAR_XCONST:
		return SQL_TOKEN_STRING;
	case GRAMMAR_ICONST:
	case GRAMMAR_FCONST:
		return SQL_TOKEN_NUMBER;
	case GRAMMAR_IDENT:
	case GRAMMAR_UIDENT:
		return SQL_TOKEN_IDENTIFIER;
	default:
		return keyword != 0 ? SQL_TOKEN_KEYWORD : SQL_TOKEN_OTHER;
	}
}

static void
read_token(struct wire *w, struct sql_token *to)
{
	uint64_t key, number, token = 0, keyword = 0;
	struct wire inner;

	to->start = to->end = 0;	/* zeroes are left out of the answer */
	while (wire_pair(w, &key, &number, &inner)) {
		if (key == TOKEN_START)
			to->start = (int)number;
		else if (key == TOKEN_END)
			to->end = (int)number;
		else if (key == TOKEN_TOKEN)
			token = number;
		else if (key == TOKEN_KEYWORD)
			keyword = number;
	}
	to->kind = kind_of(token, keyword);
}

static struct sql_token *
read_tokens(const void *owner, const PgQueryProtobuf *answer, size_t *count)
{
	const unsigned char *bytes = (const unsigned char *)answer->data;
	struct wire w = { bytes, bytes + answer->len }, inner;
	struct sql_token *tokens = NEW_ARRAY(owner, struct sql_token, 16);
	size_t room = 16;
	uint64_t key, number;

	*count = 0;
	while (wire_pair(&w, &key, &number, &inner)) {
		if (key != RESULT_TOKEN)
			continue;
		if (*count == room) {
			room *= 2;
			GROW(owner, tokens, struct sql_token, room);
		}
		read_token(&inner, &tokens[(*count)++]);
	}
	return tokens;
}

struct sql_token *
sql_scan(const void *owner, const char *text, size_t *count)
{
	PgQueryScanResult result = pg_query_scan(text);
	struct sql_token *tokens;

	if (result.error == NULL) {
		tokens = read_tokens(owner, &result.pbuf, count);
	} else {
		tokens = NEW_ARRAY(owner, struct sql_token, 1);
		tokens[0].end = (int)strlen(text);
		*count = tokens[0].end > 0 ? 1 : 0;
	}
	pg_query_free_scan_result(result);
	return tokens;
}

/* ---- placeholders ---------------------------------------------------------- */

struct placeholder {
	size_t	start, end;		/* from the colon to the closing quote */
	char	quote;
	char	*name;
};

static bool
is_name(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') ||
		    (text[i] >= 'A' && text[i] <= 'Z') || text[i] == '_' ||
		    (i > 0 && ((text[i] >= '0' && text[i] <= '9') ||
		    text[i] == '.' || text[i] == '-'))))
			return false;
	return size > 0;
}

static bool
is_placeholder(const char *text, const struct sql_token *colon,
    const struct sql_token *quoted)
{
	char quote = text[quoted->start];

	return colon->end - colon->start == 1 && text[colon->start] == ':' &&
	    quoted->start == colon->end && (quote == '\'' || quote == '"') &&
	    quoted->end - quoted->start > 2 && text[quoted->end - 1] == quote &&
	    is_name(text + quoted->start + 1,
	    (size_t)(quoted->end - quoted->start - 2));
}

/* "::" is a token of its own, and so never a colon. */
static struct placeholder *
find_placeholders(const void *owner, const char *text, size_t *count)
{
	size_t token_count, i;
	struct sql_token *tokens = sql_scan(NULL, text, &token_count);
	struct placeholder *list = NEW_ARRAY(owner, struct placeholder,
	    token_count + 1);

	*count = 0;
	for (i = 0; i + 1 < token_count; i++) {
		struct placeholder *p = &list[*count];

		if (!is_placeholder(text, &tokens[i], &tokens[i + 1]))
			continue;
		p->start = (size_t)tokens[i].start;
		p->end = (size_t)tokens[i + 1].end;
		p->quote = text[p->end - 1];
		p->name = mem_strndup(list, text + p->start + 2,
		    p->end - p->start - 3);
		(*count)++;
	}
	talloc_free(tokens);
	return list;
}

char *
placeholder_shadow(const void *owner, const char *text)
{
	char *shadow = mem_strdup(owner, text);
	struct placeholder *list;
	size_t count, i;

	list = find_placeholders(NULL, text, &count);
	for (i = 0; i < count; i++)
		shadow[list[i].start] = ' ';
	talloc_free(list);
	return shadow;
}

static int
refuse_unscannable(const char *text, struct error *err)
{
	PgQueryScanResult result = pg_query_scan(text);
	int rc = 0;

	if (result.error != NULL)
		rc = error_set(err, ERR_RUNBOOK, "could not read SQL: %s",
		    result.error->message);
	pg_query_free_scan_result(result);
	return rc;
}

static int
refuse_undefined(const char *text, const struct placeholder *p,
    struct error *err)
{
	const char *at = text;

	error_set(err, ERR_RUNBOOK, "undefined name \"%s\"", p->name);
	err->line = err->column = 1;
	while (at < text + p->start) {
		err->column++;
		if (utf8_next(&at) == '\n') {
			err->line++;
			err->column = 1;
		}
	}
	return -1;
}

char *
sql_expand(const void *owner, const char *text,
    const char *(*value)(void *arg, const char *name), void *arg,
    struct error *err)
{
	struct placeholder *list;
	struct buffer *out;
	size_t count, i, at = 0;
	char *expanded = NULL;

	if (refuse_unscannable(text, err) != 0)
		return NULL;
	list = find_placeholders(NULL, text, &count);
	out = buffer_new(list);
	for (i = 0; i < count; i++) {
		const char *given = value(arg, list[i].name);

		if (given == NULL && refuse_undefined(text, &list[i], err) != 0)
			goto end;
		buffer_add(out, text + at, list[i].start - at);
		buffer_puts(out, list[i].quote == '\'' ?
		    pg_quote_literal(out, given) :
		    pg_quote_identifier(out, given));
		at = list[i].end;
	}
	buffer_puts(out, text + at);
	expanded = mem_strdup(owner, out->data);
end:
	talloc_free(list);
	return expanded;
}

char **
sql_names_in(const void *owner, const char *text)
{
	size_t count, used = 0, i, j;
	struct placeholder *list = find_placeholders(NULL, text, &count);
	char **names = NEW_ARRAY(owner, char *, count + 1);

	for (i = 0; i < count; i++) {
		for (j = 0; j < used; j++)
			if (str_equal(names[j], list[i].name))
				break;
		if (j == used)
			names[used++] = mem_strdup(names, list[i].name);
	}
	talloc_free(list);
	return names;
}
