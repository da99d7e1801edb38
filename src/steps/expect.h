/*
 * steps/expect.h - "expect:" of a step: what must have come back.
 *
 *   rows: 0                 so many rows (or rows changed)
 *   value: 5                the first column of the first row
 *   min: 1, max: 10         that value, or the number of rows, as a number
 *   equals_step: name       that value equals what the step registered
 *   within: 1%              how far value or equals_step may be off
 */
#ifndef PGRUNBOOK_STEPS_EXPECT_H
#define PGRUNBOOK_STEPS_EXPECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "runbook/lint.h"
#include "steps/attempt.h"

/* What came back. */
struct answer {
	bool		 has_rows;	/* a result with columns */
	int64_t		 rows;		/* returned, or changed */
	const char	*value;		/* null: SQL NULL, or no row */
};

/* Unknown keys and impossible values are findings. */
void expect_lint(const struct step *s, const json_t *expect, struct lint *l);

/* ERR_EXPECT says what was expected and what came.  expect may be null. */
int expect_holds(struct attempt *a, const json_t *expect,
    const struct answer *answer, struct error *err) WARN_UNUSED;

/* "rows 0", "between 1 and 10": for plans. */
char *expect_words(const void *owner, const json_t *expect);

#endif
