/*
 * tests/faults/test_moments.c - a run that is killed, stopped, cut off or
 * misled at any moment, with the server or without.
 *
 * Moments are drawn from a seed that is printed: FAULTS_SEED repeats them.
 * In "make check" some of them; FAULTS_ALL=1 ("make check-faults") more.
 */

#include "harness/test.h"

#include <stdlib.h>

#include "faults/inflict.h"
#include "harness/cluster.h"

static void
befall(const struct moment_fault *m, int in_check, int in_all)
{
	inflict_at_moments(&small_window, m,
	    faults_want_all() ? in_all : in_check);
}

static void
a_run_survives_a_kill_at_any_moment(void **state)
{
	(void)state;
	befall(&fault_kill, 3, 60);
}

static void
a_run_survives_engine_and_server_killed_at_once(void **state)
{
	(void)state;
	befall(&fault_kill_both, 2, 40);
}

static void
a_run_survives_a_server_that_crashes(void **state)
{
	(void)state;
	befall(&fault_server_crash, 2, 40);
}

static void
a_run_survives_backends_that_are_terminated(void **state)
{
	(void)state;
	befall(&fault_backend_ended, 2, 40);
}

static void
a_run_survives_a_backend_that_is_killed(void **state)
{
	(void)state;
	befall(&fault_backend_killed, 2, 40);
}

static void
a_run_survives_connections_that_go_half_open_and_break(void **state)
{
	(void)state;
	befall(&fault_half_open, 2, 40);
}

static void
a_run_survives_a_terminal_that_hangs_up(void **state)
{
	(void)state;
	befall(&fault_hang_up, 2, 40);
}

static void
a_run_that_is_stopped_for_a_while_goes_on(void **state)
{
	(void)state;
	befall(&fault_stop_engine, 1, 20);
	befall(&fault_stop_server, 1, 20);
}

static void
a_clock_that_is_set_back_changes_nothing(void **state)
{
	(void)state;
	befall(&fault_clock, 2, 20);
}

#define test(name) cmocka_unit_test_teardown(name, window_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_run_survives_a_kill_at_any_moment),
		test(a_run_survives_engine_and_server_killed_at_once),
		test(a_run_survives_a_server_that_crashes),
		test(a_run_survives_backends_that_are_terminated),
		test(a_run_survives_a_backend_that_is_killed),
		test(a_run_survives_connections_that_go_half_open_and_break),
		test(a_run_survives_a_terminal_that_hangs_up),
		test(a_run_that_is_stopped_for_a_while_goes_on),
		test(a_clock_that_is_set_back_changes_nothing),
	};

	/* Of the engines alone: their leaks must not pass for exit codes. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return test_main(tests, cluster_start, cluster_stop);
}
