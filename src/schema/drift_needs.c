/*
 * schema/drift_needs.c - which items need which: the SQL of the one does not
 * pass where the other is not decided alike.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/drift_make.h"
#include "schema/inherit.h"

struct needing {
	struct drift	*drift;
	json_t		*names;		/* "schema.name" that goes: the change */
	const struct schema_change *change;	/* whose needs are looked for */
};

static void
add_need(struct needing *n, size_t other)
{
	struct drift_item *item = &n->drift->items[n->change->item];
	const char *id = n->drift->items[other].id;
	size_t count = 0;

	if (other == n->change->item)
		return;
	for (; item->needs[count] != NULL; count++)
		if (strcmp(item->needs[count], id) == 0)
			return;
	GROW(n->drift, item->needs, const char *, count + 2);
	item->needs[count] = mem_strdup(n->drift, id);
	item->needs[count + 1] = NULL;
}

static const struct schema_change *
change_of(const struct needing *n, const char *key)
{
	const struct schema_changes *changes = &n->drift->inner->forward;
	const json_t *place = key == NULL ? NULL :
	    json_object_get(changes->by_key, key);

	return place == NULL ? NULL :
	    &changes->list[json_integer_value(place)];
}

/* What it stands on, and is part of, must come first. */
static void
need_foundations(struct needing *n, const struct schema_object *o)
{
	const struct schema_change *c = change_of(n, o->parent);

	if (c != NULL && c->from == NULL)
		add_need(n, c->item);
	for (const char **key = o->depends; *key != NULL; key++) {
		c = change_of(n, *key);
		if (c != NULL && c->from == NULL)
			add_need(n, c->item);
	}
}

static bool
stands_on(const struct schema_object *o, const char *wanted)
{
	for (const char **key = o->depends; *key != NULL; key++)
		if (strcmp(*key, wanted) == 0)
			return true;
	return false;
}

/* What stands on it, and is not just made again, must go first. */
static void
need_gone(void *arg, const struct schema_object *dependent)
{
	struct needing *n = arg;
	const struct schema_change *c = change_of(n, dependent->key);

	if (c == NULL || (schema_kind_find(dependent->kind)->flags &
	    KIND_DERIVED))
		return;
	if (c->to == NULL || !stands_on(c->to, n->change->from->key))
		add_need(n, c->item);
}

/* One name is not for two: what has it goes first. */
static void
need_name(struct needing *n, const struct schema_object *o)
{
	const json_t *place = *o->schema == '\0' ? NULL :
	    json_object_get(n->names, object_sql(o));
	const struct schema_change *c = place == NULL ? NULL :
	    &n->drift->inner->forward.list[json_integer_value(place)];

	if (c != NULL && strcmp(c->from->key, o->key) != 0)
		add_need(n, c->item);
}

static json_t *
names_that_go(const struct schema_changes *changes)
{
	json_t *names = json_object();

	for (size_t i = 0; i < changes->count; i++) {
		const struct schema_change *c = &changes->list[i];

		if (c->to == NULL && *c->from->schema != '\0')
			json_object_set_new(names, object_sql(c->from),
			    json_integer((json_int_t)i));
	}
	return names;
}

/* A table that takes other parents must have what they shall have. */
static void
need_parents_changes(struct needing *n)
{
	const struct schema_changes *changes = &n->drift->inner->forward;
	const struct schema_object *to = n->change->to;

	if (!inherit_moves(n->change->from, to))
		return;
	for (size_t i = 0; i < changes->count; i++) {
		const struct schema_object *o =
		    schema_change_object(&changes->list[i]);

		if ((schema_kind_find(o->kind)->flags & KIND_BEFORE) &&
		    inherit_is_from(n->drift->inner->expected, to, o->parent))
			add_need(n, changes->list[i].item);
	}
}

void
drift_needs(struct drift *d)
{
	const struct schema_changes *changes = &d->inner->forward;
	struct needing n = { .drift = d, .names = names_that_go(changes) };

	for (size_t i = 0; i < changes->count; i++) {
		n.change = &changes->list[i];
		if (n.change->to != NULL)
			need_foundations(&n, n.change->to);
		need_parents_changes(&n);
		if (n.change->from == NULL)
			need_name(&n, n.change->to);
		else if (n.change->to == NULL)
			schema_index_dependents(d->inner->actual,
			    n.change->from->key, need_gone, &n);
	}
	json_decref(n.names);
}
