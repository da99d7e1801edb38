/* tests/cli/test_call.c - how the program is called, and what it says then. */

#include "harness/test.h"

#include <string.h>

#include "base/memory.h"
#include "cli/program.h"

static void *owner;

static int
make_owner(void **state UNUSED)
{
	owner = talloc_new(NULL);
	return 0;
}

static int
free_owner(void **state UNUSED)
{
	talloc_free(owner);
	return 0;
}

static void
an_unknown_command_names_the_nearest(void **state UNUSED)
{
	struct told t = program_in(owner, NULL, "verfy", NULL);

	assert_int_equal(t.status, 2);
	assert_string_equal(t.errors,
	    "pgrunbook: error: there is no command \"verfy\"\n"
	    "  hint: did you mean \"verify\"?\n");
	assert_string_equal(t.out, "");
}

static void
an_unknown_option_names_the_nearest(void **state UNUSED)
{
	struct told t = program_in(owner, NULL, "report", "--fromat=md", NULL);

	assert_int_equal(t.status, 2);
	assert_string_equal(t.errors,
	    "pgrunbook: error: \"report\" has no option \"--fromat\"\n"
	    "  hint: did you mean \"--format\"?\n");
}

static void
an_option_that_wants_an_argument_says_so(void **state UNUSED)
{
	struct told t = program_in(owner, NULL, "report", "--format", NULL);

	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "option \"--format\" wants an argument");
}

static void
too_few_and_too_many_arguments_show_the_usage(void **state UNUSED)
{
	struct told few = program_in(owner, NULL, "approve", NULL);
	struct told many = program_in(owner, NULL, "verify", "a", "b", NULL);

	assert_int_equal(few.status, 2);
	assert_contains(few.errors, "usage: pgrunbook approve RUN|FILE [STEP]");
	assert_int_equal(many.status, 2);
	assert_contains(many.errors, "usage: pgrunbook verify [RUN]");
}

static void
help_goes_to_standard_output(void **state UNUSED)
{
	struct told all = program_in(owner, NULL, "--help", NULL);
	struct told one = program_in(owner, NULL, "report", "--help", NULL);

	assert_int_equal(all.status, 0);
	assert_contains(all.out, "report [RUN]");
	assert_string_equal(all.errors, "");
	assert_int_equal(one.status, 0);
	assert_contains(one.out, "--format FORMAT");
}

static void
options_may_stand_behind_the_arguments(void **state UNUSED)
{
	char *runs = temp_folder(owner);
	struct told t = program_in(owner, NULL, "verify", "nothing-here",
	    "--runs", runs, NULL);

	assert_int_not_equal(t.status, 2);
	assert_contains(t.errors, "nothing-here");
}

static void
a_full_disk_is_no_success(void **state UNUSED)
{
	const char *const argv[] = { "sh", "-c", "\"$1\" help >/dev/full", "sh",
	    mem_printf(owner, "%s/pgrunbook", test_builddir()), NULL };
	struct told t = program_run(owner, NULL, argv);

	assert_int_equal(t.status, 1);
	assert_contains(t.errors, "could not write to standard output");
}

static void
a_word_that_is_begun_is_completed(void **state UNUSED)
{
	struct told t = program_in(owner, NULL, "complete", "--", "rep", NULL);
	struct told o = program_in(owner, NULL, "complete", "--", "report",
	    "--fo", NULL);
	struct told f = program_in(owner, NULL, "complete", "--", "report",
	    "--output", "", NULL);

	assert_string_equal(t.out, "report\n");
	assert_string_equal(o.out, "--format\n");
	assert_string_equal(f.out, "@files\n");
}

static void
no_runs_is_no_error(void **state UNUSED)
{
	char *runs = temp_folder(owner);
	struct told t = program_in(owner, NULL, "runs", "--runs", runs, NULL);
	struct told j = program_in(owner, NULL, "runs", "--json", "--runs", runs,
	    NULL);

	assert_int_equal(t.status, 0);
	assert_contains(t.out, "no runs in ");
	assert_string_equal(j.out, "[]\n");
}

int
main(void)
{
#define TEST(name)	cmocka_unit_test_setup_teardown(name, make_owner, free_owner)
	static const struct CMUnitTest tests[] = {
		TEST(an_unknown_command_names_the_nearest),
		TEST(an_unknown_option_names_the_nearest),
		TEST(an_option_that_wants_an_argument_says_so),
		TEST(too_few_and_too_many_arguments_show_the_usage),
		TEST(help_goes_to_standard_output),
		TEST(options_may_stand_behind_the_arguments),
		TEST(a_full_disk_is_no_success),
		TEST(a_word_that_is_begun_is_completed),
		TEST(no_runs_is_no_error),
	};

	return test_main(tests, NULL, NULL);
}
