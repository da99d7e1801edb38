/* tests/postgres/test_stream.c - rows and COPY as they come, against a real server. */

#include <string.h>
#include <sys/resource.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/sessions.h"

struct rows {
	int64_t		 count, sum;
	int		 heads;
	int64_t		 enough;
	struct pg_session *also;
};

static bool
note_row(void *arg, const PGresult *res, int row, int64_t number)
{
	struct rows *rows = arg;

	if (row < 0) {
		rows->heads++;
		assert_string_equal(PQfname(res, 0), "n");
		return true;
	}
	rows->count++;
	rows->sum += strtoll(PQgetvalue(res, row, 0), NULL, 10);
	assert_int_equal(rows->count, number);
	/* Using another session turns the loop in the middle of the rows. */
	if (rows->also != NULL && number % 100000 == 0)
		value_is(rows->also, "SELECT 1", "1");
	return rows->enough == 0 || number < rows->enough;
}

static long
peak_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
a_million_rows_stream_in_bounded_memory(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct rows rows = { .also = open_session() };
	long before = peak_kb();
	struct error err;
	char *tag;

	assert_ok(pg_query_stream(s, s, "SELECT n, repeat('x', 100) FROM "
	    "generate_series(1, 1000000) n", note_row, &rows, &tag, &err),
	    &err);

	assert_int_equal(rows.heads, 1);
	assert_int_equal(rows.count, 1000000);
	assert_true(rows.sum == 500000500000);
	assert_string_equal(tag, "SELECT 1000000");
	/* The rows are more than 100 MB. */
	assert_in_range(peak_kb() - before, 0, 32 * 1024);
	pg_close(rows.also);
	pg_close(s);
}

static void
a_reader_may_have_enough_and_the_statement_still_ends(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct rows rows = { .enough = 3 };
	struct error err;
	char *tag;

	cluster_sql("postgres", "CREATE TABLE kept (n int)");
	assert_ok(pg_query_stream(s, s, "INSERT INTO kept SELECT "
	    "generate_series(1, 1000) RETURNING n", note_row, &rows, &tag,
	    &err), &err);

	assert_int_equal(rows.count, 3);
	assert_string_equal(tag, "INSERT 0 1000");
	value_is(s, "SELECT count(*) FROM kept", "1000");
	pg_close(s);
	cluster_sql("postgres", "DROP TABLE kept");
}

static void
a_query_without_rows_still_tells_its_columns(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct rows rows = { 0 };
	struct error err;
	char *tag;

	assert_ok(pg_query_stream(s, s, "SELECT 1 AS n WHERE false", note_row,
	    &rows, &tag, &err), &err);

	assert_int_equal(rows.heads, 1);
	assert_int_equal(rows.count, 0);
	assert_string_equal(tag, "SELECT 0");
	pg_close(s);
}

static void
an_error_after_rows_is_an_error(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct rows rows = { 0 };
	struct error err;

	assert_error(pg_query_stream(s, s, "SELECT 10 / (5 - n) AS n FROM "
	    "generate_series(1, 9) n", note_row, &rows, NULL, &err), &err,
	    ERR_SQL);

	assert_int_equal(rows.count, 4);
	assert_string_equal(err.sqlstate, "22012");
	pg_close(s);
}

struct bytes {
	size_t	count;
	size_t	room;		/* 0: endless */
};

static int
note_bytes(void *arg, const char *bytes UNUSED, size_t size_bytes,
    struct error *err)
{
	struct bytes *all = arg;

	all->count += size_bytes;
	if (all->room != 0 && all->count > all->room)
		return error_set(err, ERR_IO, "disk full");
	return 0;
}

static void
copy_out_hands_over_every_byte(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct bytes bytes = { 0, 0 };
	struct error err;

	assert_ok(pg_copy_out(s, "COPY (SELECT 'abcdefghi' FROM "
	    "generate_series(1, 100000)) TO STDOUT", note_bytes, &bytes, &err),
	    &err);

	assert_int_equal(bytes.count, 1000000);
	value_is(s, "SELECT 1", "1");
	pg_close(s);
}

static void
copy_out_stops_when_its_bytes_cannot_be_kept(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct bytes bytes = { 0, 1000 };
	struct error err;

	assert_error(pg_copy_out(s, "COPY (SELECT repeat('x', 100) FROM "
	    "generate_series(1, 1000) a, generate_series(1, 1000000) b) "
	    "TO STDOUT", note_bytes, &bytes,
	    &err), &err, ERR_IO);

	assert_string_equal(err.primary, "disk full");
	value_is(s, "SELECT 1", "1");
	pg_close(s);
}

static void
copy_where_it_cannot_be_served_is_an_error(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct rows rows = { 0 };
	struct error err;

	cluster_sql("postgres", "CREATE TABLE c (n int)");
	assert_error(pg_exec_script(s, "COPY c FROM STDIN", &err), &err,
	    ERR_SQL);
	assert_contains(err.primary, "COPY FROM STDIN is not possible");
	assert_error(pg_query_stream(s, s, "COPY (SELECT 1) TO STDOUT",
	    note_row, &rows, NULL, &err), &err, ERR_SQL);
	assert_contains(err.primary, "COPY TO STDOUT is not possible");
	value_is(s, "SELECT count(*) FROM c", "0");
	pg_close(s);
	cluster_sql("postgres", "DROP TABLE c");
}

static void
a_loss_in_copy_is_a_loss(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct bytes bytes = { 0, 0 };
	int pid = pg_backend_pid(s);
	struct loop_timer *timer = loop_timer_new(loop, loop, 50, 0,
	    kill_backend, &pid);
	struct error err;

	assert_error(pg_copy_out(s, "COPY (SELECT n FROM generate_series(1, 2)"
	    " n, pg_sleep(60)) TO STDOUT", note_bytes, &bytes, &err), &err,
	    ERR_LOST);
	talloc_free(timer);
	pg_close(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million_rows_stream_in_bounded_memory),
		cmocka_unit_test(a_reader_may_have_enough_and_the_statement_still_ends),
		cmocka_unit_test(a_query_without_rows_still_tells_its_columns),
		cmocka_unit_test(an_error_after_rows_is_an_error),
		cmocka_unit_test(copy_out_hands_over_every_byte),
		cmocka_unit_test(copy_out_stops_when_its_bytes_cannot_be_kept),
		cmocka_unit_test(copy_where_it_cannot_be_served_is_an_error),
		cmocka_unit_test(a_loss_in_copy_is_a_loss),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
