/* tests/harness/test.c - what every test program begins with. */

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"

/* All temporary folders of this program lie in one. */
static char *scratch;
static pid_t scratch_of;

const char *
test_srcdir(void)
{
	const char *path = getenv("TEST_SRCDIR");

	return path != NULL ? path : TEST_DEFAULT_SRCDIR;
}

const char *
test_builddir(void)
{
	const char *path = getenv("TEST_BUILDDIR");

	return path != NULL ? path : TEST_DEFAULT_BUILDDIR;
}

static void
remove_scratch(void)
{
	struct error err = { 0 };

	/* A forked child that ends has no business here. */
	if (scratch == NULL || getpid() != scratch_of)
		return;
	if (getenv("TEST_KEEP") != NULL)
		fprintf(stderr, "# kept: %s\n", scratch);
	else if (file_remove_tree(scratch, &err) != 0)
		error_print(stderr, "# test", &err);
	talloc_free(scratch);
	scratch = NULL;
}

static void
make_scratch(void)
{
	scratch = path_join(NULL, path_temporary(), "pgrunbook-test.XXXXXX");
	if (mkdtemp(scratch) == NULL) {
		fprintf(stderr, "Bail out! cannot create %s: %s\n", scratch,
		    strerror(errno));
		abort();
	}
	scratch_of = getpid();
	atexit(remove_scratch);
}

void
test_begin(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	/* TAP lines come in order with what the tests print to stderr. */
	setvbuf(stdout, NULL, _IOLBF, 0);
}

int
test_finish(int failed)
{
	return failed == 0 ? 0 : 1;
}

char *
temp_folder(const void *owner)
{
	char *path;

	if (scratch == NULL)
		make_scratch();
	path = mem_printf(owner, "%s/XXXXXX", scratch);
	if (mkdtemp(path) == NULL)
		fail_msg("cannot create %s: %s", path, strerror(errno));
	return path;
}

void
temp_let_through(const char *folder)
{
	void *owner = talloc_new(NULL);

	for (const char *way = folder; str_starts(way, scratch);
	    way = path_folder(owner, way))
		assert_int_equal(chmod(way, 0711), 0);
	talloc_free(owner);
}

char *
temp_file(const void *owner, const char *folder, const char *name,
    const char *text)
{
	char *path = path_join(owner, folder, name);
	char *parent = path_folder(NULL, path);
	struct error err = { 0 };

	assert_ok(file_make_folder(parent, 0700, &err), &err);
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err), &err);
	talloc_free(parent);
	return path;
}

char *
slurp(const void *owner, const char *path)
{
	struct error err = { 0 };
	char *text = NULL;

	assert_ok(file_read(owner, path, (size_t)256 << 20, &text, NULL, &err),
	    &err);
	return text;
}

static void
show(const struct error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	error_print(out, NULL, err);
	fclose(out);
	print_error("%s", text);
	free(text);
}

void
test_assert_ok(bool ok, const struct error *err, const char *what,
    const char *file, int line)
{
	if (ok)
		return;
	print_error("%s failed\n", what);
	if (err != NULL)
		show(err);
	_fail(file, line);
}

void
test_assert_error(int rc, const struct error *err, enum error_code wanted,
    const char *what, const char *file, int line)
{
	if (rc == -1 && err->code == wanted)
		return;
	print_error("%s: wanted the error \"%s\", got %s\n", what,
	    error_code_name(wanted), rc == -1 ? error_code_name(err->code) :
	    "no failure");
	if (rc == -1)
		show(err);
	_fail(file, line);
}

void
test_assert_contains(const char *text, const char *part, const char *file,
    int line)
{
	if (text != NULL && strstr(text, part) != NULL)
		return;
	print_error("\"%s\" is not in:\n%s\n", part, text != NULL ? text :
	    "(null)");
	_fail(file, line);
}
