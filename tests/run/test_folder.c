/* tests/run/test_folder.c - making, finding and verifying run folders. */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "journal/artifact.h"
#include "run/folder.h"
#include "run/run.h"
#include "run/verify.h"
#include "run/sample.h"

static void *owner;

static int
begin(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

/* A run in runs, closed or not; its id. */
static const char *
make_run(const char *runs, const char *window, bool is_closed)
{
	struct journal_torn torn;
	struct error err = { 0 };
	char *folder = run_folder_create(owner, runs, window, &err);
	struct run *r;

	assert_got(folder, &err);
	r = run_open(owner, folder, &torn, &err);
	assert_got(r, &err);
	assert_ok(run_append(r, EVENT_RUN_OPENED, sample_opened(), &err), &err);
	if (is_closed)
		assert_ok(run_close(r, "done", NULL, NULL, NULL, &err), &err);
	talloc_free(r);
	return path_name(folder);
}

static void
the_folder_of_runs_is_the_option_or_the_environments(void **state)
{
	(void)state;
	assert_string_equal(runs_folder(owner, "/x"), "/x");
	setenv("PGRUNBOOK_RUNS", "/y", 1);
	assert_string_equal(runs_folder(owner, NULL), "/y");
	unsetenv("PGRUNBOOK_RUNS");
	setenv("XDG_STATE_HOME", "/z", 1);
	assert_string_equal(runs_folder(owner, NULL), "/z/pgrunbook");
	unsetenv("XDG_STATE_HOME");
	setenv("HOME", "/h", 1);
	assert_string_equal(runs_folder(owner, NULL),
	    "/h/.local/state/pgrunbook");
}

static void
a_new_folder_is_private_and_has_its_parts(void **state)
{
	char *runs = path_join(owner, temp_folder(owner), "a/b");
	struct error err = { 0 };
	char *folder = run_folder_create(owner, runs, "reconcile", &err);
	struct stat st;

	(void)state;
	assert_got(folder, &err);
	assert_true(str_matches(path_name(folder),
	    "^[0-9]{8}T[0-9]{6}Z-reconcile-[0-9a-f]{4}$"));
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(file_is_folder(path_join(owner, folder, "artifacts")));
	assert_true(file_is_folder(path_join(owner, folder, "approvals")));
}

static void
a_run_is_found_by_prefix_path_and_by_being_open(void **state)
{
	char *runs = temp_folder(owner);
	struct error err = { 0 };
	const char *open = make_run(runs, "zzz", false);
	const char *closed = make_run(runs, "aaa", true);
	char **ids;

	(void)state;
	assert_ok(run_list(owner, runs, &ids, &err), &err);
	assert_non_null(ids[0]);
	assert_non_null(ids[1]);
	assert_null(ids[2]);

	assert_string_equal(path_name(run_folder_find(owner, runs, NULL, &err)),
	    open);
	assert_string_equal(path_name(run_folder_find(owner, runs, closed,
	    &err)), closed);
	assert_string_equal(path_name(run_folder_find(owner, runs,
	    path_join(owner, runs, closed), &err)), closed);
	assert_null(run_folder_find(owner, runs, "2", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_contains(err.primary, "is the beginning of 2 runs");
	assert_contains(err.detail, open);
	assert_null(run_folder_find(owner, runs, "nope", &err));
	assert_contains(err.primary, "there is no run \"nope\"");
	assert_contains(err.detail, closed);
	assert_null(run_folder_find(owner, temp_folder(owner), NULL, &err));
	assert_contains(err.primary, "there is no run yet");
}

/* A run with an artifact; its folder. */
static char *
make_bundle(void)
{
	struct artifact_info info;
	struct error err = { 0 };
	char *folder;
	struct run *r = sample_run(owner, &folder);

	sample_plan(r, "main/look", 1, "R", "x");
	assert_ok(artifact_save(folder, "artifacts/a.txt", "hello", 5, &info,
	    &err), &err);
	assert_ok(run_append(r, EVENT_ARTIFACT, json_pack(
	    "{s:s, s:s, s:I, s:s}", "name", "artifacts/a.txt", "sha256",
	    info.sha256, "size", (json_int_t)5, "what", "w"), &err), &err);
	assert_ok(run_close(r, "done", NULL, NULL, NULL, &err), &err);
	talloc_free(r);
	return folder;
}

static void
does_not_hold(const char *folder, const char *because)
{
	struct verify_result result;
	struct error err = { 0 };

	assert_error(run_verify(folder, &result, &err), &err, ERR_VERIFY);
	assert_contains(err.primary, because);
}

static void
a_bundle_that_is_whole_holds(void **state)
{
	struct verify_result result;
	struct error err = { 0 };

	(void)state;
	assert_ok(run_verify(make_bundle(), &result, &err), &err);
	assert_true(result.is_closed);
	assert_int_equal(result.records, 6);
	assert_int_equal(result.artifacts, 1);
	assert_int_equal(result.artifact_bytes, 5);
	assert_int_equal(strlen(result.head), 64);
}

static void
a_changed_or_missing_or_extra_file_is_named(void **state)
{
	char *folder = make_bundle();

	(void)state;
	temp_file(owner, folder, "artifacts/b.txt", "who am I");
	does_not_hold(folder, "file \"artifacts/b.txt\" is in no record");
	unlink(path_join(owner, folder, "artifacts/b.txt"));
	temp_file(owner, folder, "artifacts/b.txt.part", "a crash left this");
	temp_file(owner, folder, "artifacts/a.txt", "hellO");
	does_not_hold(folder, "artifacts/a.txt");
	unlink(path_join(owner, folder, "artifacts/a.txt"));
	does_not_hold(folder, "artifacts/a.txt");
}

static void
a_changed_line_is_named(void **state)
{
	char *folder = make_bundle();
	char *text = slurp(owner, run_journal_path(owner, folder));
	struct verify_result result;
	struct error err = { 0 };
	char *ana;

	(void)state;
	ana = strstr(text, "\"principal\":\"ana\"");
	ana = strstr(ana + 1, "\"principal\":\"ana\"");
	memcpy(ana, "\"principal\":\"eve\"", 17);
	temp_file(owner, folder, "journal.jsonl", text);

	assert_error(run_verify(folder, &result, &err), &err, ERR_VERIFY);
	assert_int_equal(err.line, 4);
}

static void
a_digest_that_is_not_of_what_was_shown_does_not_hold(void **state)
{
	char *folder;
	struct run *r = sample_run(owner, &folder);

	(void)state;
	sample_append(r, EVENT_STEP_PLANNED, "{'step': 'main/look', "
	    "'attempt': 1, 'class': 'R', 'digest': 'abc', 'shown': {}}");
	talloc_free(r);

	does_not_hold(folder, "the digest of step \"main/look\"");
}

static void
two_writers_are_one_too_many(void **state)
{
	struct journal_torn torn;
	struct error err = { 0 };
	char *folder;
	struct run *r = sample_run(owner, &folder);

	(void)state;
	(void)r;
	assert_null(run_open(owner, folder, &torn, &err));
	assert_int_equal(err.code, ERR_BUSY);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(the_folder_of_runs_is_the_option_or_the_environments),
		test(a_new_folder_is_private_and_has_its_parts),
		test(a_run_is_found_by_prefix_path_and_by_being_open),
		test(a_bundle_that_is_whole_holds),
		test(a_changed_or_missing_or_extra_file_is_named),
		test(a_changed_line_is_named),
		test(a_digest_that_is_not_of_what_was_shown_does_not_hold),
		test(two_writers_are_one_too_many),
	};

	return test_main(tests, NULL, NULL);
}
