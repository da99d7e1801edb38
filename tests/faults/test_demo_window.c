/*
 * tests/faults/test_demo_window.c - the demo's window, whose engine is killed
 * at any moment and behind any record of its journal.
 *
 * Moments are drawn from a seed that is printed: FAULTS_SEED repeats them,
 * FAULTS_MOMENTS says how many (300).  In "make check" one moment alone: a
 * window takes seconds, and the small one (test_run) meets its records there.
 */

#include "harness/test.h"

#include <stdlib.h>

#include "faults/inflict.h"
#include "harness/cluster.h"

#define MOMENTS		300

static int
moments(void)
{
	const char *count = getenv("FAULTS_MOMENTS");

	if (!faults_want_all())
		return 1;
	return count != NULL && atoi(count) > 0 ? atoi(count) : MOMENTS;
}

static void
an_undisturbed_run_is_the_measure(void **state)
{
	(void)state;
	(void)window_undisturbed_ms(&demo_window);
}

static void
the_demo_survives_a_kill_at_any_moment(void **state)
{
	(void)state;
	inflict_at_moments(&demo_window, &fault_kill, moments());
}

static void
the_demo_survives_engine_and_server_killed_at_once(void **state)
{
	(void)state;
	inflict_at_moments(&demo_window, &fault_kill_both,
	    faults_want_all() ? 20 : 0);
}

static void
the_demo_survives_a_kill_after_any_record(void **state)
{
	static const struct disk_fault after = {
		"kill after a record", "fdatasync", "*/journal.jsonl",
		.times = 1, .stride = 1, .first = 1,
	};

	(void)state;
	if (faults_want_all())
		inflict_at_calls(&demo_window, &after);
}

#define test(name) cmocka_unit_test_teardown(name, window_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(an_undisturbed_run_is_the_measure),
		test(the_demo_survives_a_kill_at_any_moment),
		test(the_demo_survives_engine_and_server_killed_at_once),
		test(the_demo_survives_a_kill_after_any_record),
	};

	/* Of the engines alone: their leaks must not pass for exit codes. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return test_main(tests, cluster_start, cluster_stop);
}
