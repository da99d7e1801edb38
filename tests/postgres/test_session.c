/* tests/postgres/test_session.c - one connection, against a real server. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sessions.h"

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
		cmocka_unit_test(a_wrong_password_is_told_and_a_missing_one_asked_for),
		cmocka_unit_test(values_go_in_as_parameters_and_come_out),
		cmocka_unit_test(an_error_says_all_that_the_server_says),
		cmocka_unit_test(
		    a_script_ends_at_its_first_error_and_is_one_transaction),
		cmocka_unit_test(a_scalar_wants_one_row),
		cmocka_unit_test(notices_are_handed_over),
		cmocka_unit_test(rollback_closes_what_is_open),
		cmocka_unit_test(quoted_text_reads_back_as_it_was),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
