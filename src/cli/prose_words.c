/* cli/prose_words.c - what the words and the code of a runbook in prose mean. */

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/prose_words.h"

/* ---- words ------------------------------------------------------------------- */

bool
prose_matches(const char *text, const char *regex)
{
	char *lower = mem_strdup(NULL, text), *p;
	bool is;

	for (p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	is = str_matches(lower, regex);
	talloc_free(lower);
	return is;
}

bool
prose_is_warning(const char *text)
{
	return prose_matches(text, "^[^a-z0-9]*(warning|danger|caution|careful|"
	    "attention|important|never |do not |don't |destructive)") ||
	    str_starts(text, "\xe2\x9a\xa0") || str_starts(text, "\xf0\x9f\x9a\xa8");
}

/* "If it failed: restore", "unsure -> roll back" */
bool
prose_is_decision(const char *text)
{
	return prose_matches(text, "^[^a-z0-9]*(if|when|in case) .*(:|,| then |"
	    "\xe2\x86\x92|->|=>|\xe2\x80\x94| - )") ||
	    prose_matches(text, "^[^a-z0-9]*(otherwise|else|unsure)[ ,:]") ||
	    prose_matches(text, "^.+ *(\xe2\x86\x92|->|=>) *.+");
}

/* Programs whose names in `...` make a sentence a command. */
static bool
is_command(const char *code)
{
	return prose_matches(code, "^(sudo |env |[a-z_]+=[^ ]* )*(npx|npm|pnpm|yarn|"
	    "bunx?|node|prisma|supabase|psql|pg_dump|pg_dumpall|pg_restore|"
	    "createdb|dropdb|vacuumdb|reindexdb|docker|docker-compose|kubectl|"
	    "helm|git|curl|vercel|flyctl|fly|heroku|railway|aws|gcloud|az|make|"
	    "systemctl|pm2|ssh|scp|rsync|tar|gzip|cp|mv|rm|bash|sh|python3?|"
	    "pgrunbook|\\./[^ ]+|scripts/[^ ]+) ");
}

/* ---- text of a block ------------------------------------------------------------- */

static void
put_node(struct buffer *b, cmark_node *n, bool entering, bool is_root)
{
	const char *literal = cmark_node_get_literal(n);

	switch (cmark_node_get_type(n)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_HTML_INLINE:
		buffer_puts(b, literal);
		break;
	case CMARK_NODE_CODE:
		buffer_printf(b, "`%s`", literal);
		break;
	case CMARK_NODE_SOFTBREAK:
		buffer_puts(b, " ");
		break;
	case CMARK_NODE_LINEBREAK:
		buffer_puts(b, "\n");
		break;
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		if (!entering && cmark_node_get_url(n)[0] != '\0' &&
		    !str_ends(b->data, cmark_node_get_url(n)))
			buffer_printf(b, " (%s)", cmark_node_get_url(n));
		break;
	case CMARK_NODE_PARAGRAPH:
	case CMARK_NODE_HEADING:
		if (entering && b->size > 0 && !str_ends(b->data, "\n- "))
			buffer_puts(b, "\n");
		break;
	case CMARK_NODE_ITEM:
		if (entering && !is_root)
			buffer_puts(b, "\n- ");
		break;
	case CMARK_NODE_CODE_BLOCK:
	case CMARK_NODE_HTML_BLOCK:
		buffer_printf(b, "\n%s", literal);
		break;
	default:
		break;
	}
}

/* All words below n; code keeps its backticks, links their addresses. */
char *
prose_words(const void *owner, cmark_node *n)
{
	struct buffer *b = buffer_new(NULL);
	cmark_iter *i = cmark_iter_new(n);
	cmark_event_type e;
	char *text;

	while ((e = cmark_iter_next(i)) != CMARK_EVENT_DONE)
		put_node(b, cmark_iter_get_node(i), e == CMARK_EVENT_ENTER,
		    cmark_iter_get_node(i) == n);
	cmark_iter_free(i);
	text = str_trim(owner, b->data);
	talloc_free(b);
	return text;
}

/* The one `command` of a sentence; null where there is none, or several. */
char *
prose_inline_command(const void *owner, cmark_node *paragraph)
{
	cmark_node *n = cmark_node_first_child(paragraph);
	const char *found = NULL;

	for (; n != NULL; n = cmark_node_next(n)) {
		if (cmark_node_get_type(n) != CMARK_NODE_CODE)
			continue;
		if (!is_command(cmark_node_get_literal(n)))
			continue;
		if (found != NULL)
			return NULL;
		found = cmark_node_get_literal(n);
	}
	return mem_strdup(owner, found);
}

/* ---- shape of a block ------------------------------------------------------------ */

bool
prose_has_below(cmark_node *n, cmark_node_type type)
{
	cmark_iter *i = cmark_iter_new(n);
	cmark_event_type e;
	bool has = false;

	while ((e = cmark_iter_next(i)) != CMARK_EVENT_DONE)
		has = has || (e == CMARK_EVENT_ENTER &&
		    cmark_node_get_type(cmark_iter_get_node(i)) == type);
	cmark_iter_free(i);
	return has;
}

cmark_node *
prose_first_paragraph(cmark_node *item)
{
	cmark_node *n = cmark_node_first_child(item);

	return n != NULL && cmark_node_get_type(n) == CMARK_NODE_PARAGRAPH ?
	    n : NULL;
}

bool
prose_is_box(const char *text)
{
	return prose_matches(text, "^\\[[ x]\\] ");
}

const char *
prose_without_box(const char *text)
{
	return prose_is_box(text) ? text + 4 : text;
}

/* ---- code ---------------------------------------------------------------------- */

/* The word that ends the here-document which a command line begins; null. */
static char *
here_word(const void *owner, const char *line, size_t size)
{
	char *one = mem_strndup(owner, line, size), *at = strstr(one, "<<");
	size_t length;

	/* "<<<" is a word, and "a << 2" arithmetic. */
	if (at == NULL || at[2] == '<')
		return NULL;
	at += 2 + (at[2] == '-');
	at += strspn(at, " \t");
	if (*at != '\'' && *at != '"' && *at != '\\' && *at != '_' &&
	    !isalpha((unsigned char)*at))
		return NULL;
	at += strspn(at, "'\"\\");
	length = strcspn(at, " \t'\"\\;&|<>()");
	return length > 0 ? mem_strndup(owner, at, length) : NULL;
}

static bool
is_word(const char *line, const char *end, const char *word)
{
	while (line < end && (*line == '\t' || *line == ' '))
		line++;
	return (size_t)(end - line) == strlen(word) &&
	    strncmp(line, word, strlen(word)) == 0;
}

/* "$ command" and what it printed: the output becomes a comment.  A line that
 * ends in a backslash goes on in the next one, behind the prompt of that; a
 * here-document goes on up to its word. */
char *
prose_without_prompts(const void *owner, const char *code)
{
	struct buffer *b = buffer_new(NULL);
	const char *line = code, *end, *word = NULL;
	bool is_command, goes_on = false;
	char *text;

	if (!str_starts(code, "$ ") && strstr(code, "\n$ ") == NULL) {
		talloc_free(b);
		return mem_strdup(owner, code);
	}
	for (; *line != '\0'; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		is_command = goes_on || word != NULL || str_starts(line, "$ ");
		if (str_starts(line, goes_on || word != NULL ? "> " : "$ "))
			line += 2;
		buffer_printf(b, "%s%.*s\n", is_command ? "" : "# ",
		    (int)(end - line), line);
		if (word != NULL) {
			word = is_word(line, end, word) ? NULL : word;
			continue;
		}
		goes_on = is_command && end > line && end[-1] == '\\';
		word = is_command ? here_word(b, line, (size_t)(end - line)) :
		    NULL;
	}
	text = mem_strdup(owner, b->data);
	talloc_free(b);
	return text;
}

enum draft_kind
prose_kind_of_code(const char *info, const char *code)
{
	char *word = mem_strndup(NULL, info, strcspn(info, " \t{"));
	enum draft_kind kind = DRAFT_MANUAL;

	if (prose_matches(word, "^(bash|sh|shell|zsh|console|shell-session|terminal|"
	    "shellsession)$"))
		kind = DRAFT_RUN;
	else if (prose_matches(word, "^(sql|postgres|postgresql|pgsql|psql|plpgsql)$"))
		kind = DRAFT_SQL;
	else if (*word == '\0' && (str_starts(code, "$ ") || is_command(code)))
		kind = DRAFT_RUN;
	else if (*word == '\0' && prose_matches(code, "^[ \n]*(select|insert|update|"
	    "delete|create|alter|drop|with|vacuum|analyze|grant|revoke|begin|"
	    "truncate|reindex|refresh)[ \n]"))
		kind = DRAFT_SQL;
	talloc_free(word);
	return kind;
}
