/* tests/approval/test_request.c - what waits, as one file of text. */

#include "harness/test.h"

#include <string.h>

#include "approval/approval.h"
#include "approval/request.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
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
	text = request_make(owner, folder, &err);
	assert_got(text, &err);
	return text;
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

	assert_ok(request_unpack(text, strlen(text), elsewhere, &err), &err);
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
	assert_ok(request_unpack(b->data, b->size, temp_folder(owner), &err),
	    &err);
}

static void
what_was_altered_on_the_way_is_found(void **state)
{
	const char *text = request();
	struct error err = { 0 };
	const char *at;
	size_t size, found = 0;
	char *bad;

	(void)state;
	/* Characters of the armour, all over it. */
	size = strlen(text);
	at = strstr(text, "REQUEST-----\n") + strlen("REQUEST-----\n");
	for (; at < strstr(text, "-----END"); at += 97) {
		if (*at == '\n' || *at == '=')
			continue;
		bad = mem_strdup(owner, text);
		bad[at - text] = *at == 'A' ? 'B' : 'A';
		assert_error(request_unpack(bad, size, temp_folder(owner),
		    &err), &err, ERR_VERIFY);
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
	assert_error(request_unpack(bad, strlen(bad), temp_folder(owner), &err),
	    &err, ERR_VERIFY);
	/* Another head than that of the journal. */
	bad = mem_strdup(owner, text);
	head = strstr(bad, r->state->head);
	head[0] = head[0] == '0' ? '1' : '0';
	assert_error(request_unpack(bad, strlen(bad), temp_folder(owner), &err),
	    &err, ERR_VERIFY);
	assert_contains(err.detail, "another head");
}

static void
where_nothing_waits_there_is_no_request(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_null(request_make(owner, folder, &err));
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
		test(where_nothing_waits_there_is_no_request),
	};

	return test_main(tests, NULL, NULL);
}
