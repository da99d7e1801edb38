/* base/memory.c - checked allocation. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

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
