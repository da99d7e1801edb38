/*
 * schema/kinds/column.h - columns' text in CREATE TABLE; for tables.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_COLUMN_H
#define PGRUNBOOK_SCHEMA_KINDS_COLUMN_H

#include "base/str.h"
#include "schema/kind.h"

/* "total numeric(14,2) DEFAULT 0 NOT NULL" */
char *column_definition(const void *owner, const struct schema_object *column);

/* " (a integer, b text)": all that a table shall have. */
void columns_add(struct buffer *b, struct plan *p,
    const struct schema_object *table);
/* What CREATE TABLE cannot say of them: storage, statistics, options. */
void columns_finish(struct plan *p, const struct schema_object *table);

#endif
