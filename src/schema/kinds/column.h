/*
 * schema/kinds/column.h - a column's text in CREATE TABLE; for tables.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_COLUMN_H
#define PGRUNBOOK_SCHEMA_KINDS_COLUMN_H

#include "schema/kind.h"

/* "total numeric(14,2) DEFAULT 0 NOT NULL" */
char *column_definition(const void *owner, const struct schema_object *column);

#endif
