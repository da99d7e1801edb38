/* tests/base/test_clock.c - times and durations. */

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "harness/test.h"

#define START_US	((int64_t)1795741200 * 1000000)	/* 2026-11-27 01:00 */

static void
times_are_written_in_utc(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);

	assert_string_equal(clock_rfc3339(scratch, START_US + 123456),
	    "2026-11-27T01:00:00.123Z");
	assert_string_equal(clock_hms(scratch, START_US + 2530000000),
	    "01:42:10");
	assert_string_equal(clock_date_hm(scratch, START_US), "2026-11-27 01:00");
	assert_string_equal(clock_rfc3339(scratch, -1),
	    "1969-12-31T23:59:59.999Z");
	talloc_free(scratch);
}

static void
what_is_written_can_be_read(void **state UNUSED)
{
	static const int64_t times[] = { 0, START_US, START_US + 999000,
	    -86400000000 };
	struct error err = { 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(times); i++) {
		char *text = clock_rfc3339(NULL, times[i]);
		int64_t back;

		assert_ok(clock_parse_rfc3339(text, &back, &err), &err);
		assert_int_equal(back, times[i]);
		talloc_free(text);
	}
}

static void
an_offset_is_taken_into_account(void **state UNUSED)
{
	struct error err = { 0 };
	int64_t us;

	assert_ok(clock_parse_rfc3339("2026-11-27T03:30:00+02:30", &us, &err),
	    &err);
	assert_int_equal(us, START_US);
	assert_ok(clock_parse_rfc3339("2026-11-26 20:00:00.0-05:00", &us, &err),
	    &err);
	assert_int_equal(us, START_US);
	assert_ok(clock_parse_rfc3339("2026-11-27T01:00Z", &us, &err), &err);
	assert_int_equal(us, START_US);
}

static void
what_is_no_time_is_refused(void **state UNUSED)
{
	static const char *const texts[] = {
		"", "now", "2026-11-27", "2026-11-27T01:00:00",
		"2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-11-27T24:00:00Z", "2026-11-27T01:00:00Z ",
		"2026-11-27T01:00:00.Z", "2026-11-27T01:00:Z",
		"2026-11-27T01:00.5Z", "2026-11-27T01:00:00+24:00",
		"26-11-27T01:00:00Z", "2026-11-27T-1:00:00Z",
	};
	struct error err = { 0 };
	int64_t us;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++)
		assert_error(clock_parse_rfc3339(texts[i], &us, &err), &err,
		    ERR_USAGE);
}

static void
durations_are_numbers_with_units(void **state UNUSED)
{
	static const struct {
		const char	*text;
		int64_t		 ms;
	} cases[] = {
		{ "250ms", 250 }, { "90s", 90000 }, { "5m", 300000 },
		{ "1h30m", 5400000 }, { "2d", 172800000 }, { "0s", 0 },
		{ "1d2h3m4s5ms", 93784005 },
	};
	struct error err = { 0 };
	int64_t ms;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		assert_ok(duration_parse(cases[i].text, &ms, &err), &err);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void
what_is_no_duration_is_refused(void **state UNUSED)
{
	static const char *const texts[] = {
		"", "5", "m", "5 m", "5min", "-5m", "1.5h", "5m1h", "5m5m", "5m ",
	};
	struct error err = { 0 };
	int64_t ms;
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		assert_error(duration_parse(texts[i], &ms, &err), &err, ERR_USAGE);
		assert_contains(err.hint, "1h30m");
	}
	assert_error(duration_parse("99999999999999999999d", &ms, &err), &err,
	    ERR_TOO_LONG);
	assert_error(duration_parse("3650d1s", &ms, &err), &err, ERR_TOO_LONG);
}

static void
durations_are_shown_short(void **state UNUSED)
{
	static const struct {
		int64_t		 ms;
		const char	*text;
	} cases[] = {
		{ 0, "0.00s" }, { 12, "0.01s" }, { 9999, "9.99s" },
		{ 12400, "12.4s" }, { 59999, "59.9s" }, { 60000, "1:00" },
		{ 144000, "2:24" }, { 3790000, "1:03:10" }, { -5, "0.00s" },
		{ 360000000, "100:00:00" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		char *text = duration_short(NULL, cases[i].ms);

		assert_string_equal(text, cases[i].text);
		talloc_free(text);
	}
}

static void
a_frozen_clock_stands(void **state UNUSED)
{
	int64_t before;

	clock_freeze_us(START_US);
	assert_int_equal(clock_now_us(), START_US);
	assert_int_equal(clock_mono_ms(), 0);

	clock_freeze_us(-1);
	before = clock_mono_ms();
	assert_true(clock_now_us() != START_US);
	while (clock_mono_ms() == before)
		;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_in_utc),
		cmocka_unit_test(what_is_written_can_be_read),
		cmocka_unit_test(an_offset_is_taken_into_account),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(durations_are_numbers_with_units),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(durations_are_shown_short),
		cmocka_unit_test(a_frozen_clock_stands),
	};

	return test_main(tests, NULL, NULL);
}
