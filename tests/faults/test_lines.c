/* tests/faults/test_lines.c - a line that is up, and through which nothing comes. */

#include "harness/test.h"

#include <stdlib.h>

#include "base/memory.h"
#include "faults/proxy.h"
#include "faults/stage.h"
#include "harness/cluster.h"
#include "postgres/session.h"

struct line {
	struct stage	*stage;
	struct proxy	*proxy;
	struct pg_session *session;
	bool		 cancel;
};

/* A session through the proxy, which is patient for half a second. */
static void
open_line(struct line *line, struct stage *s, bool is_question)
{
	const struct pg_options options = {
		.connect_timeout_ms = 500, .cancel = &line->cancel,
		.is_question = is_question,
	};
	struct error err = { 0 };
	struct pg_target *t;

	line->stage = s;
	line->cancel = false;
	line->proxy = proxy_start(s);
	t = pg_target_parse(s, proxy_url(s, line->proxy, s->shop), &err);
	assert_got(t, &err);
	line->session = pg_open(s, s->loop, t, &options, &err);
	assert_got(line->session, &err);
}

static void
is_given_up(struct line *line, const char *sql, const char *why)
{
	struct error err = { 0 };

	assert_int_equal(pg_exec_script(line->session, sql, &err), -1);
	assert_int_equal(err.code, ERR_LOST);
	assert_contains(err.detail, why);
	assert_false(pg_alive(line->session));
	pg_close(line->session);
	talloc_free(line->proxy);
}

static void
freeze_line(void *arg)
{
	proxy_freeze_connections(((struct line *)arg)->proxy);
}

static void
freeze_and_terminate(void *arg)
{
	struct line *line = arg;

	proxy_freeze_connections(line->proxy);
	cluster_sql("postgres", mem_printf(line->stage,
	    "SELECT pg_terminate_backend(%d)",
	    pg_backend_pid(line->session)));
}

static void
freeze_and_cancel(void *arg)
{
	struct line *line = arg;

	proxy_freeze(line->proxy);
	line->cancel = true;
}

static void
a_cancel_that_reaches_nobody_gives_the_session_up(void **state)
{
	struct stage *s = *state;
	struct line line;

	open_line(&line, s, false);
	loop_timer_new(s, s->loop, 50, 0, freeze_and_cancel, &line);
	is_given_up(&line, "SELECT pg_sleep(600)", "cannot be reached");
}

static void
a_question_to_a_backend_that_is_gone_is_a_loss(void **state)
{
	struct stage *s = *state;
	struct line line;

	open_line(&line, s, true);
	loop_timer_new(s, s->loop, 50, 0, freeze_and_terminate, &line);
	is_given_up(&line, "SELECT pg_sleep(600)", "gone from the server");
}

static void
an_answer_that_does_not_come_through_is_a_loss(void **state)
{
	struct stage *s = *state;
	struct line line;

	open_line(&line, s, true);
	loop_timer_new(s, s->loop, 50, 0, freeze_line, &line);
	is_given_up(&line, "SELECT pg_sleep(0.2)", "does not come through");
}

static void
a_backend_that_works_is_waited_for(void **state)
{
	struct stage *s = *state;
	struct error err = { 0 };
	struct line line;

	/* For longer than three looks take. */
	open_line(&line, s, true);
	assert_ok(pg_exec_script(line.session, "SELECT pg_sleep(4)", &err),
	    &err);
	pg_close(line.session);
	talloc_free(line.proxy);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_cancel_that_reaches_nobody_gives_the_session_up),
		test(a_question_to_a_backend_that_is_gone_is_a_loss),
		test(an_answer_that_does_not_come_through_is_a_loss),
		test(a_backend_that_works_is_waited_for),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
