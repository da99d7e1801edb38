/*
 * schema/plan.c - which ops turn one schema into another.
 *
 * Each wanted change is dropped, made or altered by its kind; what stands on
 * it, and what belongs to it, comes along.
 */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/plan_op.h"

static void drop_tree(struct plan *p, const struct schema_object *from);
static void create_tree(struct plan *p, const struct schema_object *to);

/* ---- dropping and making ------------------------------------------------ */

static unsigned
flags_of(const struct schema_object *o)
{
	return schema_kind_find(o->kind)->flags;
}

static void
remember(struct plan *p, const char ***list, size_t *count, const char *key)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*list)[i], key) == 0)
			return;
	GROW(p, *list, const char *, *count + 2);
	(*list)[(*count)++] = key;
	(*list)[*count] = NULL;
}

/* Can it stand: shall all be there that it stands on? */
static bool
can_stand(struct plan *p, const struct schema_object *o)
{
	for (const char **key = o->depends; *key != NULL; key++)
		if (plan_target(p, *key) == NULL)
			return false;
	return true;
}

/*
 * What to make again of o: as it shall be; or, where that cannot stand and
 * nothing about o itself changes, as the new state has it, on other ground.
 */
static const struct schema_object *
made_again(struct plan *p, const struct schema_object *o)
{
	static const char *const none[] = { NULL };
	const struct schema_object *target = plan_target(p, o->key);
	const struct schema_object *other;

	if (target == NULL || can_stand(p, target))
		return target;
	other = schema_index_find(p->to, o->key);
	return other != NULL && object_differs_only(o, other, none) &&
	    can_stand(p, other) ? other : NULL;
}

/* Drop it and, where it shall be and can, make it again. */
static void
rebuild_one(struct plan *p, const struct schema_object *o)
{
	const struct schema_object *target = made_again(p, o);

	if (plan_op_has(p, OP_DROP, o->key))
		return;
	plan_op_kill(p, OP_ALTER, o->key);
	plan_op_kill(p, OP_UNBIND, o->key);
	drop_tree(p, o);
	if (target == NULL) {
		if (plan_target(p, o->key) != NULL)
			remember(p, &p->casualties, &p->casualty_count, o->key);
		return;
	}
	if (plan_wanted_change(p, o->key) == NULL)
		remember(p, &p->rebuilt, &p->rebuilt_count, o->key);
	if (!plan_op_has(p, OP_CREATE, target->key))
		create_tree(p, target);
}

void
plan_rebuild(struct plan *p, const struct schema_object *from,
    enum kind_flag flag)
{
	struct object_list l = plan_dependents_of(p, from->key);
	struct plan_pen pen = plan_pen_take(p, NULL, NULL);

	for (size_t i = 0; i < l.count; i++)
		if (flags_of(l.objects[i]) & flag)
			rebuild_one(p, l.objects[i]);
	plan_pen_give(p, pen);
	talloc_free(l.objects);
}

void
plan_remake(struct plan *p, const char *key)
{
	const struct schema_object *o = schema_index_find(p->from, key);
	struct plan_pen pen;

	if (o == NULL)
		return;
	pen = plan_pen_take(p, NULL, NULL);
	rebuild_one(p, o);
	plan_pen_give(p, pen);
}

static bool
refers_to_dropped(struct plan *p, const struct schema_object *o)
{
	for (const char **key = o->depends; *key != NULL; key++) {
		const struct schema_change *c = plan_wanted_change(p, *key);

		if (c != NULL && c->to == NULL &&
		    !str_equal(*key, o->parent) && (o->parent == NULL ||
		    !str_equal(c->from->parent, o->parent)))
			return true;
	}
	return false;
}

/* Does a part go on elsewhere: a partition, a sequence that another owns? */
static bool
moves_away(struct plan *p, const struct schema_object *part)
{
	const struct schema_object *target = plan_target(p, part->key);

	if (target != NULL && (flags_of(part) & KIND_FIRST))
		target = schema_index_find(p->to, part->key);
	return target != NULL && !str_equal(target->parent, part->parent);
}

/* Partitions that leave keep its references unless those are gone before. */
static bool
is_left(struct plan *p, const struct object_list *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		if ((flags_of(parts->objects[i]) & KIND_HOLDS) &&
		    moves_away(p, parts->objects[i]))
			return true;
	return false;
}

/* Its parts go with it. */
static void
cover_drop_parts(struct plan *p, size_t op, const struct schema_object *o)
{
	struct object_list parts = plan_parts_of(p->from, o->key);

	for (size_t i = 0; i < parts.count; i++) {
		const struct schema_object *part = parts.objects[i];

		if (!(flags_of(part) & KIND_PART) ||
		    plan_op_has(p, OP_DROP, part->key) || moves_away(p, part))
			continue;
		if ((flags_of(part) & KIND_CUT) &&
		    (refers_to_dropped(p, part) || is_left(p, &parts))) {
			drop_tree(p, part);
		} else {
			plan_op_cover(p, OP_DROP, op, part);
			cover_drop_parts(p, op, part);
		}
	}
	talloc_free(parts.objects);
}

static void
drop_tree(struct plan *p, const struct schema_object *from)
{
	struct plan_pen pen;
	size_t op, count;

	if (plan_op_has(p, OP_DROP, from->key))
		return;
	pen = plan_pen_take(p, from, NULL);
	op = plan_op_new(p, OP_DROP, from);
	plan_op_cover(p, OP_DROP, op, from);
	schema_kind_find(from->kind)->drop(p, from);
	cover_drop_parts(p, op, from);
	count = p->ops.list[op].cover_count;
	for (size_t i = 0; i < count; i++)
		plan_rebuild(p, p->ops.list[op].covers[i], KIND_DERIVED);
	plan_pen_give(p, pen);
}

/* Its parts are made with it, or after it. */
static void
create_parts(struct plan *p, size_t op, const struct schema_object *o)
{
	struct object_list parts = plan_target_parts(p, o);

	for (size_t i = 0; i < parts.count; i++) {
		const struct schema_object *part = parts.objects[i];

		if (!(flags_of(part) & KIND_PART) ||
		    plan_op_has(p, OP_CREATE, part->key))
			continue;
		if (flags_of(part) & KIND_INLINE) {
			plan_op_cover(p, OP_CREATE, op, part);
			create_parts(p, op, part);
		} else {
			create_tree(p, part);
		}
	}
	talloc_free(parts.objects);
}

/* What stands has its say. */
static void
follow(struct plan *p, const struct schema_object *made)
{
	for (int i = 0; i < schema_kind_count; i++) {
		const struct schema_kind *k = schema_kinds[i];
		struct object_list l;

		if (k->follow == NULL)
			continue;
		l = object_list_new();
		schema_index_each(p->from, k, object_list_add, &l);
		for (size_t n = 0; n < l.count; n++) {
			const struct schema_object *o = plan_target(p,
			    l.objects[n]->key);

			if (o != NULL)
				k->follow(p, o, made);
		}
		talloc_free(l.objects);
	}
}

static void
create_tree(struct plan *p, const struct schema_object *to)
{
	struct plan_pen pen = plan_pen_take(p, to, to);
	size_t op = plan_op_new(p, OP_CREATE, to);

	schema_kind_find(to->kind)->create(p, to);
	follow(p, to);
	plan_op_cover(p, OP_CREATE, op, to);
	create_parts(p, op, to);
	plan_pen_give(p, pen);
}

/* ---- one change --------------------------------------------------------- */

/* Does a wanted change of its parent bring it, take it, or see to it? */
static bool
goes_with_parent(const struct plan *p, const struct schema_object *o,
    bool coming)
{
	const struct schema_kind *k;
	const struct schema_change *c;

	if (!(flags_of(o) & KIND_PART) || o->parent == NULL)
		return false;
	c = plan_wanted_change(p, o->parent);
	if (c == NULL || c->from == NULL || c->to == NULL)
		return c != NULL && (coming ? c->from == NULL : c->to == NULL);
	k = schema_kind_find(c->from->kind);
	return (flags_of(o) & KIND_MERGES) && k->absorbs != NULL &&
	    k->absorbs(c->from, c->to);
}

const struct schema_object *
schema_change_object(const struct schema_change *c)
{
	return c->from != NULL ? c->from : c->to;
}

static void
change_one(struct plan *p, const struct schema_change *c)
{
	const struct schema_kind *k =
	    schema_kind_find(schema_change_object(c)->kind);
	struct plan_pen pen;
	bool altered;

	if (c->to == NULL) {
		if (!goes_with_parent(p, c->from, false))
			drop_tree(p, c->from);
		return;
	}
	if (c->from == NULL) {
		if (!goes_with_parent(p, c->to, true) &&
		    !plan_op_has(p, OP_CREATE, c->to->key))
			create_tree(p, c->to);
		return;
	}
	/* It may be gone already, with its table or for a view's sake. */
	if (!plan_op_has(p, OP_DROP, c->from->key)) {
		pen = plan_pen_take(p, c->from, c->to);
		altered = k->alter != NULL && k->alter(p, c->from, c->to);
		plan_pen_give(p, pen);
		if (altered)
			return;
		drop_tree(p, c->from);
	}
	if (!plan_op_has(p, OP_CREATE, c->to->key) && can_stand(p, c->to))
		create_tree(p, c->to);
}

/* What holds something (KIND_HOLDS), or what does not; places null: all. */
static void
change_all(struct plan *p, const uint32_t *places, size_t count, bool holds)
{
	for (size_t i = 0; i < count; i++) {
		const struct schema_change *c =
		    &p->changes->list[places == NULL ? i : places[i]];

		if (p->wanted[c->item] && holds ==
		    ((flags_of(schema_change_object(c)) & KIND_HOLDS) != 0))
			change_one(p, c);
	}
}

static int
plan_destroy(struct plan *p)
{
	for (int i = 0; i < OP_PHASES; i++)
		json_decref(p->ops.by_key[i]);
	return 0;
}

static struct plan *
make_plan(const void *owner, const struct schema_index *from,
    const struct schema_index *to, const struct schema_changes *changes,
    const bool *wanted, enum drift_form form, const uint32_t *places,
    size_t count)
{
	struct plan *p = NEW(owner, struct plan);

	p->from = p->ops.from = from;
	p->to = p->ops.to = to;
	p->changes = changes;
	p->wanted = wanted;
	p->form = form;
	p->casualties = NEW_ARRAY(p, const char *, 1);
	p->rebuilt = NEW_ARRAY(p, const char *, 1);
	plan_ops_begin(p);
	talloc_set_destructor(p, plan_destroy);
	/* What goes whole needs nothing else: tables know that of their parts. */
	change_all(p, places, count, true);
	change_all(p, places, count, false);
	plan_stages(p);
	plan_order(p, &p->ops);
	return p;
}

struct plan *
plan_new(const void *owner, const struct schema_index *from,
    const struct schema_index *to, const struct schema_changes *changes,
    const bool *wanted, enum drift_form form)
{
	return make_plan(owner, from, to, changes, wanted, form, NULL,
	    changes->count);
}

struct plan *
plan_of_item(const void *owner, const struct schema_index *from,
    const struct schema_index *to, const struct schema_changes *changes,
    const bool *wanted, size_t item, enum drift_form form)
{
	const uint32_t *start = changes->by_item->start;

	return make_plan(owner, from, to, changes, wanted, form,
	    changes->by_item->to + start[item], start[item + 1] - start[item]);
}

bool
plan_is_dropped(const struct plan *p, const char *key)
{
	return plan_op_has(p, OP_DROP, key);
}

const struct schema_object *
plan_kept(const struct plan *p, const char *key)
{
	return plan_is_dropped(p, key) ? NULL : schema_index_find(p->from, key);
}

const char *
plan_owner(const struct plan *p, const char *key)
{
	const struct schema_object *o = plan_kept(p, key);

	return o == NULL || p->form == FORM_MIGRATION ? NULL :
	    object_fact(o, "owner");
}

const struct schema_object *
plan_staying(struct plan *p, const char *key)
{
	return plan_is_dropped(p, key) ? NULL : plan_target(p, key);
}

const char **
plan_casualties(const struct plan *p)
{
	return p->casualties;
}

const char **
plan_rebuilt(const struct plan *p)
{
	return p->rebuilt;
}
