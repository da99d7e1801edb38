/*
 * tests/cli/test_consent.c - the shipped runbooks do nothing without the words
 * of people that they ask for: each of them is waited for by name, and none
 * that is incomplete is taken.
 */

#include "harness/test.h"

#include "base/file.h"
#include "base/memory.h"
#include "cli/books.h"
#include "cli/keyring.h"
#include "cli/shelf.h"
#include "harness/cluster.h"
#include "harness/web.h"

/* Each word is waited for by name, and only the last ends the run. */
static void
no_step_goes_on_without_its_word(void **state UNUSED)
{
	const struct book *b;
	const struct word *w;

	for (b = books; b->name != NULL; b++) {
		struct shelf *s = shelf_new();
		struct told t;
		char *run;

		book_prepare(s, b);
		t = book_walk(s, b);
		run = walk_run(s, t);
		for (w = b->words; w->step != NULL; w++) {
			walk_stops(t, 4, mem_printf(s, "step \"%s/%s\" %s",
			    b->name, w->step, w->items > 0 || w->key != NULL ?
			    "needs an answer" : "waits for a sign-off"));
			book_say(s, b, w);
			t = keyring_resume(s, run);
		}
		walk_holds(t);
		walk_stops(program_in(s, s->folder, "verify", run, NULL), 0, "");
		book_clean(s);
		talloc_free(s);
	}
}

/* A checklist with a gap, and what is filled in in another form. */
static void
no_checklist_passes_that_is_not_complete(void **state UNUSED)
{
	const struct book *b;
	const struct word *w;

	for (b = books; b->name != NULL; b++)
		for (w = b->words; w->step != NULL; w++) {
			struct shelf *s;

			if (w->items == 0)
				continue;
			s = shelf_new();
			book_prepare(s, b);
			book_say_but(s, b, w);
			shelf_say(s, mem_printf(s, "%s/%s", b->name, w->step),
			    mem_printf(s, "\"answer\": {\"items\": [false%s], "
			    "\"fields\": {%s}}", &",true,true,true,true,true"
			    [(6 - w->items) * 5], w->fields));
			walk_stops(book_walk(s, b), 1, "item 1 is not ticked");
			book_clean(s);
			talloc_free(s);
			if (w->bad == NULL)
				continue;
			s = shelf_new();
			book_prepare(s, b);
			book_say_but(s, b, w);
			shelf_tick(s, mem_printf(s, "%s/%s", b->name, w->step),
			    w->items, w->bad);
			walk_stops(book_walk(s, b), 1, "does not have the form");
			book_clean(s);
			talloc_free(s);
		}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_step_goes_on_without_its_word),
		cmocka_unit_test(no_checklist_passes_that_is_not_complete),
	};

	return test_main(tests, web_and_cluster_start, cluster_stop);
}
