/* tests/engine/test_lead.c - passing a run on, and more time, signed with keys. */

#include "harness/test.h"

#include <string.h>

#include "approval/keygen.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "harness/keys.h"

#define STEPS	"  - {id: make, sql: \"CREATE TABLE v (a int)\"}\n"

static char *keys;

static char *
key(const char *name)
{
	return path_join(owner, keys, name);
}

static int
begin_with_keys(void **state)
{
	static const char *const people[] = { "ana", "ben", "dora" };

	person_begin(state);
	keys = temp_folder(owner);
	for (size_t i = 0; i < COUNT_OF(people); i++)
		key_allow(owner, keys, people[i], NULL,
		    key_make(owner, keys, people[i]));
	return 0;
}

static struct front *
start(const char *roles)
{
	struct front *f = start_run_in(keys, mem_printf(owner,
	    "signers: allowed_signers\n%s", roles), STEPS);

	until(f, waits_for(f, "sign-off"));
	return f;
}

static struct front *
come(const char *name)
{
	struct front *f = attach(name);

	until(f, waits_for(f, "sign-off"));
	return f;
}

static void
end_it(struct front *f)
{
	done(f, INTENT_SIGN, mem_printf(owner, "{'step': 'book/make', "
	    "'digest': '%s'}", digest_of(f, "book/make")));
	until(f, state_of(f)->is_closed && f->is_gone);
	holds();
}

/* The last record of that type, as it is in the journal. */
static json_t *
record(const char *type)
{
	const char *const grep[] = { "sh", "-c", "grep '\"type\":\"'\"$1\" "
	    "\"$2/journal.jsonl\" | tail -n 1 | jq -c .body", "sh", type,
	    folder, NULL };
	const char *text = command_output(owner, grep);

	return json_owned(owner, json_loads(text, 0, NULL));
}

static void
both_who_pass_it_on_and_who_takes_it_sign_with_their_keys(void **state)
{
	struct front *ana = start(""), *ben = come("ben");
	const json_t *r;

	(void)state;
	wire_client_sign_with(ana->client, key("ana"), "ana");
	wire_client_sign_with(ben->client, key("ben"), "ben");
	done(ana, INTENT_HAND_OVER, "{'text': 'half of it is done', 'risks': "
	    "'the backup is slow'}");
	until(ben, state_of(ben)->handed_by != NULL);
	assert_string_equal(state_of(ben)->handover_risks,
	    "the backup is slow");
	done(ben, INTENT_TAKE_OVER, "{}");
	until(ana, str_equal(state_of(ana)->operator_, "ben"));

	r = record("handed_over");
	assert_string_equal(json_str(r, "strength"), "ssh");
	assert_true(str_starts(json_str(r, "key"), "SHA256:"));
	assert_contains(json_str(r, "statement"), "the backup is slow");
	r = record("taken_over");
	assert_string_equal(json_str(r, "principal"), "ben");
	assert_string_equal(json_str(r, "strength"), "ssh");
	end_it(ben);
}

static void
where_the_executor_signs_keystrokes_do_not_pass_it_on(void **state)
{
	struct front *ana = start("roles:\n  executor: {from: [ana, ben], "
	    "signed: true}\n"), *ben = come("ben"), *dora = come("dora");

	(void)state;
	assert_int_equal(ask(ana, INTENT_HAND_OVER, "{'text': 'x'}"),
	    ERR_POLICY);
	assert_string_equal(ana->reply.primary,
	    "who leads the run signs with an ssh key");
	wire_client_sign_with(ana->client, key("ana"), "ana");
	done(ana, INTENT_HAND_OVER, "{'text': 'x'}");
	until(ben, state_of(ben)->handed_by != NULL);
	until(dora, state_of(dora)->handed_by != NULL);
	assert_int_equal(ask(ben, INTENT_TAKE_OVER, "{}"), ERR_POLICY);
	assert_string_equal(ben->reply.primary,
	    "who leads the run signs with an ssh key");
	wire_client_sign_with(dora->client, key("dora"), "dora");
	assert_int_equal(ask(dora, INTENT_TAKE_OVER, "{}"), ERR_POLICY);
	assert_string_equal(dora->reply.primary,
	    "\"dora\" may not lead the run");
	wire_client_sign_with(ben->client, key("ben"), "ben");
	done(ben, INTENT_TAKE_OVER, "{}");
	end_it(ben);
}

/* What ana has signed, as she would send it. */
static json_t *
signed_fields(struct front *f, const char *principal, const char *with,
    const char *note)
{
	json_t *s = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
	    "pgrunbook", "signoff-v1", "decision", "hand_over", "at",
	    clock_rfc3339(owner, clock_now_us()), "nonce", random_hex(owner,
	    16), "run", state_of(f)->run, "request", state_of(f)->led_hash,
	    "principal", principal, "note", note);
	char *text = json_stable(owner, s), *signature;
	struct error err = { 0 };

	json_decref(s);
	assert_ok(keygen_sign(owner, key(with), text, &signature, &err), &err);
	return json_pack("{s:s, s:s, s:s}", "text", "as signed", "statement",
	    text, "signature", signature);
}

static void
refused(struct front *f, json_t *fields, const char *because)
{
	if (ask_json(f, INTENT_HAND_OVER, fields) != ERR_POLICY ||
	    strstr(f->reply.primary, because) == NULL)
		fail_msg("wanted: %s\ngot: %s", because, f->reply.primary);
	assert_null(state_of(f)->handed_by);
}

static void
a_forged_hand_over_has_its_own_message(void **state)
{
	struct front *ana = start(""), *ben;
	json_t *good = signed_fields(ana, "ana", "ana", "as signed");

	(void)state;
	refused(ana, signed_fields(ana, "ana", "ana", "something else"),
	    "what was signed is not what is asked for");
	refused(ana, signed_fields(ana, "ana", "ben", "as signed"),
	    "is that of \"ben\", not of \"ana\"");
	refused(ana, signed_fields(ana, "ben", "ben", "as signed"),
	    "is passed on by who leads it");
	assert_int_equal(ask_json(ana, INTENT_HAND_OVER, json_incref(good)),
	    ERR_NONE);
	ben = come("ben");
	done(ben, INTENT_TAKE_OVER, "{}");
	until(ana, str_equal(state_of(ana)->operator_, "ben"));
	/* The same once more, and one that is upon what was before. */
	refused(ana, json_incref(good), "is a replay");
	json_decref(good);
}

static void
more_time_is_signed_for_with_a_key(void **state)
{
	struct front *f;
	const json_t *r;
	char *end = clock_rfc3339(owner, clock_now_us() + 3600000000LL);
	char *later = clock_rfc3339(owner, clock_now_us() + 7200000000LL);

	(void)state;
	temp_file(owner, keys, "steps.yaml", "pgrunbook: 1\nname: steps\n"
	    "title: t\ntarget: shop\nsteps:\n" STEPS);
	f = start_window_in(keys, mem_printf(owner, "pgrunbook: 1\n"
	    "window: book\ntitle: t\nend: \"%s\"\nphases: [steps.yaml]\n"
	    "signers: allowed_signers\nroles:\n  executor: {signed: true}\n"
	    "targets:\n  shop: {url: \"env:TEST_URL\", environment: shared}\n",
	    end));
	until(f, waits_for(f, "sign-off"));
	assert_int_equal(ask(f, INTENT_EXTEND, mem_printf(owner, "{'end': "
	    "'%s', 'reason': 'slow'}", later)), ERR_POLICY);
	assert_string_equal(f->reply.primary,
	    "who leads the run signs with an ssh key");
	wire_client_sign_with(f->client, key("ana"), "ana");
	done(f, INTENT_EXTEND, mem_printf(owner, "{'end': '%s', 'reason': "
	    "'slow'}", later));
	r = record("window_extended");
	assert_string_equal(json_str(r, "strength"), "ssh");
	done(f, INTENT_SIGN, mem_printf(owner, "{'step': 'steps/make', "
	    "'digest': '%s'}", digest_of(f, "steps/make")));
	until(f, state_of(f)->is_closed && f->is_gone);
	holds();
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, begin_with_keys, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(both_who_pass_it_on_and_who_takes_it_sign_with_their_keys),
		test(where_the_executor_signs_keystrokes_do_not_pass_it_on),
		test(a_forged_hand_over_has_its_own_message),
		test(more_time_is_signed_for_with_a_key),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
