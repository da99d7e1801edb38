/* runbook/model.c - names and lookups of what was loaded. */

#include <inttypes.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/keys.h"
#include "runbook/model.h"
#include "runbook/values.h"

const char *
environment_name(enum environment e)
{
	return environment_names[e];
}

int
environment_parse(const char *name)
{
	size_t i;

	for (i = 0; environment_names[i] != NULL; i++)
		if (str_equal(environment_names[i], name))
			return (int)i;
	return -1;
}

bool
environment_is_guarded(enum environment e)
{
	return e == ENV_SHARED || e == ENV_PRODUCTION;
}

const char *
class_name(enum step_class c)
{
	static const char *const names[] = { "R", "A", "B", "C" };

	return names[c];
}

const struct target *
window_target(const struct window *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->target_count; i++)
		if (str_equal(w->targets[i].name, name))
			return &w->targets[i];
	return NULL;
}

const struct role *
window_role(const struct window *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->role_count; i++)
		if (str_equal(w->roles[i].name, name))
			return &w->roles[i];
	return NULL;
}

const struct step *
runbook_step(const struct runbook *r, const char *id)
{
	size_t i;

	for (i = 0; i < r->step_count; i++)
		if (str_equal(r->steps[i]->id, id))
			return r->steps[i];
	return NULL;
}

const struct step *
step_meant(const struct step *from, const char *id)
{
	const struct include *in;
	const struct step *found = NULL;

	for (in = from->include; in != NULL && found == NULL; in = in->outer) {
		char *full = mem_printf(NULL, "%s.%s", in->id, id);

		found = runbook_step(from->runbook, full);
		talloc_free(full);
	}
	return found != NULL ? found : runbook_step(from->runbook, id);
}

static const struct scope *
include_scope(const void *owner, const struct scope *run,
    const struct include *in)
{
	const struct scope *outer;
	struct error unknown = { 0 };
	struct scope *s;
	const char *name;
	json_t *text;

	if (in == NULL)
		return run;
	outer = include_scope(owner, run, in->outer);
	s = scope_nested(owner, outer);
	json_object_foreach(in->values, name, text) {
		char *value = scope_expand(s, outer, json_string_value(text),
		    &unknown);

		/* An outer one of this name must not stand in for it. */
		if (value == NULL)
			scope_hide(s, name);
		else
			scope_set(s, name, json_text(value, strlen(value)));
	}
	return s;
}

const struct scope *
step_scope(const void *owner, const struct scope *run, const struct step *s)
{
	return include_scope(owner, run, s->include);
}

static bool
whole_number(const char *text, int64_t *value)
{
	struct node n = { .type = NODE_SCALAR, .text = text };

	return node_int(&n, value);
}

bool
param_accepts(const struct param *p, const char *text, char *why,
    size_t why_size)
{
	int64_t number;

	if (p->type == 1) {
		if (!whole_number(text, &number)) {
			snprintf(why, why_size, "it must be a whole number");
			return false;
		}
		if (number < p->min) {
			snprintf(why, why_size, "it must be at least %" PRId64,
			    p->min);
			return false;
		}
		if (number > p->max) {
			snprintf(why, why_size, "it must be at most %" PRId64,
			    p->max);
			return false;
		}
	}
	if (p->type == 2 && !str_equal(text, "true") &&
	    !str_equal(text, "false")) {
		snprintf(why, why_size, "it must be true or false");
		return false;
	}
	if (p->pattern != NULL && !str_matches(text, p->pattern)) {
		snprintf(why, why_size, "it must match %s", p->pattern);
		return false;
	}
	return true;
}
