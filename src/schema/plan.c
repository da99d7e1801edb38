/*
 * schema/plan.c - statements that turn one schema into another, in order.
 *
 * Work is kept as ops: one object's drop, creation, alteration, or what must
 * come loose before ("unbind").  An op knows which objects of the old state
 * it ends and which of the new one it begins; from that and what the objects
 * depend on the order follows (plan_order.c).
 */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/plan.h"
#include "schema/plan_op.h"

struct plan {
	const struct schema_index *from, *to;
	const struct schema_changes *changes;
	const bool	*wanted;
	struct plan_ops	 ops;
	size_t		 writing[OP_PHASES];	/* the op that statements go to */
	const struct schema_object *subject;	/* what a kind writes about */
	const struct schema_object *subject_to;
	const char	**casualties, **rebuilt;
	size_t		 casualty_count, rebuilt_count;
};

static void drop_tree(struct plan *p, const struct schema_object *from);
static void create_tree(struct plan *p, const struct schema_object *to);

/* ---- what shall be ----------------------------------------------------- */

static const struct schema_change *
wanted_change(const struct plan *p, const char *key)
{
	const json_t *place = json_object_get(p->changes->by_key, key);
	const struct schema_change *c;

	if (place == NULL)
		return NULL;
	c = &p->changes->list[json_integer_value(place)];
	return p->wanted[c->item] ? c : NULL;
}

const struct schema_object *
plan_target(struct plan *p, const char *key)
{
	const struct schema_change *c = wanted_change(p, key);

	if (c != NULL)
		return c->to;
	return schema_index_find(p->from, key);
}

/* ---- ops --------------------------------------------------------------- */

static size_t
new_op(struct plan *p, enum op_phase phase, const struct schema_object *o)
{
	struct plan_ops *ops = &p->ops;
	struct plan_op *op;

	GROW(p, ops->list, struct plan_op, ops->count + 1);
	op = &ops->list[ops->count];
	*op = (struct plan_op){ .phase = phase, .object = o,
		.text = buffer_new(p) };
	p->writing[phase] = ops->count;
	return ops->count++;
}

/* The op, if any, that does this to the object of this key. */
static json_t *
op_map(const struct plan *p, enum op_phase phase)
{
	return p->ops.by_key[phase];
}

bool
plan_op_find(const struct plan_ops *ops, enum op_phase phase, const char *key,
    size_t *place)
{
	const json_t *value = json_object_get(ops->by_key[phase], key);

	if (value == NULL)
		return false;
	*place = (size_t)json_integer_value(value);
	return !ops->list[*place].dead;
}

static void
cover(struct plan *p, enum op_phase phase, size_t op,
    const struct schema_object *o)
{
	struct plan_op *it = &p->ops.list[op];

	json_object_set_new(op_map(p, phase), o->key,
	    json_integer((json_int_t)op));
	GROW(p, it->covers, const struct schema_object *, it->cover_count + 1);
	it->covers[it->cover_count++] = o;
}

static bool
has_op(const struct plan *p, enum op_phase phase, const char *key)
{
	size_t place;

	return plan_op_find(&p->ops, phase, key, &place);
}

static void
kill_op(struct plan *p, enum op_phase phase, const char *key)
{
	size_t place;

	if (plan_op_find(&p->ops, phase, key, &place))
		p->ops.list[place].dead = true;
}

static void
write_statement(struct plan *p, enum op_phase phase, const char *fmt,
    va_list args)
{
	size_t op = p->writing[phase];
	struct buffer *text;
	char *statement;

	/* An alteration's ops are made when there is something to write. */
	if (op == OP_NONE) {
		op = new_op(p, phase, p->subject);
		cover(p, phase, op, p->subject);
		p->ops.list[op].to = p->subject_to;
	}
	text = p->ops.list[op].text;
	statement = memory_check(talloc_vasprintf(NULL, fmt, args));
	buffer_printf(text, "%s;\n", statement);
	talloc_free(statement);
}

#define WRITER(name, phase)						\
void									\
name(struct plan *p, const char *fmt, ...)				\
{									\
	va_list args;							\
									\
	va_start(args, fmt);						\
	write_statement(p, phase, fmt, args);				\
	va_end(args);							\
}

WRITER(plan_create, OP_CREATE)
WRITER(plan_drop, OP_DROP)
WRITER(plan_alter, OP_ALTER)
WRITER(plan_unbind, OP_UNBIND)

void
plan_alone(struct plan *p)
{
	if (p->writing[OP_ALTER] != OP_NONE)
		p->ops.list[p->writing[OP_ALTER]].alone = true;
}

/* ---- lists of objects --------------------------------------------------- */

struct list {
	const struct schema_object **objects;
	size_t	 count;
};

static void
list_add(void *arg, const struct schema_object *o)
{
	struct list *l = arg;

	GROW(NULL, l->objects, const struct schema_object *, l->count + 2);
	l->objects[l->count++] = o;
	l->objects[l->count] = NULL;
}

static struct list
list_new(void)
{
	return (struct list){ .objects =
	    NEW_ARRAY(NULL, const struct schema_object *, 1) };
}

static struct list
dependents_of(const struct plan *p, const char *key)
{
	struct list l = list_new();

	schema_index_dependents(p->from, key, list_add, &l);
	return l;
}

static struct list
parts_of(const struct schema_index *x, const char *key)
{
	struct list l = list_new();

	schema_index_parts(x, key, list_add, &l);
	return l;
}

/* Parts that the object shall have: those it has, and those it gains. */
static struct list
target_parts(struct plan *p, const struct schema_object *parent)
{
	struct list has = parts_of(p->from, parent->key);
	struct list gains = parts_of(p->to, parent->key);
	struct list result = list_new();

	for (size_t i = 0; i < has.count; i++) {
		const struct schema_object *o = plan_target(p,
		    has.objects[i]->key);

		if (o != NULL)
			list_add(&result, o);
	}
	for (size_t i = 0; i < gains.count; i++) {
		const struct schema_change *c = wanted_change(p,
		    gains.objects[i]->key);

		if (c != NULL && c->from == NULL)
			list_add(&result, gains.objects[i]);
	}
	talloc_free(has.objects);
	talloc_free(gains.objects);
	return result;
}

static int64_t
position(const struct schema_object *o)
{
	return json_integer_value(object_fact_json(o, "position"));
}

static int
by_position(const void *a, const void *b)
{
	int64_t x = position(*(const struct schema_object *const *)a);
	int64_t y = position(*(const struct schema_object *const *)b);

	return (x > y) - (x < y);
}

/* Only those of a kind, kept with the plan. */
static const struct schema_object **
of_kind(struct plan *p, struct list l, const char *kind)
{
	const struct schema_object **result =
	    NEW_ARRAY(p, const struct schema_object *, l.count + 1);
	size_t n = 0;

	for (size_t i = 0; i < l.count; i++)
		if (strcmp(l.objects[i]->kind, kind) == 0)
			result[n++] = l.objects[i];
	qsort(result, n, sizeof(*result), by_position);
	talloc_free(l.objects);
	return result;
}

const struct schema_object **
plan_parts(struct plan *p, const struct schema_object *parent, const char *kind)
{
	return of_kind(p, target_parts(p, parent), kind);
}

const struct schema_object **
plan_dependents(struct plan *p, const struct schema_object *from,
    const char *kind)
{
	return of_kind(p, dependents_of(p, from->key), kind);
}

/* ---- dropping and making ------------------------------------------------ */

static unsigned
flags_of(const struct schema_object *o)
{
	return schema_kind_find(o->kind)->flags;
}

/* What a kind writes goes to these ops until the caller puts them back. */
struct pen {
	size_t	writing[OP_PHASES];
	const struct schema_object *subject, *subject_to;
};

static struct pen
take_pen(struct plan *p, const struct schema_object *subject,
    const struct schema_object *to)
{
	struct pen pen = { .subject = p->subject, .subject_to = p->subject_to };

	memcpy(pen.writing, p->writing, sizeof(pen.writing));
	for (int i = 0; i < OP_PHASES; i++)
		p->writing[i] = OP_NONE;
	p->subject = subject;
	p->subject_to = to;
	return pen;
}

static void
give_pen(struct plan *p, struct pen pen)
{
	memcpy(p->writing, pen.writing, sizeof(pen.writing));
	p->subject = pen.subject;
	p->subject_to = pen.subject_to;
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

	if (has_op(p, OP_DROP, o->key))
		return;
	kill_op(p, OP_ALTER, o->key);
	kill_op(p, OP_UNBIND, o->key);
	drop_tree(p, o);
	if (target == NULL) {
		if (plan_target(p, o->key) != NULL)
			remember(p, &p->casualties, &p->casualty_count, o->key);
		return;
	}
	if (wanted_change(p, o->key) == NULL)
		remember(p, &p->rebuilt, &p->rebuilt_count, o->key);
	if (!has_op(p, OP_CREATE, target->key))
		create_tree(p, target);
}

void
plan_rebuild(struct plan *p, const struct schema_object *from,
    enum kind_flag flag)
{
	struct list l = dependents_of(p, from->key);
	struct pen pen = take_pen(p, NULL, NULL);

	for (size_t i = 0; i < l.count; i++)
		if (flags_of(l.objects[i]) & flag)
			rebuild_one(p, l.objects[i]);
	give_pen(p, pen);
	talloc_free(l.objects);
}

void
plan_remake(struct plan *p, const char *key)
{
	const struct schema_object *o = schema_index_find(p->from, key);
	struct pen pen;

	if (o == NULL)
		return;
	pen = take_pen(p, NULL, NULL);
	rebuild_one(p, o);
	give_pen(p, pen);
}

static bool
refers_to_dropped(struct plan *p, const struct schema_object *o)
{
	for (const char **key = o->depends; *key != NULL; key++) {
		const struct schema_change *c = wanted_change(p, *key);

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

/* Its parts go with it. */
static void
cover_drop_parts(struct plan *p, size_t op, const struct schema_object *o)
{
	struct list parts = parts_of(p->from, o->key);

	for (size_t i = 0; i < parts.count; i++) {
		const struct schema_object *part = parts.objects[i];

		if (!(flags_of(part) & KIND_PART) ||
		    has_op(p, OP_DROP, part->key) || moves_away(p, part))
			continue;
		if ((flags_of(part) & KIND_CUT) && refers_to_dropped(p, part)) {
			drop_tree(p, part);
		} else {
			cover(p, OP_DROP, op, part);
			cover_drop_parts(p, op, part);
		}
	}
	talloc_free(parts.objects);
}

static void
drop_tree(struct plan *p, const struct schema_object *from)
{
	struct pen pen;
	size_t op, count;

	if (has_op(p, OP_DROP, from->key))
		return;
	pen = take_pen(p, from, NULL);
	op = new_op(p, OP_DROP, from);
	cover(p, OP_DROP, op, from);
	schema_kind_find(from->kind)->drop(p, from);
	cover_drop_parts(p, op, from);
	count = p->ops.list[op].cover_count;
	for (size_t i = 0; i < count; i++)
		plan_rebuild(p, p->ops.list[op].covers[i], KIND_DERIVED);
	give_pen(p, pen);
}

/* Its parts are made with it, or after it. */
static void
create_parts(struct plan *p, size_t op, const struct schema_object *o)
{
	struct list parts = target_parts(p, o);

	for (size_t i = 0; i < parts.count; i++) {
		const struct schema_object *part = parts.objects[i];

		if (!(flags_of(part) & KIND_PART) ||
		    has_op(p, OP_CREATE, part->key))
			continue;
		if (flags_of(part) & KIND_INLINE) {
			cover(p, OP_CREATE, op, part);
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
		struct list l;

		if (k->follow == NULL)
			continue;
		l = list_new();
		schema_index_each(p->from, k, list_add, &l);
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
	struct pen pen = take_pen(p, to, to);
	size_t op = new_op(p, OP_CREATE, to);

	schema_kind_find(to->kind)->create(p, to);
	follow(p, to);
	cover(p, OP_CREATE, op, to);
	create_parts(p, op, to);
	give_pen(p, pen);
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
	c = wanted_change(p, o->parent);
	if (c == NULL || c->from == NULL || c->to == NULL)
		return c != NULL && (coming ? c->from == NULL : c->to == NULL);
	k = schema_kind_find(c->from->kind);
	return (flags_of(o) & KIND_MERGES) && k->absorbs != NULL &&
	    k->absorbs(c->from, c->to);
}

static void
change_one(struct plan *p, const struct schema_change *c)
{
	const struct schema_kind *k =
	    schema_kind_find((c->from != NULL ? c->from : c->to)->kind);
	struct pen pen;
	bool altered;

	if (c->to == NULL) {
		if (!goes_with_parent(p, c->from, false))
			drop_tree(p, c->from);
		return;
	}
	if (c->from == NULL) {
		if (!goes_with_parent(p, c->to, true) &&
		    !has_op(p, OP_CREATE, c->to->key))
			create_tree(p, c->to);
		return;
	}
	/* It may be gone already, with its table or for a view's sake. */
	if (!has_op(p, OP_DROP, c->from->key)) {
		pen = take_pen(p, c->from, c->to);
		altered = k->alter != NULL && k->alter(p, c->from, c->to);
		give_pen(p, pen);
		if (altered)
			return;
		drop_tree(p, c->from);
	}
	if (!has_op(p, OP_CREATE, c->to->key) && can_stand(p, c->to))
		create_tree(p, c->to);
}

static int
plan_destroy(struct plan *p)
{
	for (int i = 0; i < OP_PHASES; i++)
		json_decref(p->ops.by_key[i]);
	return 0;
}

struct plan *
plan_new(const void *owner, const struct schema_index *from,
    const struct schema_index *to, const struct schema_changes *changes,
    const bool *wanted)
{
	struct plan *p = NEW(owner, struct plan);

	p->from = from;
	p->to = p->ops.to = to;
	p->changes = changes;
	p->wanted = wanted;
	p->casualties = NEW_ARRAY(p, const char *, 1);
	p->rebuilt = NEW_ARRAY(p, const char *, 1);
	for (int i = 0; i < OP_PHASES; i++) {
		p->ops.by_key[i] = json_object();
		p->writing[i] = OP_NONE;
	}
	talloc_set_destructor(p, plan_destroy);
	for (size_t i = 0; i < changes->count; i++)
		if (wanted[changes->list[i].item])
			change_one(p, &changes->list[i]);
	plan_order(p, &p->ops);
	return p;
}

/* ---- results ------------------------------------------------------------ */

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

char **
plan_texts(const void *owner, const struct plan *p)
{
	char **texts = NEW_ARRAY(owner, char *, 1);
	struct buffer *run = NULL;
	bool alone = false;
	size_t count = 0;

	for (size_t i = 0; i < p->ops.count; i++) {
		const struct plan_op *op = &p->ops.list[p->ops.order[i]];

		if (op->dead || op->text->size == 0)
			continue;
		if (run == NULL || (alone && !op->alone)) {
			run = buffer_new(texts);
			GROW(owner, texts, char *, count + 2);
			count++;
		}
		buffer_add(run, op->text->data, op->text->size);
		alone = op->alone;
		texts[count - 1] = run->data;
	}
	texts[count] = NULL;
	return texts;
}
