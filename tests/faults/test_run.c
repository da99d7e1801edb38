/*
 * tests/faults/test_run.c - an engine that dies, and a disk that fails, at
 * each record of a run.
 *
 * In "make check" at some of them; FAULTS_ALL=1 ("make check-faults") at all.
 */

#include "harness/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "faults/window.h"
#include "harness/cluster.h"

#define POINTS_MAX	1000

struct fault {
	const char	*name, *calls, *path, *error;	/* error null: kill */
	int		 short_bytes, times;
	int		 stride;	/* of the points that "make check" takes */
	int		 first;
};

/* Where the run is when its Nth call meets the fault.  false: it has fewer. */
static bool
meets(const struct fault *f, int nth, int *persons)
{
	struct stage *s = window_begin();
	const char *settings[] = {
		mem_printf(s, "FAILFS_CALLS=%s", f->calls),
		mem_printf(s, "FAILFS_PATH=%s/%s", s->runs, f->path),
		mem_printf(s, "FAILFS_NTH=%d", nth),
		mem_printf(s, "FAILFS_TIMES=%d", f->times),
		mem_printf(s, "FAILFS_SHORT=%d", f->short_bytes),
		f->error == NULL ? "FAILFS_ACTION=kill" :
		    mem_printf(s, "FAILFS_ERRNO=%s", f->error), NULL,
	};
	struct ended r = stage_run(s, true, stage_failfs(s, settings));
	bool met = r.code != 0;

	if (met && f->error != NULL) {
		stage_ends_with(r, 1);
		if (r.err[0] == '\0' && strstr(r.out, "stopped:") == NULL)
			fail_msg("it says nothing about the fault");
	}
	if (met)
		window_resume(s, persons);
	window_is_as_undisturbed(s);
	window_end(NULL);
	return met;
}

static void
meet_each(const struct fault *f)
{
	int n, step = window_wants_all() ? 1 : f->stride, points = 0, persons = 0;

	for (n = window_wants_all() ? 1 : f->first; n < POINTS_MAX; n += step) {
		if (window_wants_all())
			print_message("# %s at %d\n", f->name, n);
		if (!meets(f, n, &persons))
			break;
		points++;
	}
	print_message("# %s: %d points, %d left to a person\n", f->name,
	    points, persons);
	assert_true(points >= 2 && n < POINTS_MAX);
}

static void
an_undisturbed_run_is_the_measure(void **state)
{
	struct stage *s = window_begin();

	(void)state;
	stage_ends_with(stage_run(s, true, NULL), 0);
	window_is_as_undisturbed(s);
	window_end(NULL);
}

static void
a_run_survives_a_kill_before_any_record(void **state)
{
	(void)state;
	meet_each(&(struct fault){ "kill before a record", "write",
	    "*/journal.jsonl", .times = 1, .stride = 19, .first = 5 });
}

static void
a_run_survives_a_kill_after_any_record(void **state)
{
	(void)state;
	meet_each(&(struct fault){ "kill after a record", "fdatasync",
	    "*/journal.jsonl", .times = 1, .stride = 19, .first = 14 });
}

static void
a_run_survives_a_kill_within_any_record(void **state)
{
	(void)state;
	meet_each(&(struct fault){ "kill within a record", "write",
	    "*/journal.jsonl", .times = 1, .short_bytes = 30, .stride = 31,
	    .first = 9 });
}

static void
a_run_survives_a_disk_that_is_full(void **state)
{
	(void)state;
	meet_each(&(struct fault){ "full disk", "write", "*/journal.jsonl",
	    "ENOSPC", .times = 0, .short_bytes = 11, .stride = 31,
	    .first = 7 });
}

static void
a_run_survives_a_sync_that_fails(void **state)
{
	(void)state;
	meet_each(&(struct fault){ "failing sync", "fdatasync",
	    "*/journal.jsonl", "EIO", .times = 1, .stride = 31, .first = 12 });
}

static void
a_run_survives_evidence_that_cannot_be_written(void **state)
{
	(void)state;
	meet_each(&(struct fault){ "failing evidence", "write,fsync,fdatasync",
	    "*/artifacts/*", "ENOSPC", .times = 0, .stride = 13, .first = 3 });
}

#define test(name) cmocka_unit_test_teardown(name, window_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(an_undisturbed_run_is_the_measure),
		test(a_run_survives_a_kill_before_any_record),
		test(a_run_survives_a_kill_after_any_record),
		test(a_run_survives_a_kill_within_any_record),
		test(a_run_survives_a_disk_that_is_full),
		test(a_run_survives_a_sync_that_fails),
		test(a_run_survives_evidence_that_cannot_be_written),
	};

	/* Of the engines alone: their leaks must not pass for exit codes. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return test_main(tests, cluster_start, cluster_stop);
}
