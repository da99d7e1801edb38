/*
 * tests/runbook/test_format.c - the schema and the manual say what the
 * tables of keys say, and the manual's examples are right.
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"
#include "runbook/keys.h"
#include "runbook/load.h"
#include "steps/kind.h"

static const char *
page(const void *owner)
{
	return slurp(owner, mem_printf(owner, "%s/man/pgrunbook.5",
	    test_srcdir()));
}

static void
the_schema_that_is_shipped_is_the_tables(void **state)
{
	char *path = mem_printf(*state, "%s/runbook.schema.json", test_srcdir());
	json_t *schema = json_owned(*state, runbook_schema(step_kinds()));
	char *text = mem_printf(*state, "%s\n", json_pretty(*state, schema));
	struct error err = { 0 };

	if (getenv("GOLDEN_UPDATE") != NULL)
		assert_ok(file_write_atomic(path, text, strlen(text), 0644,
		    &err), &err);
	if (!str_equal(slurp(*state, path), text))
		fail_msg("runbook.schema.json is old: \"make golden\" writes it");
}

/* The part of the page under ".Ss title", all white space a blank. */
static char *
section(const void *owner, const char *title)
{
	const char *text = page(owner), *begin, *end;
	char *heading = mem_printf(owner, "\n.Ss %s\n", title), *part, *p;

	begin = strstr(text, heading);
	if (begin == NULL)
		fail_msg("pgrunbook.5 has no section \"%s\"", title);
	begin += strlen(heading) - 1;
	end = strstr(begin, "\n.S");
	part = mem_strndup(owner, begin, end != NULL ? (size_t)(end - begin) :
	    strlen(begin));
	for (p = part; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	return part;
}

/* Each key is an item there, and its line is what the table says of it. */
static void
check_keys(const void *owner, const char *title, const struct key *table)
{
	const char *part = section(owner, title), *at;

	for (; table->name != NULL; table++) {
		char *item = mem_printf(owner, " .It Ic %s ", table->name);

		at = strstr(part, item);
		if (at == NULL)
			fail_msg("\"%s\" is not under \"%s\" in pgrunbook.5",
			    table->name, title);
		at += strlen(item);
		/* The first letter is a capital there. */
		if (tolower((unsigned char)*at) !=
		    tolower((unsigned char)table->doc[0]) ||
		    !str_starts(at + 1, table->doc + 1))
			fail_msg("pgrunbook.5 says of \"%s\" under \"%s\":\n%.60s"
			    "...\nand its table:\n%s", table->name, title, at,
			    table->doc);
	}
}

static void
the_manual_has_every_key(void **state)
{
	check_keys(*state, "A window", window_keys);
	check_keys(*state, "A runbook", runbook_keys);
	check_keys(*state, "Settings", setting_keys);
	check_keys(*state, "Roles", role_keys);
	check_keys(*state, "Targets", target_keys);
	check_keys(*state, "Policy", policy_keys);
	check_keys(*state, "Params", param_keys);
	check_keys(*state, "A step", step_keys);
	check_keys(*state, "Approval", approval_keys);
	check_keys(*state, "Retry", retry_keys);
	check_keys(*state, "Verify", verify_keys);
}

static void
the_manual_has_every_kind(void **state)
{
	runbook_kinds kinds = step_kinds();

	for (; *kinds != NULL; kinds++)
		check_keys(*state, (*kinds)->name, (*kinds)->keys);
}

/* What a reader would type: mdoc's escapes undone. */
static char *
example_text(const void *owner, const char *begin, const char *end)
{
	struct buffer *b = buffer_new(owner);

	while (begin < end) {
		if (str_starts(begin, "\\&")) {
			begin += 2;
			continue;
		}
		buffer_puts(b, str_starts(begin, "\\e") ? "\\" : "");
		if (str_starts(begin, "\\e"))
			begin += 2;
		else
			buffer_add(b, begin++, 1);
	}
	return b->data;
}

/*
 * A whole file as it is; a step list or settings get the rest of a runbook.
 * What an example includes or names as a phase is one of those before it.
 */
static char *
completed(const void *owner, const char *text)
{
	if (strstr(text, "pgrunbook: 1") != NULL)
		return mem_strdup(owner, text);
	if (str_starts(text, "- "))
		return mem_printf(owner, "pgrunbook: 1\nname: example\n"
		    "target: shop\nparams: {ticket: , backup: , before: , "
		    "reconciliation: , rehearsal: , answer: }\n"
		    "roles: {executor: , reviewer: }\n"
		    "targets: {shop: {environment: local}, shadow: {environment: "
		    "local}}\nrollback: rollback.yaml\nsteps:\n%s", text);
	return mem_printf(owner, "pgrunbook: 1\nname: example\n%s%s", text,
	    strstr(text, "steps:") != NULL ? "" :
	    "steps: [manual: [look]]\n");
}

/* The file that the line before an example names: "rollout.yaml:". */
static char *
example_name(const void *owner, const char *text, const char *begin)
{
	const char *line = begin, *mark;
	char *name;

	while (line > text && line[-1] != '\n')
		line--;
	for (mark = begin; mark > text && !str_starts(mark, "\n.Pa "); mark--)
		if (str_starts(mark, "\n.Ed") || str_starts(mark, "\n.S"))
			return mem_strdup(owner, "example.yaml");
	name = mem_strndup(owner, mark + 5, strcspn(mark + 5, " \n"));
	return str_ends(name, ".yaml") ? name :
	    mem_strdup(owner, "example.yaml");
}

static char *
printed(const void *owner, const struct lint *l)
{
	char *text = NULL, *copy;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	lint_print(l, out);
	fclose(out);
	copy = mem_strdup(owner, text);
	free(text);
	return copy;
}

static void
each_example_of_the_manual_passes_lint(void **state)
{
	static const char open[] = ".Bd -literal -offset indent\n";
	const char *text = page(*state), *at = text;
	char *folder = temp_folder(*state);
	int count = 0;

	assert_int_equal(chdir(folder), 0);
	temp_file(*state, folder, "queries.sql", "select 1;\n");
	temp_file(*state, folder, "rollback.yaml", "pgrunbook: 1\n"
	    "name: rollback\nsteps: [manual: [look]]\n");
	while ((at = strstr(at, open)) != NULL) {
		const char *begin = at + strlen(open);
		const char *end = strstr(begin, "\n.Ed") + 1;
		struct lint *l = lint_new(*state);
		char *name = example_name(*state, text, at);
		char *yaml = completed(*state, example_text(*state, begin, end));

		temp_file(*state, folder, name, yaml);
		window_load(*state, name, step_kinds(), l);
		if (l->count > 0)
			fail_msg("of\n%s\nlint says\n%s", yaml,
			    printed(*state, l));
		at = end;
		count++;
	}
	assert_in_range(count, 20, 100);
	assert_int_equal(chdir("/"), 0);
}

static int
set_up(void **state)
{
	*state = talloc_new(NULL);
	return 0;
}

static int
tear_down(void **state)
{
	talloc_free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_schema_that_is_shipped_is_the_tables),
		TEST(the_manual_has_every_key),
		TEST(the_manual_has_every_kind),
		TEST(each_example_of_the_manual_passes_lint),
	};

	return test_main(tests, NULL, NULL);
}
