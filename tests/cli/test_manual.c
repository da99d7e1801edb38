/* tests/cli/test_manual.c - the manual says what the program does. */

#include "harness/test.h"

#include <string.h>

#include "base/child.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/options.h"

static char *
page(const void *owner, const char *name)
{
	return slurp(owner, mem_printf(owner, "%s/man/%s", test_srcdir(), name));
}

static void
each_event_is_in_the_journal_page(void **state UNUSED)
{
	static const struct {
		const char *name, *fields, *doc;
	} rows[] = {
#define EVENT(id, name, durability, fields, doc) { name, fields, doc },
#include "run/event.def"
#undef EVENT
	};
	void *owner = talloc_new(NULL);

	char *text = page(owner, "pgrunbook-journal.5");
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *item = mem_printf(owner, ".It Ic %s ", rows[i].name), *at;

		assert_contains(text, item);
		at = strstr(text, item) + strlen(item);
		/* The first letter is a capital there. */
		assert_memory_equal(at + 1, rows[i].doc + 1,
		    strlen(rows[i].doc) - 1);
		for (const char *f = rows[i].fields; *f != '\0';) {
			char *field = mem_printf(owner, ".Va %.*s ",
			    (int)strcspn(f, ":"), f);

			assert_non_null(strstr(at, field));
			f += strcspn(f, " ");
			f += strspn(f, " ");
		}
	}
	talloc_free(owner);
}

static const char *const command_names[] = {
#define COMMAND(function, name, arguments, least, most, completes, options, doc) \
	doc[0] == '\0' ? NULL : name,
#include "cli/commands.def"
#undef COMMAND
};

static void
each_command_is_in_the_manual(void **state UNUSED)
{
	void *owner = talloc_new(NULL);

	char *text = page(owner, "pgrunbook.1");

	for (size_t i = 0; i < COUNT_OF(command_names); i++)
		if (command_names[i] != NULL)
			assert_contains(text, mem_printf(owner, ".It Cm %s",
			    command_names[i]));
	talloc_free(owner);
}

static void
mandoc_finds_nothing_in_the_pages(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	const char *const argv[] = { "sh", "-c",
	    "mandoc -T lint -W warning \"$1\"/man/*.[157]", "sh", test_srcdir(),
	    NULL };
	const struct child_spec spec = { .argv = argv };
	struct error err = { 0 };
	char *out;

	int rc = child_capture(owner, loop_new(owner), &spec, &out, NULL, &err);

	if (rc != 0)
		print_error("%s\n", out != NULL ? out : "");
	assert_ok(rc, &err);
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_is_in_the_journal_page),
		cmocka_unit_test(each_command_is_in_the_manual),
		cmocka_unit_test(mandoc_finds_nothing_in_the_pages),
	};

	return test_main(tests, NULL, NULL);
}
