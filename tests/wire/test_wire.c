/* tests/wire/test_wire.c - engine and front ends over a real socket. */

#include "harness/test.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "run/sample.h"
#include "wire/client.h"
#include "wire/server.h"
#include "wire/socket.h"

#define PATIENCE_MS	10000

static void *owner;
static struct loop *l;
static struct run *r;
static char *folder;
static struct wire_server *server;

/* What the handler was told. */
static int attached, detached;
static bool was_guest;
static char last_front[64], last_principal[64], last_text[64];

static int
on_intent(void *arg, const struct wire_peer *p, enum intent_type t,
    const json_t *data, struct error *err)
{
	(void)arg;
	snprintf(last_principal, sizeof(last_principal), "%s", p->principal);
	if (t != INTENT_NOTE) {
		error_set(err, ERR_POLICY, "not now");
		error_hint(err, "try later");
		return -1;
	}
	snprintf(last_text, sizeof(last_text), "%s", json_str(data, "text"));
	return run_append(r, EVENT_NOTED, json_pack("{s:s, s:s}", "text",
	    json_str(data, "text"), "principal", p->principal), err);
}

static void
on_attach(void *arg, const struct wire_peer *p)
{
	(void)arg;
	attached++;
	assert_int_equal(p->uid, p->is_guest ? 65534 : geteuid());
	was_guest = p->is_guest;
	snprintf(last_principal, sizeof(last_principal), "%s", p->principal);
	snprintf(last_front, sizeof(last_front), "%s", p->front);
}

static void
on_detach(void *arg, const struct wire_peer *p)
{
	(void)arg;
	(void)p;
	detached++;
}

static const struct wire_handler handler = {
	.on_intent = on_intent, .on_attach = on_attach, .on_detach = on_detach,
};

static int
begin(void **state)
{
	struct error err = { 0 };

	(void)state;
	owner = talloc_new(NULL);
	l = loop_new(owner);
	r = sample_run(owner, &folder);
	server = wire_server_new(owner, l, r, &handler, &err);
	assert_got(server, &err);
	attached = detached = 0;
	last_text[0] = last_principal[0] = last_front[0] = '\0';
	return 0;
}

static int
end(void **state)
{
	(void)state;
	talloc_free(server);
	talloc_free(owner);
	return 0;
}

/* A front end and what it has heard. */
struct front {
	struct wire_client *client;
	int		 events, live, replies;
	size_t		 notes_wanted;
	bool		 is_caught_up, is_gone;
	int64_t		 reply_id;
	struct error	 reply, why;
};

static void
heard_event(void *arg, const struct event *e)
{
	struct front *f = arg;

	if (e->seq > 0)
		f->events++;
	else
		f->live++;
}

static void
heard_caught_up(void *arg)
{
	((struct front *)arg)->is_caught_up = true;
}

static void
heard_reply(void *arg, int64_t id, const struct error *err)
{
	struct front *f = arg;

	f->replies++;
	f->reply_id = id;
	if (err != NULL)
		f->reply = *err;
}

static struct front *
front_new(const char *principal)
{
	struct front *f = NEW(owner, struct front);
	struct wire_listener listener = {
		.on_event = heard_event, .on_caught_up = heard_caught_up,
		.on_reply = heard_reply, .arg = f,
	};
	struct error err = { 0 };

	f->client = wire_client_connect(f, folder, "plain", principal,
	    &listener, &err);
	assert_got(f->client, &err);
	return f;
}

static bool
pump(struct front *f)
{
	if (!f->is_gone && wire_client_read(f->client, &f->why) != 0)
		f->is_gone = true;
	return f->is_gone;
}

static bool
is_caught_up(void *arg)
{
	pump(arg);
	return ((struct front *)arg)->is_caught_up;
}

static bool
has_reply(void *arg)
{
	pump(arg);
	return ((struct front *)arg)->replies > 0;
}

static bool
has_notes(void *arg)
{
	struct front *f = arg;

	return pump(f) || wire_client_state(f->client)->note_count >=
	    f->notes_wanted;
}

static bool
is_in_or_gone(void *arg)
{
	return is_caught_up(arg) || ((struct front *)arg)->is_gone;
}

static bool
is_gone(void *arg)
{
	return pump(arg);
}

/* The client is not in the loop, so the loop must not sleep for long. */
static void
tick(void *arg)
{
	(void)arg;
}

static void
until(bool (*done)(void *arg), void *arg)
{
	struct loop_timer *t = loop_timer_new(owner, l, 1, 1, tick, NULL);

	assert_int_equal(loop_wait(l, done, arg, PATIENCE_MS), WAIT_DONE);
	talloc_free(t);
}

static bool
reached(void *arg)
{
	const int *pair = arg;

	return *(pair[0] == 'a' ? &attached : &detached) >= pair[1];
}

static void
the_socket_is_the_owners_alone(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(run_socket_path(owner, folder), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
who_attaches_late_is_told_everything_from_the_start(void **state)
{
	struct front *f;
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		sample_append(r, EVENT_NOTED,
		    "{'text': 'hello', 'principal': 'ana'}");
	f = front_new("ben");
	until(is_caught_up, f);

	assert_int_equal(f->events, 303);
	assert_int_equal(wire_client_state(f->client)->note_count, 300);
	assert_int_equal(wire_client_state(f->client)->last_seq,
	    r->state->last_seq);
	assert_string_equal(last_front, "plain");
	assert_int_equal(wire_server_peers(server), 1);
}

static bool
both_heard(void *arg)
{
	struct front **f = arg;

	pump(f[0]);
	pump(f[1]);
	return f[0]->events == 4 && f[1]->events == 4 && f[0]->live == 1 &&
	    f[1]->live == 1;
}

static void
two_at_once_are_told_the_same(void **state)
{
	struct front *f[2] = { front_new("ana"), front_new("ben") };

	(void)state;
	until(is_caught_up, f[0]);
	until(is_caught_up, f[1]);
	sample_append(r, EVENT_NOTED, "{'text': 't', 'principal': 'ana'}");
	run_live(r, EVENT_STATUS, sample_json("{'text': 'now'}"));
	until(both_heard, f);

	assert_string_equal(wire_client_state(f[1]->client)->status_text,
	    "now");
}

static void
an_intent_is_answered_and_its_event_comes(void **state)
{
	struct front *f = front_new("ben");
	struct error err = { 0 };
	int64_t id;

	(void)state;
	until(is_caught_up, f);
	assert_ok(wire_client_send(f->client, INTENT_NOTE,
	    sample_json("{'text': 'a word'}"), &id, &err), &err);
	until(has_reply, f);

	assert_int_equal(f->reply_id, id);
	assert_int_equal(f->reply.code, ERR_NONE);
	assert_string_equal(last_text, "a word");
	assert_string_equal(last_principal, "ben");
	assert_int_equal(wire_client_state(f->client)->note_count, 1);
}

static void
a_refused_intent_says_why(void **state)
{
	struct front *f = front_new(NULL);
	struct error err = { 0 };

	(void)state;
	until(is_caught_up, f);
	assert_ok(wire_client_send(f->client, INTENT_PAUSE, NULL, NULL, &err),
	    &err);
	until(has_reply, f);
	assert_int_equal(f->reply.code, ERR_POLICY);
	assert_string_equal(f->reply.primary, "not now");
	assert_string_equal(f->reply.hint, "try later");

	f->replies = 0;
	assert_ok(wire_client_send(f->client, INTENT_NOTE, NULL, NULL, &err),
	    &err);
	until(has_reply, f);
	assert_int_equal(f->reply.code, ERR_USAGE);
	assert_string_equal(f->reply.primary,
	    "intent \"note\" lacks \"text\"");
}

static void
who_leaves_is_missed_and_the_run_goes_on(void **state)
{
	struct front *f = front_new("ana");
	int wanted[2] = { 'd', 1 };

	(void)state;
	until(is_caught_up, f);
	talloc_free(f);
	until(reached, wanted);

	sample_append(r, EVENT_NOTED, "{'text': 't', 'principal': 'ana'}");
	assert_int_equal(wire_server_peers(server), 0);
}

static void
the_engines_end_is_told(void **state)
{
	struct front *f = front_new("ana");

	(void)state;
	until(is_caught_up, f);
	talloc_free(server);
	server = NULL;
	while (!pump(f))
		;

	assert_int_equal(f->why.code, ERR_LOST);
	assert_string_equal(f->why.detail, "the engine stops");
	assert_false(file_exists(run_socket_path(owner, folder)));
}

/* A peer that is no front end: a bare socket. */
static int
raw_new(void)
{
	struct error err = { 0 };
	int fd = wire_socket_connect(folder, &err);

	assert_true(fd >= 0);
	return fd;
}

struct raw {
	int		 fd;
	struct buffer	*got;
};

static bool
raw_ended(void *arg)
{
	struct raw *raw = arg;
	char piece[4096];
	ssize_t n;

	while ((n = recv(raw->fd, piece, sizeof(piece), MSG_DONTWAIT)) > 0)
		buffer_add(raw->got, piece, (size_t)n);
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static void
is_sent_away(const char *bytes, size_t size_bytes, const char *why)
{
	struct raw raw = { .fd = raw_new(), .got = buffer_new(owner) };

	while (size_bytes > 0) {
		ssize_t n = send(raw.fd, bytes, size_bytes,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno != EAGAIN)
			break;
		if (n < 0) {
			loop_sleep(l, 1, NULL);
			continue;
		}
		bytes += n;
		size_bytes -= (size_t)n;
	}
	until(raw_ended, &raw);
	close(raw.fd);
	if (why != NULL)
		assert_contains(raw.got->data, why);
}

#define is_sent_away_text(text, why) is_sent_away(text, strlen(text), why)

static void
garbage_is_sent_away_with_a_word(void **state)
{
	struct front *f = front_new("ana");
	char *flood = NEW_ARRAY(owner, char, WIRE_LINE_MAX + 4096);

	(void)state;
	is_sent_away_text("\x01\xff\xfe nonsense\n", "a line is not JSON");
	is_sent_away_text("[]\n", "the first message must be a hello");
	is_sent_away_text("{\"intent\":\"start\",\"id\":1}\n",
	    "the first message must be a hello");
	is_sent_away_text("{\"hello\":{\"version\":2}}\n", "speaks version 1");
	is_sent_away_text("{\"hello\":{\"version\":1,\"principal\":\"\\u001b[2J"
	    "\"}}\n", "names are not valid");
	is_sent_away_text("{\"hello\":{\"version\":1}}\n{\"intent\":\"start\"}"
	    "\n", "an intent has no id");
	memset(flood, 'x', WIRE_LINE_MAX + 4096);
	is_sent_away(flood, WIRE_LINE_MAX + 4096, NULL);

	until(is_caught_up, f);
	assert_false(f->is_gone);
}

static bool
few_peers(void *arg)
{
	return wire_server_peers(server) <= *(size_t *)arg;
}

static void
who_never_reads_is_cut_off_and_delays_nothing(void **state)
{
	static const char hello[] = "{\"hello\":{\"version\":1}}\n";
	char *big = NEW_ARRAY(owner, char, 500001);
	struct front *f = front_new("ana");
	int attached_two[2] = { 'a', 2 };
	size_t one = 1;
	int fd = raw_new(), i;

	(void)state;
	until(is_caught_up, f);
	assert_int_equal(send(fd, hello, sizeof(hello) - 1, 0),
	    sizeof(hello) - 1);
	until(reached, attached_two);
	memset(big, 'x', 500000);
	for (i = 0; i < 30; i++) {
		struct error err = { 0 };

		assert_ok(run_append(r, EVENT_NOTED, json_pack("{s:s, s:s}",
		    "text", big, "principal", "ana"), &err), &err);
		/* The one that reads hears each at once. */
		f->notes_wanted = (size_t)i + 1;
		until(has_notes, f);
	}
	until(few_peers, &one);

	assert_false(f->is_gone);
	close(fd);
}

static void
live_events_are_left_out_for_who_reads_slowly(void **state)
{
	char *big = NEW_ARRAY(owner, char, 100001);
	struct front *f = front_new("ana");
	int i;

	(void)state;
	until(is_caught_up, f);
	memset(big, 'x', 100000);
	for (i = 0; i < 300; i++)
		run_live(r, EVENT_ANNOUNCE, json_pack("{s:s}", "text", big));
	sample_append(r, EVENT_NOTED, "{'text': 't', 'principal': 'ana'}");
	f->notes_wanted = 1;
	until(has_notes, f);

	assert_false(f->is_gone);
	assert_true(f->live > 0);
	assert_true(f->live < 300);
}

static void
too_many_connections_are_closed_and_room_comes_back(void **state)
{
	int fds[WIRE_PEERS_MAX + 4];
	struct raw last;
	struct front *f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(fds); i++)
		fds[i] = raw_new();
	last.fd = fds[COUNT_OF(fds) - 1];
	last.got = buffer_new(owner);
	until(raw_ended, &last);
	for (i = 0; i < COUNT_OF(fds); i++)
		close(fds[i]);

	/* The server comes to know of it in its own time. */
	do {
		f = front_new("ana");
		until(is_in_or_gone, f);
	} while (f->is_gone);
}

/* A gigabyte without an end of line: cut off long before, and forgotten. */
static void
a_line_without_an_end_costs_no_memory(void **state)
{
	static char piece[1 << 16];
	struct front *f = front_new("ana");
	int64_t sent = 0;
	int fd = raw_new();

	(void)state;
	memset(piece, '{', sizeof(piece));
	until(is_caught_up, f);
	while (sent < (int64_t)1 << 30) {
		ssize_t n = send(fd, piece, sizeof(piece),
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno != EAGAIN)
			break;
		if (n < 0)
			loop_sleep(l, 1, NULL);
		else
			sent += n;
	}
	close(fd);
	assert_true(sent < 16 * (int64_t)WIRE_LINE_MAX);
	assert_false(f->is_gone);
}

/* What he sees of the run, and of what a guest is. */
static int
guest(const char *where)
{
	struct wire_listener nothing = { 0 };
	struct error err = { 0 };
	struct wire_client *c;
	gid_t group = 12345;

	if (setgroups(1, &group) != 0 || setgid(65534) != 0 ||
	    setuid(65534) != 0)
		return 2;
	c = wire_client_connect(NULL, where, "tui", "ana", &nothing, &err);
	if (c == NULL)
		return 3;
	while (wire_client_state(c)->opened == NULL)
		if (wire_client_read(c, &err) != 0)
			return 4;
	return open(run_journal_path(NULL, where), O_RDONLY) < 0 ? 0 : 5;
}

static void
a_shared_run_is_seen_by_the_group_and_its_files_are_not(void **state)
{
	struct wire_handler shared = handler;
	int came[2] = { 'a', 1 };
	struct error err = { 0 };
	int status;
	pid_t pid;

	(void)state;
	if (getuid() != 0) {
		/* cmocka's skip() reads as a failure in TAP. */
		print_message("left out: only root can come as somebody else\n");
		return;
	}
	talloc_free(server);
	shared.is_shared = true;
	shared.group = 12345;
	server = wire_server_new(owner, l, r, &shared, &err);
	assert_got(server, &err);
	temp_let_through(path_folder(owner, folder));
	pid = fork();
	if (pid == 0)
		_exit(guest(folder));
	until(reached, came);
	while (waitpid(pid, &status, WNOHANG) == 0)
		loop_sleep(l, 5, NULL);
	assert_int_equal(status, 0);
	assert_true(was_guest);
	/* He said that he is ana. */
	assert_string_equal(last_principal, getpwuid(65534)->pw_name);
}

static void
nobody_home_is_told(void **state)
{
	struct wire_listener listener = { 0 };
	struct error err = { 0 };
	char *empty = temp_folder(owner);

	(void)state;
	assert_null(wire_client_connect(owner, empty, "plain", NULL, &listener,
	    &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_contains(err.primary, "no engine lives on run");
}

static void
a_folder_deeper_than_a_sockets_path_will_do(void **state)
{
	char *deep = mem_printf(owner, "%s/%0150d", temp_folder(owner), 7);
	struct error err = { 0 };
	int fd, client;

	(void)state;
	assert_ok(file_make_folder(deep, 0700, &err), &err);
	fd = wire_socket_listen(deep, &err);
	assert_true(fd >= 0);
	client = wire_socket_connect(deep, &err);
	assert_true(client >= 0);
	close(client);
	close(fd);
	/* A stale socket is in nobody's way. */
	assert_int_equal(wire_socket_connect(deep, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	fd = wire_socket_listen(deep, &err);
	assert_true(fd >= 0);
	close(fd);
}

static void
an_engine_gone_without_a_word_is_noticed(void **state)
{
	struct front *f;
	struct raw raw = { .got = buffer_new(owner) };

	(void)state;
	f = front_new("ana");
	until(is_caught_up, f);
	raw.fd = wire_client_fd(f->client);
	shutdown(raw.fd, SHUT_RDWR);
	until(is_gone, f);

	assert_int_equal(f->why.code, ERR_LOST);
	assert_error(wire_client_send(f->client, INTENT_PAUSE, NULL, NULL,
	    &f->why), &f->why, ERR_LOST);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(the_socket_is_the_owners_alone),
		test(who_attaches_late_is_told_everything_from_the_start),
		test(two_at_once_are_told_the_same),
		test(an_intent_is_answered_and_its_event_comes),
		test(a_refused_intent_says_why),
		test(who_leaves_is_missed_and_the_run_goes_on),
		test(the_engines_end_is_told),
		test(garbage_is_sent_away_with_a_word),
		test(who_never_reads_is_cut_off_and_delays_nothing),
		test(live_events_are_left_out_for_who_reads_slowly),
		test(too_many_connections_are_closed_and_room_comes_back),
		test(a_line_without_an_end_costs_no_memory),
		test(a_shared_run_is_seen_by_the_group_and_its_files_are_not),
		test(nobody_home_is_told),
		test(a_folder_deeper_than_a_sockets_path_will_do),
		test(an_engine_gone_without_a_word_is_noticed),
	};

	return test_main(tests, NULL, NULL);
}
