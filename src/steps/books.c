/* steps/books.c - a migrations folder and its database's books. */

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "steps/books.h"
#include "steps/spec.h"

static int
read_folder(struct books *b, const struct books_spec *spec,
    struct error *err)
{
	struct attempt *a = b->attempt;
	char *layout = attempt_expand(b, a, spec->layout != NULL ?
	    spec->layout : "prisma", err);
	int parsed = layout == NULL ? -1 : layout_parse(layout);

	if (layout == NULL)
		return -1;
	if (parsed < 0 && !a->is_dry)
		return error_set(err, ERR_RUNBOOK, "unknown layout \"%s\"",
		    layout);
	b->layout = parsed < 0 ? LAYOUT_PRISMA :
	    (enum migrations_layout)parsed;
	b->dir = attempt_path(b, a, spec->dir, err);
	if (b->dir == NULL)
		return -1;
	/* What an earlier step writes is not there yet in a dry plan. */
	if (a->is_dry && !file_is_folder(b->dir))
		return 0;
	return migrations_read(b, b->dir, b->layout, &b->list, &b->count, err);
}

static void
tell_wait(void *arg)
{
	attempt_status(arg, "waits for another migration to end (advisory lock)");
}

static int
open_books(struct books *b, const struct books_spec *spec, struct error *err)
{
	struct attempt *a = b->attempt;
	struct history_host host = { a->host->loop, &a->is_cancelled,
		tell_wait, a };
	const struct pg_target *t;

	if (spec->database != NULL && (b->database = attempt_expand(b, a,
	    spec->database, err)) == NULL)
		return -1;
	t = attempt_target(a, NULL, b->database, err);
	b->session = t == NULL ? NULL : attempt_session(a, NULL, b->database,
	    err);
	b->history = b->session == NULL ? NULL : history_open(b, &host,
	    b->session, b->layout, t->schema != NULL ? t->schema : "public",
	    err);
	return b->history == NULL ? -1 : books_read(b, err);
}

int
books_read(struct books *b, struct error *err)
{
	struct migration_findings *f = history_read(b, b->history, b->list,
	    b->count, err);

	if (f == NULL)
		return -1;
	talloc_free(b->findings);
	b->findings = f;
	return 0;
}

struct books *
books_open(const void *owner, struct attempt *a,
    const struct books_spec *spec, struct error *err)
{
	struct books *b = NEW(owner, struct books);

	b->attempt = a;
	if (read_folder(b, spec, err) == 0 &&
	    (a->is_dry || open_books(b, spec, err) == 0))
		return b;
	talloc_free(b);
	return NULL;
}

void
books_check(const struct step *s, const char *layout, struct lint *l)
{
	if (layout != NULL && strstr(layout, "{{") == NULL &&
	    layout_parse(layout) < 0)
		lint_error(l, spec_place(s, "layout"),
		    "\"layout\" is none of prisma, supabase, sql");
}
