/* postgres/sql.c - SQL text into statements, by Postgres' own grammar. */

#include <pg_query.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/classify.h"
#include "postgres/placeholder.h"
#include "postgres/session.h"
#include "postgres/sql.h"

struct parsing {
	struct sql_script *script;
	const char	*text;		/* as given */
	const char	*shadow;	/* with placeholders made parsable */
	struct sql_token *tokens;	/* of text; to find where code begins */
	size_t		 token_count;
	size_t		 token_at;
	size_t		 counted;	/* up to here lines are counted */
	int		 line;		/* that one is in */
};

/* Statements come in order: each newline is looked at once. */
static int
line_at(struct parsing *p, size_t offset)
{
	if (offset < p->counted) {
		p->counted = 0;
		p->line = 1;
	}
	for (; p->counted < offset; p->counted++)
		p->line += p->text[p->counted] == '\n';
	return p->line;
}

json_t *
sql_tree(const char *text)
{
	PgQueryParseResult result = pg_query_parse(text);
	json_t *root = NULL, *node = NULL;
	const json_t *list;
	json_error_t why;

	if (result.error == NULL)
		root = json_loads(result.parse_tree, 0, &why);
	list = json_object_get(root, "stmts");
	if (json_array_size(list) == 1)
		node = json_incref(json_object_get(json_array_get(list, 0),
		    "stmt"));
	json_decref(root);
	pg_query_free_parse_result(result);
	return node;
}

/* ---- one statement -------------------------------------------------------- */

/* Comments and white space before the first word do not belong to it. */
static size_t
first_word(struct parsing *p, size_t from, size_t end)
{
	size_t i;

	for (i = p->token_at; i < p->token_count; i++) {
		const struct sql_token *token = &p->tokens[i];

		if ((size_t)token->start < from)
			continue;
		p->token_at = i;
		if ((size_t)token->start >= end)
			return end;
		if (token->kind != SQL_TOKEN_COMMENT)
			return (size_t)token->start;
	}
	return from;
}

static size_t
trimmed_end(const char *text, size_t from, size_t end)
{
	while (end > from && strchr(" \t\r\n\f\v;", text[end - 1]) != NULL)
		end--;
	return end;
}

static struct sql_statement *
statement_add(struct parsing *p, size_t from, size_t end)
{
	struct sql_script *script = p->script;
	struct sql_statement *s;

	from = first_word(p, from, end);
	while (from < end && strchr(" \t\r\n\f\v", p->text[from]) != NULL)
		from++;
	end = trimmed_end(p->text, from, end);
	if (from >= end)
		return NULL;
	GROW(script, script->statements, struct sql_statement,
	    script->count + 1);
	s = &script->statements[script->count++];
	memset(s, 0, sizeof(*s));
	s->text = mem_strndup(script, p->text + from, end - from);
	s->offset = from;
	s->line = line_at(p, from);
	return s;
}

/* "schema"."name" of a RangeVar; null: it is none. */
static const char *
relation_name(const void *owner, const json_t *range)
{
	const char *name = json_str(range, "relname");
	const char *schema = json_str(range, "schemaname");
	char *quoted;

	if (name == NULL)
		return NULL;
	quoted = pg_quote_identifier(owner, name);
	return schema == NULL ? quoted : mem_printf(owner, "%s.%s",
	    pg_quote_identifier(owner, schema), quoted);
}

/* What ALTER, UPDATE, CREATE INDEX and TRUNCATE of one table name. */
static const char *
statement_relation(const void *owner, const json_t *node)
{
	void *at = json_object_iter((json_t *)(uintptr_t)node);
	const json_t *body = at != NULL ? json_object_iter_value(at) : NULL;
	const json_t *list = json_object_get(body, "relations");

	if (json_array_size(list) == 1)
		return relation_name(owner, json_object_get(
		    json_array_get(list, 0), "RangeVar"));
	return relation_name(owner, json_object_get(body, "relation"));
}

static void
statement_classify(struct parsing *p, struct sql_statement *s,
    const json_t *node)
{
	struct sql_verdict v = { .owner = p->script };

	sql_classify(&v, node);
	s->parsed = true;
	s->class_ = v.class_;
	s->reason = v.reason == NULL ? "reads only" : v.reason;
	s->relation = statement_relation(p->script, node);
	s->lock = sql_lock_name(v.lock);
	s->no_transaction = v.no_transaction;
	s->transaction_control = v.transaction_control;
}

static void
statement_unknown(struct sql_statement *s)
{
	s->class_ = SQL_DESTRUCTIVE;
	s->reason = "cannot be parsed, and counts as destructive";
}

/* Where the grammar gave up, in lines and characters of the whole text. */
static void
note_parse_error(struct parsing *p, size_t base, const PgQueryError *why)
{
	struct error *err = &p->script->parse_error;
	const char *at = p->text;
	const char *end = p->text + base;
	int left = why->cursorpos, line = 1, column = 1;

	if (err->code != ERR_NONE)
		return;
	/* cursorpos counts characters from 1, behind base bytes. */
	while (*at != '\0' && (at < end || --left > 0)) {
		column++;
		if (utf8_next(&at) == '\n') {
			line++;
			column = 1;
		}
	}
	error_set(err, ERR_SQL, "%s", why->message);
	err->line = line;
	err->column = column;
}

/* ---- the whole text -------------------------------------------------------- */

static bool
add_all(struct parsing *p, const char *tree)
{
	json_error_t why;
	json_t *root = json_loads(tree, 0, &why), *list;
	size_t i, size = strlen(p->text);

	if (root == NULL)
		return false;	/* nested deeper than is sane */
	list = json_object_get(root, "stmts");
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *raw = json_array_get(list, i);
		size_t from = (size_t)json_int(raw, "stmt_location", 0);
		size_t length = (size_t)json_int(raw, "stmt_len", 0);
		struct sql_statement *s = statement_add(p, from,
		    length == 0 || from + length > size ? size : from + length);

		if (s != NULL)
			statement_classify(p, s, json_object_get(raw, "stmt"));
	}
	json_decref(root);
	return true;
}

/* One piece of a text that does not parse as a whole. */
static void
add_piece(struct parsing *p, size_t from, size_t size)
{
	struct sql_statement *s = statement_add(p, from, from + size);
	PgQueryParseResult result;
	json_t *root = NULL, *list;
	json_error_t why;
	char *piece;

	if (s == NULL)
		return;
	piece = mem_strndup(p->script, p->shadow + s->offset, strlen(s->text));
	result = pg_query_parse(piece);
	if (result.error != NULL)
		note_parse_error(p, s->offset, result.error);
	else
		root = json_loads(result.parse_tree, 0, &why);
	list = json_object_get(root, "stmts");
	if (json_array_size(list) == 1)
		statement_classify(p, s, json_object_get(json_array_get(list,
		    0), "stmt"));
	else
		statement_unknown(s);
	json_decref(root);
	pg_query_free_parse_result(result);
	talloc_free(piece);
}

static void
add_pieces(struct parsing *p)
{
	PgQuerySplitResult split = pg_query_split_with_scanner(p->shadow);
	size_t size = strlen(p->text), i;

	/* Not even the scanner: an open quote or comment. */
	if (split.error != NULL) {
		struct sql_statement *s = statement_add(p, 0, size);

		if (s != NULL)
			statement_unknown(s);
		note_parse_error(p, 0, split.error);
	} else {
		for (i = 0; i < (size_t)split.n_stmts; i++)
			add_piece(p, (size_t)split.stmts[i]->stmt_location,
			    (size_t)split.stmts[i]->stmt_len);
	}
	pg_query_free_split_result(split);
}

static void
sum_up(struct sql_script *script)
{
	size_t i;

	script->class_ = SQL_READS;
	script->reason = "reads only";
	for (i = 0; i < script->count; i++)
		if (script->statements[i].class_ > script->class_) {
			script->class_ = script->statements[i].class_;
			script->reason = script->statements[i].reason;
		}
}

struct sql_script *
sql_parse(const void *owner, const char *text)
{
	struct sql_script *script = NEW(owner, struct sql_script);
	struct parsing p = { .script = script, .text = text, .line = 1 };
	PgQueryParseResult result;

	p.shadow = placeholder_shadow(script, text);
	p.tokens = sql_scan(script, text, &p.token_count);
	result = pg_query_parse(p.shadow);
	if (result.error != NULL || !add_all(&p, result.parse_tree))
		add_pieces(&p);
	/* A whole that fails has a piece that fails, or counts as one. */
	if (result.error != NULL)
		note_parse_error(&p, 0, result.error);
	pg_query_free_parse_result(result);
	sum_up(script);
	return script;
}
