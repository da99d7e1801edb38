/*
 * tests/view/acting.h - one person at one run, whose keys and screen a test
 * looks at: begin() and end() are each test's setup and teardown.
 */
#ifndef PGRUNBOOK_TESTS_VIEW_ACTING_H
#define PGRUNBOOK_TESTS_VIEW_ACTING_H

#include "harness/test.h"

#include <string.h>

#include "base/memory.h"
#include "view/stage.h"

static struct stage *s;
static void *owner;

static inline int
begin(void **state UNUSED)
{
	owner = talloc_new(NULL);
	s = stage_new(owner, (struct stage_look){ 36, 120, false, false });
	stage_open(s);
	return 0;
}

static inline int
end(void **state UNUSED)
{
	talloc_free(owner);
	return 0;
}

static inline void
assert_shows(const char *text)
{
	assert_contains(stage_text(owner, s), text);
}

static inline void
assert_hides(const char *text)
{
	assert_null(strstr(stage_text(owner, s), text));
}

/* The run has begun, and its announcement runs. */
static inline void
announces(void)
{
	const char *digest;

	stage_event(s, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	digest = stage_plan(s, "freeze/announce", 1, "R", "{'text': 'x'}");
	stage_start(s, "freeze/announce", 1, digest);
}

/* The run waits for one key on freeze/ddl; its digest. */
static inline const char *
wants_class_a(void)
{
	const char *digest;

	stage_event(s, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	stage_done(s, "freeze/announce", "R", 1000);
	stage_done(s, "freeze/owner", "R", 1000);
	stage_done(s, "freeze/merges", "R", 1000);
	digest = stage_plan(s, "freeze/ddl", 1, "A", "{'text': 'freeze'}");
	stage_event(s, EVENT_SIGNOFF_REQUESTED, mem_printf(owner, "{'step':"
	    " 'freeze/ddl', 'attempt': 1, 'class': 'A', 'digest': '%s',"
	    " 'rule': {'min': 1, 'ceremony': 'key'}}", digest));
	return digest;
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
