/*
 * schema/judge.h - the class of a change, and why.
 */
#ifndef PGRUNBOOK_SCHEMA_JUDGE_H
#define PGRUNBOOK_SCHEMA_JUDGE_H

#include <stdbool.h>

#include "base/macros.h"

/* Table locks, weakest first. */
enum schema_lock {
	LOCK_NONE,
	LOCK_ACCESS_SHARE,
	LOCK_SHARE_UPDATE_EXCLUSIVE,
	LOCK_SHARE,
	LOCK_SHARE_ROW_EXCLUSIVE,
	LOCK_ACCESS_EXCLUSIVE
};

struct judgement;

/* It is class A until a reason for B is given. */
void judge_b(struct judgement *j, const char *fmt, ...) PRINTF(2, 3);
/* A reason that leaves the class as it is. */
void judge_note(struct judgement *j, const char *fmt, ...) PRINTF(2, 3);
/* The strongest stays. */
void judge_lock(struct judgement *j, enum schema_lock lock);
void judge_scans(struct judgement *j);		/* reads a whole table */
void judge_rewrites(struct judgement *j);	/* writes a whole table anew */

const char *schema_lock_name(enum schema_lock lock);	/* "ShareLock"; null for none */

#endif
