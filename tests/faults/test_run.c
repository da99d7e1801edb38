/*
 * tests/faults/test_run.c - an engine that dies, and a disk that fails, at
 * each record and each file of evidence of a run.
 *
 * In "make check" at some of them; FAULTS_ALL=1 ("make check-faults") at all.
 */

#include "harness/test.h"

#include <stdlib.h>

#include "faults/inflict.h"
#include "harness/cluster.h"

#define JOURNAL		"*/journal.jsonl"
#define EVIDENCE	"*/artifacts/*"

static void
meet(const struct disk_fault *d)
{
	inflict_at_calls(&small_window, d);
}

static void
an_undisturbed_run_is_the_measure(void **state)
{
	(void)state;
	(void)window_undisturbed_ms(&small_window);
}

static void
a_run_survives_a_kill_before_any_record(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "kill before a record", "write", JOURNAL,
	    .times = 1, .stride = 31, .first = 5 });
}

static void
a_run_survives_a_kill_after_any_record(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "kill after a record", "fdatasync", JOURNAL,
	    .times = 1, .stride = 31, .first = 14 });
}

static void
a_run_survives_a_kill_within_any_record(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "kill within a record", "write", JOURNAL,
	    .times = 1, .short_bytes = 30, .stride = 43, .first = 9 });
}

static void
a_run_survives_a_disk_that_is_full(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "journal: disk full", "write", JOURNAL,
	    "ENOSPC", .times = 0, .short_bytes = 11, .stride = 43,
	    .first = 7 });
}

static void
a_run_survives_a_journal_that_cannot_be_written(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "journal: write error", "write", JOURNAL,
	    "EIO", .times = 1, .stride = 53, .first = 3 });
}

static void
a_run_survives_a_sync_that_fails(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "journal: sync error", "fdatasync,fsync",
	    JOURNAL, "EIO", .times = 1, .stride = 43, .first = 12 });
}

static void
a_short_write_of_the_journal_is_finished(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "journal: short write", "write", JOURNAL,
	    .times = 1, .short_bytes = 17, .is_short_only = true,
	    .stride = 53, .first = 20 });
}

static void
a_run_survives_evidence_that_finds_no_room(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "evidence: disk full",
	    "write,fsync,fdatasync", EVIDENCE, "ENOSPC", .times = 0,
	    .stride = 37, .first = 3 });
}

static void
a_run_survives_evidence_that_cannot_be_written(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "evidence: write or sync error",
	    "write,fsync,fdatasync,rename", EVIDENCE, "EIO", .times = 1,
	    .stride = 37, .first = 4 });
}

static void
a_short_write_of_evidence_is_finished(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "evidence: short write", "write", EVIDENCE,
	    .times = 1, .short_bytes = 5, .is_short_only = true, .stride = 29,
	    .first = 2 });
}

static void
a_run_survives_a_kill_at_any_write_of_evidence(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "kill at a write of evidence",
	    "write,fsync,fdatasync,rename", EVIDENCE, .times = 1,
	    .stride = 37, .first = 6 });
}

/* Before there is a run: it is begun anew, in the same folder. */
static void
a_run_survives_a_kill_while_its_runbooks_are_frozen(void **state)
{
	(void)state;
	meet(&(struct disk_fault){ "kill at a write of the runbooks",
	    "write,fsync,fdatasync,rename", "*/runbooks/*", .times = 1,
	    .stride = 1, .first = 1 });
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
		test(a_run_survives_a_journal_that_cannot_be_written),
		test(a_run_survives_a_sync_that_fails),
		test(a_short_write_of_the_journal_is_finished),
		test(a_run_survives_evidence_that_finds_no_room),
		test(a_run_survives_evidence_that_cannot_be_written),
		test(a_short_write_of_evidence_is_finished),
		test(a_run_survives_a_kill_at_any_write_of_evidence),
		test(a_run_survives_a_kill_while_its_runbooks_are_frozen),
	};

	/* Of the engines alone: their leaks must not pass for exit codes. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return test_main(tests, cluster_start, cluster_stop);
}
