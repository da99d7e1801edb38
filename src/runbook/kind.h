/*
 * runbook/kind.h - what the loader needs to know of a step kind.
 *
 * The kinds themselves live above (steps/); they are handed to the loader as
 * a table.  A kind is named in a step by a key of its own: "sql: …".
 */
#ifndef PGRUNBOOK_RUNBOOK_KIND_H
#define PGRUNBOOK_RUNBOOK_KIND_H

#include <stddef.h>

#include "runbook/bind.h"
#include "runbook/lint.h"

struct step;

enum step_class { CLASS_R, CLASS_A, CLASS_B, CLASS_C };

struct runbook_kind {
	const char	*name;		/* "sql" */
	const char	*doc;		/* one line */
	/*
	 * The key's own value: "sql: TEXT" binds a scalar to the key of this
	 * name in keys; "backup: {jobs: 4}" binds a map.  A kind that accepts
	 * keys beside its own in the step itself ("expect:") lists them in
	 * keys too: all of a kind's keys may stand either inside the kind's map
	 * or in the step beside it.
	 */
	const char	*scalar_key;	/* key that a plain scalar (or list) value binds to; null: a map or nothing */
	const struct key *keys;		/* ends with a null name */
	size_t		 spec_size;	/* of the struct that keys fill */
	void		(*preset)(void *spec);			/* may be null */
	/* Checks what the table cannot say (SQL, expectations).  May be null. */
	void		(*check)(const struct step *, struct lint *);
	/* The class that the content deserves; why gets one clause. */
	enum step_class	(*deserves)(const struct step *, char *why, size_t why_size);
};

const char *class_name(enum step_class c);	/* "R", "A", "B", "C" */

/* The table of kinds, null-terminated. */
typedef const struct runbook_kind *const *runbook_kinds;

#endif
