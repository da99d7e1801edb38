/* wire/client.c - a front end's side: lines in, state and calls out. */

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "approval/statement.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "wire/client.h"
#include "wire/server.h"
#include "wire/socket.h"

/* An event's line: a record, its escapes, and what is around it. */
#define LINE_MAX_BYTES	(4 << 20)
/* One call reads no more, so that keys are looked at in between. */
#define READ_MAX	(1 << 20)
#define SEND_PATIENCE_MS 5000

struct wire_client {
	int			 fd;
	struct wire_listener	 listener;
	struct run_state	*state;
	struct buffer		*in;
	size_t			 scanned;
	const char		*key, *principal;	/* to sign with; null */
	int64_t			 last_id;
	bool			 is_gone;
	struct error		 why;		/* it is gone */
};

static int
client_destroy(struct wire_client *c)
{
	close(c->fd);
	return 0;
}

static int
gone(struct wire_client *c, struct error *err)
{
	if (!c->is_gone) {
		c->is_gone = true;
		error_set(&c->why, ERR_LOST, "the engine is gone");
	}
	if (err != NULL)
		*err = c->why;
	return -1;
}

static int
send_all(struct wire_client *c, const char *bytes, size_t size_bytes,
    struct error *err)
{
	struct pollfd writable = { .fd = c->fd, .events = POLLOUT };

	while (size_bytes > 0) {
		ssize_t n = send(c->fd, bytes, size_bytes, MSG_NOSIGNAL);

		if (n >= 0) {
			bytes += n;
			size_bytes -= (size_t)n;
		} else if (errno == EAGAIN) {
			n = poll(&writable, 1, SEND_PATIENCE_MS);
			if (n == 0 || (n < 0 && errno != EINTR))
				return error_set(err, ERR_LOST,
				    "the engine does not listen");
		} else if (errno != EINTR) {
			return gone(c, err);
		}
	}
	return 0;
}

static int
send_json(struct wire_client *c, json_t *message, struct error *err)
{
	char *text = json_stable(NULL, memory_check(message));
	char *line = mem_printf(text, "%s\n", text);
	int rc;

	json_decref(message);
	if (strlen(line) > WIRE_LINE_MAX)
		rc = error_set(err, ERR_TOO_LONG, "the message is too long");
	else
		rc = send_all(c, line, strlen(line), err);
	talloc_free(text);
	return rc;
}

struct wire_client *
wire_client_connect(const void *owner, const char *run_folder,
    const char *front, const char *principal,
    const struct wire_listener *listener, struct error *err)
{
	int fd = wire_socket_connect(run_folder, err);
	struct wire_client *c;

	if (fd < 0)
		return NULL;
	c = NEW(owner, struct wire_client);
	c->fd = fd;
	c->listener = *listener;
	c->state = state_new(c);
	c->in = buffer_new(c);
	talloc_set_destructor(c, client_destroy);
	if (send_json(c, json_pack("{s:{s:i, s:s, s:s*}}", "hello", "version",
	    1, "front", front, "principal", principal), err) != 0) {
		talloc_free(c);
		return NULL;
	}
	return c;
}

bool
wire_engine_listens(const char *run_folder)
{
	int fd = wire_socket_connect(run_folder, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int
wire_client_fd(const struct wire_client *c)
{
	return c->fd;
}

struct run_state *
wire_client_state(struct wire_client *c)
{
	return c->state;
}

static int
take_event(struct wire_client *c, json_t *body, struct error *err)
{
	int64_t seq = json_int(body, "seq", 0);
	json_t *hash = json_incref(json_object_get(body, "hash"));
	struct event e;
	int rc;

	json_object_del(body, "seq");
	json_object_del(body, "hash");
	if (event_from_json(body, &e, err) != 0) {
		json_decref(hash);
		return -1;
	}
	e.seq = seq;
	e.hash = json_string_value(hash);
	rc = state_apply(c->state, &e, err);
	if (rc == 0 && c->listener.on_event != NULL)
		c->listener.on_event(c->listener.arg, &e);
	else if (rc != 0 && !event_is_durable(e.type))
		rc = 0;
	json_decref(hash);
	json_decref(e.data);
	return rc;
}

static void
take_reply(struct wire_client *c, const json_t *reply)
{
	int64_t id = json_int(reply, "id", 0);
	struct error err = { 0 };

	if (c->listener.on_reply == NULL)
		return;
	if (json_flag(reply, "ok")) {
		c->listener.on_reply(c->listener.arg, id, NULL);
		return;
	}
	event_error_parse(json_object_get(reply, "error"), &err);
	c->listener.on_reply(c->listener.arg, id, &err);
}

static int
take_line(struct wire_client *c, const char *line, size_t size_bytes,
    struct error *err)
{
	json_t *message = NULL, *part;
	int rc = 0;

	if (json_parse(line, size_bytes, &message, err) != 0)
		return error_context(err, "message of the engine");
	if ((part = json_object_get(message, "event")) != NULL) {
		rc = take_event(c, part, err);
	} else if ((part = json_object_get(message, "reply")) != NULL) {
		take_reply(c, part);
	} else if (json_object_get(message, "caught_up") != NULL) {
		if (c->listener.on_caught_up != NULL)
			c->listener.on_caught_up(c->listener.arg);
	} else if ((part = json_object_get(message, "bye")) != NULL) {
		gone(c, NULL);
		error_detail(&c->why, "%s", json_is_string(part) ?
		    json_string_value(part) : "");
		rc = gone(c, err);
	}
	/* Messages of later versions are passed over. */
	json_decref(message);
	return rc;
}

static int
take_lines(struct wire_client *c, struct error *err)
{
	size_t from = 0;
	int rc = 0;

	for (;;) {
		const char *at = c->in->data + from;
		size_t skip = from == 0 ? c->scanned : 0;
		const char *newline = memchr(at + skip, '\n',
		    c->in->size - from - skip);

		if (newline == NULL || rc != 0)
			break;
		rc = take_line(c, at, (size_t)(newline - at), err);
		from = (size_t)(newline + 1 - c->in->data);
	}
	buffer_consume(c->in, from);
	c->scanned = c->in->size;
	if (rc == 0 && c->in->size > LINE_MAX_BYTES)
		rc = error_set(err, ERR_TOO_LONG,
		    "a message of the engine is too long");
	return rc;
}

int
wire_client_read(struct wire_client *c, struct error *err)
{
	size_t total = 0;
	char piece[65536];

	while (!c->is_gone && total < READ_MAX) {
		ssize_t n = recv(c->fd, piece, sizeof(piece), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return gone(c, err);
		total += (size_t)n;
		buffer_add(c->in, piece, (size_t)n);
		if (take_lines(c, err) != 0)
			return -1;
	}
	return c->is_gone ? gone(c, err) : 0;
}

void
wire_client_sign_with(struct wire_client *c, const char *key,
    const char *principal)
{
	const struct passwd *user = principal == NULL ? getpwuid(geteuid()) :
	    NULL;

	c->key = mem_strdup(c, key);
	c->principal = mem_strdup(c, principal != NULL ? principal :
	    user != NULL ? user->pw_name : "");
}

int
wire_client_send(struct wire_client *c, enum intent_type t, json_t *fields,
    int64_t *id, struct error *err)
{
	json_t *message = fields != NULL ? fields : memory_check(json_object());

	if (c->is_gone) {
		json_decref(message);
		return gone(c, err);
	}
	if (c->key != NULL && statement_add(c->key, c->state, c->principal, t,
	    message, err) != 0) {
		json_decref(message);
		return -1;
	}
	c->last_id++;
	if (id != NULL)
		*id = c->last_id;
	json_object_set_new(message, "intent", json_string(intent_name(t)));
	json_object_set_new(message, "id",
	    json_integer((json_int_t)c->last_id));
	return send_json(c, message, err);
}
