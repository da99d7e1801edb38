/* tests/journal/test_read.c - reading a journal. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "harness/test.h"
#include "journal/append.h"
#include "journal/read.h"

struct fixture {
	char		*path;
	struct journal	*journal;
	struct error	 err;
};

static int
set_up(void **state)
{
	struct fixture *f = NEW(NULL, struct fixture);

	f->path = path_join(f, temp_folder(f), "journal.jsonl");
	f->journal = journal_open(f, f->path, NULL, &f->err);
	assert_got(f->journal, &f->err);
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
append(struct fixture *f, const char *body)
{
	assert_ok(journal_append(f->journal, body, strlen(body), &f->err),
	    &f->err);
}

static struct journal_reader *
open_reader(struct fixture *f)
{
	struct journal_reader *r = journal_reader_open(f, f->path, &f->err);

	assert_got(r, &f->err);
	return r;
}

static void
add_bytes(struct fixture *f, const char *text)
{
	int fd = open(f->path, O_WRONLY | O_APPEND);

	assert_ok(file_write_all(fd, text, strlen(text), &f->err), &f->err);
	close(fd);
}

static void
each_record_is_told_with_its_place_and_hash(void **state)
{
	struct fixture *f = *state;
	struct journal_record record;
	struct journal_reader *r;

	append(f, "{\"n\":1}");
	append(f, "{\"n\":{\"prev\":\"x\",\"seq\":9}}");
	r = open_reader(f);

	assert_int_equal(journal_reader_next(r, &record, &f->err), 1);
	assert_string_equal(record.body, "{\"n\":1}");
	assert_int_equal(record.seq, 1);
	assert_int_equal(journal_reader_next(r, &record, &f->err), 1);
	assert_string_equal(record.body, "{\"n\":{\"prev\":\"x\",\"seq\":9}}");
	assert_int_equal(record.seq, 2);
	assert_int_equal(record.line, 2);
	assert_string_equal(record.hash, journal_head(f->journal));
	assert_int_equal(journal_reader_next(r, &record, &f->err), 0);
	assert_int_equal(journal_reader_rest(r), 0);
}

static void
a_journal_that_grows_can_be_followed(void **state)
{
	struct fixture *f = *state;
	struct journal_record record;
	struct journal_reader *r = open_reader(f);

	assert_int_equal(journal_reader_next(r, &record, &f->err), 0);
	append(f, "{\"n\":1}");
	assert_int_equal(journal_reader_next(r, &record, &f->err), 1);
	assert_int_equal(journal_reader_next(r, &record, &f->err), 0);
	append(f, "{\"n\":2}");
	assert_int_equal(journal_reader_next(r, &record, &f->err), 1);
	assert_string_equal(record.body, "{\"n\":2}");
}

static void
a_line_without_its_newline_is_not_there_yet(void **state)
{
	struct fixture *f = *state;
	struct journal_record record;
	char *line, *path = f->path;
	size_t size;
	struct journal_reader *r;

	append(f, "{\"n\":1}");
	line = slurp(f, path);
	size = strlen(line);
	line[size - 1] = '\0';
	talloc_free(f->journal);
	assert_int_equal(truncate(path, 0), 0);
	add_bytes(f, line);

	r = open_reader(f);
	assert_int_equal(journal_reader_next(r, &record, &f->err), 0);
	assert_int_equal(journal_reader_rest(r), size - 1);
	add_bytes(f, "\n");
	assert_int_equal(journal_reader_next(r, &record, &f->err), 1);
	assert_string_equal(record.body, "{\"n\":1}");
	assert_int_equal(journal_reader_rest(r), 0);
}

static void
a_line_that_does_not_hold_is_named(void **state)
{
	struct fixture *f = *state;
	struct journal_record record;
	struct journal_reader *r;

	append(f, "{\"n\":1}");
	add_bytes(f, "{\"n\":2}\n");
	r = open_reader(f);

	assert_int_equal(journal_reader_next(r, &record, &f->err), 1);
	assert_error(journal_reader_next(r, &record, &f->err), &f->err,
	    ERR_VERIFY);
	assert_int_equal(f->err.line, 2);
	assert_string_equal(f->err.file, f->path);
	/* And again, however often it is asked. */
	assert_error(journal_reader_next(r, &record, &f->err), &f->err,
	    ERR_VERIFY);
}

static void
a_line_without_end_is_refused_in_bounded_memory(void **state)
{
	struct fixture *f = *state;
	struct journal_record record;
	char *piece = NEW_ARRAY(f, char, JOURNAL_RECORD_MAX + 2);

	memset(piece, 'x', JOURNAL_RECORD_MAX + 1);
	add_bytes(f, piece);

	assert_error(journal_reader_next(open_reader(f), &record, &f->err),
	    &f->err, ERR_VERIFY);
	assert_contains(f->err.detail, "longer");
}

static void
a_journal_that_is_not_there_is_told(void **state)
{
	struct fixture *f = *state;

	assert_null(journal_reader_open(f, "/no/such/journal", &f->err));

	assert_int_equal(f->err.code, ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_record_is_told_with_its_place_and_hash),
		TEST(a_journal_that_grows_can_be_followed),
		TEST(a_line_without_its_newline_is_not_there_yet),
		TEST(a_line_that_does_not_hold_is_named),
		TEST(a_line_without_end_is_refused_in_bounded_memory),
		TEST(a_journal_that_is_not_there_is_told),
	};

	return test_main(tests, NULL, NULL);
}
