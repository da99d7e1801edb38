/* tests/cli/test_diff.c - "pgrunbook diff" and "pgrunbook snapshot". */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/json_schema.h"

struct told {
	struct buffer	*out, *errors;
	int		 status;
};

static void
collect(void *arg, int fd, const char *bytes, size_t size_bytes)
{
	struct told *t = arg;

	buffer_add(fd == 1 ? t->out : t->errors, bytes, size_bytes);
}

/* The program with up to five arguments; null for none. */
static struct told
call(const void *owner, const char *a, const char *b, const char *c,
    const char *d, const char *e)
{
	const char *argv[] = { mem_printf(owner, "%s/pgrunbook",
	    test_builddir()), a, b, c, d, e, NULL };
	struct told t = { buffer_new(owner), buffer_new(owner), -1 };
	struct child_spec spec = { .argv = argv, .on_output = collect,
		.arg = &t };
	struct loop *l = loop_new(NULL);
	struct error err;
	struct child *child = child_start(l, l, &spec, &err);

	assert_got(child, &err);
	assert_ok(child_wait(child, NULL, 60000, &err), &err);
	t.status = child_exit_status(child);
	talloc_free(l);
	return t;
}

static char *
database(const void *owner, const char *sql)
{
	char *name = cluster_new_db(owner);

	cluster_sql(name, sql);
	return cluster_url(owner, name);
}

static const char wanted[] =
    "CREATE TABLE orders (id int PRIMARY KEY, total numeric(14,2) NOT NULL)";
static const char found[] =
    "CREATE TABLE orders (id int PRIMARY KEY, total double precision);"
    "INSERT INTO orders VALUES (1, 1.005), (2, NULL);"
    "CREATE TABLE legacy (a int)";

static void
drift_is_exit_code_6_and_no_drift_0(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *expected = database(owner, wanted), *actual = database(owner, found);
	struct told t = call(owner, "diff", expected, actual, NULL, NULL);

	assert_int_equal(t.status, 6);
	assert_contains(t.out->data, "B  ~ column       orders.total\n");
	assert_contains(t.out->data, "type: numeric(14,2), and is double");
	assert_contains(t.out->data, "1 row is null and would fail NOT NULL");
	assert_contains(t.out->data, "B  - table        legacy\n");
	assert_contains(t.out->data, "A 0   B 2   C 0\n");
	assert_null(strchr(t.out->data, '\033'));

	t = call(owner, "diff", actual, database(owner, mem_printf(owner,
	    "%s; CREATE VIEW v AS SELECT id, total FROM orders", found)), NULL,
	    NULL);
	assert_contains(t.out->data,
	    "definition: SELECT orders.id, orders.total FROM public.orders\n");

	t = call(owner, "diff", expected, expected, NULL, NULL);
	assert_int_equal(t.status, 0);
	assert_contains(t.out->data, "no drift\n");
	talloc_free(owner);
}

static void
fail_on_names_the_classes_that_count(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *expected = database(owner, wanted), *actual = database(owner, found);

	assert_int_equal(call(owner, "diff", expected, actual,
	    "--fail-on=AC", NULL).status, 0);
	assert_int_equal(call(owner, "diff", expected, actual,
	    "--fail-on=none", NULL).status, 0);
	assert_int_equal(call(owner, "diff", expected, actual,
	    "--fail-on=AB", NULL).status, 6);
	assert_int_equal(call(owner, "diff", expected, actual,
	    "--fail-on=C", "--unmanaged=legacy").status, 6);
	assert_int_equal(call(owner, "diff", expected, actual,
	    "--fail-on=D", NULL).status, 2);
	talloc_free(owner);
}

static void
its_sql_makes_the_one_like_the_other(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *name = cluster_new_db(owner), *expected = database(owner, wanted);
	char *actual = cluster_url(owner, name);
	struct told t;

	cluster_sql(name, found);
	cluster_sql(name, "DELETE FROM orders");
	t = call(owner, "diff", "--sql", "--unmanaged=legacy", expected, actual);
	assert_int_equal(t.status, 6);
	assert_null(strstr(t.out->data, "legacy"));
	cluster_sql(name, t.out->data);
	t = call(owner, "diff", "--codify", expected, actual, NULL);
	assert_string_equal(t.out->data,
	    "CREATE TABLE public.legacy (\n    a integer\n);\n");
	talloc_free(owner);
}

static void
a_folder_of_migrations_is_compared_with_a_snapshot(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *folder = temp_folder(owner), *url = database(owner, wanted);
	char *file = mem_printf(owner, "%s/snapshot.json", folder);
	char *shadow = mem_printf(owner, "--shadow=%s",
	    cluster_url(owner, "postgres"));
	char *migrations = mem_printf(owner, "%s/migrations", folder);
	struct told t;

	temp_file(owner, migrations, "20260101000000_init/migration.sql", wanted);
	t = call(owner, "snapshot", url, "--output", file, NULL);
	assert_int_equal(t.status, 0);
	assert_string_equal(t.out->data, "");
	assert_int_equal(call(owner, "diff", migrations, file, shadow,
	    NULL).status, 0);
	t = call(owner, "diff", migrations, file, NULL, NULL);
	assert_int_equal(t.status, 2);
	assert_contains(t.errors->data, "--shadow");
	talloc_free(owner);
}

static void
json_is_for_programs(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	struct told t = call(owner, "diff", "--json", database(owner, wanted),
	    database(owner, found), NULL);
	struct error err;
	json_t *j;

	assert_int_equal(t.status, 6);
	assert_ok(json_parse(t.out->data, t.out->size, &j, &err), &err);
	assert_int_equal(json_int(json_object_get(j, "counts"), "b", -1), 2);
	assert_string_equal(json_str(json_array_get(json_object_get(j, "items"),
	    0), "key"), "column public.orders.total");
	json_decref(j);
	talloc_free(owner);
}

static json_t *
json_of(const void *owner, const char *text)
{
	struct error err;
	json_t *j;

	assert_ok(json_parse(text, strlen(text), &j, &err), &err);
	return json_owned(owner, j);
}

static void
json_keeps_to_its_schema(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	struct told t = call(owner, "diff", "--json", database(owner, wanted),
	    database(owner, found), NULL);
	json_t *schema = json_of(owner, slurp(owner, mem_printf(owner,
	    "%s/drift.schema.json", test_srcdir())));
	json_t *document = json_of(owner, t.out->data);
	const json_t *first = json_array_get(json_object_get(document,
	    "items"), 0);

	assert_conforms(schema, document);
	/* A statement tells what it costs. */
	assert_string_equal(json_str(json_array_get(json_object_get(first,
	    "statements"), 0), "lock"), "AccessExclusiveLock");
	talloc_free(owner);
}

static void
the_plain_form_is_one_transaction(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *expected = database(owner, "CREATE TABLE t (a int NOT NULL);"
	    "CREATE INDEX i ON t (a)");
	char *actual = database(owner, "CREATE TABLE t (a int)");
	struct told t = call(owner, "diff", "--sql", expected, actual, NULL);

	assert_contains(t.out->data, "COMMIT;\nCREATE INDEX CONCURRENTLY i ");
	t = call(owner, "diff", "--sql", "--plain-sql", expected, actual);
	assert_string_equal(t.out->data,
	    "ALTER TABLE public.t ALTER COLUMN a SET NOT NULL;\n"
	    "CREATE INDEX i ON public.t USING btree (a);\n");
	talloc_free(owner);
}

static void
what_cannot_be_read_is_told(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *url = cluster_url(owner, "postgres"), *folder = temp_folder(owner);
	struct told t = call(owner, "diff", "/no/such/thing", url, NULL, NULL);

	assert_contains(t.errors->data, "there is no \"/no/such/thing\"");
	assert_int_not_equal(t.status, 0);
	t = call(owner, "diff", cluster_url(owner, "no_such_database"), url,
	    NULL, NULL);
	assert_int_equal(t.status, 7);
	t = call(owner, "diff", temp_file(owner, folder, "x.json", "{}"), url,
	    NULL, NULL);
	assert_contains(t.errors->data, "no schema snapshot");
	t = call(owner, "diff", temp_file(owner, folder, "x.sql",
	    "SELECT 1;\n  SELECT nothing;\n"), url, NULL, NULL);
	assert_contains(t.errors->data, "x.sql:2:10: error: migration "
	    "\"x.sql\" does not replay");
	t = call(owner, "diff", "--sql", "--json", url, url);
	assert_int_equal(t.status, 2);
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(drift_is_exit_code_6_and_no_drift_0),
		cmocka_unit_test(fail_on_names_the_classes_that_count),
		cmocka_unit_test(its_sql_makes_the_one_like_the_other),
		cmocka_unit_test(
		    a_folder_of_migrations_is_compared_with_a_snapshot),
		cmocka_unit_test(json_is_for_programs),
		cmocka_unit_test(json_keeps_to_its_schema),
		cmocka_unit_test(the_plain_form_is_one_transaction),
		cmocka_unit_test(what_cannot_be_read_is_told),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
