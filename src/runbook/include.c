/* runbook/include.c - the steps of another runbook, in line. */

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/loader.h"
#include "runbook/values.h"

/* "a.yaml -> b.yaml -> a.yaml" */
static const char *
chain(const void *owner, const struct place_in *in, const char *file)
{
	char *text = mem_strdup(owner, path_name(file));

	for (; in != NULL; in = in->outer)
		text = mem_printf(owner, "%s -> %s", path_name(in->file), text);
	return text;
}

/* False, with a finding, where file may not be included at in. */
static bool
may_include(struct loader *ld, const struct place_in *in, const char *file,
    const char *real, struct lint_place at)
{
	const struct place_in *p;

	for (p = in; p != NULL; p = p->outer)
		if (real != NULL && str_equal(p->real_file, real)) {
			lint_error(ld->lint, at, "include loop: %s",
			    chain(ld->lint, in, file));
			return false;
		}
	if (in->depth == INCLUDE_DEPTH_MAX) {
		lint_error(ld->lint, at, "includes nested deeper than %d: %s",
		    INCLUDE_DEPTH_MAX, chain(ld->lint, in, file));
		return false;
	}
	if (ld->include_count++ == INCLUDE_COUNT_MAX) {
		lint_error(ld->lint, at, "more than %d includes",
		    INCLUDE_COUNT_MAX);
		return false;
	}
	return true;
}

static const char *const *
param_names(struct loader *ld, const struct runbook *r)
{
	const char **names = NEW_ARRAY(ld->lint, const char *,
	    r->param_count + 1);
	size_t i;

	for (i = 0; i < r->param_count; i++)
		names[i] = r->params[i].name;
	return names;
}

static const struct param *
find_param(const struct runbook *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->param_count; i++)
		if (str_equal(r->params[i].name, name))
			return &r->params[i];
	return NULL;
}

/* One value of "with". */
static void
take_value(struct loader *ld, const struct runbook *r,
    const struct names_in *outside, const struct node *name,
    const struct node *value, json_t *values)
{
	static const struct key key = { "with", KEY_TEXT, KEY_EXPANDS };
	const struct param *p = find_param(r, name->text);
	struct lint_finding *f;
	char why[256];

	if (p == NULL) {
		f = lint_error(ld->lint, name->place,
		    "\"%s\" is no param of %s", lint_word(ld->lint, name->text),
		    path_name(r->file));
		lint_nearest(ld->lint, f, name->text, param_names(ld, r));
		return;
	}
	if (value->type != NODE_SCALAR) {
		lint_error(ld->lint, value->place, "\"%s\" must be text",
		    p->name);
		json_object_set_new(values, p->name, json_string(""));
		return;
	}
	names_check_text(outside, &key, value->place, value->text);
	/* What is replaced first is looked at when it is known. */
	if (strstr(value->text, "{{") == NULL &&
	    !param_accepts(p, value->text, why, sizeof(why)))
		lint_error(ld->lint, value->place, "\"%s\" is not accepted: %s",
		    p->name, why);
	json_object_set_new(values, p->name, json_string(value->text));
}

static void
load_with(struct loader *ld, const struct runbook *r,
    const struct names_in *outside, const struct node *with,
    struct lint_place at, json_t *values)
{
	struct lint_finding *f;
	size_t i;

	for (i = 0; with != NULL && with->type == NODE_MAP && i < with->count; i++)
		take_value(ld, r, outside, with->keys[i], with->items[i], values);
	for (i = 0; i < r->param_count; i++) {
		const struct param *p = &r->params[i];

		if (node_get(with, p->name) != NULL)
			continue;
		if (p->default_text != NULL) {
			json_object_set_new(values, p->name,
			    json_string(p->default_text));
		} else if (!names_defined(outside, p->name)) {
			f = lint_error(ld->lint, at, "%s needs a value for \"%s\"",
			    path_name(r->file), p->name);
			lint_hint(ld->lint, f, "give it under \"with\"");
			json_object_set_new(values, p->name, json_string(""));
		}
	}
}

void
load_include(struct loader *ld, const struct place_in *in,
    const struct step *s, const struct node *path, const struct node *with)
{
	struct names_in outside = { .ld = ld, .include = in->include };
	struct raw_runbook raw = { 0 };
	struct raw_setting setting = { 0 };
	struct include *include = NEW(ld->window, struct include);
	struct place_in inside = { .runbook = in->runbook, .outer = in,
	    .depth = in->depth + 1, .include = include, .when = s->when };
	const struct node *root;

	inside.file = load_path(ld->window, in->file, path->text);
	inside.real_file = path_real(ld->window, inside.file);
	if (!may_include(ld, in, inside.file, inside.real_file, path->place))
		return;
	root = load_root(ld, inside.file, path->place, NULL);
	if (root == NULL)
		return;
	load_runbook_head(ld, root, inside.file, &raw, &setting);
	load_setting(ld, root, &setting, inside.file, true);
	include->outer = in->include;
	include->id = s->id;
	include->file = inside.file;
	include->values = json_owned(include, json_object());
	load_with(ld, &raw.runbook, &outside, with, path->place,
	    include->values);

	inside.target = raw.runbook.target != NULL ? raw.runbook.target :
	    in->target;
	if (s->target != NULL) {
		inside.target = s->target;
		load_target_name(ld, s->target, load_place(s->node, "target"));
	} else if (raw.runbook.target != NULL) {
		load_target_name(ld, raw.runbook.target,
		    load_place(root, "target"));
	}
	if (raw.steps != NULL)
		load_steps(ld, &inside, raw.steps);
}
