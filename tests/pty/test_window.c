/*
 * tests/pty/test_window.c - whole journeys: the program, its engine, a real
 * server, and a person at a terminal.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/terminal.h"

#define WAIT	TERMINAL_PATIENCE_MS

static void *owner;
static char *runs, *file, *db;

static const char *const window =
    "pgrunbook: 1\n"
    "name: tidy\n"
    "title: Tidy up\n"
    "targets:\n"
    "  shop: {url: \"env:SHOP_URL\", environment: production}\n"
    "target: shop\n"
    "steps:\n"
    "  - id: look\n"
    "    name: Look first\n"
    "    sql: select n, 'value ' || n as text from generate_series(1, 500) n\n"
    "  - id: blocked\n"
    "    name: Add a column\n"
    "    sql: alter table t add column extra text\n"
    "    lock_timeout: 60s\n"
    "  - id: drop\n"
    "    name: Drop the old table\n"
    "    sql: drop table old\n"
    "  - id: fails\n"
    "    name: This cannot be\n"
    "    sql: select 1/0\n";

static int
begin(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	runs = temp_folder(owner);
	db = cluster_new_db(owner);
	cluster_sql(db, "create table t (id int); create table old (id int)");
	file = temp_file(owner, temp_folder(owner), "tidy.yaml", window);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

static struct terminal *
pgrunbook(const char *command, const char *argument)
{
	const char *argv[] = {
		mem_printf(owner, "%s/pgrunbook", test_builddir()), command,
		argument, NULL
	};
	const char *env[] = {
		mem_printf(owner, "SHOP_URL=%s", cluster_url(owner, db)),
		mem_printf(owner, "PGRUNBOOK_RUNS=%s", runs),
		"PGRUNBOOK_THEME=default", NULL
	};
	struct terminal_spec spec = { .argv = argv, .env = env, .rows = 36,
	    .columns = 120 };

	return terminal_start(owner, &spec);
}

/* Sign what waits: class A by its key, class B by the database's name. */
static void
sign(struct terminal *t, bool by_name)
{
	terminal_wait(t, "NEEDS YOU", WAIT);
	terminal_keys(t, "s");
	terminal_wait(t, "Nothing is signed", WAIT);
	terminal_keys(t, "a");
	if (!by_name)
		return;
	terminal_wait(t, "type the database's name", WAIT);
	terminal_keys(t, db);
	terminal_keys(t, "\r");
}

static void
a_window_is_walked_by_the_keys_that_the_screen_shows(void **state)
{
	struct terminal *t = pgrunbook("run", file), *again;

	(void)state;
	terminal_wait(t, "READY +press s to start", WAIT);
	terminal_wait(t, "PRODUCTION", WAIT);
	terminal_keys(t, "s");
	terminal_wait(t, "sign-off, class A, for 2 Add a column", WAIT);

	/* The first step's rows are in its output. */
	terminal_keys(t, "kko");
	terminal_wait(t, "Output of 1 Look first", WAIT);
	terminal_keys(t, "/value 77\r");
	terminal_wait(t, "77 *\\| *value 77", WAIT);
	terminal_keys(t, "q");
	terminal_wait_gone(t, "Output of", WAIT);

	/* Out, and in again from another terminal. */
	sign(t, false);
	terminal_wait(t, "class B, for 3 Drop the old table", WAIT);
	terminal_keys(t, "q");
	assert_int_equal(terminal_wait_exit(t, WAIT), 0);
	terminal_wait(t, "pgrunbook attach", WAIT);
	again = pgrunbook("attach", NULL);
	terminal_wait(again, "class B, for 3 Drop the old table", WAIT);
	assert_string_equal(cluster_value(owner, db,
	    "select count(*) from pg_class where relname = 'old'"), "1");
	sign(again, true);

	/* It fails, is left out, and the run is done. */
	terminal_wait(again, "FAILED +press s", WAIT);
	assert_string_equal(cluster_value(owner, db,
	    "select count(*) from pg_class where relname = 'old'"), "0");
	terminal_keys(again, "s");
	terminal_wait(again, "Why +division by zero", WAIT);
	terminal_keys(again, "k");
	terminal_wait(again, "Skip it, because:", WAIT);
	terminal_keys(again, "it was a test\r");
	terminal_wait(again, "DONE +the run is closed", WAIT);
	terminal_keys(again, "q");
	assert_int_equal(terminal_wait_exit(again, WAIT), 0);
}

static void
a_lock_that_is_in_the_way_is_on_screen_and_ended_by_its_pid(void **state)
{
	struct terminal *t = pgrunbook("run", file);
	struct terminal *psql;
	const char *argv[] = { "psql", "-X", "-d", cluster_url(owner, db), NULL };
	struct terminal_spec spec = { .argv = argv };
	char *pid;

	(void)state;
	psql = terminal_start(owner, &spec);
	terminal_wait(psql, "=#", WAIT);
	terminal_keys(psql, "begin; select * from t;\r");
	terminal_wait(psql, "0 rows", WAIT);
	pid = cluster_value(owner, db, "select pid from pg_stat_activity where "
	    "state = 'idle in transaction'");

	terminal_wait(t, "READY", WAIT);
	terminal_keys(t, "s");
	sign(t, false);
	terminal_wait(t, "WAITING .*idle in transaction", WAIT);
	terminal_wait(t, "0 sessions queue behind us .limit 5. · gives up in",
	    WAIT);
	terminal_keys(t, "L");
	terminal_wait(t, "In the way", WAIT);
	terminal_keys(t, "T");
	terminal_wait(t, "Type its pid", WAIT);
	terminal_keys(t, pid);
	terminal_keys(t, "\r");

	terminal_wait(t, "class B, for 3 Drop the old table", WAIT);
	terminal_keys(t, "q");
	terminal_keys(t, ":abandon\r");
	terminal_wait(t, "because:", WAIT);
	terminal_keys(t, "enough\r");
	terminal_wait(t, "CLOSED", WAIT);
	terminal_keys(t, "q");
	assert_int_equal(terminal_wait_exit(t, WAIT), 1);
}

static void
the_demo_gets_in_its_own_way_when_asked(void **state)
{
	struct terminal *t = pgrunbook("demo", NULL);

	(void)state;
	/* A server is made, and a shop in it. */
	terminal_wait(t, "Enter opens the window", 3 * WAIT);
	terminal_keys(t, "\r");
	terminal_wait(t, "READY", WAIT);
	terminal_keys(t, "B");
	terminal_wait(t, "stays idle in its transaction", WAIT);
	terminal_keys(t, "B");
	terminal_wait(t, "in the way already", WAIT);
	terminal_keys(t, ":abandon\r");
	terminal_wait(t, "because:", WAIT);
	terminal_keys(t, "enough\r");
	terminal_wait(t, "CLOSED", WAIT);
	terminal_keys(t, "q");
	assert_int_equal(terminal_wait_exit(t, WAIT), 1);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_window_is_walked_by_the_keys_that_the_screen_shows),
		test(a_lock_that_is_in_the_way_is_on_screen_and_ended_by_its_pid),
		test(the_demo_gets_in_its_own_way_when_asked),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
