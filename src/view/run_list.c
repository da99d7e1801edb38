/* view/run_list.c - phases and steps as a list (view/run_list.h). */

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/run_list.h"
#include "view/words.h"

#define ON_PHASE	SIZE_MAX
#define WIDE		52	/* with estimates from here on */

struct run_list *
run_list_new(const void *owner)
{
	struct run_list *l = NEW(owner, struct run_list);

	l->follow = true;
	l->cursor.step = ON_PHASE;
	return l;
}

bool
run_list_on_phase(const struct run_list *l)
{
	return l->cursor.step == ON_PHASE;
}

/* ---- which rows there are ------------------------------------------------------ */

static bool
is_open(struct app *a, struct run_list *l, size_t phase)
{
	const struct step_state *here = app_current(a);

	if (phase < l->fold_count && l->folds[phase] != 0)
		return l->folds[phase] > 0;
	return here != NULL && here->phase == phase;
}

/* Phases that are no business of this run yet: the rollback's. */
static bool
is_shown(struct app *a, size_t phase)
{
	return !a->state->phases[phase].is_rollback || a->state->in_rollback;
}

static struct run_row *
make_rows(struct app *a, struct run_list *l, int *count)
{
	const struct run_state *s = a->state;
	struct run_row *rows = NEW_ARRAY(a->frame, struct run_row,
	    s->phase_count + s->step_count + 1);
	size_t i, j;
	int n = 0;

	if (l->fold_count < s->phase_count) {
		GROW(l, l->folds, signed char, s->phase_count);
		for (; l->fold_count < s->phase_count; l->fold_count++)
			l->folds[l->fold_count] = 0;
	}
	for (i = 0; i < s->phase_count; i++) {
		if (!is_shown(a, i))
			continue;
		if (s->phase_count > 1)
			rows[n++] = (struct run_row){ i, ON_PHASE };
		if (s->phase_count > 1 && !is_open(a, l, i))
			continue;
		for (j = 0; j < s->phases[i].step_count; j++)
			rows[n++] = (struct run_row){ i,
			    s->phases[i].first_step + j };
	}
	*count = n;
	return rows;
}

/* The cursor's row; where it is folded away, its phase's. */
static int
cursor_row(const struct run_list *l, const struct run_row *rows, int count)
{
	int i, phase = 0;

	for (i = 0; i < count; i++) {
		if (rows[i].phase == l->cursor.phase &&
		    rows[i].step == l->cursor.step)
			return i;
		if (rows[i].phase == l->cursor.phase &&
		    rows[i].step == ON_PHASE)
			phase = i;
	}
	return phase;
}

struct step_state *
run_list_step(struct app *a, const struct run_list *l)
{
	struct run_state *s = a->state;
	struct step_state *here = app_current(a);

	if (s == NULL || s->step_count == 0)
		return NULL;
	if (l->follow && here != NULL)
		return here;
	if (l->cursor.step < s->step_count)
		return &s->steps[l->cursor.step];
	if (l->cursor.phase >= s->phase_count ||
	    s->phases[l->cursor.phase].step_count == 0)
		return NULL;
	if (here != NULL && here->phase == l->cursor.phase)
		return here;
	return &s->steps[s->phases[l->cursor.phase].first_step];
}

/* ---- drawing ---------------------------------------------------------------------- */

struct tally {
	size_t	done, count;
	int64_t	ms;
	bool	is_here, has_failed, is_waiting;
};

static struct tally
tally_of(struct app *a, size_t phase)
{
	const struct run_state *s = a->state;
	const struct phase_state *p = &s->phases[phase];
	const struct step_state *here = app_current(a);
	struct tally t = { .count = p->step_count };
	size_t i;

	for (i = 0; i < p->step_count; i++) {
		const struct step_state *step = &s->steps[p->first_step + i];
		int64_t ms = step_elapsed_ms(step, a->now_us);

		t.done += step->status == STEP_DONE ||
		    step->status == STEP_SKIPPED;
		t.has_failed = t.has_failed || step->status == STEP_FAILED ||
		    step->status == STEP_CANCELLED ||
		    step->status == STEP_UNKNOWN;
		t.is_waiting = t.is_waiting || step->status == STEP_WAITING;
		t.ms += ms > 0 ? ms : 0;
	}
	t.is_here = here != NULL && here->phase == phase;
	return t;
}

static void
draw_phase(struct app *a, struct run_list *l, struct area area, int row,
    size_t phase)
{
	const struct phase_state *p = &a->state->phases[phase];
	struct tally t = tally_of(a, phase);
	enum style style = t.has_failed ? STYLE_FAILED :
	    t.done == t.count ? STYLE_DONE :
	    t.is_here ? STYLE_TITLE : STYLE_PENDING;
	const char *glyph = t.has_failed ? "✗" : t.done == t.count ? "✓" :
	    t.is_waiting ? "!" : is_open(a, l, phase) ? "▾" :
	    t.done > 0 ? "▸" : "·";
	int column = area.columns - 1;

	column = area_right(area, row, column, STYLE_MUTED, t.ms > 0 ?
	    duration_short(a->frame, t.ms) : "");
	if (column > area.columns - 9)
		column = area.columns - 9;
	column = area_right(area, row, column - 1, STYLE_TEXT,
	    mem_printf(a->frame, "%zu/%zu", t.done, t.count));
	area_put(area, row, 1, style, glyph);
	area_fit(area, row, 3, column - 4, style, p->name);
}

/* The word at the right: what it is at, or how long it has been. */
static const char *
step_word(struct app *a, const struct step_state *step)
{
	switch (step->status) {
	case STEP_RUNNING:
		return duration_short(a->frame,
		    step_elapsed_ms(step, a->now_us));
	case STEP_WAITING:
		return "waits";
	case STEP_PENDING:
		return step == app_current(a) && a->state->is_started ?
		    "next" : "";
	default:
		return step_status_word(step->status);
	}
}

static void
draw_step(struct app *a, struct area area, int row, const struct step_state *step)
{
	enum style style = style_of_status(step->status);
	bool is_single = a->state->phase_count == 1;
	int indent = is_single ? 1 : 3, column = area.columns - 1;
	const char *class_ = step->class_ != NULL ? step->class_ : "";
	int64_t ms = step_elapsed_ms(step, a->now_us);

	if (area.columns >= WIDE) {
		area_right(area, row, column, STYLE_MUTED,
		    step->estimate_ms >= 0 ? mem_printf(a->frame, "(%s)",
		    duration_short(a->frame, step->estimate_ms)) : "");
		column -= 9;
		area_right(area, row, column, STYLE_TEXT,
		    ms >= 0 && step->status != STEP_RUNNING ?
		    duration_short(a->frame, ms) : "");
		column -= 8;
	}
	area_right(area, row, column, style, step_word(a, step));
	column -= 9;
	area_put(area, row, column, style_of_class(class_), class_);
	area_put(area, row, indent, style, glyph_of_status(step->status));
	area_fit(area, row, indent + 2, column - indent - 3,
	    step->status == STEP_PENDING ? STYLE_PENDING : STYLE_TEXT,
	    step_title(a->frame, a->state, step));
}

void
run_list_draw(struct app *a, struct run_list *l, struct area area,
    bool has_focus)
{
	int count, i, at;
	struct run_row *rows = make_rows(a, l, &count);
	struct step_state *here = app_current(a);

	if (l->follow && here != NULL)
		l->cursor = (struct run_row){ here->phase, a->state->current };
	at = cursor_row(l, rows, count);
	l->rows = area.rows;
	if (l->top > count - area.rows)
		l->top = count - area.rows;
	if (l->top < 0)
		l->top = 0;
	if (at < l->top)
		l->top = at;
	if (at >= l->top + area.rows)
		l->top = at - area.rows + 1;
	for (i = 0; i < area.rows && l->top + i < count; i++) {
		const struct run_row *r = &rows[l->top + i];

		if (r->step == ON_PHASE)
			draw_phase(a, l, area, i, r->phase);
		else
			draw_step(a, area, i, &a->state->steps[r->step]);
		if (l->top + i == at)
			area_mark(area, i, CELL_SELECTED |
			    (has_focus ? 0 : CELL_AWAY));
	}
}

/* ---- moving ------------------------------------------------------------------------- */

bool
run_list_act(struct app *a, struct run_list *l, enum action action)
{
	int count, at, page = l->rows > 2 ? l->rows - 1 : 1;
	struct run_row *rows = make_rows(a, l, &count);

	at = cursor_row(l, rows, count);
	switch (action) {
	case ACTION_DOWN:
		at++;
		break;
	case ACTION_UP:
		at--;
		break;
	case ACTION_TOP:
		at = 0;
		break;
	case ACTION_BOTTOM:
		at = count - 1;
		break;
	case ACTION_PAGE_DOWN:
		at += page;
		break;
	case ACTION_PAGE_UP:
		at -= page;
		break;
	default:
		return false;
	}
	at = at >= count ? count - 1 : at;
	at = at < 0 ? 0 : at;
	if (count > 0)
		l->cursor = rows[at];
	l->follow = false;
	return true;
}

bool
run_list_fold(struct app *a, struct run_list *l)
{
	if (l->cursor.step != ON_PHASE || l->cursor.phase >= l->fold_count)
		return false;
	l->folds[l->cursor.phase] = is_open(a, l, l->cursor.phase) ? -1 : 1;
	l->follow = false;
	return true;
}

void
run_list_search(struct app *a, struct run_list *l, int direction)
{
	struct run_state *s = a->state;
	size_t i, n = s->step_count, at;

	at = l->cursor.step < n ? l->cursor.step : direction > 0 ? n - 1 : 0;
	for (i = 0; i < n; i++) {
		at = direction > 0 ? (at + 1) % n : (at + n - 1) % n;
		if (!is_shown(a, s->steps[at].phase) ||
		    (strcasestr(s->steps[at].id, a->search) == NULL &&
		    (s->steps[at].name == NULL ||
		    strcasestr(s->steps[at].name, a->search) == NULL)))
			continue;
		l->cursor = (struct run_row){ s->steps[at].phase, at };
		l->folds[s->steps[at].phase] = 1;
		l->follow = false;
		return;
	}
	app_say(a, STYLE_WARNING, "not found: %s", a->search);
}
