/*
 * tests/runbook/linting.h - files in a folder of their own, and what lint
 * prints of them.
 */
#ifndef PGRUNBOOK_TESTS_RUNBOOK_LINTING_H
#define PGRUNBOOK_TESTS_RUNBOOK_LINTING_H

#include "harness/test.h"
#include "kinds.h"
#include "runbook/load.h"

struct linting {
	char	*folder;	/* where the process stands meanwhile */
};

int linting_begin(void **state);
int linting_end(void **state);

#define LINTING(name) \
	cmocka_unit_test_setup_teardown(name, linting_begin, linting_end)

void linting_write(struct linting *f, const char *name, const char *text);
/* What is printed of a file; and whether window_load() agrees with it. */
char *linting_print(struct linting *f, const char *name);
/* The window, or the test fails and shows the findings. */
struct window *linting_load(struct linting *f, const char *name);

/* A file x.yaml of this text has these findings. */
void linting_check(struct linting *f, const char *text, const char *findings);

struct linting_case {
	const char	*text, *findings;
};

/* Each case, its text behind head. */
void linting_check_all(struct linting *f, const char *head,
    const struct linting_case *cases, size_t count);

/* A runbook whose first step stands in line 6. */
#define HEAD \
	"pgrunbook: 1\n" \
	"name: x\n" \
	"target: shop\n" \
	"params: {ticket: {}}\n" \
	"steps:\n"

#endif
