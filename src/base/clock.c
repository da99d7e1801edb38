/* base/clock.c - times and durations, spelled and read. */

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"

#define DURATION_MAX_MS	((int64_t)3650 * 24 * 3600 * 1000)	/* ten years */

static int64_t frozen_us = -1;

int64_t
clock_now_us(void)
{
	struct timespec ts;

	if (frozen_us >= 0)
		return frozen_us;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_mono_ms(void)
{
	struct timespec ts;

	if (frozen_us >= 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_freeze_us(int64_t utc_us)
{
	frozen_us = utc_us;
}

/* Division that rounds down, so that times before 1970 come out right. */
static int64_t
split(int64_t value, int64_t by, int64_t *rest)
{
	int64_t quotient = value / by;

	*rest = value % by;
	if (*rest < 0) {
		*rest += by;
		quotient--;
	}
	return quotient;
}

static void
to_tm(int64_t utc_us, struct tm *tm, int64_t *rest_us)
{
	time_t seconds = (time_t)split(utc_us, 1000000, rest_us);

	memset(tm, 0, sizeof(*tm));
	gmtime_r(&seconds, tm);
}

char *
clock_rfc3339(const void *owner, int64_t utc_us)
{
	struct tm tm;
	int64_t rest_us;

	to_tm(utc_us, &tm, &rest_us);
	return mem_printf(owner, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, (int)(rest_us / 1000));
}

char *
clock_hms(const void *owner, int64_t utc_us)
{
	struct tm tm;
	int64_t rest_us;

	to_tm(utc_us, &tm, &rest_us);
	return mem_printf(owner, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
}

char *
clock_date_hm(const void *owner, int64_t utc_us)
{
	struct tm tm;
	int64_t rest_us;

	to_tm(utc_us, &tm, &rest_us);
	return mem_printf(owner, "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

/* Exactly count digits at *text; moves on.  -1: not digits. */
static int
take_digits(const char **text, int count)
{
	int value = 0;

	while (count-- > 0) {
		if (**text < '0' || **text > '9')
			return -1;
		value = value * 10 + (*(*text)++ - '0');
	}
	return value;
}

static bool
take_char(const char **text, const char *any_of)
{
	if (**text == '\0' || strchr(any_of, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

/* ".123456" (any number of digits) as microseconds; moves on.  -1: bad. */
static int64_t
take_fraction_us(const char **text)
{
	int64_t unit = 100000;
	int64_t us = 0;

	if (!take_char(text, "."))
		return 0;
	if (**text < '0' || **text > '9')
		return -1;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		us += (**text - '0') * unit;
		unit /= 10;
	}
	return us;
}

/* "Z" or "+02:00", in seconds east of Greenwich; false: bad. */
static bool
take_offset(const char **text, int64_t *offset_s)
{
	int sign = **text == '-' ? -1 : 1;
	int hours, minutes;

	*offset_s = 0;
	if (take_char(text, "Zz"))
		return true;
	if (!take_char(text, "+-"))
		return false;
	hours = take_digits(text, 2);
	if (hours < 0 || hours > 23 || !take_char(text, ":"))
		return false;
	minutes = take_digits(text, 2);
	if (minutes < 0 || minutes > 59)
		return false;
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

int
clock_parse_rfc3339(const char *text, int64_t *utc_us, struct error *err)
{
	const char *p = text;
	struct tm tm = { 0 }, back;
	int64_t fraction_us = 0, offset_s;
	time_t seconds;
	bool ok;

	tm.tm_year = take_digits(&p, 4) - 1900;
	ok = take_char(&p, "-");
	tm.tm_mon = take_digits(&p, 2) - 1;
	ok = ok && take_char(&p, "-");
	tm.tm_mday = take_digits(&p, 2);
	ok = ok && take_char(&p, "Tt ");
	tm.tm_hour = take_digits(&p, 2);
	ok = ok && take_char(&p, ":");
	tm.tm_min = take_digits(&p, 2);
	/* People leave the seconds out: "2026-11-27T01:00Z". */
	if (take_char(&p, ":")) {
		tm.tm_sec = take_digits(&p, 2);
		fraction_us = take_fraction_us(&p);
	}
	ok = ok && fraction_us >= 0 && take_offset(&p, &offset_s) && *p == '\0' &&
	    tm.tm_year >= -1900 && tm.tm_mon >= 0 && tm.tm_mday > 0 &&
	    tm.tm_hour >= 0 && tm.tm_min >= 0 && tm.tm_sec >= 0;
	if (!ok)
		goto bad;

	/* 30 February becomes 2 March: what does not come back was no date. */
	back = tm;
	seconds = timegm(&back);
	if (back.tm_year != tm.tm_year || back.tm_mon != tm.tm_mon ||
	    back.tm_mday != tm.tm_mday || back.tm_hour != tm.tm_hour ||
	    back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
		goto bad;
	*utc_us = ((int64_t)seconds - offset_s) * 1000000 + fraction_us;
	return 0;
bad:
	error_set(err, ERR_USAGE, "\"%s\" is not a time", text);
	error_hint(err, "write it as 2026-11-27T01:00:00Z");
	return -1;
}

/* Milliseconds of the unit at *text; moves on.  0: no unit stands there. */
static int64_t
take_unit_ms(const char **text)
{
	static const struct {
		const char	*name;
		int64_t		 ms;
	} units[] = {		/* "ms" before "m" */
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
		{ "d", 86400000 },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(units); i++) {
		size_t length = strlen(units[i].name);

		if (strncmp(*text, units[i].name, length) == 0) {
			*text += length;
			return units[i].ms;
		}
	}
	return 0;
}

int
duration_parse(const char *text, int64_t *ms, struct error *err)
{
	const char *p = text;
	int64_t total = 0, previous_ms = INT64_MAX;

	do {
		int64_t value = 0, unit_ms;
		const char *digits = p;

		for (; *p >= '0' && *p <= '9'; p++)
			if (value <= DURATION_MAX_MS)
				value = value * 10 + (*p - '0');
		unit_ms = p == digits ? 0 : take_unit_ms(&p);
		/* From large to small, each once: "5m1h" is a slip. */
		if (unit_ms == 0 || unit_ms >= previous_ms)
			goto bad;
		if (value > DURATION_MAX_MS / unit_ms ||
		    (total += value * unit_ms) > DURATION_MAX_MS)
			return error_set(err, ERR_TOO_LONG,
			    "duration \"%s\" is longer than ten years", text);
		previous_ms = unit_ms;
	} while (*p != '\0');
	*ms = total;
	return 0;
bad:
	error_set(err, ERR_USAGE, "\"%s\" is not a duration", text);
	error_hint(err, "write a number and a unit (ms, s, m, h, d), as in "
	    "\"90s\", \"5m\" or \"1h30m\"");
	return -1;
}

char *
duration_short(const void *owner, int64_t ms)
{
	int64_t seconds;

	if (ms < 0)
		ms = 0;
	if (ms < 10000)
		return mem_printf(owner, "%" PRId64 ".%02" PRId64 "s", ms / 1000,
		    ms % 1000 / 10);
	if (ms < 60000)
		return mem_printf(owner, "%" PRId64 ".%" PRId64 "s", ms / 1000,
		    ms % 1000 / 100);
	seconds = ms / 1000;
	if (seconds < 3600)
		return mem_printf(owner, "%" PRId64 ":%02" PRId64, seconds / 60,
		    seconds % 60);
	return mem_printf(owner, "%" PRId64 ":%02" PRId64 ":%02" PRId64,
	    seconds / 3600, seconds / 60 % 60, seconds % 60);
}
