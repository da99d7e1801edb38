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

int
cases_main(const char *program, CMUnitTestFunction run)
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
	tests = NEW_ARRAY(scratch, struct CMUnitTest, count);
	for (size_t i = 0; i < count; i++) {
		char *name = mem_strndup(tests, names[i], strlen(names[i]) - 4);

		tests[i] = (struct CMUnitTest)
		    cmocka_unit_test_prestate(run, name);
		tests[i].name = name;
	}
	test_begin();
	if (getenv("CASES") != NULL)
		cmocka_set_test_filter(getenv("CASES"));
	failed = _cmocka_run_group_tests("cases", tests, count, cluster_start,
	    cluster_stop);
	talloc_free(scratch);
	return test_finish(failed);
}
