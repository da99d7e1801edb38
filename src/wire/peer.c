/* wire/peer.c - what is read from and written to one connection. */

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "wire/peer.h"

#define HELLO_MS	10000
#define READ_SIZE	65536
/* While so much of the past waits to be written, no more of it is read. */
#define REPLAY_ROOM	(256 << 10)
/* A peer that does not read its replies is not listened to meanwhile. */
#define REPLY_ROOM	(1 << 20)
#define NAME_MAX_BYTES	200
#define GROUPS_MAX	256	/* that are looked at; more: not let in by them */

char *
wire_event_line(const void *owner, const struct event *e)
{
	json_t *body = event_to_json(e);
	char *text, *line;

	if (e->seq > 0)
		json_object_set_new(body, "seq",
		    json_integer((json_int_t)e->seq));
	if (e->hash != NULL)
		json_object_set_new(body, "hash", json_string(e->hash));
	text = json_stable(NULL, body);
	line = mem_printf(owner, "{\"event\":%s}\n", text);
	talloc_free(text);
	json_decref(body);
	return line;
}

static void
watch(struct peer *p)
{
	if (!p->is_doomed)
		loop_poll_want(p->poll, p->out->size < REPLY_ROOM,
		    p->out->size > 0);
}

static void
doom(struct peer *p)
{
	if (p->is_doomed)
		return;
	p->is_doomed = true;
	loop_poll_want(p->poll, false, false);
	wire_server_bury_soon(p->server);
}

/* As much as the socket takes now. */
static void
flush(struct peer *p)
{
	while (p->out->size > 0) {
		ssize_t n = send(p->fd, p->out->data, p->out->size,
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			doom(p);
		if (n < 0)
			return;
		buffer_consume(p->out, (size_t)n);
	}
}

static void
say(struct peer *p, const char *line, size_t size_bytes)
{
	if (p->is_doomed)
		return;
	if (p->out->size + size_bytes > WIRE_OUT_MAX) {
		buffer_clear(p->out);
		doom(p);
		return;
	}
	buffer_add(p->out, line, size_bytes);
}

static void
say_json(struct peer *p, json_t *message)
{
	char *text = json_stable(NULL, memory_check(message));

	say(p, text, strlen(text));
	say(p, "\n", 1);
	talloc_free(text);
	json_decref(message);
}

void
peer_bye(struct peer *p, const char *why)
{
	if (p->is_doomed)
		return;
	say_json(p, json_pack("{s:s}", "bye", why));
	flush(p);
	doom(p);
}

/* More of the past, as far as there is room; then it is caught up. */
static void
replay(struct peer *p)
{
	struct error err = { 0 };
	struct event e;
	int rc = 1;

	while (p->replay != NULL && !p->is_doomed &&
	    p->out->size < REPLAY_ROOM) {
		rc = run_reader_next(p->replay, &e, &err);
		if (rc == 1) {
			char *line = wire_event_line(NULL, &e);

			say(p, line, strlen(line));
			talloc_free(line);
			continue;
		}
		talloc_free(p->replay);
		p->replay = NULL;
		if (rc == 0)
			say_json(p, json_pack("{s:b}", "caught_up", true));
		else
			peer_bye(p, err.primary);
	}
}

/* Write, and get on with the past while the socket takes it. */
static void
serve(struct peer *p)
{
	do {
		replay(p);
		flush(p);
	} while (p->replay != NULL && p->out->size == 0 && !p->is_doomed);
	watch(p);
}

void
peer_tell(struct peer *p, const struct event *e, const char *line,
    size_t size_bytes)
{
	/* Who reads the past comes to durable events by it. */
	if (p->is_doomed || !p->said_hello || p->replay != NULL)
		return;
	if (!event_is_durable(e->type) && p->out->size > WIRE_LIVE_MAX)
		return;
	say(p, line, size_bytes);
	flush(p);
	watch(p);
}

/* A name that a person's front end gave: short, and fit to be shown. */
static const char *
name_or(struct peer *p, const json_t *hello, const char *key,
    const char *otherwise)
{
	const json_t *value = json_object_get(hello, key);
	const char *name = json_string_value(value);
	char *shown;
	bool fits;

	if (value == NULL || json_is_null(value))
		return otherwise;
	if (name == NULL || *name == '\0' ||
	    json_string_length(value) > NAME_MAX_BYTES)
		return NULL;
	shown = str_printable(NULL, name, json_string_length(value), false);
	fits = strcmp(shown, name) == 0;
	talloc_free(shown);
	return fits ? mem_strdup(p, name) : NULL;
}

static void
take_hello(struct peer *p, const json_t *hello)
{
	const struct wire_handler *h = wire_server_handler(p->server);
	struct run *r = wire_server_run(p->server);
	struct error err = { 0 };

	if (json_int(hello, "version", 0) != 1) {
		peer_bye(p, "this engine speaks version 1");
		return;
	}
	p->who.front = name_or(p, hello, "front", "unknown");
	p->who.principal = name_or(p, hello, "principal", p->who.user);
	if (p->who.is_guest && p->who.principal != NULL)
		p->who.principal = p->who.user;
	if (p->who.front == NULL || p->who.principal == NULL) {
		peer_bye(p, "the hello's names are not valid");
		return;
	}
	talloc_free(p->patience);
	p->patience = NULL;
	say_json(p, json_pack("{s:{s:i, s:s*, s:i}}", "welcome", "version", 1,
	    "run", r->state->run, "pid", (int)getpid()));
	p->replay = run_reader_open(p, r->folder, &err);
	if (p->replay == NULL) {
		peer_bye(p, err.primary);
		return;
	}
	p->said_hello = true;
	if (h->on_attach != NULL)
		h->on_attach(h->arg, &p->who);
}

static int
do_intent(struct peer *p, json_t *message, struct error *err)
{
	const struct wire_handler *h = wire_server_handler(p->server);
	const char *name = json_str(message, "intent");
	int t = intent_parse_name(name), rc;
	json_t *fields;

	if (t < 0)
		return error_set(err, ERR_USAGE, "unknown intent \"%.64s\"",
		    name);
	fields = memory_check(json_copy(message));
	json_object_del(fields, "intent");
	json_object_del(fields, "id");
	rc = intent_check((enum intent_type)t, fields, err);
	if (rc == 0)
		rc = h->on_intent(h->arg, &p->who, (enum intent_type)t, fields,
		    err);
	json_decref(fields);
	return rc;
}

static void
take_intent(struct peer *p, json_t *message)
{
	struct error err = { 0 };
	json_t *reply;

	if (!json_is_integer(json_object_get(message, "id"))) {
		peer_bye(p, "an intent has no id");
		return;
	}
	reply = json_pack("{s:O, s:b}", "id", json_object_get(message, "id"),
	    "ok", do_intent(p, message, &err) == 0);
	if (err.code != ERR_NONE)
		json_object_set_new(reply, "error", event_error(&err));
	say_json(p, json_pack("{s:o}", "reply", reply));
}

static void
take_line(struct peer *p, const char *line, size_t size_bytes)
{
	json_t *message = NULL;

	if (json_parse(line, size_bytes, &message, NULL) != 0)
		peer_bye(p, "a line is not JSON");
	else if (!p->said_hello && json_object_get(message, "hello") != NULL)
		take_hello(p, json_object_get(message, "hello"));
	else if (p->said_hello && json_str(message, "intent") != NULL)
		take_intent(p, message);
	else
		peer_bye(p, p->said_hello ? "a message is not known" :
		    "the first message must be a hello");
	json_decref(message);
}

static void
take_lines(struct peer *p)
{
	while (!p->is_doomed) {
		const char *from = p->in->data + p->scanned;
		const char *newline = memchr(from, '\n',
		    p->in->size - p->scanned);
		size_t size;

		if (newline == NULL)
			break;
		size = (size_t)(newline - p->in->data);
		if (size > WIRE_LINE_MAX)
			break;
		take_line(p, p->in->data, size);
		buffer_consume(p->in, size + 1);
		p->scanned = 0;
	}
	p->scanned = p->in->size;
	if (p->in->size > WIRE_LINE_MAX)
		peer_bye(p, "a line is too long");
}

static void
read_some(struct peer *p)
{
	char piece[READ_SIZE];
	ssize_t n = recv(p->fd, piece, sizeof(piece), MSG_DONTWAIT);

	if (n > 0) {
		buffer_add(p->in, piece, (size_t)n);
		take_lines(p);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		doom(p);
	}
}

static void
on_poll(void *arg, bool readable, bool writable)
{
	struct peer *p = arg;

	(void)writable;
	if (p->is_doomed)
		return;
	if (readable)
		read_some(p);
	serve(p);
}

static void
on_impatience(void *arg)
{
	peer_bye(arg, "no hello came");
}

static int
peer_destroy(struct peer *p)
{
	LIST_REMOVE(p, entry);
	talloc_free(p->poll);
	close(p->fd);
	return 0;
}

static const char *
user_name(const void *owner, uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw != NULL && *pw->pw_name != '\0')
		return mem_strdup(owner, pw->pw_name);
	return mem_printf(owner, "uid %u", (unsigned)uid);
}

/* A word to somebody who does not become a peer. */
static struct peer *
send_away(int fd, const char *why)
{
	char *line = mem_printf(NULL, "{\"bye\":\"%s\"}\n", why);
	/* If it does not get through, the closed socket says the same. */
	ssize_t n = send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)n;
	talloc_free(line);
	close(fd);
	return NULL;
}

/* As the kernel has it, not as the group's file says by now. */
static bool
is_of_group(struct wire_server *s, int fd, gid_t gid)
{
	const struct wire_handler *h = wire_server_handler(s);
	gid_t groups[GROUPS_MAX];
	socklen_t size = sizeof(groups);
	size_t i;

	if (!h->is_shared)
		return false;
	if (gid == h->group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) != 0)
		return false;
	for (i = 0; i < size / sizeof(groups[0]); i++)
		if (groups[i] == h->group)
			return true;
	return false;
}

struct peer *
peer_new(struct wire_server *s, int fd)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);
	struct peer *p;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) != 0)
		return send_away(fd, "the kernel does not say who this is");
	if (cred.uid != geteuid() && !is_of_group(s, fd, cred.gid))
		return send_away(fd, "this run belongs to somebody else");
	p = NEW(s, struct peer);
	p->server = s;
	p->fd = fd;
	p->who.uid = cred.uid;
	p->who.pid = cred.pid;
	p->who.user = user_name(p, cred.uid);
	p->who.principal = p->who.user;
	p->who.front = "unknown";
	p->who.is_guest = cred.uid != geteuid();
	p->in = buffer_new(p);
	p->out = buffer_new(p);
	p->poll = loop_poll_new(p, wire_server_loop(s), fd, on_poll, p);
	p->patience = loop_timer_new(p, wire_server_loop(s), HELLO_MS, 0,
	    on_impatience, p);
	talloc_set_destructor(p, peer_destroy);
	watch(p);
	return p;
}
