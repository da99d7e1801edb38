/* runbook/when.c - a hand-written parser for "when:". */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "runbook/values.h"
#include "runbook/when.h"

static void
skip_space(const char **p)
{
	*p += strspn(*p, " \t\n");
}

/* Take word where it stands as a word of its own. */
static bool
take_word(const char **p, const char *word)
{
	size_t size = strlen(word);

	skip_space(p);
	if (!str_starts(*p, word) || strchr(" \t\n", (*p)[size]) == NULL)
		return false;
	*p += size;
	skip_space(p);
	return true;
}

static bool
take_sign(const char **p, const char *sign)
{
	skip_space(p);
	if (!str_starts(*p, sign))
		return false;
	*p += strlen(sign);
	return true;
}

/* Does " and " begin here? */
static bool
at_and(const char *p)
{
	return strchr(" \t\n", *p) != NULL && take_word(&p, "and");
}

/* Text in quotes, or up to a comma, an "and" or the end. */
static const char *
take_text(const void *owner, const char **p)
{
	const char *begin, *end;
	char *text;

	skip_space(p);
	begin = *p;
	if (*begin == '\'' || *begin == '"') {
		end = strchr(begin + 1, *begin);
		if (end == NULL)
			return NULL;
		*p = end + 1;
		return mem_strndup(owner, begin + 1, (size_t)(end - begin - 1));
	}
	while (**p != '\0' && **p != ',' && !at_and(*p))
		(*p)++;
	text = mem_strndup(owner, begin, (size_t)(*p - begin));
	text = str_trim(owner, text);
	return text[0] != '\0' ? text : NULL;
}

static const char **
take_texts(const void *owner, const char **p, bool is_list)
{
	const char **texts = NULL;
	size_t count = 0;

	do {
		GROW(owner, texts, const char *, count + 2);
		texts[count] = take_text(owner, p);
		if (texts[count++] == NULL)
			return NULL;
	} while (is_list && take_sign(p, ","));
	texts[count] = NULL;
	return texts;
}

static bool
take_term(const void *owner, const char **p, struct when_term *t)
{
	size_t size;
	bool is_list = false;

	t->is_negated = take_word(p, "not");
	skip_space(p);
	size = strcspn(*p, " \t\n=!,");
	t->path = mem_strndup(owner, *p, size);
	t->texts = NULL;
	*p += size;
	if (!value_path_valid(t->path))
		return false;
	if (take_sign(p, "!="))
		t->is_negated = !t->is_negated;
	else if (!take_sign(p, "==") && !(is_list = take_word(p, "in")))
		return true;
	t->texts = take_texts(owner, p, is_list);
	return t->texts != NULL;
}

struct when *
when_parse(const void *owner, const char *text, struct error *err)
{
	struct when *w = NEW(owner, struct when);
	const char *p = text;

	do {
		GROW(w, w->terms, struct when_term, w->count + 1);
		if (!take_term(w, &p, &w->terms[w->count++]))
			goto bad;
	} while (take_word(&p, "and"));
	skip_space(&p);
	if (*p == '\0')
		return w;
bad:
	talloc_free(w);
	error_set(err, ERR_RUNBOOK, "\"%s\" is not a condition", text);
	error_hint(err, "write \"name\", \"not name\", \"name == text\", "
	    "\"name != text\" or \"name in a, b\"");
	return NULL;
}
