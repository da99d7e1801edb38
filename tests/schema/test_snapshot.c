/* Tests of schema/snapshot.h. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "schema/schemas.h"

static bool
leaves_out(const struct schema_snapshot *s, const char *words)
{
	for (const char **text = s->left_out; *text != NULL; text++)
		if (strcmp(*text, words) == 0)
			return true;
	return false;
}

static const char rich[] =
    "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('ok', 'sad');"
    "CREATE TABLE app.t (id serial PRIMARY KEY, m app.mood DEFAULT 'ok', "
    "v varchar(9) CHECK (v IN ('a', 'b')));"
    "CREATE VIEW app.v AS SELECT id, m FROM app.t;"
    "CREATE INDEX t_m ON app.t (m)";

static void
a_snapshot_file_is_the_same_as_the_database(void **state)
{
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *s = schemas_of(scratch, rich), *again;
	json_t *j = json_owned(scratch, schema_to_json(s)), *parsed;
	char *text = json_pretty(scratch, j);
	struct error err;
	struct drift *d;

	(void)state;
	assert_ok(json_parse(text, strlen(text), &parsed, &err), &err);
	again = schema_from_json(scratch, json_owned(scratch, parsed), &err);
	assert_got(again, &err);
	assert_string_equal(schema_fingerprint(again), schema_fingerprint(s));
	assert_int_equal(again->count, s->count);
	d = drift_compare(scratch, s, again, NULL);
	assert_int_equal(d->count, 0);
	assert_string_equal(json_stable(scratch, json_owned(scratch,
	    schema_to_json(again))), json_stable(scratch, j));
	talloc_free(scratch);
}

static void
what_depends_on_what_is_known(void **state)
{
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *s = schemas_of(scratch, rich);
	const struct schema_object *o = schema_find(s, "column app.t.m");

	(void)state;
	assert_non_null(o);
	assert_string_equal(o->parent, "table app.t");
	assert_string_equal(o->depends[0], "enum app.mood");
	assert_string_equal(o->depends[1], "table app.t");
	assert_null(o->depends[2]);
	o = schema_find(s, "view app.v");
	assert_string_equal(o->depends[0], "column app.t.id");
	assert_null(schema_find(s, "index app.t_pkey"));
	assert_null(schema_find(s, "nothing at all"));
	talloc_free(scratch);
}

static void
what_is_not_ours_is_left_out_and_named(void **state)
{
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *s = schemas_of(scratch,
	    "CREATE SCHEMA pgrunbook; CREATE TABLE pgrunbook.outcome (a int);"
	    "CREATE SCHEMA supabase_migrations;"
	    "CREATE SCHEMA auth; CREATE TABLE auth.users (a int);"
	    "CREATE TABLE _prisma_migrations (id text PRIMARY KEY);"
	    "COMMENT ON TABLE _prisma_migrations IS 'not ours';"
	    "GRANT SELECT ON auth.users TO PUBLIC;"
	    "GRANT SELECT ON pgrunbook.outcome TO PUBLIC;"
	    "CREATE FUNCTION pgrunbook.no() RETURNS event_trigger LANGUAGE "
	    "plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER halt ON "
	    "ddl_command_end EXECUTE FUNCTION pgrunbook.no();"
	    "CREATE EXTENSION hstore; COMMENT ON FUNCTION "
	    "hstore(text, text) IS 'not ours'");

	(void)state;
	assert_null(schema_find(s, "table pgrunbook.outcome"));
	assert_null(schema_find(s, "table public._prisma_migrations"));
	assert_null(schema_find(s, "column public._prisma_migrations.id"));
	assert_true(leaves_out(s, "schema pgrunbook (bookkeeping)"));
	assert_true(leaves_out(s, "schema supabase_migrations (bookkeeping)"));
	assert_true(leaves_out(s,
	    "table public._prisma_migrations (bookkeeping)"));
	assert_null(schema_find(s, "comment table public._prisma_migrations"));
	assert_null(schema_find(s, "comment function public.hstore(text,text)"));
	assert_null(schema_find(s, "grant pgrunbook.outcome to PUBLIC"));
	assert_null(schema_find(s, "operator public.-> (hstore, text)"));
	assert_null(schema_find(s, "comment extension hstore"));
	assert_null(schema_find(s, "event trigger halt"));
	assert_true(leaves_out(s, "event trigger halt (pgrunbook)"));
	/* A schema of the user's, where there is no platform. */
	assert_non_null(schema_find(s, "table auth.users"));
	assert_non_null(schema_find(s, "grant auth.users to PUBLIC"));
	talloc_free(scratch);
}

static void
the_platforms_schemas_are_left_out_on_the_platform(void **state)
{
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *s;

	(void)state;
	cluster_sql("postgres", "CREATE ROLE supabase_admin");
	cluster_sql("postgres", "CREATE ROLE anon");
	s = schemas_of(scratch,
	    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO "
	    "anon; CREATE TABLE part (a int); REVOKE DELETE ON part FROM anon;"
	    "CREATE SCHEMA auth; CREATE TABLE auth.users (a int);"
	    "CREATE SCHEMA extensions; CREATE EXTENSION pgcrypto SCHEMA "
	    "extensions; CREATE EXTENSION hstore; CREATE TABLE mine (a int)");
	cluster_sql("postgres", "DROP ROLE anon");
	cluster_sql("postgres", "DROP ROLE supabase_admin");
	assert_null(schema_find(s, "grant public.mine to anon"));
	assert_non_null(schema_find(s, "grant public.part to anon"));
	assert_null(schema_find(s,
	    "default privilege of postgres on tables in public to anon"));
	assert_true(leaves_out(s, "all privileges and default privileges of "
	    "the platform's roles"));
	assert_null(schema_find(s, "table auth.users"));
	assert_null(schema_find(s, "schema auth"));
	assert_true(leaves_out(s, "schema auth (of the platform)"));
	assert_null(schema_find(s, "extension pgcrypto"));
	assert_non_null(schema_find(s, "extension hstore"));
	assert_null(schema_find(s, "function public.hstore(text, text)"));
	assert_non_null(schema_find(s, "table public.mine"));
	talloc_free(scratch);
}

static void
reading_leaves_no_lock_and_no_setting_behind(void **state)
{
	void *scratch = talloc_new(NULL);
	char *name = schemas_database(scratch, rich), *value;
	struct pg_session *s = schemas_open(scratch, name);
	struct error err;

	(void)state;
	assert_got(schema_read(scratch, s, &err), &err);
	assert_ok(pg_scalar(scratch, s, "SELECT count(*) FROM pg_locks WHERE "
	    "pid = pg_backend_pid() AND relation = 'app.t'::regclass", 0, NULL,
	    &value, &err), &err);
	assert_string_equal(value, "0");
	assert_ok(pg_scalar(scratch, s, "SHOW search_path", 0, NULL, &value,
	    &err), &err);
	assert_string_equal(value, "\"$user\", public");
	pg_close(s);
	cluster_drop_db(name);
	talloc_free(scratch);
}

static void
the_fingerprint_does_not_know_the_order_of_history(void **state)
{
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *a = schemas_of(scratch,
	    "CREATE TABLE t (a int, b int); CREATE TABLE u (c int)");
	const struct schema_snapshot *b = schemas_of(scratch,
	    "CREATE TABLE u (x int, c int); ALTER TABLE u DROP x;"
	    "CREATE TABLE t (b int); ALTER TABLE t ADD a int");

	(void)state;
	assert_string_equal(schema_fingerprint(a), schema_fingerprint(b));
	talloc_free(scratch);
}

static void
what_is_no_snapshot_is_refused(void **state)
{
	static const char *const texts[] = { "{}", "[]", "{\"format\": 1}",
	    "{\"format\": \"pgrunbook-schema-1\"}",
	    "{\"format\": \"pgrunbook-schema-1\", \"objects\": [{}]}",
	    "{\"format\": \"pgrunbook-schema-1\", \"objects\": [{\"kind\": "
	    "\"spoon\", \"name\": \"x\", \"attributes\": {}}]}" };
	void *scratch = talloc_new(NULL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct error err;
		json_t *j;

		assert_ok(json_parse(texts[i], strlen(texts[i]), &j, &err), &err);
		assert_null(schema_from_json(scratch, json_owned(scratch, j),
		    &err));
		assert_int_equal(err.code, ERR_EXPECT);
	}
	talloc_free(scratch);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_file_is_the_same_as_the_database),
		cmocka_unit_test(what_depends_on_what_is_known),
		cmocka_unit_test(what_is_not_ours_is_left_out_and_named),
		cmocka_unit_test(
		    the_platforms_schemas_are_left_out_on_the_platform),
		cmocka_unit_test(reading_leaves_no_lock_and_no_setting_behind),
		cmocka_unit_test(
		    the_fingerprint_does_not_know_the_order_of_history),
		cmocka_unit_test(what_is_no_snapshot_is_refused),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
