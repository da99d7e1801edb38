/*
 * runbook/lint.h - findings about runbook files, with their positions.
 *
 * Ownership: findings are children of the lint.  Order: as found; printing
 * sorts by file, line and column.
 */
#ifndef PGRUNBOOK_RUNBOOK_LINT_H
#define PGRUNBOOK_RUNBOOK_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/macros.h"

enum lint_severity { LINT_ERROR, LINT_WARNING };

struct lint_place {
	const char	*file;
	int		 line;		/* 1-based */
	int		 column;	/* 1-based, in characters */
};

struct lint_finding {
	enum lint_severity severity;
	struct lint_place place;
	char		*text;
	char		*hint;		/* may be null */
};

struct lint {
	struct lint_finding *findings;
	size_t		 count;
	size_t		 errors;
};

struct lint *lint_new(const void *owner);

/* Returns the finding, so that lint_hint() can follow. */
struct lint_finding *lint_error(struct lint *l, struct lint_place at,
    const char *fmt, ...) PRINTF(3, 4);
struct lint_finding *lint_warning(struct lint *l, struct lint_place at,
    const char *fmt, ...) PRINTF(3, 4);
void lint_hint(struct lint *l, struct lint_finding *f, const char *fmt, ...)
    PRINTF(3, 4);

/* "file:line:column: error: text" and "  hint: …", one block a finding. */
void lint_print(const struct lint *l, FILE *out);
void lint_print_json(const struct lint *l, FILE *out);

#endif
