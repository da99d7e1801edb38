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
#include "faults/stage.h"
#include "harness/cluster.h"

#define POINTS_MAX	1000
#define RESUMES_MAX	10

/* One of each that leaves something behind; each names its effect "its id". */
static const char steps[] =
    "  - {id: look, check: \"SELECT count(*) FROM effects\", register: before,"
    " expect: {value: 0}}\n"
    "  - id: fill\n"
    "    sql: |\n"
    "      INSERT INTO effects VALUES ('fill');\n"
    "      INSERT INTO effects VALUES ('fill') RETURNING 42;\n"
    "    register: answer\n"
    "    verify: {query: \"SELECT count(*) FROM effects\", expect: {value: 2}}\n"
    "  - {id: use, sql: \"INSERT INTO effects VALUES ('use ' || :'answer' ||"
    " :'before')\"}\n"
    "  - {id: index, transaction: false, sql: \"CREATE INDEX CONCURRENTLY"
    " index ON effects (what)\"}\n"
    "  - {id: spread, backfill: {table: numbers, key: n, batch: 4, sql:"
    " \"INSERT INTO effects SELECT 'batch' || n FROM numbers WHERE n BETWEEN"
    " $1 AND $2\"}}\n"
    "  - {id: shell, run: \"echo shell >>$LINES_FILE; echo said\"}\n"
    "  - {id: ask, manual: [\"Tell all\"]}\n"
    "  - {id: backup, backup: {format: custom}, register: backup}\n"
    "  - id: drop\n"
    "    target: box\n"
    "    class: B\n"
    "    approval: {min: 1}\n"
    "    sql: |\n"
    "      DROP TABLE junk;\n"
    "      INSERT INTO effects VALUES ('drop');\n"
    "  - {id: count, check: \"SELECT count(*) FROM effects\", expect: {value: 13}}\n";

static const char decisions[] =
    "[{\"step\": \"book/ask\", \"principal\": \"ben\","
    " \"answer\": {\"items\": [true]}},"
    " {\"step\": \"book/drop\", \"principal\": \"ben\","
    " \"decision\": \"approve\"}]";

static bool
wants_all(void)
{
	const char *all = getenv("FAULTS_ALL");

	return all != NULL && *all != '\0' && strcmp(all, "0") != 0;
}

static struct stage *stage;	/* of this point; null between them */

static struct stage *
new_stage(void)
{
	stage = stage_new(NULL);
	stage_runbook(stage, steps);
	stage_prepare(stage, decisions);
	return stage;
}

static int
end_stage(void **state)
{
	(void)state;
	if (stage != NULL)
		stage_free(stage);
	stage = NULL;
	return 0;
}

/*
 * Where it stands, or anew where it had not begun: then its folder is gone,
 * or has no journal yet.
 */
static struct ended
go_on(struct stage *s)
{
	if (!file_exists(s->folder))
		stage_runbook(s, steps);
	return stage_run(s, !file_exists(path_join(s, s->folder,
	    "created.json")), NULL);
}

/* Until it is closed: by itself, or with a person where one is asked for. */
static void
resume(struct stage *s, int *persons)
{
	struct ended r = { 0 };
	int i;

	for (i = 0; i < RESUMES_MAX; i++) {
		struct run_state *state;

		/* The very last record may have been what it died of. */
		if (stage_has_run(s) && stage_state(s, s)->is_closed)
			return;
		r = go_on(s);
		state = stage_state(s, s);
		if (state->is_closed)
			stage_ends_with(r, 0);
		if (!str_equal(state_waits_for(state), "failure"))
			continue;
		(*persons)++;
		stage_person(s);
		return;
	}
	print_message("%s\n%s\n", r.out, r.err);
	fail_msg("the run is not closed after %d resumes", RESUMES_MAX);
}

/* The same as where nothing went wrong, and once. */
static void
is_as_undisturbed(struct stage *s)
{
	struct run_state *state = stage_state(s, s);
	size_t i;

	assert_true(state->is_closed);
	assert_string_equal(state->outcome, "done");
	for (i = 0; i < state->step_count; i++)
		if (state->steps[i].status != STEP_DONE &&
		    !str_equal(state->steps[i].skip_reason, SEEN_EFFECT))
			fail_msg("step %s is %s", state->steps[i].id,
			    step_status_word(state->steps[i].status));
	assert_string_equal(stage_effects(s, s->shop), "batch1 1,batch10 1,"
	    "batch2 1,batch3 1,batch4 1,batch5 1,batch6 1,batch7 1,batch8 1,"
	    "batch9 1,fill 2,use 420 1");
	assert_string_equal(stage_effects(s, s->box), "drop 1");
	assert_int_equal(stage_lines(s), 1);
	assert_string_equal(cluster_value(s, s->shop, "SELECT string_agg("
	    "indexrelid::regclass::text || ' ' || indisvalid::text, ',') FROM "
	    "pg_index WHERE indrelid = 'effects'::regclass"),
	    "index true");
	assert_null(cluster_value(s, s->box, "SELECT to_regclass('junk')::text"));
	assert_non_null(json_str(json_object_get(state->values, "backup"),
	    "sha256"));
	stage_holds(s);
}

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
	struct stage *s = new_stage();
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
		resume(s, persons);
	is_as_undisturbed(s);
	end_stage(NULL);
	return met;
}

static void
meet_each(const struct fault *f)
{
	int n, step = wants_all() ? 1 : f->stride, points = 0, persons = 0;

	for (n = wants_all() ? 1 : f->first; n < POINTS_MAX; n += step) {
		if (wants_all())
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
	struct stage *s = new_stage();

	(void)state;
	stage_ends_with(stage_run(s, true, NULL), 0);
	is_as_undisturbed(s);
	end_stage(NULL);
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

#define test(name) cmocka_unit_test_teardown(name, end_stage)

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
