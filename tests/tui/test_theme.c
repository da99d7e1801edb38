/* tests/tui/test_theme.c - themes as people write them. */

#include "harness/test.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"
#include "runbook/lint.h"
#include "tui/theme.h"

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

static struct theme *
read_text(const char *text, struct lint **l)
{
	*l = lint_new(owner);
	return theme_read(owner, temp_file(owner, temp_folder(owner),
	    "mine.theme", text), *l);
}

static void
each_shipped_theme_loads(void **state)
{
	static const char *const names[] = {
		"default", "light", "high-contrast", "colour-blind-safe", "mono",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		struct error err = { 0 };
		struct theme *t = theme_load(owner, mem_printf(owner,
		    "%s/themes/%s.theme", test_srcdir(), names[i]), &err);

		assert_got(t, &err);
		assert_string_equal(t->name, names[i]);
		assert_int_equal(t->is_mono, str_equal(names[i], "mono"));
	}
}

static void
a_theme_says_colours_and_attributes(void **state)
{
	struct lint *l;
	struct theme *t = read_text("danger: bright white on red, bold\n"
	    "muted: 244\nmatch: \"#102030 on default\"\n", &l);

	(void)state;
	assert_non_null(t);
	assert_string_equal(t->name, "mine");
	assert_int_equal(t->looks[STYLE_DANGER].fg, 15);
	assert_int_equal(t->looks[STYLE_DANGER].bg, 1);
	assert_int_equal(t->looks[STYLE_DANGER].attributes, LOOK_BOLD);
	assert_int_equal(t->looks[STYLE_MUTED].fg, 244);
	assert_int_equal(t->looks[STYLE_MATCH].fg, COLOUR_RGB | 0x102030);
	assert_int_equal(t->looks[STYLE_TITLE].fg, COLOUR_DEFAULT);
}

static void
a_mistake_in_a_theme_is_told_with_its_place(void **state)
{
	struct lint *l;

	(void)state;
	assert_null(read_text("text: default\ndangr: red\n", &l));
	assert_string_equal(l->findings[0].text, "unknown style \"dangr\"");
	assert_string_equal(l->findings[0].hint, "did you mean \"danger\"?");
	assert_int_equal(l->findings[0].place.line, 2);
	assert_null(read_text("text: reddish\n", &l));
	assert_contains(l->findings[0].text, "\"reddish\" is neither");
	assert_null(read_text("- a\n- list\n", &l));
	assert_null(read_text("text: [a]\n", &l));
}

static void
a_theme_that_is_not_there_names_those_that_are(void **state)
{
	struct error err = { 0 };

	(void)state;
	setenv("XDG_CONFIG_HOME", mem_printf(owner, "%s", temp_folder(owner)), 1);
	temp_file(owner, getenv("XDG_CONFIG_HOME"),
	    "pgrunbook/themes/night.theme", "text: white on black\n");
	assert_null(theme_load(owner, "day", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_contains(err.hint, "night");
	assert_non_null(theme_load(owner, "night", &err));
	unsetenv("XDG_CONFIG_HOME");
}

static void
without_colours_what_stood_out_is_reversed(void **state)
{
	struct lint *l;
	struct theme *t = read_text("text: white on black\n"
	    "danger: white on red\nmuted: 8 on black\n", &l);

	(void)state;
	theme_without_colours(t);
	assert_true(t->is_mono);
	assert_int_equal(t->looks[STYLE_DANGER].attributes, LOOK_REVERSE);
	assert_int_equal(t->looks[STYLE_MUTED].attributes, 0);
}

static void
a_terminal_with_fewer_colours_gets_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(colour_nearest(COLOUR_DEFAULT, 8), COLOUR_DEFAULT);
	assert_int_equal(colour_nearest(160, 256), 160);
	assert_int_equal(colour_nearest(160, 8), 1);
	assert_int_equal(colour_nearest(COLOUR_RGB | 0xffffff, 256), 231);
	assert_int_equal(colour_nearest(COLOUR_RGB | 0x00d000, 8), 2);
	assert_int_equal(colour_nearest(12, 8), 4);
}

static void
with_eight_colours_hues_stay_apart_and_nothing_is_unseen(void **state)
{
	struct error err = { 0 };
	struct theme *t = theme_load(owner, mem_printf(owner,
	    "%s/themes/default.theme", test_srcdir()), &err);
	size_t i;

	(void)state;
	assert_got(t, &err);
	theme_with_eight_colours(t);
	/* Done is green, not the yellow of what waits. */
	assert_int_equal(t->looks[STYLE_DONE].fg, 2);
	assert_int_equal(t->looks[STYLE_WAITING].fg, 3);
	assert_int_equal(t->looks[STYLE_ENV_SANDBOX].bg, 2);
	assert_int_equal(t->looks[STYLE_ENV_SHARED].bg, 3);
	assert_int_equal(t->looks[STYLE_ENV_PRODUCTION].bg, 1);
	assert_int_equal(t->looks[STYLE_MUTED].fg, 7);
	/* A dark grey ground or line would be black on black. */
	assert_int_equal(t->looks[STYLE_SELECTED_AWAY].attributes,
	    LOOK_REVERSE);
	assert_int_equal(t->looks[STYLE_BORDER].fg, COLOUR_DEFAULT);
	t = theme_load(owner, mem_printf(owner, "%s/themes/light.theme",
	    test_srcdir()), &err);
	assert_got(t, &err);
	theme_with_eight_colours(t);
	assert_int_equal(t->looks[STYLE_WARNING].bg, 7);
	assert_int_equal(t->looks[STYLE_WARNING].fg, 0);
	assert_int_equal(t->looks[STYLE_CLASS_B].fg, 1);
	for (i = 0; i < STYLE_COUNT; i++) {
		const struct look *k = &t->looks[i];

		assert_true(k->fg < 8 && k->bg < 8);
		assert_false(k->fg == 0 && k->bg == COLOUR_DEFAULT);
		assert_true(k->fg == COLOUR_DEFAULT || k->fg != k->bg);
	}
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(each_shipped_theme_loads),
		test(a_theme_says_colours_and_attributes),
		test(a_mistake_in_a_theme_is_told_with_its_place),
		test(a_theme_that_is_not_there_names_those_that_are),
		test(without_colours_what_stood_out_is_reversed),
		test(a_terminal_with_fewer_colours_gets_the_nearest),
		test(with_eight_colours_hues_stay_apart_and_nothing_is_unseen),
	};

	return test_main(tests, NULL, NULL);
}
