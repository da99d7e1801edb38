/* tests/base/test_thread.c - work beside the main thread. */

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/thread.h"
#include "harness/test.h"

#define WORKERS	3

struct work {
	pthread_barrier_t *together;
	pthread_t by;
	sigset_t masked;
};

static void
meet(void *arg)
{
	struct work *w = arg;

	w->by = pthread_self();
	pthread_sigmask(SIG_BLOCK, NULL, &w->masked);
	/* Nobody goes on before all are here. */
	pthread_barrier_wait(w->together);
}

/* Would hang, were one done after another. */
static void
work_on_several_goes_on_at_once(void **state UNUSED)
{
	pthread_barrier_t together;
	struct work works[WORKERS];
	void *args[WORKERS];

	pthread_barrier_init(&together, NULL, WORKERS);
	for (int i = 0; i < WORKERS; i++) {
		works[i].together = &together;
		args[i] = &works[i];
	}
	alarm(10);
	thread_each(meet, args, WORKERS);
	alarm(0);
	assert_true(pthread_equal(works[0].by, pthread_self()));
	for (int i = 1; i < WORKERS; i++)
		assert_false(pthread_equal(works[i].by, pthread_self()));
	pthread_barrier_destroy(&together);
}

static void
signals_stay_with_the_main_thread(void **state UNUSED)
{
	pthread_barrier_t together;
	struct work works[2] = { { .together = &together },
		{ .together = &together } };

	pthread_barrier_init(&together, NULL, 2);
	thread_each(meet, (void *const []){ &works[0], &works[1] }, 2);
	assert_false(sigismember(&works[0].masked, SIGTERM));
	assert_true(sigismember(&works[1].masked, SIGTERM));
	assert_true(sigismember(&works[1].masked, SIGWINCH));
	pthread_barrier_destroy(&together);
}

/* Would hang, were it done before we go on. */
static void
we_go_on_until_we_wait_for_work_that_was_begun(void **state UNUSED)
{
	pthread_barrier_t together;
	struct work work = { .together = &together };
	struct thread *thread;

	pthread_barrier_init(&together, NULL, 2);
	alarm(10);
	thread = thread_begin(meet, &work);
	pthread_barrier_wait(&together);
	thread_join(thread);
	alarm(0);
	assert_false(pthread_equal(work.by, pthread_self()));
	pthread_barrier_destroy(&together);
}

static void
no_work_is_no_work(void **state UNUSED)
{
	thread_each(meet, NULL, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_on_several_goes_on_at_once),
		cmocka_unit_test(signals_stay_with_the_main_thread),
		cmocka_unit_test(we_go_on_until_we_wait_for_work_that_was_begun),
		cmocka_unit_test(no_work_is_no_work),
	};

	return test_main(tests, NULL, NULL);
}
