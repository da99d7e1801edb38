/* base/arena.c - obstack, with a talloc owner. */

#include <limits.h>
#include <obstack.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

#define obstack_chunk_alloc	chunk_new
#define obstack_chunk_free	free

#define CHUNK_BYTES	((size_t)64 * 1024)

struct arena {
	struct obstack	 chunks;
};

static void *
chunk_new(size_t size_bytes)
{
	return memory_check(malloc(size_bytes));
}

static int
arena_destroy(struct arena *a)
{
	obstack_free(&a->chunks, NULL);
	return 0;
}

struct arena *
arena_new(const void *owner)
{
	struct arena *a = NEW(owner, struct arena);

	obstack_begin(&a->chunks, CHUNK_BYTES);
	talloc_set_destructor(a, arena_destroy);
	return a;
}

void *
arena_alloc(struct arena *a, size_t size_bytes)
{
	/* What obstack counts in. */
	if (size_bytes > INT_MAX)
		memory_exhausted();
	return obstack_alloc(&a->chunks, (int)size_bytes);
}

char *
arena_strdup(struct arena *a, const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(arena_alloc(a, size), text, size);
}
