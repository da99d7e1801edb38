/* base/thread.c - POSIX threads that signals leave alone. */

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/thread.h"

static int
create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *arg),
    void *arg)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

int
thread_start(void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = create(&thread, &attr, run, arg);
	pthread_attr_destroy(&attr);
	return rc;
}

struct thread {
	void	(*run)(void *arg);
	void	*arg;
	pthread_t id;
	bool	 is_started;
};

static void *
run_thread(void *arg)
{
	const struct thread *thread = arg;

	thread->run(thread->arg);
	return NULL;
}

struct thread *
thread_begin(void (*run)(void *arg), void *arg)
{
	struct thread *thread = NEW(NULL, struct thread);

	thread->run = run;
	thread->arg = arg;
	thread->is_started = create(&thread->id, NULL, run_thread, thread) == 0;
	if (!thread->is_started)
		run(arg);
	return thread;
}

void
thread_join(struct thread *thread)
{
	if (thread->is_started)
		pthread_join(thread->id, NULL);
	talloc_free(thread);
}

void
thread_each(void (*run)(void *arg), void *const *args, size_t count)
{
	struct thread **others = NEW_ARRAY(NULL, struct thread *, count);

	for (size_t i = 1; i < count; i++)
		others[i] = thread_begin(run, args[i]);
	if (count > 0)
		run(args[0]);
	for (size_t i = 1; i < count; i++)
		thread_join(others[i]);
	talloc_free(others);
}
