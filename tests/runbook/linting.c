/* tests/runbook/linting.c - see linting.h. */

#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"
#include "linting.h"

int
linting_begin(void **state)
{
	struct linting *f = NEW(NULL, struct linting);

	f->folder = temp_folder(f);
	*state = f;
	return chdir(f->folder);
}

int
linting_end(void **state)
{
	talloc_free(*state);
	return chdir("/");
}

void
linting_write(struct linting *f, const char *name, const char *text)
{
	temp_file(f, f->folder, name, text);
}

static char *
printed(const void *owner, const struct lint *l)
{
	char *text = NULL, *copy;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	lint_print(l, out);
	fclose(out);
	copy = mem_strdup(owner, text);
	free(text);
	return copy;
}

char *
linting_print(struct linting *f, const char *name)
{
	struct lint *l = lint_new(f);
	struct window *w = window_load(f, name, fake_kinds, l);

	assert_int_equal(w == NULL, l->errors > 0);
	talloc_free(w);
	/* The findings outlive the files. */
	return printed(f, l);
}

struct window *
linting_load(struct linting *f, const char *name)
{
	struct lint *l = lint_new(f);
	struct window *w = window_load(f, name, fake_kinds, l);

	if (w == NULL)
		fail_msg("%s", printed(f, l));
	return w;
}

void
linting_check(struct linting *f, const char *text, const char *findings)
{
	char *told;

	linting_write(f, "x.yaml", text);
	told = linting_print(f, "x.yaml");
	if (!str_equal(told, findings))
		fail_msg("of\n%s\nlint says\n%s\ninstead of\n%s", text, told,
		    findings);
}

void
linting_check_all(struct linting *f, const char *head,
    const struct linting_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		linting_check(f, mem_printf(f, "%s%s", head, cases[i].text),
		    cases[i].findings);
}
