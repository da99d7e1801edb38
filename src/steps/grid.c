/*
 * steps/grid.c - a query's rows as an aligned table.
 */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "steps/grid.h"

#define ROWS_MEASURED	200	/* that the widths come from */
#define WIDTH_MAX	60	/* cells; longer values stick out */
#define CELL_MAX_BYTES	2048
#define VALUE_MAX_BYTES	65536

struct grid {
	struct attempt	*attempt;
	int		 columns;
	int		*widths;
	bool		*to_right;
	char		**names;
	char		**held;		/* the first rows' cells, row by row */
	int		 held_rows;
	bool		 is_flowing;	/* the first rows are written */
	int64_t		 rows;
	char		*value;
	struct buffer	*line;
	struct error	 error;
};

struct grid *
grid_new(const void *owner, struct attempt *a)
{
	struct grid *g = NEW(owner, struct grid);

	g->attempt = a;
	g->line = buffer_new(g);
	return g;
}

static bool
is_number(Oid type)
{
	switch (type) {
	case 20: case 21: case 23: case 26:	/* int8, int2, int4, oid */
	case 700: case 701: case 1700:		/* float4, float8, numeric */
		return true;
	default:
		return false;
	}
}

static void
measure(struct grid *g, int column, const char *text)
{
	int width = utf8_width(text);

	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	if (width > g->widths[column])
		g->widths[column] = width;
}

static void
begin(struct grid *g, const PGresult *res)
{
	int i;

	g->columns = PQnfields(res);
	g->widths = NEW_ARRAY(g, int, g->columns);
	g->to_right = NEW_ARRAY(g, bool, g->columns);
	g->names = NEW_ARRAY(g, char *, g->columns);
	for (i = 0; i < g->columns; i++) {
		const char *name = PQfname(res, i);

		g->names[i] = str_printable(g, name, strlen(name), false);
		g->to_right[i] = is_number(PQftype(res, i));
		measure(g, i, g->names[i]);
	}
	g->held = NEW_ARRAY(g, char *, g->columns * ROWS_MEASURED);
}

static char *
cell(const void *owner, const PGresult *res, int row, int column)
{
	int size = PQgetlength(res, row, column);

	if (PQgetisnull(res, row, column))
		return mem_strdup(owner, "");
	return str_printable(owner, PQgetvalue(res, row, column),
	    (size_t)(size > CELL_MAX_BYTES ? CELL_MAX_BYTES : size), false);
}

static void
add_cell(struct grid *g, int column, const char *text, bool to_right)
{
	int pad = g->widths[column] - utf8_width(text);
	bool is_last = column == g->columns - 1;

	buffer_puts(g->line, column == 0 ? " " : " | ");
	for (; to_right && pad > 0; pad--)
		buffer_puts(g->line, " ");
	buffer_puts(g->line, text);
	for (; !is_last && pad > 0; pad--)
		buffer_puts(g->line, " ");
}

static void
put_line(struct grid *g)
{
	buffer_puts(g->line, "\n");
	if (g->error.code == ERR_NONE && attempt_output(g->attempt, 1,
	    g->line->data, g->line->size, &g->error) < 0)
		g->attempt->is_cancelled = true;
	buffer_clear(g->line);
}

static void
put_head(struct grid *g)
{
	int i, n;

	for (i = 0; i < g->columns; i++)
		add_cell(g, i, g->names[i], false);
	put_line(g);
	for (i = 0; i < g->columns; i++) {
		buffer_puts(g->line, i == 0 ? "-" : "-+-");
		for (n = g->widths[i]; n > 0; n--)
			buffer_puts(g->line, "-");
	}
	put_line(g);
}

/* What was held back to measure it. */
static void
flow(struct grid *g)
{
	int row, i;

	if (g->is_flowing)
		return;
	g->is_flowing = true;
	put_head(g);
	for (row = 0; row < g->held_rows; row++) {
		for (i = 0; i < g->columns; i++)
			add_cell(g, i, g->held[row * g->columns + i],
			    g->to_right[i]);
		put_line(g);
	}
	TALLOC_FREE(g->held);
}

static void
take_row(struct grid *g, const PGresult *res, int row)
{
	char *text;
	int i;

	if (g->held_rows < ROWS_MEASURED && !g->is_flowing) {
		for (i = 0; i < g->columns; i++) {
			text = cell(g->held, res, row, i);
			measure(g, i, text);
			g->held[g->held_rows * g->columns + i] = text;
		}
		g->held_rows++;
		return;
	}
	flow(g);
	for (i = 0; i < g->columns; i++) {
		text = cell(NULL, res, row, i);
		add_cell(g, i, text, g->to_right[i]);
		talloc_free(text);
	}
	put_line(g);
}

bool
grid_row(void *arg, const PGresult *res, int row, int64_t number)
{
	struct grid *g = arg;

	(void)number;
	if (row < 0) {
		begin(g, res);
		return true;
	}
	if (g->columns == 0 && PQnfields(res) > 0)
		begin(g, res);
	if (g->rows == 0 && g->columns > 0 && !PQgetisnull(res, row, 0)) {
		int size = PQgetlength(res, row, 0);

		g->value = mem_strndup(g, PQgetvalue(res, row, 0), (size_t)
		    (size > VALUE_MAX_BYTES ? VALUE_MAX_BYTES : size));
	}
	g->rows++;
	if (g->columns > 0)
		take_row(g, res, row);
	return g->rows < GRID_ROWS_MAX && g->error.code == ERR_NONE;
}

int
grid_end(struct grid *g, int64_t total_rows, struct error *err)
{
	if (g->columns > 0) {
		flow(g);
		if (total_rows > g->rows)
			buffer_printf(g->line, "(the first %lld of %lld rows)",
			    (long long)g->rows, (long long)total_rows);
		else
			buffer_printf(g->line, "(%lld row%s)",
			    (long long)g->rows, g->rows == 1 ? "" : "s");
		put_line(g);
	}
	if (g->error.code == ERR_NONE)
		return 0;
	*err = g->error;
	return -1;
}

int
grid_columns(const struct grid *g)
{
	return g->columns;
}

int64_t
grid_rows(const struct grid *g)
{
	return g->rows;
}

const char *
grid_value(const struct grid *g)
{
	return g->value;
}
