/*
 * Tests of cli/side.h and cli/shadow.h: what a schema may be named by, where
 * migrations are replayed, and what is seen meanwhile.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/program.h"
#include "cli/scratch_server.h"
#include "harness/cluster.h"
#include "harness/terminal.h"

#define SHADOW_FOLDER	"pgrunbook-shadow"

static const char first[] = "CREATE TABLE orders (id int PRIMARY KEY);";
static const char second[] =
    "ALTER TABLE orders ADD total numeric(14,2) NOT NULL;"
    "CREATE VIEW large AS SELECT id FROM orders WHERE total > 100;";

static char *
database(const void *owner, bool whole)
{
	char *name = cluster_new_db(owner);

	cluster_sql(name, first);
	if (whole)
		cluster_sql(name, second);
	return name;
}

/* A folder "migrations" in a new one, of two files with these names. */
static char *
migrations(const void *owner, const char *a, const char *b)
{
	char *folder = path_join(owner, temp_folder(owner), "migrations");

	temp_file(owner, folder, a, first);
	temp_file(owner, folder, b, second);
	return folder;
}

static void
assert_no_shadow(const void *owner)
{
	cluster_wait_value("postgres", "SELECT count(*) FROM pg_database "
	    "WHERE datname LIKE 'pgrunbook\\_shadow%'", "0");
	assert_null(scratch_folders(owner, SHADOW_FOLDER)[0]);
}

static void
each_way_to_name_a_schema_is_the_same_schema(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *url = cluster_url(owner, database(owner, true));
	char *less = cluster_url(owner, database(owner, false));
	char *folder = temp_folder(owner);
	char *snapshot = path_join(owner, folder, "snapshot.json");
	const char *words[] = { url, snapshot,
	    migrations(owner, "20260101000000_init/migration.sql",
	    "20260102000000_more/migration.sql"),
	    migrations(owner, "20260101000000_init.sql",
	    "20260102000000_more.sql"),
	    migrations(owner, "1_init.sql", "2_more.sql"),
	    temp_file(owner, folder, "schema.sql", mem_printf(owner, "%s%s",
	    first, second)) };
	struct told t = program_in(owner, NULL, "snapshot", url, "--output",
	    snapshot, NULL);

	assert_string_equal(t.errors, "");
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		t = program_in(owner, NULL, "diff", words[i], url, NULL);
		assert_string_equal(t.errors, "");
		assert_contains(t.out, "no drift\n");
		assert_int_equal(t.status, 0);
		t = program_in(owner, NULL, "diff", words[i], less, NULL);
		assert_contains(t.out, "+ column       orders.total");
		assert_contains(t.out, "+ view         large");
		assert_int_equal(t.status, 6);
		/* And the other way round. */
		t = program_in(owner, NULL, "diff", less, words[i], NULL);
		assert_contains(t.out, "- column       orders.total");
		assert_int_equal(t.status, 6);
	}
	assert_no_shadow(owner);
	talloc_free(owner);
}

static void
another_server_holds_the_shadow_where_the_target_may_not(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *name = database(owner, true), *url, *shadow, *other;
	char *folder = migrations(owner, "1_init.sql", "2_more.sql");
	struct error err;
	struct told t;

	cluster_sql("postgres", "CREATE ROLE weak LOGIN");
	url = cluster_url_as(owner, name, "weak");
	t = program_in(owner, NULL, "diff", folder, url, NULL);
	assert_contains(t.errors, "could not make a shadow database");
	assert_contains(t.errors, "CREATEDB");

	other = scratch_folder_create(owner, "pgrunbook-other", &err);
	assert_got(other, &err);
	assert_ok(scratch_server_start(other, true, &err), &err);
	shadow = mem_printf(owner, "--shadow=%s", scratch_server_url(owner,
	    other, "postgres"));
	t = program_in(owner, NULL, "diff", folder, url, shadow, NULL);
	assert_string_equal(t.errors, "");
	assert_int_equal(t.status, 0);
	t = program_in(owner, NULL, "diff", folder, url, "--shadow=scratch",
	    NULL);
	assert_string_equal(t.errors, "");
	assert_int_equal(t.status, 0);

	assert_ok(scratch_server_stop(other, &err), &err);
	assert_ok(file_remove_tree(other, &err), &err);
	assert_no_shadow(owner);
	talloc_free(owner);
}

static void
a_scratch_server_is_made_where_there_is_none(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *folder = migrations(owner, "1_init.sql", "2_more.sql");
	char *bad = migrations(owner, "1_init.sql", "2_more.sql");
	struct told t = program_in(owner, NULL, "diff", folder, bad, NULL);

	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "--shadow=scratch");
	t = program_in(owner, NULL, "diff", folder, bad, "--shadow=scratch",
	    NULL);
	assert_string_equal(t.errors, "");
	assert_int_equal(t.status, 0);
	temp_file(owner, bad, "3_broken.sql", "ALTER TABLE nowhere ADD a int");
	t = program_in(owner, NULL, "snapshot", bad, "--shadow=scratch", NULL);
	assert_contains(t.errors, "3_broken");
	assert_string_equal(t.out, "");
	assert_no_shadow(owner);
	talloc_free(owner);
}

/* ---- on a terminal ------------------------------------------------------- */

static struct terminal *
on_terminal(const void *owner, const char *a, const char *b, const char *c,
    const char *d)
{
	const char *argv[] = { mem_printf(owner, "%s/pgrunbook",
	    test_builddir()), a, b, c, d, NULL };
	struct terminal_spec spec = { .argv = argv, .columns = 300 };

	return terminal_start(owner, &spec);
}

/* It is seen that it takes long; ^C ends it, and nothing stays. */
static void
assert_interrupted(const void *owner, struct terminal *t)
{
	terminal_wait(t, "^replays migration 3 of 3: 3_slow.sql \\([1-9][0-9]* s\\)",
	    TERMINAL_PATIENCE_MS);
	terminal_keys(t, "\003");
	assert_int_equal(terminal_wait_exit(t, TERMINAL_PATIENCE_MS), 1);
	assert_true(terminal_shows(t, "error: .*3_slow.sql"));
	assert_false(terminal_shows(t, "^replays"));
	assert_no_shadow(owner);
}

static void
an_interrupt_leaves_no_shadow_behind(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *url = cluster_url(owner, database(owner, true));
	char *folder = migrations(owner, "1_init.sql", "2_more.sql");

	temp_file(owner, folder, "3_slow.sql", "SELECT pg_sleep(600)");
	assert_interrupted(owner, on_terminal(owner, "diff", folder, url, NULL));
	assert_interrupted(owner, on_terminal(owner, "diff", folder, url,
	    "--shadow=scratch"));
	assert_interrupted(owner, on_terminal(owner, "snapshot", folder,
	    "--shadow=scratch", NULL));
	talloc_free(owner);
}

static void
a_terminal_that_goes_leaves_no_shadow_behind(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *url = cluster_url(owner, database(owner, true));
	char *folder = migrations(owner, "1_init.sql", "2_more.sql");
	struct terminal *t;

	temp_file(owner, folder, "3_slow.sql", "SELECT pg_sleep(600)");
	t = on_terminal(owner, "diff", folder, url, NULL);
	terminal_wait(t, "^replays migration 3 of 3", TERMINAL_PATIENCE_MS);
	terminal_hangup(t);
	assert_no_shadow(owner);
	talloc_free(owner);
}

static void
how_far_a_slow_read_is_shows_and_goes(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *name = database(owner, true);
	struct terminal *locker, *t;
	const char *psql[] = { "psql", "-X", cluster_url(owner, name), NULL };
	struct terminal_spec spec = { .argv = psql };

	locker = terminal_start(owner, &spec);
	terminal_keys(locker, "BEGIN; LOCK TABLE orders;\r");
	terminal_wait(locker, "^LOCK TABLE", TERMINAL_PATIENCE_MS);
	/*
	 * A definition waits for the lock, and gives up after two seconds; time
	 * stands still for the server until the line was seen.
	 */
	t = on_terminal(owner, "snapshot", cluster_url(owner, name), NULL, NULL);
	cluster_wait_value("postgres", mem_printf(owner, "SELECT count(*) FROM "
	    "pg_stat_activity WHERE wait_event_type = 'Lock' AND "
	    "datname = '%s'", name), "1");
	cluster_freeze();
	terminal_wait(t, "^reads catalogues: [0-9]+ of [0-9]+ queries "
	    "\\([0-9]+ s\\)", TERMINAL_PATIENCE_MS);
	cluster_thaw();
	assert_int_equal(terminal_wait_exit(t, TERMINAL_PATIENCE_MS), 1);
	if (!terminal_shows(t, "error: .*could not read .* objects: .*lock timeout"))
		fail_msg("%s", terminal_screen(owner, t));
	assert_false(terminal_shows(t, "reads catalogues"));
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_to_name_a_schema_is_the_same_schema),
		cmocka_unit_test(
		    another_server_holds_the_shadow_where_the_target_may_not),
		cmocka_unit_test(a_scratch_server_is_made_where_there_is_none),
		cmocka_unit_test(an_interrupt_leaves_no_shadow_behind),
		cmocka_unit_test(a_terminal_that_goes_leaves_no_shadow_behind),
		cmocka_unit_test(how_far_a_slow_read_is_shows_and_goes),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
