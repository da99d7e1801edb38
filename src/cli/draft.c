/* cli/draft.c - a runbook that is being drafted from prose. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/draft.h"
#include "postgres/sql.h"
#include "runbook/load.h"
#include "steps/kind.h"

#define SLUG_MAX	40
#define NAME_MAX_CELLS	100

struct draft *
draft_new(const void *owner, const char *name)
{
	struct draft *d = NEW(owner, struct draft);

	d->name = draft_slug(d, name);
	d->title = mem_strdup(d, name);
	d->description = buffer_new(d);
	d->front = buffer_new(d);
	return d;
}

struct draft_phase *
draft_phase_add(struct draft *d, const char *title)
{
	struct draft_phase *p = NEW(d, struct draft_phase);

	p->title = mem_strdup(p, title);
	p->description = buffer_new(p);
	GROW(d, d->phases, struct draft_phase *, d->count + 1);
	d->phases[d->count++] = p;
	return p;
}

struct draft_step *
draft_step_add(struct draft_phase *p, enum draft_kind kind, const char *name)
{
	struct draft_step *s = NEW(p, struct draft_step);

	s->kind = kind;
	s->name = utf8_fit(s, name, NAME_MAX_CELLS, false);
	s->why = buffer_new(s);
	/* What the name cannot hold is not lost. */
	if (!str_equal(s->name, name))
		buffer_printf(s->why, "%s\n", name);
	GROW(p, p->steps, struct draft_step *, p->count + 1);
	p->steps[p->count++] = s;
	return s;
}

void
draft_item_add(struct draft_step *s, const char *text)
{
	GROW(s, s->items, const char *, s->item_count + 1);
	s->items[s->item_count++] = mem_strdup(s, text);
}

void
draft_option_add(struct draft_step *s, const char *text)
{
	GROW(s, s->options, struct draft_option, s->option_count + 1);
	s->options[s->option_count] = (struct draft_option){
		mem_printf(s, "%zu", s->option_count + 1), mem_strdup(s, text) };
	s->option_count++;
}

char *
draft_slug(const void *owner, const char *text)
{
	char slug[SLUG_MAX + 1];
	size_t n = 0;

	for (; *text != '\0' && n < SLUG_MAX; text++) {
		if (isalnum((unsigned char)*text) && (unsigned char)*text < 128)
			slug[n++] = (char)tolower((unsigned char)*text);
		else if (n > 0 && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n > 0 && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	/* A name begins with a letter. */
	if (n == 0 || !isalpha((unsigned char)slug[0]))
		return mem_printf(owner, "step%s%s", n > 0 ? "-" : "", slug);
	return mem_strdup(owner, slug);
}

/* ---- names --------------------------------------------------------------------- */

static char *
unique(const void *owner, const char *slug, struct buffer *taken)
{
	char *name = mem_strdup(owner, slug), *mark;
	int n;

	for (n = 2;; n++) {
		mark = mem_printf(owner, "\n%s\n", name);
		if (strstr(taken->data, mark) == NULL)
			break;
		name = mem_printf(owner, "%s-%d", slug, n);
	}
	buffer_puts(taken, mark);
	return name;
}

static void
name_all(struct draft *d)
{
	struct buffer *phases = buffer_new(d), *steps;
	size_t i, k;

	/* The window's own file is called by its name. */
	buffer_printf(phases, "\n%s\n", d->name);
	for (i = 0; i < d->count; i++) {
		struct draft_phase *p = d->phases[i];

		steps = buffer_new(p);
		p->name = unique(p, draft_slug(p, p->title), phases);
		for (k = 0; k < p->count; k++)
			p->steps[k]->id = unique(p, draft_slug(p,
			    p->steps[k]->name), steps);
	}
}

/* Prose that no step follows belongs to the whole. */
static void
drop_empty(struct draft *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->count; i++) {
		struct draft_phase *p = d->phases[i];

		if (p->count > 0)
			d->phases[n++] = p;
		else if (p->description->size > 0)
			buffer_printf(d->description, "\n**%s**\n\n%s",
			    p->title, p->description->data);
	}
	d->count = n;
}

/* ---- lint's word ------------------------------------------------------------------ */

/*
 * What psql is for, and a step's SQL is not: its own commands, and
 * transactions that the text begins and ends itself.
 */
static bool
wants_psql(const struct draft_step *s)
{
	struct sql_script *script = sql_parse(NULL, s->text);
	bool wants = s->text[0] == '\\' || strstr(s->text, "\n\\") != NULL;
	size_t i;

	for (i = 0; i < script->count; i++)
		wants = wants || script->statements[i].transaction_control;
	talloc_free(script);
	return wants;
}

static bool
refuses_transaction(const struct draft_step *s)
{
	struct sql_script *script = sql_parse(NULL, s->text);
	bool refuses = false;
	size_t i;

	for (i = 0; i < script->count; i++)
		refuses = refuses || script->statements[i].no_transaction;
	talloc_free(script);
	return refuses;
}

static void
prepare(struct draft_step *s)
{
	const char *end = "PGRUNBOOK_SQL";

	if (s->kind != DRAFT_SQL)
		return;
	if (wants_psql(s)) {
		/* A word of the text would end it, and run the rest as shell. */
		while (strstr(s->text, end) != NULL)
			end = mem_printf(s, "%s_", end);
		s->kind = DRAFT_RUN;
		s->text = mem_printf(s, "psql -X -v ON_ERROR_STOP=1 -f - "
		    "<<'%s'\n%s%s%s\n", end, s->text,
		    str_ends(s->text, "\n") ? "" : "\n", end);
	} else {
		s->no_transaction = refuses_transaction(s);
	}
}

/* Alone in a file: does it pass?  Its class then. */
static bool
passes(const struct draft *d, struct draft_step *s, const char *path,
    char **said, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct draft_phase alone = { "draft", "Draft", buffer_new(scratch),
		&s, 1 };
	struct lint *l = lint_new(scratch);
	char *yaml = draft_runbook_yaml(scratch, d, &alone, true);
	struct window *w = NULL;
	bool ok = false;

	if (file_write_atomic(path, yaml, strlen(yaml), 0600, err) == 0)
		w = window_load(scratch, path, step_kinds(), l);
	if (w != NULL && l->errors == 0) {
		s->class_ = class_name(w->phases[0]->steps[0]->class_);
		ok = true;
	} else if (l->count > 0) {
		*said = mem_strdup(s, l->findings[0].text);
	}
	talloc_free(scratch);
	return ok;
}

/* All that it says, as something to be done by hand. */
static void
demote(struct draft_step *s, const char *why)
{
	size_t i;

	for (i = 0; i < s->option_count; i++)
		draft_item_add(s, s->options[i].text);
	s->kind = DRAFT_MANUAL;
	s->unplaced = mem_strdup(s, why);
	s->class_ = NULL;
}

static int
settle_step(const struct draft *d, struct draft_step *s, const char *path,
    struct error *err)
{
	char *said = NULL;

	prepare(s);
	s->class_ = s->is_warned && (s->kind == DRAFT_RUN ||
	    s->kind == DRAFT_SQL) ? "B" : NULL;
	error_clear(err);
	if (passes(d, s, path, &said, err))
		return 0;
	if (err->code != ERR_NONE)
		return -1;
	demote(s, said != NULL ? said : "it does not pass lint");
	if (passes(d, s, path, &said, err))
		return 0;
	if (err->code != ERR_NONE)
		return -1;
	return error_set(err, ERR_INTERNAL, "step \"%s\" does not pass lint "
	    "as a checklist either: %s", s->name, said != NULL ? said : "");
}

int
draft_settle(struct draft *d, struct error *err)
{
	char *folder = path_join(d, path_temporary(),
	    "pgrunbook-import.XXXXXX"), *path;
	struct error ignored;
	size_t i, k;
	int rc = 0;

	drop_empty(d);
	name_all(d);
	if (mkdtemp(folder) == NULL)
		return error_errno(err, ERR_IO,
		    "could not make the folder \"%s\"", folder);
	path = path_join(d, folder, "draft.yaml");
	for (i = 0; i < d->count; i++)
		for (k = 0; k < d->phases[i]->count && rc == 0; k++)
			rc = settle_step(d, d->phases[i]->steps[k], path, err);
	(void)!file_remove_tree(folder, &ignored);
	return rc;
}
