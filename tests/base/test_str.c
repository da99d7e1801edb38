/* tests/base/test_str.c - strings, UTF-8 and figures. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"

#define FFFD	"\xef\xbf\xbd"

static void *scratch;

static int
set_up(void **state UNUSED)
{
	scratch = talloc_new(NULL);
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	talloc_free(scratch);
	return 0;
}

static void
a_buffer_grows_and_is_always_terminated(void **state UNUSED)
{
	struct buffer *b = buffer_new(scratch);
	int i;

	assert_string_equal(b->data, "");
	for (i = 0; i < 1000; i++)
		buffer_printf(b, "%d,", i % 10);
	buffer_puts(b, "end");
	assert_int_equal(b->size, 2003);
	assert_string_equal(b->data + 2000, "end");

	buffer_consume(b, 2000);
	assert_string_equal(b->data, "end");
	buffer_consume(b, 100);
	assert_int_equal(b->size, 0);
	buffer_printf(b, "%0600d", 1);
	assert_int_equal(strlen(b->data), 600);
	buffer_clear(b);
	assert_string_equal(b->data, "");
}

static void
strings_are_compared_and_matched(void **state UNUSED)
{
	assert_true(str_equal(NULL, NULL));
	assert_false(str_equal("a", NULL));
	assert_true(str_equal("a", "a"));
	assert_true(str_starts("abc", "ab"));
	assert_false(str_starts("a", "ab"));
	assert_true(str_ends("abc", "bc"));
	assert_false(str_ends("c", "bc"));
	assert_true(str_matches("abc", "^a.c$"));
	assert_false(str_matches("abc", "("));
	assert_true(str_glob("a.yaml", "*.yaml"));
	assert_false(str_glob("a.yml", "*.yaml"));
	assert_string_equal(str_trim(scratch, " \t a b\r\n"), "a b");
	assert_string_equal(str_trim(scratch, "  "), "");
}

static void
utf8_is_told_from_what_is_not(void **state UNUSED)
{
	static const char *const good[] = {
		"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
		"\xf4\x8f\xbf\xbf",
	};
	static const char *const bad[] = {
		"\xff", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xc3(",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(good); i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (i = 0; i < COUNT_OF(bad); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
}

static void
code_points_come_one_by_one(void **state UNUSED)
{
	const char *text = "a\xe2\x82\xac\xff";

	assert_int_equal(utf8_next(&text), 'a');
	assert_int_equal(utf8_next(&text), 0x20ac);
	assert_int_equal(utf8_next(&text), 0xfffd);
	assert_int_equal(utf8_next(&text), 0);
	assert_int_equal(utf8_next(&text), 0);
}

static void
width_is_counted_in_cells(void **state UNUSED)
{
	assert_int_equal(utf8_width("abc"), 3);
	assert_int_equal(utf8_width("\xc3\xa9"), 1);
	assert_int_equal(utf8_width("e\xcc\x81"), 1);	/* combining acute */
	assert_int_equal(utf8_width("\xe6\xbc\xa2\xe5\xad\x97"), 4);
}

static void
text_is_cut_to_fit_with_a_mark(void **state UNUSED)
{
	assert_string_equal(utf8_fit(scratch, "abcdef", 6, false), "abcdef");
	assert_string_equal(utf8_fit(scratch, "abcdef", 5, false),
	    "abcd\xe2\x80\xa6");
	assert_string_equal(utf8_fit(scratch, "abcdef", 5, true), "ab...");
	assert_string_equal(utf8_fit(scratch, "abcdef", 2, true), "..");
	assert_string_equal(utf8_fit(scratch, "abcdef", 0, false), "");
	/* A wide character is not cut in half. */
	assert_string_equal(utf8_fit(scratch, "\xe6\xbc\xa2\xe5\xad\x97x", 4,
	    false), "\xe6\xbc\xa2\xe2\x80\xa6");
	/* What combines stays with what it combines with. */
	assert_string_equal(utf8_fit(scratch, "e\xcc\x81xyz", 2, false),
	    "e\xcc\x81\xe2\x80\xa6");
}

static void
untrusted_text_cannot_steer_a_terminal(void **state UNUSED)
{
	static const struct {
		const char	*text, *line, *lines;
	} cases[] = {
		{ "plain \xc3\xa9", "plain \xc3\xa9", "plain \xc3\xa9" },
		{ "\033[31mred", "^[[31mred", "^[[31mred" },
		{ "a\nb\tc", "a^Jb c", "a\nb\tc" },
		{ "a\r\nb\rc", "a^M^Jb^Mc", "a\nb^Mc" },
		{ "\a\b\x7f", "^G^H^?", "^G^H^?" },
		{ "\xc2\x9b" "2J", FFFD "2J", FFFD "2J" },
		{ "\xff\xfe", FFFD FFFD, FFFD FFFD },
		{ "a\xe2\x80\xae" "b", "a<U+202E>b", "a<U+202E>b" },
		{ "a\xe2\x80\x8b" "b", "a<U+200B>b", "a<U+200B>b" },
		{ "\xf3\xa0\x81\x81", "<U+E0041>", "<U+E0041>" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *text = cases[i].text;

		assert_string_equal(str_printable(scratch, text, strlen(text),
		    false), cases[i].line);
		assert_string_equal(str_printable(scratch, text, strlen(text),
		    true), cases[i].lines);
	}
	assert_string_equal(str_printable(scratch, "a\0b", 3, true), "a^@b");
}

static void
the_nearest_spelling_is_offered_if_it_is_near(void **state UNUSED)
{
	static const char *const keys[] = { "lock_timeout", "name", "sql",
	    "timeout", NULL };

	assert_string_equal(str_nearest("lock_timout", keys), "lock_timeout");
	assert_string_equal(str_nearest("nmae", keys), "name");
	assert_string_equal(str_nearest("sq", keys), "sql");
	assert_string_equal(str_nearest("tiemout", keys), "timeout");
	assert_null(str_nearest("retries", keys));
	assert_null(str_nearest("x", keys));
	assert_null(str_nearest("", keys));
}

static void
figures_are_written_for_people(void **state UNUSED)
{
	assert_string_equal(str_count(scratch, 0), "0");
	assert_string_equal(str_count(scratch, 999), "999");
	assert_string_equal(str_count(scratch, 1204331), "1,204,331");
	assert_string_equal(str_count(scratch, -1000), "-1,000");
	assert_string_equal(str_count(scratch, INT64_MIN),
	    "-9,223,372,036,854,775,808");
	assert_string_equal(str_bytes(scratch, 0), "0 B");
	assert_string_equal(str_bytes(scratch, 999), "999 B");
	assert_string_equal(str_bytes(scratch, 1536), "1.5 kB");
	assert_string_equal(str_bytes(scratch, (int64_t)412 << 20), "412 MB");
	assert_string_equal(str_bytes(scratch, 1023), "1.0 kB");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_buffer_grows_and_is_always_terminated),
		TEST(strings_are_compared_and_matched),
		TEST(utf8_is_told_from_what_is_not),
		TEST(code_points_come_one_by_one),
		TEST(width_is_counted_in_cells),
		TEST(text_is_cut_to_fit_with_a_mark),
		TEST(untrusted_text_cannot_steer_a_terminal),
		TEST(the_nearest_spelling_is_offered_if_it_is_near),
		TEST(figures_are_written_for_people),
	};

	return test_main(tests, NULL, NULL);
}
