/* tests/base/test_error.c - errors and how they are told. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "harness/test.h"

static void
assert_printed(const struct error *err, const char *program, const char *wanted)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	error_print(out, program, err);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
}

static void
an_error_with_a_position_names_it(void **state UNUSED)
{
	struct error err;

	error_set(&err, ERR_RUNBOOK, "unknown key \"%s\" in a step",
	    "lock_timout");
	error_hint(&err, "did you mean \"%s\"?", "lock_timeout");
	error_at(&err, "runbooks/rollout.yaml", 14, 5);

	assert_printed(&err, "pgrunbook", "runbooks/rollout.yaml:14:5: error: "
	    "unknown key \"lock_timout\" in a step\n"
	    "  hint: did you mean \"lock_timeout\"?\n");
}

static void
an_error_without_a_position_names_the_program(void **state UNUSED)
{
	struct error err;

	error_set(&err, ERR_LOST, "connection to \"shop\" was lost");
	error_detail(&err, "server closed the connection unexpectedly");
	strcpy(err.sqlstate, "57P01");
	error_hint(&err, "the outcome is unknown");
	error_context(&err, "could not start step \"%s\"", "apply");

	assert_printed(&err, "pgrunbook", "pgrunbook: error: could not start "
	    "step \"apply\": connection to \"shop\" was lost\n"
	    "  detail: server closed the connection unexpectedly "
	    "(SQLSTATE 57P01)\n"
	    "  hint: the outcome is unknown\n");
	assert_printed(&(struct error){ .primary = "x" }, NULL, "error: x\n");
}

static void
setting_an_error_forgets_the_one_before(void **state UNUSED)
{
	struct error err;

	error_set(&err, ERR_SQL, "old");
	error_detail(&err, "old");
	error_at(&err, "old", 1, 1);
	strcpy(err.sqlstate, "42P01");
	error_set(&err, ERR_IO, "new");

	assert_string_equal(err.detail, "");
	assert_string_equal(err.file, "");
	assert_string_equal(err.sqlstate, "");
	assert_int_equal(err.line, 0);
}

static void
an_error_may_be_set_from_itself(void **state UNUSED)
{
	struct error err;

	error_set(&err, ERR_IO, "inner");
	error_set(&err, ERR_VERIFY, "outer: %s", err.primary);

	assert_string_equal(err.primary, "outer: inner");
}

static void
errno_is_told_in_words(void **state UNUSED)
{
	struct error err;

	errno = ENOSPC;
	assert_int_equal(error_errno(&err, ERR_IO, "could not write \"%s\"", "f"),
	    -1);
	assert_string_equal(err.primary,
	    "could not write \"f\": No space left on device");
}

static void
long_text_is_cut_at_a_character(void **state UNUSED)
{
	char text[1201];
	struct error err;
	size_t shift;

	/* U+2026 has three bytes: the cut falls on each of them once. */
	for (shift = 0; shift < 3; shift++) {
		size_t i = shift;

		memset(text, 'x', sizeof(text));
		for (; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x80\xa6", 3);
		text[sizeof(text) - 1] = '\0';
		error_set(&err, ERR_IO, "%s", text);

		assert_true(strlen(err.primary) > sizeof(err.primary) - 4);
		assert_true(utf8_valid(err.primary, strlen(err.primary)));
	}
}

static void
a_null_error_is_allowed(void **state UNUSED)
{
	assert_int_equal(error_set(NULL, ERR_IO, "x"), -1);
	assert_int_equal(error_errno(NULL, ERR_IO, "x"), -1);
	assert_int_equal(error_context(NULL, "x"), -1);
	error_detail(NULL, "x");
	error_hint(NULL, "x");
	error_at(NULL, "x", 1, 1);
	error_clear(NULL);
}

static void
each_code_has_a_name_and_the_exit_code_of_the_manual(void **state UNUSED)
{
	static const struct {
		enum error_code	 code;
		int		 exit_code;
	} cases[] = {
		{ ERR_NONE, 0 }, { ERR_SQL, 1 }, { ERR_USAGE, 2 },
		{ ERR_RUNBOOK, 3 }, { ERR_WAITING, 4 }, { ERR_VERIFY, 5 },
		{ ERR_CONNECT, 7 }, { ERR_IDENTITY, 7 },
	};
	int code;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct error err = { .code = cases[i].code };

		assert_int_equal(error_exit_code(&err), cases[i].exit_code);
	}
	for (code = 0; code <= ERR_INTERNAL; code++)
		assert_non_null(error_code_name((enum error_code)code));
	assert_string_equal(error_code_name(ERR_IO), "io");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_with_a_position_names_it),
		cmocka_unit_test(an_error_without_a_position_names_the_program),
		cmocka_unit_test(setting_an_error_forgets_the_one_before),
		cmocka_unit_test(an_error_may_be_set_from_itself),
		cmocka_unit_test(errno_is_told_in_words),
		cmocka_unit_test(long_text_is_cut_at_a_character),
		cmocka_unit_test(a_null_error_is_allowed),
		cmocka_unit_test(each_code_has_a_name_and_the_exit_code_of_the_manual),
	};

	return test_main(tests, NULL, NULL);
}
