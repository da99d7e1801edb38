/* tests/engine/test_window.c - the window's time is kept. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "run/prospect.h"

/* A setting whose window ends so many seconds from now. */
static char *
ends_in(int64_t seconds)
{
	return mem_printf(owner, "end: \"%s\"\n", clock_rfc3339(owner,
	    clock_now_us() + seconds * 1000000));
}

static void
sign(struct front *f, const char *id)
{
	until(f, waits_for(f, "sign-off"));
	done(f, INTENT_SIGN, mem_printf(owner, "{'step': '%s', 'digest': '%s'}",
	    id, digest_of(f, id)));
}

static enum error_code
extend(struct front *f, int64_t seconds)
{
	return ask(f, INTENT_EXTEND, mem_printf(owner, "{'end': '%s',"
	    " 'reason': 'agreed by phone'}", clock_rfc3339(owner,
	    clock_now_us() + seconds * 1000000)));
}

static void
what_no_longer_fits_is_held_until_the_window_is_extended(void **state)
{
	struct prospect p;
	struct front *f;

	(void)state;
	cluster_sql(db, "CREATE TABLE t (a int)");
	f = start_run_in(temp_folder(owner), ends_in(60),
	    "  - {id: look, check: \"SELECT 1\", estimate: 10m}\n"
	    "  - {id: add, sql: \"INSERT INTO t VALUES (1)\", estimate: 10m}\n");
	/* What only reads is never held. */
	until(f, waits_for(f, "extension"));
	assert_int_equal(step(f, "book/look")->status, STEP_DONE);
	assert_int_equal(json_int(step(f, "book/add")->held, "needs_ms", 0),
	    600000);
	assert_true(state_prospect(state_of(f), clock_now_us(), &p));
	assert_true(p.slack_ms < 0 && p.remaining_ms == 600000);
	assert_int_equal(ask(f, INTENT_SIGN, mem_printf(owner,
	    "{'step': 'book/add', 'digest': '%s'}", digest_of(f, "book/add"))),
	    ERR_POLICY);

	/* Not backwards, and too little is held again. */
	assert_int_equal(extend(f, 30), ERR_POLICY);
	assert_int_equal(extend(f, 120), ERR_NONE);
	until(f, waits_for(f, "extension"));
	assert_int_equal(extend(f, 3600), ERR_NONE);
	sign(f, "book/add");
	until(f, state_of(f)->is_closed);
	assert_string_equal(state_of(f)->outcome, "done");
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM t"),
	    "1");
	until(f, f->is_gone);
	holds();
}

static void
what_is_held_may_be_left_out(void **state)
{
	struct front *f;

	(void)state;
	cluster_sql(db, "CREATE TABLE t (a int)");
	f = start_run_in(temp_folder(owner), ends_in(60),
	    "  - {id: add, sql: \"INSERT INTO t VALUES (1)\", estimate: 10m}\n");
	until(f, waits_for(f, "extension"));
	done(f, INTENT_SKIP, "{'step': 'book/add', 'reason': 'next time'}");
	until(f, state_of(f)->is_closed);
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM t"),
	    "0");
}

static void
what_takes_over_twice_as_long_as_rehearsed_is_told(void **state)
{
	static const char nap[] = "SELECT pg_sleep(sum(seconds)) FROM naps";
	struct front *f;

	(void)state;
	cluster_sql(db, "CREATE TABLE naps (seconds float);"
	    "INSERT INTO naps VALUES (0.1)");
	f = start_run(mem_printf(owner, "  - {id: once, check: \"%s\"}\n"
	    "  - {id: longer, sql: \"INSERT INTO naps VALUES (600)\"}\n"
	    "  - {id: again, check: \"%s\"}\n", nap, nap));
	sign(f, "book/longer");
	until(f, step(f, "book/again")->warning != NULL);
	assert_contains(step(f, "book/again")->warning, "over twice as long");
	assert_true(step_expected_ms(state_of(f), step(f, "book/again")) <
	    10000);
	done(f, INTENT_CANCEL, "{'step': 'book/again'}");
	until(f, waits_for(f, "failure"));
	holds();
}

#define test(name) cmocka_unit_test_setup_teardown(name, person_begin, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(what_no_longer_fits_is_held_until_the_window_is_extended),
		test(what_is_held_may_be_left_out),
		test(what_takes_over_twice_as_long_as_rehearsed_is_told),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
