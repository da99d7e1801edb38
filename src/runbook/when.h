/*
 * runbook/when.h - the expressions of "when:", taken apart.
 *
 *     expression = term {"and" term}
 *     term       = ["not"] path [("==" | "!=") text | "in" text {"," text}]
 *
 * Text with "and" or a comma in it is quoted, '…' or "…".
 */
#ifndef PGRUNBOOK_RUNBOOK_WHEN_H
#define PGRUNBOOK_RUNBOOK_WHEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct when_term {
	bool		 is_negated;	/* "not", "!=" */
	const char	*path;		/* "name" or "name.field" */
	const char	**texts;	/* null: is it true?  Else: is it one of these? */
};

struct when {
	struct when_term *terms;
	size_t		 count;
};

/* Null with ERR_RUNBOOK where text is no expression. */
struct when *when_parse(const void *owner, const char *text, struct error *err);

#endif
