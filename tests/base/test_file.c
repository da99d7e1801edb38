/* tests/base/test_file.c - files, folders, paths, programs. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"

struct fixture {
	char		*folder;
	struct error	 err;
};

static int
set_up(void **state)
{
	struct fixture *f = NEW(NULL, struct fixture);

	f->folder = temp_folder(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	talloc_free(*state);
	return 0;
}

static void
a_file_is_read_whole_with_its_nuls(void **state)
{
	struct fixture *f = *state;
	char *path = path_join(f, f->folder, "file"), *text;
	size_t size;

	assert_ok(file_write_atomic(path, "a\0b", 3, 0640, &f->err), &f->err);
	assert_ok(file_read(f, path, 3, &text, &size, &f->err), &f->err);

	assert_int_equal(size, 3);
	assert_memory_equal(text, "a\0b\0", 4);
}

static void
a_file_past_the_limit_is_refused(void **state)
{
	struct fixture *f = *state;
	char *path = temp_file(f, f->folder, "file", "1234"), *text;

	assert_error(file_read(f, path, 3, &text, NULL, &f->err), &f->err,
	    ERR_TOO_LONG);
}

static void
what_is_no_file_is_told(void **state)
{
	struct fixture *f = *state;
	char *text, *fifo = path_join(f, f->folder, "fifo");

	assert_error(file_read(f, f->folder, 10, &text, NULL, &f->err), &f->err,
	    ERR_IO);
	assert_contains(f->err.primary, "it is a folder");
	assert_error(file_read(f, "/no/such", 10, &text, NULL, &f->err), &f->err,
	    ERR_NOT_FOUND);
	/* It does not wait for a writer that never comes. */
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_ok(file_read(f, fifo, 10, &text, NULL, &f->err), &f->err);
}

static void
a_pipe_is_read_to_its_end(void **state)
{
	struct fixture *f = *state;
	char *text, *path;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		/* The reader is there before anything is. */
		close(ends[0]);
		usleep(10000);
		_exit(write(ends[1], "late", 4) == 4 ? 0 : 1);
	}
	close(ends[1]);
	path = mem_printf(f, "/dev/fd/%d", ends[0]);
	assert_ok(file_read(f, path, 10, &text, NULL, &f->err), &f->err);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);

	assert_string_equal(text, "late");
}

static void
a_full_device_is_told(void **state)
{
	struct fixture *f = *state;
	int fd = open("/dev/full", O_WRONLY);

	assert_error(file_write_all(fd, "x", 1, &f->err), &f->err, ERR_IO);
	close(fd);
}

static void
a_replaced_file_has_the_new_bytes_and_mode(void **state)
{
	struct fixture *f = *state;
	char *path = temp_file(f, f->folder, "file", "old"), **names;
	struct stat st;
	size_t count;

	umask(022);
	assert_ok(file_write_atomic(path, "new", 3, 0640, &f->err), &f->err);

	assert_string_equal(slurp(f, path), "new");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_ok(folder_list(f, f->folder, &names, &count, &f->err), &f->err);
	assert_int_equal(count, 1);
}

static void
a_copy_has_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	char *from = temp_file(f, f->folder, "from", "bytes");
	char *to = path_join(f, f->folder, "to");

	assert_ok(file_copy(from, to, 0600, &f->err), &f->err);
	assert_string_equal(slurp(f, to), "bytes");
	assert_error(file_copy("/no/such", to, 0600, &f->err), &f->err,
	    ERR_NOT_FOUND);
}

static void
folders_are_made_with_their_parents(void **state)
{
	struct fixture *f = *state;
	char *path = path_join(f, f->folder, "a/b//c/");

	assert_ok(file_make_folder(path, 0700, &f->err), &f->err);
	assert_true(file_is_folder(path));
	assert_ok(file_make_folder(path, 0700, &f->err), &f->err);

	path = temp_file(f, f->folder, "file", "");
	assert_error(file_make_folder(path, 0700, &f->err), &f->err, ERR_IO);
	assert_error(file_make_folder(path_join(f, path, "x"), 0700, &f->err),
	    &f->err, ERR_IO);
}

static void
a_tree_is_removed_but_not_what_it_links_to(void **state)
{
	struct fixture *f = *state;
	char *tree = path_join(f, f->folder, "tree");
	char *kept = temp_file(f, f->folder, "kept/file", "text");

	temp_file(f, tree, "a/b/file", "text");
	assert_int_equal(symlink("../kept", path_join(f, tree, "link")), 0);
	assert_ok(file_remove_tree(tree, &f->err), &f->err);

	assert_false(file_exists(tree));
	assert_true(file_exists(kept));
	/* What is not there is removed already. */
	assert_ok(file_remove_tree(tree, &f->err), &f->err);
}

static void
a_folder_is_listed_in_order(void **state)
{
	struct fixture *f = *state;
	char **names;
	size_t count;
	int i;

	for (i = 0; i < 40; i++)
		temp_file(f, f->folder, mem_printf(f, "%02d", (i * 7) % 40), "");
	assert_ok(folder_list(f, f->folder, &names, &count, &f->err), &f->err);

	assert_int_equal(count, 40);
	for (i = 0; i < 40; i++)
		assert_int_equal(atoi(names[i]), i);
	assert_null(names[40]);
	assert_error(folder_list(f, "/no/such", &names, &count, &f->err), &f->err,
	    ERR_NOT_FOUND);
}

static void
paths_are_taken_apart_and_put_together(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char	*path, *folder;
	} cases[] = {
		{ "a", "." }, { "a/b", "a" }, { "/a", "/" }, { "/", "/" },
		{ "a/b/", "a" }, { "a//b", "a" }, { "", "." },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(path_folder(f, cases[i].path),
		    cases[i].folder);
	assert_string_equal(path_join(f, "a", "b"), "a/b");
	assert_string_equal(path_join(f, "a/", "b"), "a/b");
	assert_string_equal(path_join(f, "a", "/b"), "/b");
	assert_string_equal(path_join(f, "", "b"), "b");
	assert_string_equal(path_name("a/b"), "b");
	assert_string_equal(path_name("b"), "b");
	assert_null(path_real(f, "/no/such"));
	assert_string_equal(path_real(f, "/usr/../"), "/");
}

static void
programs_are_found_and_those_that_are_not_are_named(void **state)
{
	struct fixture *f = *state;
	char *path = program_find(f, "sh", 0, &f->err);

	assert_got(path, &f->err);
	assert_true(str_ends(path, "/sh"));
	assert_got(program_find(f, "/bin/sh", 0, &f->err), &f->err);
	assert_null(program_find(f, "no-such-program", 0, &f->err));
	assert_int_equal(f->err.code, ERR_NOT_FOUND);
	assert_contains(f->err.primary, "no-such-program");

	/* The server's are not in Debian's PATH. */
	path = program_find(f, "initdb", 0, &f->err);
	assert_got(path, &f->err);
	path = program_find(f, "pg_dump", 0, &f->err);
	assert_got(path, &f->err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_file_is_read_whole_with_its_nuls),
		TEST(a_file_past_the_limit_is_refused),
		TEST(what_is_no_file_is_told),
		TEST(a_pipe_is_read_to_its_end),
		TEST(a_full_device_is_told),
		TEST(a_replaced_file_has_the_new_bytes_and_mode),
		TEST(a_copy_has_the_same_bytes),
		TEST(folders_are_made_with_their_parents),
		TEST(a_tree_is_removed_but_not_what_it_links_to),
		TEST(a_folder_is_listed_in_order),
		TEST(paths_are_taken_apart_and_put_together),
		TEST(programs_are_found_and_those_that_are_not_are_named),
	};

	return test_main(tests, NULL, NULL);
}
