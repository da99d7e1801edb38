/*
 * tests/fuzz/fuzz_redact.c - any secrets in any stream, however it is cut.
 *
 * The input: "secret\nsecret\n\ntext"; its bytes say where the text is cut.
 */

#include <string.h>

#include "base/memory.h"
#include "base/redact.h"
#include "fuzz/fuzz.h"

static bool
contains(const char *text, size_t size, const char *part)
{
	return memmem(text, size, part, strlen(part)) != NULL;
}

/* The same as a stream, cut as the bytes of the input say. */
static struct buffer *
redact_in_pieces(const void *owner, const struct redactor *r, const char *text,
    size_t size, const uint8_t *cuts, size_t cut_count)
{
	struct redact_stream *s = redact_stream_new(owner, r);
	struct buffer *out = buffer_new(owner);
	size_t at = 0, i = 0;

	while (at < size) {
		size_t n = cut_count > 0 ? cuts[i++ % cut_count] % 17 + 1 : 1;

		if (n > size - at)
			n = size - at;
		redact_stream_feed(s, text + at, n, out);
		at += n;
	}
	redact_stream_end(s, out);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	void *scratch = talloc_new(NULL);
	char *input = NEW_ARRAY(scratch, char, size + 1);
	struct redactor *r = redactor_new(scratch);
	struct buffer *whole, *pieces;
	struct redact_stream *s;
	const char *secrets[8];
	size_t count = 0, i;
	char *text = input, *newline;

	memcpy(input, bytes, size);
	while (count < COUNT_OF(secrets) &&
	    (newline = strchr(text, '\n')) != NULL && newline != text) {
		*newline = '\0';
		/* Labels are ours: a secret that is a part of one may show. */
		if (strstr("[secret X]", text) == NULL &&
		    strstr("[secret password]", text) == NULL &&
		    strchr(text, '[') == NULL && strchr(text, ']') == NULL &&
		    redactor_add(r, "X", text))
			secrets[count++] = text;
		text = newline + 1;
	}
	size -= (size_t)(text - input);

	s = redact_stream_new(scratch, r);
	whole = buffer_new(scratch);
	redact_stream_feed(s, text, size, whole);
	redact_stream_end(s, whole);
	for (i = 0; i < count; i++)
		FUZZ_CHECK(!contains(whole->data, whole->size, secrets[i]));
	pieces = redact_in_pieces(scratch, r, text, size, bytes,
	    (size_t)(text - input));
	FUZZ_CHECK(pieces->size == whole->size);
	FUZZ_CHECK(memcmp(pieces->data, whole->data, whole->size) == 0);
	talloc_free(scratch);
	return 0;
}
