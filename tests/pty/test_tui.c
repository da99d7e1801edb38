/* tests/pty/test_tui.c - the ncurses front end on a real terminal. */

#include "harness/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/terminal.h"
#include "run/folder.h"

#define WAIT	TERMINAL_PATIENCE_MS

static void *owner;
static char *folder;
static struct terminal *t;

static struct terminal *
play(const char *front, int rows, int columns, const char *const *env)
{
	static char program[4096];
	const char *argv[] = { program, front, folder, NULL };
	struct terminal_spec spec = { .argv = argv, .env = env, .rows = rows,
	    .columns = columns };

	snprintf(program, sizeof(program), "%s/tests/pty/play",
	    test_builddir());
	return terminal_start(owner, &spec);
}

static int
begin(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	folder = temp_folder(owner);
	return 0;
}

static void
kill_engine(void)
{
	char *path = path_join(owner, folder, "engine.pid");

	if (file_exists(path))
		kill(atoi(slurp(owner, path)), SIGKILL);
}

static int
end(void **state)
{
	(void)state;
	kill_engine();
	talloc_free(owner);
	return 0;
}

static bool
journal_has(const char *text)
{
	return strstr(slurp(owner, run_journal_path(owner, folder)), text) !=
	    NULL;
}

static void
q_leaves_the_run_and_coming_back_shows_it_as_it_was(void **state)
{
	(void)state;
	t = play("tui", 30, 120, NULL);
	terminal_wait(t, "NEEDS YOU", WAIT);
	terminal_wait(t, "PRODUCTION", WAIT);
	terminal_keys(t, "q");
	assert_int_equal(terminal_wait_exit(t, WAIT), 0);
	assert_false(terminal_is_alternate(t));
	assert_true(terminal_shows(t, "left with 0"));
	talloc_free(t);

	t = play("tui", 30, 120, NULL);
	terminal_wait(t, "NEEDS YOU", WAIT);
}

static void
class_b_is_signed_by_the_typed_name_and_not_by_a_pasted_one(void **state)
{
	(void)state;
	t = play("tui", 30, 120, NULL);
	terminal_wait(t, "NEEDS YOU", WAIT);
	terminal_keys(t, "s");
	terminal_wait(t, "Nothing is signed", WAIT);
	terminal_keys(t, "a");
	terminal_wait(t, "type the database's name", WAIT);
	terminal_keys(t, "\033[200~shop\r\033[201~");
	terminal_wait(t, "pasted text is refused here", WAIT);
	terminal_keys(t, "\r");
	terminal_settle(t, 300);
	assert_false(journal_has("\"signed\""));

	if (!terminal_shows(t, "type the database's name"))
		terminal_keys(t, "a");
	terminal_wait(t, "type the database's name", WAIT);
	terminal_keys(t, "shop\r");
	terminal_wait(t, "DONE|CLOSED", WAIT);
	assert_true(journal_has("\"signed\""));
}

static void
what_is_typed_ahead_answers_no_question(void **state)
{
	(void)state;
	t = play("tui", 30, 120, NULL);
	terminal_wait(t, "NEEDS YOU", WAIT);
	terminal_keys(t, "sashop\r");
	terminal_wait(t, "Nothing is signed", WAIT);
	terminal_settle(t, 300);
	assert_false(journal_has("\"signed\""));
}

static void
the_screen_follows_the_terminal_s_size(void **state)
{
	(void)state;
	t = play("tui", 24, 80, NULL);
	terminal_wait(t, "NEEDS YOU", WAIT);
	assert_false(terminal_shows(t, "Sign-offs"));
	terminal_resize(t, 50, 160);
	terminal_wait(t, "Sign-offs", WAIT);
	terminal_resize(t, 10, 40);
	terminal_wait(t, "the run goes on", WAIT);
	terminal_resize(t, 24, 80);
	terminal_wait(t, "NEEDS YOU", WAIT);
}

static void
a_terminal_that_goes_away_detaches(void **state)
{
	int i;

	(void)state;
	t = play("tui", 30, 120, NULL);
	terminal_wait(t, "NEEDS YOU", WAIT);
	terminal_hangup(t);
	terminal_wait_exit(t, WAIT);
	for (i = 0; i < 500 && !journal_has("\"detached\""); i++)
		usleep(10000);
	assert_true(journal_has("\"detached\""));
	assert_false(journal_has("\"run_closed\""));
}

static void
ends_by(int signum)
{
	t = play("tui", 30, 120, NULL);
	terminal_wait(t, "NEEDS YOU", WAIT);
	assert_true(terminal_is_alternate(t));
	terminal_signal(t, signum);
	terminal_wait_exit(t, WAIT);
	assert_false(terminal_is_alternate(t));
	assert_non_null(strstr(terminal_output(t), "\033[?2004l"));
	talloc_free(t);
}

static void
the_terminal_is_given_back_after_a_fatal_signal(void **state)
{
	(void)state;
	ends_by(SIGTERM);
	ends_by(SIGQUIT);
	ends_by(SIGSEGV);
	ends_by(SIGABRT);
}

static void
an_engine_that_dies_is_told_and_started_again_by_a_key(void **state)
{
	(void)state;
	t = play("tui", 30, 120, NULL);
	terminal_wait(t, "NEEDS YOU", WAIT);
	kill_engine();
	terminal_wait(t, "ENGINE GONE", WAIT);
	terminal_keys(t, "s");
	terminal_wait(t, "NEEDS YOU", WAIT);
	terminal_wait_gone(t, "ENGINE GONE", WAIT);
}

static void
who_reads_line_by_line_gets_no_screen_to_choose_from(void **state)
{
	static const char *const env[] = { "ACCESSIBLE=1", NULL };
	const char *argv[] = { path_join(owner, test_builddir(), "pgrunbook"),
	    NULL };
	struct terminal_spec spec = { .argv = argv, .env = env, .rows = 40,
	    .columns = 100 };

	(void)state;
	t = terminal_start(owner, &spec);
	assert_int_equal(terminal_wait_exit(t, WAIT), 0);
	assert_contains(terminal_output(t), "attach [RUN]");
	assert_null(strstr(terminal_output(t), "\033["));
}

static void
without_colours_the_environment_is_in_brackets(void **state)
{
	static const char *const env[] = { "NO_COLOR=1", "LC_ALL=C", NULL };
	struct terminal_cell cell;
	int row, column;

	(void)state;
	t = play("tui", 30, 120, env);
	terminal_wait(t, "\\[PRODUCTION\\]", WAIT);
	row = terminal_find(t, "[PRODUCTION]", &column);
	terminal_cell(t, row, column, &cell);
	assert_int_equal(cell.foreground, -1);
	assert_int_equal(cell.background, -1);
	assert_true(terminal_shows(t, "-----"));
}

static void
production_is_a_filled_block(void **state)
{
	struct terminal_cell cell;
	int row, column;

	(void)state;
	t = play("tui", 30, 120, NULL);
	terminal_wait(t, "PRODUCTION", WAIT);
	row = terminal_find(t, "PRODUCTION", &column);
	terminal_cell(t, row, column, &cell);
	assert_int_equal(cell.background, 160);
}

static void
plain_lines_ask_by_number_and_sign_by_name(void **state)
{
	(void)state;
	t = play("plain", 60, 120, NULL);
	terminal_wait(t, "SIGN-OFF NEEDED", WAIT);
	terminal_wait(t, "Type a number", WAIT);
	terminal_keys(t, "1\r");
	terminal_wait(t, "type the database's name", WAIT);
	terminal_keys(t, "wrong\r");
	terminal_wait(t, "Not signed", WAIT);
	terminal_keys(t, "w\r");
	terminal_wait(t, "Run r1", WAIT);
	terminal_settle(t, 200);
	terminal_keys(t, "1\r");
	terminal_settle(t, 200);
	terminal_keys(t, "shop\r");
	assert_int_equal(terminal_wait_exit(t, WAIT), 0);
	assert_null(strchr(terminal_output(t), '\033'));
}

static void
the_picker_lists_runbooks_and_runs(void **state)
{
	char *runs = temp_folder(owner), *books = temp_folder(owner);
	char program[4096];
	const char *argv[] = { program, "picker", runs, books, NULL };
	struct terminal_spec spec = { .argv = argv, .rows = 24, .columns = 120 };

	(void)state;
	temp_file(owner, books, "tidy.yaml", "pgrunbook: 1\nname: tidy\n"
	    "title: Tidy up\nowner: platform-db\nlast_exercised: 2000-10-02\n"
	    "next_window: \"2001-01-01T01:00Z\"\nsteps: []\n");
	temp_file(owner, books, "other.txt", "nothing");
	snprintf(program, sizeof(program), "%s/tests/pty/play",
	    test_builddir());
	t = terminal_start(owner, &spec);
	terminal_wait(t, "Tidy up", WAIT);
	terminal_wait(t, "OVERDUE", WAIT);
	terminal_keys(t, "\r");
	assert_int_equal(terminal_wait_exit(t, WAIT), 0);
	terminal_wait(t, "chosen: open .*tidy.yaml", WAIT);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(q_leaves_the_run_and_coming_back_shows_it_as_it_was),
		test(class_b_is_signed_by_the_typed_name_and_not_by_a_pasted_one),
		test(what_is_typed_ahead_answers_no_question),
		test(the_screen_follows_the_terminal_s_size),
		test(a_terminal_that_goes_away_detaches),
		test(the_terminal_is_given_back_after_a_fatal_signal),
		test(an_engine_that_dies_is_told_and_started_again_by_a_key),
		test(who_reads_line_by_line_gets_no_screen_to_choose_from),
		test(without_colours_the_environment_is_in_brackets),
		test(production_is_a_filled_block),
		test(plain_lines_ask_by_number_and_sign_by_name),
		test(the_picker_lists_runbooks_and_runs),
	};

	return test_main(tests, NULL, NULL);
}
