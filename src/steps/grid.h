/*
 * steps/grid.h - a query's rows as an aligned table in the step's output.
 *
 * Memory is bounded: column widths come from the first rows, later rows are
 * written as they come, and past GRID_ROWS_MAX they are only counted.
 */
#ifndef PGRUNBOOK_STEPS_GRID_H
#define PGRUNBOOK_STEPS_GRID_H

#include <libpq-fe.h>

#include "steps/attempt.h"

#define GRID_ROWS_MAX	10000

struct grid;

struct grid *grid_new(const void *owner, struct attempt *a);
/* For pg_query_stream(); arg is the grid. */
bool grid_row(void *arg, const PGresult *res, int row, int64_t number);
/* The rest of the table.  total_rows as the server counted them. */
int grid_end(struct grid *g, int64_t total_rows, struct error *err) WARN_UNUSED;

int grid_columns(const struct grid *g);		/* 0: there was no result */
int64_t grid_rows(const struct grid *g);	/* that were seen */
/* The first column of the first row; null: SQL NULL, or no row. */
const char *grid_value(const struct grid *g);

#endif
