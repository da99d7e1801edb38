/* tests/engine/test_signed.c - sign-offs with ssh keys, and forged ones. */

#include "harness/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "approval/keygen.h"
#include "approval/statement.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "harness/keys.h"

#define DROP	"book/drop"

/* Whose keys there are.  Each name is a key's file in folder. */
static const struct {
	const char	*name, *principals, *options;	/* null: not allowed to sign; ours */
} people[] = {
	{ "ana", "ana", NULL },
	{ "ben", "ben", NULL },
	{ "carol", "carol", NULL },
	{ "dora", "dora", NULL },
	{ "twin", "twin,other", NULL },
	{ "shared", "shared,ana", NULL },
	{ "old", "old",
	    "namespaces=\"pgrunbook-signoff\",valid-before=\"20200101\"" },
	{ "git", "git", "namespaces=\"git\"" },
	{ "gone", "gone", NULL },
	{ "stranger", NULL, NULL },
};

static char *keys;

static char *
key(const char *name)
{
	return path_join(owner, keys, name);
}

static int
begin_with_keys(void **state)
{
	size_t i;

	person_begin(state);
	keys = temp_folder(owner);
	for (i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		char *path = key_make(owner, keys, people[i].name);

		if (people[i].principals != NULL)
			key_allow(owner, keys, people[i].principals,
			    people[i].options, path);
	}
	temp_file(owner, keys, "revoked", mem_printf(owner, "%s\n",
	    key_public(owner, key("gone"))));
	return 0;
}

static struct front *
start_drop(const char *approval)
{
	struct front *f;

	cluster_sql(db, "CREATE TABLE u (a int)");
	f = start_run_in(keys, "signers: allowed_signers\nrevoked: revoked\n",
	    mem_printf(owner, "  - {id: drop, sql: \"DROP TABLE u\", "
	    "approval: %s}\n", approval));
	until(f, waits_for(f, "sign-off"));
	return f;
}

#define ANYONE_SIGNED	"{signed: true, min: 2, not: executor, expires: 30m}"

/* ---- statements ------------------------------------------------------------ */

/* What a person would sign, now. */
static json_t *
statement_of(struct front *f, const char *principal)
{
	json_t *fields = json_pack("{s:s, s:s, s:s}", "step", DROP, "digest",
	    digest_of(f, DROP), "typed", db), *statement = NULL;
	const char *text;
	struct error err = { 0 };

	assert_ok(statement_add(key("ben"), state_of(f), principal,
	    INTENT_SIGN, fields, &err), &err);
	text = json_str(fields, "statement");
	assert_ok(json_parse(text, strlen(text), &statement, &err), &err);
	json_decref(fields);
	return statement;
}

/* The fields of an intent.  Takes statement. */
static json_t *
signed_by(json_t *statement, const char *name)
{
	char *text = json_stable(owner, statement), *signature;
	struct error err = { 0 };

	assert_ok(keygen_sign(owner, key(name), text, &signature, &err), &err);
	json_decref(statement);
	return json_pack("{s:s, s:s}", "statement", text, "signature",
	    signature);
}

/* An approval's file, by a person with the key of that name.  Takes fields. */
static char *
file_of(json_t *fields)
{
	char *text = statement_to_file(owner, json_str(fields, "statement"),
	    json_str(fields, "signature"));

	json_decref(fields);
	return text;
}

static void
approve(struct front *f, const char *name)
{
	if (ask_json(f, INTENT_APPROVE, signed_by(statement_of(f, name),
	    name)) != ERR_NONE)
		fail_msg("%s: %s", f->reply.primary, f->reply.detail);
}

static void
refused(struct front *f, json_t *fields, const char *because)
{
	const struct run_state *s = state_of(f);
	size_t before = s->rejection_count;

	if (ask_json(f, INTENT_APPROVE, fields) != ERR_POLICY ||
	    strstr(f->reply.primary, because) == NULL)
		fail_msg("wanted: %s\ngot: %s: %s", because, f->reply.primary,
		    f->reply.detail);
	until(f, s->rejection_count == before + 1);
	assert_string_equal(s->rejections[before].reason, f->reply.primary);
	assert_true(waits_for(f, "sign-off"));
}

/* ---- tests ------------------------------------------------------------------ */

static void
two_people_with_keys_let_it_go(void **state)
{
	struct front *f = start_drop(ANYONE_SIGNED);
	const struct sign_state *sign;

	(void)state;
	approve(f, "ben");
	assert_true(waits_for(f, "sign-off"));
	approve(f, "carol");
	until(f, state_of(f)->is_closed);

	assert_string_equal(state_of(f)->outcome, "done");
	sign = &step(f, DROP)->signs[1];
	assert_string_equal(sign->principal, "carol");
	assert_string_equal(sign->strength, "ssh");
	assert_true(str_starts(sign->key, "SHA256:"));
	assert_true(sign->expires_us > sign->at_us);
	until(f, f->is_gone);
	holds();
}

/* The database has seen the journal's heads: a bundle made anew does not fit. */
static void
the_target_keeps_the_journals_heads(void **state)
{
	struct front *f = start_drop("{signed: true}");
	char *program = mem_printf(owner, "%s/pgrunbook", test_builddir());
	const char *const verify[] = { program, "verify", folder, "--target",
	    cluster_url(owner, db), NULL };
	const char *const forge[] = { "sh", "-c", "\"$1\" verify \"$2\" "
	    "--target \"$3\" 2>&1 || true", "sh", program, folder,
	    cluster_url(owner, db), NULL };

	(void)state;
	approve(f, "ben");
	until(f, state_of(f)->is_closed && f->is_gone);
	/* With the step's marker, and at the end. */
	assert_string_equal(cluster_value(owner, db, "SELECT count(*) FROM "
	    "pgrunbook.outcome WHERE length(head) = 64 AND seq > 0"), "2");
	assert_contains(command_output(owner, verify),
	    "2 seen elsewhere, each in its place");
	cluster_sql(db, "UPDATE pgrunbook.outcome SET head = "
	    "repeat('0', 64) WHERE step = ''");
	assert_contains(command_output(owner, forge),
	    "the journal is not the one that the database");
}

static void
a_front_end_with_a_key_signs_what_it_shows(void **state)
{
	struct front *f = start_drop("{signed: true}");
	struct front *ben = attach("ben");

	(void)state;
	until(ben, waits_for(ben, "sign-off"));
	assert_int_equal(ask(ben, INTENT_SIGN, mem_printf(owner, "{'step': '"
	    DROP "', 'digest': '%s', 'typed': '%s'}", digest_of(f, DROP),
	    db)), ERR_POLICY);
	assert_contains(ben->reply.primary, "wants an ssh signature");
	wire_client_sign_with(ben->client, key("ben"), "ben");
	done(ben, INTENT_SIGN, mem_printf(owner, "{'step': '" DROP
	    "', 'digest': '%s', 'typed': '%s', 'note': 'seen'}",
	    digest_of(f, DROP), db));
	until(f, state_of(f)->is_closed);
	assert_string_equal(step(f, DROP)->signs[0].strength, "ssh");
	assert_string_equal(step(f, DROP)->signs[0].note, "seen");
}

static void
a_refusal_with_a_key_stops_it(void **state)
{
	struct front *f = start_drop(ANYONE_SIGNED);
	json_t *s = statement_of(f, "ben");

	(void)state;
	json_object_set_new(s, "decision", json_string("refuse"));
	refused(f, signed_by(json_incref(s), "ben"), "this is no sign-off");
	json_object_set_new(s, "reason", json_string("the backup is old"));
	assert_int_equal(ask_json(f, INTENT_APPROVE, signed_by(s, "ben")),
	    ERR_NONE);
	until(f, waits_for(f, "failure"));
	assert_true(step(f, DROP)->signs[0].is_refusal);
	assert_string_equal(step(f, DROP)->signs[0].reason,
	    "the backup is old");
	assert_non_null(step(f, DROP)->signs[0].signature);
}

static json_t *
with(json_t *statement, const char *field, const char *value)
{
	if (value != NULL)
		json_object_set_new(statement, field, json_string(value));
	else
		json_object_del(statement, field);
	return statement;
}

/* One field is another than what would be right; signed well, by ben. */
static void
each_wrong_field_of_a_statement_has_its_own_message(void **state)
{
	static const struct {
		const char	*field, *value, *because;
	} rows[] = {
		{ "run", "20200101T000000Z-book-0000", "is for another run" },
		{ "step", "book/other", "is for another step" },
		{ "digest", "0000", "is about another digest" },
		{ "request", "0000", "a request that this run has not made" },
		{ "request", NULL, "this is no sign-off of pgrunbook's" },
		{ "typed", "shop", "what was typed is not the name" },
		{ "typed", NULL, "the name is typed" },
		{ "at", "2020-01-01T00:00:00.000Z", "has expired" },
		{ "at", "2999-01-01T00:00:00.000Z", "is from the future" },
		{ "at", "soon", "this is no sign-off of pgrunbook's" },
		{ "decision", "yes", "this is no sign-off of pgrunbook's" },
		{ "pgrunbook", "signoff-v2",
		    "this is no sign-off of pgrunbook's" },
		{ "force", "yes", "this is no sign-off of pgrunbook's" },
	};
	struct front *f = start_drop(ANYONE_SIGNED);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused(f, signed_by(with(statement_of(f, "ben"),
		    rows[i].field, rows[i].value), "ben"), rows[i].because);
	approve(f, "ben");
}

/* The statement is right; who signed it is not. */
static void
each_wrong_signer_has_its_own_message(void **state)
{
	static const struct {
		const char	*principal, *with, *because;
	} rows[] = {
		{ "stranger", "stranger", "is not among the allowed signers" },
		{ "ben", "stranger", "is not among the allowed signers" },
		{ "ben", "carol", "is that of \"carol\", not of \"ben\"" },
		{ "nobody", "ben", "is that of \"ben\", not of \"nobody\"" },
		{ "old", "old", "was not valid for sign-offs when" },
		{ "git", "git", "was not valid for sign-offs when" },
		{ "gone", "gone", "the key of \"gone\" is revoked" },
		{ "ana", "ana", "somebody else than who opened the run" },
		{ "shared", "shared", "another key than that of who opened" },
		{ "dora", "dora", "\"dora\" may not sign for step" },
	};
	struct front *f = start_drop("{from: [ana, ben, carol, old, git, gone, "
	    "shared, stranger, twin, other], signed: true, min: 2, "
	    "not: executor}");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused(f, signed_by(statement_of(f, rows[i].principal),
		    rows[i].with), rows[i].because);
	approve(f, "twin");
	refused(f, signed_by(statement_of(f, "other"), "twin"),
	    "the key has signed for step \"book/drop\" already, as \"twin\"");
	refused(f, signed_by(statement_of(f, "twin"), "twin"),
	    "\"twin\" has signed for step \"book/drop\" already");
	/* Revoked after the run has begun. */
	temp_file(owner, keys, "revoked", mem_printf(owner, "%s\n",
	    key_public(owner, key("ben"))));
	refused(f, signed_by(statement_of(f, "ben"), "ben"),
	    "the key of \"ben\" is revoked");
}

static void
what_was_changed_after_signing_is_found(void **state)
{
	struct front *f = start_drop(ANYONE_SIGNED);
	json_t *good = signed_by(statement_of(f, "ben"), "ben"), *bad;
	json_t *statement = statement_of(f, "carol");
	char *text, *p;

	(void)state;
	/* The statement. */
	bad = json_deep_copy(good);
	text = mem_strdup(owner, json_str(bad, "statement"));
	p = strstr(text, "ben");
	memcpy(p, "bem", 3);
	json_object_set_new(bad, "statement", json_string(text));
	refused(f, bad, "the signature does not fit");
	/* Its spelling. */
	bad = json_deep_copy(good);
	json_object_set_new(bad, "statement", json_string(mem_printf(owner,
	    "%s ", json_str(good, "statement"))));
	refused(f, bad, "this is no sign-off of pgrunbook's");
	/* The signature: that of another statement, none, and garbage. */
	bad = json_deep_copy(good);
	json_object_set_new(bad, "statement", json_string(json_stable(owner,
	    statement)));
	refused(f, bad, "the signature does not fit");
	bad = json_deep_copy(good);
	json_object_set_new(bad, "signature", json_string(""));
	refused(f, bad, "the signature does not fit");
	bad = json_deep_copy(good);
	json_object_set_new(bad, "signature", json_string("-----BEGIN SSH "
	    "SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"));
	refused(f, bad, "the signature does not fit");
	json_decref(statement);
	assert_int_equal(ask_json(f, INTENT_APPROVE, json_incref(good)),
	    ERR_NONE);
	refused(f, good, "is a replay");
}

static void
what_is_done_again_is_signed_again(void **state)
{
	struct front *f;
	json_t *late;

	(void)state;
	cluster_sql(db, "CREATE TABLE u (a int)");
	f = start_run_in(keys, "signers: allowed_signers\n",
	    "  - {id: drop, sql: \"DROP TABLE IF EXISTS u\", approval: "
	    "{signed: true}}\n  - {id: pause, manual: [look]}\n");
	until(f, waits_for(f, "sign-off"));
	late = signed_by(statement_of(f, "carol"), "carol");
	approve(f, "ben");
	until(f, waits_for(f, "answer"));
	assert_int_equal(ask_json(f, INTENT_APPROVE, json_incref(late)),
	    ERR_POLICY);
	assert_string_equal(f->reply.primary,
	    "nothing waits for a sign-off now");
	done(f, INTENT_CANCEL, "{'step': 'book/pause'}");
	until(f, waits_for(f, "failure"));
	done(f, INTENT_GOTO, "{'step': 'book/drop', 'reason': 'again'}");
	until(f, waits_for(f, "sign-off") && step(f, DROP)->attempt_count == 2);
	refused(f, late, "was for an attempt that is done");
}

static void
a_file_that_is_dropped_is_taken_and_a_bad_one_is_told(void **state)
{
	struct front *f = start_drop(ANYONE_SIGNED);
	char *good = file_of(signed_by(statement_of(f, "ben"), "ben"));

	(void)state;
	temp_file(owner, folder, "approvals/1.approval", "{");
	until(f, state_of(f)->rejection_count == 1);
	assert_string_equal(state_of(f)->rejections[0].source,
	    "approvals/1.approval");
	temp_file(owner, folder, "approvals/2.approval", good);
	until(f, step(f, DROP)->sign_count == 1);
	/* The same again is a replay; that first file is not looked at twice. */
	temp_file(owner, folder, "approvals/3.approval", good);
	until(f, state_of(f)->rejection_count == 2);
	assert_contains(state_of(f)->rejections[1].reason, "replay");
	temp_file(owner, folder, "approvals/4.approval", file_of(signed_by(
	    statement_of(f, "carol"), "carol")));
	until(f, state_of(f)->is_closed);
	assert_string_equal(state_of(f)->outcome, "done");
	assert_int_equal(state_of(f)->rejection_count, 2);
}

static void
a_signoff_with_a_secret_in_its_note_is_not_taken(void **state)
{
	struct front *f;

	(void)state;
	setenv("HIDDEN", "correct-horse", 1);
	cluster_sql(db, "CREATE TABLE u (a int)");
	f = start_run_in(keys, "signers: allowed_signers\nsecrets: [HIDDEN]\n",
	    "  - {id: drop, sql: \"DROP TABLE u\", approval: {signed: true}}\n");
	until(f, waits_for(f, "sign-off"));
	refused(f, signed_by(with(statement_of(f, "ben"), "note",
	    "I used correct-horse"), "ben"), "the sign-off holds a secret");
	assert_null(strstr(slurp(owner, path_join(owner, folder,
	    "journal.jsonl")), "correct-horse"));
}

static void
the_glass_is_broken_where_the_rule_allows_it_with_a_reason(void **state)
{
	struct front *f = start_drop("{from: [ben, carol], signed: true, "
	    "min: 2, not: executor, break_glass: true}");
	char *fields = mem_printf(owner, "'step': '" DROP "', 'digest': '%s', "
	    "'typed': '%s', 'break_glass': true", digest_of(f, DROP), db);

	(void)state;
	assert_int_equal(ask(f, INTENT_SIGN, mem_printf(owner, "{%s}",
	    fields)), ERR_POLICY);
	assert_contains(f->reply.primary, "a reason is wanted");
	/* Alone, but not without a name. */
	assert_int_equal(ask(f, INTENT_SIGN, mem_printf(owner, "{%s, 'note': "
	    "'all are asleep'}", fields)), ERR_POLICY);
	assert_contains(f->reply.primary, "an ssh signature is wanted");
	wire_client_sign_with(f->client, key("ana"), "ana");
	done(f, INTENT_SIGN, mem_printf(owner, "{%s, 'note': 'all are "
	    "asleep'}", fields));
	until(f, state_of(f)->is_closed && f->is_gone);
	assert_string_equal(state_of(f)->outcome, "done");
	assert_string_equal(step(f, DROP)->signs[0].strength, "break-glass");
	assert_true(str_starts(step(f, DROP)->signs[0].key, "SHA256:"));
	holds();
}

static void
the_glass_stays_whole_where_the_rule_does_not_allow_it(void **state)
{
	struct front *f = start_drop("{from: [ben]}");

	(void)state;
	assert_int_equal(ask(f, INTENT_SIGN, mem_printf(owner, "{'step': '"
	    DROP "', 'digest': '%s', 'typed': '%s', 'break_glass': true, "
	    "'note': 'hurry'}", digest_of(f, DROP), db)), ERR_POLICY);
	assert_contains(f->reply.primary, "does not allow to break the glass");
}

static void
a_key_in_the_agent_signs_and_one_that_is_not_there_says_so(void **state)
{
	char *socket = path_join(owner, keys, "agent");
	const char *const start[] = { "sh", "-c", "ssh-agent -a \"$1\" | "
	    "sed -n 's/.*AGENT_PID=\\([0-9]*\\).*/\\1/p'", "sh", socket, NULL };
	char *pid = str_trim(owner, command_output(owner, start));
	const char *const add[] = { "ssh-add", "-q", key("ben"), NULL };
	struct error err = { 0 };
	char *signature;

	(void)state;
	setenv("SSH_AUTH_SOCK", socket, 1);
	command_output(owner, add);
	assert_int_equal(unlink(key("ben")), 0);
	assert_ok(keygen_sign(owner, mem_printf(owner, "%s.pub", key("ben")),
	    "x", &signature, &err), &err);
	assert_int_equal(unlink(key("carol")), 0);
	assert_error(keygen_sign(owner, mem_printf(owner, "%s.pub",
	    key("carol")), "x", &signature, &err), &err, ERR_CHILD);
	assert_contains(err.primary, "could not sign with the key");
	unsetenv("SSH_AUTH_SOCK");
	assert_int_equal(kill((pid_t)atoi(pid), SIGTERM), 0);
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, begin_with_keys, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(two_people_with_keys_let_it_go),
		test(the_target_keeps_the_journals_heads),
		test(a_front_end_with_a_key_signs_what_it_shows),
		test(a_refusal_with_a_key_stops_it),
		test(each_wrong_field_of_a_statement_has_its_own_message),
		test(each_wrong_signer_has_its_own_message),
		test(what_was_changed_after_signing_is_found),
		test(what_is_done_again_is_signed_again),
		test(a_file_that_is_dropped_is_taken_and_a_bad_one_is_told),
		test(a_signoff_with_a_secret_in_its_note_is_not_taken),
		test(the_glass_is_broken_where_the_rule_allows_it_with_a_reason),
		test(the_glass_stays_whole_where_the_rule_does_not_allow_it),
		test(a_key_in_the_agent_signs_and_one_that_is_not_there_says_so),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
