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

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/pooler.h"

#define CLIENTS_MAX	8
#define ROOM		65536

struct client {
	int	fd, server;
	bool	started;
};

struct pooler {
	enum pooler_mode mode;
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
	c->server = p->mode == POOLER_TRANSACTION && p->shared >= 0 ? p->shared :
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

/* A query that sets something selects nothing instead. */
static void
overhear(unsigned char *message, size_t size)
{
	if (message[0] != 'Q' || size < 10 ||
	    memcmp(message + 5, "SET ", 4) != 0)
		return;
	memset(message + 5, ' ', size - 6);
	memcpy(message + 5, "SELECT", 6);
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
		if (p->mode == POOLER_DEAF)
			overhear(room, (size_t)n);
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
pooler_start(const char *folder, enum pooler_mode mode)
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
		p.mode = mode;
		p.shared = -1;
		pool(&p, fd);
	}
	close(fd);
	return pid;
}

/* ---- the real one -------------------------------------------------------------- */

static char *
write_file(const char *folder, const char *name, const char *text)
{
	char *path = path_join(NULL, folder, name);
	struct error err = { 0 };

	assert_ok(file_write_atomic(path, text, strlen(text), 0644, &err),
	    &err);
	return path;
}

static char *
configure(const char *folder, enum pooler_mode mode)
{
	static const char *const modes[] = {
		[POOLER_SESSION] = "session",
		[POOLER_TRANSACTION] = "transaction",
		[POOLER_STATEMENT] = "statement",
	};
	char *users = write_file(folder, "users", "\"postgres\" \"\"\n");
	char *text = mem_printf(users, "[databases]\n* = host=%s port=%s\n"
	    "[pgbouncer]\nlisten_addr =\nlisten_port = 5432\n"
	    "unix_socket_dir = %s\nauth_type = trust\nauth_file = %s\n"
	    "pool_mode = %s\n", cluster_socket_folder(), cluster_port(),
	    folder, users, modes[mode]);
	char *file = write_file(folder, "pgbouncer.ini", text);

	talloc_free(users);
	return file;
}

static bool
listens(const char *folder)
{
	struct sockaddr_un a = address(folder, "5432");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool yes = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return yes;
}

pid_t
pgbouncer_start(const void *owner, enum pooler_mode mode, char **folder)
{
	char *program = program_find(owner, "pgbouncer", 0, NULL);
	const char *argv[] = { program, NULL, NULL };
	int64_t until_ms;
	pid_t pid;

	if (program == NULL) {
		print_message("there is no pgbouncer: left out\n");
		return -1;
	}
	*folder = cluster_new_folder(owner);
	argv[1] = talloc_steal(owner, configure(*folder, mode));
	pid = cluster_spawn(argv);
	until_ms = clock_mono_ms() + 10000;
	while (!listens(*folder)) {
		assert_true(clock_mono_ms() < until_ms);
		poll(NULL, 0, 5);
	}
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
