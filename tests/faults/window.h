/*
 * tests/faults/window.h - windows that faults befall, what goes on with them
 * then, and what they must have come to.
 *
 * small_window  a runbook with one of each that leaves something behind
 * demo_window   runbooks/reconcile.yaml over the shop of "pgrunbook demo"
 *
 * One stage at a time: window_end() is a test's teardown, too.
 */
#ifndef PGRUNBOOK_TESTS_FAULTS_WINDOW_H
#define PGRUNBOOK_TESTS_FAULTS_WINDOW_H

#include "faults/findings.h"
#include "faults/stage.h"

struct fault_window {
	const char	*name;
	/* Its databases as they are before, and a folder for a run. */
	struct stage	*(*begin)(void);
	/* The run's folder, anew. */
	void		(*renew)(struct stage *s);
	/* The run is closed: is all as it is where nothing went wrong? */
	void		(*compare)(struct stage *s, struct findings *f);
};

extern const struct fault_window small_window;
/* In demo.c, which test_demo_window alone links. */
extern const struct fault_window demo_window;

struct stage *window_begin(const struct fault_window *w);
int window_end(void **state);
/*
 * Until it is closed: by itself, or with a person where one is asked for.
 * Then all of it is judged.
 */
void window_resume(const struct fault_window *w, struct stage *s,
    struct findings *f);
/* A run that nothing befalls holds, or the test fails; how long it took. */
int64_t window_undisturbed_ms(const struct fault_window *w);

#endif
