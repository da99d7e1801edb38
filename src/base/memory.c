/* base/memory.c - checked allocation. */

#include <limits.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <unistd.h>

#include "base/memory.h"

#define LARGEST_STEP_BYTES	((size_t)1024 * 1024 * 1024)

static void (*exhaustion_hook)(void);

void
memory_on_exhaustion(void (*hook)(void))
{
	exhaustion_hook = hook;
}

void
memory_exhausted(void)
{
	static const char text[] = "pgrunbook: error: out of memory\n";
	void (*hook)(void) = exhaustion_hook;

	/* The hook may run out of memory too: it is not called again. */
	exhaustion_hook = NULL;
	if (hook != NULL)
		hook();
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

void *
memory_check(void *p)
{
	if (p == NULL)
		memory_exhausted();
	return p;
}

/* mallopt(3): see there for what the heap would do otherwise. */
void
memory_reserve(size_t size_bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int step = (int)MIN(size_bytes, LARGEST_STEP_BYTES);
	volatile char *more;
	char *end;

	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, step / 8);
	(void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
	(void)mallopt(M_TOP_PAD, step);
	/* It grows when it is asked for what it has no room for. */
	more = memory_check(malloc((size_t)step / 16));
	*more = 0;
	free((void *)(uintptr_t)more);
	end = sbrk(0);
	end -= (uintptr_t)end % page;
	(void)madvise(end - step, (size_t)step, MADV_HUGEPAGE);
}

char *
mem_strdup(const void *owner, const char *text)
{
	if (text == NULL)
		return NULL;
	return memory_check(talloc_strdup(owner, text));
}

char *
mem_strndup(const void *owner, const char *text, size_t size_bytes)
{
	if (text == NULL)
		return NULL;
	return memory_check(talloc_strndup(owner, text, size_bytes));
}

char *
mem_printf(const void *owner, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = talloc_vasprintf(owner, fmt, ap);
	va_end(ap);
	return memory_check(text);
}
