/*
 * schema/plan.h - statements that turn one schema into another, in order.
 *
 * The kinds write statements; the plan knows what depends on what and puts
 * them in an order that works: what stands on a thing goes before the thing
 * does, and is made after it.  What holds nothing of its own (views, indexes,
 * keys) is dropped and made again where something under it must change.
 *
 * Where a kind knows a form that stands in nobody's way for long, it writes
 * both; which one is taken depends on whether the table was there before.
 */
#ifndef PGRUNBOOK_SCHEMA_PLAN_H
#define PGRUNBOOK_SCHEMA_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"
#include "schema/edges.h"
#include "schema/index.h"
#include "schema/kind.h"

/* A pair that differs: from or to is null for an addition or a drop. */
struct schema_change {
	const struct schema_object *from, *to;
	size_t	 item;		/* which drift item it is part of */
};

/* What it is about: as it was or, where it comes, as it shall be. */
const struct schema_object *schema_change_object(
    const struct schema_change *c);

struct schema_changes {
	struct schema_change *list;	/* parents before their parts */
	size_t	 count;
	json_t	*by_key;		/* keys of from and of to: place in list */
	struct edges	*by_item;	/* from items to places in list */
};

/*
 * Plan the changes for which wanted[change.item] is true; what is not wanted
 * stays as it is in from.  from and to are indexed snapshots that outlive
 * the plan.
 */
struct plan *plan_new(const void *owner, const struct schema_index *from,
    const struct schema_index *to, const struct schema_changes *changes,
    const bool *wanted, enum drift_form form);

/* Likewise where wanted[item] alone is true: takes the time that one takes. */
struct plan *plan_of_item(const void *owner, const struct schema_index *from,
    const struct schema_index *to, const struct schema_changes *changes,
    const bool *wanted, size_t item, enum drift_form form);

/* In order; the last has no text.  The texts live as long as the plan. */
struct drift_statement *plan_statements(const void *owner,
    const struct plan *p);
/* A text for each transaction; null-terminated; empty: { NULL }. */
char **plan_texts(const void *owner, const struct drift_statement *list);
/* Keys of what is dropped, and not made again, though no change says so. */
const char **plan_casualties(const struct plan *p);
/* Keys of what is dropped and made again for the changes' sake. */
const char **plan_rebuilt(const struct plan *p);

/* ---- for kinds, while create, drop or alter runs ---------------------- */

/* One statement, without its semicolon. */
void plan_create(struct plan *p, const char *fmt, ...) PRINTF(2, 3);
void plan_drop(struct plan *p, const char *fmt, ...) PRINTF(2, 3);
void plan_alter(struct plan *p, const char *fmt, ...) PRINTF(2, 3);
typedef void (*plan_write)(struct plan *p, const char *fmt, ...) PRINTF(2, 3);
/* A change that comes before what the old state stands on is dropped. */
void plan_unbind(struct plan *p, const char *fmt, ...) PRINTF(2, 3);
/* Of the statement that was written last: */
enum plan_mark {
	MARK_PLAIN = 1 << 0,	/* for other forms, and for what is new */
	MARK_SAFE = 1 << 1,	/* for FORM_SAFE, on what is there before */
	MARK_LATER = 1 << 2,	/* only when what is before it is committed */
	MARK_OUTSIDE = 1 << 3,	/* refuses a transaction */
	MARK_SCANS = 1 << 4,	/* reads a whole table */
	MARK_REWRITES = 1 << 5,	/* writes a whole table anew */
	MARK_FIRST = 1 << 6,	/* committed before anything uses it */
	MARK_LOCKS = 1 << 7	/* a table, though it is about none */
};
void plan_mark(struct plan *p, unsigned marks);
/*
 * The alteration does not pass while something stands on it whose kind has
 * the flag (KIND_BLOCKS or KIND_DERIVED): that is dropped and made again.
 */
void plan_rebuild(struct plan *p, const struct schema_object *from,
    enum kind_flag flag);

/* The object of this key goes and, where it shall be, is made again. */
void plan_remake(struct plan *p, const char *key);

/* Parts of this kind that the object shall have, by fact "position". */
const struct schema_object **plan_parts(struct plan *p,
    const struct schema_object *parent, const char *kind);
/* Objects of this kind that stand on it now. */
const struct schema_object **plan_dependents(struct plan *p,
    const struct schema_object *from, const char *kind);
/* Does it go, if only to be made again?  Sure of tables and their parts alone. */
bool plan_is_dropped(const struct plan *p, const char *key);
/* Fact "owner" of a relation that is kept; null in a migration. */
const char *plan_owner(const struct plan *p, const char *key);
/* What it is now; null where it is not there, or plan_is_dropped(). */
const struct schema_object *plan_kept(const struct plan *p, const char *key);
/* plan_target() of what does not; else null. */
const struct schema_object *plan_staying(struct plan *p, const char *key);
/* What the object of this key shall be: null where it shall not be. */
const struct schema_object *plan_target(struct plan *p, const char *key);

#endif
