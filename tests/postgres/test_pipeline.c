/* tests/postgres/test_pipeline.c - many queries at one go. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/pipeline.h"
#include "postgres/sessions.h"

struct answers {
	struct buffer	*text;		/* "query=value " of each */
	int		 refused;	/* this one is not taken; -1: none */
};

static int
take(void *arg, int i, const struct pg_result *r, struct error *err)
{
	struct answers *a = arg;

	if (i == a->refused)
		return error_set(err, ERR_EXPECT, "not that one");
	buffer_printf(a->text, "%d=%s ", i, r->rows > 0 ? pg_value(r, 0, 0) :
	    r->tag);
	return 0;
}

static struct answers
answers_new(void)
{
	return (struct answers){ buffer_new(loop), -1 };
}

static struct pg_pipeline
pipeline(struct pg_session *s, const char *const *queries,
    struct answers *a)
{
	struct pg_pipeline p = { .session = s, .queries = queries,
		.on_result = take, .arg = a };

	while (queries[p.count] != NULL)
		p.count++;
	return p;
}

static void
assert_still_works(struct pg_session *s)
{
	struct error err;
	char *value;

	assert_ok(pg_scalar(s, s, "SELECT 7", 0, NULL, &value, &err), &err);
	assert_string_equal(value, "7");
}

/* ---- tests ------------------------------------------------------------------ */

static void
answers_come_in_order_from_all_servers_at_once(void **state UNUSED)
{
	static const char *const queries[] = { "BEGIN", "SELECT 'a'",
		"SELECT pg_sleep(0.1)", "SELECT repeat('x', 3)", "COMMIT", NULL };
	struct pg_session *one = open_named("postgres", "one");
	struct pg_session *two = open_named("template1", "two");
	struct answers a = answers_new(), b = answers_new();
	struct pg_pipeline both[] = { pipeline(one, queries, &a),
		pipeline(two, queries, &b) };

	assert_int_equal(pg_pipelines_run(both, 2), 0);

	assert_string_equal(a.text->data, "0=BEGIN 1=a 2= 3=xxx 4=COMMIT ");
	assert_string_equal(b.text->data, a.text->data);
	assert_still_works(one);
	assert_still_works(two);
	pg_close(one);
	pg_close(two);
}

static void
what_is_larger_than_the_socket_holds_goes_through(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "large");
	const char *queries[203] = { NULL };
	struct answers a = answers_new();
	struct pg_pipeline p;

	for (int i = 0; i < 202; i++)
		queries[i] = mem_printf(loop, "SELECT length(repeat('y', "
		    "100000)), '%*s', repeat('z', 20000)", 20000, "");
	p = pipeline(s, queries, &a);

	assert_int_equal(pg_pipelines_run(&p, 1), 0);
	assert_true(str_ends(a.text->data, "201=100000 "));
	pg_close(s);
}

static void
the_first_failure_ends_it_and_says_which_query_it_was(void **state UNUSED)
{
	static const char *const queries[] = { "SELECT 1", "SELECT 1/0",
		"SELECT nothing", "SELECT 2", NULL };
	struct pg_session *s = open_named("postgres", "fails");
	struct answers a = answers_new();
	struct pg_pipeline p = pipeline(s, queries, &a);

	assert_int_equal(pg_pipelines_run(&p, 1), -1);

	assert_int_equal(p.rc, -1);
	assert_int_equal(p.failed, 1);
	assert_int_equal(p.err.code, ERR_SQL);
	assert_string_equal(p.err.sqlstate, "22012");
	assert_string_equal(a.text->data, "0=1 ");
	assert_still_works(s);
	pg_close(s);
}

static void
one_that_fails_leaves_the_others_alone(void **state UNUSED)
{
	static const char *const good[] = { "SELECT pg_sleep(0.05)",
		"SELECT 'good'", NULL };
	static const char *const bad[] = { "SELECT nothing", NULL };
	struct pg_session *one = open_named("postgres", "one");
	struct pg_session *two = open_named("postgres", "two");
	struct answers a = answers_new(), b = answers_new();
	struct pg_pipeline both[] = { pipeline(one, bad, &a),
		pipeline(two, good, &b) };

	assert_int_equal(pg_pipelines_run(both, 2), -1);
	assert_int_equal(both[0].rc, -1);
	assert_string_equal(both[0].err.sqlstate, "42703");
	assert_int_equal(both[1].rc, 0);
	assert_string_equal(b.text->data, "0= 1=good ");
	pg_close(one);
	pg_close(two);
}

static void
what_is_not_taken_fails_with_its_takers_words(void **state UNUSED)
{
	static const char *const queries[] = { "SELECT 1", "SELECT 2",
		"SELECT 3", NULL };
	struct pg_session *s = open_named("postgres", "refuses");
	struct answers a = answers_new();
	struct pg_pipeline p = pipeline(s, queries, &a);

	a.refused = 1;
	assert_int_equal(pg_pipelines_run(&p, 1), -1);

	assert_int_equal(p.failed, 1);
	assert_string_equal(p.err.primary, "not that one");
	assert_string_equal(a.text->data, "0=1 ");
	assert_still_works(s);
	pg_close(s);
}

static void
set_true(void *arg)
{
	*(bool *)arg = true;
}

static void
it_can_be_cancelled(void **state UNUSED)
{
	static const char *const queries[] = { "SELECT 1",
		"SELECT pg_sleep(600)", "SELECT 2", NULL };
	bool cancel = false;
	struct pg_options options = { .cancel = &cancel };
	struct error err;
	struct pg_session *s = pg_open(loop, loop, pg_target_parse(loop,
	    cluster_url(loop, "postgres"), &err), &options, &err);
	struct answers a = answers_new();
	struct pg_pipeline p = pipeline(s, queries, &a);

	assert_got(s, &err);
	loop_timer_new(loop, loop, 50, 0, set_true, &cancel);
	assert_int_equal(pg_pipelines_run(&p, 1), -1);

	assert_int_equal(p.err.code, ERR_CANCELLED);
	assert_int_equal(p.failed, 1);
	cancel = false;
	assert_still_works(s);
	pg_close(s);
}

static void
a_connection_that_breaks_is_told_as_lost(void **state UNUSED)
{
	static const char *const queries[] = { "SELECT 1",
		"SELECT pg_terminate_backend(pg_backend_pid())",
		"SELECT pg_sleep(600)", NULL };
	struct pg_session *s = open_named("postgres", "breaks");
	struct answers a = answers_new();
	struct pg_pipeline p = pipeline(s, queries, &a);

	assert_int_equal(pg_pipelines_run(&p, 1), -1);
	assert_int_equal(p.err.code, ERR_LOST);
	assert_string_equal(p.err.sqlstate, "57P01");
	assert_false(pg_alive(s));
	pg_close(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_come_in_order_from_all_servers_at_once),
		cmocka_unit_test(
		    what_is_larger_than_the_socket_holds_goes_through),
		cmocka_unit_test(
		    the_first_failure_ends_it_and_says_which_query_it_was),
		cmocka_unit_test(one_that_fails_leaves_the_others_alone),
		cmocka_unit_test(what_is_not_taken_fails_with_its_takers_words),
		cmocka_unit_test(it_can_be_cancelled),
		cmocka_unit_test(a_connection_that_breaks_is_told_as_lost),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
