/* tests/postgres/test_pooler.c - sessions through a pooler. */

#include <stdlib.h>
#include <sys/types.h>

#include "base/memory.h"
#include "base/str.h"
#include "harness/pooler.h"
#include "postgres/identity.h"
#include "postgres/sessions.h"

static struct pg_session *
open_through(const char *folder)
{
	struct error err;
	struct pg_target *t = pg_target_parse(loop, mem_printf(loop,
	    "postgresql:///postgres?host=%s&port=5432&user=postgres"
	    "&schema=app", folder), &err);
	struct pg_session *s = pg_open(loop, loop, t, NULL, &err);

	assert_got(s, &err);
	return s;
}

/* ---- tests -------------------------------------------------------------------- */

static void
a_pooler_is_noticed_and_gets_no_settings(void **state UNUSED)
{
	char *folder = temp_folder(loop), *value;
	pid_t pooler = pooler_start(folder, false);
	struct pg_session *s = open_through(folder);
	struct error err;
	bool by_transaction;

	assert_true(pg_pooled(s));
	assert_ok(pg_scalar(s, s, "SELECT pg_backend_pid()", 0, NULL, &value,
	    &err), &err);
	assert_int_equal(pg_backend_pid(s), atoi(value));
	/* A setting would stay behind for the pooler's next client. */
	assert_ok(pg_scalar(s, s, "SELECT count(*) FROM pg_settings WHERE"
	    " source = 'session'", 0, NULL, &value, &err), &err);
	assert_string_equal(value, "0");
	assert_true(pg_identity_read(s, s, &err)->pooled);

	assert_ok(pg_identity_pooled_by_transaction(loop, s, &by_transaction,
	    &err), &err);
	assert_false(by_transaction);
	pg_close(s);
	pooler_stop(pooler);
}

static void
pooling_by_transaction_is_told_apart(void **state UNUSED)
{
	char *folder = temp_folder(loop);
	pid_t pooler = pooler_start(folder, true);
	struct pg_session *s = open_through(folder);
	struct error err;
	bool by_transaction;

	assert_true(pg_pooled(s));
	assert_ok(pg_identity_pooled_by_transaction(loop, s, &by_transaction,
	    &err), &err);
	assert_true(by_transaction);
	pg_close(s);
	pooler_stop(pooler);
}

static void
without_a_pooler_nothing_is_asked(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "direct");
	bool by_transaction = true;
	struct error err;

	assert_false(pg_pooled(s));
	assert_ok(pg_identity_pooled_by_transaction(loop, s, &by_transaction,
	    &err), &err);
	assert_false(by_transaction);
	pg_close(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pooler_is_noticed_and_gets_no_settings),
		cmocka_unit_test(pooling_by_transaction_is_told_apart),
		cmocka_unit_test(without_a_pooler_nothing_is_asked),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
