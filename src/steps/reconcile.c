/*
 * steps/reconcile.c - the migrations that a review writes.
 */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "steps/reconcile.h"

#define CODIFIED	"-- pgrunbook: codified\n"
#define FORWARD		"-- pgrunbook: forward\n"
/* Nobody writes this into a statement. */
#define QUOTE		"$pgrunbook_statement$"
#define OPEN		"    EXECUTE " QUOTE
#define CLOSE		QUOTE ";\n"

char *
reconcile_codified(const void *owner, const char *comment, const char *sql)
{
	return mem_printf(owner, CODIFIED "%s%s%s", comment, sql,
	    str_ends(sql, "\n") ? "" : "\n");
}

char *
reconcile_forward(const void *owner, const char *comment, const char *sql)
{
	struct buffer *b = buffer_new(NULL);
	struct sql_script *script = sql_parse(b, sql);
	char *text;
	size_t i;

	buffer_printf(b, FORWARD "%s"
	    "DO $pgrunbook$\n"
	    "BEGIN\n"
	    "    -- A database that was built from these migrations is right already.\n"
	    "    IF coalesce(current_setting('pgrunbook.run', true), '') = '' THEN\n"
	    "        RETURN;\n"
	    "    END IF;\n", comment);
	for (i = 0; i < script->count; i++)
		buffer_printf(b, OPEN "%s" CLOSE, script->statements[i].text);
	buffer_puts(b, "END\n$pgrunbook$;\n");
	text = mem_strdup(owner, b->data);
	talloc_free(b);
	return text;
}

bool
reconcile_is_codified(const char *text)
{
	return str_starts(text, CODIFIED);
}

char *
reconcile_statements(const void *owner, const char *text)
{
	struct buffer *b;
	const char *open, *close;
	char *sql;

	if (!str_starts(text, FORWARD))
		return NULL;
	b = buffer_new(NULL);
	for (; (open = strstr(text, OPEN)) != NULL; text = close) {
		open += strlen(OPEN);
		close = strstr(open, CLOSE);
		if (close == NULL)
			break;
		buffer_add(b, open, (size_t)(close - open));
		buffer_puts(b, ";\n");
	}
	sql = mem_strdup(owner, b->data);
	talloc_free(b);
	return sql;
}
