/*
 * steps/reconcile.c - the migrations that a review writes.
 */

#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "steps/reconcile.h"

#define CODIFIED	"-- pgrunbook: codified\n"
#define FORWARD		"-- pgrunbook: forward\n"
/* Nobody writes this into a statement. */
#define QUOTE		"$pgrunbook_statement$"
#define BLOCK		"DO $pgrunbook$\n"
#define OPEN		"    EXECUTE " QUOTE
#define CLOSE		QUOTE ";\n"

char *
reconcile_codified(const void *owner, const char *comment, const char *sql)
{
	return mem_printf(owner, CODIFIED "%s%s%s", comment, sql,
	    str_ends(sql, "\n") ? "" : "\n");
}

/* How such a statement begins, and what is said where it is to be skipped. */
static const struct {
	const char	*begins, *guard;
} alone[] = {
	{ "CREATE INDEX CONCURRENTLY ", "IF NOT EXISTS " },
	{ "CREATE UNIQUE INDEX CONCURRENTLY ", "IF NOT EXISTS " },
	{ "DROP INDEX CONCURRENTLY ", "IF EXISTS " },
	/* Where the index is as it shall be, building it again does no harm. */
	{ "REINDEX INDEX CONCURRENTLY ", "" },
};

static char *
forward_alone(const void *owner, const char *comment, const char *sql)
{
	size_t i, size;

	for (i = 0; i < COUNT_OF(alone); i++) {
		size = strlen(alone[i].begins);
		if (str_starts(sql, alone[i].begins))
			return mem_printf(owner, FORWARD "%s"
			    "-- It refuses a transaction: nothing else may "
			    "stand in this file.\n%s%s%s;\n", comment,
			    alone[i].begins, alone[i].guard, sql + size);
	}
	return NULL;
}

char *
reconcile_forward(const void *owner, const char *comment, const char *sql)
{
	struct buffer *b = buffer_new(NULL);
	struct sql_script *script = sql_parse(b, sql);
	char *text;
	size_t i;

	if (script->count == 1 && script->statements[0].no_transaction &&
	    (text = forward_alone(owner, comment,
	    script->statements[0].text)) != NULL) {
		talloc_free(b);
		return text;
	}
	buffer_printf(b, FORWARD "%s"
	    BLOCK
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

bool
reconcile_is_alone(const char *text)
{
	return str_starts(text, FORWARD) && strstr(text, BLOCK) == NULL;
}

/* Its one statement, without the guard: what is in its way is an error. */
static char *
statement_alone(const void *owner, const char *text)
{
	struct sql_script *script = sql_parse(NULL, text);
	const char *sql = script->count == 1 ? script->statements[0].text : "";
	char *found = NULL;
	size_t i;

	for (i = 0; i < COUNT_OF(alone) && found == NULL; i++) {
		char *guarded = mem_printf(script, "%s%s", alone[i].begins,
		    alone[i].guard);

		if (str_starts(sql, guarded))
			found = mem_printf(owner, "%s%s;\n", alone[i].begins,
			    sql + strlen(guarded));
	}
	talloc_free(script);
	return found != NULL ? found : mem_strdup(owner, text);
}

char *
reconcile_statements(const void *owner, const char *text)
{
	struct buffer *b;
	const char *open, *close;
	char *sql;

	if (!str_starts(text, FORWARD))
		return NULL;
	if (reconcile_is_alone(text))
		return statement_alone(owner, text);
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
