/*
 * tests/harness/test.h - what every test program begins with.
 *
 * A test is a function whose name is a sentence, taking void **state; a
 * program lists them and runs them:
 *
 *     static void
 *     a_torn_last_line_is_set_aside(void **state) { ... }
 *
 *     int
 *     main(void)
 *     {
 *         static const struct CMUnitTest tests[] = {
 *             cmocka_unit_test(a_torn_last_line_is_set_aside),
 *         };
 *         return test_main(tests, NULL, NULL);
 *     }
 *
 * Folders made by temp_folder() go when the program ends, unless TEST_KEEP
 * is set.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_TEST_H
#define PGRUNBOOK_TESTS_HARNESS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

/* setup and teardown of the whole program (may be null). */
#define test_main(tests, setup, teardown) \
	(test_begin(), \
	    test_finish(cmocka_run_group_tests(tests, setup, teardown)))

void test_begin(void);
int test_finish(int failed);

/* An empty folder of this program's own. */
char *temp_folder(const void *owner);
/* A file in it (mkdir -p for its folder), with this text. */
char *temp_file(const void *owner, const char *folder, const char *name,
    const char *text);
/*
 * Others may go through folder, of temp_folder() or below one, and through
 * what lies above it and is this program's own; never a folder that is not.
 */
void temp_let_through(const char *folder);
/* Whole file, or the test fails. */
char *slurp(const void *owner, const char *path);

/* The source tree and the build tree, absolute. */
const char *test_srcdir(void);
const char *test_builddir(void);

/* rc is 0, or the test fails and err is shown. */
#define assert_ok(rc, err) \
	test_assert_ok((rc) == 0, err, #rc, __FILE__, __LINE__)
/* pointer is not null, or the test fails and err is shown. */
#define assert_got(pointer, err) \
	test_assert_ok((pointer) != NULL, err, #pointer, __FILE__, __LINE__)
/* rc is -1 with this code. */
#define assert_error(rc, err, wanted) \
	test_assert_error(rc, err, wanted, #rc, __FILE__, __LINE__)
#define assert_contains(text, part) \
	test_assert_contains(text, part, __FILE__, __LINE__)

void test_assert_ok(bool ok, const struct error *err, const char *what,
    const char *file, int line);
void test_assert_error(int rc, const struct error *err, enum error_code wanted,
    const char *what, const char *file, int line);
void test_assert_contains(const char *text, const char *part, const char *file,
    int line);

#endif
