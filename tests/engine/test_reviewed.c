/* tests/engine/test_reviewed.c - drift items decided at a run, by keys and files. */

#include "harness/test.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "approval/approval.h"
#include "approval/keygen.h"
#include "approval/request.h"
#include "approval/statement.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "harness/keys.h"
#include "run/decision.h"

#define REVIEW	"book/review"
#define RULE	"{from: [ben, carol, eve], signed: true, not: executor}"

static char *keys;

static char *
key(const char *name)
{
	return path_join(owner, keys, name);
}

static int
begin_with_keys(void **state)
{
	static const char *const people[] = { "ana", "ben", "carol" };

	person_begin(state);
	keys = temp_folder(owner);
	for (size_t i = 0; i < COUNT_OF(people); i++)
		key_allow(owner, keys, people[i], NULL,
		    key_make(owner, keys, people[i]));
	key_make(owner, keys, "eve");
	temp_file(owner, keys, "migrations/1.sql", "CREATE TABLE users (id int,"
	    " mail text);\nCREATE INDEX mail_idx ON users (mail);\n"
	    "CREATE INDEX id_idx ON users (id);\n");
	cluster_sql(db, "CREATE TABLE users (id int, mail text, nick text)");
	return 0;
}

/* One column too many (B), two indexes too few (A). */
static struct front *
start_review(const char *approval)
{
	struct front *f = start_run_in(keys, "signers: allowed_signers\n",
	    mem_printf(owner, "  - id: drift\n    drift: {expected: "
	    "{migrations: migrations, layout: sql}, fail_on: none}\n"
	    "    register: drift\n  - id: review\n    review: drift\n"
	    "    register: result\n%s%s\n", approval != NULL ?
	    "    approval: " : "", approval != NULL ? approval : ""));

	until(f, waits_for(f, "decision"));
	return f;
}

/* The item of a class: the first one. */
static const char *
item(struct front *f, const char *class_)
{
	const json_t *items = json_object_get(step_last_attempt(step(f,
	    REVIEW))->asked, "items"), *one;
	size_t i;

	json_array_foreach(items, i, one)
		if (str_equal(json_str(one, "class"), class_))
			return json_str(one, "id");
	fail_msg("no item of class %s", class_);
	return NULL;
}

static char *
word(struct front *f, const char *class_, const char *more)
{
	return mem_printf(owner, "{'step': '" REVIEW "', 'item': '%s', %s}",
	    item(f, class_), more);
}

#define END	"{'step': '" REVIEW "'}"

static void
all_of_class_a_are_decided_at_once_and_b_by_itself(void **state)
{
	struct front *f = start_review(NULL);

	(void)state;
	assert_int_equal(ask(f, INTENT_DECIDE_ALL, "{'step': '" REVIEW "', "
	    "'truth': 'delegated'}"), ERR_POLICY);
	done(f, INTENT_DECIDE_ALL, "{'step': '" REVIEW "', 'truth': "
	    "'migrations'}");
	assert_int_equal(state_of(f)->decision_count, 2);
	assert_int_equal(ask(f, INTENT_FINISH_REVIEW, END), ERR_POLICY);
	assert_string_equal(f->reply.primary, "1 item is not decided yet");
	done(f, INTENT_DECIDE, word(f, "B", "'truth': 'migrations'"));
	done(f, INTENT_COMMENT, word(f, "B", "'text': 'nobody reads it'"));
	done(f, INTENT_FINISH_REVIEW, END);
	until(f, state_of(f)->is_closed && f->is_gone);
	holds();
}

/* A file from elsewhere: ben has had the request before him there. */
static json_t *
statement(struct front *f, const char *principal, const char *decisions)
{
	const struct step_state *s = step(f, REVIEW);
	const struct request_state *r = &s->requests[s->request_count - 1];
	struct error err = { 0 };
	struct request request;
	char *text = request_make(owner, folder, key("ana"), "ana", &err);

	assert_got(text, &err);
	assert_ok(request_unpack(owner, text, strlen(text), temp_folder(owner),
	    path_join(owner, keys, "allowed_signers"), &request, &err), &err);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, "
	    "s:s, s:s}", "pgrunbook", "signoff-v1", "decision", "decide", "at",
	    clock_rfc3339(owner, clock_now_us()), "nonce", random_hex(owner,
	    16), "run", state_of(f)->run, "step", REVIEW, "request", r->hash,
	    "digest", r->digest, "principal", principal, "decisions",
	    json_loads(decisions, 0, NULL), "export_head", request.head,
	    "export_sha256", request.sha256);
}

static char *
all_decided(struct front *f)
{
	const json_t *items = json_object_get(step_last_attempt(step(f,
	    REVIEW))->asked, "items"), *one;
	struct buffer *b = buffer_new(owner);
	size_t i;

	json_array_foreach(items, i, one)
		buffer_printf(b, "%s{\"item\": \"%s\", \"truth\": \"%s\", "
		    "\"reason\": \"seen elsewhere\"}", i > 0 ? ", " : "[",
		    json_str(one, "id"), str_equal(json_str(one, "class"),
		    "B") ? "database" : "migrations");
	buffer_puts(b, "]");
	return b->data;
}

/* Takes statement. */
static char *
file_of(json_t *s, const char *name)
{
	char *text = json_stable(owner, s), *signature;
	struct error err = { 0 };

	json_decref(s);
	assert_ok(keygen_sign(owner, key(name), text, &signature, &err), &err);
	return statement_to_file(owner, text, signature);
}

static void
decisions_that_come_as_a_file_end_the_review(void **state)
{
	struct front *f = start_review(RULE);
	const struct decision_state *d;
	const char *dir;

	(void)state;
	temp_file(owner, folder, "approvals/ben.approval", file_of(statement(f,
	    "ben", all_decided(f)), "ben"));
	until(f, state_of(f)->is_closed && f->is_gone);
	assert_string_equal(state_of(f)->outcome, "done");
	d = state_decision(state_of(f), REVIEW, item(f, "B"));
	assert_string_equal(d->truth, "database");
	assert_string_equal(d->principal, "ben");
	assert_string_equal(d->strength, "ssh");
	assert_true(str_starts(d->key, "SHA256:"));
	/* The migration names who decided it, and why. */
	dir = json_str(json_object_get(state_of(f)->values, "result"), "dir");
	{
		const char *const cat[] = { "sh", "-c", "cat \"$1\"/*codified*",
		    "sh", dir, NULL };
		char *text = command_output(owner, cat);

		assert_contains(text, "users.nick (B): ben, seen elsewhere");
		assert_contains(text, "ADD COLUMN");
	}
	holds();
}

static void
rejected(struct front *f, json_t *s, const char *name, const char *because)
{
	static int number;
	size_t before = state_of(f)->rejection_count;

	temp_file(owner, folder, mem_printf(owner, "approvals/%d.approval",
	    ++number), file_of(s, name));
	until(f, state_of(f)->rejection_count > before);
	if (strstr(state_of(f)->rejections[before].reason, because) == NULL)
		fail_msg("wanted: %s\ngot: %s", because,
		    state_of(f)->rejections[before].reason);
	assert_int_equal(state_of(f)->decision_count, 0);
}

static json_t *
with(json_t *s, const char *field, const char *value)
{
	json_object_set_new(s, field, json_string(value));
	return s;
}

static void
each_forged_file_of_decisions_has_its_own_message(void **state)
{
	struct front *f = start_review(RULE);
	char *all = all_decided(f);

	(void)state;
	rejected(f, statement(f, "ben", all), "carol",
	    "is that of \"carol\", not of \"ben\"");
	rejected(f, statement(f, "eve", all), "eve",
	    "is not among the allowed signers");
	rejected(f, statement(f, "ana", all), "ana",
	    "\"ana\" may not sign for step");
	rejected(f, with(statement(f, "ben", all), "run", "another"), "ben",
	    "is for another run");
	rejected(f, with(statement(f, "ben", all), "digest", "0000"), "ben",
	    "is about another digest");
	rejected(f, with(statement(f, "ben", all), "request", "0000"), "ben",
	    "a request that this run has not made");
	rejected(f, with(statement(f, "ben", all), "export_sha256", "0000"),
	    "ben", "upon a request that is not this run's");
	rejected(f, with(statement(f, "ben", all), "export_head", "0000"),
	    "ben", "upon a request that is not this run's");
	rejected(f, with(statement(f, "ben", all), "at",
	    "2999-01-01T00:00:00.000Z"), "ben", "is from the future");
	rejected(f, statement(f, "ben", "[{\"item\": \"x\", \"truth\": "
	    "\"database\"}]"), "ben", "the review has no item \"x\"");
	rejected(f, statement(f, "ben", mem_printf(owner, "[{\"item\": \"%s\","
	    " \"truth\": \"refused\"}]", item(f, "B"))), "ben",
	    "an item is refused with a reason");
	rejected(f, statement(f, "ben", "[{\"item\": \"x\", \"truth\": 1}]"),
	    "ben", "this is no sign-off of pgrunbook's");
	rejected(f, with(statement(f, "ben", all), "decision", "approve"),
	    "ben", "this is no sign-off of pgrunbook's");
	/* It is what the engine itself would not take that was refused. */
	temp_file(owner, folder, "approvals/good.approval", file_of(statement(
	    f, "ben", all), "ben"));
	until(f, state_of(f)->is_closed);
}

static void
an_account_is_one_person_whatever_name_it_gives(void **state)
{
	struct front *f = start_review("{from: [ben], not: executor}");
	struct front *ben = attach("ben");

	(void)state;
	until(ben, waits_for(ben, "decision"));
	assert_int_equal(ask(ben, INTENT_DECIDE, word(f, "B",
	    "'truth': 'database'")), ERR_POLICY);
	assert_contains(ben->reply.primary, "another user of this machine");
}

/* At a second terminal of the same account: keys tell people apart. */
static void
keystrokes_count_once_they_are_signed(void **state)
{
	struct front *f = start_review(RULE), *ben = attach("ben");

	(void)state;
	until(ben, waits_for(ben, "decision"));
	done(ben, INTENT_DECIDE_ALL, "{'step': '" REVIEW "', 'truth': "
	    "'migrations'}");
	done(ben, INTENT_DECIDE, word(f, "B", "'truth': 'refused', 'reason': "
	    "'no copy of it'"));
	until(f, state_of(f)->decision_count == 3);
	assert_int_equal(state_undecided(state_of(f), step(f, REVIEW)), 3);
	wire_client_sign_with(ben->client, key("ben"), "ben");
	done(ben, INTENT_FINISH_REVIEW, END);
	until(f, state_undecided(state_of(f), step(f, REVIEW)) == 1);
	assert_int_equal(ask(ben, INTENT_FINISH_REVIEW, END), ERR_NONE);
	assert_true(waits_for(f, "decision"));
	wire_client_sign_with(ben->client, NULL, NULL);
	assert_int_equal(ask(ben, INTENT_FINISH_REVIEW, END), ERR_POLICY);
	assert_contains(ben->reply.primary, "\"ben\" refuses the item");
	wire_client_sign_with(ben->client, key("ben"), "ben");
	done(ben, INTENT_DECIDE, word(f, "B", "'truth': 'database'"));
	done(ben, INTENT_FINISH_REVIEW, END);
	until(f, state_of(f)->is_closed && f->is_gone);
	holds();
}

static void
where_two_are_to_agree_one_is_not_enough(void **state)
{
	struct front *f = start_review("{from: [ben, carol], signed: true, "
	    "min: 2, not: executor}");
	char *all = all_decided(f);

	(void)state;
	temp_file(owner, folder, "approvals/1.approval", file_of(statement(f,
	    "ben", all), "ben"));
	until(f, state_of(f)->decision_count == 3);
	assert_int_equal(state_undecided(state_of(f), step(f, REVIEW)), 1);
	assert_true(waits_for(f, "decision"));
	assert_int_equal(ask(f, INTENT_FINISH_REVIEW, END), ERR_POLICY);
	assert_contains(f->reply.primary, "1 of 2 people agree on the item");
	temp_file(owner, folder, "approvals/2.approval", file_of(statement(f,
	    "carol", all), "carol"));
	until(f, state_of(f)->is_closed && f->is_gone);
	holds();
}

static void
a_front_end_with_a_key_signs_what_it_has_decided(void **state)
{
	struct front *f = start_review("{from: [ana], signed: true}");

	(void)state;
	done(f, INTENT_DECIDE_ALL, "{'step': '" REVIEW "', 'truth': "
	    "'migrations'}");
	done(f, INTENT_DECIDE, word(f, "B", "'truth': 'out_of_scope', "
	    "'reason': 'later'"));
	assert_int_equal(ask(f, INTENT_FINISH_REVIEW, END), ERR_POLICY);
	assert_contains(f->reply.primary, "wants an ssh signature");
	wire_client_sign_with(f->client, key("ana"), "ana");
	done(f, INTENT_FINISH_REVIEW, END);
	until(f, state_of(f)->is_closed && f->is_gone);
	assert_string_equal(state_decision(state_of(f), REVIEW, item(f,
	    "B"))->strength, "ssh");
	holds();
}

/* ---- somebody else's account -------------------------------------------------- */

#define NOBODY	65534

struct answer {
	bool		 has_come;
	enum error_code	 code;
};

static void
note_answer(void *arg, int64_t id UNUSED, const struct error *err)
{
	struct answer *a = arg;

	*a = (struct answer){ true, err == NULL ? ERR_NONE : err->code };
}

/* In a process of his own, which must not fail a test. */
static enum error_code
guest_asks(struct wire_client *c, struct answer *a, enum intent_type t,
    json_t *fields)
{
	struct error err = { 0 };

	*a = (struct answer){ false, ERR_NONE };
	if (wire_client_send(c, t, fields, NULL, &err) != 0)
		return ERR_LOST;
	while (!a->has_come)
		if (wire_client_read(c, &err) != 0)
			return ERR_LOST;
	return a->code;
}

/* 0: he could do what a guest may, and no more. */
static int
be_guest(const char *wanted)
{
	struct answer a;
	struct wire_listener listener = { .on_reply = note_answer, .arg = &a };
	struct error err = { 0 };
	struct wire_client *c;

	if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 ||
	    setuid(NOBODY) != 0)
		return 2;
	c = wire_client_connect(NULL, folder, "plain", "ana", &listener, &err);
	if (c == NULL)
		return 3;
	if (guest_asks(c, &a, INTENT_DECIDE, json_pack("{s:s, s:s, s:s}",
	    "step", REVIEW, "item", wanted, "truth", "migrations")) != ERR_NONE)
		return 4;
	if (guest_asks(c, &a, INTENT_COMMENT, json_pack("{s:s, s:s, s:s}",
	    "step", REVIEW, "item", wanted, "text", "seen")) != ERR_NONE)
		return 5;
	if (guest_asks(c, &a, INTENT_FINISH_REVIEW, json_pack("{s:s}", "step",
	    REVIEW)) != ERR_POLICY)
		return 6;
	return guest_asks(c, &a, INTENT_PAUSE, json_object()) == ERR_POLICY ?
	    0 : 7;
}

static void
a_guest_decides_under_his_own_name_and_leads_nothing(void **state UNUSED)
{
	struct group *group = getgrgid(NOBODY);
	const char *wanted;
	struct front *f;
	int status;
	pid_t pid;

	if (getuid() != 0 || group == NULL) {
		/* cmocka's skip() reads as a failure in TAP. */
		print_message("left out: only root can come as somebody else\n");
		return;
	}
	person_share = mem_strdup(owner, group->gr_name);
	f = start_review(NULL);
	person_share = NULL;
	wanted = item(f, "B");
	temp_let_through(path_folder(owner, folder));
	pid = fork();
	if (pid == 0)
		_exit(be_guest(wanted));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);

	until(f, state_of(f)->decision_count == 1);
	assert_string_equal(state_of(f)->decisions[0].principal,
	    getpwuid(NOBODY)->pw_name);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, begin_with_keys, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(all_of_class_a_are_decided_at_once_and_b_by_itself),
		test(decisions_that_come_as_a_file_end_the_review),
		test(each_forged_file_of_decisions_has_its_own_message),
		test(an_account_is_one_person_whatever_name_it_gives),
		test(keystrokes_count_once_they_are_signed),
		test(where_two_are_to_agree_one_is_not_enough),
		test(a_front_end_with_a_key_signs_what_it_has_decided),
		test(a_guest_decides_under_his_own_name_and_leads_nothing),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
