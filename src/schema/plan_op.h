/*
 * schema/plan_op.h - the plan's ops and their order; for plan*.c alone.
 */
#ifndef PGRUNBOOK_SCHEMA_PLAN_OP_H
#define PGRUNBOOK_SCHEMA_PLAN_OP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/str.h"
#include "schema/index.h"
#include "schema/kind.h"

/* In the order in which they happen where nothing else decides. */
enum op_phase { OP_UNBIND, OP_DROP, OP_ALTER, OP_CREATE, OP_PHASES };
#define OP_NONE	SIZE_MAX

struct plan_op {
	enum op_phase phase;
	bool	 alone, dead;
	const struct schema_object *object;	/* what it is about */
	const struct schema_object *to;		/* what an alteration makes of it */
	const struct schema_object **covers;	/* what it ends or begins */
	size_t	 cover_count;
	struct buffer *text;
};

struct plan_ops {
	const struct schema_index *to;
	struct plan_op	*list;
	size_t		 count;
	size_t		*order;
	json_t		*by_key[OP_PHASES];	/* key: place in list */
};

/* Is there a live op that does this to the object of this key? */
bool plan_op_find(const struct plan_ops *ops, enum op_phase phase,
    const char *key, size_t *place);
/* Fills ops->order, owned by owner. */
void plan_order(const void *owner, struct plan_ops *ops);

#endif
