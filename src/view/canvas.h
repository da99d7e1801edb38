/*
 * view/canvas.h - a screen without a terminal: cells with text and a style.
 *
 * Everything that is drawn goes through an area, a rectangle of the canvas
 * that clips.  Text is untrusted: control characters never reach a cell.
 * Wide characters take two cells (the right one has width 0) and are never
 * cut in half; combining characters join the cell before them.
 * In an ASCII canvas every known glyph has an ASCII form of the same width and
 * every other character becomes a question mark.
 */
#ifndef PGRUNBOOK_VIEW_CANVAS_H
#define PGRUNBOOK_VIEW_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "view/style.h"

#define CELL_POINTS	4	/* a character and what combines with it */

enum cell_flag {
	CELL_SELECTED	= 1 << 0,	/* drawn over the cell's own style */
	CELL_AWAY	= 1 << 1,	/* selected, but the focus is elsewhere */
	CELL_BOLD	= 1 << 2
};

struct cell {
	uint32_t	points[CELL_POINTS];	/* zeros behind the last */
	uint8_t		style;
	uint8_t		flags;
	uint8_t		width;			/* 0: right half of a wide one */
};

struct canvas {
	int		 rows, columns;
	bool		 ascii;
	int		 cursor_row, cursor_column;	/* -1: no cursor shown */
	struct cell	*cells;
};

/* A rectangle of a canvas; may be empty. */
struct area {
	struct canvas	*canvas;
	int		 row, column, rows, columns;
};

struct canvas *canvas_new(const void *owner, int rows, int columns, bool ascii);
void canvas_clear(struct canvas *g);
struct cell *canvas_cell(const struct canvas *g, int row, int column);
/* As lines of text, blanks at line ends cut; for tests and plain output. */
char *canvas_text(const void *owner, const struct canvas *g);
/* The same with a second block that has a letter for each style in use. */
char *canvas_dump(const void *owner, const struct canvas *g);

struct area canvas_area(struct canvas *g);
/* Parts of an area; what lies outside is cut off.  count -1: to the end. */
struct area area_rows(struct area a, int from, int count);
struct area area_columns(struct area a, int from, int count);

/* Draw text from column on.  Returns the column behind it. */
int area_put(struct area a, int row, int column, enum style s, const char *text);
int area_printf(struct area a, int row, int column, enum style s,
    const char *fmt, ...) PRINTF(5, 6);
/* In exactly width cells: cut with an ellipsis, or blanks behind. */
int area_fit(struct area a, int row, int column, int width, enum style s,
    const char *text);
/* So that it ends before column.  Returns the column where it begins. */
int area_right(struct area a, int row, int column, enum style s,
    const char *text);
void area_blank(struct area a, enum style s);
void area_line(struct area a, int row, enum style s);		/* ──── */
/* A border around it, a title in its top line (may be null).  Returns what is inside. */
struct area area_box(struct area a, enum style s, const char *title);
/* Lay flags over a row's cells. */
void area_mark(struct area a, int row, unsigned flags);
void area_cursor(struct area a, int row, int column);

#endif
