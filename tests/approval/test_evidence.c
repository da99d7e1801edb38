/* tests/approval/test_evidence.c - forged bundles, each found. */

#include "harness/test.h"

#include <string.h>
#include <unistd.h>

#include "approval/approval.h"
#include "approval/bundle.h"
#include "approval/evidence.h"
#include "approval/keygen.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"

static void *owner;
static char *keys, *bundle;

static int
set_up(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	keys = bundle_keys(owner);
	bundle = bundle_make(owner, keys);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

static void
found_with(const char *folder, const struct anchor *anchors, size_t count,
    const char *name, const char *because)
{
	struct error err = { 0 };
	struct evidence e;

	if (evidence_verify(folder, anchors, count, &e, &err) == 0)
		fail_msg("%s: not found", name);
	if (err.code != ERR_VERIFY || (strstr(err.primary, because) == NULL &&
	    strstr(err.detail, because) == NULL))
		fail_msg("%s\nwanted: %s\ngot: %s (%s)", name, because,
		    err.primary, err.detail);
}

static void
what_was_not_forged_holds_and_says_how_strongly(void **state)
{
	const struct anchor anchors[] = {
		{ .source = "ben", .head = bundle_hash(owner, bundle, 4) },
		{ .source = "a note", .head = "", .seq = 0 },
	};
	struct anchor noted = anchors[1];
	struct error err = { 0 };
	struct evidence e;
	char code[20];

	(void)state;
	evidence_code(bundle_hash(owner, bundle, 7), code);
	noted.head = code;
	assert_ok(evidence_verify(bundle, anchors, 1, &e, &err), &err);
	assert_ok(evidence_verify(bundle, &noted, 1, &e, &err), &err);
	assert_int_equal(e.ssh, 2);
	assert_int_equal(e.keystroke + e.break_glass + e.other, 0);
	assert_int_equal(e.anchors, 1);
	assert_true(str_starts(e.sealed_by, "ana, SHA256:"));
}

/* ---- lines of the journal, changed by hand ------------------------------------ */

static char **
lines_of(const char *folder, size_t *count)
{
	char *text = slurp(owner, run_journal_path(owner, folder)), **lines;
	char *line, *rest;

	lines = NEW_ARRAY(owner, char *, 100);
	*count = 0;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		lines[(*count)++] = line;
	return lines;
}

static void
write_lines(const char *folder, char **lines, size_t count, const char *end)
{
	struct buffer *all = buffer_new(owner);
	struct error err = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		buffer_printf(all, "%s\n", lines[i]);
	buffer_puts(all, end);
	assert_ok(file_write_atomic(run_journal_path(owner, folder), all->data,
	    all->size, 0600, &err), &err);
}

static void
a_line_that_was_touched_breaks_the_chain(void **state)
{
	char *folder = bundle_copy(owner, bundle), **lines, *line;
	size_t count, i;

	(void)state;
	/* A byte, in each record but the last; there the count or the seal. */
	for (i = 0; i < 11; i++) {
		lines = lines_of(bundle, &count);
		lines[i][strlen(lines[i]) / 2] ^= 1;
		write_lines(folder, lines, count, "");
		found_with(folder, NULL, 0, "a byte", "");
	}
	lines = lines_of(bundle, &count);
	memmove(&lines[5], &lines[6], (count - 6) * sizeof(*lines));
	write_lines(folder, lines, count - 1, "");
	found_with(folder, NULL, 0, "a record removed",
	    "Its number does not follow");

	lines = lines_of(bundle, &count);
	memmove(&lines[6], &lines[5], (count - 5) * sizeof(*lines));
	write_lines(folder, lines, count + 1, "");
	found_with(folder, NULL, 0, "a record added",
	    "Its number does not follow");

	lines = lines_of(bundle, &count);
	line = lines[5];
	lines[5] = lines[6];
	lines[6] = line;
	write_lines(folder, lines, count, "");
	found_with(folder, NULL, 0, "records reordered",
	    "Its number does not follow");

	lines = lines_of(bundle, &count);
	write_lines(folder, lines, count, "{\"body\":{\"ty");
	found_with(folder, NULL, 0, "something behind the end",
	    "behind its closing record");
}

static void
a_cut_tail_is_found_by_whoever_has_seen_it(void **state)
{
	char *folder = bundle_copy(owner, bundle), **lines;
	struct anchor seen = { .source = "the target" };
	struct error err = { 0 };
	struct evidence e;
	size_t count;

	(void)state;
	lines = lines_of(bundle, &count);
	seen.head = bundle_hash(owner, bundle, count - 2);
	write_lines(folder, lines, count - 2, "");
	/* A run that goes on looks so, too: it is said, and that is all. */
	assert_ok(evidence_verify(folder, NULL, 0, &e, &err), &err);
	assert_false(e.bundle.is_closed);
	found_with(folder, &seen, 1, "a cut tail",
	    "not the one that the target has seen");
}

/* ---- files -------------------------------------------------------------------- */

static void
a_file_that_was_touched_is_named(void **state)
{
	static const struct {
		const char	*name, *text, *because;	/* text null: removed */
	} rows[] = {
		{ "artifacts/output.txt", "here\n", "output.txt" },
		{ "artifacts/output.txt", "longer than it was", "output.txt" },
		{ "artifacts/output.txt", NULL, "output.txt" },
		{ "artifacts/more.txt", "x", "more.txt\" is in no record" },
		{ "runbooks/book.yaml", "pgrunbook: 2\n", "book.yaml" },
		{ "runbooks/book.yaml", NULL, "book.yaml" },
		{ "runbooks/more.yaml", "x", "more.yaml\" is in no record" },
		{ "runbooks/allowed_signers", "x", "allowed_signers" },
		{ "journal.jsonl", "", "has no record" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *folder = bundle_copy(owner, bundle);

		if (rows[i].text == NULL)
			assert_int_equal(unlink(path_join(owner, folder,
			    rows[i].name)), 0);
		else
			temp_file(owner, folder, rows[i].name, rows[i].text);
		found_with(folder, NULL, 0, rows[i].name, rows[i].because);
	}
}

/* ---- whole journals, chained anew ------------------------------------------------ */

static void
set(json_t *body, const char *field, const char *value)
{
	if (value != NULL)
		json_object_set_new(body, field, json_string(value));
	else
		json_object_del(body, field);
}

static json_t *
first(json_t *bodies, const char *type)
{
	size_t index = 0;

	return bundle_find(bodies, type, &index);
}

static void
drop(json_t *bodies, const char *type)
{
	size_t index = 0;

	bundle_find(bodies, type, &index);
	json_array_remove(bodies, index);
}

static void
take_out_a_signoff(json_t *b, const char *folder)
{
	(void)folder;
	drop(b, "signed");
}

static void
take_out_all_that_asks(json_t *b, const char *folder)
{
	(void)folder;
	drop(b, "signed");
	drop(b, "signed");
	drop(b, "signoff_requested");
}

static void
put_another_name(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "signed"), "principal", "dora");
}

static void
put_another_note(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "signed"), "note", "looks good to me");
}

static void
put_another_key(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "signed"), "key", "SHA256:0000");
}

static void
change_what_was_shown(json_t *b, const char *folder)
{
	(void)folder;
	set(json_object_get(first(b, "step_planned"), "shown"), "text",
	    "DROP TABLE v");
}

/* The digest is computed anew, wherever it stands. */
static void
change_the_digest_too(json_t *b, const char *folder)
{
	char digest[SHA256_HEX_SIZE];
	size_t i;

	change_what_was_shown(b, folder);
	approval_digest(json_object_get(first(b, "step_planned"), "shown"),
	    digest);
	for (i = 0; i < json_array_size(b); i++)
		if (json_str(json_array_get(b, i), "digest") != NULL)
			set(json_array_get(b, i), "digest", digest);
}

static void
change_the_class(json_t *b, const char *folder)
{
	take_out_all_that_asks(b, folder);
	set(first(b, "step_planned"), "class", "R");
}

static void
take_out_a_signature(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "signed"), "signature", NULL);
}

static void
call_it_a_keystroke(json_t *b, const char *folder)
{
	json_t *body = first(b, "signed");

	(void)folder;
	set(body, "strength", "keystroke");
	set(body, "signature", NULL);
	set(body, "statement", NULL);
	set(body, "key", NULL);
}

static void
call_it_break_glass(json_t *b, const char *folder)
{
	call_it_a_keystroke(b, folder);
	set(first(b, "signed"), "strength", "break-glass");
	set(first(b, "signed"), "note", "hurry");
}

static void
call_a_key_a_keystroke(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "signed"), "strength", "keystroke");
}

static void
change_the_rule(json_t *b, const char *folder)
{
	(void)folder;
	json_object_set_new(json_object_get(first(b, "signoff_requested"),
	    "rule"), "min", json_integer(1));
}

static void
change_the_operator(json_t *b, const char *folder)
{
	(void)folder;
	set(json_object_get(first(b, "run_opened"), "operator"), "principal",
	    "zoe");
}

static void
sign_early(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "signed"), "at", "2020-01-01T00:00:00.000Z");
}

static void
sign_late(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "signed"), "at", "2999-01-01T00:00:00.000Z");
}

static void
start_late(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "attempt_started"), "at", "2999-01-01T00:00:00.000Z");
}

static void
sign_twice(json_t *b, const char *folder)
{
	size_t index = 0;
	json_t *body = bundle_find(b, "signed", &index);

	(void)folder;
	json_array_insert(b, index + 1, body);
}

static void
use_the_signature_of_another(json_t *b, const char *folder)
{
	size_t index = 0;
	json_t *ben = bundle_find(b, "signed", &index), *carol;

	(void)folder;
	index++;
	carol = bundle_find(b, "signed", &index);
	json_object_set(ben, "signature", json_object_get(carol, "signature"));
}

/* A statement of its own, signed by key as principal. */
static void
sign_anew(json_t *b, const char *principal, const char *key, size_t which)
{
	json_t *body, *statement = NULL;
	size_t index = 0;
	char *text, *signature, *fingerprint;
	struct error err = { 0 };

	body = bundle_find(b, "signed", &index);
	if (which == 1) {
		index++;
		body = bundle_find(b, "signed", &index);
	}
	text = mem_strdup(owner, json_str(body, "statement"));
	assert_ok(json_parse(text, strlen(text), &statement, &err), &err);
	set(statement, "principal", principal);
	set(statement, "nonce", "another");
	text = json_stable(owner, statement);
	json_decref(statement);
	assert_ok(keygen_sign(owner, path_join(owner, keys, key), text,
	    &signature, &err), &err);
	assert_ok(keygen_fingerprint(owner, path_join(owner, keys, key),
	    &fingerprint, &err), &err);
	set(body, "principal", principal);
	set(body, "statement", text);
	set(body, "signature", signature);
	set(body, "key", fingerprint);
}

static void
sign_by_a_stranger(json_t *b, const char *folder)
{
	(void)folder;
	sign_anew(b, "ben", "stranger", 0);
}

static void
sign_by_the_executor(json_t *b, const char *folder)
{
	(void)folder;
	sign_anew(b, "ana", "ana", 0);
}

static void
sign_by_one_key_for_two(json_t *b, const char *folder)
{
	(void)folder;
	sign_anew(b, "twin", "twin", 0);
	sign_anew(b, "other", "twin", 1);
}

/* The forger's own key among the signers, and its hash in the first record. */
static void
bring_own_signers(json_t *b, const char *folder)
{
	const char *text = mem_printf(owner, "%s%s", slurp(owner, path_join(
	    owner, keys, "allowed_signers")), "x ssh-ed25519 AAAA\n");
	json_t *files = json_object_get(json_object_get(first(b, "run_opened"),
	    "window"), "files");
	char hex[SHA256_HEX_SIZE];

	temp_file(owner, folder, "runbooks/allowed_signers", text);
	sha256_of(text, strlen(text), hex);
	set(json_array_get(files, 1), "sha256", hex);
}

static void
change_the_outcome(json_t *b, const char *folder)
{
	(void)folder;
	set(first(b, "run_closed"), "outcome", "failed");
}

static void
put_a_note_before_the_end(json_t *b, const char *folder)
{
	(void)folder;
	json_array_insert_new(b, json_array_size(b) - 1, json_pack(
	    "{s:s, s:s, s:s, s:s}", "at", "2026-11-27T01:00:00.000Z", "type",
	    "noted", "text", "all was well", "principal", "ana"));
}

static void
seal_by_a_stranger(json_t *b, const char *folder)
{
	json_t *body = first(b, "run_closed");
	struct error err = { 0 };
	char *signature;

	(void)folder;
	assert_ok(keygen_sign(owner, path_join(owner, keys, "stranger"),
	    json_str(body, "statement"), &signature, &err), &err);
	set(body, "signature", signature);
}

static void
a_journal_that_was_chained_anew_does_not_hold_either(void **state)
{
	static const struct {
		const char	*name;
		void		(*forge)(json_t *bodies, const char *folder);
		const char	*because;
	} rows[] = {
#define ROW(forge, because) { #forge, forge, because }
		ROW(take_out_a_signoff, "ran without the sign-offs"),
		ROW(take_out_all_that_asks, "starts without a sign-off"),
		ROW(put_another_name, "says something else than what was signed"),
		ROW(put_another_note, "says something else than what was signed"),
		ROW(put_another_key, "names another key than the one"),
		ROW(change_what_was_shown, "is not that of what was shown"),
		ROW(change_the_digest_too, "is about another digest"),
		ROW(change_the_class, "shown as of another class"),
		ROW(take_out_a_signature, "has no signature, and says"),
		ROW(call_it_a_keystroke, "wants an ssh signature"),
		ROW(call_a_key_a_keystroke, "has a signature, and says"),
		ROW(call_it_break_glass, "does not allow to break the glass"),
		ROW(change_the_rule, "a request that this run has not made"),
		ROW(change_the_operator, "a request that this run has not made"),
		ROW(sign_early, "is from the future"),
		ROW(sign_late, "has expired"),
		ROW(start_late, "ran without the sign-offs"),
		ROW(sign_twice, "is a replay"),
		ROW(use_the_signature_of_another, "the signature does not fit"),
		ROW(sign_by_a_stranger, "not among the allowed signers"),
		ROW(sign_by_the_executor, "somebody else than who opened"),
		ROW(sign_by_one_key_for_two, "the key has signed for step"),
		ROW(bring_own_signers, "a request that this run has not made"),
		ROW(change_the_outcome, "signed at the closing is not"),
		ROW(put_a_note_before_the_end, "signed at the closing is not"),
		ROW(seal_by_a_stranger, "the signature of the closing"),
#undef ROW
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *folder = bundle_copy(owner, bundle);
		json_t *bodies = bundle_read(folder);

		rows[i].forge(bodies, folder);
		bundle_write(folder, bodies);
		json_decref(bodies);
		found_with(folder, NULL, 0, rows[i].name, rows[i].because);
	}
}

/* All keys are the forger's: he can sign what he likes. */
static void
a_bundle_made_anew_with_all_keys_is_found_by_an_anchor(void **state)
{
	char *forged = bundle_make(owner, keys);
	const struct anchor anchors[] = {
		{ .source = "carol", .head = bundle_hash(owner, bundle, 5) },
		{ .source = "the target", .seq = 6,
		    .head = bundle_hash(owner, forged, 4) },
		{ .source = "the target", .attempt =
		    "00000000-0000-4000-8000-000000000000" },
	};
	struct anchor noted = { .source = "the report",
	    .head = "0123 4567 89ab cdef" };
	struct error err = { 0 };
	struct evidence e;

	(void)state;
	assert_ok(evidence_verify(forged, NULL, 0, &e, &err), &err);
	found_with(forged, &anchors[0], 1, "an approval's request",
	    "not the one that carol has seen");
	found_with(forged, &anchors[1], 1, "a head at another place",
	    "which another record has");
	found_with(forged, &anchors[2], 1, "a marker without record",
	    "the target has a step of this run");
	found_with(forged, &noted, 1, "a code on paper",
	    "not the one that the report has seen");
	noted.head = "012";
	assert_error(evidence_verify(forged, &noted, 1, &e, &err), &err,
	    ERR_USAGE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_forged_holds_and_says_how_strongly),
		cmocka_unit_test(a_line_that_was_touched_breaks_the_chain),
		cmocka_unit_test(a_cut_tail_is_found_by_whoever_has_seen_it),
		cmocka_unit_test(a_file_that_was_touched_is_named),
		cmocka_unit_test(
		    a_journal_that_was_chained_anew_does_not_hold_either),
		cmocka_unit_test(
		    a_bundle_made_anew_with_all_keys_is_found_by_an_anchor),
	};

	return test_main(tests, set_up, tear_down);
}
