/*
 * schema/plan_op.h - what a plan is made of; for plan*.c alone.
 *
 * An op is what is done to one object: its drop, creation, alteration, or
 * what must come loose before ("unbind").  It knows which objects of the old
 * state it ends and which of the new one it begins; from that and what the
 * objects depend on the order follows.
 */
#ifndef PGRUNBOOK_SCHEMA_PLAN_OP_H
#define PGRUNBOOK_SCHEMA_PLAN_OP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "schema/index.h"
#include "schema/kind.h"
#include "schema/plan.h"

/* In the order in which they happen where nothing else decides. */
enum op_phase { OP_UNBIND, OP_DROP, OP_ALTER, OP_CREATE, OP_PHASES };
#define OP_NONE	SIZE_MAX

/* Where statements may stand, in the order in which they happen, likewise. */
enum op_room {
	ROOM_FIRST,	/* committed before anything uses it */
	ROOM_SHARED,	/* in a transaction with others */
	ROOM_OUTSIDE,	/* in none */
	ROOM_LATER	/* in one of its like, when what was before is committed */
};

struct op_statement {
	char	*text;			/* without its semicolon */
	unsigned marks;			/* enum plan_mark */
};

struct plan_op {
	enum op_phase phase;
	enum op_room room;
	bool	 dead;
	bool	 stands;		/* what it is about is there before the plan */
	bool	 locks;			/* others wait for its locks */
	bool	 is_rest;		/* of the op whose next it is */
	size_t	 next;			/* where it goes on; OP_NONE */
	const struct schema_object *object;	/* what it is about */
	const struct schema_object *to;		/* what an alteration makes of it */
	const struct schema_object **covers;	/* what it ends or begins */
	size_t	 cover_count;
	struct op_statement *statements;
	size_t	 statement_count;
};

/* An op by the parent of what it is about. */
struct op_place {
	const char *parent;
	size_t	 op;
};

struct plan_ops {
	const struct schema_index *from, *to;
	struct plan_op	*list;
	size_t		 count, room;
	struct op_place	*places;		/* sorted */
	size_t		 place_count;
	size_t		*order;
	json_t		*by_key[OP_PHASES];	/* key: place in list */
};

struct plan {
	const struct schema_index *from, *to;
	const struct schema_changes *changes;
	const bool	*wanted;
	enum drift_form	 form;
	struct plan_ops	 ops;
	size_t		 writing[OP_PHASES];	/* the op that statements go to */
	struct op_statement *last;		/* written */
	const struct schema_object *subject;	/* what a kind writes about */
	const struct schema_object *subject_to;
	const char	**casualties, **rebuilt;
	size_t		 casualty_count, rebuilt_count;
};

/* ---- plan_write.c: ops, and what the kinds write into them --------------- */

void plan_ops_begin(struct plan *p);
size_t plan_op_new(struct plan *p, enum op_phase phase,
    const struct schema_object *o);
/* o is among what the op ends or begins. */
void plan_op_cover(struct plan *p, enum op_phase phase, size_t op,
    const struct schema_object *o);
/* Is there a live op that does this to the object of this key? */
bool plan_op_find(const struct plan_ops *ops, enum op_phase phase,
    const char *key, size_t *place);
bool plan_op_has(const struct plan *p, enum op_phase phase, const char *key);
void plan_op_kill(struct plan *p, enum op_phase phase, const char *key);

/* From now on plan_ops_of() knows the ops that there are, but no rest of one. */
void plan_ops_place(const void *owner, struct plan_ops *ops);
/* Those about parts of it, in the order of the list; parent may be null. */
const struct op_place *plan_ops_of(const struct plan_ops *ops,
    const char *parent, size_t *count);

/* What a kind writes goes to ops of the subject until the pen is given back. */
struct plan_pen {
	size_t	writing[OP_PHASES];
	struct op_statement *last;
	const struct schema_object *subject, *subject_to;
};
struct plan_pen plan_pen_take(struct plan *p,
    const struct schema_object *subject, const struct schema_object *to);
void plan_pen_give(struct plan *p, struct plan_pen pen);

/* ---- plan_parts.c: what belongs to an object ----------------------------- */

struct object_list {
	const struct schema_object **objects;	/* null-terminated; to be freed */
	size_t	 count;
};

const struct schema_change *plan_wanted_change(const struct plan *p,
    const char *key);
void object_list_add(void *list, const struct schema_object *o);
struct object_list object_list_new(void);
/* What stands on the object of this key now. */
struct object_list plan_dependents_of(const struct plan *p, const char *key);
struct object_list plan_parts_of(const struct schema_index *x,
    const char *key);
/* Parts that the object shall have: those it has, and those it gains. */
struct object_list plan_target_parts(struct plan *p,
    const struct schema_object *parent);

/* ---- plan_stage.c: the form of each op, and the transactions ------------- */

/* Chooses the form that each op is written in, and splits it where it must be. */
void plan_stages(struct plan *p);

/* ---- plan_edges.c: which op comes before which ----------------------------- */

struct plan_edge {
	size_t	before, after;
};

struct plan_edges {
	const void	*owner;			/* of the list */
	struct plan_edge *list;
	size_t		 count, room;
};

void plan_edges_find(const struct plan_ops *ops, struct plan_edges *edges);

/* ---- plan_order.c -------------------------------------------------------- */

/* Fills ops->order, owned by owner. */
void plan_order(const void *owner, struct plan_ops *ops);

#endif
