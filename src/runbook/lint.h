/*
 * runbook/lint.h - findings about runbook files, with their positions.
 *
 * Ownership: findings, their files' names included, are children of the
 * lint; they outlive the files they speak of.  Order: as found; printing
 * sorts by file, line and column.  The same finding twice is one.  Text is
 * made fit for a terminal.
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
	size_t		 errors;	/* all of them */
	size_t		 raised;	/* calls of lint_error(), repetitions too: did anything go wrong since? */
	size_t		 left_out;	/* findings past the number that is kept */
};

struct lint *lint_new(const void *owner);

/*
 * Returns the finding, so that lint_hint() can follow; valid until the next
 * one.  Null where there are too many: lint_hint() takes that too.
 */
struct lint_finding *lint_error(struct lint *l, struct lint_place at,
    const char *fmt, ...) PRINTF(3, 4);
struct lint_finding *lint_warning(struct lint *l, struct lint_place at,
    const char *fmt, ...) PRINTF(3, 4);
void lint_hint(struct lint *l, struct lint_finding *f, const char *fmt, ...)
    PRINTF(3, 4);
/* did you mean "…"?  No hint where no candidate (null-terminated) is near. */
void lint_nearest(struct lint *l, struct lint_finding *f, const char *word,
    const char *const *candidates);
/* Text of the file as a message quotes it: one line, not too long. */
const char *lint_word(struct lint *l, const char *text);

/* "file:line:column: error: text" and "  hint: …", one block a finding. */
void lint_print(const struct lint *l, FILE *out);
/* An array of {file, line, column, severity, text, hint}; no hint: no key. */
void lint_print_json(const struct lint *l, FILE *out);

#endif
