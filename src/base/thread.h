/*
 * base/thread.h - work apart from the main thread, which keeps all signals.
 *
 * talloc and jansson know nothing of threads: what two of them allocate, free
 * or count must not have an owner in common that either hangs things on.
 */
#ifndef PGRUNBOOK_BASE_THREAD_H
#define PGRUNBOOK_BASE_THREAD_H

#include <stddef.h>

/*
 * Runs by itself, and no end of the program waits for it.  Returns 0, or the
 * errno of what was in the way.
 */
int thread_start(void *(*run)(void *arg), void *arg);

struct thread;

/* Work that somebody waits for; done now where there is no thread for it. */
struct thread *thread_begin(void (*run)(void *arg), void *arg);
/* Returns when its work is done, and frees it. */
void thread_join(struct thread *thread);

/* The same work on each of the arguments, at once; returns when all is done. */
void thread_each(void (*run)(void *arg), void *const *args, size_t count);

#endif
