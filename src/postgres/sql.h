/*
 * postgres/sql.h - SQL text, by Postgres' own grammar (libpg_query).
 *
 * Splits text into statements, classifies each, and puts values in.  Text
 * that the grammar does not know counts as class B and says so.
 */
#ifndef PGRUNBOOK_POSTGRES_SQL_H
#define PGRUNBOOK_POSTGRES_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum sql_class { SQL_READS, SQL_ADDITIVE, SQL_DESTRUCTIVE };	/* R, A, B */

struct sql_statement {
	char		*text;		/* without the semicolon, trimmed, comments inside kept */
	size_t		 offset;	/* byte offset in the whole text */
	int		 line;		/* 1-based line in the whole text */
	enum sql_class	 class_;
	const char	*reason;	/* one clause: "drops a column with its data" */
	const char	*relation;	/* the one relation that it names, as SQL; null: none, or several */
	const char	*lock;		/* strongest table lock it takes: "AccessExclusiveLock"; null: none or unknown */
	bool		 no_transaction;	/* refuses a transaction block (CONCURRENTLY, VACUUM, …) */
	bool		 transaction_control;	/* BEGIN, COMMIT, ROLLBACK, … */
	bool		 parsed;	/* false: the grammar did not know it */
};

struct sql_script {
	struct sql_statement *statements;
	size_t		 count;
	enum sql_class	 class_;	/* the highest */
	const char	*reason;	/* of the highest */
	struct error	 parse_error;	/* code ERR_NONE where all parsed; line, column in the text */
};

struct sql_script *sql_parse(const void *owner, const char *text);
/* As a list of (kind, offset, size) tokens: for highlighting. */
enum sql_token_kind { SQL_TOKEN_OTHER, SQL_TOKEN_KEYWORD, SQL_TOKEN_STRING, SQL_TOKEN_NUMBER, SQL_TOKEN_COMMENT, SQL_TOKEN_IDENTIFIER };
struct sql_token {
	enum sql_token_kind kind;
	int	start, end;		/* bytes */
};
/* Never fails: text that cannot be scanned is one OTHER token. */
struct sql_token *sql_scan(const void *owner, const char *text, size_t *count);

/*
 * Put values in, as psql does: :'name' a literal, :"name" an identifier,
 * never inside strings, comments or dollar quotes; "::" is left alone.
 * value(arg, name) returns the text or null (undefined: ERR_RUNBOOK).
 */
char *sql_expand(const void *owner, const char *text,
    const char *(*value)(void *arg, const char *name), void *arg,
    struct error *err);
/* The names that text uses, null-terminated (for lint). */
char **sql_names_in(const void *owner, const char *text);

#endif
