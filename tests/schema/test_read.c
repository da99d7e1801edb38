/* Tests of schema/read.c: who may read, what is left behind, what gets in between. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/kind.h"
#include "schema/schemas.h"

/* A subscription without a slot, so that the database can be dropped. */
static void
drop_rich(const char *name)
{
	cluster_sql(name, "ALTER SUBSCRIPTION apart SET (slot_name = NONE)");
	cluster_sql(name, "DROP SUBSCRIPTION apart");
	cluster_drop_db(name);
}

static char *
rich_database(const void *owner)
{
	char *name = schemas_database(owner, "SELECT 1");
	char *text = slurp(owner, mem_printf(owner,
	    "%s/tests/schema/every_kind.sql", test_srcdir())), *rest = NULL;
	struct pg_session *s = schemas_open(owner, name);
	struct error err;

	/* One by one: CREATE SUBSCRIPTION and the like want that. */
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		assert_ok(pg_exec_script(s, line, &err), &err);
	if (pg_server_version(s) >= 150000)
		assert_ok(pg_exec_script(s,
		    "CREATE PUBLICATION whole FOR TABLES IN SCHEMA app", &err),
		    &err);
	pg_close(s);
	return name;
}

static char *
bytes_of(const void *owner, const struct schema_snapshot *s)
{
	return json_pretty(owner, json_owned(owner, schema_to_json(s)));
}

static struct schema_snapshot *
through_a_file(const void *owner, const struct schema_snapshot *s)
{
	char *text = bytes_of(owner, s);
	struct schema_snapshot *again;
	struct error err;
	json_t *j;

	assert_ok(json_parse(text, strlen(text), &j, &err), &err);
	again = schema_from_json(owner, json_owned(owner, j), &err);
	assert_got(again, &err);
	return again;
}

static struct schema_snapshot *
read_as(const void *owner, const char *dbname, const char *role)
{
	struct error err;
	struct pg_target *t = pg_target_parse(owner,
	    cluster_url_as(owner, dbname, role), &err);
	struct pg_options options = { .application_name = "test" };
	struct schema_snapshot *result;
	struct pg_session *s;

	assert_got(t, &err);
	s = pg_open(owner, schemas_loop(), t, &options, &err);
	assert_got(s, &err);
	result = schema_read(owner, s, &err);
	assert_got(result, &err);
	pg_close(s);
	return result;
}

static void
assert_no_drift(const void *scratch, const struct schema_snapshot *expected,
    const struct schema_snapshot *actual)
{
	const struct drift *d = drift_compare(scratch, expected, actual, NULL);

	if (d->count > 0)
		fail_msg("there is drift:\n%s", schemas_list(scratch, d));
}

static bool
has_kind(const struct schema_snapshot *s, const char *kind)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->objects[i].kind, kind) == 0)
			return true;
	return false;
}

static void
a_file_of_every_kind_is_the_same_as_the_database(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	char *name = rich_database(scratch);
	const struct schema_snapshot *live = schemas_read(scratch, name);
	const struct schema_snapshot *file = through_a_file(scratch, live);

	for (int i = 0; i < schema_kind_count; i++)
		if (!has_kind(live, schema_kinds[i]->name) && schema_kind_query(
		    schema_kinds[i], live->server_version) != NULL)
			fail_msg("there is no %s in every_kind.sql",
			    schema_kinds[i]->name);
	assert_no_drift(scratch, live, file);
	assert_no_drift(scratch, file, live);
	assert_string_equal(schema_fingerprint(file), schema_fingerprint(live));
	assert_string_equal(bytes_of(scratch, file), bytes_of(scratch, live));
	assert_string_equal(bytes_of(scratch, schemas_read(scratch, name)),
	    bytes_of(scratch, live));
	assert_null(strstr(bytes_of(scratch, live), "hidden"));
	drop_rich(name);
	talloc_free(scratch);
}

static char *
drift_bytes(const void *owner, const struct schema_snapshot *expected,
    const struct schema_snapshot *actual)
{
	return json_pretty(owner, json_owned(owner, drift_to_json(
	    drift_compare(owner, expected, actual, NULL))));
}

static void
a_file_drifts_from_another_database_as_its_own_does(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	char *name = rich_database(scratch);
	const struct schema_snapshot *live = schemas_read(scratch, name);
	const struct schema_snapshot *file = through_a_file(scratch, live);
	const struct schema_snapshot *other, *empty = schemas_of(scratch, "");

	cluster_sql(name, "DROP INDEX app.people_feels;"
	    "DROP POLICY own ON app.people;"
	    "COMMENT ON COLUMN app.happy.name IS NULL;"
	    "REVOKE SELECT (id) ON app.people FROM pg_monitor;"
	    "ALTER TABLE app.people ADD more int NOT NULL DEFAULT 2");
	other = schemas_read(scratch, name);
	assert_true(drift_compare(scratch, live, other, NULL)->count >= 5);
	assert_string_equal(drift_bytes(scratch, file, other),
	    drift_bytes(scratch, live, other));
	assert_string_equal(drift_bytes(scratch, other, file),
	    drift_bytes(scratch, other, live));
	assert_string_equal(drift_bytes(scratch, file, empty),
	    drift_bytes(scratch, live, empty));
	assert_string_equal(drift_bytes(scratch, empty, file),
	    drift_bytes(scratch, empty, live));
	drop_rich(name);
	talloc_free(scratch);
}

/* The next transaction number: stands still while nobody writes. */
static char *
next_xid(const void *owner)
{
	return cluster_value(owner, "postgres",
	    "SELECT pg_snapshot_xmax(pg_current_snapshot())");
}

static void
a_role_without_rights_reads_all_and_writes_nothing(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	char *name = rich_database(scratch), *before;
	const struct schema_snapshot *all = schemas_read(scratch, name), *seen;

	cluster_sql("postgres", "CREATE ROLE reader LOGIN NOINHERIT");
	cluster_sql("postgres",
	    "ALTER ROLE reader SET default_transaction_read_only = on");
	cluster_sql("postgres", "ALTER SYSTEM SET autovacuum = off");
	cluster_sql("postgres", "SELECT pg_reload_conf()");
	cluster_wait_value("postgres", "SHOW autovacuum", "off");
	cluster_wait_value("postgres", "SELECT count(*) FROM pg_stat_activity "
	    "WHERE backend_type = 'autovacuum worker'", "0");

	before = next_xid(scratch);
	seen = read_as(scratch, name, "reader");

	assert_string_equal(next_xid(scratch), before);
	assert_string_equal(bytes_of(scratch, seen), bytes_of(scratch, all));
	cluster_sql("postgres", "DROP ROLE reader");
	drop_rich(name);
	talloc_free(scratch);
}

static void
options_that_the_newest_servers_keep_for_themselves_are_none(void **state UNUSED)
{
	static const char sql[] = "CREATE TABLE t (a int, b text);"
	    "ALTER TABLE t ALTER b SET (n_distinct = 7);"
	    "CREATE INDEX i ON t (lower(b)); CREATE VIEW v AS SELECT a FROM t;"
	    "CREATE MATERIALIZED VIEW m AS SELECT b FROM t;"
	    "CREATE TABLE parent (a int) PARTITION BY LIST (a);"
	    "CREATE TABLE child PARTITION OF parent DEFAULT;"
	    "CREATE TYPE pair AS (a int)";
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *without = schemas_of(scratch, sql), *with;
	char *name = schemas_database(scratch, sql);

	cluster_sql(name, "UPDATE pg_attribute SET attoptions = "
	    "array_append(attoptions, 'pg_attver=3') WHERE attnum > 0 AND "
	    "attrelid IN (SELECT oid FROM pg_class WHERE oid >= 16384 AND "
	    "relkind IN ('r', 'p', 'v', 'm', 'c'))");
	with = schemas_read(scratch, name);

	assert_no_drift(scratch, without, with);
	assert_string_equal(bytes_of(scratch, with), bytes_of(scratch, without));
	assert_null(strstr(bytes_of(scratch, with), "attver"));
	cluster_drop_db(name);
	talloc_free(scratch);
}

/* ---- somebody who changes the schema while it is read -------------------- */

struct meddler {
	struct pg_session *session;
	const char	**statements;	/* to run, one after the other */
	int		 failed;
};

static void
meddle(void *arg, const struct pg_result *r UNUSED, const struct error *err)
{
	struct meddler *m = arg;

	if (err != NULL)
		print_message("%s\n", err->primary);
	m->failed += err != NULL;
	if (err == NULL && *m->statements != NULL)
		pg_query_async(m->session, *m->statements++, meddle, m);
}

/* Done when somebody waits for t, which the meddler has locked. */
#define SOMEBODY_WAITS \
	"DO $$ BEGIN LOOP PERFORM FROM pg_locks WHERE NOT granted AND " \
	"relation = 't'::regclass; EXIT WHEN FOUND; PERFORM pg_sleep(0.01); " \
	"END LOOP; END $$"
#define LOCK_IT	"LOCK TABLE t IN ACCESS EXCLUSIVE MODE"

/* Reading the view waits for its table, and that function as well. */
static char *
meddled_database(const void *owner)
{
	char *name = schemas_database(owner, "CREATE TABLE t (a int);"
	    "CREATE VIEW v AS SELECT a FROM t;"
	    "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';"
	    "CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'SELECT 2'");

	if (cluster_major() >= 14)
		cluster_sql(name, "CREATE FUNCTION f() RETURNS int LANGUAGE sql "
		    "BEGIN ATOMIC SELECT a FROM t; END");
	return name;
}

/*
 * Reads while the statements run; each begins when the one before has ended.
 * is_older: somebody has come and gone since the meddler began.
 */
static struct schema_snapshot *
read_meddled_by(const void *owner, const char *name, const char **statements,
    bool is_older, struct error *err)
{
	struct meddler m = { schemas_open(owner, name), statements, 0 };
	struct pg_session *s = schemas_open(owner, name);
	struct schema_snapshot *result;

	assert_ok(pg_exec_script(m.session, "BEGIN; SELECT txid_current(); "
	    LOCK_IT, err), err);
	if (is_older)
		cluster_sql(name, "SELECT txid_current()");
	pg_query_async(m.session, *m.statements++, meddle, &m);
	result = schema_read(owner, s, err);
	assert_int_equal(m.failed, 0);
	assert_int_equal(pg_transaction_status(s), PQTRANS_IDLE);
	pg_close(m.session);
	pg_close(s);
	return result;
}

static struct schema_snapshot *
read_meddled(const void *owner, const char *name, const char **statements,
    struct error *err)
{
	return read_meddled_by(owner, name, statements, false, err);
}

static void
assert_change_is_seen(bool is_older)
{
	const char *statements[] = { SOMEBODY_WAITS,
	    "ALTER TABLE t RENAME a TO b", "DROP FUNCTION h()", "COMMIT", NULL };
	void *scratch = talloc_new(NULL);
	char *name = meddled_database(scratch);
	const struct schema_snapshot *s;
	struct error err;

	s = read_meddled_by(scratch, name, statements, is_older, &err);

	assert_got(s, &err);
	assert_null(schema_find(s, "column public.t.a"));
	assert_non_null(schema_find(s, "column public.t.b"));
	assert_null(schema_find(s, "function public.h()"));
	assert_non_null(schema_find(s, "function public.g()"));
	assert_string_equal(bytes_of(scratch, s),
	    bytes_of(scratch, schemas_read(scratch, name)));
	cluster_drop_db(name);
	talloc_free(scratch);
}

static void
a_schema_that_changes_while_it_is_read_is_read_again(void **state UNUSED)
{
	assert_change_is_seen(false);
}

static void
a_change_by_whom_had_begun_long_before_is_seen_as_well(void **state UNUSED)
{
	assert_change_is_seen(true);
}

/* A transaction within that of the lock, which has its number already. */
#define WORK \
	"DO $$ BEGIN INSERT INTO t VALUES (1); EXCEPTION WHEN others THEN " \
	"RAISE; END $$"

/* Were it taken for a change, it would be given up like the next one. */
static void
work_on_rows_is_no_change_of_the_schema(void **state UNUSED)
{
	const char *statements[] = {
	    SOMEBODY_WAITS, WORK, "COMMIT AND CHAIN",
	    LOCK_IT,
	    SOMEBODY_WAITS, WORK, "COMMIT AND CHAIN",
	    LOCK_IT,
	    SOMEBODY_WAITS, WORK, "COMMIT", NULL };
	void *scratch = talloc_new(NULL);
	char *name = meddled_database(scratch);
	struct error err;

	assert_got(read_meddled(scratch, name, statements, &err), &err);
	cluster_drop_db(name);
	talloc_free(scratch);
}

static void
a_schema_that_never_holds_still_is_given_up(void **state UNUSED)
{
	const char *statements[] = {
	    SOMEBODY_WAITS, "ALTER TABLE t RENAME a TO b", "COMMIT AND CHAIN",
	    LOCK_IT,
	    SOMEBODY_WAITS, "ALTER TABLE t RENAME b TO c", "COMMIT AND CHAIN",
	    LOCK_IT,
	    SOMEBODY_WAITS, "ALTER TABLE t RENAME c TO d", "COMMIT", NULL };
	void *scratch = talloc_new(NULL);
	char *name = meddled_database(scratch);
	struct error err;

	assert_null(read_meddled(scratch, name, statements, &err));

	assert_int_equal(err.code, ERR_EXPECT);
	assert_string_equal(err.primary,
	    "the schema changed while it was read, 3 times in a row");
	cluster_drop_db(name);
	talloc_free(scratch);
}

static void
a_lock_that_stands_in_the_way_is_told_and_not_waited_for(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	char *name = meddled_database(scratch);
	struct pg_session *owner = schemas_open(scratch, name);
	struct pg_session *s = schemas_open(scratch, name);
	struct error err;

	assert_ok(pg_exec_script(owner, "BEGIN; " LOCK_IT, &err), &err);
	assert_null(schema_read(scratch, s, &err));
	assert_string_equal(err.sqlstate, "55P03");
	assert_int_equal(pg_transaction_status(s), PQTRANS_IDLE);
	assert_ok(pg_exec_script(owner, "ROLLBACK", &err), &err);
	assert_got(schema_read(scratch, s, &err), &err);
	pg_close(owner);
	pg_close(s);
	cluster_drop_db(name);
	talloc_free(scratch);
}

/* ---- what is written without the server's own functions ------------------ */

#define SHAPES \
	"CREATE SCHEMA app; CREATE DOMAIN app.word AS text; " \
	"CREATE TYPE app.mood AS ENUM ('a'); " \
	"CREATE TABLE app.\"T\" (id int PRIMARY KEY, \"C\" varchar(9) UNIQUE, " \
	"d text, e text COLLATE \"C\", f app.mood, g app.word, h int[], " \
	"i int UNIQUE DEFERRABLE INITIALLY DEFERRED, j char(3), k int, " \
	"UNIQUE (k, id), EXCLUDE (k WITH =)); " \
	"CREATE INDEX a1 ON app.\"T\" (\"C\" DESC); " \
	"CREATE INDEX a2 ON app.\"T\" (id NULLS FIRST); " \
	"CREATE INDEX a3 ON app.\"T\" (id DESC NULLS LAST); " \
	"CREATE INDEX a4 ON app.\"T\" (d text_pattern_ops); " \
	"CREATE INDEX a5 ON app.\"T\" (\"C\" varchar_pattern_ops); " \
	"CREATE INDEX a6 ON app.\"T\" (d COLLATE \"C\"); " \
	"CREATE INDEX a7 ON app.\"T\" (e); CREATE INDEX a8 ON app.\"T\" (f); " \
	"CREATE INDEX a9 ON app.\"T\" (g); CREATE INDEX b1 ON app.\"T\" (h); " \
	"CREATE INDEX b2 ON app.\"T\" (j); " \
	"CREATE UNIQUE INDEX b3 ON app.\"T\" (k) WHERE k > 0 OR d IS NULL; " \
	"CREATE INDEX b4 ON app.\"T\" (k) INCLUDE (d); " \
	"CREATE INDEX b5 ON app.\"T\" (k) WITH (fillfactor = 70); " \
	"CREATE INDEX b6 ON app.\"T\" (k, d); " \
	"CREATE INDEX b7 ON app.\"T\" (lower(d)); " \
	"CREATE INDEX b8 ON app.\"T\" USING hash (k); " \
	"CREATE INDEX b9 ON app.\"T\" USING gin (h); " \
	"CREATE TABLE app.whole (id int PRIMARY KEY) PARTITION BY RANGE (id); " \
	"CREATE INDEX c1 ON app.whole (id DESC); " \
	"CREATE INDEX c2 ON ONLY app.whole (id); " \
	"CREATE TABLE app.refs (" \
	"a int REFERENCES app.\"T\", b varchar REFERENCES app.\"T\" (\"C\") " \
	"ON UPDATE CASCADE ON DELETE RESTRICT, " \
	"c int REFERENCES app.\"T\" ON DELETE CASCADE DEFERRABLE, " \
	"d int REFERENCES app.\"T\" ON UPDATE SET NULL ON DELETE SET NULL, " \
	"e int REFERENCES app.\"T\" ON UPDATE SET DEFAULT ON DELETE SET DEFAULT " \
	"DEFERRABLE INITIALLY DEFERRED, f int REFERENCES app.\"T\" MATCH FULL, " \
	"g int REFERENCES app.whole, " \
	"FOREIGN KEY (a, c) REFERENCES app.\"T\" (k, id)); " \
	"ALTER TABLE app.refs ADD CONSTRAINT later FOREIGN KEY (a) " \
	"REFERENCES app.\"T\" NOT VALID"

/* As the server says it, without what is an attribute of its own. */
static void
assert_as_told(const void *scratch, const char *name,
    const struct schema_object *o, const char *text, const char *query)
{
	char *told = cluster_value(scratch, name, query);

	if (told == NULL || text == NULL || strcmp(told, text) != 0)
		fail_msg("%s is \"%s\", and not \"%s\"", o->key, text, told);
}

static void
each_text_is_as_the_server_writes_it(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	char *name = schemas_database(scratch, SHAPES);
	const struct schema_snapshot *s;
	int indexes = 0, keys = 0;

	if (cluster_major() >= 15)
		cluster_sql(name, "CREATE UNIQUE INDEX d1 ON app.\"T\" (d) "
		    "NULLS NOT DISTINCT; ALTER TABLE app.\"T\" ADD UNIQUE "
		    "NULLS NOT DISTINCT (j)");
	s = schemas_read(scratch, name);
	for (size_t i = 0; i < s->count; i++) {
		const struct schema_object *o = &s->objects[i];
		const char *on = NULL;

		if (str_equal(o->kind, "index"))
			on = object_text(o, "definition");
		else if (str_equal(o->kind, "primary key") ||
		    str_equal(o->kind, "unique"))
			on = object_fact(o, "on");
		if (object_fact(o, "constraint") != NULL && ++keys > 0)
			assert_as_told(scratch, name, o,
			    object_text(o, "definition"), mem_printf(scratch,
			    "SELECT replace(pg_get_constraintdef(oid), "
			    "' NOT VALID', '') FROM pg_constraint WHERE "
			    "quote_ident(conname) = '%s'",
			    object_fact(o, "constraint")));
		if (on != NULL && ++indexes > 0)
			assert_as_told(scratch, name, o, on, mem_printf(scratch,
			    "SELECT substring(pg_get_indexdef(oid) FROM "
			    "' ON (?:ONLY )?(.*)') FROM pg_class WHERE "
			    "quote_ident(relname) = '%s'",
			    object_fact(o, "index")));
	}
	assert_int_equal(keys, 15 + (cluster_major() >= 15));
	assert_int_equal(indexes, 24 + 2 * (cluster_major() >= 15));
	cluster_drop_db(name);
	talloc_free(scratch);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_file_of_every_kind_is_the_same_as_the_database),
		cmocka_unit_test(
		    a_file_drifts_from_another_database_as_its_own_does),
		cmocka_unit_test(
		    a_role_without_rights_reads_all_and_writes_nothing),
		cmocka_unit_test(
		    options_that_the_newest_servers_keep_for_themselves_are_none),
		cmocka_unit_test(
		    a_schema_that_changes_while_it_is_read_is_read_again),
		cmocka_unit_test(
		    a_change_by_whom_had_begun_long_before_is_seen_as_well),
		cmocka_unit_test(work_on_rows_is_no_change_of_the_schema),
		cmocka_unit_test(a_schema_that_never_holds_still_is_given_up),
		cmocka_unit_test(
		    a_lock_that_stands_in_the_way_is_told_and_not_waited_for),
		cmocka_unit_test(each_text_is_as_the_server_writes_it),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
