/*
 * runbook/env_file.c - .env files (runbook/values.h).
 *
 * They hold secrets: no message quotes a value, or a line.
 */

#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/values.h"

#define ENV_FILE_MAX	(1 << 20)

struct reader {
	const char	*path;
	const char	*p;		/* what is to be read */
	const char	*line_start;
	int		 line;
	struct buffer	*value;
};

static int
fail(struct reader *r, const char *what, struct error *err)
{
	int column = 1;
	const char *p;

	for (p = r->line_start; p < r->p; p++)
		if (((unsigned char)*p & 0xc0) != 0x80)
			column++;
	error_set(err, ERR_RUNBOOK, "%s", what);
	error_at(err, r->path, r->line, column);
	return -1;
}

static void
next_line(struct reader *r)
{
	r->p += strcspn(r->p, "\n");
	if (*r->p == '\n')
		r->p++;
	r->line++;
	r->line_start = r->p;
}

static void
skip_blanks(struct reader *r)
{
	while (*r->p == ' ' || *r->p == '\t')
		r->p++;
}

static char
escaped(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* In quotes; it may go over several lines (a key, a certificate). */
static int
read_quoted(struct reader *r, struct error *err)
{
	struct reader begin = *r;
	char quote = *r->p++;

	for (; *r->p != quote; r->p++) {
		char c = *r->p;

		if (c == '\0')
			return fail(&begin, "a quote is not closed", err);
		if (c == '\\' && quote == '"' && r->p[1] != '\0')
			c = escaped(*++r->p);
		buffer_add(r->value, &c, 1);
		if (*r->p == '\n') {
			r->line++;
			r->line_start = r->p + 1;
		}
	}
	r->p++;
	skip_blanks(r);
	if (*r->p != '\0' && strchr("\r\n#", *r->p) == NULL)
		return fail(r, "text behind the closing quote", err);
	return 0;
}

/* Up to the end of the line, or to a comment after white space. */
static void
read_plain(struct reader *r)
{
	size_t size = strcspn(r->p, "\r\n"), i;

	for (i = 0; i < size; i++)
		if (r->p[i] == '#' && (i == 0 || isblank((unsigned char)r->p[i - 1])))
			size = i;
	while (size > 0 && isblank((unsigned char)r->p[size - 1]))
		size--;
	buffer_add(r->value, r->p, size);
}

/* "export" as a word in front of a name. */
static void
skip_export(struct reader *r)
{
	if (str_starts(r->p, "export") && isblank((unsigned char)r->p[6])) {
		r->p += 6;
		skip_blanks(r);
	}
}

static int
read_variable(struct reader *r, void (*fn)(void *arg, const char *name,
    const char *value), void *arg, struct error *err)
{
	const char *begin;
	char *name;
	int rc = 0;

	skip_export(r);
	begin = r->p;
	while (isalnum((unsigned char)*r->p) || *r->p == '_')
		r->p++;
	if (isdigit((unsigned char)*begin))
		r->p = begin;
	if (r->p == begin)
		return fail(r, "expected NAME=value", err);
	name = mem_strndup(r->value, begin, (size_t)(r->p - begin));
	skip_blanks(r);
	if (*r->p != '=')
		return fail(r, "expected \"=\" after the name", err);
	r->p++;
	skip_blanks(r);
	buffer_clear(r->value);
	if (*r->p == '"' || *r->p == '\'')
		rc = read_quoted(r, err);
	else
		read_plain(r);
	if (rc == 0)
		fn(arg, name, r->value->data);
	talloc_free(name);
	return rc;
}

int
env_file_read(const char *path, void (*fn)(void *arg, const char *name,
    const char *value), void *arg, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct reader r = { .path = path, .line = 1 };
	char *text;
	size_t size;
	int rc = 0;

	if (file_read(scratch, path, ENV_FILE_MAX, &text, &size, err) != 0) {
		talloc_free(scratch);
		return -1;
	}
	r.p = r.line_start = text;
	r.value = buffer_new(scratch);
	if (str_starts(text, "\xef\xbb\xbf"))
		r.p = r.line_start = text + 3;
	if (strlen(text) < size)
		rc = fail(&r, "a NUL character in the file", err);
	while (rc == 0 && *r.p != '\0') {
		r.p += strspn(r.p, " \t\r");
		if (*r.p != '\n' && *r.p != '#' && *r.p != '\0')
			rc = read_variable(&r, fn, arg, err);
		next_line(&r);
	}
	talloc_free(scratch);
	return rc;
}
