/*
 * tests/faults/findings.h - what a kind of fault did to the runs that met it.
 *
 * All figures are counted from observations, one run after the other: a point
 * at which something is wrong is told, counted, and does not keep the next
 * ones from being tried.  The kind fails at its end.
 *
 * A kind's points are numbered.  They are spread over processes by
 *
 *     FAULTS_ALL     1: each point ("make check-faults"), else some of them
 *     FAULTS_SHARD   "2/4": each fourth point, from the second on
 *     FAULTS_ONLY    shell pattern: only kinds whose name matches
 *     FAULTS_SEED    of the moments that are drawn
 *
 * What is printed ("# counted: KIND: points 12, met 9, ...") is what
 * sweep.sh adds up.
 */
#ifndef PGRUNBOOK_TESTS_FAULTS_FINDINGS_H
#define PGRUNBOOK_TESTS_FAULTS_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>

/* FINDING(field, words): each must be 0 at the end. */
#define FINDINGS(FINDING) \
	FINDING(double_runs, "double runs") \
	FINDING(lost_events, "lost events") \
	FINDING(wrong_verdicts, "wrong verdicts") \
	FINDING(other_ends, "databases that differ") \
	FINDING(unfinished, "windows unfinished") \
	FINDING(broken, "evidence that does not hold")

struct findings {
	const char	*kind;
	int		 point;		/* the one at hand, from 0 */
	int64_t		 at;		/* its moment or call, for who repeats it */
	int		 points, met;	/* tried; the fault was in the run's way */
	int		 persons;	/* outcomes that were left to a person */
#define FINDING(field, words) int field;
	FINDINGS(FINDING)
#undef FINDING
};

/* Each point instead of some? */
bool faults_want_all(void);
/* Is this kind asked for? */
bool faults_want(const char *kind);
/* Is this point of this process's share? */
bool faults_point_is_ours(int point);
bool faults_are_shared_out(void);

/* The seed that moments are drawn from is printed; each kind begins anew. */
void faults_begin_drawing(const char *kind);
/* 0 .. below - 1. */
int64_t faults_draw(int64_t below);

/* A point begins; "make check-faults" says so. */
void findings_point(struct findings *f, int64_t at);
/* One more of *counter, which is f's own; what it is goes to the output. */
void findings_add(struct findings *f, int *counter, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Something of this point was found already. */
int findings_sum(const struct findings *f);
/* Prints the counts, and fails the test where one of them is not 0. */
void findings_end(const struct findings *f);

#endif
