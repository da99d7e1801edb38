/*
 * base/memory.h - what happens when memory runs out.
 *
 * talloc does the work; its failures end the process.  Whoever must clean
 * up first (the terminal) registers one hook.
 */
#ifndef PGRUNBOOK_BASE_MEMORY_H
#define PGRUNBOOK_BASE_MEMORY_H

#include <talloc.h>

#include "base/macros.h"

/* Called once, before the process ends for want of memory. */
void memory_on_exhaustion(void (*hook)(void));
void memory_exhausted(void) NORETURN;

/* p, or the end of the process. */
void *memory_check(void *p);

/* talloc's calls, checked.  Zeroed. */
#define NEW(owner, type) \
	((type *)memory_check(talloc_zero(owner, type)))
#define NEW_ARRAY(owner, type, count) \
	((type *)memory_check(talloc_zero_array(owner, type, (unsigned)(count))))
/* Grow *array (talloc) to count elements; new ones are not zeroed. */
#define GROW(owner, array, type, count) \
	((array) = (type *)memory_check(talloc_realloc(owner, array, type, \
	    (unsigned)(count))))

/*
 * For a program that will hold as much, and then end: its heap is taken from
 * the system in large pages, and given back at its end.  What is not touched
 * costs nothing.  A hint, which may come to nothing.
 */
void memory_reserve(size_t size_bytes);

char *mem_strdup(const void *owner, const char *text);	/* null stays null */
char *mem_strndup(const void *owner, const char *text, size_t size_bytes);
char *mem_printf(const void *owner, const char *fmt, ...) PRINTF(2, 3);

#endif
