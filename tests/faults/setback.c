/*
 * tests/faults/setback.c - a wall clock that is set back an hour (preload).
 *
 * SETBACK_AFTER_MS: so long after the program's first look at it.  The
 * monotonic clock goes on, as it does.
 */

#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int
clock_gettime(clockid_t id, struct timespec *t)
{
	static int (*next)(clockid_t, struct timespec *);
	static struct timespec first;
	const char *after = getenv("SETBACK_AFTER_MS");
	long ms;
	int rc;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
	rc = next(id, t);
	if (id != CLOCK_REALTIME || rc != 0 || after == NULL)
		return rc;
	if (first.tv_sec == 0)
		first = *t;
	ms = (long)(t->tv_sec - first.tv_sec) * 1000 +
	    (t->tv_nsec - first.tv_nsec) / 1000000;
	if (ms >= atol(after))
		t->tv_sec -= 3600;
	return rc;
}
