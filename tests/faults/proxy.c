/*
 * tests/faults/proxy.c - a way to the server that can be cut.
 *
 * A process for all of it, one more for each connection: stopping the group
 * leaves every connection half open, killing it cuts them all.
 */

#include "harness/test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "faults/proxy.h"
#include "harness/cluster.h"

struct proxy {
	int	listener, port;
	pid_t	group;		/* 0: nobody takes connections */
	struct sockaddr_un server;
};

/* ---- in processes of its own --------------------------------------------------- */

static void
carry(int from, int to)
{
	char piece[65536];
	ssize_t n = read(from, piece, sizeof(piece)), done = 0, m;

	if (n <= 0)
		_exit(0);
	for (; done < n; done += m)
		if ((m = write(to, piece + done, (size_t)(n - done))) <= 0)
			_exit(0);
}

static void
serve(const struct proxy *p, int client)
{
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	struct pollfd fds[] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };

	if (connect(server, (const struct sockaddr *)&p->server,
	    sizeof(p->server)) != 0)
		_exit(1);
	for (;;) {
		if (poll(fds, 2, -1) < 0)
			_exit(1);
		if (fds[0].revents != 0)
			carry(client, server);
		if (fds[1].revents != 0)
			carry(server, client);
	}
}

static void
take_connections(const struct proxy *p)
{
	int client;

	setpgid(0, 0);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		client = accept(p->listener, NULL, NULL);
		if (client < 0)
			continue;
		if (fork() == 0) {
			close(p->listener);
			serve(p, client);
		}
		close(client);
	}
}

/* ---- on the test's side ----------------------------------------------------------- */

void
proxy_mend(struct proxy *p)
{
	p->group = fork();
	assert_true(p->group >= 0);
	if (p->group == 0)
		take_connections(p);
	setpgid(p->group, p->group);
}

void
proxy_freeze(struct proxy *p)
{
	kill(-p->group, SIGSTOP);
}

void
proxy_freeze_connections(struct proxy *p)
{
	proxy_freeze(p);
	kill(p->group, SIGCONT);
}

void
proxy_cut(struct proxy *p)
{
	if (p->group <= 0)
		return;
	kill(-p->group, SIGKILL);
	waitpid(p->group, NULL, 0);
	p->group = 0;
}

static int
proxy_destroy(struct proxy *p)
{
	proxy_cut(p);
	close(p->listener);
	return 0;
}

struct proxy *
proxy_start(const void *owner)
{
	struct proxy *p = NEW(owner, struct proxy);
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	p->server.sun_family = AF_UNIX;
	snprintf(p->server.sun_path, sizeof(p->server.sun_path),
	    "%s/.s.PGSQL.%s", cluster_socket_folder(), cluster_port());
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->listener, (struct sockaddr *)&at, sizeof(at)),
	    0);
	assert_int_equal(listen(p->listener, 64), 0);
	assert_int_equal(getsockname(p->listener, (struct sockaddr *)&at,
	    &size), 0);
	p->port = ntohs(at.sin_port);
	talloc_set_destructor(p, proxy_destroy);
	proxy_mend(p);
	return p;
}

char *
proxy_url(const void *owner, const struct proxy *p, const char *dbname)
{
	return mem_printf(owner, "postgresql://postgres@127.0.0.1:%d/%s"
	    "?sslmode=disable&connect_timeout=2", p->port, dbname);
}
