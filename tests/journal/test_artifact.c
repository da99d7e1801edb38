/* tests/journal/test_artifact.c - files kept as evidence. */

#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"
#include "journal/artifact.h"

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
a_whole_artifact_has_its_name_size_and_hash(void **state)
{
	struct fixture *f = *state;
	struct artifact *a = artifact_open(f, f->folder, "steps/1/out.txt",
	    &f->err);
	struct artifact_info info;

	assert_got(a, &f->err);
	assert_ok(artifact_write(a, "hello ", 6, &f->err), &f->err);
	assert_ok(artifact_write(a, "world\n", 6, &f->err), &f->err);
	assert_int_equal(artifact_size(a), 12);
	assert_ok(artifact_close(a, &info, &f->err), &f->err);

	assert_string_equal(info.name, "steps/1/out.txt");
	assert_int_equal(info.size_bytes, 12);
	assert_string_equal(info.sha256, "a948904f2f0f479b8f8197694b30184b0d2ed1"
	    "c1cd2a1ec0fb85d299a192a447");
	assert_string_equal(slurp(f, path_join(f, f->folder, info.name)),
	    "hello world\n");
	assert_ok(artifact_verify(f->folder, &info, &f->err), &f->err);
}

static void
until_it_is_closed_it_has_no_final_name(void **state)
{
	struct fixture *f = *state;
	struct artifact *a = artifact_open(f, f->folder, "out", &f->err);

	assert_ok(artifact_write(a, "half", 4, &f->err), &f->err);
	talloc_free(a);

	assert_false(file_exists(path_join(f, f->folder, "out")));
	assert_string_equal(slurp(f, path_join(f, f->folder, "out.part")), "half");
}

static void
what_a_crash_left_is_written_anew(void **state)
{
	struct fixture *f = *state;

	temp_file(f, f->folder, "out.part", "longer than what is written now");
	assert_ok(artifact_save(f->folder, "out", "new", 3, NULL, &f->err),
	    &f->err);

	assert_string_equal(slurp(f, path_join(f, f->folder, "out")), "new");
	assert_false(file_exists(path_join(f, f->folder, "out.part")));
}

static void
an_artifact_is_never_written_over(void **state)
{
	struct fixture *f = *state;

	assert_ok(artifact_save(f->folder, "out", "old", 3, NULL, &f->err),
	    &f->err);
	assert_error(artifact_save(f->folder, "out", "new", 3, NULL, &f->err),
	    &f->err, ERR_BUSY);

	assert_string_equal(slurp(f, path_join(f, f->folder, "out")), "old");
}

static void
two_writers_of_one_name_exclude_each_other(void **state)
{
	struct fixture *f = *state;
	struct artifact *a = artifact_open(f, f->folder, "out", &f->err);

	assert_got(a, &f->err);
	assert_null(artifact_open(f, f->folder, "out", &f->err));

	assert_int_equal(f->err.code, ERR_BUSY);
	assert_ok(artifact_close(a, NULL, &f->err), &f->err);
}

static void
a_name_that_leads_out_of_the_folder_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {
		"", "/etc/passwd", "../out", "a/../../out", "a//b", "./a", "a/",
		"out.part",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++) {
		assert_null(artifact_open(f, f->folder, names[i], &f->err));
		assert_int_equal(f->err.code, ERR_INTERNAL);
	}
}

static void
a_changed_artifact_does_not_verify(void **state)
{
	struct fixture *f = *state;
	struct artifact_info info, other;
	char *path = path_join(f, f->folder, "out");

	assert_ok(artifact_save(f->folder, "out", "text", 4, &info, &f->err),
	    &f->err);
	assert_ok(file_write_atomic(path, "tExt", 4, 0600, &f->err), &f->err);
	assert_error(artifact_verify(f->folder, &info, &f->err), &f->err,
	    ERR_VERIFY);
	assert_contains(f->err.primary, "hash");

	assert_ok(file_write_atomic(path, "tex", 3, 0600, &f->err), &f->err);
	assert_error(artifact_verify(f->folder, &info, &f->err), &f->err,
	    ERR_VERIFY);
	assert_contains(f->err.primary, "size");

	assert_ok(file_remove_tree(path, &f->err), &f->err);
	assert_error(artifact_verify(f->folder, &info, &f->err), &f->err,
	    ERR_VERIFY);
	assert_contains(f->err.primary, "\"out\"");

	other = info;
	strcpy(other.name, "../out");
	assert_error(artifact_verify(f->folder, &other, &f->err), &f->err,
	    ERR_VERIFY);
}

static void
a_long_stream_does_not_grow_memory(void **state)
{
	struct fixture *f = *state;
	struct artifact *a = artifact_open(f, f->folder, "out", &f->err);
	char *piece = NEW_ARRAY(f, char, 65536);
	struct artifact_info info;
	struct rusage before, after;
	int i;

	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < 1024; i++)
		assert_ok(artifact_write(a, piece, 65536, &f->err), &f->err);
	assert_ok(artifact_close(a, &info, &f->err), &f->err);
	assert_ok(artifact_verify(f->folder, &info, &f->err), &f->err);
	getrusage(RUSAGE_SELF, &after);

	assert_int_equal(info.size_bytes, 64 << 20);
	assert_true(after.ru_maxrss - before.ru_maxrss < 4096);	/* kB */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_whole_artifact_has_its_name_size_and_hash),
		TEST(until_it_is_closed_it_has_no_final_name),
		TEST(what_a_crash_left_is_written_anew),
		TEST(an_artifact_is_never_written_over),
		TEST(two_writers_of_one_name_exclude_each_other),
		TEST(a_name_that_leads_out_of_the_folder_is_refused),
		TEST(a_changed_artifact_does_not_verify),
		TEST(a_long_stream_does_not_grow_memory),
	};

	return test_main(tests, NULL, NULL);
}
