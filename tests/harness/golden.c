/* tests/harness/golden.c - text compared with a file that is kept. */

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/golden.h"
#include "harness/test.h"

/* The next line of *text, without its newline; moves on.  Null: none left. */
static char *
take_line(const void *owner, const char **text)
{
	size_t size = strcspn(*text, "\n");
	char *line;

	if (**text == '\0')
		return NULL;
	line = mem_strndup(owner, *text, size);
	*text += size + ((*text)[size] == '\n');
	return line;
}

static void
show_difference(const void *owner, const char *wanted, const char *got)
{
	int number;

	for (number = 1; *wanted != '\0' || *got != '\0'; number++) {
		char *want = take_line(owner, &wanted);
		char *have = take_line(owner, &got);

		if (str_equal(want, have))
			continue;
		if (want != NULL)
			print_error("%3d -%s\n", number, want);
		if (have != NULL)
			print_error("%3d +%s\n", number, have);
	}
}

static void
write_anew(const void *owner, const char *path, const char *text)
{
	struct error err = { 0 };

	assert_ok(file_make_folder(path_folder(owner, path), 0755, &err), &err);
	assert_ok(file_write_atomic(path, text, strlen(text), 0644, &err), &err);
}

void
golden_check(const char *name, const char *text)
{
	void *scratch = talloc_new(NULL);
	char *path = mem_printf(scratch, "%s/tests/golden/%s.txt", test_srcdir(),
	    name);
	struct error err = { 0 };
	char *wanted = NULL;
	bool equal;

	if (getenv("GOLDEN_UPDATE") != NULL) {
		write_anew(scratch, path, text);
	} else if (file_read(scratch, path, 1 << 20, &wanted, NULL, &err) != 0) {
		print_error("%s\n  hint: \"make golden\" writes it; it was:\n%s",
		    err.primary, text);
		talloc_free(scratch);
		fail();
		return;
	}
	equal = wanted == NULL || str_equal(wanted, text);
	if (!equal) {
		print_error("tests/golden/%s.txt differs (-kept +now); "
		    "\"make golden\" keeps what is now:\n", name);
		show_difference(scratch, wanted, text);
	}
	talloc_free(scratch);
	if (!equal)
		fail();
}
