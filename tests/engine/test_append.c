/*
 * tests/engine/test_append.c - entries in a team's files, and evidence, stand
 * there once, also where the engine is killed around them.
 */

#include "harness/test.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"

static char *books;

static size_t
entries(void)
{
	const char *text = slurp(owner, path_join(owner, books, "notes.md"));
	size_t n = 0;

	while ((text = strstr(text, "<!-- pgrunbook ")) != NULL) {
		text++;
		n++;
	}
	return n;
}

static void
sign(struct front *f, const char *id)
{
	done(f, INTENT_SIGN, mem_printf(owner, "{'step': '%s', 'digest': '%s'}",
	    id, digest_of(f, id)));
}

static struct front *
kill_and_resume(struct front *f)
{
	kill(engine_pid(), SIGKILL);
	until(f, f->is_gone);
	resume();
	return attach("ana");
}

/* Somebody else writes the file: the step waits, and is killed there. */
static void
killed_before_it_wrote_it_writes_once(void **state UNUSED)
{
	struct front *f;
	int fd;

	books = temp_folder(owner);
	temp_file(owner, books, "notes.md", "# Notes\n");
	fd = open(path_join(owner, books, "notes.md"), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	f = start_run_in(books, "", "  - {id: note, append: notes.md}\n"
	    "  - {id: end, manual: [Done]}\n");
	until(f, waits_for(f, "sign-off"));
	sign(f, "book/note");
	until(f, step(f, "book/note")->status == STEP_RUNNING);
	f = kill_and_resume(f);
	close(fd);
	until(f, waits_for(f, "answer") || waits_for(f, "failure") ||
	    waits_for(f, "sign-off"));
	if (waits_for(f, "failure"))
		done(f, INTENT_RETRY, "{'step': 'book/note'}");
	until(f, waits_for(f, "answer") || waits_for(f, "sign-off"));
	if (waits_for(f, "sign-off"))
		sign(f, "book/note");
	until(f, waits_for(f, "answer"));

	assert_string_equal(step(f, "book/note")->attempts[0].outcome,
	    "not_done");
	assert_int_equal(entries(), 1);
	done(f, INTENT_ANSWER, "{'step': 'book/end', 'answer': {'items': "
	    "[true]}}");
	until(f, f->is_gone);
	holds();
}

/* By hand, as it stands when the engine dies before it has said so. */
static void
killed_after_it_wrote_it_is_done(void **state UNUSED)
{
	struct front *f;
	char *path;
	int fd;

	books = temp_folder(owner);
	path = temp_file(owner, books, "notes.md", "# Notes\n");
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	f = start_run_in(books, "", "  - {id: note, append: notes.md}\n"
	    "  - {id: end, manual: [Done]}\n");
	until(f, waits_for(f, "sign-off"));
	sign(f, "book/note");
	until(f, step(f, "book/note")->status == STEP_RUNNING);
	kill(engine_pid(), SIGKILL);
	until(f, f->is_gone);
	temp_file(owner, books, "notes.md", mem_printf(owner, "# Notes\n\n"
	    "<!-- pgrunbook %s book/note -->\nit\n<!-- /pgrunbook -->\n",
	    path_name(folder)));
	close(fd);
	resume();
	f = attach("ana");
	until(f, waits_for(f, "answer"));

	assert_int_equal(step(f, "book/note")->status, STEP_DONE);
	assert_int_equal(step(f, "book/note")->attempt_count, 1);
	assert_int_equal(entries(), 1);
	done(f, INTENT_ANSWER, "{'step': 'book/end', 'answer': {'items': "
	    "[true]}}");
	until(f, f->is_gone);
	holds();
}

/* A file that a step keeps as evidence, and the engine that dies behind it. */
static void
what_was_attached_before_a_kill_is_there_once(void **state UNUSED)
{
	struct front *f;
	size_t i, found = 0;

	books = temp_folder(owner);
	f = start_run_in(books, "", "  - {id: write, run: echo x >out.txt,"
	    " attach: [out.txt]}\n"
	    "  - {id: slow, check: \"SELECT 1 FROM pg_sleep(600)\", "
	    "expect: {rows: 1}}\n");
	until(f, waits_for(f, "sign-off"));
	sign(f, "book/write");
	until(f, step(f, "book/slow")->status == STEP_RUNNING);
	f = kill_and_resume(f);
	until(f, state_of(f)->step_count > 0 &&
	    step(f, "book/slow")->attempt_count > 1);

	for (i = 0; i < state_of(f)->artifact_count; i++)
		found += str_ends(state_of(f)->artifacts[i].name, "/out.txt");
	assert_int_equal(found, 1);
	assert_int_equal(step(f, "book/write")->attempt_count, 1);
	until(f, step(f, "book/slow")->status == STEP_RUNNING);
	done(f, INTENT_CANCEL, "{'step': 'book/slow'}");
	until(f, waits_for(f, "failure"));
	done(f, INTENT_ABANDON, "{'reason': 'enough'}");
	until(f, f->is_gone);
	holds();
}

#define test(name) cmocka_unit_test_setup_teardown(name, person_begin, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(killed_before_it_wrote_it_writes_once),
		test(killed_after_it_wrote_it_is_done),
		test(what_was_attached_before_a_kill_is_there_once),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
