/* schema/plan_write.c - a plan's ops, and what the kinds write into them. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "schema/plan_op.h"

/* ---- ops --------------------------------------------------------------- */

void
plan_ops_begin(struct plan *p)
{
	for (int i = 0; i < OP_PHASES; i++) {
		p->ops.by_key[i] = json_object();
		p->writing[i] = OP_NONE;
	}
}

size_t
plan_op_new(struct plan *p, enum op_phase phase, const struct schema_object *o)
{
	struct plan_ops *ops = &p->ops;

	if (ops->count == ops->room) {
		ops->room = ops->room == 0 ? 64 : ops->room * 2;
		GROW(p, ops->list, struct plan_op, ops->room);
	}
	ops->list[ops->count] = (struct plan_op){ .phase = phase,
		.room = ROOM_SHARED, .object = o, .next = OP_NONE };
	p->writing[phase] = ops->count;
	return ops->count++;
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

void
plan_op_cover(struct plan *p, enum op_phase phase, size_t op,
    const struct schema_object *o)
{
	struct plan_op *it = &p->ops.list[op];

	json_object_set_new(p->ops.by_key[phase], o->key,
	    json_integer((json_int_t)op));
	GROW(p, it->covers, const struct schema_object *, it->cover_count + 1);
	it->covers[it->cover_count++] = o;
}

bool
plan_op_has(const struct plan *p, enum op_phase phase, const char *key)
{
	size_t place;

	return plan_op_find(&p->ops, phase, key, &place);
}

void
plan_op_kill(struct plan *p, enum op_phase phase, const char *key)
{
	size_t place;

	if (plan_op_find(&p->ops, phase, key, &place))
		p->ops.list[place].dead = true;
}

static int
by_parent(const void *a, const void *b)
{
	const struct op_place *x = a, *y = b;
	int order = strcmp(x->parent, y->parent);

	return order != 0 ? order : (x->op > y->op) - (x->op < y->op);
}

void
plan_ops_place(const void *owner, struct plan_ops *ops)
{
	ops->places = NEW_ARRAY(owner, struct op_place, ops->count + 1);
	ops->place_count = 0;
	for (size_t i = 0; i < ops->count; i++)
		if (ops->list[i].object->parent != NULL)
			ops->places[ops->place_count++] = (struct op_place){
				ops->list[i].object->parent, i };
	qsort(ops->places, ops->place_count, sizeof(*ops->places), by_parent);
}

const struct op_place *
plan_ops_of(const struct plan_ops *ops, const char *parent, size_t *count)
{
	size_t low = 0, high = ops->place_count, end;

	*count = 0;
	if (parent == NULL)
		return ops->places;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(ops->places[middle].parent, parent) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < ops->place_count &&
	    strcmp(ops->places[end].parent, parent) == 0; end++)
		(*count)++;
	return &ops->places[low];
}

/* ---- pens -------------------------------------------------------------- */

struct plan_pen
plan_pen_take(struct plan *p, const struct schema_object *subject,
    const struct schema_object *to)
{
	struct plan_pen pen = { .last = p->last, .subject = p->subject,
		.subject_to = p->subject_to };

	memcpy(pen.writing, p->writing, sizeof(pen.writing));
	for (int i = 0; i < OP_PHASES; i++)
		p->writing[i] = OP_NONE;
	p->last = NULL;
	p->subject = subject;
	p->subject_to = to;
	return pen;
}

void
plan_pen_give(struct plan *p, struct plan_pen pen)
{
	memcpy(p->writing, pen.writing, sizeof(pen.writing));
	p->last = pen.last;
	p->subject = pen.subject;
	p->subject_to = pen.subject_to;
}

/* ---- statements -------------------------------------------------------- */

static void
write_statement(struct plan *p, enum op_phase phase, const char *fmt,
    va_list args)
{
	size_t place = p->writing[phase];
	struct plan_op *op;

	/* An alteration's ops are made when there is something to write. */
	if (place == OP_NONE) {
		place = plan_op_new(p, phase, p->subject);
		plan_op_cover(p, phase, place, p->subject);
		p->ops.list[place].to = p->subject_to;
		/* What stands on its new name waits for it. */
		if (phase == OP_ALTER && p->subject_to != NULL)
			json_object_set_new(p->ops.by_key[phase],
			    p->subject_to->key, json_integer((json_int_t)place));
	}
	op = &p->ops.list[place];
	GROW(p, op->statements, struct op_statement, op->statement_count + 1);
	p->last = &op->statements[op->statement_count++];
	*p->last = (struct op_statement){
		.text = memory_check(talloc_vasprintf(p, fmt, args)) };
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
plan_mark(struct plan *p, unsigned marks)
{
	if (p->last != NULL)
		p->last->marks |= marks;
}
