/* steps/danger.c - commands that are known to destroy. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "runbook/model.h"
#include "steps/danger.h"

#define BY_SQL	"an \"sql\" step runs it in a transaction and records it"
#define BY_MIGRATE \
	"a \"migrate\" step shows their statements before it runs them"
#define BY_RESTORE \
	"a \"restore\" step compares with what was backed up"
#define BY_RESOLVE	"a \"resolve\" step does it in the same books"
#define CLEANS \
	"against a database that has more than the dump it can double rows " \
	"and lose keys; use a \"restore\" step"

struct row {
	const char	*pattern, *why, *hint;
};

/* Words of a command, as runbook/model.h's command_falls_under() has them. */
static const struct row commands[] = {
	{ "pg_restore -c", "pg_restore --clean drops what it restores",
	  CLEANS },
	{ "pg_restore --clean", "pg_restore --clean drops what it restores",
	  CLEANS },
	{ "pg_restore -d*", "pg_restore writes into a database",
	  BY_RESTORE },
	{ "pg_restore --dbname*", "pg_restore writes into a database",
	  BY_RESTORE },
	{ "prisma migrate reset", "prisma migrate reset drops all data",
	  "never on a shared database" },
	{ "prisma db push --accept-data-loss", "prisma db push may drop data",
	  "write a migration instead" },
	{ "prisma db push --force-reset", "prisma db push may drop data",
	  "write a migration instead" },
	{ "prisma migrate dev", "prisma migrate dev may reset the database",
	  "\"prisma migrate deploy\" or a \"migrate\" step applies migrations" },
	{ "prisma migrate deploy", "it applies migrations, whatever they hold",
	  BY_MIGRATE },
	{ "prisma migrate resolve",
	  "what the books say decides what is run next",
	  BY_RESOLVE },
	{ "prisma db execute", "prisma db execute runs SQL past the migrations",
	  BY_SQL },
	{ "supabase db reset", "supabase db reset drops all data",
	  "never on a linked project" },
	{ "supabase db push", "it applies migrations, whatever they hold",
	  BY_MIGRATE },
	{ "supabase migration up", "it applies migrations, whatever they hold",
	  BY_MIGRATE },
	{ "supabase migration repair",
	  "what the books say decides what is run next",
	  BY_RESOLVE },
	{ "supabase stop --no-backup", "the local database goes with it", NULL },
	{ "dropdb", "dropdb drops a database", NULL },
	{ "dropuser", "dropuser drops a role", NULL },
	{ "pg_dropcluster", "pg_dropcluster drops a cluster", NULL },
	{ "pg_resetwal", "pg_resetwal can lose committed data", NULL },
	{ "rm -*[rRf]*", "rm removes files without asking", NULL },
	{ "find -delete", "find removes files without asking", NULL },
	{ "rsync --delete*", "rsync removes files at the other end", NULL },
	{ "mkfs*", "the command overwrites a device", NULL },
	{ "dd of=/dev/*", "the command overwrites a device", NULL },
	{ "git push -f", "git push --force drops others' commits", NULL },
	{ "git push --force*", "git push --force drops others' commits", NULL },
	{ "git reset --hard", "git reset --hard drops what is not committed",
	  NULL },
	{ "git clean -*f*", "git clean removes files without asking", NULL },
	{ "docker* down -v", "volumes go, with the data in them", NULL },
	{ "docker* down --volumes", "volumes go, with the data in them", NULL },
	{ "docker volume rm", "volumes go, with the data in them", NULL },
	{ "docker volume prune", "volumes go, with the data in them", NULL },
	{ "docker system prune --volumes", "volumes go, with the data in them",
	  NULL },
	{ "kubectl delete", "kubectl delete removes what it names", NULL },
	{ "helm uninstall", "helm uninstall removes a release", NULL },
	{ "terraform destroy", "terraform destroy removes what it made", NULL },
	{ "aws s3 rm", "stored objects are removed", NULL },
	{ "aws s3 rb", "stored objects are removed", NULL },
	{ "curl -X DELETE", "it asks a server to delete", NULL },
	{ "curl --request DELETE", "it asks a server to delete", NULL },
};

/* In the whole text, in lower case: SQL that reaches a server some other way. */
static const struct row texts[] = {
	{ "drop[[:space:]]+(table|database|schema|column|index|view|materialized|type|function|role|user|sequence|owned)",
	  "the command drops objects", BY_SQL },
	{ "truncate[[:space:]]", "the command truncates tables", BY_SQL },
	{ "delete[[:space:]]+from", "the command deletes rows", BY_SQL },
};

static void
set(struct danger *d, const char *why, const char *hint)
{
	snprintf(d->why, sizeof(d->why), "%s", why);
	d->hint = hint;
}

/* ---- SQL that psql is given -------------------------------------------------- */

/* psql's own commands are no SQL; what they do nobody else can. */
static char *
without_backslashes(const void *owner, const char *text)
{
	struct buffer *b = buffer_new(owner);
	const char *end;

	for (; *text != '\0'; text = end + (*end == '\n')) {
		end = text + strcspn(text, "\n");
		if (text[strspn(text, " \t")] != '\\')
			buffer_printf(b, "%.*s\n", (int)(end - text), text);
	}
	return b->data;
}

static bool
sql_destroys(const void *scratch, const char *text, struct danger *d)
{
	struct sql_script *s = sql_parse(scratch,
	    without_backslashes(scratch, text));

	if (s->parse_error.code != ERR_NONE) {
		set(d, "psql gets SQL that the grammar does not know", BY_SQL);
		return true;
	}
	if (s->class_ != SQL_DESTRUCTIVE)
		return false;
	snprintf(d->why, sizeof(d->why), "psql gets SQL that %s",
	    s->reason != NULL ? s->reason : "may destroy");
	d->hint = BY_SQL;
	return true;
}

/* -c TEXT, -cTEXT, -Atc TEXT, --command TEXT, --command=TEXT; null: neither. */
static const char *
sql_of_option(const char *word, const char *next)
{
	const char *c;

	if (str_starts(word, "--command="))
		return word + 10;
	if (str_equal(word, "--command"))
		return next;
	if (word[0] != '-' || word[1] == '-')
		return NULL;
	c = strchr(word, 'c');
	/* Letters behind an option with a value are that value. */
	if (c == NULL || strcspn(word, "dhfopUvFPRTL") < (size_t)(c - word))
		return NULL;
	return c[1] != '\0' ? c + 1 : next;
}

static bool
options_destroy(const void *scratch, const char *command, struct danger *d)
{
	const char **words, *sql;
	size_t i;
	bool is_psql;

	for (;; command++) {
		words = command_words(scratch, &command);
		for (i = 0, is_psql = false; words[i] != NULL; i++) {
			sql = is_psql ? sql_of_option(words[i], words[i + 1]) :
			    NULL;
			/* "$sql" is not known here. */
			if (sql != NULL && *sql != '$' && *sql != '\\' &&
			    sql_destroys(scratch, sql, d))
				return true;
			is_psql = is_psql || str_equal(path_name(words[i]),
			    "psql");
		}
		if (*command == '\0')
			return false;
	}
}

/* The word behind "<<", and whether tabs before its end are dropped. */
static char *
here_word(const void *owner, const char *at, bool *is_tabbed)
{
	size_t size;

	*is_tabbed = *at == '-';
	at += *is_tabbed;
	at += strspn(at, " \t'\"\\");
	size = strcspn(at, " \t\n'\"\\;&|<>()");
	return size > 0 ? mem_strndup(owner, at, size) : NULL;
}

/* Lines up to the one that is the word alone; *text moves behind them. */
static char *
here_body(const void *owner, const char **text, const char *word,
    bool is_tabbed)
{
	struct buffer *b = buffer_new(owner);
	const char *line, *end;
	size_t size = strlen(word);

	for (; **text != '\0'; *text = end + (*end == '\n')) {
		line = *text + (is_tabbed ? strspn(*text, "\t") : 0);
		end = line + strcspn(line, "\n");
		if ((size_t)(end - line) == size &&
		    strncmp(line, word, size) == 0) {
			*text = end + (*end == '\n');
			break;
		}
		buffer_printf(b, "%.*s\n", (int)(end - line), line);
	}
	return b->data;
}

static bool
documents_destroy(const void *scratch, const char *command, struct danger *d)
{
	const char *line, *end, *at;
	char *first, *word, *body;
	bool is_tabbed;

	for (line = command; *line != '\0';) {
		end = line + strcspn(line, "\n");
		first = mem_strndup(scratch, line, (size_t)(end - line));
		at = strstr(first, "<<");
		line = end + (*end == '\n');
		if (at == NULL || at[2] == '<' ||
		    (word = here_word(scratch, at + 2, &is_tabbed)) == NULL)
			continue;
		body = here_body(scratch, &line, word, is_tabbed);
		if (str_matches(first, "(^|[^[:alnum:]_-])psql([^[:alnum:]_-]|$)")
		    && sql_destroys(scratch, body, d))
			return true;
	}
	return false;
}

/* ---- all of it ------------------------------------------------------------------ */

static bool
words_destroy(const char *command, struct danger *d)
{
	const char *pattern[2] = { NULL, NULL };
	size_t i;

	for (i = 0; i < COUNT_OF(commands); i++) {
		pattern[0] = commands[i].pattern;
		if (command_falls_under(command, pattern) == NULL)
			continue;
		set(d, commands[i].why, commands[i].hint);
		return true;
	}
	return false;
}

static bool
text_destroys(const void *scratch, const char *command, struct danger *d)
{
	char *lower = mem_strdup(scratch, command), *p;
	size_t i;

	for (p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	for (i = 0; i < COUNT_OF(texts); i++) {
		if (!str_matches(lower, texts[i].pattern))
			continue;
		set(d, texts[i].why, texts[i].hint);
		return true;
	}
	return false;
}

bool
danger_of(const char *command, struct danger *d)
{
	void *scratch = talloc_new(NULL);
	bool is = words_destroy(command, d) ||
	    text_destroys(scratch, command, d) ||
	    options_destroy(scratch, command, d) ||
	    documents_destroy(scratch, command, d);

	talloc_free(scratch);
	return is;
}
