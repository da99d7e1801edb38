/* runbook/setting.c - roles, targets, policy: what a window sets for all. */

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/target.h"
#include "runbook/loader.h"

/* Names of roles and targets: a-z, 0-9, - and _. */
static bool
is_label(const char *name)
{
	size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");

	return size > 0 && name[size] == '\0' && islower((unsigned char)name[0]);
}

static void
check_label(struct loader *ld, const struct node *key, const char *what)
{
	struct lint_finding *f;

	if (is_label(key->text))
		return;
	f = lint_error(ld->lint, key->place, "\"%s\" is not a name for %s",
	    lint_word(ld->lint, key->text), what);
	lint_hint(ld->lint, f, "use a-z, 0-9, \"-\" and \"_\", and begin with "
	    "a letter");
}

static bool
want_map(struct loader *ld, const struct node *n, const char *name)
{
	if (n == NULL || n->type == NODE_MAP)
		return n != NULL;
	lint_error(ld->lint, n->place, "\"%s\" must be a map, not %s", name,
	    n->type == NODE_LIST ? "a list" : node_is_null(n) ? "nothing" :
	    "text");
	return false;
}

static void
load_role(struct loader *ld, struct window *w, const struct node *key,
    const struct node *value)
{
	const struct key *tables[] = { role_keys, NULL };
	struct role r = { .name = key->text, .place = key->place };
	void *outs[] = { &r };

	check_label(ld, key, "a role");
	if (!node_is_null(value))
		bind_map(w, value, "a role", tables, outs, ld->lint);
	GROW(w, w->roles, struct role, w->role_count + 1);
	w->roles[w->role_count++] = r;
}

/* What a URL that is written out asks for and does not get. */
static void
check_note(struct lint *l, struct lint_place at, const char *url)
{
	struct error ignored;
	struct pg_target *t = strstr(url, "://") == NULL ? NULL :
	    pg_target_parse(NULL, url, &ignored);

	if (t != NULL && t->note != NULL)
		lint_warning(l, at, "%s", t->note);
	talloc_free(t);
}

static void
load_target(struct loader *ld, struct window *w, const struct node *key,
    const struct node *value)
{
	const struct key *tables[] = { target_keys, NULL };
	struct raw_target raw = { NULL, -1 };
	void *outs[] = { &raw };
	struct target t = { .name = key->text, .place = key->place };

	check_label(ld, key, "a target");
	if (!bind_map(w, value, "a target", tables, outs, ld->lint))
		raw.environment = raw.environment < 0 ? ENV_SHARED :
		    raw.environment;
	if (raw.environment < 0)
		raw.environment = environment_parse(key->text);
	if (raw.environment < 0) {
		lint_error(ld->lint, key->place,
		    "target \"%s\" needs \"environment\"", key->text);
		raw.environment = ENV_SHARED;
	}
	if (raw.url != NULL) {
		check_url(ld->lint, load_place(value, "url"), raw.url);
		check_note(ld->lint, load_place(value, "url"), raw.url);
	}
	t.url = raw.url;
	t.environment = (enum environment)raw.environment;
	GROW(w, w->targets, struct target, w->target_count + 1);
	w->targets[w->target_count++] = t;
}

static const char *const *
role_names(const struct loader *ld)
{
	const struct window *w = ld->window;
	const char **names = NEW_ARRAY(ld->lint, const char *,
	    w->role_count + 1);
	size_t i;

	for (i = 0; i < w->role_count; i++)
		names[i] = w->roles[i].name;
	return names;
}

/* A role's name, or a principal: that has an "@". */
static void
check_role_name(struct loader *ld, const struct node *name)
{
	struct lint_finding *f;

	if (strchr(name->text, '@') != NULL ||
	    window_role(ld->window, name->text) != NULL)
		return;
	if (!ld->has_roles && ld->window->is_single) {
		f = lint_warning(ld->lint, name->place,
		    "role \"%s\" is not defined here",
		    lint_word(ld->lint, name->text));
		lint_hint(ld->lint, f, "the window says who has it; alone, the "
		    "runbook needs \"roles\"");
		return;
	}
	f = lint_error(ld->lint, name->place, "unknown role \"%s\"",
	    lint_word(ld->lint, name->text));
	lint_nearest(ld->lint, f, name->text, role_names(ld));
}

void
load_role_names(struct loader *ld, const struct node *names)
{
	size_t i;

	if (names == NULL)
		return;
	if (names->type == NODE_SCALAR)
		check_role_name(ld, names);
	for (i = 0; names->type == NODE_LIST && i < names->count; i++)
		if (names->items[i]->type == NODE_SCALAR)
			check_role_name(ld, names->items[i]);
}

void
load_target_name(struct loader *ld, const char *name, struct lint_place at)
{
	struct window *w = ld->window;
	struct lint_finding *f;
	const char **names;
	int environment;
	size_t i;

	if (window_target(w, name) != NULL)
		return;
	if (!ld->has_targets) {
		environment = environment_parse(name);
		GROW(w, w->targets, struct target, w->target_count + 1);
		w->targets[w->target_count++] = (struct target){ .name = name,
		    /* Until it is known, as careful as with the real one. */
		    .environment = environment >= 0 ?
		    (enum environment)environment : ENV_SHARED, .place = at };
		return;
	}
	f = lint_error(ld->lint, at, "unknown target \"%s\"",
	    lint_word(ld->lint, name));
	names = NEW_ARRAY(ld->lint, const char *, w->target_count + 1);
	for (i = 0; i < w->target_count; i++)
		names[i] = w->targets[i].name;
	lint_nearest(ld->lint, f, name, names);
}

static int64_t
load_time(struct loader *ld, const struct node *root, const char *name,
    const char *text)
{
	struct error err = { 0 };
	struct lint_finding *f;
	int64_t us = 0;

	if (text != NULL && clock_parse_rfc3339(text, &us, &err) != 0) {
		f = lint_error(ld->lint, load_place(root, name),
		    "\"%s\" must be a time, not \"%s\"", name,
		    lint_word(ld->lint, text));
		lint_hint(ld->lint, f, "as in \"2026-11-27T01:00Z\"");
	}
	return us;
}

/* list (may be null) with the texts of more behind. */
static const char **
texts_add(const void *owner, const char **list, const char *const *more)
{
	size_t count = 0;

	if (more == NULL)
		return list;
	while (list != NULL && list[count] != NULL)
		count++;
	for (; *more != NULL; more++) {
		GROW(owner, list, const char *, count + 2);
		list[count++] = *more;
		list[count] = NULL;
	}
	return list;
}

static void
load_secrets(struct loader *ld, const struct node *root,
    const struct raw_setting *raw)
{
	size_t i, size;

	for (i = 0; raw->secrets != NULL && raw->secrets[i] != NULL; i++) {
		const char *name = raw->secrets[i];

		size = strspn(name, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		if (size == 0 || name[size] != '\0')
			lint_error(ld->lint, load_item_place(root, "secrets", i),
			    "a secret is named by its variable, with A-Z, a-z, "
			    "0-9 and \"_\"");
		names_define(ld, name);
	}
	ld->window->secrets = texts_add(ld->window, ld->window->secrets,
	    raw->secrets);
}

static void
load_policy(struct loader *ld, const struct raw_setting *raw)
{
	const struct key *tables[] = { policy_keys, NULL };
	struct raw_policy policy = { NULL };
	void *outs[] = { &policy };

	if (raw->policy == NULL)
		return;
	bind_map(ld->window, raw->policy, "a policy", tables, outs, ld->lint);
	ld->window->refuse = texts_add(ld->window, ld->window->refuse,
	    policy.refuse);
}

static void
load_named(struct loader *ld, struct window *w, const struct node *map,
    const char *name, void (*load)(struct loader *, struct window *,
    const struct node *, const struct node *))
{
	size_t i;

	if (!want_map(ld, map, name))
		return;
	for (i = 0; i < map->count; i++)
		load(ld, w, map->keys[i], map->items[i]);
}

static void
load_times(struct loader *ld, const struct node *root,
    const struct raw_setting *raw, struct window *w)
{
	w->start_us = load_time(ld, root, "start", raw->start);
	w->end_us = load_time(ld, root, "end", raw->end);
	if (w->start_us != 0 && w->end_us != 0 && w->end_us <= w->start_us)
		lint_error(ld->lint, load_place(root, "end"),
		    "the window ends before it begins");
}

/* A file of ssh keys must be there: nobody could sign without it. */
static const char *
load_keys(struct loader *ld, const struct node *root, const char *file,
    const char *key, const char *path)
{
	char *found = path != NULL ? load_path(ld->window, file, path) : NULL;

	if (found != NULL && (!file_exists(found) || file_is_folder(found)))
		lint_error(ld->lint, load_place(root, key),
		    "there is no file \"%s\"", lint_word(ld->lint, path));
	return found;
}

void
load_setting(struct loader *ld, const struct node *root,
    const struct raw_setting *raw, const char *file, bool is_phase)
{
	struct window *w = ld->window;
	size_t i;

	/*
	 * In a window, the window says who and where; what a phase says of it
	 * is for running it alone.  What it keeps secret or refuses stays so.
	 */
	if (is_phase)
		w = NEW(ld->window, struct window);
	load_named(ld, w, raw->roles, "roles", load_role);
	load_named(ld, w, raw->targets, "targets", load_target);
	load_times(ld, root, raw, w);
	load_policy(ld, raw);
	load_secrets(ld, root, raw);
	if (is_phase)
		return;
	ld->has_roles = raw->roles != NULL;
	ld->has_targets = raw->targets != NULL;
	for (i = 0; i < w->role_count; i++) {
		const struct node *role = node_get(raw->roles, w->roles[i].name);

		load_role_names(ld, node_get(role, "not"));
	}
	w->signers = load_keys(ld, root, file, "signers", raw->signers);
	w->revoked = load_keys(ld, root, file, "revoked", raw->revoked);
	w->unmanaged = raw->unmanaged;
	w->env_files = raw->env_files;
	for (i = 0; w->env_files != NULL && w->env_files[i] != NULL; i++)
		w->env_files[i] = load_path(w, file, w->env_files[i]);
}
