/* schema/judge.c - the class of a change, and why. */

#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "schema/judge_make.h"

static void
add_reason(struct judgement *j, const char *fmt, va_list args)
{
	char *text = memory_check(talloc_vasprintf(j->owner, fmt, args));

	for (size_t i = 0; i < j->reason_count; i++) {
		if (strcmp(j->reasons[i], text) == 0) {
			talloc_free(text);
			return;
		}
	}
	GROW(j->owner, j->reasons, const char *, j->reason_count + 2);
	j->reasons[j->reason_count++] = text;
	j->reasons[j->reason_count] = NULL;
}

void
judge_b(struct judgement *j, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_reason(j, fmt, args);
	va_end(args);
	j->is_b = true;
}

void
judge_note(struct judgement *j, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_reason(j, fmt, args);
	va_end(args);
}

void
judge_lock(struct judgement *j, enum schema_lock lock)
{
	if (lock > j->lock)
		j->lock = lock;
}

void
judge_scans(struct judgement *j)
{
	j->scans = true;
}

void
judge_rewrites(struct judgement *j)
{
	j->rewrites = true;
}

void
judge_finish(struct judgement *j)
{
	if (j->rewrites)
		judge_note(j, "table rewrite");
	else if (j->scans)
		judge_note(j, "full scan");
	if (j->lock == LOCK_ACCESS_EXCLUSIVE && (j->rewrites || j->scans))
		judge_note(j, "strong lock");
}

const char *
schema_lock_name(enum schema_lock lock)
{
	static const char *const names[] = { NULL, "AccessShareLock",
	    "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock",
	    "AccessExclusiveLock" };

	return names[lock];
}
