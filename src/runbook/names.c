/* runbook/names.c - names that texts use, and whether they are defined. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "runbook/loader.h"
#include "runbook/values.h"
#include "runbook/when.h"

void
names_define(struct loader *ld, const char *name)
{
	json_object_set_new(ld->names, name, json_true());
}

/* path's first part is what must be defined; fields show at run time. */
bool
names_defined(const struct names_in *in, const char *path)
{
	size_t size = strcspn(path, ".");
	char *name = mem_strndup(NULL, path, size);
	const struct include *include;
	bool found = json_object_get(in->ld->names, name) != NULL ||
	    str_equal(in->own, name);

	for (include = in->include; include != NULL && !found;
	    include = include->outer)
		found = json_object_get(include->values, name) != NULL;
	talloc_free(name);
	return found;
}

static const char *const *
all_names(const struct names_in *in)
{
	const char **names = NEW_ARRAY(in->ld->lint, const char *, 1), *name;
	const struct include *include;
	size_t count = 0;
	json_t *value;

	json_object_foreach(in->ld->names, name, value) {
		GROW(in->ld->lint, names, const char *, count + 2);
		names[count++] = name;
	}
	for (include = in->include; include != NULL; include = include->outer)
		json_object_foreach(include->values, name, value) {
			GROW(in->ld->lint, names, const char *, count + 2);
			names[count++] = name;
		}
	names[count] = NULL;
	return names;
}

static void
want_defined(const struct names_in *in, struct lint_place at, const char *path)
{
	struct lint *l = in->ld->lint;
	const char *const *names;
	const char *name;
	struct lint_finding *f;

	if (names_defined(in, path))
		return;
	name = mem_strndup(l, path, strcspn(path, "."));
	f = lint_error(l, at, "undefined name \"%s\"", lint_word(l, name));
	names = all_names(in);
	if (str_nearest(name, names) != NULL)
		lint_nearest(l, f, name, names);
	else
		lint_hint(l, f, "let an earlier step \"register\" it, or declare "
		    "it in \"params\"");
}

static void
check_braces(const struct names_in *in, struct lint_place at, const char *text)
{
	struct lint *l = in->ld->lint;
	char **names = scope_names_in(NULL, text);
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		if (str_starts(names[i], "{{"))
			lint_error(l, at, "\"{{\" without \"}}\"");
		else if (!value_path_valid(names[i]))
			lint_error(l, at, "\"{{%s}}\" is not a name",
			    lint_word(l, names[i]));
		else
			want_defined(in, at, names[i]);
	}
	talloc_free(names);
}

/* {{name}} where nobody replaces it: a slip, if the name is one of ours. */
static void
warn_braces(const struct names_in *in, const struct key *key,
    struct lint_place at, const char *text)
{
	struct lint *l = in->ld->lint;
	char **names = scope_names_in(NULL, text);
	struct lint_finding *f;
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		if (!value_path_valid(names[i]) || !names_defined(in, names[i]))
			continue;
		f = lint_warning(l, at, "\"{{%s}}\" is not replaced here",
		    lint_word(l, names[i]));
		if ((key->flags & KEY_SQL) != 0)
			lint_hint(l, f, "in SQL it is :'%s' as a value, :\"%s\" "
			    "as a name", names[i], names[i]);
		else
			lint_hint(l, f, "a command has it as $%s", names[i]);
	}
	talloc_free(names);
}

void
names_check_text(const struct names_in *in, const struct key *key,
    struct lint_place at, const char *text)
{
	char **names;
	size_t i;

	if ((key->flags & KEY_EXPANDS) != 0)
		check_braces(in, at, text);
	else
		warn_braces(in, key, at, text);
	if ((key->flags & KEY_SQL) == 0)
		return;
	names = sql_names_in(NULL, text);
	for (i = 0; names[i] != NULL; i++)
		want_defined(in, at, names[i]);
	talloc_free(names);
}

static void
check_value(const struct names_in *in, const struct key *key,
    const struct node *n)
{
	size_t i;

	if (n->type == NODE_SCALAR)
		names_check_text(in, key, n->place, n->text);
	for (i = 0; i < n->count; i++)
		check_value(in, key, n->items[i]);
}

void
names_check_map(const struct names_in *in, const struct key *table,
    const struct node *map)
{
	size_t i;

	for (i = 0; map->type == NODE_MAP && i < map->count; i++) {
		const struct key *key = bind_find(table, map->keys[i]->text);
		const struct node *value = map->items[i];

		if (key == NULL)
			continue;
		if (key->type != KEY_NODE)
			check_value(in, key, value);
		else if (key->table == NULL &&
		    (key->flags & (KEY_EXPANDS | KEY_SQL)) != 0)
			check_value(in, key, value);
		else if (key->table == NULL || (key->flags & KEY_NAMED) != 0)
			continue;	/* looked at by whoever binds it */
		else if (value->type == NODE_MAP)
			names_check_map(in, key->table, value);
		else
			check_value(in, key->table, value);
	}
}

void
names_check_when(const struct names_in *in, struct lint_place at,
    const char *expression)
{
	struct error err = { 0 };
	struct when *w = when_parse(NULL, expression, &err);
	struct lint_finding *f;
	size_t i;

	if (w == NULL) {
		f = lint_error(in->ld->lint, at, "\"%s\" is not a condition",
		    lint_word(in->ld->lint, expression));
		lint_hint(in->ld->lint, f, "%s", err.hint);
		return;
	}
	for (i = 0; i < w->count; i++)
		want_defined(in, at, w->terms[i].path);
	talloc_free(w);
}
