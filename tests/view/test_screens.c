/*
 * tests/view/test_screens.c - what people see, kept as golden screens.
 */

#include "harness/test.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/golden.h"
#include "view/picker.h"
#include "view/stage.h"

static const struct {
	const char		*name;
	struct stage_look	 look;
} looks[] = {
	{ "80x24", { 24, 80, false, false } },
	{ "120x36", { 36, 120, false, false } },
	{ "200x60", { 60, 200, false, false } },
	{ "ascii", { 24, 100, true, true } },
};

/* The same story at each size; the smaller ones without styles. */
static void
check(const char *name, void (*story)(struct stage *s))
{
	size_t i;

	for (i = 0; i < COUNT_OF(looks); i++) {
		void *owner = talloc_new(NULL);
		struct stage *s = stage_new(owner, looks[i].look);
		char *golden = mem_printf(owner, "view/%s-%s", name,
		    looks[i].name);

		story(s);
		golden_check(golden, i == 1 ? stage_dump(owner, s) :
		    stage_text(owner, s));
		talloc_free(owner);
	}
}

static void
ready(struct stage *s)
{
	stage_open(s);
}

static void
runs(struct stage *s)
{
	stage_open(s);
	stage_until_apply(s);
	stage_apply_runs(s);
}

static void
runs_page(struct stage *s)
{
	runs(s);
	stage_keys(s, "2");
}

static void
why(struct stage *s)
{
	runs(s);
	stage_keys(s, "1");
}

static void
backup(struct stage *s)
{
	const char *digest;

	stage_open(s);
	stage_event(s, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	stage_done(s, "freeze/announce", "R", 1000);
	stage_done(s, "freeze/owner", "R", 1000);
	stage_done(s, "freeze/merges", "R", 1000);
	stage_done(s, "freeze/ddl", "A", 1000);
	digest = stage_plan(s, "snapshot/dump", 1, "R", "{'text': 'pg_dump',"
	    " 'statements': [], 'lines': []}");
	stage_start(s, "snapshot/dump", 1, digest);
	stage_event(s, EVENT_STATUS, "{'step': 'snapshot/dump', 'text':"
	    " 'dumping table public.orders', 'reason': 'it is the largest'}");
	stage_event(s, EVENT_PROGRESS, "{'step': 'snapshot/dump', 'attempt': 1,"
	    "'done': 267911168, 'total': 432013312, 'unit': 'bytes', 'text':"
	    " 'public.orders', 'rate': 2344310, 'remaining_ms': 70000}");
	temp_file(s, s->folder, "artifacts/snapshot/dump.1/output.txt.part",
	    "pg_dump: dumping contents of table \"public.users\"\n"
	    "pg_dump: \033[31mdumping\033[0m contents of table \"public.orders\"\n");
	stage_wait(s, 95000);
}

static void
needs_signoff(struct stage *s)
{
	stage_open(s);
	stage_until_apply(s);
	stage_signoff(s);
}

static struct picker_run
a_run(const void *owner, const char *window, const char *place,
    const char *now, const char *environment, const char *database)
{
	return (struct picker_run){ .window = mem_strdup(owner, window),
	    .place = mem_strdup(owner, place), .now = mem_strdup(owner, now),
	    .environment = mem_strdup(owner, environment),
	    .database = mem_strdup(owner, database),
	    .operator_ = mem_strdup(owner, "ana@example.com"),
	    .opened_us = 1795743000000000, .is_live = true,
	    .is_needed = str_starts(now, "needs") };
}

/* Where a person begins; it has no run, so it is no story of a stage. */
static void
the_picker_names_the_environment_at_each_size(void **state)
{
	void *all = talloc_new(NULL);
	struct picker_run runs[] = {
		a_run(all, "production-migration", "rollout 5/12",
		    "needs a sign-off", "production", "shop_of_the_north"),
		a_run(all, "reconcile", "freeze 2/6", "runs", "shared", "shop"),
		a_run(all, "reconcile", "diff 1/3", "its engine is gone",
		    "sandbox", "copy"),
	};
	const struct picker_list list = { .runs_folder = "/runs",
	    .runs = runs, .run_count = COUNT_OF(runs) };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(looks); i++) {
		void *owner = talloc_new(NULL);
		const struct app_settings set = { .principal = "ana",
		    .ascii = looks[i].look.ascii,
		    .is_mono = looks[i].look.is_mono };
		struct app *a = app_new_picker(owner, &set, &list);
		struct canvas *c = canvas_new(owner, looks[i].look.rows,
		    looks[i].look.columns, looks[i].look.ascii);

		app_tick(a, 1795743600000000, 1000);
		app_render(a, c);
		golden_check(mem_printf(owner, "view/picker-%s",
		    looks[i].name), i == 1 ? canvas_dump(owner, c) :
		    canvas_text(owner, c));
		talloc_free(owner);
	}
	talloc_free(all);
}

static struct runbook_card *
a_card(const void *owner, const char *name, const char *by, const char *last,
    const char *next)
{
	struct runbook_card *c = NEW(owner, struct runbook_card);

	c->file = mem_printf(c, "%s.yaml", name);
	c->name = mem_strdup(c, name);
	c->title = mem_strdup(c, "A title");
	c->owner = mem_strdup(c, by);
	c->last_exercised = mem_strdup(c, last);
	c->next_window = mem_strdup(c, next);
	return c;
}

/* The picker's line of a runbook. */
static char *
card_line(const void *owner, const struct picker_list *list, int columns,
    const char *name)
{
	const struct app_settings set = { .principal = "ana" };
	struct app *a = app_new_picker(owner, &set, list);
	struct canvas *c = canvas_new(owner, 24, columns, false);
	char *line, *rest = NULL;

	app_tick(a, 1795743600000000, 1000);
	app_render(a, c);
	for (line = strtok_r(canvas_text(owner, c), "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		if (strstr(line, name) != NULL)
			return line;
	fail_msg("no line with \"%s\"", name);
	return NULL;
}

/* Its window has passed, and it was not exercised then or since. */
static void
the_picker_marks_what_is_overdue(void **state UNUSED)
{
	static const struct {
		const char	*name, *says, *says_not;
		bool		 in_80;		/* else there is no room for it */
	} rows[] = {
		{ "late", "OVERDUE", "never exercised", true },
		{ "late", "last 2026-10-02", "never exercised", true },
		{ "late", "platform-db", "never exercised", false },
		{ "late", "next 2026-11-20 01:00Z", "never exercised", false },
		{ "held", "last 2026-11-20", "OVERDUE", true },
		{ "to-come", "next 2027-01-10 01:00Z", "OVERDUE", false },
		{ "whenever", "never exercised", "OVERDUE", true },
	};
	void *owner = talloc_new(NULL);
	struct runbook_card *cards[] = {
		a_card(owner, "late", "platform-db", "2026-10-02",
		    "2026-11-20T01:00Z"),
		a_card(owner, "held", NULL, "2026-11-20", "2026-11-20T01:00Z"),
		a_card(owner, "to-come", NULL, NULL, "2027-01-10T01:00Z"),
		a_card(owner, "whenever", NULL, NULL, NULL),
	};
	const struct picker_list list = { .runs_folder = "/runs",
	    .cards = cards, .card_count = COUNT_OF(cards) };
	size_t i;
	char *line;

	for (i = 0; i < COUNT_OF(rows); i++) {
		line = card_line(owner, &list, 120, rows[i].name);
		assert_contains(line, rows[i].says);
		assert_null(strstr(line, rows[i].says_not));
		line = card_line(owner, &list, 80, rows[i].name);
		if (rows[i].in_80)
			assert_contains(line, rows[i].says);
		assert_null(strstr(line, rows[i].says_not));
	}
	talloc_free(owner);
}

static void
signoff(struct stage *s)
{
	needs_signoff(s);
	stage_keys(s, "s");
}

static void
signoff_typing(struct stage *s)
{
	signoff(s);
	stage_keys(s, "a");
	stage_type(s, "sho", false);
}

static void
failure_strip(struct stage *s)
{
	stage_open(s);
	stage_until_apply(s);
	stage_apply_fails(s);
}

static void
failure(struct stage *s)
{
	failure_strip(s);
	stage_keys(s, "s");
}

static void
drift(struct stage *s)
{
	stage_open(s);
	stage_review(s);
	stage_keys(s, "s");
}

/* What one side alone has. */
static void
drift_alone(struct stage *s)
{
	drift(s);
	stage_keys(s, "j j l");
}

/* What both have, too long to stand side by side. */
static void
drift_long(struct stage *s)
{
	drift(s);
	stage_keys(s, "j j j l");
}

/* A reviewer elsewhere: some of it decided, and not signed yet. */
static void
request(struct stage *s)
{
	stage_open(s);
	stage_review_signed(s);
	stage_event(s, EVENT_REQUEST_OPENED, "{'head': '00', 'sha256': '00',"
	    "'signed_by': 'ana', 'key': 'SHA256:VtUEecHfABCD'}");
	stage_event(s, EVENT_DECIDED, "{'step': 'diff/review', 'item': 'i1',"
	    "'truth': 'refused', 'reason': 'no copy', 'principal': 'ben'}");
	stage_keys(s, "s");
}

static void
handed_over(struct stage *s)
{
	stage_open(s);
	stage_until_apply(s);
	stage_signoff(s);
	stage_event(s, EVENT_HANDED_OVER, "{'principal': 'ben', 'uid': 1,"
	    "'user': 'ben', 'text': 'applied, not told yet', 'risks':"
	    "'support is asleep'}");
}

static void
locks(struct stage *s)
{
	runs(s);
	stage_keys(s, "L j");
}

static void
journal(struct stage *s)
{
	failure_strip(s);
	stage_keys(s, "J");
}

static void
help(struct stage *s)
{
	ready(s);
	stage_keys(s, "?");
}

static void
checklist(struct stage *s)
{
	const char *digest;

	stage_open(s);
	stage_event(s, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	digest = stage_plan(s, "freeze/announce", 1, "R",
	    "{'text': 'a checklist', 'statements': [], 'lines': []}");
	stage_start(s, "freeze/announce", 1, digest);
	stage_event(s, EVENT_ASKED, "{'step': 'freeze/announce', 'attempt': 1,"
	    "'question': {'type': 'manual', 'kind': 'manual', 'items': ["
	    "'Announced in #ops', 'Support knows'], 'fields': [{'name':"
	    " 'ticket', 'prompt': 'Change ticket', 'pattern': '^CHG-[0-9]+$'}]}"
	    "}");
	stage_keys(s, "s Space j");
}

static void
output(struct stage *s)
{
	backup(s);
	stage_keys(s, "o");
}

static void
closed(struct stage *s)
{
	runs(s);
	stage_event(s, EVENT_ATTEMPT_FINISHED, "{'step': 'rollout/apply',"
	    "'attempt': 1, 'outcome': 'done', 'ms': 20100}");
	stage_json(s, EVENT_RUN_CLOSED, json_pack("{s:s, s:I, s:s, s:s, s:s}",
	    "outcome", "abandoned", "count", (json_int_t)s->seq, "head", "x",
	    "reason", "enough for today", "principal", "ana"));
}

static void
engine_gone(struct stage *s)
{
	runs(s);
	app_engine_gone(s->app, "it was killed");
}

#define SCREEN(name) \
	static void \
	the_screen_##name(void **state) \
	{ \
		(void)state; \
		check(#name, name); \
	}

SCREEN(ready)
SCREEN(runs)
SCREEN(runs_page)
SCREEN(why)
SCREEN(backup)
SCREEN(needs_signoff)
SCREEN(signoff)
SCREEN(signoff_typing)
SCREEN(failure_strip)
SCREEN(failure)
SCREEN(drift)
SCREEN(drift_alone)
SCREEN(drift_long)
SCREEN(request)
SCREEN(handed_over)
SCREEN(locks)
SCREEN(journal)
SCREEN(help)
SCREEN(checklist)
SCREEN(output)
SCREEN(closed)
SCREEN(engine_gone)

static void
a_small_terminal_gets_one_sentence(void **state)
{
	void *owner = talloc_new(NULL);
	struct stage *s = stage_new(owner,
	    (struct stage_look){ 12, 50, false, false });

	(void)state;
	needs_signoff(s);
	golden_check("view/too-small", stage_text(owner, s));
	talloc_free(owner);
}

static void
the_largest_screen_is_drawn(void **state)
{
	void *owner = talloc_new(NULL);
	struct stage *s = stage_new(owner,
	    (struct stage_look){ 100, 300, false, false });

	(void)state;
	runs(s);
	assert_contains(stage_text(owner, s), "WAITING");
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_screen_ready),
		cmocka_unit_test(the_screen_runs),
		cmocka_unit_test(the_screen_runs_page),
		cmocka_unit_test(the_screen_why),
		cmocka_unit_test(the_screen_backup),
		cmocka_unit_test(the_screen_needs_signoff),
		cmocka_unit_test(the_screen_signoff),
		cmocka_unit_test(the_screen_signoff_typing),
		cmocka_unit_test(the_screen_failure_strip),
		cmocka_unit_test(the_screen_failure),
		cmocka_unit_test(the_screen_drift),
		cmocka_unit_test(the_screen_drift_alone),
		cmocka_unit_test(the_screen_drift_long),
		cmocka_unit_test(the_screen_request),
		cmocka_unit_test(the_screen_handed_over),
		cmocka_unit_test(the_screen_locks),
		cmocka_unit_test(the_screen_journal),
		cmocka_unit_test(the_screen_help),
		cmocka_unit_test(the_screen_checklist),
		cmocka_unit_test(the_screen_output),
		cmocka_unit_test(the_screen_closed),
		cmocka_unit_test(the_screen_engine_gone),
		cmocka_unit_test(the_picker_names_the_environment_at_each_size),
		cmocka_unit_test(the_picker_marks_what_is_overdue),
		cmocka_unit_test(a_small_terminal_gets_one_sentence),
		cmocka_unit_test(the_largest_screen_is_drawn),
	};

	return test_main(tests, NULL, NULL);
}
