/*
 * tests/pty/test_signed_window.c - the demo's window, signed by three people
 * with keys of their own: on two terminals, and by a file from elsewhere.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
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

/* Up to the sign-off of what changes the shop; its run. */
static char *
walk_to_the_rollout(void)
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
	assert_contains(t.out, "step \"rollout/apply\" waits for a sign-off");
	/* What was prepared without a signature is not taken. */
	assert_non_null(strstr(t.out, "\"ben@example.com\" may not sign"));
	assert_ok(folder_list(w.owner, w.runs, &names, &count, &err), &err);
	assert_int_equal(count, 1);
	return names[0];
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

/* The checklists at the end, which are no matter of keys. */
static void
answer_the_rest(const char *run)
{
	static const char *const asked[][2] = {
		{ "rollout/tell", "{'items': [true, true]}" },
		{ "harden/local-by-default", "{'items': [true, true, true]}" },
		{ "harden/schema-pr",
		    "{'items': [true, true, true, true, true, true]}" },
		{ "harden/reconciled", "{'items': [true, true]}" },
		{ "harden/checklist", "{'items': [true, true, true, true, true],"
		    " 'fields': {'next': '2027-02-01'}}" },
	};
	struct front *f;
	size_t i;

	owner = w.owner;
	folder = path_join(w.owner, w.runs, run);
	f = attach("ana");
	until(f, waits_for(f, "answer"));
	for (i = 0; i < COUNT_OF(asked); i++) {
		until(f, step(f, asked[i][0])->status == STEP_WAITING);
		done(f, INTENT_ANSWER, mem_printf(w.owner,
		    "{'step': '%s', 'answer': %s}", asked[i][0], asked[i][1]));
	}
}

static void
three_people_with_keys_complete_the_window(void **state UNUSED)
{
	char *run = walk_to_the_rollout(), *request, *approval;
	struct terminal *ana, *ben;
	struct told t;

	/* The executor cannot, though his key is a good one. */
	ana = at_terminal("resume", run, "ana");
	terminal_wait(ana, "sign-off, class B", WINDOW_WAIT);
	sign_by_name(ana);
	terminal_wait(ana, "\"ana\" may not sign", WAIT);
	terminal_keys(ana, "q");

	/* Carol gets it as a file, and has neither the run nor the database. */
	request = path_join(w.owner, w.elsewhere, "request.txt");
	t = program_in(w.owner, NULL, "review", run, "--export", request, NULL);
	assert_int_equal(t.status, 0);

	/* Ben signs on the second terminal. */
	ben = at_terminal("review", run, "ben");
	terminal_wait(ben, "sign-off, class B", WAIT);
	sign_by_name(ben);
	terminal_wait(ben, "the journal's head is [0-9a-f]{4} ", WAIT);
	terminal_keys(ben, "q");
	assert_int_equal(terminal_wait_exit(ben, WAIT), 0);
	terminal_wait(ana, "1 of 2 signed", WAIT);

	/* Carol, elsewhere: the same screen. */
	setenv("PGRUNBOOK_RUNS", temp_folder(w.owner), 1);
	ben = at_terminal("review", request, "carol");
	terminal_wait(ben, "sign-off, class B", WAIT);
	sign_by_name(ben);
	terminal_wait(ben, "written to", WAIT);
	terminal_keys(ben, "q");
	terminal_wait(ben, "nothing was signed|Sign-off|NEEDS YOU", WAIT);
	terminal_keys(ben, "q");
	assert_int_equal(terminal_wait_exit(ben, WAIT), 0);
	setenv("PGRUNBOOK_RUNS", w.runs, 1);

	approval = mem_printf(w.owner, "%s/%s.rollout-apply.carol.approval",
	    w.elsewhere, run);
	t = program_in(w.owner, NULL, "approve", run, "--import", approval,
	    NULL);
	assert_string_equal(t.errors, "");
	assert_contains(t.out, "signed by carol: rollout/apply");
	t = program_in(w.owner, NULL, "approve", run, "--import", approval,
	    NULL);
	assert_int_not_equal(t.status, 0);

	/* What is left of it is ana's, by her key. */
	terminal_wait(ana, "sign-off, class A", WINDOW_WAIT);
	terminal_keys(ana, "s");
	terminal_wait(ana, "Nothing is signed", WAIT);
	terminal_keys(ana, "a");
	answer_the_rest(run);
	terminal_wait(ana, "DONE +the run is closed", WINDOW_WAIT);
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
