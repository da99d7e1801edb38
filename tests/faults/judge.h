/*
 * tests/faults/judge.h - a run's journal, held against what was told of it
 * and what is in its databases.
 *
 *   lost event     told on standard output and not in the journal; a marker in
 *                  a database that no record knows; an attempt that began and
 *                  has no outcome
 *   wrong verdict  an attempt is "done" and its last marker is not there; or it
 *                  is something else, one is there, and it does not say so
 *   double run     two attempts of a step are "done"
 *   broken         "verify" does not hold
 *
 * What took effect twice in the databases themselves a window's own compare()
 * counts (window.h).
 */
#ifndef PGRUNBOOK_TESTS_FAULTS_JUDGE_H
#define PGRUNBOOK_TESTS_FAULTS_JUDGE_H

#include "faults/findings.h"
#include "faults/stage.h"

/*
 * databases: those whose markers count, null-terminated.  A step whose id
 * matches gone (shell pattern; null: none) changed one that is no more.
 * The run has come to its end, and s->told is all that was told of it.
 */
void judge_run(struct stage *s, const char *const *databases, const char *gone,
    struct findings *f);

#endif
