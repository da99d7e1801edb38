/* view/drift_items.c - which drift items there are, and what became of them. */

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/drift.h"

#define REPORT_MAX	((size_t)64 << 20)

const json_t *
drift_question(struct app *a, const struct drift_view *v)
{
	const struct step_state *step = state_step(a->state, v->step);
	const struct attempt_state *t = step != NULL ?
	    step_last_attempt(step) : NULL;

	return t != NULL ? t->question : NULL;
}

const json_t *
drift_items(struct app *a, const struct drift_view *v)
{
	const json_t *items = json_object_get(v->report, "items");

	return items != NULL ? items : json_object_get(drift_question(a, v),
	    "items");
}

bool
drift_is_short(const json_t *question)
{
	const json_t *first = json_array_get(json_object_get(question,
	    "items"), 0);

	/* Many items are asked about without what is long. */
	return first == NULL || json_object_get(first, "attributes") == NULL;
}

static bool
is_review(const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);

	return t != NULL && str_equal(json_str(t->asked, "type"), "review");
}

const struct step_state *
drift_review(struct app *a, const struct drift_view *v)
{
	const struct step_state *step = state_step(a->state, v->step);
	size_t i;

	if (step != NULL && is_review(step))
		return step;
	/* Decided in the review, looked at from the drift step. */
	for (i = a->state->step_count; i > 0; i--)
		if (is_review(&a->state->steps[i - 1]))
			return &a->state->steps[i - 1];
	return NULL;
}

void
drift_state(struct app *a, const struct drift_view *v, const json_t *item,
    struct item_state *is)
{
	const struct step_state *review = drift_review(a, v);

	memset(is, 0, sizeof(*is));
	if (review != NULL)
		state_item(a->state, review, item, is);
}

char
drift_class(const json_t *item)
{
	return json_str_or(item, "class", "?")[0];
}

bool
drift_passes(struct app *a, const struct drift_view *v, const json_t *item)
{
	struct item_state is;

	if (v->kind != NULL && !str_equal(json_str(item, "kind"), v->kind))
		return false;
	switch (v->filter) {
	case DRIFT_UNDECIDED:
		drift_state(a, v, item, &is);
		return !is.is_decided && drift_class(item) != 'C';
	case DRIFT_B:
		return drift_class(item) == 'B';
	case DRIFT_A:
		return drift_class(item) == 'A';
	case DRIFT_C:
		return drift_class(item) == 'C';
	case DRIFT_ALL:
	case DRIFT_FILTERS:
	default:
		return true;
	}
}

const json_t *
drift_at(struct app *a, const struct drift_view *v, int row)
{
	const json_t *items = drift_items(a, v);
	size_t i;

	for (i = 0; i < json_array_size(items); i++)
		if (drift_passes(a, v, json_array_get(items, i)) &&
		    row-- == 0)
			return json_array_get(items, i);
	return NULL;
}

int
drift_count(struct app *a, const struct drift_view *v)
{
	const json_t *items = drift_items(a, v);
	size_t i;
	int n = 0;

	for (i = 0; i < json_array_size(items); i++)
		n += drift_passes(a, v, json_array_get(items, i));
	return n;
}

const char *
drift_word(struct app *a, const struct drift_view *v, const json_t *item,
    enum style *s)
{
	struct item_state is;

	drift_state(a, v, item, &is);
	*s = STYLE_WAITING;
	if (is.refusal != NULL) {
		*s = STYLE_FAILED;
		return "REFUSED";
	}
	if (is.is_decided) {
		*s = STYLE_DONE;
		return truth_words(is.truth->truth);
	}
	/* With a mark of its own until it is signed. */
	if (is.pending != NULL)
		return is.pending->to != NULL ? mem_printf(a->frame, "for %s?",
		    is.pending->to) : mem_printf(a->frame, "%s?",
		    truth_words(is.pending->truth));
	if (is.truth != NULL)
		return mem_printf(a->frame, "%zu of %zu", is.agreed, is.wanted);
	if (is.delegation != NULL)
		return mem_printf(a->frame, "for %s", is.delegation->to);
	if (drift_class(item) != 'C')
		return "undecided";
	*s = STYLE_MUTED;
	return "unmanaged";
}

const char *
drift_glyph(const json_t *item, enum style *s)
{
	const char *change = json_str_or(item, "change", "alter");

	if (str_equal(change, "add")) {
		*s = STYLE_DIFF_ADD;
		return "+";
	}
	if (str_equal(change, "drop")) {
		*s = STYLE_DIFF_DROP;
		return "−";
	}
	*s = STYLE_DIFF_ALTER;
	return str_equal(change, "rename") ? "±" : "~";
}

/* ---- the report in evidence ----------------------------------------------------- */

/* A step's place in the run; the number of steps where there is none. */
static size_t
index_of(const struct run_state *s, const char *step)
{
	size_t i;

	for (i = 0; i < s->step_count; i++)
		if (str_equal(s->steps[i].id, step))
			break;
	return i;
}

json_t *
drift_report(struct app *a, const char *step)
{
	const struct run_state *s = a->state;
	size_t i;

	for (i = s->artifact_count; i > 0; i--) {
		const struct artifact_state *f = &s->artifacts[i - 1];
		struct error err;
		char *path, *text;
		size_t size;
		json_t *j;

		if (!str_ends(f->name, "drift.json") ||
		    index_of(s, f->step) > index_of(s, step))
			continue;
		path = f->name[0] == '/' ? mem_strdup(a->frame, f->name) :
		    path_join(a->frame, a->set.folder, f->name);
		if (file_read(a->frame, path, REPORT_MAX, &text, &size,
		    &err) == 0 && json_parse(text, size, &j, &err) == 0)
			return j;
	}
	return NULL;
}
