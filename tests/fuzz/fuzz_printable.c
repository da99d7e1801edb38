/* tests/fuzz/fuzz_printable.c - any bytes, made fit for a terminal. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "fuzz/fuzz.h"

static void
check_printable(const char *text, bool keep_newlines)
{
	const char *p = text;
	uint32_t code;

	FUZZ_CHECK(utf8_valid(text, strlen(text)));
	while ((code = utf8_next(&p)) != 0) {
		if (keep_newlines && (code == '\n' || code == '\t'))
			continue;
		FUZZ_CHECK(code >= 0x20 && code != 0x7f);
		FUZZ_CHECK(code < 0x80 || code >= 0xa0);
		FUZZ_CHECK(code < 0x202a || code > 0x202e);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	void *scratch = talloc_new(NULL);
	char *text = NEW_ARRAY(scratch, char, size + 1), *line, *fitted;
	json_t *value;
	int cells;

	memcpy(text, bytes, size);
	check_printable(str_printable(scratch, text, size, true), true);
	line = str_printable(scratch, text, size, false);
	check_printable(line, false);
	for (cells = 0; cells < 12; cells++) {
		fitted = utf8_fit(scratch, line, cells, cells % 2 == 0);
		FUZZ_CHECK(utf8_width(fitted) <= cells);
		FUZZ_CHECK(utf8_valid(fitted, strlen(fitted)));
	}
	value = json_text(text, size);
	FUZZ_CHECK(value != NULL);
	json_decref(value);
	talloc_free(scratch);
	return 0;
}
