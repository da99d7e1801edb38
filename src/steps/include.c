/*
 * steps/include.c - kind "include": another runbook, inline.
 *
 * The loader puts the other runbook's steps in its place, so none is ever
 * planned or run; the row is here for the loader, the schema and the manual
 * to know its keys.
 */

#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

struct include_spec {
	const char	*file;
	json_t		*with;
};

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "its steps have classes of their own");
	return CLASS_R;
}

static int
plan(struct attempt *a, struct error *err)
{
	const struct include_spec *spec = a->step->spec;

	(void)err;
	plan_text(a, CLASS_R, "its steps have classes of their own",
	    spec->file);
	return 0;
}

static int
run(struct attempt *a, struct error *err)
{
	return error_set(err, ERR_INTERNAL,
	    "step \"%s\" was not replaced by what it includes", a->id);
}

static const struct key keys[] = {
	{ "include", KEY_TEXT, KEY_REQUIRED,
	  offsetof(struct include_spec, file), "the runbook file", NULL, 0, 0 },
	{ "with", KEY_MAP, KEY_EXPANDS, offsetof(struct include_spec, with),
	  "values for its params", NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_include = {
	{ "include", "puts another runbook's steps here", "include", keys,
	  sizeof(struct include_spec), NULL, NULL, deserves },
	plan, run, NULL
};
