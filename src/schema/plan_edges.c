/* schema/plan_edges.c - which of a plan's ops comes before which. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/inherit.h"
#include "schema/plan_op.h"

struct graph {
	const struct plan_ops *ops;
	struct plan_edges *edges;
};

static void
push_edge(struct graph *g, size_t before, size_t after)
{
	struct plan_edges *e = g->edges;

	if (e->count == e->room) {
		e->room = e->room == 0 ? 64 : e->room * 2;
		GROW(e->owner, e->list, struct plan_edge, e->room);
	}
	e->list[e->count++] = (struct plan_edge){ before, after };
}

static bool
are_siblings(const struct schema_object *a, const struct schema_object *b)
{
	return a->parent != NULL && str_equal(a->parent, b->parent);
}

/* A partition that leaves its parent to come back to it with other bounds. */
static bool
comes_back(const struct graph *g, size_t op)
{
	const struct plan_op *it = &g->ops->list[op];
	size_t unbound;

	return it->phase == OP_ALTER && are_siblings(it->object, it->to) &&
	    object_differs(it->object, it->to, "bound") &&
	    plan_op_find(g->ops, OP_UNBIND, it->object->key, &unbound);
}

/* All of the one comes before any of the other. */
static void
add_edge(struct graph *g, size_t before, size_t after)
{
	if (before == after)
		return;
	while (g->ops->list[before].next != OP_NONE)
		before = g->ops->list[before].next;
	push_edge(g, before, after);
}

/* A table that takes other parents. */
static bool
binds(const struct plan_op *op)
{
	return op->phase == OP_ALTER && inherit_moves(op->object, op->to);
}

static bool
is_before(const struct schema_object *o)
{
	return schema_kind_find(o->kind)->flags & KIND_BEFORE;
}

enum side { OP_BEFORE, OP_AFTER };

/* The op, and all that is done to what this parent's like must have as it. */
static void
around_parts(struct graph *g, size_t op, enum side side, const char *parent)
{
	size_t count;
	const struct op_place *place = plan_ops_of(g->ops, parent, &count);

	for (; count > 0; count--, place++) {
		const struct plan_op *other = &g->ops->list[place->op];

		if (other->dead || !is_before(other->object))
			continue;
		if (side == OP_BEFORE)
			add_edge(g, op, place->op);
		else
			add_edge(g, place->op, op);
	}
}

/* Likewise of what o has from its parents, and they from theirs. */
static void
around_inherited(struct graph *g, size_t op, enum side side,
    const struct schema_index *x, const struct schema_object *o)
{
	const json_t *parent;
	size_t i;

	if (o == NULL)
		return;
	json_array_foreach(object_fact_json(o, "parents"), i, parent) {
		const char *key = json_string_value(parent);

		around_parts(g, op, side, key);
		around_inherited(g, op, side, x, schema_index_find(x, key));
	}
}

/* It leaves its parents before what it has from them changes. */
static void
leave_before_changes(struct graph *g, size_t op)
{
	const struct schema_object *o = g->ops->list[op].object;

	around_parts(g, op, OP_BEFORE, o->key);
	around_inherited(g, op, OP_BEFORE, g->ops->from, o);
}

/*
 * The op comes after whatever is done to what o has from its parents and,
 * where it is to take those only now, to its own, which must be like it.
 */
static void
after_inherited(struct graph *g, size_t op, const struct schema_object *o,
    bool binds_now)
{
	if (binds_now)
		around_parts(g, op, OP_AFTER, o->key);
	around_inherited(g, op, OP_AFTER, g->ops->to, o);
}

/*
 * The op comes after whatever makes, or changes, what o stands on.  Of a
 * change that takes several transactions, what people see waits for the first
 * alone: it shall not be gone while the others work through a table.
 */
static void
after_foundations(struct graph *g, size_t op, const struct schema_object *o)
{
	bool is_seen = schema_kind_find(o->kind)->flags & KIND_BLOCKS;
	bool is_back = comes_back(g, op);
	size_t other;

	for (const char **key = o->depends; *key != NULL; key++) {
		if (plan_op_find(g->ops, OP_CREATE, *key, &other))
			add_edge(g, other, op);
		if (is_back ||
		    !plan_op_find(g->ops, OP_ALTER, *key, &other) ||
		    (is_before(o) && binds(&g->ops->list[other])))
			continue;
		if (is_seen && other != op)
			push_edge(g, other, op);
		else
			add_edge(g, other, op);
	}
}

static bool
depends_on(const struct schema_object *o, const char *wanted)
{
	for (const char **key = o->depends; *key != NULL; key++)
		if (strcmp(*key, wanted) == 0)
			return true;
	return false;
}

static bool
is_key(const struct schema_object *o)
{
	unsigned flags = schema_kind_find(o->kind)->flags;

	return (flags & KIND_MERGES) && !(flags & KIND_CUT) &&
	    o->parent != NULL;
}

/*
 * What refers to a key would not let that one's columns change; and where
 * another one like it is to go, the server might take that.
 */
static void
after_changes_of_key(struct graph *g, size_t op, const struct schema_object *key)
{
	size_t count;
	const struct op_place *place = plan_ops_of(g->ops, key->parent, &count);

	after_foundations(g, op, key);
	for (; count > 0; count--, place++) {
		const struct plan_op *other = &g->ops->list[place->op];

		if (!other->dead && other->phase == OP_DROP &&
		    is_key(other->object))
			add_edge(g, place->op, op);
	}
}

/* What is only made again may stand on others than it did. */
static void
after_all_foundations(struct graph *g, size_t op, const struct schema_object *o)
{
	const struct schema_object *wanted = schema_index_find(g->ops->to,
	    o->key);

	after_foundations(g, op, o);
	if (wanted == NULL)
		return;
	if (wanted != o)
		after_foundations(g, op, wanted);
	if (!(schema_kind_find(o->kind)->flags & KIND_CUT))
		return;
	for (const char **key = wanted->depends; *key != NULL; key++) {
		const struct schema_object *k = schema_index_find(g->ops->to,
		    *key);

		if (k != NULL && is_key(k))
			after_changes_of_key(g, op, k);
	}
}

/* The op comes before what o stood on goes, or is changed. */
static void
before_foundations(struct graph *g, size_t op, const struct schema_object *o,
    bool before_changes)
{
	size_t other;

	for (const char **key = o->depends; *key != NULL; key++) {
		if (plan_op_find(g->ops, OP_DROP, *key, &other))
			add_edge(g, op, other);
		/* A column comes loose from its own sequence first. */
		if (before_changes &&
		    plan_op_find(g->ops, OP_ALTER, *key, &other) &&
		    !depends_on(g->ops->list[other].object,
		    g->ops->list[op].object->key) &&
		    !(comes_back(g, other) &&
		    are_siblings(o, g->ops->list[other].object)))
			add_edge(g, op, other);
	}
}

/* What a partition would keep of its parent's when it leaves goes before. */
static void
after_cuts(struct graph *g, size_t op)
{
	size_t count;
	const struct op_place *place = plan_ops_of(g->ops,
	    g->ops->list[op].object->parent, &count);

	for (; count > 0; count--, place++) {
		const struct plan_op *cut = &g->ops->list[place->op];

		if (!cut->dead && cut->phase == OP_DROP &&
		    (schema_kind_find(cut->object->kind)->flags & KIND_CUT))
			add_edge(g, place->op, op);
	}
}

/* A key or an index: what the parent's may take for its own. */
static bool
may_stand_in(const struct plan_op *op)
{
	return !op->dead && op->phase == OP_CREATE &&
	    is_key(op->object);
}

/*
 * A partition's own come after its parent's, or the parent's would take them
 * for their own; those that they are to take come before.
 */
static void
after_parents_own(struct graph *g, size_t op)
{
	const struct schema_object *o = g->ops->list[op].object;
	const struct schema_object *table =
	    schema_index_find(g->ops->to, o->parent);
	const struct op_place *place;
	size_t count;

	if (table == NULL)
		return;
	place = plan_ops_of(g->ops, table->parent, &count);
	for (; count > 0; count--, place++) {
		const struct plan_op *other = &g->ops->list[place->op];

		if (may_stand_in(other) && !depends_on(other->object, o->key))
			add_edge(g, place->op, op);
	}
}

/*
 * What was made for the one in partitions would be taken by the other, if
 * they are alike: one is finished before the next one begins.
 */
static void
after_the_one_before(struct graph *g, size_t op)
{
	const struct schema_object *o = g->ops->list[op].object;
	size_t count, before = OP_NONE;
	const struct op_place *place = plan_ops_of(g->ops, o->parent, &count);

	if (object_fact_json(o, "partitions") == NULL)
		return;
	for (; count > 0 && place->op != op; count--, place++)
		if (may_stand_in(&g->ops->list[place->op]))
			before = place->op;
	if (before != OP_NONE)
		add_edge(g, before, op);
}

/*
 * It is back before anything else of its parent changes, for it would miss
 * that; and by then all its like have left, or are gone.
 */
static void
back_before_changes(struct graph *g, size_t op)
{
	const struct schema_object *o = g->ops->list[op].object;
	const struct op_place *place;
	size_t type, count;

	/* A type that is replaced is so in the parent's columns. */
	for (const char **key = o->depends; *key != NULL; key++)
		if (plan_op_find(g->ops, OP_ALTER, *key, &type) &&
		    !(schema_kind_find(g->ops->list[type].object->kind)->flags &
		    KIND_HOLDS))
			add_edge(g, op, type);
	place = plan_ops_of(g->ops, o->parent, &count);
	for (; count > 0; count--, place++) {
		const struct plan_op *other = &g->ops->list[place->op];
		bool like = strcmp(other->object->kind, o->kind) == 0;
		bool leaves = other->phase == OP_UNBIND ||
		    other->phase == OP_DROP;
		bool cut = other->phase == OP_DROP &&
		    (schema_kind_find(other->object->kind)->flags & KIND_CUT);

		if (other->dead)
			continue;
		if (like && leaves)
			add_edge(g, place->op, op);
		else if (!like && !cut)
			add_edge(g, op, place->op);
	}
}

/*
 * What has a say in all that is made (a default privilege has) has it no
 * more where it goes, as it shall be where it changes, and not yet where it
 * comes.
 */
static void
around_creations(struct graph *g, size_t op)
{
	for (size_t i = 0; i < g->ops->count; i++) {
		const struct plan_op *other = &g->ops->list[i];

		if (other->dead || other->phase != OP_CREATE ||
		    schema_kind_find(other->object->kind)->follow != NULL)
			continue;
		if (g->ops->list[op].phase == OP_CREATE)
			add_edge(g, i, op);
		else
			add_edge(g, op, i);
	}
}

/* A type that another takes the place of takes all its columns along. */
static void
after_old_types(struct graph *g, size_t op)
{
	const struct schema_object *o = g->ops->list[op].object;
	size_t type;

	if (!is_before(o))
		return;
	for (const char **key = o->depends; *key != NULL; key++)
		if (plan_op_find(g->ops, OP_ALTER, *key, &type) &&
		    schema_kind_find(g->ops->list[type].object->kind)->flags &
		    KIND_TYPE)
			add_edge(g, type, op);
}

static void
find_op_edges(struct graph *g, size_t i)
{
	const struct plan_op *op = &g->ops->list[i];
	size_t other;

	for (size_t k = 0; k < op->cover_count; k++) {
		const struct schema_object *o = op->covers[k];

		if (op->phase == OP_CREATE)
			after_all_foundations(g, i, o);
		/* Columns that it names must be as its parents'. */
		if (op->phase == OP_CREATE && inherit_needs_columns(o))
			after_inherited(g, i, o, false);
		if (op->phase == OP_CREATE &&
		    plan_op_find(g->ops, OP_DROP, o->key, &other))
			add_edge(g, other, i);
		if (op->phase == OP_DROP)
			before_foundations(g, i, o, true);
	}
	if (schema_kind_find(op->object->kind)->follow != NULL)
		around_creations(g, i);
	if (may_stand_in(op)) {
		after_parents_own(g, i);
		after_the_one_before(g, i);
	}
	if (op->phase == OP_ALTER) {
		after_foundations(g, i, op->to);
		after_old_types(g, i);
		if (plan_op_find(g->ops, OP_UNBIND, op->object->key, &other))
			add_edge(g, other, i);
		else
			before_foundations(g, i, op->object, false);
		if (comes_back(g, i))
			back_before_changes(g, i);
		if (binds(op))
			after_inherited(g, i, op->to, true);
	} else if (op->phase == OP_UNBIND) {
		before_foundations(g, i, op->object, false);
		if (op->object->parent != NULL)
			after_cuts(g, i);
		leave_before_changes(g, i);
	}
}

void
plan_edges_find(const struct plan_ops *ops, struct plan_edges *edges)
{
	struct graph g = { .ops = ops, .edges = edges };

	for (size_t i = 0; i < ops->count; i++) {
		const struct plan_op *op = &ops->list[i];

		if (op->dead)
			continue;
		if (op->next != OP_NONE)
			push_edge(&g, i, op->next);
		if (!op->is_rest)
			find_op_edges(&g, i);
	}
}
