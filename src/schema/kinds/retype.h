/*
 * schema/kinds/retype.h - a type that cannot become what it shall be: a new
 * one takes its name and its columns.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_RETYPE_H
#define PGRUNBOOK_SCHEMA_KINDS_RETYPE_H

#include "schema/kind.h"
#include "schema/plan.h"

/*
 * The new value of a column of the type itself, as SQL; null: by its text,
 * as that of any other column.
 */
typedef char *(*retype_value)(const void *owner, const char *column,
    const struct schema_object *from, const struct schema_object *to);

/* create is the statement that makes it. */
void retype(struct plan *p, const struct schema_object *from,
    const struct schema_object *to, const char *create, retype_value value);
/*
 * For a type with companions (a range has) that would keep the old one's
 * names: its columns are text while it goes and comes.
 */
void retype_by_text(struct plan *p, const struct schema_object *from,
    const char *create);

#endif
