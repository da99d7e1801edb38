/* tests/view/test_canvas.c - cells, widths, clipping; docs and lines. */

#include "harness/test.h"

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "view/canvas.h"
#include "view/changed.h"
#include "view/doc.h"
#include "view/lines.h"

static void *owner;

static int
begin(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

static const char *
drawn(const char *text, int columns, bool ascii)
{
	struct canvas *c = canvas_new(owner, 1, columns, ascii);

	area_put(canvas_area(c), 0, 0, STYLE_TEXT, text);
	return canvas_text(owner, c);
}

static void
wide_characters_take_two_cells_and_are_never_cut_in_half(void **state)
{
	struct canvas *c = canvas_new(owner, 1, 5, false);

	(void)state;
	assert_int_equal(area_put(canvas_area(c), 0, 0, STYLE_TEXT, "注文書"), 4);
	assert_string_equal(canvas_text(owner, c), "注文\n");
	area_put(canvas_area(c), 0, 1, STYLE_TEXT, "x");
	assert_string_equal(canvas_text(owner, c), " x文\n");
}

static void
combining_characters_join_the_cell_before_them(void **state)
{
	(void)state;
	assert_string_equal(drawn("e\xcc\x81!", 3, false), "e\xcc\x81!\n");
	assert_string_equal(drawn("\xcc\x81" "a", 3, false), "a\n");
}

static void
control_characters_never_reach_a_cell(void **state)
{
	const char *text = drawn("a\033[2Jb\x9b" "c\xe2\x80\xae", 40, false);

	(void)state;
	assert_null(strchr(text, '\033'));
	assert_null(strstr(text, "\xe2\x80\xae"));
}

static void
without_utf8_there_are_ascii_forms(void **state)
{
	(void)state;
	assert_string_equal(drawn("✓ ▶ │ é 注", 20, true), "+ > | ? ??\n");
}

static void
nothing_is_drawn_outside_of_an_area(void **state)
{
	struct canvas *c = canvas_new(owner, 3, 8, false);
	struct area a = area_columns(area_rows(canvas_area(c), 1, 1), 2, 3);

	(void)state;
	area_put(a, 0, 0, STYLE_TEXT, "abcdefgh");
	area_put(a, 1, 0, STYLE_TEXT, "below");
	area_put(a, -1, 0, STYLE_TEXT, "above");
	area_right(a, 0, 3, STYLE_TEXT, "longer than it");
	area_box(a, STYLE_BORDER, "no room");
	assert_int_equal(area_rows(a, 7, 3).rows, 0);
	assert_string_equal(canvas_text(owner, c), "\n   it\n\n");
}

static char *
doc_drawn(struct doc *d, int rows, struct scroller *at)
{
	struct canvas *c = canvas_new(owner, rows, doc_width(d), false);

	doc_draw(d, canvas_area(c), at);
	return canvas_text(owner, c);
}

static void
text_is_wrapped_between_words_and_long_words_are_broken(void **state)
{
	struct doc *d = doc_new(owner, 10);
	struct scroller at = { 0 };

	(void)state;
	doc_wrap(d, 2, STYLE_TEXT, "one two three abcdefghijklmnop");
	assert_string_equal(doc_drawn(d, 5, &at),
	    "  one two\n  three\n  abcdefgh\n  ijklmnop\n\n");
}

static void
a_doc_scrolls_and_says_what_is_left(void **state)
{
	struct doc *d = doc_new(owner, 20);
	struct scroller at = { 0 };

	(void)state;
	doc_wrap(d, 0, STYLE_TEXT, "1\n2\n3\n4\n5\n6");
	assert_contains(doc_drawn(d, 3, &at), "↓ 3 more");
	scroller_page(&at, 1);
	assert_string_equal(doc_drawn(d, 3, &at), "3\n4\n5          ↓ 1 more\n");
	scroller_by(&at, 100);
	assert_string_equal(doc_drawn(d, 3, &at), "4\n5\n6\n");
}

static void
sql_keeps_its_lines_and_gets_styles(void **state)
{
	struct doc *d = doc_new(owner, 40);
	struct canvas *c = canvas_new(owner, 3, 40, false);

	(void)state;
	doc_sql(d, 2, "SELECT 'a',\n  1 FROM t; -- done");
	doc_draw_top(d, canvas_area(c));
	assert_string_equal(canvas_text(owner, c),
	    "  SELECT 'a',\n    1 FROM t; -- done\n\n");
	assert_int_equal(canvas_cell(c, 0, 2)->style, STYLE_SQL_KEYWORD);
	assert_int_equal(canvas_cell(c, 0, 9)->style, STYLE_SQL_STRING);
	assert_int_equal(canvas_cell(c, 1, 4)->style, STYLE_SQL_NUMBER);
}

/* ---- lines of files --------------------------------------------------------------------- */

static struct lines *
lines_of(const char *text, int64_t slice)
{
	char *path = temp_file(owner, temp_folder(owner), "f", text);
	struct error err = { 0 };
	struct lines *l = lines_open(owner, path, &err);

	assert_got(l, &err);
	while (!lines_scan(l, slice))
		;
	return l;
}

static void
lines_are_found_by_number_in_a_file_of_any_length(void **state)
{
	struct buffer *b = buffer_new(owner);
	struct lines *l;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++)
		buffer_printf(b, "line %d\n", i);
	buffer_puts(b, "the last");
	l = lines_of(b->data, 10000);
	assert_int_equal(lines_count(l), 100001);
	assert_string_equal(lines_get(owner, l, 0), "line 0");
	assert_string_equal(lines_get(owner, l, 1023), "line 1023");
	assert_string_equal(lines_get(owner, l, 1024), "line 1024");
	assert_string_equal(lines_get(owner, l, 77777), "line 77777");
	assert_string_equal(lines_get(owner, l, 100000), "the last");
	assert_string_equal(lines_get(owner, l, 100001), "");
}

static void
a_line_longer_than_any_screen_is_cut_and_the_next_is_found(void **state)
{
	struct buffer *b = buffer_new(owner);
	struct lines *l;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++)
		buffer_puts(b, "0123456789");
	buffer_puts(b, "\nnext\n");
	l = lines_of(b->data, 100000);
	assert_int_equal(lines_count(l), 2);
	assert_int_equal(strlen(lines_get(owner, l, 0)), LINE_SHOWN_MAX);
	assert_string_equal(lines_get(owner, l, 1), "next");
}

/* As a pager goes on from piece to piece. */
static int64_t
find(struct lines *l, const char *text, int64_t from, int direction)
{
	int64_t found = -1, next = from;

	while (found < 0 && next >= 0 && next < lines_count(l))
		found = lines_find(l, text, next, direction, &next);
	return found;
}

static void
text_is_found_forwards_and_backwards_in_either_case(void **state)
{
	struct buffer *b = buffer_new(owner);
	struct lines *l;
	int i;

	(void)state;
	for (i = 0; i < 50000; i++)
		buffer_printf(b, "line %d%s\n", i, i == 7 || i == 30000 ?
		    " Needle" : "");
	buffer_puts(b, "a needle without a newline");
	l = lines_of(b->data, 1 << 20);
	assert_int_equal(find(l, "needle", 0, 1), 7);
	assert_int_equal(find(l, "needle", 8, 1), 30000);
	assert_int_equal(find(l, "NEEDLE", 30001, 1), 50000);
	assert_int_equal(find(l, "needle", 49999, -1), 30000);
	assert_int_equal(find(l, "needle", 6, -1), -1);
	assert_int_equal(find(l, "nowhere", 0, 1), -1);
}

static void
an_empty_file_has_no_lines(void **state)
{
	(void)state;
	assert_int_equal(lines_count(lines_of("", 100)), 0);
}

static void
the_tail_needs_no_index(void **state)
{
	char *path = temp_file(owner, temp_folder(owner), "f", "1\n2\n3\n4\n");
	char **tail = lines_tail(owner, path, 2);

	(void)state;
	assert_string_equal(tail[0], "3");
	assert_string_equal(tail[1], "4");
	assert_null(tail[2]);
	assert_null(lines_tail(owner, "/nowhere", 2)[0]);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

static void
what_has_changed_is_marked_word_by_word(void **state)
{
	static const struct {
		const char	*before, *now, *marked;
	} rows[] = {
		{ "drop table a", "drop table b", "drop table [-a-] {+b+}" },
		{ "a b c", "a c", "a [-b-] c" },
		{ "a c", "a  b\nc", "a {+b+} c" },
		{ "", "new words", "{+new words+}" },
		{ "1 2 3 4 5 6 7 8 9 old", "1 2 3 4 5 6 7 8 9 new",
		    "… 4 5 6 7 8 9 [-old-] {+new+}" },
		{ "x y z", "x y z", "…" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(changed_words(owner, rows[i].before,
		    rows[i].now), rows[i].marked);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(wide_characters_take_two_cells_and_are_never_cut_in_half),
		test(combining_characters_join_the_cell_before_them),
		test(control_characters_never_reach_a_cell),
		test(without_utf8_there_are_ascii_forms),
		test(nothing_is_drawn_outside_of_an_area),
		test(text_is_wrapped_between_words_and_long_words_are_broken),
		test(a_doc_scrolls_and_says_what_is_left),
		test(sql_keeps_its_lines_and_gets_styles),
		test(lines_are_found_by_number_in_a_file_of_any_length),
		test(a_line_longer_than_any_screen_is_cut_and_the_next_is_found),
		test(text_is_found_forwards_and_backwards_in_either_case),
		test(an_empty_file_has_no_lines),
		test(the_tail_needs_no_index),
		test(what_has_changed_is_marked_word_by_word),
	};

	return test_main(tests, NULL, NULL);
}
