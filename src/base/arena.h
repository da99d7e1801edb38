/*
 * base/arena.h - many small things that live and go together.
 *
 * A thin cover of glibc's obstack: an allocation is a few bytes more than
 * what was asked for, and none is freed before the arena is.  For what is
 * held by the hundred thousand; everything else belongs to talloc alone.
 */
#ifndef PGRUNBOOK_BASE_ARENA_H
#define PGRUNBOOK_BASE_ARENA_H

#include <stddef.h>

#include "base/macros.h"

struct arena;

/* Freed with its owner.  Out of memory ends the process. */
struct arena *arena_new(const void *owner);
/* Aligned for any type, not zeroed. */
void *arena_alloc(struct arena *a, size_t size_bytes);
char *arena_strdup(struct arena *a, const char *text);

#endif
