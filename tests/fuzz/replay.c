/* tests/fuzz/replay.c - runs a fuzz target over its corpus (TAP). */

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "fuzz/fuzz.h"

#define INPUT_MAX	((size_t)16 << 20)

/*
 * The input itself, then cut at each of its first bytes and with each of them
 * turned over: cheap, and it finds what one unlucky byte does.
 */
static void
run_variants(const void *owner, const char *text, size_t size)
{
	size_t limit = size < 512 ? size : 512, i;
	uint8_t *bytes = NEW_ARRAY(owner, uint8_t, size + 1);

	memcpy(bytes, text, size);
	LLVMFuzzerTestOneInput(bytes, size);
	for (i = 0; i < limit; i++) {
		uint8_t was = bytes[i];

		LLVMFuzzerTestOneInput(bytes, i);
		bytes[i] = (uint8_t)~was;
		LLVMFuzzerTestOneInput(bytes, size);
		bytes[i] = was;
	}
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("TEST_SRCDIR");
	void *scratch = talloc_new(NULL);
	const char *name = path_name(argv[0]);
	struct error err = { 0 };
	char *folder, **names;
	size_t count, i;

	/* fuzz_journal: corpus/journal */
	folder = argc > 1 ? argv[1] : mem_printf(scratch,
	    "%s/tests/fuzz/corpus/%s", srcdir != NULL ? srcdir : ".",
	    str_starts(name, "fuzz_") ? name + strlen("fuzz_") : name);
	if (folder_list(scratch, folder, &names, &count, &err) != 0) {
		error_print(stderr, name, &err);
		return 1;
	}
	printf("1..%zu\n", count);
	for (i = 0; i < count; i++) {
		char *text;
		size_t size;

		if (file_read(scratch, path_join(scratch, folder, names[i]),
		    INPUT_MAX, &text, &size, &err) != 0) {
			error_print(stderr, name, &err);
			return 1;
		}
		run_variants(text, text, size);
		printf("ok %zu - %s\n", i + 1, names[i]);
		fflush(stdout);
		talloc_free(text);
	}
	talloc_free(scratch);
	return 0;
}
