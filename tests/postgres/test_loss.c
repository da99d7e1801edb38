/* tests/postgres/test_loss.c - what is cancelled, what is lost, and answers that come meanwhile. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sessions.h"

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

/*
 * A backend that is told to go (as by the postmaster after a crash) while our
 * question lies unread: its farewell and "connection reset" come at once.
 */
static void
end_with_unread_question(void *arg)
{
	int pid = *(int *)arg;

	assert_int_equal(kill(pid, SIGQUIT), 0);
	assert_int_equal(kill(pid, SIGCONT), 0);
}

static void
a_backend_that_ends_with_the_question_unread_is_a_loss(void **state UNUSED)
{
	bool cancel = false;
	struct pg_options options = { .cancel = &cancel };
	struct pg_session *s = open_with(&options);
	int pid = pg_backend_pid(s);
	struct loop_timer *strike, *late;
	struct error err;

	assert_true(cluster_stop_backend(pid));
	strike = loop_timer_new(loop, loop, 50, 0, end_with_unread_question,
	    &pid);
	late = loop_timer_new(loop, loop, 20000, 0, set_flag, &cancel);

	assert_error(pg_exec(s, s, "SELECT 1", 0, NULL, NULL, &err), &err,
	    ERR_LOST);
	assert_false(cancel);
	assert_false(pg_alive(s));
	talloc_free(strike);
	talloc_free(late);
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

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_runs_can_be_cancelled),
		cmocka_unit_test(a_statement_timeout_is_no_cancel),
		cmocka_unit_test(a_backend_terminated_in_a_statement_is_a_loss),
		cmocka_unit_test(a_backend_terminated_while_idle_is_noticed),
		cmocka_unit_test(a_server_crash_is_a_loss),
		cmocka_unit_test(
		    a_backend_that_ends_with_the_question_unread_is_a_loss),
		cmocka_unit_test(an_answer_comes_while_another_session_waits),
		cmocka_unit_test(a_second_question_at_once_is_refused),
		cmocka_unit_test(an_asynchronous_failure_is_told),
		cmocka_unit_test(closing_forgets_the_question),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
