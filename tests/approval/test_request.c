/* tests/approval/test_request.c - what waits, as one file of text. */

#include "harness/test.h"

#include <string.h>

#include "approval/approval.h"
#include "approval/request.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/keys.h"
#include "run/folder.h"
#include "run/sample.h"

#define DROP	"main/drop"

static void *owner;
static struct run *r;
static char *folder;

static int
begin(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	r = sample_run(owner, &folder);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

static char *
request(void)
{
	const char *digest = sample_plan(r, DROP, 1, "B", "DROP TABLE u");
	struct error err = { 0 };
	char *text;

	sample_append(r, EVENT_SIGNOFF_REQUESTED, mem_printf(owner,
	    "{'step': '" DROP "', 'attempt': 1, 'class': 'B', 'digest': '%s', "
	    "'rule': {'min': 2}}", digest));
	text = request_make(owner, folder, NULL, NULL, &err);
	assert_got(text, &err);
	return text;
}

static struct request got;

static int
unpack(const char *text, const char *to, struct error *err)
{
	return request_unpack(owner, text, strlen(text), to, NULL, &got, err);
}

static void
a_request_is_read_by_people_and_opened_without_the_run(void **state)
{
	char *text = request(), *elsewhere = temp_folder(owner);
	struct error err = { 0 };
	struct run_state *s;

	(void)state;
	assert_contains(text, "    DROP TABLE u\n");
	assert_contains(text, step_last_attempt(state_step(r->state,
	    DROP))->digest);
	assert_true(request_is(temp_file(owner, elsewhere, "a", text)));
	assert_false(request_is(temp_file(owner, elsewhere, "b", "x")));
	assert_false(request_is(elsewhere));

	assert_ok(unpack(text, elsewhere, &err), &err);
	s = run_state_load(owner, elsewhere, &err);
	assert_got(s, &err);
	assert_string_equal(state_waits_for(s), "sign-off");
	assert_string_equal(s->head, r->state->head);
	assert_string_equal(s->steps[s->current].requests[0].hash,
	    state_step(r->state, DROP)->requests[0].hash);
}

static void
mail_may_break_its_lines_anew(void **state)
{
	char *text = request();
	struct buffer *b = buffer_new(owner);
	struct error err = { 0 };

	(void)state;
	for (; *text != '\0'; text++)
		buffer_puts(b, *text == '\n' ? " \r\n" :
		    (const char[]){ *text, '\0' });
	assert_ok(unpack(b->data, temp_folder(owner), &err), &err);
}

static void
what_was_altered_on_the_way_is_found(void **state)
{
	const char *text = request();
	struct error err = { 0 };
	const char *at;
	size_t found = 0;
	char *bad;

	(void)state;
	/* Characters of the armour, all over it. */
	at = strstr(text, "REQUEST-----\n") + strlen("REQUEST-----\n");
	for (; at < strstr(text, "-----END"); at += 97) {
		if (*at == '\n' || *at == '=')
			continue;
		bad = mem_strdup(owner, text);
		bad[at - text] = *at == 'A' ? 'B' : 'A';
		assert_error(unpack(bad, temp_folder(owner), &err), &err, ERR_VERIFY);
		found++;
	}
	assert_true(found > 10);
}

static void
a_request_of_which_something_is_missing_is_not_opened(void **state)
{
	const char *text = request();
	char *bad = mem_strdup(owner, text), *head;
	struct error err = { 0 };

	(void)state;
	bad[strlen(bad) / 2] = '\0';
	assert_error(request_unpack(owner, bad, strlen(text),
	    temp_folder(owner), NULL, &got, &err), &err, ERR_VERIFY);
	assert_error(unpack(bad, temp_folder(owner), &err), &err, ERR_VERIFY);
	/* Another head than that of the journal. */
	bad = mem_strdup(owner, text);
	head = strstr(bad, r->state->head);
	head[0] = head[0] == '0' ? '1' : '0';
	assert_error(unpack(bad, temp_folder(owner), &err),
	    &err, ERR_VERIFY);
	assert_contains(err.detail, "another head");
}

/* What people read is not what the journal says. */
static void
a_summary_that_was_altered_is_found(void **state)
{
	const char *text = request();
	char *bad = mem_strdup(owner, text);
	struct error err = { 0 };

	(void)state;
	memcpy(strstr(bad, "DROP TABLE u"), "DROP TABLE v", 12);
	assert_error(unpack(bad, temp_folder(owner), &err), &err, ERR_VERIFY);
	assert_contains(err.detail, "Its summary is not what its journal");
	/* What a mail says around it is its own. */
	assert_ok(unpack(mem_printf(owner, "Hello,\n%s\n-- \nAna", text),
	    temp_folder(owner), &err), &err);
}

static void
whoever_signed_it_is_told_and_compared(void **state)
{
	char *keys = temp_folder(owner), *key = key_make(owner, keys, "ana");
	char *other = key_make(owner, keys, "eve"), *text, *signers, *bad, *p;
	struct error err = { 0 };

	(void)state;
	request();
	signers = path_join(owner, keys, "allowed_signers");
	key_allow(owner, keys, "ana", NULL, key);
	text = request_make(owner, folder, key, "ana", &err);
	assert_got(text, &err);
	assert_ok(unpack(text, temp_folder(owner), &err), &err);
	assert_string_equal(got.signed_by, "ana");
	assert_true(str_starts(got.key, "SHA256:"));
	assert_false(got.is_known);
	assert_ok(request_unpack(owner, text, strlen(text), temp_folder(owner),
	    signers, &got, &err), &err);
	assert_true(got.is_known);

	/* By another, as ana; by nobody; over something else; garbled. */
	bad = request_make(owner, folder, other, "ana", &err);
	assert_error(request_unpack(owner, bad, strlen(bad),
	    temp_folder(owner), signers, &got, &err), &err, ERR_VERIFY);
	assert_contains(err.primary, "signed by a key that is not \"ana\"'s");
	bad = request_make(owner, folder, NULL, NULL, &err);
	assert_error(request_unpack(owner, bad, strlen(bad),
	    temp_folder(owner), signers, &got, &err), &err, ERR_VERIFY);
	assert_string_equal(err.primary, "the request is not signed");
	sample_append(r, EVENT_NOTED, "{'text': 'x', 'principal': 'ana'}");
	p = request_make(owner, folder, NULL, NULL, &err);
	bad = mem_printf(owner, "%s%s", p, strstr(text, "-----BEGIN PGRUNBOOK "
	    "SIGNATURE"));
	assert_error(unpack(bad, temp_folder(owner), &err), &err, ERR_VERIFY);
	assert_contains(err.detail, "that of another request");
	bad = mem_strdup(owner, text);
	p = strstr(bad, "BEGIN PGRUNBOOK SIGNATURE-----\n") + 200;
	*p = *p == 'A' ? 'B' : 'A';
	assert_error(unpack(bad, temp_folder(owner), &err), &err, ERR_VERIFY);
}

/* The engine makes it again, from its own journal. */
static void
an_approval_upon_an_altered_request_is_not_taken(void **state)
{
	char *text = request(), *elsewhere = temp_folder(owner);
	struct error err = { 0 };
	struct statement s = { 0 };

	(void)state;
	assert_ok(unpack(text, elsewhere, &err), &err);
	s.export_head = got.head;
	s.export_sha256 = mem_strdup(owner, got.sha256);
	/* The run has gone on: it is what it was then that counts. */
	sample_append(r, EVENT_NOTED, "{'text': 'x', 'principal': 'ana'}");
	assert_ok(request_check(folder, &s, &err), &err);

	s.export_sha256 = got.head;
	assert_error(request_check(folder, &s, &err), &err, ERR_POLICY);
	assert_contains(err.primary, "upon a request that is not this run's");
	assert_contains(err.detail, "was altered");
	s.export_sha256 = got.sha256;
	s.export_head = got.sha256;
	assert_error(request_check(folder, &s, &err), &err, ERR_POLICY);
	assert_contains(err.detail, "the journal has no record");
	s.export_head = NULL;
	assert_error(request_check(folder, &s, &err), &err, ERR_POLICY);
}

static void
a_review_goes_along_with_its_drift_report(void **state)
{
	static const char report[] = "{\"items\": []}\n";
	char *elsewhere = temp_folder(owner), *text, *bad, hex[SHA256_HEX_SIZE];
	const char *digest = sample_plan(r, "main/look", 1, "R", "review");
	struct error err = { 0 };

	(void)state;
	temp_file(owner, folder, "artifacts/drift.json", report);
	sha256_of(report, strlen(report), hex);
	sample_append(r, EVENT_ARTIFACT, mem_printf(owner, "{'name': "
	    "'artifacts/drift.json', 'sha256': '%s', 'size': %zu, 'what': "
	    "'drift'}", hex, strlen(report)));
	sample_append(r, EVENT_ATTEMPT_STARTED, mem_printf(owner,
	    "{'step': 'main/look', 'attempt': 1, 'digest': '%s'}", digest));
	sample_append(r, EVENT_ASKED, "{'step': 'main/look', 'attempt': 1, "
	    "'question': {'type': 'review', 'items': [{'id': 'i', 'class': "
	    "'B', 'change': 'drop', 'key': 'column public.u.a', 'figures': "
	    "['12 values would be lost'], 'forward_sql': 'ALTER TABLE u DROP "
	    "COLUMN a'}]}}");
	text = request_make(owner, folder, NULL, NULL, &err);
	assert_got(text, &err);
	assert_contains(text, "Wants   decisions");
	assert_contains(text, "class B: drop column public.u.a");
	assert_contains(text, "12 values would be lost");
	assert_ok(unpack(text, elsewhere, &err), &err);
	assert_string_equal(slurp(owner, path_join(owner, elsewhere,
	    "artifacts/drift.json")), report);

	bad = mem_strdup(owner, text);
	memcpy(strstr(bad, "BEGIN PGRUNBOOK DRIFT-----\n") + 27, "AAAA", 4);
	assert_error(unpack(bad, temp_folder(owner), &err), &err, ERR_VERIFY);
	assert_contains(err.detail, "Its drift report is not the one");
	temp_file(owner, folder, "artifacts/drift.json", "{}");
	assert_null(request_make(owner, folder, NULL, NULL, &err));
	assert_contains(err.primary, "is not what the journal says");
}

static void
where_nothing_waits_there_is_no_request(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_null(request_make(owner, folder, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_POLICY);
	assert_string_equal(err.primary, "nothing waits for a sign-off");
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_request_is_read_by_people_and_opened_without_the_run),
		test(mail_may_break_its_lines_anew),
		test(what_was_altered_on_the_way_is_found),
		test(a_request_of_which_something_is_missing_is_not_opened),
		test(a_summary_that_was_altered_is_found),
		test(whoever_signed_it_is_told_and_compared),
		test(an_approval_upon_an_altered_request_is_not_taken),
		test(a_review_goes_along_with_its_drift_report),
		test(where_nothing_waits_there_is_no_request),
	};

	return test_main(tests, NULL, NULL);
}
