/* runbook/load.c - windows, and runbooks that are run alone. */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/load.h"
#include "runbook/loader.h"

struct lint_place
load_place(const struct node *map, const char *key)
{
	const struct node *value = node_get(map, key);

	return value != NULL ? value->place : map->place;
}

struct lint_place
load_item_place(const struct node *map, const char *key, size_t index)
{
	const struct node *value = node_get(map, key);

	if (value != NULL && value->type == NODE_LIST && index < value->count)
		return value->items[index]->place;
	return load_place(map, key);
}

char *
load_path(const void *owner, const char *file, const char *path)
{
	char *folder = path_folder(NULL, file), *joined;

	/* "./x" says no more than "x". */
	joined = str_equal(folder, ".") && !str_starts(file, "./") ?
	    mem_strdup(owner, path) : path_join(owner, folder, path);
	talloc_free(folder);
	return joined;
}

bool
load_name_valid(const char *name)
{
	size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return size > 0 && name[size] == '\0';
}

static void
check_name(struct loader *ld, const struct node *root, const char *key,
    const char *name)
{
	struct lint_finding *f;

	if (name == NULL || load_name_valid(name))
		return;
	f = lint_error(ld->lint, load_place(root, key),
	    "\"%s\" is not a name for a %s", lint_word(ld->lint, name),
	    str_equal(key, "window") ? "window" : "runbook");
	lint_hint(ld->lint, f, "use a-z, 0-9 and \"-\"");
}

const struct node *
load_root(struct loader *ld, const char *path, struct lint_place at,
    char sha256[65])
{
	const struct node *root = node_load_at(ld->window, path, at, sha256,
	    ld->lint);

	if (root == NULL)
		return NULL;
	if (root->type != NODE_MAP) {
		lint_error(ld->lint, root->place,
		    "a runbook must be a map of keys");
		return NULL;
	}
	check_passwords(ld->lint, root);
	return root;
}

/* "pgrunbook" is the first key, and says a version that we read. */
static void
check_version(struct loader *ld, const struct node *root, int64_t version)
{
	struct lint_finding *f;
	int64_t number;
	size_t i;

	for (i = 1; i < root->count; i++)
		if (str_equal(root->keys[i]->text, "pgrunbook"))
			lint_error(ld->lint, root->keys[i]->place,
			    "\"pgrunbook\" must be the first key");
	if (version == FORMAT_VERSION || node_get(root, "pgrunbook") == NULL ||
	    !node_int(node_get(root, "pgrunbook"), &number))
		return;
	f = lint_error(ld->lint, load_place(root, "pgrunbook"),
	    "format version %" PRId64 " is not known", number);
	lint_hint(ld->lint, f, "this pgrunbook reads version %d",
	    FORMAT_VERSION);
}

/* The two days that the picker shows. */
static void
check_days(struct loader *ld, const struct node *root, const char *exercised,
    const char *next)
{
	struct error err = { 0 };
	struct lint_finding *f;
	int64_t us;
	char *noon;

	if (next != NULL && clock_parse_rfc3339(next, &us, &err) != 0) {
		f = lint_error(ld->lint, load_place(root, "next_window"),
		    "\"next_window\" must be a time, not \"%s\"",
		    lint_word(ld->lint, next));
		lint_hint(ld->lint, f, "as in \"2026-11-27T01:00Z\"");
	}
	if (exercised == NULL)
		return;
	noon = mem_printf(NULL, "%sT12:00Z", exercised);
	if (clock_parse_rfc3339(noon, &us, &err) != 0) {
		f = lint_error(ld->lint, load_place(root, "last_exercised"),
		    "\"last_exercised\" must be a day, not \"%s\"",
		    lint_word(ld->lint, exercised));
		lint_hint(ld->lint, f, "as in 2026-10-02");
	}
	talloc_free(noon);
}

void
load_runbook_head(struct loader *ld, const struct node *root, const char *path,
    struct raw_runbook *raw, struct raw_setting *setting)
{
	const struct key *tables[] = { runbook_keys, setting_keys, NULL };
	void *outs[] = { raw, setting };
	struct runbook *r = &raw->runbook;

	r->file = mem_strdup(ld->window, path);
	r->window = ld->window;
	bind_map(ld->window, root, "a runbook", tables, outs, ld->lint);
	check_version(ld, root, raw->version);
	check_name(ld, root, "name", r->name);
	check_days(ld, root, r->last_exercised, r->next_window);
	r->params = load_params(ld, raw->params, &r->param_count);
}

/*
 * A runbook says in "params" what it takes from the phases before it, to be
 * run alone.  In a window that has these, nobody is to be asked.
 */
static void
drop_registered_params(const struct loader *ld, struct runbook *r)
{
	size_t i, kept = 0;

	for (i = 0; i < r->param_count; i++)
		if (json_object_get(ld->registered, r->params[i].name) == NULL)
			r->params[kept++] = r->params[i];
	r->param_count = kept;
}

static void
load_body(struct loader *ld, const struct node *root, struct runbook *r,
    const struct node *steps)
{
	struct names_in in = { .ld = ld };
	struct place_in here = { .runbook = r, .file = r->file,
	    .target = r->target };
	size_t i;

	if (r->target != NULL)
		load_target_name(ld, r->target, load_place(root, "target"));
	drop_registered_params(ld, r);
	for (i = 0; i < r->param_count; i++)
		names_define(ld, r->params[i].name);
	names_check_map(&in, runbook_keys, root);
	here.real_file = path_real(ld->window, r->file);
	if (steps != NULL)
		load_steps(ld, &here, steps);
	load_finish_steps(ld, r);
}

/* A phase, or the runbook to roll back with. */
static struct runbook *
load_phase(struct loader *ld, const char *path, struct lint_place at)
{
	struct raw_runbook raw = { 0 };
	struct raw_setting setting = { 0 };
	struct runbook *r = NEW(ld->window, struct runbook);
	const struct node *root = load_root(ld, path, at, raw.runbook.sha256);

	if (root == NULL)
		return NULL;
	load_runbook_head(ld, root, path, &raw, &setting);
	*r = raw.runbook;
	load_setting(ld, root, &setting, path, true);
	load_body(ld, root, r, raw.steps);
	return r;
}

/* Steps are named "<phase>/<step>": each phase needs a name of its own. */
static bool
is_new_phase(struct loader *ld, const struct runbook *r, struct lint_place at)
{
	size_t i;

	for (i = 0; i < ld->window->phase_count; i++)
		if (str_equal(ld->window->phases[i]->name, r->name)) {
			lint_error(ld->lint, at,
			    "a phase named \"%s\" is already there", r->name);
			return false;
		}
	return true;
}

static void
load_rollback(struct loader *ld, const struct node *root, const char *file,
    const char *path)
{
	struct lint_place at;
	struct runbook *r;

	if (path == NULL)
		return;
	at = load_place(root, "rollback");
	r = load_phase(ld, load_path(ld->window, file, path), at);
	if (r != NULL && r->name != NULL && is_new_phase(ld, r, at))
		ld->window->rollback = r;
}

static void
load_window(struct loader *ld, const struct node *root)
{
	const struct key *tables[] = { window_keys, setting_keys, NULL };
	struct raw_window raw = { .window = *ld->window };
	struct raw_setting setting = { 0 };
	void *outs[] = { &raw, &setting };
	struct window *w = ld->window;
	size_t i;

	bind_map(w, root, "a window", tables, outs, ld->lint);
	*w = raw.window;
	check_version(ld, root, raw.version);
	check_name(ld, root, "window", w->name);
	check_days(ld, root, raw.last_exercised, raw.next_window);
	load_setting(ld, root, &setting, w->file, false);
	ld->has_rollback = setting.rollback != NULL;
	for (i = 0; raw.phases != NULL && raw.phases[i] != NULL; i++) {
		struct lint_place at = load_item_place(root, "phases", i);
		struct runbook *r = load_phase(ld, load_path(w, w->file,
		    raw.phases[i]), at);

		if (r == NULL || r->name == NULL || !is_new_phase(ld, r, at))
			continue;
		GROW(w, w->phases, struct runbook *, w->phase_count + 1);
		w->phases[w->phase_count++] = r;
	}
	if (raw.phases != NULL && i == 0)
		lint_error(ld->lint, load_place(root, "phases"),
		    "\"phases\" is empty");
	load_rollback(ld, root, w->file, setting.rollback);
}

static void
load_single(struct loader *ld, const struct node *root)
{
	struct raw_runbook raw = { 0 };
	struct raw_setting setting = { 0 };
	struct window *w = ld->window;
	struct runbook *r = NEW(w, struct runbook);

	w->is_single = true;
	load_runbook_head(ld, root, w->file, &raw, &setting);
	*r = raw.runbook;
	memcpy(r->sha256, w->sha256, sizeof(r->sha256));
	w->name = r->name;
	w->title = r->title;
	w->owner = r->owner;
	w->description = r->description;
	ld->has_rollback = setting.rollback != NULL;
	load_setting(ld, root, &setting, w->file, false);
	load_body(ld, root, r, raw.steps);
	w->phases = NEW_ARRAY(w, struct runbook *, 2);
	w->phases[w->phase_count++] = r;
	load_rollback(ld, root, w->file, setting.rollback);
}

struct window *
window_load(const void *owner, const char *path, runbook_kinds kinds,
    struct lint *l)
{
	struct loader ld = { .kinds = kinds, .lint = l };
	struct window *w = NEW(owner, struct window);
	struct lint_place top = { path, 1, 1 };
	const struct node *root;
	size_t raised = l->raised;

	ld.window = w;
	w->file = mem_strdup(w, path);
	ld.names = json_owned(w, json_object());
	ld.registered = json_owned(w, json_object());
	root = load_root(&ld, path, top, w->sha256);
	if (root != NULL) {
		if (node_get(root, "window") != NULL)
			load_window(&ld, root);
		else
			load_single(&ld, root);
	}
	if (l->raised > raised) {
		talloc_free(w);
		return NULL;
	}
	return w;
}

static char *
card_text(struct runbook_card *c, const struct node *root, const char *key)
{
	const struct node *n = node_get(root, key);

	if (n == NULL || n->type != NODE_SCALAR || node_is_null(n))
		return NULL;
	return str_printable(c, n->text, strlen(n->text), false);
}

struct runbook_card *
runbook_card_load(const void *owner, const char *path)
{
	struct runbook_card *c = NEW(owner, struct runbook_card);
	struct lint *l = lint_new(c);
	const struct node *root = node_load(l, path, l);

	if (node_get(root, "pgrunbook") == NULL) {
		talloc_free(c);
		return NULL;
	}
	c->is_window = node_get(root, "window") != NULL;
	c->file = mem_strdup(c, path);
	c->name = card_text(c, root, c->is_window ? "window" : "name");
	c->title = card_text(c, root, "title");
	c->owner = card_text(c, root, "owner");
	c->last_exercised = card_text(c, root, "last_exercised");
	c->next_window = card_text(c, root, c->is_window &&
	    node_get(root, "next_window") == NULL ? "start" : "next_window");
	talloc_free(l);
	if (c->name == NULL) {
		talloc_free(c);
		return NULL;
	}
	return c;
}
