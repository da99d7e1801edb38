/* tests/base/test_memory.c - the end for want of memory. */

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "harness/test.h"

static void
restore(void)
{
	if (write(STDERR_FILENO, "restored\n", 9) != 9)
		_exit(99);
}

static void
the_hook_runs_once_before_the_end(void **state UNUSED)
{
	char text[256];
	int ends[2], status;
	size_t size = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		memory_on_exhaustion(restore);
		memory_check(NULL);
	}
	close(ends[1]);
	while ((n = read(ends[0], text + size, sizeof(text) - 1 - size)) > 0)
		size += (size_t)n;
	text[size] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_string_equal(text, "restored\npgrunbook: error: out of memory\n");
}

static void
strings_belong_to_their_owner(void **state UNUSED)
{
	void *owner = talloc_new(NULL);

	assert_null(mem_strdup(owner, NULL));
	assert_null(mem_strndup(owner, NULL, 3));
	assert_string_equal(mem_strdup(owner, "abc"), "abc");
	assert_string_equal(mem_strndup(owner, "abc", 2), "ab");
	assert_string_equal(mem_printf(owner, "%d", 7), "7");
	assert_int_equal(talloc_total_blocks(owner), 4);
	talloc_free(owner);
}

static long
resident_pages(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%*d %ld", &pages), 1);
	fclose(f);
	return pages;
}

static void
room_costs_nothing_until_it_is_wanted(void **state UNUSED)
{
	const size_t room = (size_t)256 * 1024 * 1024;
	char *before = sbrk(0);
	long resident = resident_pages();

	memory_reserve(room);

	assert_true(resident_pages() - resident < 32L * 1024 * 1024 /
	    sysconf(_SC_PAGESIZE));
#ifndef __SANITIZE_ADDRESS__	/* it has a heap of its own */
	assert_true((size_t)((char *)sbrk(0) - before) >= room);
#else
	(void)before;
#endif
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hook_runs_once_before_the_end),
		cmocka_unit_test(strings_belong_to_their_owner),
		cmocka_unit_test(room_costs_nothing_until_it_is_wanted),
	};

	return test_main(tests, NULL, NULL);
}
