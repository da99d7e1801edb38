/* tests/journal/test_append.c - appending, and opening after a crash. */

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"
#include "journal/append.h"

struct fixture {
	char		*folder;
	char		*path;
	struct error	 err;
};

static int
set_up(void **state)
{
	struct fixture *f = NEW(NULL, struct fixture);

	f->folder = temp_folder(f);
	f->path = path_join(f, f->folder, "journal.jsonl");
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	talloc_free(*state);
	return 0;
}

static struct journal *
reopen(struct fixture *f, struct journal_torn *torn)
{
	struct journal *j = journal_open(f, f->path, torn, &f->err);

	assert_got(j, &f->err);
	return j;
}

static void
append(struct fixture *f, struct journal *j, const char *body)
{
	assert_ok(journal_append(j, body, strlen(body), &f->err), &f->err);
}

/* A journal of two records, closed. */
static char *
two_records(struct fixture *f)
{
	struct journal *j = reopen(f, NULL);

	append(f, j, "{\"n\":1}");
	append(f, j, "{\"n\":2}");
	talloc_free(j);
	return slurp(f, f->path);
}

static void
overwrite(struct fixture *f, const char *bytes, size_t size)
{
	assert_ok(file_write_atomic(f->path, bytes, size, 0600, &f->err), &f->err);
}

static void
records_are_chained_by_the_hash_of_the_line_before(void **state)
{
	struct fixture *f = *state;
	struct journal *j = reopen(f, NULL);
	char hash[SHA256_HEX_SIZE];
	const char *first = "{\"body\":{\"n\":1},\"prev\":\"" "00000000000000000000"
	    "00000000000000000000000000000000000000000000\",\"seq\":1}";

	assert_string_equal(journal_head(j), "0000000000000000000000000000000000"
	    "000000000000000000000000000000");
	append(f, j, "{\"n\":1}");
	sha256_of(first, strlen(first), hash);
	assert_string_equal(journal_head(j), hash);
	append(f, j, "{\"n\":2}");

	assert_int_equal(journal_count(j), 2);
	assert_string_equal(slurp(f, f->path), mem_printf(f,
	    "%s\n{\"body\":{\"n\":2},\"prev\":\"%s\",\"seq\":2}\n", first, hash));
}

static void
a_journal_goes_on_where_it_ended(void **state)
{
	struct fixture *f = *state;
	struct journal_torn torn;
	char head[SHA256_HEX_SIZE];
	struct journal *j = reopen(f, NULL);

	append(f, j, "{\"n\":1}");
	memcpy(head, journal_head(j), sizeof(head));
	talloc_free(j);

	j = reopen(f, &torn);
	assert_int_equal(torn.size_bytes, 0);
	assert_int_equal(journal_count(j), 1);
	assert_string_equal(journal_head(j), head);
	append(f, j, "{\"n\":2}");
	assert_int_equal(journal_count(j), 2);
}

static void
a_second_writer_is_refused_and_told_who_writes(void **state)
{
	struct fixture *f = *state;
	struct journal *j = reopen(f, NULL);

	append(f, j, "{}");
	assert_null(journal_open(f, f->path, NULL, &f->err));

	assert_int_equal(f->err.code, ERR_BUSY);
	assert_contains(f->err.detail, mem_printf(f, "Process %d", getpid()));
	talloc_free(j);
	reopen(f, NULL);
}

static void
the_lock_goes_with_the_process(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct journal *j = journal_open(NULL, f->path, NULL, NULL);

		_exit(j != NULL && journal_append(j, "{}", 2, NULL) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);

	assert_int_equal(journal_count(reopen(f, NULL)), 1);
}

static void
a_torn_last_line_is_set_aside(void **state)
{
	struct fixture *f = *state;
	char *whole = two_records(f), *aside;
	size_t size = strlen(whole), first = (size_t)(strchr(whole, '\n') - whole) + 1;
	char hash[SHA256_HEX_SIZE];
	size_t cut;

	/* Wherever the second line is torn, before its newline is there. */
	for (cut = first + 1; cut < size; cut++) {
		struct journal_torn torn;
		struct journal *j;

		overwrite(f, whole, cut);
		j = reopen(f, &torn);

		assert_int_equal(journal_count(j), 1);
		assert_int_equal(torn.offset, first);
		assert_int_equal(torn.size_bytes, cut - first);
		sha256_of(whole + first, cut - first, hash);
		assert_string_equal(torn.sha256, hash);
		aside = slurp(f, path_join(f, f->folder, torn.kept_in));
		assert_int_equal(strlen(aside), cut - first);
		assert_memory_equal(aside, whole + first, cut - first);
		append(f, j, "{\"n\":2}");
		talloc_free(j);
		assert_string_equal(slurp(f, f->path), whole);
	}
}

static void
zeros_behind_the_last_line_are_set_aside(void **state)
{
	struct fixture *f = *state;
	char *whole = two_records(f);
	size_t size = strlen(whole), zeros = 3 * (size_t)JOURNAL_RECORD_MAX;
	char *bytes = NEW_ARRAY(f, char, size + zeros);
	struct journal_torn torn;

	memcpy(bytes, whole, size);
	overwrite(f, bytes, size + zeros);

	assert_int_equal(journal_count(reopen(f, &torn)), 2);
	assert_int_equal(torn.size_bytes, zeros);
}

static void
rubbish_that_ends_in_a_newline_is_set_aside(void **state)
{
	struct fixture *f = *state;
	char *text = mem_printf(f, "%s{\"body\":{\"n\":3}\n\n", two_records(f));
	struct journal_torn torn;

	overwrite(f, text, strlen(text));

	assert_int_equal(journal_count(reopen(f, &torn)), 2);
	assert_int_equal(torn.size_bytes, 17);
}

static void
assert_refused(struct fixture *f, const char *text, int line)
{
	overwrite(f, text, strlen(text));
	assert_null(journal_open(f, f->path, NULL, &f->err));
	assert_int_equal(f->err.code, ERR_VERIFY);
	assert_string_equal(f->err.file, f->path);
	assert_int_equal(f->err.line, line);
	/* Nothing was changed. */
	assert_string_equal(slurp(f, f->path), text);
}

static void
a_break_in_the_middle_is_refused(void **state)
{
	struct fixture *f = *state;
	char *text = two_records(f);
	size_t first = (size_t)(strchr(text, '\n') - text);
	size_t i;

	/*
	 * Whichever byte of the first line it is.  Changed within its body's
	 * value it is well formed still: the second line tells.
	 */
	for (i = 0; i < first; i++) {
		char was = text[i];
		bool in_value = i == strlen("{\"body\":{\"n\":");
		bool in_key = i == strlen("{\"body\":{\"");

		text[i] = was == '1' ? '7' : '1';
		assert_refused(f, text, in_value || in_key ? 2 : 1);
		text[i] = was;
	}
}

static void
a_changed_last_record_is_no_tear(void **state)
{
	struct fixture *f = *state;
	char *text = two_records(f), *prev;

	/* Well formed, but it does not fit. */
	prev = strrchr(text, 'v') + strlen("v\":\"");
	*prev = *prev == '0' ? '1' : '0';

	assert_refused(f, text, 2);
}

static void
a_record_that_is_missing_is_noticed(void **state)
{
	struct fixture *f = *state;
	char *text = two_records(f);

	assert_refused(f, strchr(text, '\n') + 1, 1);
}

static void
a_record_that_is_too_long_is_refused_and_nothing_is_written(void **state)
{
	struct fixture *f = *state;
	struct journal *j = reopen(f, NULL);
	size_t size = JOURNAL_RECORD_MAX + 1;
	char *body = NEW_ARRAY(f, char, size);
	struct stat st;

	memset(body, ' ', size);
	body[0] = '{';
	body[size - 1] = '}';
	assert_error(journal_append(j, body, size, &f->err), &f->err,
	    ERR_TOO_LONG);

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_size, 0);
	append(f, j, "{}");
}

static void
the_longest_record_is_read_again(void **state)
{
	struct fixture *f = *state;
	struct journal *j = reopen(f, NULL);
	size_t around = strlen("{\"body\":,\"prev\":\"\",\"seq\":1}") + 64;
	size_t size = JOURNAL_RECORD_MAX - around;
	char *body = NEW_ARRAY(f, char, size + 1);

	memset(body, ' ', size);
	body[0] = '{';
	body[size - 1] = '}';
	assert_ok(journal_append(j, body, size, &f->err), &f->err);
	talloc_free(j);

	assert_int_equal(journal_count(reopen(f, NULL)), 1);
}

static void
a_body_that_is_no_object_on_one_line_is_refused(void **state)
{
	struct fixture *f = *state;
	struct journal *j = reopen(f, NULL);
	static const char *const bodies[] = {
		"", "{", "[]", "null", "{\n}", "{}{}", "{\"a\":1,\"a\":2}",
		"{\"a\":\"\xff\"}", " {}",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(bodies); i++)
		assert_error(journal_append(j, bodies[i], strlen(bodies[i]),
		    &f->err), &f->err, ERR_INTERNAL);
	assert_int_equal(journal_count(j), 0);
}

static void
append_refuses_when_the_file_may_not_grow(void **state)
{
	struct fixture *f = *state;
	struct journal *j = reopen(f, NULL);
	struct rlimit limit, low;
	char *before;

	append(f, j, "{\"n\":1}");
	before = slurp(f, f->path);
	getrlimit(RLIMIT_FSIZE, &limit);
	low = limit;
	low.rlim_cur = strlen(before) + 10;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &low);
	assert_error(journal_append(j, "{\"n\":2}", 7, &f->err), &f->err, ERR_IO);
	setrlimit(RLIMIT_FSIZE, &limit);

	assert_string_equal(slurp(f, f->path), before);
	assert_error(journal_append(j, "{\"n\":2}", 7, &f->err), &f->err, ERR_IO);
	assert_string_equal(slurp(f, f->path), before);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	struct fixture *f = *state;

	assert_null(journal_open(f, path_join(f, f->folder, "no/journal.jsonl"),
	    NULL, &f->err));

	assert_int_equal(f->err.code, ERR_IO);
}

static void
many_records_are_appended_and_read_in_bounded_memory(void **state)
{
	struct fixture *f = *state;
	struct journal *j = reopen(f, NULL);
	struct rusage before, after;
	size_t size = 512 * 1024;
	char *body = NEW_ARRAY(f, char, size + 1);
	int i;

	memset(body, 'x', size);
	memcpy(body, "{\"a\":\"", 6);
	memcpy(body + size - 2, "\"}", 2);
	assert_ok(journal_append(j, body, size, &f->err), &f->err);
	talloc_free(j);
	j = reopen(f, NULL);
	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < 63; i++)
		assert_ok(journal_append(j, body, size, &f->err), &f->err);
	talloc_free(j);
	j = reopen(f, NULL);
	getrusage(RUSAGE_SELF, &after);

	assert_int_equal(journal_count(j), 64);
	/* 32 MiB went through; a few records' worth may stay (kB). */
	assert_true(after.ru_maxrss - before.ru_maxrss < 24 * 1024);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(records_are_chained_by_the_hash_of_the_line_before),
		TEST(a_journal_goes_on_where_it_ended),
		TEST(a_second_writer_is_refused_and_told_who_writes),
		TEST(the_lock_goes_with_the_process),
		TEST(a_torn_last_line_is_set_aside),
		TEST(zeros_behind_the_last_line_are_set_aside),
		TEST(rubbish_that_ends_in_a_newline_is_set_aside),
		TEST(a_break_in_the_middle_is_refused),
		TEST(a_changed_last_record_is_no_tear),
		TEST(a_record_that_is_missing_is_noticed),
		TEST(a_record_that_is_too_long_is_refused_and_nothing_is_written),
		TEST(the_longest_record_is_read_again),
		TEST(a_body_that_is_no_object_on_one_line_is_refused),
		TEST(append_refuses_when_the_file_may_not_grow),
		TEST(a_folder_that_is_not_there_is_told),
		TEST(many_records_are_appended_and_read_in_bounded_memory),
	};

	return test_main(tests, NULL, NULL);
}
