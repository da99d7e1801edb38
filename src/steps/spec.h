/*
 * steps/spec.h - small things that kinds share: their keys' places, files
 * that a step names, and rows of their key tables.
 */
#ifndef PGRUNBOOK_STEPS_SPEC_H
#define PGRUNBOOK_STEPS_SPEC_H

#include "runbook/bind.h"
#include "runbook/lint.h"
#include "runbook/model.h"

/* Where a key of the step stands: in its kind's map or beside it. */
struct lint_place spec_place(const struct step *s, const char *key);

/*
 * A file that the step names, read before anything runs.  Null: not to be
 * read now ({{…}} in its name, not there); *path gets its name either way.
 */
char *spec_file(const void *owner, const struct step *s, const char *name,
    char **path);

/* The key that takes a step to another database of its target's server. */
#define KEY_DATABASE(type) \
	{ "database", KEY_TEXT, KEY_EXPANDS, offsetof(struct type, database), \
	  "another database of the target's server", NULL, 0, 0 }
#define KEY_END { NULL, KEY_TEXT, 0, 0, NULL, NULL, 0, 0 }

#endif
