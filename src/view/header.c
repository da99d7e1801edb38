/*
 * view/header.c - the line at the top: which window, which database, who,
 * and how much time is left.  On every screen of a run.
 */

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/prospect.h"
#include "view/view.h"
#include "view/words.h"

#define WIDE	110	/* from here on one line is enough */

int
header_rows(const struct app *a, int columns)
{
	(void)a;
	return columns >= WIDE ? 1 : 2;
}

static char *
slack_words(const struct app *a, enum style *style)
{
	const struct run_state *s = a->state;
	struct prospect p;

	*style = STYLE_HEADER;
	if (s->is_closed)
		return mem_strdup(a->frame, "closed");
	if (s->start_us != 0 && a->now_us < s->start_us)
		return mem_printf(a->frame, "opens in %s",
		    span_short(a->frame, (s->start_us - a->now_us) / 1000));
	if (!state_prospect(s, a->now_us, &p))
		return NULL;
	if (p.slack_ms < 0) {
		*style = STYLE_DANGER;
		return mem_strdup(a->frame, "NO SLACK");
	}
	if (p.slack_ms < 5 * 60 * 1000)
		*style = STYLE_WARNING;
	return mem_printf(a->frame, "slack %s", span_short(a->frame, p.slack_ms));
}

static const struct target_state *
shown_target(const struct app *a)
{
	const struct run_state *s = a->state;
	const struct target_state *t = step_target(s, app_current(a));

	if (t == NULL && s->target_count > 0)
		t = &s->targets[0];
	return t;
}

static int
draw_place(struct app *a, struct area area, int row, int column)
{
	const struct run_state *s = a->state;
	const struct step_state *step = app_current(a);

	column = area_put(area, row, column, STYLE_HEADER,
	    s->window != NULL ? s->window : "…");
	if (step != NULL && s->phase_count > 1) {
		column = area_put(area, row, column, STYLE_HEADER, " ▸ ");
		column = area_put(area, row, column, STYLE_HEADER,
		    s->phases[step->phase].name);
	}
	if (s->in_rollback)
		column = area_put(area, row, column + 1, STYLE_DANGER,
		    " ROLLBACK ");
	return column;
}

/* A step may work on another database of its target: a rehearsal's, a copy. */
static const char *
database_at_work(struct app *a, const struct target_state *t)
{
	const struct step_state *step = app_current(a);
	const struct attempt_state *last = step != NULL ?
	    step_last_attempt(step) : NULL;
	const json_t *on = json_object_get(last != NULL ? last->shown : NULL,
	    "target");

	return str_equal(json_str(on, "name"), t->name) ?
	    json_str_or(on, "database", "?") :
	    json_str_or(t->identity, "database", "?");
}

/* As many whole facts as there is room for; the database stands always. */
static const char *
target_words(struct app *a, const struct target_state *t, int room)
{
	const json_t *id = t->identity;
	const char *role = json_str_or(id, "role", "?");
	char *words[3];
	size_t i;

	words[2] = mem_printf(a->frame, "%s @ %s", database_at_work(a, t),
	    json_str_or(id, "host", "?"));
	words[1] = mem_printf(a->frame, "%s  role %s", words[2], role);
	words[0] = mem_printf(a->frame, "%s  pg %s  role %s", words[2],
	    json_str_or(id, "version", "?"), role);
	for (i = 0; i < COUNT_OF(words) - 1 && utf8_width(words[i]) > room; i++)
		;
	return words[i];
}

static void
draw_target(struct app *a, struct area area, int row, int column)
{
	const struct target_state *t = shown_target(a);

	if (t == NULL) {
		area_put(area, row, column, STYLE_HEADER, "no target yet");
		return;
	}
	column = area_put(area, row, column, style_of_environment(t->environment),
	    environment_block(a->frame, t->environment, a->set.is_mono));
	if (t->identity == NULL) {
		area_printf(area, row, column, STYLE_HEADER,
		    " %s, not pinned yet", t->name);
		return;
	}
	area_fit(area, row, column + 1, area.columns - column - 1,
	    STYLE_HEADER, target_words(a, t, area.columns - column - 1));
}

/* "ana · operator", and how many others look on. */
static char *
who_words(const struct app *a)
{
	const struct run_state *s = a->state;
	const char *who = a->set.principal != NULL ? a->set.principal : "";
	const char *role = str_equal(who, s->operator_) ? " · operator" : "";

	if (s->people_count > 1)
		return mem_printf(a->frame, "%s%s +%zu", who, role,
		    s->people_count - 1);
	return mem_printf(a->frame, "%s%s", who, role);
}

/* Clock and slack at the right; returns where they begin. */
static int
draw_time(struct app *a, struct area area, int row)
{
	enum style style;
	char *slack = slack_words(a, &style);
	int column = area.columns - 1;

	if (slack != NULL)
		column = area_right(area, row, column, style, slack) - 3;
	return area_right(area, row, column, STYLE_HEADER,
	    clock_hms(a->frame, a->now_us));
}

void
header_draw(struct app *a, struct area area)
{
	struct area left;
	int column;

	area_blank(area, STYLE_HEADER);
	if (a->state == NULL || area.rows == 0)
		return;
	column = draw_time(a, area, 0);
	if (area.rows > 1) {
		draw_place(a, area_columns(area, 0, column - 1), 0, 1);
		column = area_right(area, 1, area.columns - 1, STYLE_HEADER,
		    who_words(a));
		draw_target(a, area_columns(area, 0, column - 1), 1, 1);
		return;
	}
	column = area_right(area, 0, column - 3, STYLE_HEADER, who_words(a));
	left = area_columns(area, 0, column - 3);
	column = draw_place(a, left, 0, 1);
	draw_target(a, left, 0, column + 3);
}
