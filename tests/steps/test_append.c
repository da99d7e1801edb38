/* tests/steps/test_append.c - kind "append": entries in Markdown files. */

#include "harness/test.h"

#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "steps/stage.h"

static const char steps[] =
    "  - id: look\n"
    "    sql: select 41 + 1 as answer\n"
    "    class: R\n"
    "    register: answer\n"
    "  - id: record\n"
    "    name: Deployed\n"
    "    append: feedback/deployment.md\n"
    "    text: |\n"
    "      The answer was **{{answer}}**.\n"
    "    register: entry\n"
    "  - id: again\n"
    "    append: {file: feedback/deployment.md, heading: Once more, links: [look]}\n";

static char *
file(struct stage *s)
{
	return slurp(s, mem_printf(s, "%s/feedback/deployment.md", s->folder));
}

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

static void
an_entry_links_to_the_evidence_and_is_written_once(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, steps);
	char *text;

	assert_ok(stage_run(s, "look"), &s->err);
	assert_ok(stage_run(s, "record"), &s->err);
	text = file(s);
	assert_contains(text, " UTC: Deployed\n\nThe answer was **42**.\n");
	assert_contains(text, "- [journal](<");
	assert_contains(text, "- [main/look: ");
	assert_contains(text, s->bundle);
	assert_string_equal(stage_value(s, "entry.appended"), "true");

	assert_ok(stage_run(s, "record"), &s->err);
	assert_string_equal(file(s), text);
	assert_string_equal(stage_value(s, "entry.appended"), "false");
	assert_ok(stage_run(s, "again"), &s->err);
	assert_int_equal(count(file(s), "<!-- pgrunbook "), 2);
	assert_int_equal(count(file(s), "<!-- /pgrunbook -->"), 2);
	stage_verify(s);
	talloc_free(s);
}

static void
a_time_line_tells_who_did_what(void **state UNUSED)
{
	struct stage *s = stage_new(NULL,
	    "  - id: assess\n"
	    "    name: Assess *it*\n"
	    "    manual: {items: [look], ask: {users: {prompt: How many}}}\n"
	    "  - id: decide\n"
	    "    name: Decide\n"
	    "    choose: {options: [{key: back, text: Go back}, "
	    "{key: go, text: Go on}]}\n"
	    "  - id: broken\n"
	    "    name: Broken\n"
	    "    sql: select 1/0\n"
	    "    class: R\n"
	    "  - id: record\n"
	    "    append: {file: post-mortem.md, timeline: true}\n");
	char *text;

	stage_intend(s, "{'type': 'answer', 'principal': 'ben', 'answer': "
	    "{'items': [true], 'fields': {'users': '~20'}}}");
	assert_ok(stage_run(s, "assess"), &s->err);
	stage_intend(s, "{'type': 'answer', 'principal': 'ben', 'answer': "
	    "{'key': 'back'}}");
	assert_ok(stage_run(s, "decide"), &s->err);
	assert_int_equal(stage_run(s, "broken"), -1);
	assert_ok(stage_run(s, "record"), &s->err);

	text = slurp(s, mem_printf(s, "%s/post-mortem.md", s->folder));
	assert_contains(text, "Time line (UTC), from the journal:\n\n- 20");
	assert_contains(text, " Assess \\*it\\*, ben: users: ~20\n- ");
	/* In the words that the person saw. */
	assert_contains(text, " Decide, ben: Go back\n- ");
	assert_contains(text, " Broken: failed after ");
	assert_null(strstr(text, "Decide: done"));
	assert_contains(text, "\n\n- [journal](<");
	stage_verify(s);
	talloc_free(s);
}

static void
what_was_there_stays_with_its_mode(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, steps);
	char *path = temp_file(s, s->folder, "feedback/deployment.md",
	    "# Deployments\n\nno line end");
	struct stat st;

	assert_int_equal(chmod(path, 0664), 0);
	assert_ok(stage_run(s, "again"), &s->err);
	assert_true(str_starts(file(s),
	    "# Deployments\n\nno line end\n\n<!-- pgrunbook "));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0664);
	talloc_free(s);
}

static void
a_symbolic_link_is_followed(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, steps);
	char *real = temp_file(s, s->folder, "real.md", "# Real\n");
	char *link = mem_printf(s, "%s/feedback/deployment.md", s->folder);
	struct stat st;

	temp_file(s, s->folder, "feedback/.keep", "");
	assert_int_equal(symlink(real, link), 0);
	assert_ok(stage_run(s, "again"), &s->err);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_contains(slurp(s, real), "Once more");
	talloc_free(s);
}

static void
a_file_that_cannot_be_written_fails_the_step(void **state UNUSED)
{
	struct stage *s = stage_new(NULL, steps);

	temp_file(s, s->folder, "feedback/deployment.md/inside", "x");
	assert_int_equal(stage_run(s, "again"), -1);
	assert_int_equal(s->err.code, ERR_IO);
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_entry_links_to_the_evidence_and_is_written_once),
		cmocka_unit_test(a_time_line_tells_who_did_what),
		cmocka_unit_test(what_was_there_stays_with_its_mode),
		cmocka_unit_test(a_symbolic_link_is_followed),
		cmocka_unit_test(a_file_that_cannot_be_written_fails_the_step),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
