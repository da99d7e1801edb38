/* schema/judge.c - the class of a change, and why. */

#include <stdarg.h>
#include <string.h>

#include "base/macros.h"
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

/* Strongest last. */
static int
strength(const char *lock)
{
	static const char *const names[] = { "AccessShareLock", "RowShareLock",
		"RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
		"ShareRowExclusiveLock", "ExclusiveLock",
		"AccessExclusiveLock" };

	for (size_t i = 0; lock != NULL && i < COUNT_OF(names); i++)
		if (strcmp(lock, names[i]) == 0)
			return (int)i;
	return -1;
}

void
judge_statements(struct judgement *j, const struct drift_statement *list)
{
	bool holds_up = false;

	for (; list->text != NULL; list++) {
		if (strength(list->lock) > strength(j->lock))
			j->lock = list->lock;
		j->rewrites = j->rewrites || list->rewrites;
		j->scans = j->scans || list->scans || list->rewrites;
		holds_up = holds_up || ((list->scans || list->rewrites) &&
		    strength(list->lock) >= strength("ShareLock"));
	}
	if (j->rewrites)
		judge_note(j, "table rewrite");
	else if (j->scans)
		judge_note(j, "full scan");
	if (holds_up)
		judge_b(j, "strong lock");
}
