/*
 * view/run.c - a run: the list of steps at the left, the page of one at the
 * right; in a narrow terminal one in place of the other.
 */

#include <stdlib.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/list.h"
#include "view/run_list.h"
#include "view/run_tabs.h"
#include "view/view.h"
#include "view/words.h"

#define SPLIT	100	/* columns from which both panes are shown */

struct run_view {
	struct run_list	*list;
	bool		 at_right;	/* the page has the focus */
	bool		 is_tab_chosen;
	enum run_tab	 tab;
	struct scroller	 page;
	const struct step_state *shown;	/* whose page was drawn last */
};

static enum run_tab
open_tab(const struct run_view *v, const struct step_state *step)
{
	return v->is_tab_chosen ? v->tab : run_tab_best(step);
}

/* ---- drawing -------------------------------------------------------------------- */

static void
draw_tabs(struct area area, int row, enum run_tab open)
{
	int i, column = 1, width = 0, gap = 3;

	for (i = 0; i < TAB_COUNT; i++)
		width += 2 + utf8_width(run_tab_name((enum run_tab)i));
	while (gap > 1 && width + (TAB_COUNT - 1) * gap > area.columns - 2)
		gap--;
	for (i = 0; i < TAB_COUNT; i++) {
		bool is_open = (enum run_tab)i == open;
		const char *name = run_tab_name((enum run_tab)i);
		enum style s = is_open ? STYLE_TAB_OPEN : STYLE_TAB;

		column = area_printf(area, row, column, is_open ? s :
		    STYLE_LABEL, "%d ", i + 1);
		if (is_open || width + (TAB_COUNT - 1) * gap <=
		    area.columns - 2)
			column = area_put(area, row, column, s, name);
		else
			column = area_printf(area, row, column, s, "%.3s", name);
		column += gap;
	}
}

static void
draw_page(struct app *a, struct run_view *v, struct area area)
{
	struct step_state *step = run_list_step(a, v->list);
	const struct attempt_state *t;
	struct area text;
	struct doc *d;
	char *right;
	int column;

	if (step == NULL)
		return;
	if (step != v->shown)
		scroller_top(&v->page);
	v->shown = step;
	t = step_last_attempt(step);
	right = mem_printf(a->frame, "%s · class %s%s",
	    step_status_word(step->status),
	    step->class_ != NULL ? step->class_ : "?",
	    t != NULL && t->number > 1 ? mem_printf(a->frame, " · attempt %d",
	    t->number) : "");
	column = area_right(area, 0, area.columns - 1,
	    style_of_status(step->status), right);
	area_fit(area, 0, 1, column - 2, STYLE_TITLE,
	    step_title(a->frame, a->state, step));
	draw_tabs(area, 1, open_tab(v, step));
	text = area_columns(area_rows(area, 3, -1), 1, area.columns - 2);
	d = doc_new(a->frame, text.columns);
	run_tab_fill(a, open_tab(v, step), step, d, text.rows);
	/* What runs stays in sight, as long as nobody scrolls here. */
	if (v->list->follow && !v->at_right && doc_marked(d) >= 0)
		v->page.top = doc_marked(d) - text.rows / 2;
	doc_draw(d, text, &v->page);
}

static void
draw_divider(struct area area, int column, bool at_right)
{
	int row;

	for (row = 0; row < area.rows; row++)
		area_put(area, row, column, at_right ? STYLE_TITLE :
		    STYLE_BORDER, "│");
}

static void
render(struct app *a, void *self, struct area body)
{
	struct run_view *v = self;
	int left = body.columns * 36 / 100;

	if (a->state == NULL || a->state->step_count == 0) {
		area_put(body, 1, 2, STYLE_MUTED, "…");
		return;
	}
	if (body.columns < SPLIT) {
		if (v->at_right)
			draw_page(a, v, body);
		else
			run_list_draw(a, v->list, body, true);
		return;
	}
	left = left > 68 ? 68 : left;
	run_list_draw(a, v->list, area_columns(body, 0, left), !v->at_right);
	draw_divider(body, left, v->at_right);
	draw_page(a, v, area_columns(body, left + 1, -1));
}

/* ---- keys ------------------------------------------------------------------------- */

static bool
has_locks(struct app *a)
{
	const struct step_state *step = app_current(a);

	/* One that gave up may be tried again, and meet the same session. */
	return step != NULL && a->state->locks != NULL &&
	    !a->state->is_closed && (step->status == STEP_RUNNING ||
	    json_flag(a->state->locks, "waiting"));
}

/* Where the step runs; null where it does not, or not in a session. */
static const json_t *
own_backend(const struct step_state *step)
{
	const struct attempt_state *t = step != NULL &&
	    step->status == STEP_RUNNING ? step_last_attempt(step) : NULL;

	return t != NULL && json_int(t->marker_backend, "pid", 0) > 0 ?
	    t->marker_backend : NULL;
}

/* The last review that has begun; without one, the last comparison. */
static struct step_state *
find_review(struct app *a)
{
	struct run_state *s = a->state;
	struct step_state *best = NULL;
	size_t i;

	for (i = 0; i < s->step_count; i++) {
		struct step_state *step = &s->steps[i];

		if (step->attempt_count == 0)
			continue;
		if (str_equal(step->kind, "review") ||
		    (str_equal(step->kind, "drift") && (best == NULL ||
		    !str_equal(best->kind, "review"))))
			best = step;
	}
	return best;
}

static bool
can(struct app *a, void *self, enum action action)
{
	struct run_view *v = self;
	struct step_state *step, *here;

	if (a->state == NULL)
		return action == ACTION_RUN_DETACH;
	step = run_list_step(a, v->list);
	here = app_current(a);
	switch (action) {
	case ACTION_RUN_CANCEL:
		return here != NULL && here->status == STEP_RUNNING;
	case ACTION_RUN_TERMINATE:
		return own_backend(here) != NULL;
	case ACTION_RUN_TROUBLE:
		return a->host.trouble != NULL && !a->state->is_closed;
	case ACTION_RUN_LOCKS:
		return has_locks(a);
	case ACTION_RUN_DRIFT:
		return find_review(a) != NULL;
	case ACTION_RUN_OUTPUT:
		return step != NULL && step->attempt_count > 0 &&
		    step_last_attempt(step)->started_us != 0;
	case ACTION_RUN_FOLLOW:
		return !v->list->follow;
	case ACTION_RUN_PAUSE:
	case ACTION_RUN_NOTE:
	case ACTION_RUN_HANDOVER:
		return !a->state->is_closed;
	case ACTION_SEARCH_NEXT:
	case ACTION_SEARCH_PREVIOUS:
		return a->search[0] != '\0';
	default:
		return true;
	}
}

/* A cancel was asked for, or the run was resumed, and still it runs. */
static bool
is_reluctant(const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);

	return t->is_cancelling || t->proof != NULL;
}

static const char *
hint(struct app *a, void *self, enum action action)
{
	struct run_view *v = self;

	if (action == ACTION_RUN_OPEN && a->columns < SPLIT)
		return v->at_right ? "" : "look at it";
	if (action == ACTION_RUN_LEFT && v->at_right)
		return "list";
	if (action == ACTION_RUN_FOLLOW)
		return "follow";
	if (action == ACTION_RUN_HANDOVER && handover_is_mine(a))
		return "take it over";
	if (action == ACTION_RUN_TERMINATE &&
	    own_backend(app_current(a)) != NULL &&
	    is_reluctant(app_current(a)))
		return "end its session";
	if (action == ACTION_RUN_NOTE && a->search[0] != '\0')
		return "next match";
	if (action == ACTION_RUN_PAUSE && a->state != NULL &&
	    a->state->is_started)
		return a->state->is_paused ? "go on" : "pause";
	return NULL;
}

static void
choose_tab(struct run_view *v, int tab)
{
	v->tab = (enum run_tab)((tab + TAB_COUNT) % TAB_COUNT);
	v->is_tab_chosen = true;
	scroller_top(&v->page);
}

static void
open_page(struct app *a, struct run_view *v)
{
	if (run_list_on_phase(v->list) && !v->at_right &&
	    run_list_fold(a, v->list))
		return;
	v->at_right = true;
}


static void
make_trouble(struct app *a)
{
	struct error err;
	char said[160];

	error_clear(&err);
	if (a->host.trouble(a->host.arg, said, &err) == 0)
		app_say(a, STYLE_WARNING, "%s", said);
	else
		app_say(a, STYLE_FAILED, "%s", err.primary);
}

static void
move(struct app *a, struct run_view *v, enum action action)
{
	if (v->at_right)
		scroller_act(&v->page, action);
	else
		run_list_act(a, v->list, action);
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct run_view *v = self;
	struct step_state *step = a->state != NULL ?
	    run_list_step(a, v->list) : NULL;

	switch (action) {
	case ACTION_RUN_DETACH:
		a->wish = WISH_LEAVE;
		break;
	case ACTION_RUN_CANCEL:
		cancel_ask(a, action);
		break;
	case ACTION_RUN_TROUBLE:
		make_trouble(a);
		break;
	case ACTION_RUN_TERMINATE:
		session_ask(a, INTENT_TERMINATE_BACKEND, app_current(a)->id,
		    own_backend(app_current(a)));
		break;
	case ACTION_RUN_OPEN:
		open_page(a, v);
		break;
	case ACTION_RUN_LEFT:
		v->at_right = false;
		a->search[0] = '\0';
		break;
	case ACTION_RUN_RIGHT:
		v->at_right = true;
		break;
	case ACTION_RUN_TAB_NEXT:
		if (step != NULL)
			choose_tab(v, (int)open_tab(v, step) + 1);
		break;
	case ACTION_RUN_TAB_PREVIOUS:
		if (step != NULL)
			choose_tab(v, (int)open_tab(v, step) - 1);
		break;
	case ACTION_RUN_TAB:
		choose_tab(v, atoi(k->name) - 1);
		v->at_right = v->at_right || a->columns < SPLIT;
		break;
	case ACTION_RUN_EVIDENCE:
		choose_tab(v, TAB_EVIDENCE);
		v->at_right = v->at_right || a->columns < SPLIT;
		break;
	case ACTION_RUN_LOCKS:
		locks_open(a, app_current(a));
		break;
	case ACTION_RUN_HANDOVER:
		handover_key(a, action);
		break;
	case ACTION_RUN_DRIFT:
		drift_open(a, find_review(a));
		break;
	case ACTION_RUN_OUTPUT:
		pager_open(a, step, step_last_attempt(step)->number);
		break;
	case ACTION_RUN_JOURNAL:
		journal_view_open(a);
		break;
	case ACTION_RUN_NOTE:
		if (a->search[0] != '\0')
			run_list_search(a, v->list, 1);
		else
			intent_note(a);
		break;
	case ACTION_RUN_PAUSE:
		app_send(a, a->state->is_paused ? INTENT_RESUME : INTENT_PAUSE,
		    json_object());
		break;
	case ACTION_RUN_FOLLOW:
		v->list->follow = true;
		v->is_tab_chosen = false;
		break;
	case ACTION_SEARCH_NEXT:
	case ACTION_SEARCH_PREVIOUS:
		run_list_search(a, v->list, action == ACTION_SEARCH_NEXT ? 1 :
		    -1);
		break;
	default:
		if (a->state != NULL)
			move(a, v, action);
	}
}

static const struct view run_view = {
	.place = PLACE_RUN, .is_list = true,
	.render = render, .can = can, .act = act, .hint = hint,
};

void
run_view_open(struct app *a)
{
	struct run_view *v = NEW(a, struct run_view);

	v->list = run_list_new(v);
	app_push(a, &run_view, v);
}
