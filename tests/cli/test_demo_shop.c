/* tests/cli/test_demo_shop.c - the demo's server, its shop, and its drift. */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/demo_shop.h"
#include "cli/scratch_server.h"
#include "postgres/session.h"

static struct {
	void	*owner;
	struct loop *loop;
	char	*folder, *data, *url;
	json_t	*drift;		/* of "pgrunbook diff --json" */
} demo;

static int
start(void **state UNUSED)
{
	struct error err = { 0 };

	demo.owner = talloc_new(NULL);
	demo.loop = loop_new(demo.owner);
	demo.data = path_join(demo.owner, test_srcdir(), "runbooks");
	demo.folder = scratch_folder_create(demo.owner, "pgrunbook-test", &err);
	assert_got(demo.folder, &err);
	assert_ok(scratch_server_start(demo.folder, true, &err), &err);
	assert_ok(demo_shop_fill(demo.folder, demo.data, "shared", &err), &err);
	demo.url = scratch_server_url(demo.owner, demo.folder, "shop");
	return 0;
}

static int
stop(void **state UNUSED)
{
	struct error err = { 0 };

	assert_ok(scratch_server_stop(demo.folder, &err), &err);
	assert_ok(file_remove_tree(demo.folder, &err), &err);
	json_decref(demo.drift);
	talloc_free(demo.owner);
	return 0;
}

static char *
ask_shop(const char *sql)
{
	const struct pg_options options = { .application_name = "test" };
	struct error err = { 0 };
	struct pg_target *target = pg_target_parse(demo.owner, demo.url, &err);
	struct pg_session *s;
	char *value;

	assert_got(target, &err);
	s = pg_open(demo.owner, demo.loop, target, &options, &err);
	assert_got(s, &err);
	assert_ok(pg_scalar(demo.owner, s, sql, 0, NULL, &value, &err), &err);
	pg_close(s);
	return value;
}

static void
there_are_at_least_200000_rows(void **state UNUSED)
{
	char *rows = ask_shop("select (select count(*) from users)"
	    " + (select count(*) from orders) + (select count(*) from order_items)"
	    " + (select count(*) from payments)");

	assert_true(atoi(rows) >= 200000);
}

static void
the_migrations_are_recorded_as_prisma_does(void **state UNUSED)
{
	static const char name[] = "20260103090000_init";
	char *file = mem_printf(demo.owner, "%s/demo/migrations/%s/migration.sql",
	    demo.data, name), hex[SHA256_HEX_SIZE];
	struct error err = { 0 };
	int64_t size;

	assert_ok(sha256_file(file, hex, &size, &err), &err);

	assert_string_equal(ask_shop("select checksum from _prisma_migrations"
	    " where migration_name = '20260103090000_init'"), hex);
	assert_string_equal(ask_shop("select count(*) from _prisma_migrations"
	    " where finished_at is not null"), "12");
}

static void
the_database_says_which_environment_it_is(void **state UNUSED)
{
	assert_string_equal(ask_shop(
	    "select current_setting('pgrunbook.environment')"), "shared");
}

static void
the_window_is_pointed_at_the_scratch_server(void **state UNUSED)
{
	struct error err = { 0 };
	char *window, *text;

	assert_ok(demo_window_write(demo.owner, demo.folder, demo.data, "shared",
	    &window, &err), &err);

	text = slurp(demo.owner, window);
	assert_contains(text, demo.url);
	assert_null(strstr(text, "env:DATABASE_URL"));
	assert_true(file_exists(path_join(demo.owner, demo.folder,
	    "runbooks/guards/no-remote-migrate-dev")));
}

/* ---- what "pgrunbook diff" makes of it ------------------------------- */

static int
load_drift(void **state UNUSED)
{
	const char *const argv[] = {
		path_join(demo.owner, test_builddir(), "pgrunbook"), "diff",
		"--json", path_join(demo.owner, demo.data, "demo/migrations"),
		demo.url, NULL,
	};
	struct child_spec spec = { .argv = argv };
	struct error err = { 0 };
	char *out, *err_text;

	if (demo.drift != NULL)
		return 0;
	/* Exit code 6: there is drift. */
	assert_error(child_capture(demo.owner, demo.loop, &spec, &out, &err_text,
	    &err), &err, ERR_CHILD);
	assert_ok(json_parse(out, strlen(out), &demo.drift, &err), &err);
	return 0;
}

/* The class of the item about this object; 0: there is none. */
static char
class_of(const char *kind, const char *title)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(demo.drift, "items"), i, item)
		if (str_equal(json_str(item, "kind"), kind) &&
		    str_equal(json_str(item, "title"), title))
			return json_str(item, "class")[0];
	return 0;
}

static void
a_missing_index_is_additive(void **state UNUSED)
{
	assert_int_equal(class_of("index", "orders_created_at_idx"), 'A');
}

static void
a_changed_type_is_destructive(void **state UNUSED)
{
	assert_int_equal(class_of("column", "orders.total"), 'B');
}

static void
a_column_with_data_that_no_migration_knows_is_destructive(void **state UNUSED)
{
	assert_int_equal(class_of("column", "users.legacy_id"), 'B');
}

static void
a_missing_column_is_additive(void **state UNUSED)
{
	assert_int_equal(class_of("column", "coupons.note"), 'A');
}

static void
an_enum_value_that_no_migration_knows_is_found(void **state UNUSED)
{
	assert_int_not_equal(class_of("enum", "order_status"), 0);
}

int
main(void)
{
#define DRIFT(name)	cmocka_unit_test_setup(name, load_drift)
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_at_least_200000_rows),
		cmocka_unit_test(the_migrations_are_recorded_as_prisma_does),
		cmocka_unit_test(the_database_says_which_environment_it_is),
		cmocka_unit_test(the_window_is_pointed_at_the_scratch_server),
		DRIFT(a_missing_index_is_additive),
		DRIFT(a_changed_type_is_destructive),
		DRIFT(a_column_with_data_that_no_migration_knows_is_destructive),
		DRIFT(a_missing_column_is_additive),
		DRIFT(an_enum_value_that_no_migration_knows_is_found),
	};

	return test_main(tests, start, stop);
}
