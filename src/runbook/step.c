/* runbook/step.c - one step: its kind, its keys, its names. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/loader.h"
#include "runbook/values.h"

/* A step while it is read. */
struct reading {
	struct loader	*ld;
	const struct place_in *in;
	const struct node *map;
	struct raw_step	 raw;
	const struct runbook_kind *kind;	/* null: not known */
	const struct node *kind_key, *kind_value;
	void		*spec;
	json_t		*given;		/* the kind's keys: {name: true} */
};

static const struct runbook_kind *
kind_find(runbook_kinds kinds, const char *name)
{
	for (; *kinds != NULL; kinds++)
		if (str_equal((*kinds)->name, name))
			return *kinds;
	return NULL;
}

/* The names of kinds, and of the keys of a table (may be null). */
static const char *const *
kind_names(const struct loader *ld, const struct key *table)
{
	const char **names = NEW_ARRAY(ld->lint, const char *, 1);
	size_t count = 0, i;

	for (i = 0; ld->kinds[i] != NULL; i++) {
		GROW(ld->lint, names, const char *, count + 2);
		names[count++] = ld->kinds[i]->name;
	}
	for (; table != NULL && table->name != NULL; table++) {
		GROW(ld->lint, names, const char *, count + 2);
		names[count++] = table->name;
	}
	names[count] = NULL;
	return names;
}

/*
 * Is the key at index the step's kind?  It is where each other key that
 * names a kind is a key of this one: "restore" has a "backup".
 */
static bool
is_the_kind(const struct reading *rd, size_t index)
{
	const struct node *map = rd->map;
	const struct runbook_kind *kind = kind_find(rd->ld->kinds,
	    map->keys[index]->text);
	size_t i;

	if (kind == NULL)
		return false;
	for (i = 0; i < map->count; i++)
		if (i != index &&
		    kind_find(rd->ld->kinds, map->keys[i]->text) != NULL &&
		    bind_find(kind->keys, map->keys[i]->text) == NULL)
			return false;
	return true;
}

/* The step names no kind: what may have been meant? */
static void
tell_no_kind(struct reading *rd)
{
	struct lint *l = rd->ld->lint;
	const char *const *both = kind_names(rd->ld, step_keys);
	const char *const *kinds = kind_names(rd->ld, NULL);
	const struct node *unknown = NULL;
	struct lint_finding *f;
	size_t i;

	for (i = 0; i < rd->map->count; i++) {
		const struct node *key = rd->map->keys[i];
		const char *near = str_nearest(key->text, both);

		if (bind_find(step_keys, key->text) != NULL)
			continue;
		if (near != NULL && kind_find(rd->ld->kinds, near) == NULL) {
			f = lint_error(l, key->place,
			    "unknown key \"%s\" in a step",
			    lint_word(l, key->text));
			lint_hint(l, f, "did you mean \"%s\"?", near);
		} else if (unknown == NULL || near != NULL) {
			unknown = key;
		}
	}
	if (unknown != NULL) {
		f = lint_error(l, unknown->place, "unknown kind \"%s\"",
		    lint_word(l, unknown->text));
		lint_nearest(l, f, unknown->text, kinds);
		return;
	}
	lint_error(l, rd->map->place, "a step needs a kind, as \"sql\" or \"run\"");
}

static bool
find_kind(struct reading *rd)
{
	const struct node *map = rd->map, *first = NULL;
	size_t i;

	for (i = 0; i < map->count; i++)
		if (is_the_kind(rd, i)) {
			rd->kind_key = map->keys[i];
			rd->kind_value = map->items[i];
			rd->kind = kind_find(rd->ld->kinds, map->keys[i]->text);
			return true;
		}
	for (i = 0; i < map->count; i++) {
		if (kind_find(rd->ld->kinds, map->keys[i]->text) == NULL)
			continue;
		if (first != NULL) {
			lint_error(rd->ld->lint, map->keys[i]->place,
			    "a step has one kind, this one has \"%s\" and \"%s\"",
			    first->text, map->keys[i]->text);
			return false;
		}
		first = map->keys[i];
	}
	tell_no_kind(rd);
	return false;
}

/* One of the kind's keys, from inside its map or from beside it. */
static void
bind_kind_key(struct reading *rd, const struct key *key,
    const struct node *name, const struct node *value)
{
	if (json_object_get(rd->given, key->name) != NULL) {
		lint_error(rd->ld->lint, name->place,
		    "\"%s\" is given twice, in \"%s\" and beside it", key->name,
		    rd->kind->name);
		return;
	}
	json_object_set_new(rd->given, key->name, json_true());
	bind_value(rd->ld->window, key, value, rd->spec, rd->ld->lint);
}

static void
bind_kind_map(struct reading *rd)
{
	const struct key *tables[] = { rd->kind->keys, NULL };
	struct lint *l = rd->ld->lint;
	struct lint_finding *f;
	size_t i;

	for (i = 0; i < rd->kind_value->count; i++) {
		const struct node *name = rd->kind_value->keys[i];
		const struct key *key = bind_find(rd->kind->keys, name->text);

		if (key != NULL) {
			bind_kind_key(rd, key, name, rd->kind_value->items[i]);
		} else if (bind_find(step_keys, name->text) != NULL) {
			f = lint_error(l, name->place, "unknown key \"%s\" in \"%s\"",
			    name->text, rd->kind->name);
			lint_hint(l, f, "it belongs beside \"%s\", into the step",
			    rd->kind->name);
		} else {
			bind_unknown(name, mem_printf(l, "\"%s\"",
			    rd->kind->name), tables, l);
		}
	}
}

/* What stands behind the kind's own key. */
static void
bind_kind_value(struct reading *rd)
{
	const struct node *value = rd->kind_value;
	const struct key *key = NULL;

	if (rd->kind->scalar_key != NULL)
		key = bind_find(rd->kind->keys, rd->kind->scalar_key);
	if (value->type == NODE_MAP)
		bind_kind_map(rd);
	else if (node_is_null(value) &&
	    (key == NULL || (key->flags & KEY_REQUIRED) == 0))
		return;
	else if (key != NULL)
		bind_kind_key(rd, key, rd->kind_key, value);
	else
		lint_error(rd->ld->lint, value->place,
		    "\"%s\" must be a map, not %s", rd->kind->name,
		    value->type == NODE_LIST ? "a list" : "text");
}

static void
bind_beside(struct reading *rd, const struct node *name,
    const struct node *value)
{
	const struct key *tables[] = { step_keys,
	    rd->kind != NULL ? rd->kind->keys : NULL, NULL };
	const struct key *common = bind_find(step_keys, name->text), *own;

	own = rd->kind != NULL ? bind_find(rd->kind->keys, name->text) : NULL;
	if (common != NULL)
		bind_value(rd->ld->window, common, value, &rd->raw,
		    rd->ld->lint);
	if (own != NULL)
		bind_kind_key(rd, own, name, value);
	/* Where the kind is not known, neither are its keys. */
	if (common == NULL && own == NULL && rd->kind != NULL)
		bind_unknown(name, "a step", tables, rd->ld->lint);
}

static void
bind_step(struct reading *rd)
{
	const struct key *key;
	size_t i;

	for (i = 0; i < rd->map->count; i++)
		if (rd->map->keys[i] == rd->kind_key)
			bind_kind_value(rd);
		else
			bind_beside(rd, rd->map->keys[i], rd->map->items[i]);
	for (key = rd->kind != NULL ? rd->kind->keys : NULL;
	    key != NULL && key->name != NULL; key++)
		if ((key->flags & KEY_REQUIRED) != 0 &&
		    json_object_get(rd->given, key->name) == NULL)
			lint_error(rd->ld->lint, rd->kind_key->place,
			    "\"%s\" needs \"%s\"", rd->kind->name, key->name);
}

/* A map by its table, or in short the value of the table's first key. */
static bool
bind_short(struct reading *rd, const struct node *n, const char *what,
    const struct key *table, void *out)
{
	const struct key *tables[] = { table, NULL };
	void *outs[] = { out };

	if (n == NULL)
		return false;
	if (n->type == NODE_MAP)
		return bind_map(rd->ld->window, n, what, tables, outs,
		    rd->ld->lint);
	return bind_value(rd->ld->window, table, n, out, rd->ld->lint);
}

static void
load_rules(struct reading *rd)
{
	struct step *s = &rd->raw.step;
	const struct node *approval = rd->raw.approval;

	s->approval.min = 1;
	s->retry.delay_ms = 1000;
	s->approval.given = bind_short(rd, approval, "an approval",
	    approval_keys, &s->approval);
	s->retry.given = bind_short(rd, rd->raw.retry, "a retry", retry_keys,
	    &s->retry);
	bind_short(rd, rd->raw.verify, "a verify", verify_keys, &s->verify);
	if (approval == NULL)
		return;
	if (approval->type == NODE_MAP) {
		load_role_names(rd->ld, node_get(approval, "from"));
		load_role_names(rd->ld, node_get(approval, "not"));
	} else {
		load_role_names(rd->ld, approval);
	}
}

static void
load_tripwire(struct reading *rd, const struct node *name,
    const struct node *value)
{
	const struct key *tables[] = { tripwire_keys, NULL };
	struct step *s = &rd->raw.step;
	struct tripwire t = { .name = name->text, .place = name->place,
	    .action = TRIPWIRE_CANCEL, .every_ms = 5000 };
	void *outs[] = { &t };

	bind_map(rd->ld->window, value, "a tripwire", tables, outs,
	    rd->ld->lint);
	if (t.every_ms < 100)
		t.every_ms = 100;
	GROW(rd->ld->window, s->tripwires, struct tripwire,
	    s->tripwire_count + 1);
	s->tripwires[s->tripwire_count++] = t;
}

static void
load_tripwires(struct reading *rd)
{
	const struct node *map = rd->raw.tripwires;
	size_t i;

	if (map == NULL || node_is_null(map))
		return;
	if (map->type != NODE_MAP) {
		lint_error(rd->ld->lint, map->place,
		    "\"tripwires\" must be a map of names");
		return;
	}
	for (i = 0; i < map->count; i++)
		load_tripwire(rd, map->keys[i], map->items[i]);
}

static void
load_on_failure(struct reading *rd)
{
	static const char *const words[] = { "ask", "stop", "continue",
	    "rollback", NULL };
	struct step *s = &rd->raw.step;
	const char *text = rd->raw.on_failure;
	struct lint_place at = load_place(rd->map, "on_failure");
	struct lint_finding *f;
	int i;

	if (text == NULL)
		return;
	if (str_starts(text, "goto:")) {
		s->on_failure = FAIL_GOTO;
		s->goto_id = text + 5 + strspn(text + 5, " ");
		return;
	}
	for (i = 0; words[i] != NULL; i++)
		if (str_equal(words[i], text))
			break;
	s->on_failure = words[i] != NULL ? (enum on_failure)i : FAIL_ASK;
	if (words[i] == NULL) {
		f = lint_error(rd->ld->lint, at, "\"on_failure\" must be one of "
		    "ask, stop, continue, rollback, goto:ID, not \"%s\"",
		    lint_word(rd->ld->lint, text));
		lint_nearest(rd->ld->lint, f, text, words);
	}
	if (s->on_failure == FAIL_ROLLBACK && !rd->ld->has_rollback) {
		f = rd->ld->window->is_single ?
		    lint_warning(rd->ld->lint, at, "no rollback runbook is named "
		    "here") : lint_error(rd->ld->lint, at,
		    "the window has no rollback runbook");
		lint_hint(rd->ld->lint, f, "name it with \"rollback\"");
	}
}

static void
load_target(struct reading *rd)
{
	struct step *s = &rd->raw.step;

	if (s->target != NULL)
		load_target_name(rd->ld, s->target, load_place(rd->map, "target"));
	else
		s->target = rd->in->target;
}

static void
load_register(struct reading *rd)
{
	const char *name = rd->raw.step.register_name;
	struct lint_finding *f;

	if (name == NULL)
		return;
	if (!value_name_valid(name)) {
		f = lint_error(rd->ld->lint, load_place(rd->map, "register"),
		    "\"%s\" is not a name for a value",
		    lint_word(rd->ld->lint, name));
		lint_hint(rd->ld->lint, f, "use a-z, 0-9 and \"_\", and begin "
		    "with a letter");
	}
	names_define(rd->ld, name);
	json_object_set_new(rd->ld->registered, name, json_true());
}

static bool
is_include(const struct reading *rd)
{
	return rd->kind != NULL && str_equal(rd->kind->name, "include");
}

/* Before the step's own name is defined: only what comes after may use it. */
static void
check_names(struct reading *rd)
{
	struct names_in before = { rd->ld, rd->in->include, NULL };
	struct names_in after = { rd->ld, rd->in->include,
	    rd->raw.step.register_name };
	size_t i;

	for (i = 0; i < rd->map->count; i++) {
		const struct node *name = rd->map->keys[i];
		struct node *pair_key[] = { rd->map->keys[i] };
		struct node *pair_value[] = { rd->map->items[i] };
		struct node pair = { .type = NODE_MAP, .keys = pair_key,
		    .items = pair_value, .count = 1 };
		bool is_after = str_equal(name->text, "verify") ||
		    str_equal(name->text, "attach") ||
		    str_equal(name->text, "rollback");
		const struct names_in *in = is_after ? &after : &before;

		if (bind_find(step_keys, name->text) != NULL) {
			names_check_map(in, step_keys, &pair);
		} else if (rd->kind == NULL || is_include(rd)) {
			/* "with" is checked where its params are known. */
			continue;
		} else if (name == rd->kind_key) {
			if (rd->kind_value->type == NODE_MAP)
				names_check_map(in, rd->kind->keys, rd->kind_value);
			else if (rd->kind->scalar_key != NULL) {
				struct node key = *name;

				key.text = rd->kind->scalar_key;
				pair_key[0] = &key;
				names_check_map(in, rd->kind->keys, &pair);
			}
		} else {
			names_check_map(in, rd->kind->keys, &pair);
		}
	}
	if (rd->raw.step.when != NULL)
		names_check_when(&before, load_place(rd->map, "when"),
		    rd->raw.step.when);
}

/* The command of a "run" step, and whether policy refuses it here. */
static void
check_policy(struct reading *rd)
{
	const struct window *w = rd->ld->window;
	const struct step *s = &rd->raw.step;
	const struct node *command = rd->kind_value;
	const struct target *t;
	const char *refused;
	struct lint_finding *f;

	if (!str_equal(rd->kind->name, "run") || rd->kind->scalar_key == NULL)
		return;
	if (command->type == NODE_MAP)
		command = node_get(command, rd->kind->scalar_key);
	if (command == NULL || command->type != NODE_SCALAR)
		return;
	t = s->target != NULL ? window_target(w, s->target) : NULL;
	if (t == NULL || !environment_is_guarded(t->environment))
		return;
	refused = policy_refuses(w, command->text);
	if (refused == NULL)
		return;
	f = lint_error(rd->ld->lint, command->place,
	    "\"%s\" is refused on %s, whoever signs", refused,
	    environment_name(t->environment));
	lint_hint(rd->ld->lint, f, "the window's \"policy\" says so");
}

/* Only what an include does not take over from the steps it brings. */
static void
check_include_keys(struct reading *rd)
{
	size_t i, k;

	for (i = 0; i < rd->map->count; i++) {
		for (k = 0; include_step_keys[k] != NULL; k++)
			if (str_equal(rd->map->keys[i]->text,
			    include_step_keys[k]))
				break;
		if (include_step_keys[k] == NULL &&
		    bind_find(step_keys, rd->map->keys[i]->text) != NULL)
			lint_error(rd->ld->lint, rd->map->keys[i]->place,
			    "\"%s\" does nothing on an include",
			    rd->map->keys[i]->text);
	}
}

static void
include_step(struct reading *rd)
{
	const struct node *path = rd->kind_value, *with;

	check_include_keys(rd);
	with = node_get(rd->map, "with");
	if (path->type == NODE_MAP) {
		if (with == NULL)
			with = node_get(path, "with");
		path = rd->kind->scalar_key != NULL ?
		    node_get(path, rd->kind->scalar_key) : NULL;
	}
	if (path != NULL && path->type == NODE_SCALAR && !node_is_null(path))
		load_include(rd->ld, rd->in, &rd->raw.step, path, with);
}

static void
append(struct loader *ld, struct runbook *r, const struct step *s,
    bool is_broken)
{
	struct step *copy = NEW(r, struct step);

	*copy = *s;
	if (is_broken) {
		GROW(ld->window, ld->broken, const struct step *,
		    ld->broken_count + 1);
		ld->broken[ld->broken_count++] = copy;
	}
	GROW(r, r->steps, struct step *, r->step_count + 1);
	r->steps[r->step_count++] = copy;
}

/* The outer "when" of an include holds for its steps too. */
static const char *
join_when(const void *owner, const char *outer, const char *inner)
{
	if (outer == NULL || inner == NULL)
		return outer != NULL ? outer : inner;
	return mem_printf(owner, "%s and %s", outer, inner);
}

static void
load_step(struct loader *ld, const struct place_in *in, const struct node *map,
    json_t *ids)
{
	struct reading rd = { .ld = ld, .in = in, .map = map };
	struct step *s = &rd.raw.step;
	size_t raised = ld->lint->raised;

	s->place = map->place;
	s->file = in->file;
	s->include = in->include;
	s->runbook = in->runbook;
	s->node = map;
	s->timeout_ms = s->lock_timeout_ms = s->statement_timeout_ms =
	    s->estimate_ms = s->queue_limit = -1;
	rd.raw.class_ = -1;
	rd.given = json_object();
	if (find_kind(&rd)) {
		rd.spec = memory_check(talloc_zero_size(ld->window,
		    rd.kind->spec_size > 0 ? rd.kind->spec_size : 1));
		if (rd.kind->preset != NULL)
			rd.kind->preset(rd.spec);
	}
	bind_step(&rd);
	json_decref(rd.given);
	s->kind = rd.kind;
	s->spec = rd.spec;
	s->class_declared = rd.raw.class_ >= 0;
	s->class_ = s->class_declared ? (enum step_class)rd.raw.class_ : CLASS_R;
	load_rules(&rd);
	load_tripwires(&rd);
	load_on_failure(&rd);
	load_id(ld, in, s, ids);
	if (is_include(&rd)) {
		check_names(&rd);
		s->when = join_when(ld->window, in->when, s->when);
		include_step(&rd);
		return;
	}
	load_target(&rd);
	check_names(&rd);
	load_register(&rd);
	if (rd.kind == NULL)
		return;
	check_policy(&rd);
	s->when = join_when(ld->window, in->when, s->when);
	append(ld, in->runbook, s, ld->lint->raised > raised);
}

void
load_steps(struct loader *ld, const struct place_in *in,
    const struct node *list)
{
	json_t *ids;
	size_t i;

	if (list->type != NODE_LIST) {
		lint_error(ld->lint, list->place, "\"steps\" must be a list");
		return;
	}
	if (list->count == 0)
		lint_error(ld->lint, list->place, "\"steps\" is empty");
	ids = json_object();
	load_given_ids(ld, list, ids);
	for (i = 0; i < list->count; i++) {
		const struct node *map = list->items[i];

		if (in->runbook->step_count == STEP_COUNT_MAX) {
			lint_error(ld->lint, map->place,
			    "more than %d steps in a runbook", STEP_COUNT_MAX);
			break;
		}
		if (map->type != NODE_MAP)
			lint_error(ld->lint, map->place, "a step must be a map, "
			    "not %s", map->type == NODE_LIST ? "a list" :
			    node_is_null(map) ? "nothing" : "text");
		else
			load_step(ld, in, map, ids);
	}
	json_decref(ids);
}
