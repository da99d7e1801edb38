/*
 * schema/judge_make.h - a judgement from outside; for drift.c alone.
 */
#ifndef PGRUNBOOK_SCHEMA_JUDGE_MAKE_H
#define PGRUNBOOK_SCHEMA_JUDGE_MAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/judge.h"
#include "schema/plan.h"

struct judgement {
	const void	*owner;		/* of the reasons */
	bool		 is_b, rewrites, scans;
	const char	*lock;		/* the strongest; null */
	const char	**reasons;
	size_t		 reason_count;
};

/*
 * What its statements lock, read and rewrite, and what that comes to: nothing
 * of class A holds up those who write while it works through a table.
 */
void judge_statements(struct judgement *j,
    const struct drift_statement *list);

#endif
