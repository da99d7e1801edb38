/* tests/harness/pooler.c - a connection pooler in front of the cluster. */

#include "harness/test.h"

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

#include "harness/cluster.h"
#include "harness/pooler.h"

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

pid_t
pooler_start(const char *folder, bool by_transaction)
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

void
pooler_stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* It was still there to be killed. */
	assert_true(WIFSIGNALED(status));
}
