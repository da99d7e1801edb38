/*
 * base/clock.h - times and durations.
 *
 * Wall-clock times are microseconds since 1970 UTC; spans are measured on
 * the monotonic clock.  Tests can freeze both.
 */
#ifndef PGRUNBOOK_BASE_CLOCK_H
#define PGRUNBOOK_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

int64_t clock_now_us(void);		/* UTC */
int64_t clock_mono_ms(void);

/* Tests: freeze the wall clock (and the monotonic one at 0); -1 thaws. */
void clock_freeze_us(int64_t utc_us);

/* RFC 3339 with milliseconds, UTC: "2026-11-27T01:00:00.000Z" */
char *clock_rfc3339(const void *owner, int64_t utc_us);
int clock_parse_rfc3339(const char *text, int64_t *utc_us, struct error *err)
    WARN_UNUSED;
/* "01:42:10" and "2026-11-27 01:42" in UTC */
char *clock_hms(const void *owner, int64_t utc_us);
char *clock_date_hm(const void *owner, int64_t utc_us);

/* "90s", "5m", "1h30m", "250ms", "2d"; a bare number is refused. */
int duration_parse(const char *text, int64_t *ms, struct error *err)
    WARN_UNUSED;
/* For people: "0.01s", "12.4s", "2:24", "1:03:10". */
char *duration_short(const void *owner, int64_t ms);

#endif
