/* postgres/value.c - values out of results, and into SQL text. */

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/session.h"

const char *
pg_value(const struct pg_result *r, int row, int column)
{
	if (row < 0 || row >= r->rows || column < 0 || column >= r->columns ||
	    PQgetisnull(r->res, row, column))
		return NULL;
	return PQgetvalue(r->res, row, column);
}

int64_t
pg_value_int(const struct pg_result *r, int row, int column)
{
	const char *value = pg_value(r, row, column);

	return value == NULL ? 0 : strtoll(value, NULL, 10);
}

int
pg_scalar(const void *owner, struct pg_session *s, const char *sql,
    int param_count, const char *const *params, char **value,
    struct error *err)
{
	struct pg_result *r;

	*value = NULL;
	if (pg_exec(owner, s, sql, param_count, params, &r, err) != 0)
		return -1;
	if (r == NULL || r->rows != 1 || r->columns < 1) {
		error_set(err, ERR_EXPECT, "the query gave %d rows, not one",
		    r == NULL ? 0 : r->rows);
		talloc_free(r);
		return -1;
	}
	*value = mem_strdup(owner, pg_value(r, 0, 0));
	talloc_free(r);
	return 0;
}

static char *
quote(const void *owner, const char *text, const char *prefix, char mark)
{
	struct buffer *b = buffer_new(NULL);
	char *quoted;

	buffer_printf(b, "%s%c", prefix, mark);
	for (; *text != '\0'; text++) {
		if (*text == mark || (*text == '\\' && mark == '\''))
			buffer_add(b, text, 1);
		buffer_add(b, text, 1);
	}
	buffer_add(b, &mark, 1);
	quoted = mem_strndup(owner, b->data, b->size);
	talloc_free(b);
	return quoted;
}

char *
pg_quote_literal(const void *owner, const char *text)
{
	/* A leading space, as libpq has it: "LIKE:'x'" must not become
	 * "LIKEE'...'". */
	return quote(owner, text, strchr(text, '\\') == NULL ? "" : " E", '\'');
}

char *
pg_quote_identifier(const void *owner, const char *name)
{
	return quote(owner, name, "", '"');
}
