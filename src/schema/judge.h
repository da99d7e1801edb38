/*
 * schema/judge.h - the class of a change, and why.
 */
#ifndef PGRUNBOOK_SCHEMA_JUDGE_H
#define PGRUNBOOK_SCHEMA_JUDGE_H

#include "base/macros.h"

struct judgement;

/* It is class A until a reason for B is given. */
void judge_b(struct judgement *j, const char *fmt, ...) PRINTF(2, 3);
/* A reason that leaves the class as it is. */
void judge_note(struct judgement *j, const char *fmt, ...) PRINTF(2, 3);

#endif
