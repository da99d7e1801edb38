/*
 * tests/pty/test_signed_window.c - the demo's window, signed by three people
 * with keys of their own: on two terminals, and by a file from elsewhere.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/demo_shop.h"
#include "cli/program.h"
#include "cli/scratch_server.h"
#include "engine/person.h"
#include "harness/keys.h"
#include "harness/terminal.h"
#include "run/folder.h"

#define WAIT		TERMINAL_PATIENCE_MS
#define WINDOW_WAIT	(3 * TERMINAL_PATIENCE_MS)

static struct {
	void	*owner;
	char	*folder;		/* of the scratch server and the window */
	char	*runbooks, *window, *approvals, *runs, *elsewhere;
} w;

static void
replace(const char *path, const char *old, const char *new)
{
	char *text = slurp(w.owner, path), *at = strstr(text, old);

	assert_non_null(at);
	temp_file(w.owner, path_folder(w.owner, path), path_name(path),
	    mem_printf(w.owner, "%.*s%s%s", (int)(at - text), text, new,
	    at + strlen(old)));
}

static int
start(void **state UNUSED)
{
	static const char *const people[] = { "ana", "ben", "carol" };
	char *data = path_join(NULL, test_srcdir(), "runbooks");
	struct error err = { 0 };

	w.owner = talloc_new(NULL);
	w.runs = temp_folder(w.owner);
	w.elsewhere = temp_folder(w.owner);
	w.folder = scratch_folder_create(w.owner, "pgrunbook-test", &err);
	assert_got(w.folder, &err);
	assert_ok(scratch_server_start(w.folder, true, &err), &err);
	assert_ok(demo_shop_fill(w.folder, data, "sandbox", &err), &err);
	assert_ok(demo_window_write(w.owner, w.folder, data, "sandbox",
	    &w.window, &err), &err);
	w.runbooks = path_folder(w.owner, w.window);
	w.approvals = path_join(w.owner, w.runbooks, "demo/approvals");
	for (size_t i = 0; i < COUNT_OF(people); i++)
		key_allow(w.owner, w.runbooks, people[i], NULL,
		    key_make(w.owner, w.elsewhere, people[i]));
	replace(w.window, "reviewer: {}",
	    "reviewer: {from: [ben, carol], signed: true, not: executor}\n"
	    "signers: allowed_signers");
	replace(path_join(w.owner, w.runbooks, "diff.yaml"),
	    "    register: reconciliation\n",
	    "    register: reconciliation\n    approval: {from: [reviewer], "
	    "signed: true, not: executor}\n");
	replace(path_join(w.owner, w.runbooks, "rollout.yaml"),
	    "{from: [reviewer], min: 1, expires: 2h}",
	    "{from: [reviewer], min: 2, signed: true, not: executor, "
	    "expires: 2h}");
	setenv("PGRUNBOOK_RUNS", w.runs, 1);
	setenv("PGRUNBOOK_DATA", test_srcdir(), 1);
	talloc_free(data);
	return 0;
}

static int
stop(void **state UNUSED)
{
	struct error err = { 0 };

	assert_ok(scratch_server_stop(w.folder, &err), &err);
	assert_ok(file_remove_tree(w.folder, &err), &err);
	talloc_free(w.owner);
	return 0;
}

static char *
key(const char *name)
{
	return path_join(w.owner, w.elsewhere, name);
}

static struct terminal *
at_terminal(const char *command, const char *run, const char *name)
{
	const char *argv[] = {
		mem_printf(w.owner, "%s/pgrunbook", test_builddir()), command,
		run, "--as", name, "--key", key(name), "--approvals",
		w.approvals, NULL,
	};
	const char *env[] = { "PGRUNBOOK_THEME=default", NULL };
	struct terminal_spec spec = { .argv = argv, .env = env, .rows = 36,
	    .columns = 120, .cwd = w.elsewhere };

	/* Who reviews has no answers prepared. */
	if (!str_equal(command, "resume"))
		argv[7] = NULL;
	return terminal_start(w.owner, &spec);
}

/* Up to the decisions on what has drifted; its run. */
static char *
walk_to_the_review(void)
{
	struct error err = { 0 };
	struct told t;
	char **names;
	size_t count;

	t = program_in(w.owner, NULL, "run", w.window, "--headless", "--as",
	    "ana", "--key", key("ana"), "--approvals", w.approvals,
	    "--var", "ticket=DEMO-1",
	    "--var", mem_printf(w.owner, "migrations=%s/demo/migrations",
	    w.runbooks), "--var", mem_printf(w.owner,
	    "backup_folder=%s/backups", w.folder), NULL);
	if (t.status != 4)
		fail_msg("%s%s", t.out, t.errors);
	assert_contains(t.out, "9 of 11 items are not decided");
	/* What was prepared by somebody else, without a signature. */
	assert_non_null(strstr(t.out, "\"ben@example.com\" may not sign"));
	assert_ok(folder_list(w.owner, w.runs, &names, &count, &err), &err);
	assert_int_equal(count, 1);
	return names[0];
}

/* Carol has neither the run nor the database; her file is what comes back. */
static char *
export(const char *run, const char *name)
{
	char *request = path_join(w.owner, w.elsewhere, name);
	struct told t = program_in(w.owner, NULL, "review", run, "--export",
	    request, "--as", "ana", "--key", key("ana"), NULL);

	assert_string_equal(t.errors, "");
	assert_int_equal(t.status, 0);
	assert_contains(t.out, "Written, signed");
	return request;
}

static struct terminal *
open_elsewhere(const char *request, const char *name)
{
	struct terminal *t;

	setenv("PGRUNBOOK_RUNS", temp_folder(w.owner), 1);
	setenv("PGRUNBOOK_SIGNERS", path_join(w.owner, w.runbooks,
	    "allowed_signers"), 1);
	t = at_terminal("review", request, name);
	terminal_wait(t, "a request, not the run itself, signed by ana", WAIT);
	return t;
}

static void
close_elsewhere(struct terminal *t, const char *view)
{
	terminal_wait(t, "written to", WAIT);
	terminal_keys(t, "q");
	terminal_wait_gone(t, view, WAIT);
	terminal_keys(t, "q");
	assert_int_equal(terminal_wait_exit(t, WAIT), 0);
	setenv("PGRUNBOOK_RUNS", w.runs, 1);
	unsetenv("PGRUNBOOK_SIGNERS");
}

static char *
import(const char *run, const char *step, const char *said)
{
	char *approval = mem_printf(w.owner, "%s/%s.%s.carol.approval",
	    w.elsewhere, run, step);
	struct told t = program_in(w.owner, NULL, "approve", run, "--import",
	    approval, NULL);

	assert_string_equal(t.errors, "");
	assert_contains(t.out, said);
	return approval;
}

/* B first, and one by one; all of A at once. */
static void
decide_elsewhere(const char *run)
{
	struct terminal *carol = open_elsewhere(export(run, "drift.txt"),
	    "carol");

	terminal_keys(carol, "s");
	terminal_wait(carol, "Drift items.*decided 2/11", WAIT);
	terminal_wait(carol, "expected +actual", WAIT);
	terminal_keys(carol, "Am\r");
	terminal_wait(carol, "decided 2/11, 3 to sign", WAIT);
	terminal_keys(carol, "mjmjx");
	terminal_wait(carol, "Out of scope, because:", WAIT);
	terminal_keys(carol, "the import looks rows up by it\r");
	terminal_wait(carol, "decided 2/11, 6 to sign", WAIT);
	terminal_keys(carol, "ccounted twice\r");
	terminal_wait(carol, "Comment +counted twice", WAIT);
	terminal_keys(carol, "jbjmjb");
	terminal_wait(carol, "press s: 9 decisions to sign", WAIT);
	terminal_keys(carol, "s");
	close_elsewhere(carol, "Drift items");
	import(run, "diff-review", "decided by carol: diff/review");
}

static void
sign_by_name(struct terminal *t)
{
	terminal_keys(t, "s");
	terminal_wait(t, "Nothing is signed", WAIT);
	terminal_keys(t, "a");
	terminal_wait(t, "type the database's name", WAIT);
	terminal_keys(t, "shop\r");
}

/* Checklists, which are no matter of keys, from one to another. */
static void
answer(const char *run, const char *who, const char *first, const char *last)
{
	static const char *const asked[][2] = {
		{ "rollout/maintenance", "{'items': [true, true]}" },
		{ "rollout/tell", "{'items': [true, true]}" },
		{ "harden/local-by-default", "{'items': [true, true, true]}" },
		{ "harden/schema-pr",
		    "{'items': [true, true, true, true, true, true]}" },
		{ "harden/reconciled", "{'items': [true, true]}" },
		{ "harden/checklist", "{'items': [true, true, true, true, true],"
		    " 'fields': {'next': '2027-02-01'}}" },
	};
	struct front *f;
	size_t i = 0;

	owner = w.owner;
	folder = path_join(w.owner, w.runs, run);
	f = attach(who);
	until(f, waits_for(f, "answer"));
	while (!str_equal(asked[i][0], first))
		i++;
	do {
		until(f, step(f, asked[i][0])->status == STEP_WAITING);
		done(f, INTENT_ANSWER, mem_printf(w.owner,
		    "{'step': '%s', 'answer': %s}", asked[i][0], asked[i][1]));
	} while (!str_equal(asked[i++][0], last));
	talloc_free(f);
}

/* What nobody else has to sign, ana signs: the rehearsal. */
static void
rehearse(const char *run)
{
	const struct step_state *at, *signed_ = NULL;
	struct front *f;

	owner = w.owner;
	folder = path_join(w.owner, w.runs, run);
	f = attach("ana");
	for (;;) {
		until(f, waits_for(f, "answer") || waits_for(f, "sign-off"));
		at = &state_of(f)->steps[state_of(f)->current];
		if (waits_for(f, "answer"))
			break;
		/* What was prepared may have come first. */
		if (at != signed_)
			ask(f, INTENT_SIGN, mem_printf(w.owner, "{'step': "
			    "'%s', 'digest': '%s', 'typed': '%s'}", at->id,
			    step_last_attempt(at)->digest, json_str_or(
			    at->rule, "type_this", "")));
		signed_ = at;
		listen_on(f);
	}
	assert_string_equal(at->id, "rollout/maintenance");
	talloc_free(f);
}

/* Who has led it up to here passes it on; both with their keys. */
static void
pass_on(struct terminal *ana, struct terminal *ben)
{
	terminal_keys(ana, "H");
	terminal_wait(ana, "For whoever leads it next, notes:", WAIT);
	terminal_keys(ana, "applied, not told yet\r");
	terminal_wait(ana, "Open risks", WAIT);
	terminal_keys(ana, "support is asleep\r");
	terminal_wait(ana, "PASSED ON +not taken over yet", WAIT);
	terminal_wait(ben, "PASSED ON +press H to take it over: ana", WAIT);
	terminal_wait(ben, "open risks: support is asleep", WAIT);
	terminal_keys(ben, "H");
	terminal_wait(ben, "press H again", WAIT);
	terminal_keys(ben, "H");
	terminal_wait_gone(ana, "PASSED ON", WAIT);
}

static void
three_people_with_keys_complete_the_window(void **state UNUSED)
{
	char *run = walk_to_the_review(), *approval;
	struct terminal *ana, *ben, *carol;
	struct told t;

	/* What is decided is decided by a reviewer, elsewhere. */
	ana = at_terminal("resume", run, "ana");
	terminal_wait(ana, "FAILED", WINDOW_WAIT);
	terminal_keys(ana, "s");
	terminal_wait(ana, "run the step again", WAIT);
	terminal_keys(ana, "r");
	terminal_wait(ana, "9 drift items to decide", WAIT);
	decide_elsewhere(run);
	rehearse(run);
	answer(run, "ana", "rollout/maintenance", "rollout/maintenance");

	/* The executor cannot sign, though his key is a good one. */
	terminal_wait(ana, "sign-off, class B, for .*Apply", WINDOW_WAIT);
	sign_by_name(ana);
	terminal_wait(ana, "\"ana\" may not sign", WAIT);
	terminal_keys(ana, "q");

	/* Ben signs on the second terminal. */
	ben = at_terminal("review", run, "ben");
	terminal_wait(ben, "sign-off, class B", WAIT);
	sign_by_name(ben);
	terminal_wait(ben, "the journal's head is [0-9a-f]{4} ", WAIT);
	terminal_wait(ana, "1 of 2 signed", WAIT);

	/* Carol, elsewhere: the same screen. */
	carol = open_elsewhere(export(run, "request.txt"), "carol");
	sign_by_name(carol);
	close_elsewhere(carol, "Nothing is signed");
	approval = import(run, "rollout-apply", "signed by carol: rollout/apply");
	t = program_in(w.owner, NULL, "approve", run, "--import", approval,
	    NULL);
	assert_int_not_equal(t.status, 0);

	/* What is left of it is ben's, once ana has passed it on. */
	terminal_wait(ana, "sign-off, class A", WINDOW_WAIT);
	terminal_wait(ben, "sign-off, class A", WINDOW_WAIT);
	pass_on(ana, ben);
	terminal_keys(ben, "s");
	terminal_wait(ben, "Nothing is signed", WAIT);
	terminal_keys(ben, "a");
	answer(run, "ben", "rollout/tell", "harden/checklist");
	terminal_wait(ben, "DONE +the run is closed", WINDOW_WAIT);
	terminal_keys(ben, "q");
	assert_int_equal(terminal_wait_exit(ben, WAIT), 0);
	terminal_keys(ana, "q");
	assert_int_equal(terminal_wait_exit(ana, WAIT), 0);

	t = program_in(w.owner, NULL, "verify", run, "--approval", approval,
	    "--target", scratch_server_url(w.owner, w.folder, "shop"), NULL);
	assert_string_equal(t.errors, "");
	assert_int_equal(t.status, 0);
	assert_contains(t.out, "seen elsewhere, each in its place");
	assert_contains(t.out, "closed, signed by ana, SHA256:");
}

/* The bundle of the journey before, with public tools alone. */
static void
its_bundle_is_proven_by_hand(void **state UNUSED)
{
	static const char *const examples[] = {
		"chain", "files", "digests", "signatures", "closing",
	};
	struct error err = { 0 };
	char *bundle = run_folder_find(w.owner, w.runs, NULL, &err);

	assert_got(bundle, &err);
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		const char *const argv[] = { "bash", "-euo", "pipefail", "-c",
		    manual_example(w.owner, "pgrunbook-verify.7", examples[i]),
		    NULL };
		struct told t = program_run(w.owner, bundle, argv);

		print_message("# %s\n", examples[i]);
		assert_string_equal(t.errors, "");
		assert_string_equal(t.out, "");
		assert_int_equal(t.status, 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_people_with_keys_complete_the_window),
		cmocka_unit_test(its_bundle_is_proven_by_hand),
	};

	return test_main(tests, start, stop);
}
