/* tests/schema/cases.c - the files of tests/schema/cases/. */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "harness/cluster.h"
#include "schema/cases.h"

#define FROM	"-- from\n"
#define TO	"-- to\n"
#define SINCE	"-- since: "
#define UNTIL	"-- until: "

struct case_texts
case_read(const void *owner, const char *name)
{
	char *path = mem_printf(owner, "%s/tests/schema/cases/%s.sql",
	    test_srcdir(), name);
	char *text = slurp(owner, path);
	char *from = strstr(text, FROM), *to = strstr(text, TO);

	if (from == NULL || to == NULL || to < from)
		fail_msg("%s has no \"-- from\" before a \"-- to\"", path);
	*from = *to = '\0';
	return (struct case_texts){ .expect = text,
		.from = from + strlen(FROM), .to = to + strlen(TO) };
}

/* Is the server one that the case is for?  Otherwise that is said. */
static bool
case_fits(const char *name)
{
	void *scratch = talloc_new(NULL);
	struct case_texts t = case_read(scratch, name);
	int since = 0, until = 0;
	const char *line;

	if ((line = strstr(t.expect, SINCE)) != NULL)
		since = atoi(line + strlen(SINCE));
	if ((line = strstr(t.expect, UNTIL)) != NULL)
		until = atoi(line + strlen(UNTIL));
	talloc_free(scratch);
	if (cluster_major() < since)
		print_message("left out: %s is for Postgres %d and newer\n",
		    name, since);
	else if (until > 0 && cluster_major() > until)
		print_message("left out: %s is for Postgres %d and older\n",
		    name, until);
	else
		return true;
	return false;
}

static CMUnitTestFunction run_case;

static void
run_fitting(void **state)
{
	/* cmocka's skip() reads as a failure in TAP. */
	if (case_fits(*state))
		run_case(state);
}

int
cases_main(const char *program, CMUnitTestFunction run,
    const struct CMUnitTest *last)
{
	void *scratch = talloc_new(NULL);
	char *folder = mem_printf(scratch, "%s/tests/schema/cases", test_srcdir());
	struct CMUnitTest *tests;
	struct error err;
	char **names;
	size_t count;
	int failed;

	if (folder_list(scratch, folder, &names, &count, &err) < 0) {
		error_print(stderr, program, &err);
		return 1;
	}
	run_case = run;
	tests = NEW_ARRAY(scratch, struct CMUnitTest, count + 1);
	for (size_t i = 0; i < count; i++) {
		char *name = mem_strndup(tests, names[i], strlen(names[i]) - 4);

		tests[i] = (struct CMUnitTest)
		    cmocka_unit_test_prestate(run_fitting, name);
		tests[i].name = name;
	}
	test_begin();
	if (getenv("CASES") != NULL)
		cmocka_set_test_filter(getenv("CASES"));
	else if (last != NULL)
		tests[count++] = *last;
	failed = _cmocka_run_group_tests("cases", tests, count, cluster_start,
	    cluster_stop);
	talloc_free(scratch);
	return test_finish(failed);
}
