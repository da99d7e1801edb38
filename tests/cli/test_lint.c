/* tests/cli/test_lint.c - "pgrunbook lint" and "plan", as a person calls them. */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/program.h"

static struct {
	void	*owner;
	char	*folder;
} here;

static int
make_folder(void **state UNUSED)
{
	here.owner = talloc_new(NULL);
	here.folder = temp_folder(here.owner);
	return 0;
}

static int
free_folder(void **state UNUSED)
{
	talloc_free(here.owner);
	return 0;
}

/* ---- what is wrong --------------------------------------------------- */

#define HEAD	"pgrunbook: 1\nname: x\ntitle: X\nowner: me\n"
#define TARGET	"targets: {shop: {url: \"env:SHOP_URL\", environment: local}}\n" \
	"target: shop\n"

static const struct {
	const char *what, *text, *error, *hint;
} wrong[] = {
	{ "an unknown key", HEAD TARGET
	    "steps:\n  - {id: a, check: select 1, lock_timout: 2s}\n",
	    "x.yaml:8:30: error: unknown key \"lock_timout\" in a step",
	    "did you mean \"lock_timeout\"?" },
	{ "a duplicate key", HEAD "name: y\nsteps: []\n",
	    "x.yaml:5:1: error: ", NULL },
	{ "a wrong type", HEAD TARGET "steps:\n  - {id: a, check: [1]}\n",
	    "x.yaml:8:", NULL },
	{ "a bad duration", HEAD TARGET
	    "steps:\n  - {id: a, check: select 1, timeout: 5}\n",
	    "x.yaml:8:", NULL },
	{ "an undefined name", HEAD TARGET
	    "steps:\n  - {id: a, name: \"{{nothing}}\", check: select 1}\n",
	    "error: undefined name \"nothing\"", NULL },
	{ "a class that is too low", HEAD TARGET
	    "steps:\n  - {id: a, sql: drop table t, class: A}\n",
	    "x.yaml:8:", NULL },
	{ "an include of itself", HEAD TARGET
	    "steps:\n  - {id: a, include: x.yaml}\n", "x.yaml:8:", NULL },
	{ "an alias bomb", HEAD
	    "params:\n"
	    "  a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	    "  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
	    "  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
	    "  d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
	    "  e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
	    "  f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
	    "x.yaml:", NULL },
	{ "bytes that are no UTF-8", HEAD "description: \xff\xfe\n", "x.yaml:",
	    NULL },
	{ "an empty file", "", "x.yaml:", NULL },
};

/* One message with a position, exit code 3, and nothing on the other side. */
static void
each_mistake_has_its_position_and_exit_code_3(void **state UNUSED)
{
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct told t;

		print_message("# %s\n", wrong[i].what);
		temp_file(here.owner, here.folder, "x.yaml", wrong[i].text);
		t = program_in(here.owner, here.folder, "lint", "x.yaml", NULL);

		assert_int_equal(t.status, 3);
		assert_contains(t.errors, wrong[i].error);
		assert_contains(t.errors, "error: ");
		if (wrong[i].hint != NULL)
			assert_contains(t.errors, wrong[i].hint);
		assert_string_equal(t.out, "");
	}
}

static void
a_mebibyte_of_nesting_is_one_error(void **state UNUSED)
{
	char *deep = NEW_ARRAY(here.owner, char, (1 << 20) + 1);
	struct told t;

	memset(deep, '[', 1 << 20);
	temp_file(here.owner, here.folder, "x.yaml", deep);
	t = program_in(here.owner, here.folder, "lint", "x.yaml", NULL);

	assert_int_equal(t.status, 3);
	assert_contains(t.errors, "x.yaml:");
}

static void
a_folder_is_no_runbook(void **state UNUSED)
{
	struct told t = program_in(here.owner, here.folder, "lint", ".", NULL);

	assert_int_equal(t.status, 3);
	assert_contains(t.errors, "error: ");
}

static void
a_file_that_is_not_there_is_named(void **state UNUSED)
{
	struct told t = program_in(here.owner, here.folder, "lint",
	    "nowhere.yaml", NULL);

	assert_int_equal(t.status, 3);
	assert_contains(t.errors, "nowhere.yaml");
}

static void
a_file_without_read_permission_is_named(void **state UNUSED)
{
	char *path = temp_file(here.owner, here.folder, "x.yaml", HEAD);
	/* Root may read all, unless it gives that up. */
	const char *const argv[] = { "sh", "-c", "[ $(id -u) = 0 ] && "
	    "set -- setpriv --bounding-set=-dac_override,-dac_read_search "
	    "\"$@\"; exec \"$@\"", "sh",
	    mem_printf(here.owner, "%s/pgrunbook", test_builddir()), "lint",
	    "x.yaml", NULL };
	struct told t;

	assert_int_equal(chmod(path, 0), 0);
	t = program_run(here.owner, here.folder, argv);

	assert_int_equal(t.status, 3);
	assert_contains(t.errors, "x.yaml");
}

static void
findings_are_json_where_asked_for(void **state UNUSED)
{
	struct error err = { 0 };
	json_t *list = NULL;
	struct told t;

	temp_file(here.owner, here.folder, "x.yaml", wrong[0].text);
	t = program_in(here.owner, here.folder, "lint", "--format=json",
	    "x.yaml", NULL);

	assert_int_equal(t.status, 3);
	assert_ok(json_parse(t.out, strlen(t.out), &list, &err), &err);
	assert_int_equal(json_array_size(list), 1);
	assert_int_equal(json_int(json_array_get(list, 0), "line", 0), 8);
	json_decref(list);
}

/* ---- what is right --------------------------------------------------- */

static void
the_shipped_window_passes(void **state UNUSED)
{
	char *runbooks = path_join(here.owner, test_srcdir(), "runbooks");
	struct told t = program_in(here.owner, runbooks, "lint",
	    "reconcile.yaml", NULL);

	assert_string_equal(t.errors, "");
	assert_int_equal(t.status, 0);
}

static void
each_shipped_runbook_passes_alone(void **state UNUSED)
{
	static const char *const names[] = { "freeze", "snapshot", "diff",
	    "rehearse", "rollout", "rollback", "harden", "prisma-supabase",
	    "staging-setup", "reset-sandbox", "production-migration", "backup",
	    "restore", "rollback-decision", "migration", "emergency", "backfill",
	    "templates/add-column", "templates/add-index",
	    "templates/add-foreign-key", "templates/add-policy",
	    "templates/runbook", "templates/phase" };
	char *runbooks = path_join(here.owner, test_srcdir(), "runbooks");

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct told t = program_in(here.owner, runbooks, "lint",
		    mem_printf(here.owner, "%s.yaml", names[i]), NULL);

		assert_null(strstr(t.errors, "error: "));
		assert_int_equal(t.status, 0);
	}
}

static void
plan_prints_every_step_of_the_window(void **state UNUSED)
{
	static const char *const steps[] = { "freeze/freeze-ddl",
	    "snapshot/backup", "diff/review", "rehearse/restore",
	    "rollout/apply", "harden/checklist", "rollback/restore" };
	char *runbooks = path_join(here.owner, test_srcdir(), "runbooks");
	struct told t = program_in(here.owner, runbooks, "plan",
	    "reconcile.yaml", "--var", "ticket=CHG-7", NULL);

	assert_int_equal(t.status, 0);
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		assert_contains(t.out, steps[i]);
	assert_contains(t.out, "with CHG-7, start and end");
}

static void
plan_writes_nothing(void **state UNUSED)
{
	const char *const argv[] = { "sh", "-c",
	    "cd \"$1\" && HOME=$1 XDG_STATE_HOME=$1 PGRUNBOOK_RUNS=$1/runs "
	    "TMPDIR=$1 \"$2\" plan x.yaml && ls -A", "sh", here.folder,
	    mem_printf(here.owner, "%s/pgrunbook", test_builddir()), NULL };
	struct told t;

	temp_file(here.owner, here.folder, "x.yaml", HEAD TARGET
	    "steps:\n  - {id: a, name: Look, check: select 1}\n");
	t = program_run(here.owner, NULL, argv);

	assert_int_equal(t.status, 0);
	assert_contains(t.out, "select 1");
	/* What stands in the folder is what was there: the runbook alone. */
	assert_true(str_ends(t.out, "\nx.yaml\n"));
}

static void
plan_of_a_wrong_runbook_is_exit_code_3(void **state UNUSED)
{
	struct told t;

	temp_file(here.owner, here.folder, "x.yaml", wrong[0].text);
	t = program_in(here.owner, here.folder, "plan", "x.yaml", NULL);

	assert_int_equal(t.status, 3);
	assert_string_equal(t.out, "");
	assert_contains(t.errors, wrong[0].error);
}

int
main(void)
{
#define TEST(name)	cmocka_unit_test_setup_teardown(name, make_folder, free_folder)
	static const struct CMUnitTest tests[] = {
		TEST(each_mistake_has_its_position_and_exit_code_3),
		TEST(a_mebibyte_of_nesting_is_one_error),
		TEST(a_folder_is_no_runbook),
		TEST(a_file_that_is_not_there_is_named),
		TEST(a_file_without_read_permission_is_named),
		TEST(findings_are_json_where_asked_for),
		TEST(the_shipped_window_passes),
		TEST(each_shipped_runbook_passes_alone),
		TEST(plan_prints_every_step_of_the_window),
		TEST(plan_writes_nothing),
		TEST(plan_of_a_wrong_runbook_is_exit_code_3),
	};

	return test_main(tests, NULL, NULL);
}
