/* cli/stream.c - the front end for programs. */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/stream.h"
#include "wire/client.h"

struct stream {
	struct wire_client *wire;
	struct buffer	*in;
	json_t		*ids;		/* the engine's id to the caller's */
	bool		 at_end;
};

/* Takes the reference. */
static void
print_line(json_t *j)
{
	char *text = json_stable(NULL, j);

	printf("%s\n", text);
	fflush(stdout);
	talloc_free(text);
	json_decref(j);
}

static void
on_event(void *arg UNUSED, const struct event *e)
{
	json_t *body = event_to_json(e);

	if (e->seq > 0)
		json_object_set_new(body, "seq", json_integer(e->seq));
	print_line(json_pack("{s:o}", "event", body));
}

static void
on_caught_up(void *arg UNUSED)
{
	print_line(json_pack("{s:b}", "caught_up", 1));
}

static json_t *
error_facts(const struct error *err)
{
	json_t *j = json_pack("{s:s, s:s}", "code", error_code_name(err->code),
	    "primary", err->primary);

	if (err->detail[0] != '\0')
		json_object_set_new(j, "detail", json_string(err->detail));
	if (err->hint[0] != '\0')
		json_object_set_new(j, "hint", json_string(err->hint));
	return j;
}

static void
print_reply(json_t *id, const struct error *err)
{
	json_t *reply = json_pack("{s:b}", "ok", err == NULL);

	if (id != NULL)
		json_object_set(reply, "id", id);
	if (err != NULL)
		json_object_set_new(reply, "error", error_facts(err));
	print_line(json_pack("{s:o}", "reply", reply));
}

static void
on_reply(void *arg, int64_t id, const struct error *err)
{
	struct stream *s = arg;
	char key[32];

	snprintf(key, sizeof(key), "%" PRId64, id);
	print_reply(json_object_get(s->ids, key), err);
	json_object_del(s->ids, key);
}

static int
send_intent(struct stream *s, json_t *line, struct error *err)
{
	int type = intent_parse_name(json_str_or(line, "intent", ""));
	json_t *id = json_incref(json_object_get(line, "id"));
	char key[32];
	int64_t sent;
	int rc = -1;

	json_object_del(line, "intent");
	json_object_del(line, "id");
	if (type < 0)
		error_set(err, ERR_USAGE, "the line names no intent");
	else
		rc = wire_client_send(s->wire, (enum intent_type)type,
		    json_incref(line), &sent, err);
	if (rc == 0 && id != NULL) {
		snprintf(key, sizeof(key), "%" PRId64, sent);
		json_object_set(s->ids, key, id);
	}
	if (rc != 0)
		print_reply(id, err);
	json_decref(id);
	return rc;
}

static void
take_line(struct stream *s, const char *text, size_t size)
{
	json_t *line = NULL;
	struct error err;

	error_clear(&err);
	if (size == 0)
		return;
	if (json_parse(text, size, &line, &err) != 0)
		print_reply(NULL, &err);
	else if (send_intent(s, line, &err) != 0)
		error_clear(&err);	/* it has been told */
	json_decref(line);
}

static void
read_lines(struct stream *s)
{
	char bytes[4096], *end;
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n == 0 || (n < 0 && errno != EINTR))
		s->at_end = true;
	if (n > 0)
		buffer_add(s->in, bytes, (size_t)n);
	while ((end = memchr(s->in->data, '\n', s->in->size)) != NULL) {
		size_t size = (size_t)(end - s->in->data);

		take_line(s, s->in->data, size);
		buffer_consume(s->in, size + 1);
	}
}

static int
turn(struct stream *s, struct error *err)
{
	struct pollfd fds[] = {
		{ .fd = wire_client_fd(s->wire), .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};

	if (poll(fds, COUNT_OF(fds), -1) < 0)
		return errno == EINTR ? 0 :
		    error_errno(err, ERR_IO, "could not wait");
	if (fds[0].revents != 0 && wire_client_read(s->wire, err) != 0)
		return wire_client_state(s->wire)->is_closed ? 0 : -1;
	if (fds[1].revents != 0)
		read_lines(s);
	return 0;
}

int
stream_run(const char *folder, const char *principal, struct error *err)
{
	struct stream *s = NEW(NULL, struct stream);
	const struct wire_listener listener = {
		.on_event = on_event, .on_caught_up = on_caught_up,
		.on_reply = on_reply, .arg = s,
	};
	int rc = 0;

	s->in = buffer_new(s);
	s->ids = json_owned(s, json_object());
	s->wire = wire_client_connect(s, folder, "json", principal, &listener,
	    err);
	if (s->wire == NULL)
		rc = -1;
	while (rc == 0 && !s->at_end && !wire_client_state(s->wire)->is_closed)
		rc = turn(s, err);
	if (rc == 0 && wire_client_state(s->wire)->is_closed &&
	    !str_equal(wire_client_state(s->wire)->outcome, "done"))
		rc = 1;
	talloc_free(s);
	return rc;
}
