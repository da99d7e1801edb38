/* tests/journal/test_faults.c - journals and artifacts on a disk that fails. */

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "faults/failfs.h"
#include "harness/test.h"
#include "journal/append.h"
#include "journal/artifact.h"
#include "journal/read.h"

#define ROUNDS_MAX	100

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
	failfs_disarm();
	talloc_free(*state);
	return 0;
}

/* Append until one fails or there are three; how many were told durable. */
static int
append_three(struct fixture *f, struct journal *j)
{
	int told;

	for (told = 0; told < 3; told++) {
		char *body = mem_printf(f, "{\"n\":%d}", told + 1);

		if (journal_append(j, body, strlen(body), &f->err) != 0)
			break;
	}
	return told;
}

/* Records that a reader proves; behind the last there is nothing. */
static int
count_records(struct fixture *f)
{
	struct journal_reader *r = journal_reader_open(f, f->path, &f->err);
	struct journal_record record;
	int count = 0, rc;

	assert_got(r, &f->err);
	while ((rc = journal_reader_next(r, &record, &f->err)) == 1)
		count++;
	assert_ok(rc, &f->err);
	assert_int_equal(journal_reader_rest(r), 0);
	talloc_free(r);
	return count;
}

/*
 * The Nth call fails, for each N: what was told durable is there, what was
 * not is not, and after opening again the journal goes on.
 */
static void
fail_each(struct fixture *f, const char *calls, int times, int error,
    size_t short_bytes)
{
	int n;

	for (n = 1; n < ROUNDS_MAX; n++) {
		struct journal *j;
		int told = 0, opened;
		bool failed;

		assert_ok(file_remove_tree(f->path, &f->err), &f->err);
		failfs_arm(&(struct failfs){ .calls = calls, .nth = n,
		    .times = times, .error = error, .short_bytes = short_bytes });
		j = journal_open(f, f->path, NULL, &f->err);
		opened = j != NULL;
		if (opened)
			told = append_three(f, j);
		if (opened && told < 3) {
			assert_int_equal(f->err.code, ERR_IO);
			/* Spent: nothing more goes in, and it says why. */
			assert_error(journal_append(j, "{}", 2, &f->err), &f->err,
			    ERR_IO);
			assert_contains(f->err.primary, strerror(error));
		}
		failed = failfs_disarm();
		if (times == 1 && opened && told < 3)
			assert_int_equal(count_records(f), told);
		talloc_free(j);

		j = journal_open(f, f->path, NULL, &f->err);
		assert_got(j, &f->err);
		assert_true(journal_count(j) >= told);
		assert_ok(journal_append(j, "{}", 2, &f->err), &f->err);
		assert_int_equal(count_records(f), journal_count(j));
		talloc_free(j);
		if (!failed)
			break;
		assert_true(told < 3);
	}
	assert_true(n > 3 && n < ROUNDS_MAX);
}

static void
append_refuses_when_the_disk_is_full(void **state)
{
	fail_each(*state, "write", 0, ENOSPC, 0);
}

static void
a_write_that_stops_short_is_taken_back(void **state)
{
	fail_each(*state, "write", 1, ENOSPC, 5);
}

static void
a_record_whose_sync_fails_is_taken_back(void **state)
{
	fail_each(*state, "fdatasync", 1, EIO, 0);
}

static void
a_record_that_cannot_be_taken_back_is_set_aside_later(void **state)
{
	fail_each(*state, "write,ftruncate", 0, EIO, 20);
}

static void
a_new_journal_whose_folder_cannot_be_synced_is_refused(void **state)
{
	struct fixture *f = *state;

	failfs_arm(&(struct failfs){ .calls = "fsync", .nth = 1, .times = 1,
	    .error = EIO });

	assert_null(journal_open(f, f->path, NULL, &f->err));
	assert_int_equal(f->err.code, ERR_IO);
}

static void
a_torn_end_is_never_lost_while_it_is_set_aside(void **state)
{
	struct fixture *f = *state;
	int n;

	for (n = 1; n < ROUNDS_MAX; n++) {
		struct journal_torn torn;
		struct journal *j;
		bool failed;

		assert_ok(file_write_atomic(f->path, "{\"body\":{\"to", 12, 0600,
		    &f->err), &f->err);
		failfs_arm(&(struct failfs){ .nth = n, .times = 1,
		    .error = EIO });
		j = journal_open(f, f->path, &torn, &f->err);
		failed = failfs_disarm();
		if (j == NULL) {
			assert_true(failed);
			j = journal_open(f, f->path, &torn, &f->err);
			assert_got(j, &f->err);
		}
		/* Told now, or it was truncated already: in the file it is. */
		assert_string_equal(slurp(f, mem_printf(f, "%s.torn-0", f->path)),
		    "{\"body\":{\"to");
		talloc_free(j);
		if (!failed)
			break;
	}
	assert_true(n > 4 && n < ROUNDS_MAX);
}

static void
an_artifact_that_fails_anywhere_gets_no_final_name(void **state)
{
	struct fixture *f = *state;
	char *path = path_join(f, f->folder, "out/1.txt");
	int n;

	for (n = 1; n < ROUNDS_MAX; n++) {
		bool failed;
		int rc;

		assert_ok(file_remove_tree(path_join(f, f->folder, "out"), &f->err),
		    &f->err);
		failfs_arm(&(struct failfs){ .nth = n, .times = 1,
		    .error = ENOSPC, .short_bytes = 1 });
		rc = artifact_save(f->folder, "out/1.txt", "text", 4, NULL,
		    &f->err);
		failed = failfs_disarm();

		assert_int_equal(rc, failed ? -1 : 0);
		assert_true(file_exists(path) == !failed);
		if (!failed)
			break;
		assert_int_equal(f->err.code, ERR_IO);
		assert_ok(artifact_save(f->folder, "out/1.txt", "text", 4, NULL,
		    &f->err), &f->err);
		assert_string_equal(slurp(f, path), "text");
	}
	assert_true(n > 4 && n < ROUNDS_MAX);
}

static void
a_file_is_replaced_in_full_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	char *path = path_join(f, f->folder, "file");
	int n;

	for (n = 1; n < ROUNDS_MAX; n++) {
		bool failed;
		char **names, *text;
		size_t count;

		assert_ok(file_write_atomic(path, "old", 3, 0600, &f->err),
		    &f->err);
		failfs_arm(&(struct failfs){ .nth = n, .times = 1,
		    .error = ENOSPC, .short_bytes = 1 });
		if (file_write_atomic(path, "new", 3, 0600, &f->err) != 0)
			assert_int_equal(f->err.code, ERR_IO);
		failed = failfs_disarm();

		text = slurp(f, path);
		assert_true(str_equal(text, "new") ||
		    (failed && str_equal(text, "old")));
		assert_ok(folder_list(f, f->folder, &names, &count, &f->err),
		    &f->err);
		assert_int_equal(count, 1);
		if (!failed)
			break;
	}
	assert_true(n > 3 && n < ROUNDS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(append_refuses_when_the_disk_is_full),
		TEST(a_write_that_stops_short_is_taken_back),
		TEST(a_record_whose_sync_fails_is_taken_back),
		TEST(a_record_that_cannot_be_taken_back_is_set_aside_later),
		TEST(a_new_journal_whose_folder_cannot_be_synced_is_refused),
		TEST(a_torn_end_is_never_lost_while_it_is_set_aside),
		TEST(an_artifact_that_fails_anywhere_gets_no_final_name),
		TEST(a_file_is_replaced_in_full_or_not_at_all),
	};

	return test_main(tests, NULL, NULL);
}
