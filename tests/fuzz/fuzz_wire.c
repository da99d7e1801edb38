/*
 * tests/fuzz/fuzz_wire.c - any bytes, said to a run's socket.
 *
 * The first byte says whether a proper hello stands before the rest.  The
 * server answers in messages or says bye, and lets go of whoever has gone;
 * what it hands on as an intent is one.
 */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "fuzz/fuzz.h"
#include "wire/server.h"
#include "wire/socket.h"

#define PATIENCE_MS	5000
#define HELLO		"{\"hello\":{\"version\":1,\"front\":\"fuzz\"}}\n"
#define OPENED \
	"{\"run\":\"r1\",\"version\":\"1\",\"host\":\"h\",\"operator\":{}," \
	"\"window\":{\"name\":\"w\",\"files\":[]},\"plan\":{\"phases\":[]}}"

/* The run, and its server, of this process. */
static struct loop *loop;
static struct run *run;
static size_t coming, going;

static int
on_intent(void *arg, const struct wire_peer *p, enum intent_type t,
    const json_t *data, struct error *err)
{
	(void)arg;
	FUZZ_CHECK(p->principal != NULL && (unsigned)t < INTENT_COUNT);
	FUZZ_CHECK(intent_check(t, data, err) == 0);
	return error_set(err, ERR_POLICY, "not now");
}

static void
on_attach(void *arg, const struct wire_peer *p)
{
	(void)arg;
	FUZZ_CHECK(strcmp(p->front, "") != 0);
	coming++;
}

static void
on_detach(void *arg, const struct wire_peer *p)
{
	(void)arg;
	(void)p;
	going++;
}

static void
start(void)
{
	static char folder[] = "/tmp/pgrunbook-fuzz.XXXXXX";
	struct journal_torn torn;
	struct error err = { 0 };

	FUZZ_CHECK(mkdtemp(folder) != NULL);
	loop = loop_new(NULL);
	run = run_open(loop, folder, &torn, &err);
	FUZZ_CHECK(run != NULL);
	FUZZ_CHECK(run_append(run, EVENT_RUN_OPENED, json_loads(OPENED, 0,
	    NULL), &err) == 0);
}

/* What a front end has at its side. */
struct client {
	int		 fd;
	const char	*bytes;
	size_t		 left;
	struct buffer	*heard;
	bool		 is_shut;
};

/* Say and hear what is possible now.  True: the server has let go of it. */
static bool
is_over(void *arg)
{
	struct client *c = arg;
	char piece[4096];
	ssize_t n;

	if (c->left > 0) {
		n = send(c->fd, c->bytes, c->left, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			c->left = 0;
		c->bytes += n > 0 ? n : 0;
		c->left -= n > 0 ? (size_t)n : 0;
	}
	if (c->left == 0 && !c->is_shut) {
		shutdown(c->fd, SHUT_WR);
		c->is_shut = true;
	}
	while ((n = recv(c->fd, piece, sizeof(piece), MSG_DONTWAIT)) > 0)
		buffer_add(c->heard, piece, (size_t)n);
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static void
check_heard(char *text)
{
	char *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		struct error err = { 0 };
		json_t *message = NULL;

		FUZZ_CHECK(json_parse(line, strlen(line), &message, &err) == 0);
		FUZZ_CHECK(json_object_size(message) == 1);
		json_decref(message);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct wire_handler handler = { .on_intent = on_intent,
	    .on_attach = on_attach, .on_detach = on_detach };
	void *scratch = talloc_new(NULL);
	struct client c = { .heard = buffer_new(scratch) };
	struct buffer *said = buffer_new(scratch);
	struct wire_server *server;
	struct error err = { 0 };

	if (loop == NULL)
		start();
	if (size > 0 && (bytes[0] & 1) != 0)
		buffer_puts(said, HELLO);
	if (size > 1)
		buffer_add(said, (const char *)bytes + 1, size - 1);
	c.bytes = said->data;
	c.left = said->size;
	/* A new one, which has not been flooded yet. */
	server = wire_server_new(loop, loop, run, &handler, &err);
	FUZZ_CHECK(server != NULL);
	c.fd = wire_socket_connect(run->folder, &err);
	FUZZ_CHECK(c.fd >= 0);
	FUZZ_CHECK(loop_wait(loop, is_over, &c, PATIENCE_MS) == WAIT_DONE);
	close(c.fd);
	FUZZ_CHECK(coming == going && wire_server_peers(server) == 0);
	check_heard(c.heard->data);
	talloc_free(server);
	talloc_free(scratch);
	return 0;
}
