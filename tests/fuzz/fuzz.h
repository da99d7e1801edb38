/*
 * tests/fuzz/fuzz.h - what a fuzz target consists of.
 *
 * LLVMFuzzerTestOneInput() gets bytes and must neither crash nor break one
 * of its own assertions.  replay.c's main() gives it the files of a corpus,
 * so that "make check" runs what was found once; "make fuzz" searches for
 * more, with clang's libFuzzer.
 */
#ifndef PGRUNBOOK_TESTS_FUZZ_FUZZ_H
#define PGRUNBOOK_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Must hold, or the input is a finding. */
#define FUZZ_CHECK(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
		abort(); \
	} \
} while (0)

#endif
