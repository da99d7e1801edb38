/* tests/postgres/test_identity.c - which database is this, really? */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/identity.h"
#include "postgres/sessions.h"

static struct pg_identity *
identity_of(struct pg_session *s)
{
	struct error err;
	struct pg_identity *id = pg_identity_read(s, s, &err);

	assert_got(id, &err);
	return id;
}

static void
an_identity_tells_cluster_database_role_and_environment(void **state UNUSED)
{
	char *db = cluster_new_db(loop);
	struct pg_session *s;
	struct pg_identity *id;

	cluster_sql(db, mem_printf(loop, "ALTER DATABASE \"%s\" SET "
	    "pgrunbook.environment = 'shared'", db));
	s = open_named(db, "test");
	id = identity_of(s);

	assert_string_equal(id->system_identifier, cluster_value(loop, db,
	    "SELECT system_identifier FROM pg_control_system()"));
	assert_string_equal(id->database, db);
	assert_string_equal(id->role, "postgres");
	assert_string_equal(id->host, cluster_socket_folder());
	assert_string_equal(id->port, cluster_port());
	assert_string_equal(id->timeline, "00000001");
	assert_string_equal(id->environment, "shared");
	assert_int_equal(id->version_num / 10000, cluster_major());
	assert_null(strchr(id->version, ' '));
	assert_false(id->in_recovery);
	assert_false(id->pooled);
	pg_close(s);
	cluster_drop_db(db);
}

static void
the_same_database_compares_equal_also_after_a_restart(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "test");
	json_t *pinned = pg_identity_json(identity_of(s));
	struct error err;

	assert_ok(pg_identity_compare(pinned, identity_of(s), &err), &err);
	pg_close(s);
	cluster_restart();
	s = open_named("postgres", "test");
	assert_ok(pg_identity_compare(pinned, identity_of(s), &err), &err);

	json_decref(pinned);
	pg_close(s);
}

static void
what_differs_is_named(void **state UNUSED)
{
	static const struct {
		const char	*key, *value, *detail;
	} rows[] = {
		{ "system_identifier", "7", "system identifier was \"7\"" },
		{ "database", "shop", "database was \"shop\", is "
		    "\"postgres\"" },
		{ "role", "ana", "role was \"ana\"" },
		{ "environment", "staging", "environment was \"staging\", "
		    "is \"\"" },
		{ "timeline", "00000009", "timeline was \"00000009\"" },
	};
	struct pg_session *s = open_named("postgres", "test");
	struct pg_identity *now = identity_of(s);
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		json_t *pinned = pg_identity_json(now);

		json_object_set_new(pinned, rows[i].key,
		    json_string(rows[i].value));
		assert_error(pg_identity_compare(pinned, now, &err), &err,
		    ERR_IDENTITY);
		assert_contains(err.detail, rows[i].detail);
		json_decref(pinned);
	}
	pg_close(s);
}

static void
a_server_that_hides_its_identifier_is_known_by_its_address(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "test");
	struct pg_identity *now = identity_of(s);
	json_t *pinned = pg_identity_json(now);
	struct error err;

	json_object_set_new(pinned, "system_identifier", json_string(""));
	assert_ok(pg_identity_compare(pinned, now, &err), &err);
	json_object_set_new(pinned, "host", json_string("elsewhere"));
	assert_error(pg_identity_compare(pinned, now, &err), &err,
	    ERR_IDENTITY);
	assert_contains(err.detail, "host was \"elsewhere\"");

	json_decref(pinned);
	pg_close(s);
}

static void
a_primary_that_became_a_replica_is_not_the_same(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "test");
	struct pg_identity *now = identity_of(s);
	json_t *pinned = pg_identity_json(now);
	struct error err;

	now->in_recovery = true;
	assert_error(pg_identity_compare(pinned, now, &err), &err,
	    ERR_IDENTITY);
	assert_contains(err.detail, "server was \"primary\", is \"replica\"");
	json_decref(pinned);
	pg_close(s);
}

static void
a_role_that_may_not_know_the_identifier_still_gets_an_identity(
    void **state UNUSED)
{
	struct pg_target *t;
	struct pg_session *s;
	struct error err;

	cluster_sql("postgres", "CREATE ROLE plain LOGIN; REVOKE EXECUTE ON "
	    "FUNCTION pg_control_system() FROM PUBLIC");
	t = pg_target_parse(loop, cluster_url_as(loop, "postgres", "plain"),
	    &err);
	s = pg_open(loop, loop, t, NULL, &err);
	assert_got(s, &err);

	assert_string_equal(identity_of(s)->system_identifier, "");
	assert_string_equal(identity_of(s)->role, "plain");
	pg_close(s);
	cluster_sql("postgres", "GRANT EXECUTE ON FUNCTION "
	    "pg_control_system() TO PUBLIC; DROP ROLE plain");
}

static void
only_one_run_at_a_time_and_the_other_is_named(void **state UNUSED)
{
	struct pg_session *one = open_named("postgres", "one");
	struct pg_session *two = open_named("postgres", "two");
	char *other_db = cluster_new_db(loop);
	struct pg_session *elsewhere = open_named(other_db, "three");
	struct error err;

	assert_ok(pg_run_lock(one, "20261127-0100", &err), &err);
	assert_error(pg_run_lock(two, "second", &err), &err, ERR_BUSY);
	assert_string_equal(err.primary,
	    "another run is under way in database \"postgres\"");
	assert_contains(err.detail, mem_printf(loop, "process %d",
	    pg_backend_pid(one)));
	assert_contains(err.detail, "user \"postgres\"");
	assert_contains(err.detail,
	    "application \"pgrunbook run 20261127-0100\"");
	assert_contains(err.detail, "since 20");
	assert_contains(err.hint, "pg_terminate_backend");

	/* Another database of the same server is another target. */
	assert_ok(pg_run_lock(elsewhere, "third", &err), &err);

	/* It goes with its session. */
	pg_close(one);
	cluster_wait_value("postgres", "SELECT count(*) FROM pg_locks "
	    "WHERE locktype = 'advisory' AND database = (SELECT oid FROM "
	    "pg_database WHERE datname = 'postgres')", "0");
	assert_ok(pg_run_lock(two, "second", &err), &err);
	pg_close(two);
	pg_close(elsewhere);
	cluster_drop_db(other_db);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_identity_tells_cluster_database_role_and_environment),
		cmocka_unit_test(
		    the_same_database_compares_equal_also_after_a_restart),
		cmocka_unit_test(what_differs_is_named),
		cmocka_unit_test(
		    a_server_that_hides_its_identifier_is_known_by_its_address),
		cmocka_unit_test(
		    a_primary_that_became_a_replica_is_not_the_same),
		cmocka_unit_test(
		    a_role_that_may_not_know_the_identifier_still_gets_an_identity),
		cmocka_unit_test(only_one_run_at_a_time_and_the_other_is_named),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
