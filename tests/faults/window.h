/*
 * tests/faults/window.h - a run with one of each that leaves something
 * behind, what goes on with it after a fault, and what it must have come to.
 */
#ifndef PGRUNBOOK_TESTS_FAULTS_WINDOW_H
#define PGRUNBOOK_TESTS_FAULTS_WINDOW_H

#include "faults/stage.h"

/* FAULTS_ALL: each point instead of some. */
bool window_wants_all(void);
/* One at a time; window_end() is a test's teardown, too. */
struct stage *window_begin(void);
int window_end(void **state);
/* Until it is closed: by itself, or with a person where one is asked for. */
void window_resume(struct stage *s, int *persons);
/* The same as where nothing went wrong, and once. */
void window_is_as_undisturbed(struct stage *s);

#endif
