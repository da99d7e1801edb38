/*
 * tests/schema/cases.h - the files of tests/schema/cases/.
 *
 * Each is a case:
 *
 *     -- expect: B alter column orders.total: type coercion; table rewrite
 *     -- since: 14
 *     -- until: 17
 *     -- from
 *     what ACTUAL was made with
 *     -- to
 *     what EXPECTED was made with
 *
 * "since" and "until" are major versions of Postgres; the others skip it.
 */
#ifndef PGRUNBOOK_TESTS_SCHEMA_CASES_H
#define PGRUNBOOK_TESTS_SCHEMA_CASES_H

#include "harness/test.h"

struct case_texts {
	char	*expect, *from, *to;
};

struct case_texts case_read(const void *owner, const char *name);

/*
 * main() of a program that runs one function over all cases: its state is
 * the case's name, which is the test's too.  last (may be null) comes after
 * all of them, and not where some are chosen by CASES=pattern (shell style).
 */
int cases_main(const char *program, CMUnitTestFunction run,
    const struct CMUnitTest *last);

#endif
