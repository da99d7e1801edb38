/* tests/engine/test_hostile.c - who wants the run harm, at its socket. */

#include "harness/test.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "wire/socket.h"

#define CONNECTIONS	1000
#define ENDLESS		(64 << 20)	/* bytes of a line */

/* ---- the enemy, a process of its own ---------------------------------------- */

static void
say(int fd, const char *text)
{
	ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)n;	/* who is not heard has lost nothing */
}

static void
send_an_endless_line(void)
{
	static char piece[1 << 16];
	struct error err = { 0 };
	int fd = wire_socket_connect(folder, &err), sent = 0;

	memset(piece, '[', sizeof(piece));
	while (fd >= 0 && sent < ENDLESS) {
		ssize_t n = send(fd, piece, sizeof(piece), MSG_NOSIGNAL);

		if (n <= 0)
			break;
		sent += (int)n;
	}
	if (fd >= 0)
		close(fd);
}

static void
be_hostile(void)
{
	static const char *const lines[] = {
		"\x01\x02 garbage\n", "[[[[[[[[\n", "{}\n",
		"{\"hello\":{\"version\":1,\"principal\":\"ana\"}}\n"
		"{\"intent\":\"start\",\"id\":1}\n"
		"{\"intent\":\"start\",\"id\":1}\n"
		"{\"intent\":\"sign\",\"id\":2,\"step\":\"book/slow\","
		"\"digest\":\"0\"}\n"
		"{\"intent\":\"approve\",\"id\":3,\"statement\":\"{}\","
		"\"signature\":\"x\"}\n",
		/* Says hello, and never reads. */
		"{\"hello\":{\"version\":1}}\n",
	};
	int kept[64] = { 0 };

	for (int i = 0; i < CONNECTIONS; i++) {
		struct error err = { 0 };
		int fd = wire_socket_connect(folder, &err);
		size_t at = (size_t)i % COUNT_OF(kept);

		if (fd < 0)
			continue;
		say(fd, lines[(size_t)i % COUNT_OF(lines)]);
		if (kept[at] > 0)
			close(kept[at]);
		kept[at] = fd;
	}
	send_an_endless_line();
	_exit(0);
}

/* ---- what it costs ------------------------------------------------------------ */

/* The most memory that the process had, in KiB. */
static int64_t
peak_kib(int pid)
{
	char *text = slurp(owner, mem_printf(owner, "/proc/%d/status", pid));
	const char *at = strstr(text, "VmHWM:");

	assert_non_null(at);
	return strtoll(at + strlen("VmHWM:"), NULL, 10);
}

static void
a_hostile_crowd_neither_stops_a_run_nor_fills_it(void **state)
{
	struct front *f = start_run("  - {id: slow, class: R, run: 'i=0; while "
	    "[ $i -lt 30 ]; do echo tick $i; sleep 0.1; i=$((i+1)); done'}\n"
	    "  - {id: ask, manual: [look]}\n");
	int64_t before, records;
	int pid, status;
	pid_t enemy;

	(void)state;
	until(f, step(f, "book/slow")->status == STEP_RUNNING);
	pid = engine_pid();
	before = peak_kib(pid);
	records = state_of(f)->last_seq;
	enemy = fork();
	if (enemy == 0)
		be_hostile();
	until(f, waits_for(f, "answer"));
	until(f, waitpid(enemy, &status, WNOHANG) == enemy);

	assert_int_equal(status, 0);
	assert_false(f->is_gone);
	assert_string_equal(step_last_attempt(step(f, "book/slow"))->outcome,
	    "done");
	/* A line's bound, what the peers may have waiting, and some. */
	assert_true(peak_kib(pid) - before < 64 * 1024);
	/* Two a person that came in, and he was one of few. */
	assert_true(state_of(f)->last_seq - records < 400);
	done(f, INTENT_ANSWER, "{'step': 'book/ask', 'answer': {'items': "
	    "[true]}}");
	until(f, f->is_gone);
	holds();
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, person_begin, person_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_hostile_crowd_neither_stops_a_run_nor_fills_it),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
