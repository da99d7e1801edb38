/*
 * steps/rehearsed.c - a statement's lock against what the rehearsal of the
 * same text took.
 */

#include <string.h>

#include "base/macros.h"
#include "run/prospect.h"
#include "steps/private.h"

/* Each stands in the way of more than the one before. */
static const char *const modes[] = {
	"AccessShareLock", "RowShareLock", "RowExclusiveLock",
	"ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock",
	"ExclusiveLock", "AccessExclusiveLock",
};

/* Of "AccessExclusiveLock on orders"; -1: no lock that is known. */
static int
strength(const char *lock)
{
	size_t i, size = lock != NULL ? strcspn(lock, " ") : 0;

	for (i = 0; i < COUNT_OF(modes); i++)
		if (size == strlen(modes[i]) &&
		    strncmp(lock, modes[i], size) == 0)
			return (int)i;
	return -1;
}

int
rehearsed_compare_lock(struct attempt *a, const char *text, const char *lock,
    struct error *err)
{
	struct run_state *state = a->host->run->state;
	const struct step_state *step = state_step(state, a->id);
	const struct statement_state *before = step == NULL ? NULL :
	    statement_rehearsed(state, step, text);

	if (before == NULL || strength(before->lock) < 0 ||
	    strength(lock) <= strength(before->lock))
		return 0;
	return attempt_event(a, EVENT_WARNED, json_pack("{s:o}", "text",
	    json_sprintf("takes a stronger lock than rehearsed: %s, was %s",
	    lock, before->lock)), err);
}
