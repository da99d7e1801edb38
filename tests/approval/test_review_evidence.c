/*
 * tests/approval/test_review_evidence.c - a bundle with decisions and a
 * hand-over, all signed; and forged ones, chained anew.
 */

#include "harness/test.h"

#include <string.h>

#include "approval/approval.h"
#include "approval/bundle.h"
#include "approval/evidence.h"
#include "approval/keygen.h"
#include "approval/statement.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/sample.h"

#define LOOK	"main/look"

static void *owner;
static char *keys, *bundle;

/* The fields that the key of that name adds; what else the event has: fields. */
static json_t *
signed_by(struct run *r, const char *name, enum intent_type t, json_t *intent,
    const char *fields)
{
	char *key = path_join(owner, keys, name), *fingerprint;
	json_t *data = sample_json(fields);
	struct error err = { 0 };

	assert_ok(statement_add(key, r->state, name, t, intent, &err), &err);
	assert_ok(keygen_fingerprint(owner, key, &fingerprint, &err), &err);
	json_object_update_new(data, json_pack("{s:s, s:i, s:s, s:s, s:s, s:O, "
	    "s:O}", "principal", name, "uid", -1, "user", name, "strength",
	    "ssh", "key", fingerprint, "statement", json_object_get(intent,
	    "statement"), "signature", json_object_get(intent, "signature")));
	json_decref(intent);
	return data;
}

static void
add(struct run *r, enum event_type t, json_t *data)
{
	struct error err = { 0 };

	assert_ok(run_append(r, t, data, &err), &err);
}

/* What ben would say, for statement_add() to sign; not in the journal. */
static json_t *
decisions_of_ben(struct run *r)
{
	static const char words[] = "[{'item': 'b', 'truth': 'database', "
	    "'reason': 'it is used'}]";
	json_t *data;

	sample_append(r, EVENT_DECIDED, "{'step': '" LOOK "', 'item': 'b', "
	    "'truth': 'database', 'reason': 'it is used', 'principal': 'ben',"
	    "'strength': 'keystroke'}");
	data = signed_by(r, "ben", INTENT_FINISH_REVIEW, json_pack("{s:s}",
	    "step", LOOK), "{'step': '" LOOK "', 'attempt': 1}");
	json_object_set_new(data, "decisions", sample_json(words));
	json_object_set_new(data, "digest", json_string(state_step(r->state,
	    LOOK)->requests[0].digest));
	return data;
}

static void
play(struct run *r)
{
	json_t *shown = sample_json("{'class': 'R', 'text': 'review'}");
	char digest[SHA256_HEX_SIZE];

	approval_digest(shown, digest);
	add(r, EVENT_STEP_PLANNED, json_pack("{s:s, s:i, s:s, s:s, s:o}",
	    "step", LOOK, "attempt", 1, "class", "R", "digest", digest,
	    "shown", shown));
	sample_append(r, EVENT_ATTEMPT_STARTED, mem_printf(owner, "{'step': '"
	    LOOK "', 'attempt': 1, 'digest': '%s'}", digest));
	sample_append(r, EVENT_ASKED, "{'step': '" LOOK "', 'attempt': 1, "
	    "'question': {'type': 'review', 'items': [{'id': 'b', 'class': "
	    "'B', 'title': 'a column'}], 'rule': {'from': ['ben', 'ana'], "
	    "'signed': true, 'not': 'executor', 'min': 1}}}");
	add(r, EVENT_REVIEWED, decisions_of_ben(r));
	sample_append(r, EVENT_ANSWERED, "{'step': '" LOOK "', 'attempt': 1, "
	    "'answer': {'decided': 1}, 'principal': 'ben'}");
	sample_append(r, EVENT_ATTEMPT_FINISHED, "{'step': '" LOOK "', "
	    "'attempt': 1, 'outcome': 'done', 'ms': 1}");
	add(r, EVENT_HANDED_OVER, signed_by(r, "ana", INTENT_HAND_OVER,
	    sample_json("{'text': 'half is done', 'risks': 'slow'}"),
	    "{'text': 'half is done', 'risks': 'slow'}"));
	add(r, EVENT_TAKEN_OVER, signed_by(r, "carol", INTENT_TAKE_OVER,
	    json_object(), "{}"));
}

static int
begin(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	keys = bundle_keys(owner);
	bundle = bundle_make_of(owner, keys, "{'from': ['ana', 'carol'], "
	    "'signed': true}", play);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

static void
decisions_and_a_hand_over_that_were_not_forged_hold(void **state)
{
	struct error err = { 0 };
	struct evidence e;

	(void)state;
	assert_ok(evidence_verify(bundle, NULL, 0, &e, &err), &err);
	/* As he typed them, and signed. */
	assert_int_equal(e.decisions, 2);
}

/* ---- forgeries ----------------------------------------------------------------- */

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
take_out_the_review(json_t *b)
{
	drop(b, "reviewed");
}

static void
change_a_decision(json_t *b)
{
	json_object_set_new(json_array_get(json_object_get(first(b,
	    "reviewed"), "decisions"), 0), "truth", json_string("migrations"));
}

static void
add_a_comment_to_it(json_t *b)
{
	json_object_set_new(first(b, "reviewed"), "comments", sample_json(
	    "[{'item': 'b', 'text': 'and more'}]"));
}

static void
change_what_was_signed_too(json_t *b)
{
	json_t *body = first(b, "reviewed");
	char *text = mem_strdup(owner, json_str(body, "statement")), *p;

	change_a_decision(b);
	p = strstr(text, "\"database\"");
	memcpy(p, "\"databasf\"", 10);
	json_object_set_new(body, "statement", json_string(text));
}

static void
call_it_typed(json_t *b)
{
	json_object_set_new(first(b, "reviewed"), "strength",
	    json_string("keystroke"));
}

static void
ask_about_another_item(json_t *b)
{
	json_object_set_new(json_array_get(json_object_get(json_object_get(
	    first(b, "asked"), "question"), "items"), 0), "title",
	    json_string("an index"));
}

static void
weaken_the_rule(json_t *b)
{
	json_object_del(json_object_get(json_object_get(first(b, "asked"),
	    "question"), "rule"), "signed");
}

static void
change_the_risks(json_t *b)
{
	json_object_set_new(first(b, "handed_over"), "risks",
	    json_string("none"));
}

static void
take_out_the_signature_of_a_hand_over(json_t *b)
{
	json_t *body = first(b, "handed_over");

	json_object_del(body, "statement");
	json_object_del(body, "signature");
	json_object_del(body, "key");
	json_object_set_new(body, "strength", json_string("keystroke"));
}

static void
pass_it_on_as_another(json_t *b)
{
	json_object_set_new(first(b, "handed_over"), "principal",
	    json_string("carol"));
}

static void
take_it_over_without_having_been_asked(json_t *b)
{
	drop(b, "handed_over");
}

static void
let_another_take_it_over(json_t *b)
{
	json_object_set_new(first(b, "taken_over"), "principal",
	    json_string("ben"));
}

static void
hand_a_reviewers_copy_in(json_t *b)
{
	json_array_insert_new(b, json_array_size(b) - 1, sample_json(
	    "{'at': '2026-11-27T01:00:00.000Z', 'type': 'request_opened', "
	    "'head': '0', 'sha256': '0'}"));
}

static void
each_forgery_has_its_own_message(void **state)
{
	static const struct {
		const char	*name;
		void		(*forge)(json_t *bodies);
		const char	*because;
	} rows[] = {
#define ROW(forge, because) { #forge, forge, because }
		ROW(take_out_the_review, "wants an ssh signature"),
		ROW(change_a_decision, "something else than what was signed"),
		ROW(add_a_comment_to_it, "something else than what was signed"),
		ROW(change_what_was_signed_too, "the signature does not fit"),
		ROW(call_it_typed, "has a signature, and says"),
		ROW(ask_about_another_item, "is about another digest"),
		ROW(weaken_the_rule, "is about another digest"),
		ROW(change_the_risks, "something else than what was signed"),
		ROW(take_out_the_signature_of_a_hand_over,
		    "who leads the run signs with an ssh key"),
		ROW(pass_it_on_as_another, "that nobody else has passed on"),
		ROW(take_it_over_without_having_been_asked,
		    "that nobody else has passed on"),
		ROW(let_another_take_it_over, "something else than what was"),
		ROW(hand_a_reviewers_copy_in, "this is a reviewer's copy"),
#undef ROW
	};
	struct error err;
	struct evidence e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *folder = bundle_copy(owner, bundle);
		json_t *bodies = bundle_read(folder);

		rows[i].forge(bodies);
		bundle_write(folder, bodies);
		json_decref(bodies);
		error_clear(&err);
		if (evidence_verify(folder, NULL, 0, &e, &err) == 0 ||
		    err.code != ERR_VERIFY ||
		    strstr(err.primary, rows[i].because) == NULL)
			fail_msg("%s\nwanted: %s\ngot: %s (%s)", rows[i].name,
			    rows[i].because, err.primary, err.detail);
	}
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(decisions_and_a_hand_over_that_were_not_forged_hold),
		test(each_forgery_has_its_own_message),
	};

	return test_main(tests, NULL, NULL);
}
