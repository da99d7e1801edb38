/* tests/base/test_memory.c - the end for want of memory. */

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

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hook_runs_once_before_the_end),
		cmocka_unit_test(strings_belong_to_their_owner),
	};

	return test_main(tests, NULL, NULL);
}
