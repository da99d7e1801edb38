/*
 * steps/retention.h - which backups are kept, and why.
 *
 * Of each period (UTC day, ISO week, month) the newest backup stands for it;
 * so many periods that have one are kept, however far back they lie.  The
 * newest of all is always kept.  Deciding again after the rest is gone decides
 * the same.
 */
#ifndef PGRUNBOOK_STEPS_RETENTION_H
#define PGRUNBOOK_STEPS_RETENTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "runbook/lint.h"
#include "runbook/model.h"

struct retention {
	int	daily, weekly, monthly;	/* periods */
	int	days;			/* all that are younger; 0: none */
};

struct kept_backup {
	int64_t		 taken_us;
	const char	*name;		/* decides between equal times */
	bool		 is_pinned;	/* by a person, or by an open run */
	const char	*why;		/* out: "newest", "daily 2026-11-21", …; null: goes */
};

/* {daily, weekly, monthly, days}; what is not given is 0. */
struct retention retention_of(const json_t *keep);
/* Sorts list newest first, and fills why (children of owner). */
void retention_decide(const void *owner, const struct retention *r,
    int64_t now_us, struct kept_backup *list, size_t count);
/* Lint of a "keep" map: known keys, numbers. */
void retention_lint(const struct step *s, const json_t *keep, struct lint *l);

#endif
