/*
 * tests/postgres/test_pooler.c - sessions through a pooler.
 *
 * The pooler is a process of ours that passes messages on, one client at a
 * time, and gives out a key of its own for cancel requests, as poolers do.
 * By session each client has a server connection; by transaction they share
 * one.
 */

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/identity.h"
#include "postgres/sessions.h"

#define CLIENTS_MAX	8
#define ROOM		65536

struct client {
	int	fd, server;
	bool	started;
};

struct pooler {
	bool		 by_transaction;
	int		 shared;		/* -1: none yet */
	unsigned char	 greeting[ROOM];	/* what a server says at first */
	size_t		 greeting_size;
	struct client	 clients[CLIENTS_MAX];
	size_t		 count;
};

/* ---- the pooler's process: any trouble ends it ------------------------------- */

static void
need(bool ok)
{
	if (!ok)
		_exit(1);
}

static struct sockaddr_un
address(const char *folder, const char *port)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/.s.PGSQL.%s", folder,
	    port);
	return a;
}

static int
connect_server(void)
{
	struct sockaddr_un a = address(cluster_socket_folder(),
	    cluster_port());
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	need(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	return fd;
}

static void
read_all(int fd, unsigned char *to, size_t size)
{
	while (size > 0) {
		ssize_t n = read(fd, to, size);

		need(n > 0);
		to += n;
		size -= (size_t)n;
	}
}

static void
write_all(int fd, const unsigned char *from, size_t size)
{
	need(write(fd, from, size) == (ssize_t)size);
}

/* One message of the server's behind what is in room already. */
static unsigned char
read_message(int fd, unsigned char *room, size_t *size)
{
	uint32_t length;
	unsigned char *at = room + *size;

	read_all(fd, at, 5);
	memcpy(&length, at + 1, 4);
	length = ntohl(length);
	need(*size + 1 + length < ROOM);
	read_all(fd, at + 5, length - 4);
	/* The key of a connection that it does not have. */
	if (at[0] == 'K')
		memcpy(at + 5, "\0\0\0\7", 4);
	*size += 1 + length;
	return at[0];
}

static void
greet(struct pooler *p, struct client *c, const unsigned char *startup,
    size_t size)
{
	c->server = p->by_transaction && p->shared >= 0 ? p->shared :
	    connect_server();
	if (c->server != p->shared) {
		p->greeting_size = 0;
		write_all(c->server, startup, size);
		while (read_message(c->server, p->greeting,
		    &p->greeting_size) != 'Z')
			;
		p->shared = c->server;
	}
	write_all(c->fd, p->greeting, p->greeting_size);
	c->started = true;
}

/* A client's bytes to the server, and the answer back. */
static void
serve(struct pooler *p, struct client *c)
{
	static unsigned char room[ROOM];
	ssize_t n = read(c->fd, room, sizeof(room));
	size_t size = 0;

	if (n <= 0 || (c->started && room[0] == 'X')) {
		close(c->fd);
		c->fd = -1;
	} else if (!c->started) {
		greet(p, c, room, (size_t)n);
	} else {
		write_all(c->server, room, (size_t)n);
		while (read_message(c->server, room, &size) != 'Z')
			;
		write_all(c->fd, room, size);
	}
}

static void
pool(struct pooler *p, int listener)
{
	struct pollfd fds[CLIENTS_MAX + 1];
	size_t i;

	for (;;) {
		fds[0] = (struct pollfd){ listener, POLLIN, 0 };
		for (i = 0; i < p->count; i++)
			fds[i + 1] = (struct pollfd){ p->clients[i].fd, POLLIN,
			    0 };
		need(poll(fds, p->count + 1, -1) > 0);
		for (i = 0; i < p->count; i++)
			if (fds[i + 1].revents != 0)
				serve(p, &p->clients[i]);
		if (fds[0].revents != 0) {
			need(p->count < CLIENTS_MAX);
			p->clients[p->count++] = (struct client){
			    accept(listener, NULL, NULL), -1, false };
		}
	}
}

static pid_t
start_pooler(const char *folder, bool by_transaction)
{
	struct sockaddr_un a = address(folder, "5432");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	pid = fork();
	if (pid == 0) {
		static struct pooler p;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		p.by_transaction = by_transaction;
		p.shared = -1;
		pool(&p, fd);
	}
	close(fd);
	return pid;
}

static void
stop_pooler(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* It was still there to be killed. */
	assert_true(WIFSIGNALED(status));
}

static struct pg_session *
open_through(const char *folder)
{
	struct error err;
	struct pg_target *t = pg_target_parse(loop, mem_printf(loop,
	    "postgresql:///postgres?host=%s&port=5432&user=postgres"
	    "&schema=app", folder), &err);
	struct pg_session *s = pg_open(loop, loop, t, NULL, &err);

	assert_got(s, &err);
	return s;
}

/* ---- tests -------------------------------------------------------------------- */

static void
a_pooler_is_noticed_and_gets_no_settings(void **state UNUSED)
{
	char *folder = temp_folder(loop), *value;
	pid_t pooler = start_pooler(folder, false);
	struct pg_session *s = open_through(folder);
	struct error err;
	bool by_transaction;

	assert_true(pg_pooled(s));
	assert_ok(pg_scalar(s, s, "SELECT pg_backend_pid()", 0, NULL, &value,
	    &err), &err);
	assert_int_equal(pg_backend_pid(s), atoi(value));
	/* A setting would stay behind for the pooler's next client. */
	assert_ok(pg_scalar(s, s, "SELECT count(*) FROM pg_settings WHERE"
	    " source = 'session'", 0, NULL, &value, &err), &err);
	assert_string_equal(value, "0");
	assert_true(pg_identity_read(s, s, &err)->pooled);

	assert_ok(pg_identity_pooled_by_transaction(loop, s, &by_transaction,
	    &err), &err);
	assert_false(by_transaction);
	pg_close(s);
	stop_pooler(pooler);
}

static void
pooling_by_transaction_is_told_apart(void **state UNUSED)
{
	char *folder = temp_folder(loop);
	pid_t pooler = start_pooler(folder, true);
	struct pg_session *s = open_through(folder);
	struct error err;
	bool by_transaction;

	assert_true(pg_pooled(s));
	assert_ok(pg_identity_pooled_by_transaction(loop, s, &by_transaction,
	    &err), &err);
	assert_true(by_transaction);
	pg_close(s);
	stop_pooler(pooler);
}

static void
without_a_pooler_nothing_is_asked(void **state UNUSED)
{
	struct pg_session *s = open_named("postgres", "direct");
	bool by_transaction = true;
	struct error err;

	assert_false(pg_pooled(s));
	assert_ok(pg_identity_pooled_by_transaction(loop, s, &by_transaction,
	    &err), &err);
	assert_false(by_transaction);
	pg_close(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pooler_is_noticed_and_gets_no_settings),
		cmocka_unit_test(pooling_by_transaction_is_told_apart),
		cmocka_unit_test(without_a_pooler_nothing_is_asked),
	};

	return test_main(tests, sessions_setup, sessions_teardown);
}
