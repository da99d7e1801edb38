/* wire/server.c - who is connected, and telling them. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "run/folder.h"
#include "wire/peer.h"
#include "wire/socket.h"

/* The run's listeners cannot leave: this stays with the run. */
struct ear {
	struct wire_server	*server;	/* null: it is gone */
};

struct wire_server {
	struct loop		*loop;
	struct run		*run;
	struct wire_handler	 handler;
	int			 fd;
	struct loop_poll	*poll;
	struct loop_timer	*undertaker;
	struct ear		*ear;
	size_t			 count;		/* connections */
	int64_t			 room;		/* for new ones, in thousandths */
	int64_t			 room_ms;	/* when that was */
	LIST_HEAD(, peer)	 peers;
};

struct run *
wire_server_run(struct wire_server *s)
{
	return s->run;
}

struct loop *
wire_server_loop(struct wire_server *s)
{
	return s->loop;
}

const struct wire_handler *
wire_server_handler(struct wire_server *s)
{
	return &s->handler;
}

static void
on_event(void *arg, const struct event *e)
{
	struct ear *ear = arg;
	struct peer *p;
	char *line;

	if (ear->server == NULL || LIST_EMPTY(&ear->server->peers))
		return;
	line = wire_event_line(NULL, e);
	LIST_FOREACH(p, &ear->server->peers, entry)
		peer_tell(p, e, line, strlen(line));
	talloc_free(line);
}

/* The first doomed one that is still there. */
static struct peer *
find_doomed(struct wire_server *s)
{
	struct peer *p;

	LIST_FOREACH(p, &s->peers, entry)
		if (p->is_doomed)
			return p;
	return NULL;
}

static void
bury(void *arg)
{
	struct wire_server *s = arg;
	struct peer *p;

	talloc_free(s->undertaker);
	s->undertaker = NULL;
	while ((p = find_doomed(s)) != NULL) {
		bool said_hello = p->said_hello;
		struct wire_peer who = p->who;

		/* Gone first: what the handler tells is not for him. */
		who.user = mem_strdup(s, who.user);
		who.principal = mem_strdup(s, who.principal);
		who.front = mem_strdup(s, who.front);
		talloc_free(p);
		s->count--;
		if (said_hello && s->handler.on_detach != NULL)
			s->handler.on_detach(s->handler.arg, &who);
		talloc_free((char *)(uintptr_t)who.user);
		talloc_free((char *)(uintptr_t)who.principal);
		talloc_free((char *)(uintptr_t)who.front);
	}
}

void
wire_server_bury_soon(struct wire_server *s)
{
	if (s->undertaker == NULL)
		s->undertaker = loop_timer_new(s, s->loop, 0, 0, bury, s);
}

/*
 * Each who comes and goes costs two durable records: who does so all the time
 * would slow the run down.
 */
static bool
has_room(struct wire_server *s)
{
	int64_t now = clock_mono_ms();

	s->room += (now - s->room_ms) * WIRE_COMING_PER_S;
	s->room_ms = now;
	if (s->room > WIRE_COMING_MAX * 1000)
		s->room = WIRE_COMING_MAX * 1000;
	if (s->count >= WIRE_PEERS_MAX || s->room < 1000)
		return false;
	s->room -= 1000;
	return true;
}

static void
on_connect(void *arg, bool readable, bool writable)
{
	struct wire_server *s = arg;
	int fd, rounds;

	(void)readable;
	(void)writable;
	/* A bounded number a turn: a flood of connections is no reason to stop
	 * doing everything else. */
	for (rounds = 0; rounds < 16; rounds++) {
		struct peer *p;

		fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		if (!has_room(s)) {
			close(fd);
			continue;
		}
		p = peer_new(s, fd);
		if (p == NULL)
			continue;
		LIST_INSERT_HEAD(&s->peers, p, entry);
		s->count++;
	}
}

static int
server_destroy(struct wire_server *s)
{
	struct peer *p;
	char *path;

	s->ear->server = NULL;
	while ((p = LIST_FIRST(&s->peers)) != NULL) {
		peer_bye(p, "the engine stops");
		talloc_free(p);
	}
	talloc_free(s->poll);
	close(s->fd);
	path = run_socket_path(NULL, s->run->folder);
	/* A stale one harms nothing: the next engine replaces it. */
	if (unlink(path) != 0 && errno != ENOENT)
		errno = 0;
	talloc_free(path);
	return 0;
}

/* What the folder holds stays the owner's: the group may go through alone. */
static int
share(const char *folder, gid_t group, struct error *err)
{
	char *path = run_socket_path(NULL, folder);
	int rc = 0;

	if (chown(path, (uid_t)-1, group) != 0 || chmod(path, 0660) != 0 ||
	    chown(folder, (uid_t)-1, group) != 0 || chmod(folder, 0710) != 0)
		rc = error_errno(err, ERR_IO,
		    "could not share \"%s\" with the group", folder);
	talloc_free(path);
	return rc;
}

struct wire_server *
wire_server_new(const void *owner, struct loop *l, struct run *r,
    const struct wire_handler *h, struct error *err)
{
	int fd = wire_socket_listen(r->folder, err);
	struct wire_server *s;

	if (fd >= 0 && h->is_shared && share(r->folder, h->group, err) != 0) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		return NULL;
	s = NEW(owner, struct wire_server);
	s->loop = l;
	s->run = r;
	s->handler = *h;
	s->fd = fd;
	s->room = WIRE_COMING_MAX * 1000;
	s->room_ms = clock_mono_ms();
	LIST_INIT(&s->peers);
	s->ear = NEW(r, struct ear);
	s->ear->server = s;
	run_listen(r, on_event, s->ear);
	s->poll = loop_poll_new(s, l, fd, on_connect, s);
	loop_poll_want(s->poll, true, false);
	talloc_set_destructor(s, server_destroy);
	return s;
}

size_t
wire_server_peers(const struct wire_server *s)
{
	const struct peer *p;
	size_t count = 0;

	LIST_FOREACH(p, &s->peers, entry)
		count += p->said_hello && !p->is_doomed;
	return count;
}

bool
wire_server_is_drained(const struct wire_server *s)
{
	const struct peer *p;

	LIST_FOREACH(p, &s->peers, entry)
		if (!p->is_doomed && (p->out->size > 0 || p->replay != NULL))
			return false;
	return true;
}
