/*
 * schema/inherit.h - tables that get other parents, or none.
 *
 * A column or check that a table has from its parents is no object of the
 * snapshot: what is done to the parent's is done to it.  A table that changes
 * parents takes them along, and must have those of the new parents before it
 * may have these.  So where two snapshots differ in that they are compared,
 * and planned, as if all that such a table has were its own.
 */
#ifndef PGRUNBOOK_SCHEMA_INHERIT_H
#define PGRUNBOOK_SCHEMA_INHERIT_H

#include "schema/index.h"
#include "schema/snapshot.h"

/* Does the table stay, with other parents?  Either may be null. */
bool inherit_moves(const struct schema_object *from,
    const struct schema_object *to);

/*
 * Where tables move between the two: both with the columns and checks of
 * those.  Else as they are.  New ones belong to owner and borrow from what
 * they replace.
 */
void inherit_unfold(const void *owner, const struct schema_snapshot **from,
    const struct schema_snapshot **to);

/* Options of where long values are kept pass unheard where no column is long. */
bool inherit_has_toast_options(const struct schema_object *table);

/*
 * A table that is made wants its parents' columns to be as they shall be: it
 * names some itself, or has such options.
 */
bool inherit_needs_columns(const struct schema_object *o);

/* Is the object of this key a parent of o, or a parent's? */
bool inherit_is_from(const struct schema_index *x,
    const struct schema_object *o, const char *key);

#endif
