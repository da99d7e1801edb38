/*
 * bench/bench_rows.c - rows of a result as they come, beside psql.
 *
 * usage: bench_rows [ROWS]               (1000000)
 *
 * Starts a scratch server, reads a result by pg_query_stream(), and the same
 * one by psql into /dev/null (unaligned, with a cursor of 1000 rows).
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/scratch_server.h"
#include "postgres/session.h"

static bool
on_row(void *arg, const PGresult *res, int row, int64_t number UNUSED)
{
	int64_t *bytes = arg;

	for (int i = 0; row >= 0 && i < PQnfields(res); i++)
		*bytes += PQgetlength(res, row, i);
	return true;
}

static int
stream_ms(const void *owner, const char *url, const char *sql, int64_t *ms,
    struct error *err)
{
	struct pg_options options = { .application_name = "bench_rows" };
	struct pg_target *target = pg_target_parse(owner, url, err);
	struct pg_session *s = target == NULL ? NULL :
	    pg_open(owner, loop_new(owner), target, &options, err);
	int64_t bytes = 0;
	char *tag;
	int rc = -1;

	*ms = clock_mono_ms();
	if (s != NULL)
		rc = pg_query_stream(owner, s, sql, on_row, &bytes, &tag, err);
	*ms = clock_mono_ms() - *ms;
	return rc;
}

static int
psql_ms(const void *owner, const char *url, const char *sql, int64_t *ms,
    struct error *err)
{
	const char *const argv[] = { "sh", "-c",
	    "exec psql -XqAt -v FETCH_COUNT=1000 -c \"$2\" \"$1\" >/dev/null",
	    "sh", url, sql, NULL };
	int rc;

	*ms = clock_mono_ms();
	rc = child_capture(owner, loop_new(owner), &(struct child_spec){
	    .argv = argv }, NULL, NULL, err);
	*ms = clock_mono_ms() - *ms;
	return rc;
}

int
main(int argc, char **argv)
{
	void *owner = talloc_new(NULL);
	struct error err, ignored;
	char *folder = scratch_folder_create(owner, "pgrunbook-bench", &err);
	char *sql = mem_printf(owner, "SELECT n, md5(n::text), now() "
	    "FROM generate_series(1, %d) n", argc > 1 ? atoi(argv[1]) : 1000000);
	char *url = folder == NULL ? NULL :
	    scratch_server_url(owner, folder, "postgres");
	int64_t ours = 0, psql = 0;
	struct rusage usage;
	int rc = 1;

	if (folder != NULL && scratch_server_start(folder, true, &err) == 0 &&
	    stream_ms(owner, url, sql, &ours, &err) == 0 &&
	    psql_ms(owner, url, sql, &psql, &err) == 0)
		rc = 0;
	if (folder != NULL && (scratch_server_stop(folder, &ignored) != 0 ||
	    file_remove_tree(folder, &ignored) != 0))
		fprintf(stderr, "%s is left behind\n", folder);
	getrusage(RUSAGE_SELF, &usage);
	if (rc != 0)
		error_print(stderr, "bench_rows", &err);
	else
		printf("rows: %.1f s, psql %.1f s, %.2f times as long; "
		    "peak memory %ld kB\n", (double)ours / 1000,
		    (double)psql / 1000,
		    (double)ours / (double)(psql > 0 ? psql : 1),
		    usage.ru_maxrss);
	talloc_free(owner);
	return rc;
}
