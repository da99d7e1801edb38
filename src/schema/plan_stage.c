/*
 * schema/plan_stage.c - the form that each op takes, and the transactions.
 *
 * An op whose statements want different transactions is split: its rest is
 * an op of its own, behind it (plan_order.c).
 */

#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "schema/plan_op.h"

/* ---- what is there before ---------------------------------------------- */

/*
 * Is it there before, and still itself after: the plan makes neither it nor
 * what it is part of anew?  The root of it goes to *root.
 */
static bool
is_old(const struct plan_ops *ops, const char *key,
    const struct schema_object **root)
{
	const struct schema_object *o = schema_index_find(ops->from, key);
	size_t place;

	for (*root = o; o != NULL; o = schema_index_find(ops->from, o->parent)) {
		if (plan_op_find(ops, OP_CREATE, o->key, &place))
			return false;
		*root = o;
	}
	return *root != NULL;
}

static bool
stands(const struct plan_ops *ops, const struct plan_op *op)
{
	const struct schema_object *root;

	return op->phase != OP_CREATE ||
	    is_old(ops, op->object->parent, &root);
}

/* Making it can lock tables that it stands on: are they there? */
static bool
locks_others(const struct plan_ops *ops, const struct plan_op *op)
{
	const struct schema_object *root;

	if (!(schema_kind_find(op->object->kind)->flags & KIND_LOCKS_OTHERS))
		return false;
	for (const char **key = op->object->depends; *key != NULL; key++)
		if (is_old(ops, *key, &root) &&
		    (schema_kind_find(root->kind)->flags & KIND_LOCKS_OTHERS))
			return true;
	return false;
}

/* Is it, or is it part of, what nobody waits for? */
static bool
is_unlocked(const struct plan_ops *ops, const struct schema_object *o)
{
	for (; o != NULL; o = schema_index_find(ops->from, o->parent))
		if (schema_kind_find(o->kind)->flags & KIND_UNLOCKED)
			return true;
	return false;
}

/* ---- forms ------------------------------------------------------------- */

/* What goes with its table or column is not worth a transaction of its own. */
static bool
goes_with_others(const struct plan_ops *ops, const struct plan_op *op)
{
	size_t place;

	if (op->phase != OP_DROP)
		return false;
	for (const char **key = op->object->depends; *key != NULL; key++)
		if (plan_op_find(ops, OP_DROP, *key, &place))
			return true;
	return false;
}

/* Nor may a partition's index have a name that its parent's would take. */
static bool
is_in_the_way(const struct plan_ops *ops, const struct plan_op *op)
{
	const struct schema_object *table;
	const struct op_place *place;
	size_t count;

	if (op->phase != OP_DROP)
		return false;
	table = schema_index_find(ops->from, op->object->parent);
	if (table == NULL)
		return false;
	place = plan_ops_of(ops, table->parent, &count);
	for (; count > 0; count--, place++) {
		const struct plan_op *other = &ops->list[place->op];

		if (!other->dead && other->phase == OP_CREATE &&
		    (schema_kind_find(other->object->kind)->flags & KIND_MERGES))
			return true;
	}
	return false;
}

/* Nor is what is made again along with its table. */
static bool
comes_with_others(const struct plan_ops *ops, const struct plan_op *op)
{
	size_t place;

	return op->phase == OP_DROP &&
	    plan_op_find(ops, OP_CREATE, op->object->key, &place) &&
	    !ops->list[place].stands;
}

static void
take_form(const struct plan *p, struct plan_op *op)
{
	bool safe = p->form == FORM_SAFE && op->stands &&
	    !goes_with_others(&p->ops, op) && !is_in_the_way(&p->ops, op) &&
	    !comes_with_others(&p->ops, op);
	unsigned other = safe ? MARK_PLAIN : MARK_SAFE;
	size_t kept = 0;

	for (size_t i = 0; i < op->statement_count; i++)
		if (!(op->statements[i].marks & other))
			op->statements[kept++] = op->statements[i];
	op->statement_count = kept;
}

static enum op_room
room_of(const struct op_statement *s)
{
	return s->marks & MARK_OUTSIDE ? ROOM_OUTSIDE :
	    s->marks & MARK_LATER ? ROOM_LATER :
	    s->marks & MARK_FIRST ? ROOM_FIRST : ROOM_SHARED;
}

/* Statements from the n-th on become an op of their own. */
static size_t
cut(struct plan *p, size_t place, size_t n)
{
	struct plan_op *op = &p->ops.list[place], *rest;
	size_t other = plan_op_new(p, op->phase, op->object);

	op = &p->ops.list[place];
	rest = &p->ops.list[other];
	rest->to = op->to;
	rest->stands = op->stands;
	rest->locks = op->locks;
	rest->is_rest = true;
	rest->statements = op->statements + n;
	rest->statement_count = op->statement_count - n;
	op->statement_count = n;
	op->next = other;
	return other;
}

static void
split(struct plan *p, size_t place)
{
	while (p->ops.list[place].statement_count > 0) {
		struct plan_op *op = &p->ops.list[place];
		size_t n = 1;

		op->room = room_of(&op->statements[0]);
		while (n < op->statement_count &&
		    room_of(&op->statements[n]) == op->room)
			n++;
		if (n == op->statement_count)
			return;
		place = cut(p, place, n);
	}
}

void
plan_stages(struct plan *p)
{
	size_t count = p->ops.count;

	plan_ops_place(p, &p->ops);
	for (size_t i = 0; i < count; i++) {
		struct plan_op *op = &p->ops.list[i];

		op->stands = stands(&p->ops, op);
		op->locks = (op->stands || locks_others(&p->ops, op)) &&
		    !is_unlocked(&p->ops, op->object);
	}
	for (size_t i = 0; i < count; i++) {
		if (p->ops.list[i].dead)
			continue;
		take_form(p, &p->ops.list[i]);
		split(p, i);
	}
}

/* ---- statements ------------------------------------------------------------ */

static bool
begins_transaction(enum op_room before, enum op_room room)
{
	return room == ROOM_OUTSIDE || before == ROOM_OUTSIDE ||
	    (room == ROOM_LATER) != (before == ROOM_LATER) ||
	    (before == ROOM_FIRST && room != ROOM_FIRST);
}

/* What readers and writers take themselves is not worth a word. */
static const char *
lock_of(const char *text)
{
	static const char *const common[] = { "AccessShareLock",
		"RowShareLock", "RowExclusiveLock" };
	struct sql_script *script = sql_parse(NULL, text);
	const char *lock = NULL;

	/* A statement that the grammar does not know could take any. */
	for (size_t i = 0; i < script->count; i++)
		lock = !script->statements[i].parsed ? "AccessExclusiveLock" :
		    script->statements[i].lock;
	for (size_t i = 0; i < COUNT_OF(common); i++)
		if (str_equal(lock, common[i]))
			lock = NULL;
	talloc_free(script);
	return lock;
}

static struct drift_statement
statement_of(const struct plan_op *op, const struct op_statement *s)
{
	return (struct drift_statement){ .text = s->text,
		.lock = op->locks || s->marks & MARK_LOCKS ?
		    lock_of(s->text) : NULL,
		.scans = op->stands && s->marks & MARK_SCANS,
		.rewrites = op->stands && s->marks & MARK_REWRITES,
		.outside = op->room == ROOM_OUTSIDE };
}

struct drift_statement *
plan_statements(const void *owner, const struct plan *p)
{
	struct drift_statement *list = NEW_ARRAY(owner, struct drift_statement,
	    1);
	const struct plan_op *before = NULL;
	size_t count = 0, transaction = 0;

	for (size_t i = 0; i < p->ops.count; i++) {
		const struct plan_op *op = &p->ops.list[p->ops.order[i]];

		if (op->dead)
			continue;
		for (size_t k = 0; k < op->statement_count; k++) {
			if (before != NULL && (before != op ||
			    op->room == ROOM_OUTSIDE))
				transaction += begins_transaction(before->room,
				    op->room);
			before = op;
			GROW(owner, list, struct drift_statement, count + 2);
			list[count] = statement_of(op, &op->statements[k]);
			list[count++].transaction = transaction;
		}
	}
	list[count] = (struct drift_statement){ 0 };
	return list;
}

char **
plan_texts(const void *owner, const struct drift_statement *list)
{
	char **texts = NEW_ARRAY(owner, char *, 1);
	struct buffer *b = NULL;
	size_t count = 0;

	for (; list->text != NULL; list++) {
		if (b == NULL || list->transaction >= count) {
			b = buffer_new(texts);
			GROW(owner, texts, char *, count + 2);
			count++;
		}
		buffer_printf(b, "%s;\n", list->text);
		texts[count - 1] = b->data;
	}
	texts[count] = NULL;
	return texts;
}
