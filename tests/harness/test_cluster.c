/* tests/harness/test_cluster.c - the scratch cluster itself. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "harness/cluster.h"
#include "harness/test.h"

static void
a_database_can_be_made_filled_and_asked(void **state UNUSED)
{
	char *db = cluster_new_db(NULL), *value;

	cluster_sql(db, "CREATE TABLE t (n int); INSERT INTO t VALUES (7)");
	value = cluster_value(db, db, "SELECT n FROM t");

	assert_string_equal(value, "7");
	cluster_drop_db(db);
	talloc_free(db);
}

static void
the_url_leads_to_it(void **state UNUSED)
{
	char *url = cluster_url(NULL, "postgres");

	assert_contains(url, "postgresql:///postgres?host=/");
	assert_contains(url, cluster_socket_folder());
	talloc_free(url);
}

static void
what_was_committed_survives_a_crash(void **state UNUSED)
{
	char *db = cluster_new_db(NULL), *value;

	cluster_sql(db, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
	cluster_crash();
	cluster_restart();
	value = cluster_value(db, db, "SELECT count(*) FROM t");

	assert_string_equal(value, "1");
	cluster_drop_db(db);
	talloc_free(db);
}

static void
the_server_ends_with_a_program_that_is_killed(void **state UNUSED)
{
	int ends[2], pid, status;
	char *path;
	pid_t child;

	/* A second program with a cluster of its own, by fork alone. */
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		char *text;

		unsetenv("TEST_KEEP");
		cluster_start(NULL);
		text = cluster_value(NULL, "postgres",
		    "SELECT pg_postmaster_start_time(), pg_backend_pid()");
		text = slurp(NULL, mem_printf(NULL, "%s/postmaster.pid",
		    cluster_data_folder()));
		pid = atoi(text);
		if (write(ends[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	close(ends[0]);

	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);

	/* Gone when its entry is gone, or a zombie that nobody reaps. */
	path = mem_printf(NULL, "/proc/%d/exe", pid);
	while (file_exists(path))
		usleep(1000);
	talloc_free(path);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_database_can_be_made_filled_and_asked),
		cmocka_unit_test(the_url_leads_to_it),
		cmocka_unit_test(what_was_committed_survives_a_crash),
		cmocka_unit_test(the_server_ends_with_a_program_that_is_killed),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
