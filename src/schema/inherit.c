/* schema/inherit.c - tables that get other parents, or none. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/inherit.h"
#include "schema/snapshot_make.h"
#include "schema/values.h"

#define DEPTH	16	/* of parents' parents */

/* Facts of a column that go with what a child has of its own alone. */
static const char *const own_facts[] = { "option_names", "identity_sequence",
	"identity_min", "identity_max", "identity_set" };

/* One snapshot that gets what its moving tables have. */
struct side {
	struct schema_index *old;
	struct snapshot_maker maker;
	json_t	*movers;	/* keys of tables */
};

/*
 * What a table has, as if all of it were its own.  By name: { attributes,
 * facts, depends }.
 */
struct holdings {
	json_t	*columns, *checks;
};

bool
inherit_moves(const struct schema_object *from, const struct schema_object *to)
{
	const struct schema_kind *k;

	if (from == NULL || to == NULL)
		return false;
	k = schema_kind_find(from->kind);
	return k->moves != NULL && k->moves(from, to);
}

bool
inherit_has_toast_options(const struct schema_object *table)
{
	const char *options = object_fact(table, "options_as_set");

	return options != NULL && strstr(options, "toast.") != NULL;
}

bool
inherit_needs_columns(const struct schema_object *o)
{
	return object_fact(o, "merged_columns") != NULL ||
	    inherit_has_toast_options(o);
}

bool
inherit_is_from(const struct schema_index *x, const struct schema_object *o,
    const char *key)
{
	const json_t *parent;
	size_t i;

	if (o == NULL || key == NULL)
		return false;
	json_array_foreach(object_fact_json(o, "parents"), i, parent) {
		const char *name = json_string_value(parent);

		if (strcmp(name, key) == 0 || inherit_is_from(x,
		    schema_index_find(x, name), key))
			return true;
	}
	return false;
}

/* ---- what a table has ---------------------------------------------------- */

/* Ours to change. */
static json_t *
copy(json_t *value)
{
	json_t *own = json_deep_copy(value);

	json_decref(value);
	return own;
}

static json_t *
holding_new(const struct schema_object *o)
{
	return json_pack("{s:o, s:o, s:o}",
	    "attributes", copy(values_attributes_new(o->values)),
	    "facts", copy(values_facts_new(o->values)),
	    "depends", json_texts(o->depends));
}

static void
hold_own(void *arg, const struct schema_object *o)
{
	struct holdings *h = arg;

	if (strcmp(o->kind, "column") == 0)
		json_object_set_new(h->columns, object_fact(o, "column"),
		    holding_new(o));
	else if (strcmp(o->kind, "check") == 0)
		json_object_set_new(h->checks, object_fact(o, "constraint"),
		    holding_new(o));
}

/* What is set for an inherited column, where it is not its parent's. */
static void
apply_setting(void *arg, const struct schema_object *o)
{
	static const char *const texts[] = { "default", "statistics", "storage",
		"compression", "options", "identity", "identity_options" };
	struct holdings *h = arg;
	json_t *column, *attributes, *facts;

	if (strcmp(o->kind, "column setting") != 0)
		return;
	column = json_object_get(h->columns, object_fact(o, "column"));
	attributes = json_object_get(column, "attributes");
	facts = json_object_get(column, "facts");
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char *text = object_text(o, texts[i]);

		if (text == NULL)
			continue;
		if (*text == '\0' || strcmp(text, "-1") == 0 ||
		    str_equal(text, json_str(facts, "type_storage")))
			json_object_del(attributes, texts[i]);
		else
			json_object_set_new(attributes, texts[i],
			    json_string(text));
	}
	if (object_text(o, "not_null") != NULL)
		json_object_set_new(attributes, "nullable", json_false());
	for (size_t i = 0; i < COUNT_OF(own_facts); i++)
		if (object_fact(o, own_facts[i]) != NULL)
			json_object_set_new(facts, own_facts[i],
			    json_string(object_fact(o, own_facts[i])));
	/* What its default stands on. */
	for (const char **key = o->depends; *key != NULL; key++)
		if (!str_starts(*key, "column ") && !str_equal(*key, o->parent))
			json_array_append_new(json_object_get(column,
			    "depends"), json_string(*key));
}

/* What no child has from its parent. */
static void
strip(json_t *columns)
{
	static const char *const own[] = { "identity", "identity_options",
		"compression", "options" };
	const char *name;
	json_t *column;

	json_object_foreach(columns, name, column) {
		for (size_t i = 0; i < COUNT_OF(own); i++)
			json_object_del(json_object_get(column, "attributes"),
			    own[i]);
		for (size_t i = 0; i < COUNT_OF(own_facts); i++)
			json_object_del(json_object_get(column, "facts"),
			    own_facts[i]);
	}
}

static void
strip_checks(json_t *checks)
{
	const char *name;
	json_t *check;
	void *next;

	json_object_foreach_safe(checks, next, name, check)
		if (str_ends(json_str(json_object_get(check, "attributes"),
		    "definition"), " NO INHERIT"))
			json_object_del(checks, name);
}

static void
holdings_of(const struct schema_index *x, const struct schema_object *table,
    int depth, struct holdings *h)
{
	const json_t *parent;
	size_t i;

	*h = (struct holdings){ json_object(), json_object() };
	schema_index_parts(x, table->key, hold_own, h);
	json_array_foreach(object_fact_json(table, "parents"), i, parent) {
		const struct schema_object *o = schema_index_find(x,
		    json_string_value(parent));
		struct holdings theirs;

		if (o == NULL || depth == DEPTH)
			continue;
		holdings_of(x, o, depth + 1, &theirs);
		strip(theirs.columns);
		strip_checks(theirs.checks);
		json_object_update_missing(h->columns, theirs.columns);
		json_object_update_missing(h->checks, theirs.checks);
		json_decref(theirs.columns);
		json_decref(theirs.checks);
	}
	schema_index_parts(x, table->key, apply_setting, h);
}

/* ---- a snapshot with it -------------------------------------------------- */

static const char **
depends_new(struct arena *a, const json_t *keys)
{
	const char **list = arena_alloc(a, (json_array_size(keys) + 1) *
	    sizeof(*list));
	const json_t *key;
	size_t i;

	json_array_foreach(keys, i, key)
		list[i] = arena_strdup(a, json_string_value(key));
	list[i] = NULL;
	return list;
}

/* The table's own column in place of its parent's; null where it is none. */
static json_t *
own_column(const struct side *s, const struct schema_object *table,
    const char *key)
{
	const struct schema_object *o = schema_index_find(s->old, key);

	if (o == NULL || strcmp(o->kind, "column") != 0 ||
	    !inherit_is_from(s->old, table, o->parent))
		return NULL;
	return json_sprintf("column %s.%s", object_sql(table),
	    object_fact(o, "column"));
}

static const char **
depends_of(struct side *s, const struct schema_object *table,
    const json_t *holding)
{
	json_t *keys = json_pack("[s]", table->key);
	const json_t *key;
	const char **list;
	size_t i;

	json_array_foreach(json_object_get(holding, "depends"), i, key) {
		const char *text = json_string_value(key);
		json_t *own = own_column(s, table, text);

		if (own == NULL && !inherit_is_from(s->old, table, text))
			own = json_string(text);
		if (own != NULL)
			json_array_append_new(keys, own);
	}
	list = depends_new(s->maker.arena, keys);
	json_decref(keys);
	return list;
}

/* As parts of the table, where they are not already. */
static void
add_holdings(struct side *s, const struct schema_object *table,
    const char *kind, json_t *holdings)
{
	const struct schema_kind *k = schema_kind_find(kind);
	const char *own;
	json_t *holding;

	json_object_foreach(holdings, own, holding) {
		char *name = mem_printf(NULL, "%s.%s", table->name, own);
		char *key = mem_printf(name, "%s %s.%s", kind,
		    object_sql(table), own);
		json_t *facts = json_object_get(holding, "facts");
		struct schema_object *o;

		if (schema_index_find(s->old, key) == NULL) {
			json_object_set_new(facts, "table",
			    json_string(object_sql(table)));
			o = snapshot_add(&s->maker, k, table->schema, name,
			    values_of_json(s->maker.arena,
			    json_object_get(holding, "attributes"), facts));
			o->parent = table->key;
			o->depends = depends_of(s, table, holding);
		}
		talloc_free(name);
	}
}

/* A setting of a moving table's is told with its column. */
static json_t *
told_by(const struct side *s, const char *key)
{
	const struct schema_object *o = str_starts(key, "column setting ") ?
	    schema_index_find(s->old, key) : NULL;

	return o == NULL || json_object_get(s->movers, o->parent) == NULL ?
	    json_string(key) : json_sprintf("column %s", object_sql(o));
}

/*
 * What stands on columns that a moving table has from its parents stands on
 * that table's own: alone where it is part of that table; else perhaps.
 */
static void
add_depend(const struct side *s, const struct schema_object *o,
    const char *key, json_t *keys)
{
	bool is_inner = false;

	for (const char **t = o->depends; *t != NULL; t++) {
		const struct schema_object *table =
		    json_object_get(s->movers, *t) == NULL ? NULL :
		    schema_index_find(s->old, *t);
		json_t *own = table == NULL ? NULL : own_column(s, table, key);

		if (own == NULL)
			continue;
		json_array_append_new(keys, own);
		is_inner = is_inner || str_equal(o->parent, *t);
	}
	if (!is_inner)
		json_array_append_new(keys, told_by(s, key));
}

static const char **
new_depends(struct side *s, const struct schema_object *o)
{
	const char **list = o->depends;
	json_t *keys;

	while (*list != NULL && json_object_get(s->movers, *list) == NULL)
		list++;
	if (*list == NULL)
		return o->depends;
	keys = json_array();
	for (const char **key = o->depends; *key != NULL; key++)
		add_depend(s, o, *key, keys);
	list = depends_new(s->maker.arena, keys);
	json_decref(keys);
	return list;
}

static bool
is_told(const struct side *s, const struct schema_object *o)
{
	return o->parent != NULL && strcmp(o->kind, "column setting") == 0 &&
	    json_object_get(s->movers, o->parent) != NULL;
}

static const struct schema_snapshot *
unfolded(const void *owner, struct side *s)
{
	const struct schema_snapshot *old = schema_index_snapshot(s->old);
	struct schema_snapshot *new;
	const char *key;
	json_t *mover;

	snapshot_begin(&s->maker, owner);
	new = s->maker.snapshot;
	new->server_version = old->server_version;
	for (size_t i = 0; i < old->count; i++) {
		const struct schema_object *o = &old->objects[i];
		struct schema_object *copy;

		if (is_told(s, o))
			continue;
		copy = snapshot_add(&s->maker, schema_kind_find(o->kind),
		    o->schema, o->name, o->values);
		copy->parent = o->parent;
		copy->depends = new_depends(s, o);
	}
	json_object_foreach(s->movers, key, mover) {
		const struct schema_object *table =
		    schema_index_find(s->old, key);
		struct holdings h;

		holdings_of(s->old, table, 0, &h);
		/* The new objects' values are theirs. */
		add_holdings(s, table, "column", json_owned(new, h.columns));
		add_holdings(s, table, "check", json_owned(new, h.checks));
	}
	snapshot_finish(&s->maker);
	return new;
}

static json_t *
movers_of(const struct schema_snapshot *from, const struct schema_snapshot *to)
{
	json_t *movers = json_object();

	for (size_t i = 0; i < from->count; i++) {
		const struct schema_object *a = &from->objects[i], *b;

		if (schema_kind_find(a->kind)->moves == NULL)
			continue;
		b = schema_find(to, a->key);
		if (b != NULL && !values_same_bytes(a->values, b->values) &&
		    inherit_moves(a, b))
			json_object_set_new(movers, a->key, json_true());
	}
	return movers;
}

void
inherit_unfold(const void *owner, const struct schema_snapshot **from,
    const struct schema_snapshot **to)
{
	json_t *movers = movers_of(*from, *to);
	const struct schema_snapshot **sides[] = { from, to };

	for (size_t i = 0; i < COUNT_OF(sides) &&
	    json_object_size(movers) > 0; i++) {
		struct side s = { .movers = movers };

		s.old = schema_index_new(NULL, *sides[i]);
		*sides[i] = unfolded(owner, &s);
		talloc_free(s.old);
	}
	json_decref(movers);
}
