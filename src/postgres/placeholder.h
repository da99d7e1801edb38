/*
 * postgres/placeholder.h - :'name' and :"name" in SQL text, as psql has them.
 */
#ifndef PGRUNBOOK_POSTGRES_PLACEHOLDER_H
#define PGRUNBOOK_POSTGRES_PLACEHOLDER_H

/* The same text, of the same length, with constants in their place. */
char *placeholder_shadow(const void *owner, const char *text);

#endif
