/* tests/runbook/test_values.c - scopes, {{…}}, conditions, env files. */

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"
#include "runbook/values.h"

struct fixture {
	struct scope	*scope;
	struct error	 err;
};

static int
set_up(void **state)
{
	struct fixture *f = NEW(NULL, struct fixture);

	f->scope = scope_new(f);
	scope_set(f->scope, "ticket", json_string("CHG-7"));
	scope_set(f->scope, "batch", json_integer(500));
	scope_set(f->scope, "ready", json_true());
	scope_set(f->scope, "nothing", json_null());
	scope_set(f->scope, "backup", json_pack("{s:s, s:i}", "file",
	    "shop.dump", "bytes", 42));
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	talloc_free(*state);
	return 0;
}

static void
names_and_fields_are_expanded(void **state)
{
	struct fixture *f = *state;
	char *text = scope_expand(f, f->scope,
	    "{{ticket}}: {{ backup.file }}, {{batch}} of {{backup.bytes}}, "
	    "{{ready}} {{nothing}}.", &f->err);

	assert_got(text, &f->err);
	assert_string_equal(text, "CHG-7: shop.dump, 500 of 42, true .");
}

static void
a_value_is_not_expanded_again(void **state)
{
	struct fixture *f = *state;
	char *text;

	scope_set(f->scope, "sly", json_string("{{ticket}}"));
	text = scope_expand(f, f->scope, "{{sly}}", &f->err);

	assert_string_equal(text, "{{ticket}}");
}

static void
an_object_is_stable_json(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(scope_text(f, f->scope, "backup"),
	    "{\"bytes\":42,\"file\":\"shop.dump\"}");
}

static void
an_undefined_name_is_an_error_with_the_nearest(void **state)
{
	struct fixture *f = *state;

	assert_null(scope_expand(f, f->scope, "{{tickt}}", &f->err));
	assert_int_equal(f->err.code, ERR_RUNBOOK);
	assert_string_equal(f->err.primary, "undefined name \"tickt\"");
	assert_string_equal(f->err.hint, "did you mean \"ticket\"?");

	assert_null(scope_expand(f, f->scope, "{{backup.size}}", &f->err));
	assert_string_equal(f->err.primary, "undefined name \"backup.size\"");
}

static void
what_is_no_name_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_null(scope_expand(f, f->scope, "{{1 + 2}}", &f->err));
	assert_string_equal(f->err.primary, "\"{{1 + 2}}\" is not a name");
	assert_null(scope_expand(f, f->scope, "{{ticket", &f->err));
	assert_string_equal(f->err.primary, "\"{{\" without \"}}\"");
}

static void
names_are_listed_in_order(void **state)
{
	struct fixture *f = *state;
	char **names = scope_names_in(f, "{{a}} {{ b.c }} {{d");

	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b.c");
	assert_string_equal(names[2], "{{d");
	assert_null(names[3]);
}

static void
an_inner_scope_hides_and_falls_through(void **state)
{
	struct fixture *f = *state;
	struct scope *inner = scope_nested(f, f->scope);

	scope_set(inner, "batch", json_integer(9));

	assert_string_equal(scope_text(f, inner, "batch"), "9");
	assert_string_equal(scope_text(f, inner, "ticket"), "CHG-7");
	assert_string_equal(scope_text(f, f->scope, "batch"), "500");
}

static bool
has(char **environment, const char *variable)
{
	for (; *environment != NULL; environment++)
		if (str_equal(*environment, variable))
			return true;
	return false;
}

static void
the_environment_has_names_and_fields(void **state)
{
	struct fixture *f = *state;
	struct scope *inner = scope_nested(f, f->scope);
	char **environment;

	scope_set(inner, "batch", json_integer(9));
	scope_set(inner, "odd", json_pack("{s:i, s:i}", "a-b", 1, "c=d", 2));
	environment = scope_environment(f, inner);

	assert_true(has(environment, "ticket=CHG-7"));
	assert_true(has(environment, "batch=9"));
	assert_false(has(environment, "batch=500"));
	assert_true(has(environment, "backup_file=shop.dump"));
	assert_true(has(environment, "odd_a_b=1"));
	assert_false(has(environment, "odd_c=d=2"));
	assert_false(has(environment, "odd_c_d=2"));
}

static void
conditions_hold_or_do_not(void **state)
{
	static const struct {
		const char	*expression;
		int		 holds;
	} cases[] = {
		{ "ready", 1 }, { "not ready", 0 }, { "nothing", 0 },
		{ "ticket == CHG-7", 1 }, { "ticket != CHG-7", 0 },
		{ "ticket=='CHG-7'", 1 }, { "batch == 500", 1 },
		{ "batch in 100, 500", 1 }, { "batch in 100, 200", 0 },
		{ "not batch in 100, 200", 1 },
		{ "ready and batch == 500", 1 }, { "ready and nothing", 0 },
		{ "nothing and batch == 500", 0 },
		{ "backup.file == shop.dump and ready", 1 },
		{ "ticket in \"a, b\", CHG-7", 1 }, { "backup", 1 },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		if (scope_when(f->scope, cases[i].expression, &f->err) !=
		    cases[i].holds)
			fail_msg("%s: %s", cases[i].expression, f->err.primary);
}

static void
what_is_no_condition_is_an_error(void **state)
{
	static const char *const cases[] = {
		"", "not", "ready and", "ticket ==", "ticket = x", "a b",
		"ready or nothing", "batch in", "batch in 1,", "'x' == 'x'",
		"ticket == 'x", "and ready",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		assert_error(scope_when(f->scope, cases[i], &f->err), &f->err,
		    ERR_RUNBOOK);
}

static void
names_become_variables_and_may_not_be_those_of_the_system(void **state)
{
	(void)state;
	assert_true(value_name_valid("backup_2"));
	assert_false(value_name_valid("PATH"));
	assert_false(value_name_valid("_x"));
	assert_false(value_name_valid("2x"));
	assert_false(value_name_valid("a.b"));
	assert_false(value_name_valid(""));
}

static void
note(void *arg, const char *name, const char *value)
{
	buffer_printf(arg, "<%s|%s>", name, value);
}

static void
an_env_file_is_read_as_people_write_it(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbf# comment\n"
	    "\n"
	    "A=1\r\n"
	    "export B = two words   # comment\n"
	    "C='$(rm -rf /) # \\n'\n"
	    "D=\"a\\n\\\"b\\\" $HOME\" # comment\n"
	    "E=a#b\n"
	    "F=\n"
	    "G=\"-----BEGIN\n"
	    "KEY-----\"\n"
	    "export=x\n"
	    "  H=last";
	struct fixture *f = *state;
	char *path = temp_file(f, temp_folder(f), ".env", text);
	struct buffer *seen = buffer_new(f);

	assert_ok(env_file_read(path, note, seen, &f->err), &f->err);

	assert_string_equal(seen->data, "<A|1><B|two words>"
	    "<C|$(rm -rf /) # \\n><D|a\n\"b\" $HOME><E|a#b><F|>"
	    "<G|-----BEGIN\nKEY-----><export|x><H|last>");
}

static void
a_bad_env_file_is_told_with_its_position_and_without_its_secrets(void **state)
{
	static const struct {
		const char	*text, *told;
		int		 line, column;
	} cases[] = {
		{ "A=1\nhunter2\n", "expected \"=\" after the name", 2, 8 },
		{ "A=1\n  =hunter2\n", "expected NAME=value", 2, 3 },
		{ "1A=hunter2\n", "expected NAME=value", 1, 1 },
		{ "A=\"hunter2\nB=1\n", "a quote is not closed", 1, 3 },
		{ "A='hunter' hunter2\n", "text behind the closing quote", 1, 12 },
	};
	struct fixture *f = *state;
	struct buffer *seen = buffer_new(f);
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		char *path = temp_file(f, temp_folder(f), ".env", cases[i].text);

		assert_error(env_file_read(path, note, seen, &f->err), &f->err,
		    ERR_RUNBOOK);
		assert_string_equal(f->err.primary, cases[i].told);
		assert_int_equal(f->err.line, cases[i].line);
		assert_int_equal(f->err.column, cases[i].column);
		assert_string_equal(f->err.file, path);
	}
}

static void
a_missing_env_file_is_not_found(void **state)
{
	struct fixture *f = *state;

	assert_error(env_file_read("/nowhere/.env", note, NULL, &f->err),
	    &f->err, ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(names_and_fields_are_expanded),
		TEST(a_value_is_not_expanded_again),
		TEST(an_object_is_stable_json),
		TEST(an_undefined_name_is_an_error_with_the_nearest),
		TEST(what_is_no_name_is_an_error),
		TEST(names_are_listed_in_order),
		TEST(an_inner_scope_hides_and_falls_through),
		TEST(the_environment_has_names_and_fields),
		TEST(conditions_hold_or_do_not),
		TEST(what_is_no_condition_is_an_error),
		TEST(names_become_variables_and_may_not_be_those_of_the_system),
		TEST(an_env_file_is_read_as_people_write_it),
		TEST(a_bad_env_file_is_told_with_its_position_and_without_its_secrets),
		TEST(a_missing_env_file_is_not_found),
	};

	return test_main(tests, NULL, NULL);
}
