/*
 * cli/shadow.h - the server that migrations are replayed on, as people name
 * one: a URL, or "scratch" for a server that is made for it.
 */
#ifndef PGRUNBOOK_CLI_SHADOW_H
#define PGRUNBOOK_CLI_SHADOW_H

#include "base/error.h"
#include "postgres/target.h"

/*
 * Freeing the target stops a scratch server and removes its files; it also
 * stops when the program ends in any other way.
 */
const struct pg_target *shadow_target(const void *owner, const char *word,
    struct error *err);

#endif
