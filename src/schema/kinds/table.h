/*
 * schema/kinds/table.h - what the parts of a table ask of it.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_TABLE_H
#define PGRUNBOOK_SCHEMA_KINDS_TABLE_H

#include <stdbool.h>

#include "schema/plan.h"

/* Shall the object of this key be a table of partitions? */
bool table_is_partitioned(struct plan *p, const char *key);

#endif
