/* tests/postgres/test_session.c - one connection, against a real server. */

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/test.h"
#include "postgres/session.h"

static struct loop *loop;

static struct pg_target *
target_of(const char *url)
{
	struct error err;
	struct pg_target *t = pg_target_parse(loop, url, &err);

	assert_got(t, &err);
	return t;
}

static struct pg_session *
try_open(const char *url, const struct pg_options *options, struct error *err)
{
	return pg_open(loop, loop, target_of(url), options, err);
}

static struct pg_session *
open_with(const struct pg_options *options)
{
	struct error err;
	struct pg_session *s = try_open(cluster_url(loop, "postgres"), options,
	    &err);

	assert_got(s, &err);
	return s;
}

static struct pg_session *
open_session(void)
{
	return open_with(NULL);
}

static void
value_is(struct pg_session *s, const char *sql, const char *wanted)
{
	struct error err;
	char *value;

	assert_ok(pg_scalar(loop, s, sql, 0, NULL, &value, &err), &err);
	assert_string_equal(value, wanted);
}

static void
set_flag(void *arg)
{
	bool *flag = arg;

	*flag = true;
}

/* ---- connecting ---------------------------------------------------------- */

static void
a_session_tells_who_it_is(void **state UNUSED)
{
	struct pg_options options = { .application_name = "pgrunbook run 7" };
	struct pg_session *s = open_with(&options);
	char *pid = mem_printf(s, "%d", pg_backend_pid(s));

	value_is(s, "SELECT pg_backend_pid()", pid);
	value_is(s, "SHOW application_name", "pgrunbook run 7");
	value_is(s, "SHOW client_encoding", "UTF8");
	assert_false(pg_pooled(s));
	assert_true(pg_alive(s));
	assert_int_equal(pg_server_version(s) / 10000, cluster_major());
	assert_int_equal(pg_transaction_status(s), PQTRANS_IDLE);
	pg_close(s);
}

static void
limits_of_the_role_do_not_hold(void **state UNUSED)
{
	struct pg_session *s;

	cluster_sql("postgres", "CREATE ROLE hasty LOGIN;"
	    "ALTER ROLE hasty SET statement_timeout = '1s';"
	    "ALTER ROLE hasty SET lock_timeout = '1s'");
	{
		struct error err;

		s = try_open(cluster_url_as(loop, "postgres", "hasty"), NULL,
		    &err);
		assert_got(s, &err);
	}

	value_is(s, "SHOW statement_timeout", "0");
	value_is(s, "SHOW lock_timeout", "0");
	pg_close(s);
	cluster_sql("postgres", "DROP ROLE hasty");
}

static void
the_urls_schema_becomes_the_search_path(void **state UNUSED)
{
	struct error err;
	struct pg_session *s = try_open(mem_printf(loop, "%s&schema=My%%22App",
	    cluster_url(loop, "postgres")), NULL, &err);

	assert_got(s, &err);
	value_is(s, "SHOW search_path", "\"My\"\"App\"");
	pg_close(s);
}

static void
an_unknown_database_is_told(void **state UNUSED)
{
	struct error err;

	assert_null(try_open(cluster_url(loop, "nowhere"), NULL, &err));
	assert_int_equal(err.code, ERR_CONNECT);
	assert_string_equal(err.primary,
	    "could not connect to database \"nowhere\"");
	assert_contains(err.detail, "database \"nowhere\" does not exist");
}

static void
a_server_that_is_not_there_is_told(void **state UNUSED)
{
	struct error err;

	assert_null(try_open("host=/nonexistent port=1 user=u dbname=d", NULL,
	    &err));
	assert_int_equal(err.code, ERR_CONNECT);
	assert_contains(err.detail, "/nonexistent");

	assert_null(try_open("postgresql://u@127.0.0.1:1/d", NULL, &err));
	assert_int_equal(err.code, ERR_CONNECT);
	assert_contains(err.detail, "Connection refused");
}

static void
a_name_without_an_address_is_told(void **state UNUSED)
{
	struct error err;

	assert_null(try_open("postgresql://u@no-such-host.invalid/d", NULL,
	    &err));
	assert_int_equal(err.code, ERR_CONNECT);
	assert_contains(err.primary, "no-such-host.invalid");
}

static void
a_server_that_stays_silent_is_given_up(void **state UNUSED)
{
	struct pg_options options = { .connect_timeout_ms = 200 };
	struct error err;
	struct pg_session *s;

	cluster_freeze();
	s = try_open(cluster_url(loop, "postgres"), &options, &err);
	cluster_thaw();

	assert_null(s);
	assert_int_equal(err.code, ERR_CONNECT);
	assert_contains(err.detail, "did not answer in time");
}

static void
connecting_can_be_cancelled(void **state UNUSED)
{
	bool cancel = false;
	struct pg_options options = { .cancel = &cancel };
	struct loop_timer *timer = loop_timer_new(loop, loop, 50, 0, set_flag,
	    &cancel);
	struct error err;
	struct pg_session *s;

	cluster_freeze();
	s = try_open(cluster_url(loop, "postgres"), &options, &err);
	cluster_thaw();

	assert_null(s);
	assert_int_equal(err.code, ERR_CANCELLED);
	talloc_free(timer);
}

static void
a_wrong_password_is_told_and_a_missing_one_asked_for(void **state UNUSED)
{
	char *hba = mem_printf(loop, "%s/pg_hba.conf", cluster_data_folder());
	char *before = slurp(loop, hba), *after;
	struct error err;

	cluster_sql("postgres", "CREATE ROLE locked LOGIN PASSWORD 'right'");
	after = mem_printf(loop, "local all locked scram-sha-256\n%s", before);
	assert_ok(file_write_atomic(hba, after, strlen(after), 0644, &err),
	    &err);
	cluster_sql("postgres", "SELECT pg_reload_conf()");
	cluster_wait_value("postgres", "SELECT count(*) FROM "
	    "pg_hba_file_rules WHERE 'locked' = ANY (user_name)", "1");

	do {
		/* The postmaster reads the file in its own time. */
		struct pg_session *s = try_open(cluster_url_as(loop, "postgres",
		    "locked"), NULL, &err);

		if (s == NULL)
			break;
		pg_close(s);
	} while (true);
	assert_int_equal(err.code, ERR_CONNECT);
	assert_contains(err.hint, "password");

	assert_null(try_open(mem_printf(loop, "%s&password=geheim",
	    cluster_url_as(loop, "postgres", "locked")), NULL, &err));
	assert_int_equal(err.code, ERR_CONNECT);
	assert_contains(err.detail, "password authentication failed");
	assert_null(strstr(err.detail, "geheim"));

	assert_got(try_open(mem_printf(loop, "%s&password=right",
	    cluster_url_as(loop, "postgres", "locked")), NULL, &err), &err);
	assert_ok(file_write_atomic(hba, before, strlen(before), 0644, &err),
	    &err);
	cluster_sql("postgres", "SELECT pg_reload_conf()");
}

/* ---- commands ------------------------------------------------------------ */

static void
values_go_in_as_parameters_and_come_out(void **state UNUSED)
{
	struct pg_session *s = open_session();
	const char *params[] = { "a'b", NULL };
	struct pg_result *r;
	struct error err;

	assert_ok(pg_exec(s, s, "SELECT $1::text, $2::text, 42", 2, params, &r,
	    &err), &err);

	assert_int_equal(r->rows, 1);
	assert_int_equal(r->columns, 3);
	assert_string_equal(r->tag, "SELECT 1");
	assert_string_equal(pg_value(r, 0, 0), "a'b");
	assert_null(pg_value(r, 0, 1));
	assert_int_equal(pg_value_int(r, 0, 2), 42);
	assert_int_equal(pg_value_int(r, 0, 1), 0);
	assert_null(pg_value(r, 1, 0));
	pg_close(s);
}

static void
an_error_says_all_that_the_server_says(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct error err;

	assert_error(pg_exec(s, s, "SELECT 1,\n  nope", 0, NULL, NULL, &err),
	    &err, ERR_SQL);
	assert_string_equal(err.sqlstate, "42703");
	assert_string_equal(err.primary, "column \"nope\" does not exist");
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 3);

	assert_error(pg_exec_script(s, "DO $$BEGIN RAISE 'sorry' USING "
	    "DETAIL = 'facts', HINT = 'do this', ERRCODE = 'P1234'; END$$",
	    &err), &err, ERR_SQL);
	assert_string_equal(err.primary, "sorry");
	assert_contains(err.detail, "facts");
	assert_contains(err.detail, "PL/pgSQL");
	assert_string_equal(err.hint, "do this");
	assert_string_equal(err.sqlstate, "P1234");

	/* It is fit for more. */
	value_is(s, "SELECT 1", "1");
	pg_close(s);
}

static void
a_script_ends_at_its_first_error_and_is_one_transaction(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct error err;

	assert_error(pg_exec_script(s, "CREATE TABLE undone (n int);"
	    "SELECT 1/0; CREATE TABLE never (n int)", &err), &err, ERR_SQL);

	assert_string_equal(err.sqlstate, "22012");
	value_is(s, "SELECT count(*) FROM pg_class WHERE relname IN "
	    "('undone', 'never')", "0");
	pg_close(s);
}

static void
a_scalar_wants_one_row(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct error err;
	char *value;

	assert_error(pg_scalar(s, s, "SELECT 1 WHERE false", 0, NULL, &value,
	    &err), &err, ERR_EXPECT);
	assert_error(pg_scalar(s, s, "VALUES (1), (2)", 0, NULL, &value, &err),
	    &err, ERR_EXPECT);
	assert_ok(pg_scalar(s, s, "SELECT NULL", 0, NULL, &value, &err), &err);
	assert_null(value);
	pg_close(s);
}

struct seen {
	int	count;
	char	text[256];
};

static void
note_notice(void *arg, const char *severity, const char *text)
{
	struct seen *seen = arg;

	seen->count++;
	snprintf(seen->text, sizeof(seen->text), "%s: %s", severity, text);
}

static void
notices_are_handed_over(void **state UNUSED)
{
	struct seen seen = { 0, "" };
	struct pg_options options = { .on_notice = note_notice, .arg = &seen };
	struct pg_session *s = open_with(&options);
	struct error err;

	assert_ok(pg_exec_script(s, "DO $$BEGIN RAISE NOTICE 'one'; "
	    "RAISE WARNING 'two'; END$$", &err), &err);

	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.text, "WARNING: two");
	pg_close(s);
}

static void
rollback_closes_what_is_open(void **state UNUSED)
{
	bool cancel = false;
	struct pg_options options = { .cancel = &cancel };
	struct pg_session *s = open_with(&options);
	struct error err;

	assert_ok(pg_rollback(s, &err), &err);
	assert_ok(pg_exec_script(s, "BEGIN", &err), &err);
	assert_int_equal(pg_transaction_status(s), PQTRANS_INTRANS);
	cancel = true;
	assert_error(pg_exec_script(s, "SELECT 1", &err), &err, ERR_CANCELLED);
	assert_ok(pg_rollback(s, &err), &err);

	assert_int_equal(pg_transaction_status(s), PQTRANS_IDLE);
	pg_close(s);
}

/* ---- streams ------------------------------------------------------------- */

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
	    "generate_series(1, 1000000000)) TO STDOUT", note_bytes, &bytes,
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

/* ---- cancel and loss ----------------------------------------------------- */

static void
what_runs_can_be_cancelled(void **state UNUSED)
{
	bool cancel = false;
	struct pg_options options = { .cancel = &cancel };
	struct pg_session *s = open_with(&options);
	struct loop_timer *timer = loop_timer_new(s, loop, 50, 0, set_flag,
	    &cancel);
	struct error err;

	assert_error(pg_exec(s, s, "SELECT pg_sleep(60)", 0, NULL, NULL, &err),
	    &err, ERR_CANCELLED);

	assert_string_equal(err.sqlstate, "57014");
	assert_true(pg_alive(s));
	assert_error(pg_exec_script(s, "SELECT 1", &err), &err, ERR_CANCELLED);
	cancel = false;
	value_is(s, "SELECT 1", "1");
	talloc_free(timer);
	pg_close(s);
}

static void
a_statement_timeout_is_no_cancel(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct error err;

	assert_error(pg_exec_script(s, "SET statement_timeout = 50; "
	    "SELECT pg_sleep(60)", &err), &err, ERR_SQL);
	assert_string_equal(err.sqlstate, "57014");
	pg_close(s);
}

static void
kill_backend(void *arg)
{
	const int *pid = arg;

	cluster_sql("postgres", mem_printf(loop,
	    "SELECT pg_terminate_backend(%d)", *pid));
}

static void
a_backend_terminated_in_a_statement_is_a_loss(void **state UNUSED)
{
	struct pg_session *s = open_session();
	int pid = pg_backend_pid(s);
	struct loop_timer *timer = loop_timer_new(loop, loop, 50, 0,
	    kill_backend, &pid);
	struct error err;

	assert_error(pg_exec_script(s, "SELECT pg_sleep(60)", &err), &err,
	    ERR_LOST);

	assert_string_equal(err.sqlstate, "57P01");
	assert_string_equal(err.primary,
	    "connection to \"postgres\" was lost");
	assert_contains(err.detail, "(SQLSTATE 57P01)");
	assert_false(pg_alive(s));
	assert_error(pg_exec_script(s, "SELECT 1", &err), &err, ERR_LOST);
	assert_string_equal(err.sqlstate, "57P01");
	talloc_free(timer);
	pg_close(s);
}

static bool
is_dead(void *arg)
{
	return !pg_alive(arg);
}

static void
a_backend_terminated_while_idle_is_noticed(void **state UNUSED)
{
	struct pg_session *s = open_session();
	int pid = pg_backend_pid(s);
	struct error err;

	kill_backend(&pid);
	assert_int_equal(loop_wait(loop, is_dead, s, 20000), WAIT_DONE);

	assert_error(pg_exec_script(s, "SELECT 1", &err), &err, ERR_LOST);
	assert_string_equal(err.sqlstate, "57P01");
	pg_close(s);
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

static void
a_server_crash_is_a_loss(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct error err;

	cluster_crash();
	assert_error(pg_exec_script(s, "SELECT pg_sleep(60)", &err), &err,
	    ERR_LOST);
	assert_contains(err.primary, "was lost");
	pg_close(s);
	cluster_restart();
}

/* ---- asynchronous -------------------------------------------------------- */

struct answer {
	int		 count;
	int64_t		 value;
	enum error_code	 code;
	struct pg_session *close;
};

static void
note_answer(void *arg, const struct pg_result *r, const struct error *err)
{
	struct answer *a = arg;

	a->count++;
	a->value = r == NULL ? -1 : pg_value_int(r, 0, 0);
	a->code = err == NULL ? ERR_NONE : err->code;
	pg_close(a->close);
}

static bool
is_answered(void *arg)
{
	const struct answer *a = arg;

	return a->count > 0;
}

static void
an_answer_comes_while_another_session_waits(void **state UNUSED)
{
	struct pg_session *s = open_session(), *other = open_session();
	struct answer a = { .close = other };

	pg_query_async(other, "SELECT 7", note_answer, &a);
	assert_int_equal(a.count, 0);
	value_is(s, "SELECT pg_sleep(0.2)::text || 'x'", "x");

	assert_int_equal(a.count, 1);
	assert_int_equal(a.value, 7);
	assert_int_equal(a.code, ERR_NONE);
	pg_close(s);
}

static void
a_second_question_at_once_is_refused(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct answer one = { 0 }, two = { 0 };

	pg_query_async(s, "SELECT 7", note_answer, &one);
	pg_query_async(s, "SELECT 8", note_answer, &two);
	assert_int_equal(two.count, 0);
	loop_wait(loop, is_answered, &two, 20000);
	loop_wait(loop, is_answered, &one, 20000);

	assert_int_equal(two.code, ERR_BUSY);
	assert_int_equal(one.value, 7);
	pg_close(s);
}

static void
an_asynchronous_failure_is_told(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct answer a = { 0 };

	pg_query_async(s, "SELECT 1/0", note_answer, &a);
	loop_wait(loop, is_answered, &a, 20000);
	assert_int_equal(a.code, ERR_SQL);

	a.count = 0;
	pg_query_async(s, "SELECT pg_terminate_backend(pg_backend_pid())",
	    note_answer, &a);
	loop_wait(loop, is_answered, &a, 20000);
	assert_int_equal(a.code, ERR_LOST);

	a.count = 0;
	pg_query_async(s, "SELECT 1", note_answer, &a);
	loop_wait(loop, is_answered, &a, 20000);
	assert_int_equal(a.code, ERR_LOST);
	pg_close(s);
}

static void
closing_forgets_the_question(void **state UNUSED)
{
	struct pg_session *s = open_session();
	struct answer a = { 0 };

	pg_query_async(s, "SELECT 7", note_answer, &a);
	pg_close(s);
	loop_sleep(loop, 20, NULL);
	assert_int_equal(a.count, 0);
}

/* ---- quoting ------------------------------------------------------------- */

static void
quoted_text_reads_back_as_it_was(void **state UNUSED)
{
	static const char *const texts[] = {
		"", "plain", "it's", "back\\slash", "\\'; DROP TABLE t; --",
		"zwei\nZeilen", "\"", "ä'\\",
	};
	struct pg_session *s = open_session();
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		value_is(s, mem_printf(loop, "SELECT %s", pg_quote_literal(loop,
		    texts[i])), texts[i]);
		if (texts[i][0] != '\0')
			value_is(s, mem_printf(loop, "SELECT %s FROM (SELECT "
			    "'ok') AS t (%s)", pg_quote_identifier(loop,
			    texts[i]), pg_quote_identifier(loop, texts[i])),
			    "ok");
	}
	pg_close(s);
}

static int
setup(void **state)
{
	loop = loop_new(NULL);
	return cluster_start(state);
}

static int
teardown(void **state)
{
	talloc_free(loop);
	return cluster_stop(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_tells_who_it_is),
		cmocka_unit_test(limits_of_the_role_do_not_hold),
		cmocka_unit_test(the_urls_schema_becomes_the_search_path),
		cmocka_unit_test(an_unknown_database_is_told),
		cmocka_unit_test(a_server_that_is_not_there_is_told),
		cmocka_unit_test(a_name_without_an_address_is_told),
		cmocka_unit_test(a_server_that_stays_silent_is_given_up),
		cmocka_unit_test(connecting_can_be_cancelled),
		cmocka_unit_test(
		    a_wrong_password_is_told_and_a_missing_one_asked_for),
		cmocka_unit_test(values_go_in_as_parameters_and_come_out),
		cmocka_unit_test(an_error_says_all_that_the_server_says),
		cmocka_unit_test(
		    a_script_ends_at_its_first_error_and_is_one_transaction),
		cmocka_unit_test(a_scalar_wants_one_row),
		cmocka_unit_test(notices_are_handed_over),
		cmocka_unit_test(rollback_closes_what_is_open),
		cmocka_unit_test(a_million_rows_stream_in_bounded_memory),
		cmocka_unit_test(
		    a_reader_may_have_enough_and_the_statement_still_ends),
		cmocka_unit_test(a_query_without_rows_still_tells_its_columns),
		cmocka_unit_test(an_error_after_rows_is_an_error),
		cmocka_unit_test(copy_out_hands_over_every_byte),
		cmocka_unit_test(copy_out_stops_when_its_bytes_cannot_be_kept),
		cmocka_unit_test(copy_where_it_cannot_be_served_is_an_error),
		cmocka_unit_test(what_runs_can_be_cancelled),
		cmocka_unit_test(a_statement_timeout_is_no_cancel),
		cmocka_unit_test(a_backend_terminated_in_a_statement_is_a_loss),
		cmocka_unit_test(a_backend_terminated_while_idle_is_noticed),
		cmocka_unit_test(a_loss_in_copy_is_a_loss),
		cmocka_unit_test(a_server_crash_is_a_loss),
		cmocka_unit_test(an_answer_comes_while_another_session_waits),
		cmocka_unit_test(a_second_question_at_once_is_refused),
		cmocka_unit_test(an_asynchronous_failure_is_told),
		cmocka_unit_test(closing_forgets_the_question),
		cmocka_unit_test(quoted_text_reads_back_as_it_was),
	};

	return test_main(tests, setup, teardown);
}
