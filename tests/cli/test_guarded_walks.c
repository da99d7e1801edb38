/*
 * tests/cli/test_guarded_walks.c - each shipped runbook that is for production
 * or shared, on a database that says that it is: what is of class B has the
 * ssh keys of two people who do not lead the run, and the bundle is proven.
 */

#include "harness/test.h"

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/books.h"
#include "cli/keyring.h"
#include "cli/shelf.h"
#include "harness/cluster.h"
#include "harness/web.h"

/* The team's rule for whatever may destroy, in place of the file's own. */
static void
want_two_people(struct shelf *s, const struct book *b)
{
	const char *sed[] = { "sed", "-i", "-e", "/^    approval: /d", "-e",
	    "s/^    class: B$/&\\n    approval: {from: [reviewer], min: 2, "
	    "signed: true, not: executor}/", "-e", "s/^target: .*/&\\n"
	    "roles:\\n  executor: {from: [ana]}\\n  reviewer: {from: [ana, ben, "
	    "carol], not: executor}\\nsigners: allowed_signers/",
	    mem_printf(s, "%s.yaml", b->name), NULL };

	assert_int_equal(program_run(s, s->folder, sed).status, 0);
	keyring_allow(s);
}

static bool
is_sign(const struct word *w)
{
	return w->items == 0 && w->key == NULL;
}

/* Two keys, and none of them alone, let it go on. */
static struct told
sign_by_two(struct shelf *s, const char *run)
{
	walk_stops(keyring_sign(s, run, "ben", NULL), 0, "left for");
	walk_stops(keyring_resume(s, run), 4, "waits for a sign-off");
	walk_stops(keyring_sign(s, run, "carol", NULL), 0, "left for");
	return keyring_resume(s, run);
}

/* To its end; what comes out of the report is the caller's to look at. */
static char *
walk_guarded(struct shelf *s, const struct book *b)
{
	const struct word *w;
	struct told t;
	char *run, *report;

	book_prepare(s, b);
	want_two_people(s, b);
	shelf_is(s, s->database, b->is_production ? "production" : "shared");
	shelf_is(s, s->other, "staging");
	t = book_walk(s, b);
	run = walk_run(s, t);
	for (w = b->words; w->step != NULL; w++) {
		walk_stops(t, 4, mem_printf(s, "\"%s/%s\"", b->name, w->step));
		if (is_sign(w)) {
			t = sign_by_two(s, run);
			continue;
		}
		book_say(s, b, w);
		t = keyring_resume(s, run);
	}
	walk_holds(t);
	walk_stops(keyring_resume(s, run), 1, "is closed");
	t = program_in(s, s->folder, "verify", run, NULL);
	walk_stops(t, 0, "run        closed");
	t = program_in(s, s->folder, "report", run, NULL);
	walk_stops(t, 0, b->is_production ? ": production, database" :
	    ": shared, database");
	report = t.out;
	book_clean(s);
	return report;
}

static void
each_runbook_for_production_is_walked_there_with_two_keys(void **state UNUSED)
{
	const struct book *b;
	const struct word *w;
	size_t walked = 0;

	for (b = books; b->name != NULL; b++) {
		struct shelf *s;
		char *report;

		/* staging-setup and reset-sandbox are for neither. */
		if (!b->is_production && !str_equal(b->name, "harden"))
			continue;
		print_message("# %s\n", b->title);
		s = shelf_new();
		report = walk_guarded(s, b);
		for (w = b->words; w->step != NULL; w++)
			if (is_sign(w)) {
				assert_contains(report, "by **ben** (ssh ");
				assert_contains(report, "by **carol** (ssh ");
			}
		assert_null(strstr(report, "prepared"));
		walked++;
		talloc_free(s);
	}
	assert_true(walked >= 15);
}

static int
set_up(void **state)
{
	keyring_make();
	return web_and_cluster_start(state);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_runbook_for_production_is_walked_there_with_two_keys),
	};

	return test_main(tests, set_up, cluster_stop);
}
