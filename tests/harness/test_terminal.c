/* tests/harness/test_terminal.c - the terminal that tests look at. */

#include <signal.h>
#include <string.h>

#include "base/memory.h"
#include "harness/golden.h"
#include "harness/terminal.h"
#include "harness/test.h"

static struct terminal *
shell(const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const char *const env[] = { "GREETING=hello", NULL };

	return terminal_start(NULL, &(struct terminal_spec){ .argv = argv,
	    .env = env, .rows = 10, .columns = 40 });
}

static void
what_is_printed_is_on_the_screen(void **state UNUSED)
{
	struct terminal *t = shell("echo \"$GREETING\"; printf '\\346\\274\\242x'");
	struct terminal_cell cell;
	char *screen;
	int column;

	assert_int_equal(terminal_wait_exit(t, TERMINAL_PATIENCE_MS), 0);
	screen = terminal_screen(t, t);
	assert_string_equal(screen, "hello\n\xe6\xbc\xa2x\n");
	golden_check("harness/hello", screen);
	terminal_cell(t, 1, 0, &cell);
	assert_int_equal(cell.width, 2);
	assert_int_equal(terminal_find(t, "x", &column), 1);
	assert_int_equal(column, 2);
	talloc_free(t);
}

static void
keys_reach_the_program(void **state UNUSED)
{
	struct terminal *t = shell("read a; echo \"got <$a>\"; read b; exit 3");

	terminal_keys(t, "abc\r");
	terminal_wait(t, "^got <abc>$", TERMINAL_PATIENCE_MS);
	terminal_keys(t, "\r");
	assert_int_equal(terminal_wait_exit(t, TERMINAL_PATIENCE_MS), 3);
	talloc_free(t);
}

static void
attributes_and_colours_are_told(void **state UNUSED)
{
	struct terminal *t = shell("printf '\\033[1;7;31mA\\033[0m\\033[38;5;200mB"
	    "\\033[0mC'");
	struct terminal_cell cell;

	terminal_wait_exit(t, TERMINAL_PATIENCE_MS);
	terminal_cell(t, 0, 0, &cell);
	assert_string_equal(cell.text, "A");
	assert_true(cell.bold && cell.reverse && !cell.underline);
	assert_int_equal(cell.foreground, 1);
	terminal_cell(t, 0, 1, &cell);
	assert_int_equal(cell.foreground, 200);
	terminal_cell(t, 0, 2, &cell);
	assert_int_equal(cell.foreground, -1);
	talloc_free(t);
}

static void
a_resize_reaches_the_program(void **state UNUSED)
{
	struct terminal *t = shell("trap 'stty size; exit' WINCH; echo ready; "
	    "while :; do sleep 0.01; done");

	terminal_wait(t, "ready", TERMINAL_PATIENCE_MS);
	terminal_resize(t, 20, 60);
	terminal_wait(t, "^20 60$", TERMINAL_PATIENCE_MS);
	assert_int_equal(terminal_wait_exit(t, TERMINAL_PATIENCE_MS), 0);
	talloc_free(t);
}

static void
the_alternate_screen_is_noticed(void **state UNUSED)
{
	struct terminal *t = shell("printf '\\033[?1049hin'; read x; "
	    "printf '\\033[?1049lout'; read x");

	terminal_wait(t, "in", TERMINAL_PATIENCE_MS);
	assert_true(terminal_is_alternate(t));
	terminal_keys(t, "\r");
	terminal_wait(t, "out", TERMINAL_PATIENCE_MS);
	assert_false(terminal_is_alternate(t));
	assert_false(terminal_shows(t, "in"));
	talloc_free(t);
}

static void
hanging_up_sends_sighup(void **state UNUSED)
{
	struct terminal *t = shell("echo ready; read x");

	terminal_wait(t, "ready", TERMINAL_PATIENCE_MS);
	terminal_hangup(t);
	assert_int_equal(terminal_wait_exit(t, TERMINAL_PATIENCE_MS),
	    256 + SIGHUP);
	talloc_free(t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_on_the_screen),
		cmocka_unit_test(keys_reach_the_program),
		cmocka_unit_test(attributes_and_colours_are_told),
		cmocka_unit_test(a_resize_reaches_the_program),
		cmocka_unit_test(the_alternate_screen_is_noticed),
		cmocka_unit_test(hanging_up_sends_sighup),
	};

	return test_main(tests, NULL, NULL);
}
