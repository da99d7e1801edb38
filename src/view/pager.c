/*
 * view/pager.c - a file of evidence, as less and pspg show it: follow,
 * search, to the sides, and tables whose heading stays in place.
 */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/lines.h"
#include "view/list.h"
#include "view/view.h"
#include "view/words.h"

#define SCAN_BYTES	((int64_t)64 << 20)	/* at a time */
#define SEARCH_SLICE_MS	200			/* between looks at the keyboard */

struct pager {
	char		*title, *path;		/* path null: an attempt's output */
	char		*step;
	int		 attempt;
	struct lines	*lines;			/* null: nothing there yet */
	int64_t		 top;
	int		 left, rows;		/* first column; rows of the last draw */
	bool		 follow, is_indexed, is_frozen;
	int64_t		 found;			/* line of the match; -1: none */
	int		 searching;		/* direction; 0: not */
	int64_t		 search_at;
};

static void
open_lines(struct app *a, struct pager *p)
{
	char *path = p->path;
	struct error err;

	if (path == NULL)
		path = output_path(a->frame, a->set.folder,
		    state_step(a->state, p->step), p->attempt);
	if (path != NULL)
		p->lines = lines_open(p, path, &err);
}

static int64_t
last_top(const struct pager *p)
{
	int64_t most = p->lines != NULL ? lines_count(p->lines) - p->rows : 0;

	return most > 0 ? most : 0;
}

static void
keep_within(struct pager *p)
{
	if (p->follow || p->top > last_top(p))
		p->top = last_top(p);
	if (p->top < 0)
		p->top = 0;
	if (p->left < 0)
		p->left = 0;
}

/* ---- search ------------------------------------------------------------------- */

/* Go on searching for a slice of time; keys are looked at in between. */
static void
search_slice(struct app *a, struct pager *p)
{
	int64_t end = clock_mono_ms() + SEARCH_SLICE_MS, count, next, found;

	while (p->searching != 0 && clock_mono_ms() < end) {
		count = lines_count(p->lines);
		if (p->search_at < 0 || (p->search_at >= count &&
		    p->is_indexed)) {
			app_say(a, STYLE_WARNING, p->searching > 0 ?
			    "not found further down: %s  (N looks above)" :
			    "not found further up: %s  (n looks below)",
			    a->search);
			p->searching = 0;
			return;
		}
		if (p->search_at >= count)
			return;		/* the index is not so far yet */
		found = lines_find(p->lines, a->search, p->search_at,
		    p->searching, &next);
		p->search_at = next;
		if (found < 0)
			continue;
		p->found = found;
		p->top = p->found - p->rows / 3;
		p->follow = false;
		p->searching = 0;
	}
}

static void
search(struct app *a, struct pager *p, int direction)
{
	if (a->search[0] == '\0' || p->lines == NULL)
		return;
	p->searching = direction;
	/* On from the last match, where it is in sight; else from here. */
	if (p->found >= p->top && p->found < p->top + p->rows)
		p->search_at = p->found + direction;
	else
		p->search_at = direction > 0 ? p->top : p->top - 1;
	search_slice(a, p);
}

/* ---- drawing --------------------------------------------------------------------- */

/* Tabs to blanks, and what a terminal must not see made visible. */
static char *
shown_line(const void *owner, const char *line)
{
	struct buffer *b = buffer_new(owner);
	int column = 0;
	const char *p;

	for (p = line; *p != '\0'; p++) {
		if (*p == '\t') {
			do {
				buffer_puts(b, " ");
			} while (++column % 8 != 0);
		} else {
			buffer_add(b, p, 1);
			column += ((unsigned char)*p & 0xc0) != 0x80;
		}
	}
	return str_printable(owner, b->data, b->size, false);
}

/* Text from cell column `left` on. */
static const char *
skip_cells(const char *text, int left)
{
	const char *next = text;
	int at = 0;

	while (at < left && *text != '\0') {
		char *one;

		utf8_next(&next);
		one = mem_strndup(NULL, text, (size_t)(next - text));
		at += utf8_width(one);
		talloc_free(one);
		text = next;
	}
	return text;
}

static void
mark_matches(struct app *a, struct area area, int row, const char *text,
    int column)
{
	const char *at = text, *hit;

	while (a->search[0] != '\0' &&
	    (hit = strcasestr(at, a->search)) != NULL) {
		char *before = mem_strndup(NULL, text, (size_t)(hit - text));
		char *match = mem_strndup(before, hit, strlen(a->search));

		area_put(area, row, column + utf8_width(before), STYLE_MATCH,
		    match);
		talloc_free(before);
		at = hit + strlen(a->search);
	}
}

static void
draw_line(struct app *a, struct pager *p, struct area area, int row, int64_t n)
{
	char *raw = lines_get(a->frame, p->lines, n);
	char *line = shown_line(a->frame, raw);
	const char *visible = skip_cells(line, p->left);

	area_put(area, row, 0, STYLE_TEXT, visible);
	mark_matches(a, area, row, visible, 0);
	if (utf8_width(visible) > area.columns)
		area_put(area, row, area.columns - 1, STYLE_MUTED, "→");
	if (p->left > 0)
		area_put(area, row, 0, STYLE_MUTED, "←");
	talloc_free(raw);
	talloc_free(line);
}

/* Is it the rule below a table's heading: dashes and pluses? */
static bool
is_rule(const char *line)
{
	size_t size = strlen(line);

	return size > 0 && strspn(line, "-+ ─┼") == size &&
	    strpbrk(line, "-─") != NULL;
}

/* The heading of the table in which line n stands; -1: none. */
static int64_t
heading_above(struct pager *p, int64_t n)
{
	int64_t i;

	for (i = n; i > 0 && i > n - 5000; i--) {
		char *line = lines_get(NULL, p->lines, i);
		bool rule = is_rule(line), empty = *line == '\0';

		talloc_free(line);
		if (rule)
			return i - 1;
		if (empty)
			return -1;
	}
	return -1;
}

static void
draw_title(struct app *a, struct pager *p, struct area area)
{
	int64_t count = lines_count(p->lines), size = lines_size(p->lines);
	char *place = mem_printf(a->frame, "%s%s%s of %s  %s%s",
	    p->searching != 0 ? "searching …  " : "",
	    p->is_frozen ? "heading kept  " : "",
	    str_count(a->frame, p->top + 1),
	    p->is_indexed ? str_count(a->frame, count) : "…",
	    str_bytes(a->frame, size), p->follow ? "  follow" : "");
	int column;

	column = area_right(area, 0, area.columns - 1, STYLE_MUTED, place);
	area_fit(area, 0, 1, column - 2, STYLE_TITLE, p->title);
}

/* Has the attempt ended, so that no output will come any more? */
static bool
is_over(struct app *a, const struct pager *p)
{
	const struct step_state *step = state_step(a->state, p->step);

	return step == NULL || p->attempt > (int)step->attempt_count ||
	    step->attempts[p->attempt - 1].finished_us != 0;
}

static void
render(struct app *a, void *self, struct area body)
{
	struct pager *p = self;
	struct area text = area_rows(body, 1, -1);
	int row, from = 0;
	int64_t heading;

	area_blank(body, STYLE_TEXT);
	if (p->lines == NULL)
		open_lines(a, p);
	if (p->lines == NULL) {
		area_fit(body, 0, 1, body.columns - 1, STYLE_TITLE, p->title);
		area_put(text, 1, 1, STYLE_MUTED, is_over(a, p) ?
		    "It has left no output." : "There is no output yet.");
		return;
	}
	p->is_indexed = lines_scan(p->lines, SCAN_BYTES);
	p->rows = text.rows;
	keep_within(p);
	draw_title(a, p, body);
	heading = p->is_frozen ? heading_above(p, p->top) : -1;
	if (heading >= 0 && heading < p->top) {
		draw_line(a, p, text, 0, heading);
		draw_line(a, p, text, 1, heading + 1);
		from = 2;
	}
	for (row = from; row < text.rows &&
	    p->top + row < lines_count(p->lines); row++)
		draw_line(a, p, text, row, p->top + row);
}

/* ---- keys --------------------------------------------------------------------------- */

static bool
can(struct app *a, void *self, enum action action)
{
	struct pager *p = self;

	if (p->lines == NULL)
		open_lines(a, p);
	if (p->lines == NULL)
		return keymap_row(action)->place == PLACE_ANYWHERE;
	if (action == ACTION_PAGER_FOLLOW)
		return !p->follow;
	if (action == ACTION_SEARCH_NEXT || action == ACTION_SEARCH_PREVIOUS)
		return a->search[0] != '\0';
	return true;
}

static void
act(struct app *a, void *self, enum action action, const struct key_press *k)
{
	struct pager *p = self;
	int page = p->rows > 2 ? p->rows - 1 : 1;
	int64_t before = p->top;

	p->searching = 0;
	switch (action) {
	case ACTION_PAGER_FOLLOW:
		p->follow = true;
		return;
	case ACTION_PAGER_LEFT:
		p->left -= 8;
		break;
	case ACTION_PAGER_RIGHT:
		p->left += 8;
		break;
	case ACTION_PAGER_FREEZE:
		p->is_frozen = !p->is_frozen;
		break;
	case ACTION_PAGER_DOWN:
		p->top += k != NULL && str_equal(k->name, "Enter") ? 1 : page;
		break;
	case ACTION_DOWN:
		p->top++;
		break;
	case ACTION_UP:
		p->top--;
		break;
	case ACTION_TOP:
		p->top = 0;
		break;
	case ACTION_BOTTOM:
		p->top = last_top(p);
		break;
	case ACTION_PAGE_DOWN:
		p->top += page;
		break;
	case ACTION_PAGE_UP:
		p->top -= page;
		break;
	case ACTION_SEARCH_NEXT:
		search(a, p, 1);
		break;
	case ACTION_SEARCH_PREVIOUS:
		search(a, p, -1);
		break;
	default:
		return;
	}
	if (p->top < before)
		p->follow = false;
	keep_within(p);
}

static void
tick(struct app *a, void *self)
{
	struct pager *p = self;

	if (p->lines == NULL)
		return;
	p->is_indexed = lines_scan(p->lines, SCAN_BYTES);
	if (p->searching != 0)
		search_slice(a, p);
	a->is_busy = !p->is_indexed || p->searching != 0;
}

static const struct view pager_view = {
	.place = PLACE_OUTPUT, .is_list = true,
	.render = render, .can = can, .act = act, .tick = tick,
};

void
pager_open_file(struct app *a, const char *title, const char *path)
{
	struct pager *p = NEW(a, struct pager);

	p->title = mem_strdup(p, title);
	p->path = mem_strdup(p, path);
	p->found = -1;
	app_push(a, &pager_view, p);
}

void
pager_open(struct app *a, const struct step_state *step, int attempt)
{
	struct pager *p = NEW(a, struct pager);

	p->title = mem_printf(p, "Output of %s · attempt %d",
	    step_title(a->frame, a->state, step), attempt);
	p->step = mem_strdup(p, step->id);
	p->attempt = attempt;
	p->found = -1;
	p->follow = step->status == STEP_RUNNING;
	app_push(a, &pager_view, p);
}
