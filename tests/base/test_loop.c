/* tests/base/test_loop.c - the event loop. */

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/memory.h"
#include "harness/test.h"

static bool
is_set(void *arg)
{
	return *(bool *)arg;
}

static void
set(void *arg)
{
	*(bool *)arg = true;
}

static void
count(void *arg)
{
	++*(int *)arg;
}

static bool
is_three(void *arg)
{
	return *(int *)arg >= 3;
}

static void
a_condition_that_holds_is_not_waited_for(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	bool done = true;

	assert_int_equal(loop_wait(l, is_set, &done, -1), WAIT_DONE);
	talloc_free(l);
}

static void
a_wait_ends_when_a_timer_made_it_true(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	bool done = false;

	loop_timer_new(l, l, 1, 0, set, &done);

	assert_int_equal(loop_wait(l, is_set, &done, 60000), WAIT_DONE);
	talloc_free(l);
}

static void
a_wait_ends_when_its_time_is_over(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	bool done = false;

	assert_int_equal(loop_wait(l, is_set, &done, 5), WAIT_TIMEOUT);
	assert_int_equal(loop_wait(l, is_set, &done, 0), WAIT_TIMEOUT);
	talloc_free(l);
}

static void
a_period_fires_again_and_again_until_it_is_freed(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	int fired = 0;
	struct loop_timer *t = loop_timer_new(NULL, l, 1, 1, count, &fired);

	assert_int_equal(loop_wait(l, is_three, &fired, 60000), WAIT_DONE);
	talloc_free(t);
	fired = 0;
	loop_sleep(l, 10, NULL);

	assert_int_equal(fired, 0);
	talloc_free(l);
}

static void
a_sleep_ends_early_when_it_is_told_to(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	bool stop = false;

	loop_timer_new(l, l, 1, 0, set, &stop);
	alarm(30);	/* an hour's sleep would end this program */
	loop_sleep(l, 3600000, &stop);
	alarm(0);

	assert_true(stop);
	talloc_free(l);
}

static void
a_timer_that_is_due_already_is_not_slept_over(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	bool stop = false;

	/* Due before the first turn begins; the next one is an hour away. */
	loop_timer_new(l, l, 0, 0, set, &stop);
	alarm(30);
	loop_sleep(l, 3600000, &stop);
	alarm(0);

	assert_true(stop);
	talloc_free(l);
}

struct poll_seen {
	bool	readable;
	bool	writable;
};

static void
see(void *arg, bool readable, bool writable)
{
	struct poll_seen *seen = arg;

	seen->readable |= readable;
	seen->writable |= writable;
}

static bool
was_readable(void *arg)
{
	return ((struct poll_seen *)arg)->readable;
}

static void
a_poll_tells_only_what_is_wanted(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	struct poll_seen seen = { false, false };
	struct loop_poll *p;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	p = loop_poll_new(NULL, l, ends[0], see, &seen);
	assert_int_equal(write(ends[1], "x", 1), 1);
	loop_sleep(l, 5, NULL);
	assert_false(seen.readable);

	loop_poll_want(p, true, false);
	assert_int_equal(loop_wait(l, was_readable, &seen, 60000), WAIT_DONE);
	assert_false(seen.writable);

	talloc_free(p);
	close(ends[0]);
	close(ends[1]);
	talloc_free(l);
}

struct reading {
	int	fd;
	char	got[8];
	ssize_t	size;
	bool	ended;
};

static void
read_a_byte(void *arg, bool readable UNUSED, bool writable UNUSED)
{
	struct reading *r = arg;

	if (read(r->fd, r->got + r->size, 1) == 1)
		r->size++;
	else
		r->ended = true;
}

static bool
has_ended(void *arg)
{
	return ((struct reading *)arg)->ended;
}

static void
an_end_that_comes_with_unread_bytes_and_an_error_is_told(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	struct reading r = { .size = 0 };
	struct loop_poll *p;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	/* Who goes without having read all leaves "connection reset". */
	assert_int_equal(write(ends[0], "unread", 6), 6);
	assert_int_equal(write(ends[1], "bye", 3), 3);
	close(ends[1]);
	r.fd = ends[0];
	p = loop_poll_new(NULL, l, ends[0], read_a_byte, &r);
	loop_poll_want(p, true, false);

	assert_int_equal(loop_wait(l, has_ended, &r, 20000), WAIT_DONE);
	assert_int_equal(r.size, 3);
	assert_memory_equal(r.got, "bye", 3);
	talloc_free(p);
	close(ends[0]);
	talloc_free(l);
}

static void
a_watcher_may_outlive_its_loop(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	bool done = false;
	struct loop_timer *t = loop_timer_new(NULL, l, 0, 0, set, &done);

	talloc_free(l);
	talloc_free(t);

	assert_false(done);
}

static void
ignore_signal(int signum UNUSED)
{
}

static void
a_signal_gets_its_old_disposition_back(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	struct sigaction mine = { .sa_handler = ignore_signal }, now;
	bool first = false, second = false;
	struct loop_signal *a, *b;

	sigaction(SIGUSR1, &mine, NULL);
	a = loop_signal_new(NULL, l, SIGUSR1, set, &first);
	b = loop_signal_new(NULL, l, SIGUSR1, set, &second);
	talloc_free(a);
	raise(SIGUSR1);
	assert_int_equal(loop_wait(l, is_set, &second, 60000), WAIT_DONE);
	assert_false(first);

	talloc_free(b);
	sigaction(SIGUSR1, NULL, &now);
	assert_ptr_equal(now.sa_handler, ignore_signal);
	talloc_free(l);
}

struct work {
	bool	worked;
	bool	done;
};

static void
work(void *arg)
{
	((struct work *)arg)->worked = true;
}

static void
worked(void *arg)
{
	((struct work *)arg)->done = ((struct work *)arg)->worked;
}

static bool
work_is_done(void *arg)
{
	return ((struct work *)arg)->done;
}

static void
work_off_the_loop_is_told_in_the_loop(void **state UNUSED)
{
	struct loop *l = loop_new(NULL);
	struct work w = { false, false };

	loop_work(l, work, worked, &w);

	assert_int_equal(loop_wait(l, work_is_done, &w, 60000), WAIT_DONE);
	talloc_free(l);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_condition_that_holds_is_not_waited_for),
		cmocka_unit_test(a_wait_ends_when_a_timer_made_it_true),
		cmocka_unit_test(a_wait_ends_when_its_time_is_over),
		cmocka_unit_test(a_period_fires_again_and_again_until_it_is_freed),
		cmocka_unit_test(a_sleep_ends_early_when_it_is_told_to),
		cmocka_unit_test(a_timer_that_is_due_already_is_not_slept_over),
		cmocka_unit_test(a_poll_tells_only_what_is_wanted),
		cmocka_unit_test(
		    an_end_that_comes_with_unread_bytes_and_an_error_is_told),
		cmocka_unit_test(a_watcher_may_outlive_its_loop),
		cmocka_unit_test(a_signal_gets_its_old_disposition_back),
		cmocka_unit_test(work_off_the_loop_is_told_in_the_loop),
	};

	return test_main(tests, NULL, NULL);
}
