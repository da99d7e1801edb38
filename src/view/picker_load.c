/* view/picker_load.c - which runs and runbooks there are (view/picker.h). */

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "view/picker.h"
#include "view/words.h"

#define RUNS_MAX	100

/* ---- runs ------------------------------------------------------------------------ */

static char *
needs_words(const void *owner, const struct run_state *s, bool is_live)
{
	const char *needs = state_waits_for(s);

	if (!is_live)
		return mem_strdup(owner, "its engine is gone");
	if (needs == NULL)
		return mem_strdup(owner, "");
	if (str_equal(needs, "failure"))
		return mem_strdup(owner, "a step has failed");
	if (str_equal(needs, "resume"))
		return mem_strdup(owner, "paused");
	return mem_printf(owner, "needs a%s %s",
	    str_equal(needs, "answer") ? "n" : "", needs);
}

/* "rollout 5/9" */
static char *
place_words(const void *owner, const struct run_state *s)
{
	const struct step_state *step;

	if (s->current >= s->step_count)
		return mem_strdup(owner, "all done");
	step = &s->steps[s->current];
	return mem_printf(owner, "%s %d/%zu", s->phases[step->phase].name,
	    step_number(s, step), s->phases[step->phase].step_count);
}

static void
add_run(struct picker_list *l, const char *folder, const char *id,
    bool (*lives)(const char *run_folder))
{
	void *scratch = talloc_new(NULL);
	struct error err;
	struct run_state *s;
	const struct target_state *t;
	struct picker_run *r;

	error_clear(&err);
	s = run_state_load(scratch, folder, &err);
	if (s == NULL || s->is_closed || s->run == NULL) {
		talloc_free(scratch);
		return;
	}
	GROW(l, l->runs, struct picker_run, l->run_count + 1);
	r = &l->runs[l->run_count++];
	*r = (struct picker_run){ 0 };
	r->id = mem_strdup(l, id);
	r->folder = mem_strdup(l, folder);
	r->window = mem_strdup(l, s->window);
	r->operator_ = mem_strdup(l, s->operator_);
	r->opened_us = s->opened_us;
	r->is_live = lives != NULL ? lives(folder) : s->engine_lives;
	r->is_needed = !r->is_live || state_waits_for(s) != NULL;
	r->place = place_words(l, s);
	r->now = needs_words(l, s, r->is_live);
	t = s->current < s->step_count ?
	    step_target(s, &s->steps[s->current]) : NULL;
	if (t == NULL && s->target_count > 0)
		t = &s->targets[0];
	if (t != NULL) {
		r->environment = mem_strdup(l, t->environment);
		r->database = mem_strdup(l, json_str(t->identity, "database"));
	}
	talloc_free(scratch);
}

static int
run_order(const void *a, const void *b)
{
	const struct picker_run *x = a, *y = b;

	if (x->is_needed != y->is_needed)
		return x->is_needed ? -1 : 1;
	return x->opened_us < y->opened_us ? 1 : x->opened_us > y->opened_us ?
	    -1 : 0;
}

static void
load_runs(struct picker_list *l, const char *runs,
    bool (*lives)(const char *run_folder))
{
	struct error err;
	char **ids;
	size_t i;

	error_clear(&err);
	if (runs == NULL || run_list(l, runs, &ids, &err) != 0)
		return;
	for (i = 0; ids[i] != NULL && l->run_count < RUNS_MAX; i++) {
		char *folder = path_join(l, runs, ids[i]);

		if (!run_folder_is_closed(folder))
			add_run(l, folder, ids[i], lives);
	}
	if (l->run_count > 1)
		qsort(l->runs, l->run_count, sizeof(l->runs[0]), run_order);
}

/* ---- runbooks ---------------------------------------------------------------------- */

static bool
has_card(const struct picker_list *l, const char *file)
{
	size_t i;

	for (i = 0; i < l->card_count; i++)
		if (str_equal(l->cards[i]->file, file))
			return true;
	return false;
}

static void
load_folder(struct picker_list *l, const char *folder)
{
	char **names;
	size_t count, i;

	if (folder_list(l, folder, &names, &count, NULL) != 0)
		return;
	for (i = 0; i < count; i++) {
		struct runbook_card *card;
		char *path;

		if (!str_ends(names[i], ".yaml") && !str_ends(names[i], ".yml"))
			continue;
		path = path_real(l, path_join(l, folder, names[i]));
		if (path == NULL || has_card(l, path))
			continue;
		card = runbook_card_load(l, path);
		if (card == NULL)
			continue;
		card->file = path;
		GROW(l, l->cards, struct runbook_card *, l->card_count + 1);
		l->cards[l->card_count++] = card;
	}
}

static int
card_order(const void *a, const void *b)
{
	const struct runbook_card *const *x = a, *const *y = b;

	if ((*x)->is_window != (*y)->is_window)
		return (*x)->is_window ? -1 : 1;
	return strcmp((*x)->name != NULL ? (*x)->name : "",
	    (*y)->name != NULL ? (*y)->name : "");
}

struct picker_list *
picker_load(const void *owner, const char *runs, const char *const *folders,
    bool (*lives)(const char *run_folder))
{
	struct picker_list *l = NEW(owner, struct picker_list);

	l->runs_folder = mem_strdup(l, runs);
	load_runs(l, runs, lives);
	for (; folders != NULL && *folders != NULL; folders++)
		load_folder(l, *folders);
	if (l->card_count > 1)
		qsort(l->cards, l->card_count, sizeof(l->cards[0]), card_order);
	return l;
}
