/*
 * schema/normalise.h - deparsed SQL in the one form that stays.
 *
 * The server's deparsing is no fix-point: "v IN ('a','b')" on a varchar is
 * shown with a cast around the whole array at first, and with a cast around
 * each element after a dump and restore.  Both become the second form, which
 * is what the server itself makes of the first, so the text still means the
 * same.
 */
#ifndef PGRUNBOOK_SCHEMA_NORMALISE_H
#define PGRUNBOOK_SCHEMA_NORMALISE_H

char *schema_normalise(const void *owner, const char *sql);

#endif
