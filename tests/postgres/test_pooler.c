/* tests/postgres/test_pooler.c - sessions through a pooler, ours and PgBouncer. */

#include <stdlib.h>
#include <sys/types.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/pooler.h"
#include "postgres/identity.h"
#include "postgres/pooler.h"
#include "postgres/sessions.h"
#include "postgres/settings.h"

static struct pg_target *
target_through(const char *folder, const char *more)
{
	struct error err;
	struct pg_target *t = pg_target_parse(loop, mem_printf(loop,
	    "postgresql:///postgres?host=%s&port=5432&user=postgres%s",
	    folder, more), &err);

	assert_got(t, &err);
	return t;
}

static struct pg_session *
open_through(const char *folder)
{
	struct error err;
	struct pg_session *s = pg_open(loop, loop, target_through(folder,
	    "&schema=app"), NULL, &err);

	assert_got(s, &err);
	return s;
}

static void
assert_pooled_by_transaction(const char *folder, bool wanted)
{
	struct pg_session *s = open_through(folder);
	bool by_transaction = !wanted;
	struct error err;

	assert_true(pg_pooled(s));
	assert_ok(pg_pooled_by_transaction(loop, s, &by_transaction, &err),
	    &err);
	assert_int_equal(by_transaction, wanted);
	pg_close(s);
}

/* ---- tests -------------------------------------------------------------------- */

static void
a_pooler_is_noticed_and_gets_no_settings(void **state UNUSED)
{
	char *folder = temp_folder(loop), *value;
	pid_t pooler = pooler_start(folder, POOLER_SESSION);
	struct pg_session *s = open_through(folder);
	struct error err;

	assert_true(pg_pooled(s));
	assert_ok(pg_scalar(s, s, "SELECT pg_backend_pid()", 0, NULL, &value,
	    &err), &err);
	assert_int_equal(pg_backend_pid(s), atoi(value));
	/* A setting would stay behind for the pooler's next client. */
	assert_ok(pg_scalar(s, s, "SELECT count(*) FROM pg_settings WHERE"
	    " source = 'session'", 0, NULL, &value, &err), &err);
	assert_string_equal(value, "0");
	assert_true(pg_identity_read(s, s, &err)->pooled);
	pg_close(s);

	assert_pooled_by_transaction(folder, false);
	pooler_stop(pooler);
}

static void
pooling_by_transaction_is_told_apart(void **state UNUSED)
{
	char *folder = temp_folder(loop);
	pid_t pooler = pooler_start(folder, POOLER_TRANSACTION);

	assert_pooled_by_transaction(folder, true);
	pooler_stop(pooler);
}

static void
without_a_pooler_nothing_is_asked(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "direct");
	bool by_transaction = true;
	struct error err;

	assert_false(pg_pooled(s));
	assert_ok(pg_pooled_by_transaction(loop, s, &by_transaction, &err),
	    &err);
	assert_false(by_transaction);
	assert_ok(pg_need_session(loop, s, "a lock", &err), &err);
	pg_close(s);
}

static void
the_refusal_names_the_need_and_the_way(void **state UNUSED)
{
	char *folder = temp_folder(loop);
	pid_t pooler = pooler_start(folder, POOLER_TRANSACTION);
	struct pg_session *s = open_through(folder);
	struct error err;

	assert_error(pg_need_session(loop, s, "the run's lock", &err), &err,
	    ERR_CONNECT);
	assert_contains(err.primary, "by transaction");
	assert_string_equal(err.detail, "a session is needed for the run's lock");
	assert_contains(err.hint, "DIRECT_URL");
	assert_contains(err.hint, "pool_mode = session");
	pg_close(s);
	pooler_stop(pooler);
}

/* The host in the URL is what a person sees; hostaddr may lead elsewhere. */
static void
known_services_are_named_by_port_and_host(void **state UNUSED)
{
	static const struct { const char *host, *hint; } rows[] = {
		{ "aws-0-eu-central-1.pooler.supabase.com", "take port 5432 of "
		  "the same host (session mode; 6543 hands out transactions)" },
		{ "ep-cool-123-pooler.eu-central-1.aws.neon.tech", "take the "
		  "direct host: ep-cool-123.eu-central-1.aws.neon.tech" },
	};
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct pg_target *t = pg_target_parse(loop, mem_printf(loop,
		    "postgresql://u@%s:6543/postgres", rows[i].host), &err);

		assert_got(t, &err);
		pg_pooler_hint(t, &err);
		assert_contains(err.hint, rows[i].hint);
	}
}

/* What PgBouncer does, and not what we think that it does. */
static void
pgbouncer_by_any_mode_is_told_apart(void **state UNUSED)
{
	static const struct { enum pooler_mode mode; bool by_transaction; } rows[] = {
		{ POOLER_SESSION, false },
		{ POOLER_TRANSACTION, true },
		{ POOLER_STATEMENT, true },
	};
	char *folder;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		pid_t pooler = pgbouncer_start(loop, rows[i].mode, &folder);

		if (pooler < 0)
			return;
		assert_pooled_by_transaction(folder, rows[i].by_transaction);
		pooler_stop(pooler);
	}
}

static void
settings_asked_for_through_pgbouncer_hold_by_session(void **state UNUSED)
{
	static const struct pg_setting asked[] = {
		{ "lock_timeout", "2000" }, { "synchronous_commit", "on" },
	};
	char *folder;
	pid_t pooler = pgbouncer_start(loop, POOLER_SESSION, &folder);
	struct pg_session *s;
	struct error err;
	json_t *told;

	if (pooler < 0)
		return;
	s = open_through(folder);
	assert_ok(pg_exec_script(s, "SET lock_timeout = 2000", &err), &err);
	assert_ok(pg_settings_read(s, asked, COUNT_OF(asked), &told, &err),
	    &err);
	assert_string_equal(json_str(told, "lock_timeout"), "2s");
	json_decref(told);
	pg_close(s);
	pooler_stop(pooler);
}

static void
startup_options_that_a_pooler_refuses_are_explained(void **state UNUSED)
{
	char *folder;
	pid_t pooler = pgbouncer_start(loop, POOLER_SESSION, &folder);
	struct error err;

	if (pooler < 0)
		return;
	assert_null(pg_open(loop, loop, target_through(folder,
	    "&options=-c%20search_path%3Dapp"), NULL, &err));
	assert_int_equal(err.code, ERR_CONNECT);
	assert_contains(err.detail, "unsupported startup parameter");
	assert_contains(err.hint, "pooler");
	pooler_stop(pooler);
}

static void
a_setting_that_was_kept_from_the_server_is_found(void **state UNUSED)
{
	static const struct pg_setting asked[] = {
		{ "statement_timeout", "0" }, { "lock_timeout", "2000" },
	};
	char *folder = temp_folder(loop);
	pid_t pooler = pooler_start(folder, POOLER_DEAF);
	struct pg_session *s = open_through(folder);
	struct error err;
	json_t *told;

	assert_ok(pg_exec_script(s, "SET lock_timeout = 2000", &err), &err);
	assert_error(pg_settings_read(s, asked, COUNT_OF(asked), &told, &err),
	    &err, ERR_CONNECT);

	assert_string_equal(err.detail,
	    "lock_timeout is 0, asked for was \"2000\"");
	assert_contains(err.hint, "DIRECT_URL");
	/* What it is instead is told, for the record. */
	assert_string_equal(json_str(told, "lock_timeout"), "0");
	json_decref(told);
	pg_close(s);
	pooler_stop(pooler);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pooler_is_noticed_and_gets_no_settings),
		cmocka_unit_test(pooling_by_transaction_is_told_apart),
		cmocka_unit_test(without_a_pooler_nothing_is_asked),
		cmocka_unit_test(the_refusal_names_the_need_and_the_way),
		cmocka_unit_test(known_services_are_named_by_port_and_host),
		cmocka_unit_test(pgbouncer_by_any_mode_is_told_apart),
		cmocka_unit_test(
		    settings_asked_for_through_pgbouncer_hold_by_session),
		cmocka_unit_test(
		    startup_options_that_a_pooler_refuses_are_explained),
		cmocka_unit_test(
		    a_setting_that_was_kept_from_the_server_is_found),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
