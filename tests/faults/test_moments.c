/*
 * tests/faults/test_moments.c - runs that are killed, stopped or cut off at
 * any moment, with the server or without.
 *
 * Moments are drawn from a seed that is printed: FAULTS_SEED repeats them.
 * In "make check" some of them; FAULTS_ALL=1 ("make check-faults") 300.
 */

#include "harness/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "faults/proxy.h"
#include "faults/window.h"
#include "harness/cluster.h"

#define MOMENTS		300
#define MOMENTS_IN_CHECK 4
#define SEED		20261127

static uint64_t drawn;

static int64_t
draw(int64_t below)
{
	drawn ^= drawn << 13;
	drawn ^= drawn >> 7;
	drawn ^= drawn << 17;
	return (int64_t)(drawn % (uint64_t)below);
}

static void
begin_drawing(const char *what)
{
	const char *seed = getenv("FAULTS_SEED");

	drawn = seed != NULL ? strtoull(seed, NULL, 10) : SEED;
	print_message("# %s: seed %llu\n", what, (unsigned long long)drawn);
}

static int
moments(void)
{
	return window_wants_all() ? MOMENTS : MOMENTS_IN_CHECK;
}

/* How long a run takes where nothing happens to it. */
static int64_t
undisturbed_ms(void)
{
	struct stage *s = window_begin();
	int64_t begun = clock_mono_ms();

	stage_ends_with(stage_run(s, true, NULL), 0);
	begun = clock_mono_ms() - begun;
	window_is_as_undisturbed(s);
	window_end(NULL);
	return begun;
}

static void
pass(struct stage *s, int64_t ms)
{
	loop_sleep(s->loop, ms, NULL);
}

/* Killed at that moment; with_server: both, and the server comes up again. */
static void
killed_at(int64_t ms, bool with_server, int *met, int *persons)
{
	struct stage *s = window_begin();
	struct engine_child *e = stage_start(s, true, NULL);

	pass(s, ms);
	kill(child_pid(e->child), SIGKILL);
	if (with_server)
		cluster_crash();
	*met += stage_wait(e).code != 0;
	if (with_server)
		cluster_restart();
	window_resume(s, persons);
	window_is_as_undisturbed(s);
	window_end(NULL);
}

static void
kill_at_moments(const char *what, bool with_server, int count)
{
	int64_t whole = undisturbed_ms();
	int i, met = 0, persons = 0;

	begin_drawing(what);
	for (i = 0; i < count; i++)
		killed_at(draw(whole), with_server, &met, &persons);
	/* What is wrong fails the test where it is found. */
	print_message("# %s: %d moments, %d met it, %d left to a person; "
	    "0 double runs, 0 lost events, 0 wrong verdicts\n", what, count,
	    met, persons);
	assert_true(met > 0);
}

static void
a_run_survives_a_kill_at_any_moment(void **state)
{
	(void)state;
	kill_at_moments("engine killed", false, moments());
}

static void
a_run_survives_engine_and_server_killed_at_once(void **state)
{
	(void)state;
	kill_at_moments("engine and server killed", true,
	    window_wants_all() ? MOMENTS / 5 : MOMENTS_IN_CHECK / 2);
}

/* Stops for a while, as a laptop that is closed does. */
static void
stopped_at(int64_t ms, bool is_server)
{
	struct stage *s = window_begin();
	struct engine_child *e = stage_start(s, true, NULL);

	pass(s, ms);
	if (is_server)
		cluster_freeze();
	else
		kill(child_pid(e->child), SIGSTOP);
	pass(s, 300);
	if (is_server)
		cluster_thaw();
	else
		kill(child_pid(e->child), SIGCONT);
	stage_ends_with(stage_wait(e), 0);
	window_is_as_undisturbed(s);
	window_end(NULL);
}

static void
a_run_that_is_stopped_for_a_while_goes_on(void **state)
{
	int64_t whole = undisturbed_ms();
	int i, count = window_wants_all() ? 20 : 2;

	(void)state;
	begin_drawing("stopped");
	for (i = 0; i < count; i++)
		stopped_at(draw(whole), i % 2 == 1);
	print_message("# stopped: %d moments, nothing found\n", count);
}

static void
a_clock_that_is_set_back_changes_nothing(void **state)
{
	int64_t whole = undisturbed_ms();
	int i, count = window_wants_all() ? 20 : 2;

	(void)state;
	begin_drawing("clock set back");
	for (i = 0; i < count; i++) {
		struct stage *s = window_begin();
		const char *extra[] = {
			mem_printf(s, "LD_PRELOAD=%s/tests/faults/setback.so",
			    test_builddir()),
			mem_printf(s, "SETBACK_AFTER_MS=%lld",
			    (long long)draw(whole)),
			"ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0",
			NULL,
		};

		stage_ends_with(stage_run(s, true, extra), 0);
		window_is_as_undisturbed(s);
		window_end(NULL);
	}
	print_message("# clock set back: %d moments, nothing found\n", count);
}

/* The way to both databases leads through p. */
static struct stage *
begin_behind(struct proxy **p)
{
	struct stage *s = window_begin();

	*p = proxy_start(s);
	setenv("SHOP_URL", proxy_url(s, *p, s->shop), 1);
	setenv("BOX_URL", proxy_url(s, *p, s->box), 1);
	return s;
}

/* Nothing comes through for a while, then all connections break. */
static void
a_run_survives_connections_that_go_half_open_and_break(void **state)
{
	int64_t whole = undisturbed_ms();
	int i, count = window_wants_all() ? 40 : 2, met = 0, persons = 0;

	(void)state;
	begin_drawing("half open");
	for (i = 0; i < count; i++) {
		struct proxy *p;
		struct stage *s = begin_behind(&p);
		struct engine_child *e = stage_start(s, true, NULL);

		pass(s, draw(whole));
		proxy_freeze(p);
		pass(s, 100);
		proxy_cut(p);
		/* Asked again while it cannot be reached; now it can. */
		proxy_mend(p);
		met += stage_wait(e).code != 0;
		window_resume(s, &persons);
		window_is_as_undisturbed(s);
		window_end(NULL);
	}
	print_message("# half open: %d moments, %d met it, %d left to a person"
	    "; 0 double runs, 0 lost events, 0 wrong verdicts\n", count, met,
	    persons);
}

#define test(name) cmocka_unit_test_teardown(name, window_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_run_survives_a_kill_at_any_moment),
		test(a_run_survives_engine_and_server_killed_at_once),
		test(a_run_that_is_stopped_for_a_while_goes_on),
		test(a_clock_that_is_set_back_changes_nothing),
		test(a_run_survives_connections_that_go_half_open_and_break),
	};

	/* Of the engines alone: their leaks must not pass for exit codes. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return test_main(tests, cluster_start, cluster_stop);
}
