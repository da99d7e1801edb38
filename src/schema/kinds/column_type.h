/*
 * schema/kinds/column_type.h - what a change of type means to the values of a
 * column.  Types are named as format_type() does.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_COLUMN_TYPE_H
#define PGRUNBOOK_SCHEMA_KINDS_COLUMN_TYPE_H

#include <stdbool.h>

/* The conversion that USING must name; null where it needs none. */
char *type_conversion(const void *owner, const char *column, const char *from,
    const char *to);
/* Known to keep every value and the table's file as they are? */
bool type_is_widening(const void *scratch, const char *from, const char *to);
/* From a timestamp without a time zone to one with, or back? */
bool type_is_time_zone_change(const char *from, const char *to);

#endif
