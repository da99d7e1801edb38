/*
 * tests/fuzz/fuzz_approval.c - any bytes, as an approval's file and as a
 * request, for a run that waits for a sign-off.
 *
 * What is taken for one has its exact form, and comes out again as it went in.
 */

#include <string.h>
#include <unistd.h>

#include "approval/accept.h"
#include "approval/armour.h"
#include "approval/request.h"
#include "approval/statement.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "fuzz/fuzz.h"

static void
as_approval(const void *owner, const char *text, size_t size)
{
	struct run_state *state = state_new(owner);
	struct statement s, again;
	struct error err = { 0 };
	char *file;

	if (statement_from_file(owner, text, size, &s, &err) != 0) {
		FUZZ_CHECK(err.code == ERR_POLICY);
		return;
	}
	FUZZ_CHECK(s.run != NULL && s.request != NULL && s.principal != NULL);
	FUZZ_CHECK((s.act == ACT_DECIDE) == (s.decisions != NULL));
	file = statement_to_file(owner, s.text, s.signature);
	FUZZ_CHECK(statement_from_file(owner, file, strlen(file), &again,
	    &err) == 0);
	FUZZ_CHECK(strcmp(again.text, s.text) == 0 && again.act == s.act);
	/* No run has asked for it. */
	FUZZ_CHECK(accept_statement(state, &s, 0, &err) != 0);
}

static void
as_request(const void *owner, const char *text, size_t size)
{
	char folder[] = "/tmp/pgrunbook-fuzz.XXXXXX";
	struct error err = { 0 };
	struct request r;

	FUZZ_CHECK(mkdtemp(folder) != NULL);
	if (request_unpack(owner, text, size, folder, NULL, &r, &err) == 0)
		FUZZ_CHECK(strlen(r.head) == SHA256_HEX_SIZE - 1);
	else
		FUZZ_CHECK(err.code != ERR_NONE && err.code != ERR_INTERNAL);
	FUZZ_CHECK(file_remove_tree(folder, &err) == 0);
}

/* Whatever mail does to the ends of lines, the same comes out. */
static void
as_armour(const void *owner, const char *text, size_t size)
{
	struct buffer *b = buffer_new(owner), *out = buffer_new(owner);
	struct error err = { 0 };
	char *plain;

	armour_put(b, "TEST", text, size);
	plain = armour_plain(owner, b->data, b->size);
	FUZZ_CHECK(strcmp(plain, b->data) == 0);
	FUZZ_CHECK(armour_take(out, "TEST", plain, NULL, &err) == 0);
	FUZZ_CHECK(out->size == size && memcmp(out->data, text, size) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	void *scratch = talloc_new(NULL);
	char *text = NEW_ARRAY(scratch, char, size + 1);
	struct buffer *whole;

	memcpy(text, bytes, size);
	as_approval(scratch, text, size);
	as_armour(scratch, text, size);
	as_request(scratch, text, size);
	/* The same where a request has its journal. */
	whole = buffer_new(scratch);
	buffer_puts(whole, "pgrunbook review request, version 2\n\nHead    0\n");
	armour_put(whole, "REQUEST", text, size);
	as_request(scratch, whole->data, whole->size);
	talloc_free(scratch);
	return 0;
}
