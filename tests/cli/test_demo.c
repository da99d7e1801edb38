/*
 * tests/cli/test_demo.c - "pgrunbook demo --headless": a whole window and its
 * rollback on a real server, and what can be said of the bundles then.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/program.h"

static struct {
	void	*owner;
	char	*runs, *tmp;
	struct told told;
	char	*window, *rollback;	/* the runs' ids */
} demo;

static int
walk(void **state UNUSED)
{
	struct error err = { 0 };
	char **names;
	size_t count;

	demo.owner = talloc_new(NULL);
	demo.runs = temp_folder(demo.owner);
	/* A demo that a person keeps elsewhere is none of ours; and the server's
	 * user must get through to it. */
	demo.tmp = mem_strdup(demo.owner, "/tmp/pgrunbook-tests.XXXXXX");
	assert_non_null(mkdtemp(demo.tmp));
	assert_int_equal(chmod(demo.tmp, 0711), 0);
	setenv("TMPDIR", demo.tmp, 1);
	setenv("PGRUNBOOK_RUNS", demo.runs, 1);
	setenv("PGRUNBOOK_DATA", test_srcdir(), 1);
	demo.told = program_in(demo.owner, NULL, "demo", "--headless", NULL);
	if (demo.told.status != 0)
		print_error("%s%s\n", demo.told.out, demo.told.errors);
	assert_int_equal(demo.told.status, 0);

	assert_ok(folder_list(demo.owner, demo.runs, &names, &count, &err), &err);
	assert_int_equal(count, 2);
	demo.window = names[0];
	demo.rollback = names[1];
	return 0;
}

static int
forget(void **state UNUSED)
{
	struct error err = { 0 };

	assert_ok(file_remove_tree(demo.tmp, &err), &err);
	talloc_free(demo.owner);
	return 0;
}

static char *
in_run(const char *run, const char *name)
{
	return path_join(demo.owner, path_join(demo.owner, demo.runs, run), name);
}

static void
the_whole_window_and_the_rollback_held(void **state UNUSED)
{
	assert_contains(demo.told.out, "rollout/no-drift done");
	assert_contains(demo.told.out, "rollback/post-mortem done");
	assert_contains(demo.told.out, "\nall of it held\n");
	assert_string_equal(demo.told.errors, "");
}

static void
nothing_of_the_server_is_left(void **state UNUSED)
{
	struct told t = program_in(demo.owner, NULL, "demo", "--stop", NULL);

	assert_int_equal(t.status, 0);
	assert_string_equal(t.out, "no demo was kept\n");
}

static void
runs_lists_both(void **state UNUSED)
{
	struct told t = program_in(demo.owner, NULL, "runs", "--json", NULL);
	struct error err = { 0 };
	json_t *list = NULL;

	assert_ok(json_parse(t.out, strlen(t.out), &list, &err), &err);
	assert_int_equal(json_array_size(list), 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(json_str(json_array_get(list, i), "state"),
		    "done");
	json_decref(list);
}

static void
report_tells_who_when_where_and_what_drifted(void **state UNUSED)
{
	struct told t = program_in(demo.owner, NULL, "report", "--format=json",
	    demo.window, NULL);
	struct error err = { 0 };
	json_t *f = NULL, *drift;

	assert_ok(json_parse(t.out, strlen(t.out), &f, &err), &err);
	assert_string_equal(json_str(f, "outcome"), "done");
	assert_string_equal(json_str(json_array_get(json_object_get(f,
	    "targets"), 0), "environment"), "sandbox");
	assert_non_null(json_object_get(json_object_get(f, "people"),
	    "ben@example.com"));
	drift = json_array_get(json_object_get(f, "drift"), 0);
	assert_true(json_array_size(json_object_get(drift, "items")) >= 10);
	json_decref(f);
}

static void
verify_proves_both(void **state UNUSED)
{
	struct told w = program_in(demo.owner, NULL, "verify", demo.window, NULL);
	struct told r = program_in(demo.owner, NULL, "verify", demo.rollback,
	    NULL);

	assert_int_equal(w.status, 0);
	assert_contains(w.out, "run        closed");
	assert_int_equal(r.status, 0);
}

/* ---- a bundle that somebody changed ---------------------------------- */

/* A copy of the window's run, to be damaged. */
static char *
copy_run(void)
{
	char *to = path_join(demo.owner, temp_folder(demo.owner), "run");
	const char *const argv[] = { "cp", "-a", in_run(demo.window, ""), to,
	    NULL };

	assert_int_equal(program_run(demo.owner, NULL, argv).status, 0);
	return to;
}

static void
verify_names_the_line_that_was_changed(void **state UNUSED)
{
	char *run = copy_run(), *path = path_join(demo.owner, run, "journal.jsonl");
	char *text = slurp(demo.owner, path), *at, *expected;
	struct error err = { 0 };
	struct told t;
	int line = 1;

	at = strstr(text, "Ben Example");
	assert_non_null(at);
	for (const char *p = text; p < at; p++)
		line += *p == '\n';
	memcpy(at, "Bob Example", strlen("Ben Example"));
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err), &err);
	t = program_in(demo.owner, NULL, "verify", run, NULL);

	assert_int_equal(t.status, 5);
	/* The line after it names the hash that is no more. */
	expected = mem_printf(demo.owner, "journal.jsonl:%d:", line + 1);
	assert_contains(t.errors, expected);
}

static void
verify_names_the_file_that_was_changed(void **state UNUSED)
{
	char *run = copy_run();
	const char *const argv[] = { "sh", "-c",
	    "f=$(cd \"$1\" && find artifacts -name output.txt | sort | head -n 1);"
	    "echo more >>\"$1/$f\"; printf %s \"$f\"", "sh", run, NULL };
	struct told changed = program_run(demo.owner, NULL, argv);
	struct told t = program_in(demo.owner, NULL, "verify", run, NULL);

	assert_true(changed.out[0] != '\0');
	assert_int_equal(t.status, 5);
	assert_contains(t.errors, changed.out);
}

static void
verify_sees_an_end_that_was_cut_off(void **state UNUSED)
{
	char *run = copy_run(), *path = path_join(demo.owner, run, "journal.jsonl");
	char *text = slurp(demo.owner, path), *last;
	struct error err = { 0 };
	struct told t;

	text[strlen(text) - 1] = '\0';
	last = strrchr(text, '\n');
	assert_non_null(last);
	last[1] = '\0';
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err), &err);
	t = program_in(demo.owner, NULL, "verify", run, NULL);

	/* Without its closing record it holds, and says that it is open. */
	assert_int_equal(t.status, 0);
	assert_contains(t.out, "not closed");
}

/* ---- the manual's examples ------------------------------------------- */

static struct told
run_example(const char *page, const char *name, const char *cwd)
{
	const char *const argv[] = { "bash", "-euc", mem_printf(demo.owner,
	    "pgrunbook() { \"$PGRUNBOOK\" \"$@\"; }\n%s", manual_example(demo.owner, page, name)),
	    NULL };

	setenv("PGRUNBOOK", mem_printf(demo.owner, "%s/pgrunbook",
	    test_builddir()), 1);
	return program_run(demo.owner, cwd, argv);
}

static void
the_examples_of_the_program_page_work(void **state UNUSED)
{
	static const char *const names[] = { "lint", "schema", "run" };
	char *folder = path_join(demo.owner, temp_folder(demo.owner), "runbooks");
	const char *const copy[] = { "cp", "-r", "--no-preserve=mode", path_join(demo.owner,
	    test_srcdir(), "runbooks"), folder, NULL };

	assert_int_equal(program_run(demo.owner, NULL, copy).status, 0);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct told t = run_example("pgrunbook.1", names[i], folder);

		print_message("# %s\n", names[i]);
		assert_string_equal(t.errors, "");
		assert_int_equal(t.status, 0);
	}
	assert_true(file_exists(path_join(demo.owner, folder, "report.html")));
	assert_true(file_exists(path_join(demo.owner, folder,
	    "runbook.schema.json")));
}

static void
the_chain_is_proven_without_the_program(void **state UNUSED)
{
	struct told v = program_in(demo.owner, NULL, "verify", "--json",
	    demo.window, NULL);
	struct told t = run_example("pgrunbook-journal.5", "chain",
	    in_run(demo.window, ""));
	struct error err = { 0 };
	json_t *j = NULL;

	assert_ok(json_parse(v.out, strlen(v.out), &j, &err), &err);
	assert_int_equal(t.status, 0);
	assert_contains(t.out, json_str(j, "head"));
	json_decref(j);
}

static void
the_files_are_proven_without_the_program(void **state UNUSED)
{
	struct told t = run_example("pgrunbook-journal.5", "artifacts",
	    in_run(demo.window, ""));

	assert_string_equal(t.errors, "");
	assert_string_equal(t.out, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_window_and_the_rollback_held),
		cmocka_unit_test(nothing_of_the_server_is_left),
		cmocka_unit_test(runs_lists_both),
		cmocka_unit_test(report_tells_who_when_where_and_what_drifted),
		cmocka_unit_test(verify_proves_both),
		cmocka_unit_test(verify_names_the_line_that_was_changed),
		cmocka_unit_test(verify_names_the_file_that_was_changed),
		cmocka_unit_test(verify_sees_an_end_that_was_cut_off),
		cmocka_unit_test(the_examples_of_the_program_page_work),
		cmocka_unit_test(the_chain_is_proven_without_the_program),
		cmocka_unit_test(the_files_are_proven_without_the_program),
	};

	return test_main(tests, walk, forget);
}
