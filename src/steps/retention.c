/* steps/retention.c - which backups are kept, and why. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/retention.h"
#include "steps/spec.h"

#define DAY_US	((int64_t)86400 * 1000000)

struct retention
retention_of(const json_t *keep)
{
	return (struct retention){
		.daily = (int)json_int(keep, "daily", 0),
		.weekly = (int)json_int(keep, "weekly", 0),
		.monthly = (int)json_int(keep, "monthly", 0),
		.days = (int)json_int(keep, "days", 0),
	};
}

static int
newest_first(const void *a, const void *b)
{
	const struct kept_backup *x = a, *y = b;

	if (x->taken_us != y->taken_us)
		return x->taken_us < y->taken_us ? 1 : -1;
	return -strcmp(x->name, y->name);
}

enum period { DAY, WEEK, MONTH };

/* "daily 2026-11-21": the same for all of one period. */
static char *
period_of(const void *owner, int64_t taken_us, enum period period)
{
	time_t at = (time_t)(taken_us / 1000000);
	char text[64] = "";
	struct tm tm = { 0 };

	gmtime_r(&at, &tm);
	switch (period) {
	case DAY:
		strftime(text, sizeof(text), "daily %Y-%m-%d", &tm);
		break;
	case WEEK:
		strftime(text, sizeof(text), "weekly %G-W%V", &tm);
		break;
	case MONTH:
		strftime(text, sizeof(text), "monthly %Y-%m", &tm);
		break;
	}
	return mem_strdup(owner, text);
}

/* The newest of each of the last so many periods that have one. */
static void
keep_periods(const void *owner, struct kept_backup *list, size_t count,
    int periods, enum period period)
{
	char *last = NULL, *now;
	size_t i;

	for (i = 0; i < count && periods > 0; i++) {
		now = period_of(owner, list[i].taken_us, period);
		if (str_equal(now, last))
			continue;
		last = now;
		if (list[i].why == NULL)
			list[i].why = now;
		periods--;
	}
}

void
retention_decide(const void *owner, const struct retention *r, int64_t now_us,
    struct kept_backup *list, size_t count)
{
	size_t i;

	qsort(list, count, sizeof(list[0]), newest_first);
	for (i = 0; i < count; i++)
		list[i].why = i == 0 ? "newest" :
		    list[i].is_pinned ? "pinned" : NULL;
	keep_periods(owner, list, count, r->daily, DAY);
	keep_periods(owner, list, count, r->weekly, WEEK);
	keep_periods(owner, list, count, r->monthly, MONTH);
	for (i = 0; i < count; i++)
		if (list[i].why == NULL && r->days > 0 &&
		    list[i].taken_us > now_us - r->days * DAY_US)
			list[i].why = mem_printf(owner, "younger than %d days",
			    r->days);
}

void
retention_lint(const struct step *s, const json_t *keep, struct lint *l)
{
	static const char *const known[] = { "daily", "weekly", "monthly",
	    "days", NULL };
	struct lint_finding *f;
	const char *const *name;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)keep, key, value) {
		for (name = known; *name != NULL; name++)
			if (str_equal(*name, key))
				break;
		if (*name == NULL) {
			f = lint_error(l, spec_place(s, "keep"),
			    "unknown key \"%s\" in \"keep\"", key);
			lint_nearest(l, f, key, known);
		} else if (!json_is_integer(value) ||
		    json_integer_value(value) < 0 ||
		    json_integer_value(value) > 100000)
			lint_error(l, spec_place(s, "keep"),
			    "\"%s\" of \"keep\" is not a number", key);
	}
}
