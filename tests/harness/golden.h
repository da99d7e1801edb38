/*
 * tests/harness/golden.h - text compared with a file that is kept.
 *
 * The file is tests/golden/NAME.txt.  GOLDEN_UPDATE=1 (make golden) writes
 * it anew instead; the difference is read like code.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_GOLDEN_H
#define PGRUNBOOK_TESTS_HARNESS_GOLDEN_H

/* The test fails, and shows where, unless text is what the file holds. */
void golden_check(const char *name, const char *text);

#endif
