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

struct share {
	void	(*run)(void *arg);
	void	*arg;
	pthread_t thread;
	bool	 started;
};

static void *
run_share(void *arg)
{
	const struct share *share = arg;

	share->run(share->arg);
	return NULL;
}

void
thread_each(void (*run)(void *arg), void *const *args, size_t count)
{
	struct share *shares = NEW_ARRAY(NULL, struct share, count);

	for (size_t i = 1; i < count; i++) {
		shares[i] = (struct share){ .run = run, .arg = args[i] };
		shares[i].started = create(&shares[i].thread, NULL, run_share,
		    &shares[i]) == 0;
	}
	if (count > 0)
		run(args[0]);
	for (size_t i = 1; i < count; i++) {
		if (shares[i].started)
			pthread_join(shares[i].thread, NULL);
		else
			run(shares[i].arg);
	}
	talloc_free(shares);
}
