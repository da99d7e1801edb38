/*
 * schema/judge_make.h - a judgement from outside; for drift.c alone.
 */
#ifndef PGRUNBOOK_SCHEMA_JUDGE_MAKE_H
#define PGRUNBOOK_SCHEMA_JUDGE_MAKE_H

#include <stddef.h>

#include "schema/judge.h"

struct judgement {
	const void	*owner;		/* of the reasons */
	bool		 is_b, rewrites, scans;
	enum schema_lock lock;
	const char	**reasons;
	size_t		 reason_count;
};

/* Say in reasons what rewriting, scanning and locking come to. */
void judge_finish(struct judgement *j);

#endif
