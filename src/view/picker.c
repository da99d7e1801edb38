/* view/picker.c - where a person begins (view/picker.h). */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/list.h"
#include "view/picker.h"
#include "view/view.h"
#include "view/words.h"

#define WIDE	110	/* from here on there is room for when and who */

struct picker {
	const struct picker_list *all;
	struct list	 list;
	char		 filter[SEARCH_MAX];
	enum picker_wish wish;
	const char	*path;
};

/* A row of the list: a run or a card; both null: none. */
struct row {
	const struct picker_run	*run;
	const struct runbook_card *card;
};

/* ---- rows ------------------------------------------------------------------------ */

static bool
holds(const char *text, const char *filter)
{
	return text != NULL && strcasestr(text, filter) != NULL;
}

static bool
run_passes(const struct picker *v, const struct picker_run *r)
{
	return v->filter[0] == '\0' || holds(r->id, v->filter) ||
	    holds(r->window, v->filter) || holds(r->operator_, v->filter);
}

static bool
card_passes(const struct picker *v, const struct runbook_card *c)
{
	return v->filter[0] == '\0' || holds(c->name, v->filter) ||
	    holds(c->title, v->filter) || holds(c->owner, v->filter);
}

/* Row n of what passes the filter. */
static struct row
row_at(const struct picker *v, int n)
{
	size_t i;

	for (i = 0; i < v->all->run_count; i++)
		if (run_passes(v, &v->all->runs[i]) && n-- == 0)
			return (struct row){ &v->all->runs[i], NULL };
	for (i = 0; i < v->all->card_count; i++)
		if (card_passes(v, v->all->cards[i]) && n-- == 0)
			return (struct row){ NULL, v->all->cards[i] };
	return (struct row){ NULL, NULL };
}

static int
count_rows(const struct picker *v)
{
	size_t i;
	int n = 0;

	for (i = 0; i < v->all->run_count; i++)
		n += run_passes(v, &v->all->runs[i]);
	for (i = 0; i < v->all->card_count; i++)
		n += card_passes(v, v->all->cards[i]);
	return n;
}

/* ---- drawing ------------------------------------------------------------------------ */

static void
draw_run(struct app *a, struct area area, int row, const struct picker_run *r)
{
	const char *word = !r->is_live ? "STOPPED" : r->is_needed ? "WAITING" :
	    "RUNNING";
	enum style style = !r->is_live ? STYLE_UNKNOWN : r->is_needed ?
	    STYLE_WAITING : STYLE_RUNNING;
	bool is_wide = area.columns >= WIDE;
	int column, end = area.columns - 1;

	/* Where it acts is the last thing to be left out. */
	if (is_wide)
		end = area_right(area, row, end, STYLE_MUTED,
		    mem_printf(a->frame, "%s  %s", clock_date_hm(a->frame,
		    r->opened_us), r->operator_ != NULL ? r->operator_ :
		    "")) - 2;
	if (r->environment != NULL) {
		char *block = environment_block(a->frame, r->environment,
		    a->set.is_mono);

		end = area_right(area, row, end, STYLE_TEXT,
		    utf8_fit(a->frame, r->database != NULL ? r->database : "",
		    is_wide ? 32 : 14, false));
		end = area_right(area, row, end - 1,
		    style_of_environment(r->environment), block) - 2;
	}
	column = area_fit(area, row, 1, 9, style, word);
	column = area_fit(area, row, column, is_wide ? 20 : 14, STYLE_TITLE,
	    r->window);
	column = area_fit(area, row, column + 1, is_wide ? 16 : 12, STYLE_TEXT,
	    r->place);
	area_fit(area, row, column + 1, end - column - 1,
	    r->is_needed ? STYLE_WAITING : STYLE_MUTED, r->now);
}

/*
 * When it is to be run next.  Its time has passed, and it was not exercised on
 * that day or since: overdue.
 */
static const char *
next_words(struct app *a, const struct runbook_card *c, bool *is_overdue)
{
	struct error err;
	int64_t at;

	*is_overdue = false;
	if (c->next_window == NULL)
		return "";
	if (clock_parse_rfc3339(c->next_window, &at, &err) != 0)
		return c->next_window;
	*is_overdue = at < a->now_us && (c->last_exercised == NULL ||
	    strncmp(c->last_exercised, clock_rfc3339(a->frame, at), 10) < 0);
	return mem_printf(a->frame, "next %sZ", clock_date_hm(a->frame, at));
}

static void
draw_card(struct app *a, struct area area, int row, const struct runbook_card *c)
{
	bool is_overdue, is_wide = area.columns >= WIDE;
	const char *next = next_words(a, c, &is_overdue);
	int column, end = area.columns - 1;

	if (is_overdue)
		area_right(area, row, end, STYLE_WARNING, "OVERDUE");
	end -= 8;
	if (is_wide) {
		end = area_right(area, row, end, STYLE_MUTED, next);
		end = end > area.columns - 33 ? area.columns - 33 : end;
	}
	area_right(area, row, end, c->last_exercised != NULL ? STYLE_MUTED :
	    STYLE_WARNING, c->last_exercised != NULL ? mem_printf(a->frame,
	    "last %s", c->last_exercised) : "never exercised");
	end -= 17;
	column = area_fit(area, row, 1, 24, c->is_window ? STYLE_TITLE :
	    STYLE_TEXT, c->name != NULL ? c->name : c->file);
	if (is_wide) {
		end -= 17;
		area_fit(area, row, end, 16, STYLE_MUTED, c->owner);
	}
	area_fit(area, row, column + 1, end - column - 2, STYLE_TEXT, c->title);
}

static void
draw_header(struct app *a, struct picker *v, struct area area)
{
	int column;

	area_blank(area, STYLE_HEADER);
	column = area_put(area, 0, 1, STYLE_HEADER, "pgrunbook");
	if (v->filter[0] != '\0')
		area_printf(area, 0, column + 3, STYLE_HEADER, "filter: %s",
		    v->filter);
	area_right(area, 0, area.columns - 1, STYLE_HEADER, mem_printf(a->frame,
	    "%s   runs in %s", a->set.principal != NULL ? a->set.principal : "",
	    v->all->runs_folder != NULL ? v->all->runs_folder : "?"));
}

static void
render(struct app *a, void *self, struct area body)
{
	struct picker *v = self;
	struct area rest = area_rows(body, 1, -1);
	int i, row = 0, count = count_rows(v);
	bool had_run = false;

	draw_header(a, v, area_rows(body, 0, 1));
	list_fit(&v->list, count, rest.rows - 1);
	for (i = v->list.top; i < count && row < rest.rows; i++, row++) {
		struct row r = row_at(v, i);

		if (r.card != NULL && had_run)
			area_line(rest, row++, STYLE_BORDER);
		had_run = r.run != NULL;
		if (row >= rest.rows)
			break;
		if (r.run != NULL)
			draw_run(a, rest, row, r.run);
		else
			draw_card(a, rest, row, r.card);
		if (i == v->list.cursor)
			area_mark(rest, row, CELL_SELECTED);
	}
	if (count == 0)
		area_put(rest, 1, 2, STYLE_MUTED, v->filter[0] != '\0' ?
		    "Nothing matches the filter; Esc ends it." :
		    "No runbooks here, and no runs that wait.  "
		    "\"pgrunbook demo\" shows what it is like.");
}

/* ---- keys ------------------------------------------------------------------------------ */

static bool
can(struct app *a, void *self, enum action action)
{
	struct picker *v = self;
	struct row r = row_at(v, v->list.cursor);

	(void)a;
	switch (action) {
	case ACTION_PICK_OPEN:
		return r.run != NULL || r.card != NULL;
	case ACTION_PICK_LINT:
	case ACTION_PICK_EDIT:
	case ACTION_PICK_PLAN:
		return r.card != NULL;
	case ACTION_SEARCH:
	case ACTION_SEARCH_NEXT:
	case ACTION_SEARCH_PREVIOUS:
		return false;
	default:
		return true;
	}
}

static const char *
hint(struct app *a, void *self, enum action action)
{
	struct picker *v = self;
	struct row r = row_at(v, v->list.cursor);

	(void)a;
	if (action == ACTION_PICK_OPEN && r.run != NULL)
		return r.run->is_live ? "attach" : "resume";
	return NULL;
}

static void
filter_given(struct app *a, void *arg, const char *text)
{
	struct picker *v = arg;

	(void)a;
	strncpy(v->filter, text, sizeof(v->filter) - 1);
	v->list.cursor = 0;
}

static void
choose(struct app *a, struct picker *v, enum picker_wish wish)
{
	struct row r = row_at(v, v->list.cursor);

	v->wish = wish == PICKER_OPEN && r.run != NULL ? PICKER_ATTACH : wish;
	v->path = r.run != NULL ? r.run->folder :
	    r.card != NULL ? r.card->file : NULL;
	a->wish = WISH_LEAVE;
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct picker *v = self;

	(void)k;
	switch (action) {
	case ACTION_PICK_OPEN:
		choose(a, v, PICKER_OPEN);
		break;
	case ACTION_PICK_LINT:
		choose(a, v, PICKER_LINT);
		break;
	case ACTION_PICK_EDIT:
		choose(a, v, PICKER_EDIT);
		break;
	case ACTION_PICK_PLAN:
		choose(a, v, PICKER_PLAN);
		break;
	case ACTION_PICK_FILTER:
		app_ask(a, "/", filter_given, v);
		break;
	case ACTION_PICK_CLEAR:
		v->filter[0] = '\0';
		break;
	case ACTION_PICK_QUIT:
		choose(a, v, PICKER_QUIT);
		break;
	default:
		list_act(&v->list, action);
	}
}

static const struct view picker_view = {
	.place = PLACE_PICKER, .is_list = true,
	.render = render, .can = can, .act = act, .hint = hint,
};

static int
send_nothing(void *arg, enum intent_type t, json_t *fields, int64_t *id,
    struct error *err)
{
	(void)arg;
	(void)t;
	(void)id;
	json_decref(fields);
	return error_set(err, ERR_USAGE, "there is no run here");
}

static void
flush_nothing(void *arg)
{
	(void)arg;
}

static void
copy_nothing(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

struct app *
app_new_picker(const void *owner, const struct app_settings *settings,
    const struct picker_list *list)
{
	struct app_host host = { send_nothing, flush_nothing, copy_nothing,
	    NULL };
	struct app *a = app_new(owner, settings, &host);
	struct picker *v = NEW(a, struct picker);

	v->all = list;
	v->list.count = count_rows(v);
	app_push(a, &picker_view, v);
	return a;
}

enum picker_wish
picker_choice(const struct app *a, const char **path)
{
	const struct picker *v = a->stack[0].self;

	*path = v->path;
	return v->wish;
}
