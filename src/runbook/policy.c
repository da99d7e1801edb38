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

#define DEPTH_MAX	4	/* of commands in the words of commands */

const char **
command_words(const void *owner, const char **p)
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

/* "sh -c '...'", "bash -lc '...'", "ssh host '...'": words that are commands. */
static bool
is_command(const char *const *words, size_t i)
{
	const char *name = path_name(words[0]);

	if (strpbrk(words[i], " \t\n") == NULL || i == 0)
		return false;
	if (str_equal(name, "ssh") || str_equal(name, "eval"))
		return true;
	return words[i - 1][0] == '-' && words[i - 1][1] != '-' &&
	    str_ends(words[i - 1], "c") && !str_glob(name, "psql*");
}

static bool
has_command(const void *scratch, const char *text, const char *const *pattern,
    int depth)
{
	const char **words;
	size_t i;

	for (;; text++) {
		words = command_words(scratch, &text);
		if (falls_under(scratch, words, pattern))
			return true;
		for (i = 0; words[i] != NULL && depth < DEPTH_MAX; i++)
			if (is_command(words, i) && has_command(scratch,
			    words[i], pattern, depth + 1))
				return true;
		if (*text == '\0')
			return false;
	}
}

const char *
command_falls_under(const char *command, const char *const *patterns)
{
	void *scratch = talloc_new(NULL);
	const char *found = NULL;

	for (; patterns != NULL && *patterns != NULL && found == NULL;
	    patterns++) {
		const char *p = *patterns;
		const char **pattern = command_words(scratch, &p);

		if (pattern[0] != NULL &&
		    has_command(scratch, command, pattern, 0))
			found = *patterns;
	}
	talloc_free(scratch);
	return found;
}

const char *
policy_refuses(const struct window *w, const char *command)
{
	return command_falls_under(command, w->refuse);
}
