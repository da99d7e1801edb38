/*
 * runbook/policy.c - commands that a policy refuses (runbook/model.h).
 *
 * A pattern is the words of a command, as a person names it: "prisma db push
 * --accept-data-loss".  It falls on a command that has them all in this order,
 * with whatever else between: npx before it, options within it.  This is a
 * guard rail, not a sandbox: a shell can always hide what it runs.
 */

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/model.h"

/* Words of one simple command; *p moves behind it.  Quotes are dropped. */
static const char **
next_command(const void *owner, const char **p)
{
	const char **words = NEW_ARRAY(owner, const char *, 1);
	struct buffer *word = buffer_new(words);
	size_t count = 0;
	char quote = '\0';

	for (;; (*p)++) {
		char c = **p;
		bool ends = c == '\0' || (quote == '\0' &&
		    strchr(";&|\n()`", c) != NULL);

		if (!ends && c == '\\' && (*p)[1] != '\0' && quote != '\'') {
			(*p)++;
			if (**p != '\n')
				buffer_add(word, *p, 1);
			continue;
		}
		if (c != '\0' && (c == quote || (quote == '\0' &&
		    (c == '\'' || c == '"')))) {
			quote = c == quote ? '\0' : c;
			continue;
		}
		if (!ends && (quote != '\0' || strchr(" \t", c) == NULL)) {
			buffer_add(word, &c, 1);
			continue;
		}
		if (word->size > 0) {
			GROW(owner, words, const char *, count + 2);
			words[count++] = mem_strdup(owner, word->data);
			words[count] = NULL;
			buffer_clear(word);
		}
		if (ends)
			return words;
	}
}

/* "prisma" is also ./node_modules/.bin/prisma and prisma@5.1.0. */
static bool
word_matches(const void *scratch, const char *word, const char *pattern)
{
	const char *name = path_name(word);
	const char *version = strchr(name, '@');

	if (str_glob(word, pattern) || str_glob(name, pattern))
		return true;
	return version != NULL && version > name &&
	    str_glob(mem_strndup(scratch, name, (size_t)(version - name)),
	    pattern);
}

static bool
falls_under(const void *scratch, const char **words, const char *const *pattern)
{
	for (; *words != NULL && *pattern != NULL; words++)
		if (word_matches(scratch, *words, *pattern))
			pattern++;
	return *pattern == NULL;
}

const char *
policy_refuses(const struct window *w, const char *command)
{
	void *scratch = talloc_new(NULL);
	const char *found = NULL;
	size_t i;

	for (i = 0; w->refuse != NULL && w->refuse[i] != NULL && found == NULL;
	    i++) {
		const char *q = w->refuse[i], *p = command;
		const char **pattern = next_command(scratch, &q);

		if (pattern[0] == NULL)
			continue;
		for (;;) {
			if (falls_under(scratch, next_command(scratch, &p),
			    pattern)) {
				found = w->refuse[i];
				break;
			}
			if (*p == '\0')
				break;
			p++;
		}
	}
	talloc_free(scratch);
	return found;
}
