/* schema/plan_order.c - the order of a plan's ops. */

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "schema/plan_op.h"

#define ROOMS	(ROOM_LATER + 1)

/* ---- what comes first of a room where the edges leave it open ------------- */

struct ranked {
	enum op_phase phase;
	int	 rank;		/* of its kind; what is made last is dropped first */
	const char *key;
	size_t	 op;
};

static int
by_precedence(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order;

	if (x->phase != y->phase)
		return x->phase < y->phase ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	order = strcmp(x->key, y->key);
	return order != 0 ? order : (x->op > y->op) - (x->op < y->op);
}

static struct ranked *
rank_ops(const void *owner, const struct plan_ops *ops)
{
	struct ranked *list = NEW_ARRAY(owner, struct ranked, ops->count + 1);

	for (size_t i = 0; i < ops->count; i++) {
		const struct plan_op *op = &ops->list[i];
		int rank = schema_kind_rank(schema_kind_find(op->object->kind));

		list[i] = (struct ranked){ .phase = op->phase, .op = i,
			.rank = op->phase == OP_DROP ? -rank : rank,
			.key = op->object->key };
	}
	qsort(list, ops->count, sizeof(*list), by_precedence);
	return list;
}

/* ---- those that wait for none: a heap for each room ------------------------ */

struct heap {
	size_t	*list;		/* places in the order of precedence */
	size_t	 count;
};

static void
heap_push(struct heap *h, size_t value)
{
	size_t at = h->count++;

	for (; at > 0 && h->list[(at - 1) / 2] > value; at = (at - 1) / 2)
		h->list[at] = h->list[(at - 1) / 2];
	h->list[at] = value;
}

static size_t
heap_pop(struct heap *h)
{
	size_t first = h->list[0], value = h->list[--h->count], at = 0, next;

	for (; (next = 2 * at + 1) < h->count; at = next) {
		if (next + 1 < h->count && h->list[next + 1] < h->list[next])
			next++;
		if (h->list[next] >= value)
			break;
		h->list[at] = h->list[next];
	}
	h->list[at] = value;
	return first;
}

/* ---- the walk --------------------------------------------------------------- */

struct walk {
	struct plan_ops	*ops;
	struct ranked	*ranked;
	size_t		*place;		/* of each op in ranked */
	size_t		*waits_for;	/* so many others */
	bool		*taken;
	struct heap	 ready[ROOMS];
	size_t		 forced;	/* all ops before this one are taken */
};

static void
make_ready(struct walk *w, size_t op)
{
	heap_push(&w->ready[w->ops->list[op].room], w->place[op]);
}

/*
 * What is like what came last goes on, so that there are few transactions.
 * Where all wait for each other, the first of all, and the server has the
 * last word.
 */
static size_t
choose(struct walk *w, enum op_room last)
{
	enum op_room room = ROOM_FIRST;

	if (w->ready[ROOM_FIRST].count == 0 && w->ready[last].count > 0)
		room = last;
	while (room < ROOMS && w->ready[room].count == 0)
		room++;
	if (room < ROOMS)
		return w->ranked[heap_pop(&w->ready[room])].op;
	while (w->taken[w->forced])
		w->forced++;
	return w->forced;
}

static struct walk *
walk_new(struct plan_ops *ops, const struct plan_edges *edges)
{
	struct walk *w = NEW(ops->order, struct walk);

	w->ops = ops;
	w->ranked = rank_ops(w, ops);
	w->place = NEW_ARRAY(w, size_t, ops->count + 1);
	w->waits_for = NEW_ARRAY(w, size_t, ops->count + 1);
	w->taken = NEW_ARRAY(w, bool, ops->count + 1);
	for (int room = 0; room < ROOMS; room++)
		w->ready[room].list = NEW_ARRAY(w, size_t, ops->count + 1);
	for (size_t i = 0; i < ops->count; i++)
		w->place[w->ranked[i].op] = i;
	for (size_t i = 0; i < edges->count; i++)
		w->waits_for[edges->list[i].after]++;
	for (size_t i = 0; i < ops->count; i++)
		if (w->waits_for[i] == 0)
			make_ready(w, i);
	return w;
}

static int
by_before(const void *a, const void *b)
{
	const struct plan_edge *x = a, *y = b;

	return (x->before > y->before) - (x->before < y->before);
}

/* Nobody waits for the op any more; the edges are sorted. */
static void
let_go(struct walk *w, const struct plan_edges *edges, size_t op)
{
	const struct plan_edge wanted = { .before = op };
	const struct plan_edge *end = edges->list + edges->count, *edge;

	if (edges->count == 0)
		return;
	edge = bsearch(&wanted, edges->list, edges->count, sizeof(*edge),
	    by_before);
	if (edge == NULL)
		return;
	while (edge > edges->list && edge[-1].before == op)
		edge--;
	for (; edge < end && edge->before == op; edge++)
		if (--w->waits_for[edge->after] == 0 && !w->taken[edge->after])
			make_ready(w, edge->after);
}

void
plan_order(const void *owner, struct plan_ops *ops)
{
	struct plan_edges edges = { 0 };
	enum op_room last = ROOM_FIRST;
	struct walk *w;

	ops->order = NEW_ARRAY(owner, size_t, ops->count + 1);
	edges.owner = ops->order;
	plan_edges_find(ops, &edges);
	if (edges.count > 0)
		qsort(edges.list, edges.count, sizeof(*edges.list), by_before);
	w = walk_new(ops, &edges);
	for (size_t n = 0; n < ops->count; n++) {
		size_t op = choose(w, last);

		w->taken[op] = true;
		if (ops->list[op].statement_count > 0 && !ops->list[op].dead)
			last = ops->list[op].room;
		ops->order[n] = op;
		let_go(w, &edges, op);
	}
	talloc_free(w);
	talloc_free(edges.list);
}
