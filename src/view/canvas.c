/* view/canvas.c - a screen without a terminal (view/canvas.h). */

#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "view/canvas.h"

#define EMOJI_VARIANT	0xfe0f

/* ---- glyphs that have an ASCII form --------------------------------------- */

static const struct {
	uint32_t	point;
	char		ascii;
} ascii_forms[] = {
	{ 0x2500, '-' }, { 0x2502, '|' }, { 0x250c, '+' }, { 0x2510, '+' },
	{ 0x2514, '+' }, { 0x2518, '+' }, { 0x251c, '+' }, { 0x2524, '+' },
	{ 0x252c, '+' }, { 0x2534, '+' }, { 0x253c, '+' },
	{ 0x2713, '+' },	/* done */
	{ 0x2717, 'x' },	/* failed */
	{ 0x25b6, '>' },	/* runs */
	{ 0x00b7, '.' },	/* to come; a separator */
	{ 0x25be, 'v' }, { 0x25b8, '>' },	/* open, closed */
	{ 0x2190, '<' }, { 0x2192, '>' }, { 0x2191, '^' }, { 0x2193, 'v' },
	{ 0x2026, '~' },	/* cut off */
	{ 0x2013, '-' }, { 0x2014, '-' }, { 0x2212, '-' }, { 0x00b1, '%' },
	{ 0x2588, '#' }, { 0x2591, '.' },	/* a bar */
	{ 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201c, '"' }, { 0x201d, '"' },
	{ 0x00a0, ' ' }, { 0x00d7, 'x' }, { 0xfffd, '?' },
};

static uint32_t
to_ascii(uint32_t point)
{
	size_t i;

	if (point < 0x7f)
		return point;
	for (i = 0; i < COUNT_OF(ascii_forms); i++)
		if (ascii_forms[i].point == point)
			return (uint32_t)ascii_forms[i].ascii;
	return '?';
}

/* ---- the canvas --------------------------------------------------------------- */

struct canvas *
canvas_new(const void *owner, int rows, int columns, bool ascii)
{
	struct canvas *g = NEW(owner, struct canvas);

	g->rows = rows > 0 ? rows : 1;
	g->columns = columns > 0 ? columns : 1;
	g->ascii = ascii;
	g->cells = NEW_ARRAY(g, struct cell, g->rows * g->columns);
	canvas_clear(g);
	return g;
}

static void
cell_set(struct cell *c, uint32_t point, enum style s, int width)
{
	memset(c, 0, sizeof(*c));
	c->points[0] = point;
	c->style = (uint8_t)s;
	c->width = (uint8_t)width;
}

void
canvas_clear(struct canvas *g)
{
	int i;

	for (i = 0; i < g->rows * g->columns; i++)
		cell_set(&g->cells[i], ' ', STYLE_TEXT, 1);
	g->cursor_row = g->cursor_column = -1;
}

struct cell *
canvas_cell(const struct canvas *g, int row, int column)
{
	return &g->cells[row * g->columns + column];
}

/* As UTF-8, NUL-terminated. */
static void
encode(uint32_t p, char bytes[5])
{
	size_t size = 0;

	if (p < 0x80) {
		bytes[size++] = (char)p;
	} else if (p < 0x800) {
		bytes[size++] = (char)(0xc0 | p >> 6);
		bytes[size++] = (char)(0x80 | (p & 0x3f));
	} else if (p < 0x10000) {
		bytes[size++] = (char)(0xe0 | p >> 12);
		bytes[size++] = (char)(0x80 | (p >> 6 & 0x3f));
		bytes[size++] = (char)(0x80 | (p & 0x3f));
	} else {
		bytes[size++] = (char)(0xf0 | p >> 18);
		bytes[size++] = (char)(0x80 | (p >> 12 & 0x3f));
		bytes[size++] = (char)(0x80 | (p >> 6 & 0x3f));
		bytes[size++] = (char)(0x80 | (p & 0x3f));
	}
	bytes[size] = '\0';
}

static void
add_point(struct buffer *b, uint32_t point)
{
	char bytes[5];

	encode(point, bytes);
	buffer_puts(b, bytes);
}

static void
cut_blanks(struct buffer *b, size_t from)
{
	while (b->size > from && b->data[b->size - 1] == ' ')
		b->data[--b->size] = '\0';
}

static void
text_lines(struct buffer *b, const struct canvas *g)
{
	int row, column, i;
	size_t from;

	for (row = 0; row < g->rows; row++) {
		from = b->size;
		for (column = 0; column < g->columns; column++) {
			const struct cell *c = canvas_cell(g, row, column);

			for (i = 0; c->width > 0 && i < CELL_POINTS &&
			    c->points[i] != 0; i++)
				add_point(b, c->points[i]);
		}
		cut_blanks(b, from);
		buffer_puts(b, "\n");
	}
}

char *
canvas_text(const void *owner, const struct canvas *g)
{
	struct buffer *b = buffer_new(owner);

	text_lines(b, g);
	return b->data;
}

/* A letter for a style; blanks of ordinary text stay blank. */
static char
style_letter(const struct cell *c)
{
	static const char letters[] =
	    " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	_Static_assert(sizeof(letters) > STYLE_COUNT, "a letter for each style");
	if (c->flags & CELL_SELECTED)
		return '#';
	return letters[c->style];
}

char *
canvas_dump(const void *owner, const struct canvas *g)
{
	struct buffer *b = buffer_new(owner);
	bool seen[STYLE_COUNT] = { false };
	int row, column, i;

	text_lines(b, g);
	buffer_puts(b, "---- styles\n");
	for (row = 0; row < g->rows; row++) {
		size_t from = b->size;

		for (column = 0; column < g->columns; column++) {
			const struct cell *c = canvas_cell(g, row, column);
			char letter = style_letter(c);

			seen[c->style] = true;
			buffer_add(b, &letter, 1);
		}
		cut_blanks(b, from);
		buffer_puts(b, "\n");
	}
	for (i = 1; i < STYLE_COUNT; i++) {
		struct cell c = { .style = (uint8_t)i };

		if (seen[i])
			buffer_printf(b, "%c %s\n", style_letter(&c),
			    style_name((enum style)i));
	}
	if (g->cursor_row >= 0)
		buffer_printf(b, "cursor %d,%d\n", g->cursor_row,
		    g->cursor_column);
	return b->data;
}

/* ---- areas ------------------------------------------------------------------ */

struct area
canvas_area(struct canvas *g)
{
	return (struct area){ g, 0, 0, g->rows, g->columns };
}

/* Cut [*from, *from + *count) to [0, room). */
static void
clip(int *from, int *count, int room)
{
	if (*from < 0)
		*from = 0;
	if (*from > room)
		*from = room;
	if (*count < 0 || *count > room - *from)
		*count = room - *from;
}

struct area
area_rows(struct area a, int from, int count)
{
	clip(&from, &count, a.rows);
	a.row += from;
	a.rows = count;
	return a;
}

struct area
area_columns(struct area a, int from, int count)
{
	clip(&from, &count, a.columns);
	a.column += from;
	a.columns = count;
	return a;
}

static struct cell *
area_cell(struct area a, int row, int column)
{
	return canvas_cell(a.canvas, a.row + row, a.column + column);
}

/* Something is drawn here: no half of a wide character may stay beside it. */
static void
break_wide(struct area a, int row, int column)
{
	int at = a.column + column;
	struct cell *c = canvas_cell(a.canvas, a.row + row, at);

	if (c->width == 0 && at > 0)
		cell_set(c - 1, ' ', (enum style)(c - 1)->style, 1);
	if (c->width == 2 && at + 1 < a.canvas->columns)
		cell_set(c + 1, ' ', (enum style)(c + 1)->style, 1);
}

static int
point_width(uint32_t point)
{
	char bytes[5];

	if (point < 0x80)
		return 1;
	encode(point, bytes);
	return utf8_width(bytes);
}

static void
combine(struct area a, int row, int column, uint32_t point)
{
	struct cell *c;
	int i;

	/* Terminals do not agree how wide it makes what stands before it. */
	if (point == EMOJI_VARIANT)
		return;
	if (column <= 0 || column > a.columns)
		return;
	c = area_cell(a, row, column - 1);
	if (c->width == 0 && column > 1)
		c--;
	for (i = 1; i < CELL_POINTS; i++)
		if (c->points[i] == 0) {
			c->points[i] = point;
			return;
		}
}

/* Draw at most width cells; returns the column behind. */
static int
put(struct area a, int row, int column, int width, enum style s,
    const char *text)
{
	int end = column + width, w;
	uint32_t point;
	bool visible = row >= 0 && row < a.rows;

	while ((point = utf8_next(&text)) != 0) {
		w = point_width(point);
		if (a.canvas->ascii) {
			point = to_ascii(point);
		} else if (w == 0) {
			if (visible)
				combine(a, row, column, point);
			continue;
		}
		if (column + w > end)
			break;
		if (visible && column >= 0 && column + w <= a.columns) {
			break_wide(a, row, column);
			if (w == 2)
				break_wide(a, row, column + 1);
			/* In ASCII a wide one is two question marks. */
			if (a.canvas->ascii && w == 2)
				cell_set(area_cell(a, row, column + 1), point, s, 1);
			else if (w == 2)
				cell_set(area_cell(a, row, column + 1), 0, s, 0);
			if (w > 0)
				cell_set(area_cell(a, row, column), point, s,
				    a.canvas->ascii ? 1 : w);
		}
		column += w;
	}
	return column;
}

/* Text from outside, on one line: line breaks and tabs are blanks. */
static char *
safe(const char *text)
{
	char *clean = str_printable(NULL, text, strlen(text), true), *p;

	for (p = clean; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return clean;
}

int
area_put(struct area a, int row, int column, enum style s, const char *text)
{
	char *clean;

	if (text == NULL)
		return column;
	clean = safe(text);
	column = put(a, row, column, a.columns > column ? a.columns - column : 0,
	    s, clean);
	talloc_free(clean);
	return column;
}

int
area_printf(struct area a, int row, int column, enum style s,
    const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = memory_check(talloc_vasprintf(NULL, fmt, args));
	va_end(args);
	column = area_put(a, row, column, s, text);
	talloc_free(text);
	return column;
}

int
area_fit(struct area a, int row, int column, int width, enum style s,
    const char *text)
{
	char *clean, *cut;
	int at;

	if (width <= 0)
		return column;
	clean = safe(text != NULL ? text : "");
	cut = utf8_fit(clean, clean, width, false);
	at = put(a, row, column, width, s, cut);
	for (; at < column + width; at++)
		put(a, row, at, 1, s, " ");
	talloc_free(clean);
	return column + width;
}

int
area_right(struct area a, int row, int column, enum style s, const char *text)
{
	char *clean = safe(text != NULL ? text : "");
	int from = column - utf8_width(clean);

	put(a, row, from, column - from, s, clean);
	talloc_free(clean);
	return from;
}

void
area_blank(struct area a, enum style s)
{
	int row, column;

	for (row = 0; row < a.rows; row++)
		for (column = 0; column < a.columns; column++) {
			break_wide(a, row, column);
			cell_set(area_cell(a, row, column), ' ', s, 1);
		}
}

void
area_line(struct area a, int row, enum style s)
{
	int column;

	for (column = 0; column < a.columns; column++)
		put(a, row, column, 1, s, "─");
}

struct area
area_box(struct area a, enum style s, const char *title)
{
	int row, last = a.rows - 1, right = a.columns - 1;
	struct area inside;

	if (a.rows < 2 || a.columns < 4)
		return area_rows(a, 0, 0);
	area_blank(a, STYLE_TEXT);
	area_line(a, 0, s);
	area_line(a, last, s);
	for (row = 0; row < a.rows; row++) {
		put(a, row, 0, 1, s, row == 0 ? "┌" : row == last ? "└" : "│");
		put(a, row, right, 1, s,
		    row == 0 ? "┐" : row == last ? "┘" : "│");
	}
	if (title != NULL) {
		char *padded = mem_printf(NULL, " %s ", title);
		int width = utf8_width(padded);

		area_fit(a, 0, 1, width < right - 1 ? width : right - 1,
		    STYLE_TITLE, padded);
		talloc_free(padded);
	}
	inside = area_rows(a, 1, a.rows - 2);
	return area_columns(inside, 2, a.columns - 4);
}

void
area_mark(struct area a, int row, unsigned flags)
{
	int column;

	if (row < 0 || row >= a.rows)
		return;
	for (column = 0; column < a.columns; column++)
		area_cell(a, row, column)->flags |= (uint8_t)flags;
}

void
area_cursor(struct area a, int row, int column)
{
	if (row < 0 || row >= a.rows || column < 0 || column >= a.columns)
		return;
	a.canvas->cursor_row = a.row + row;
	a.canvas->cursor_column = a.column + column;
}
