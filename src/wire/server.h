/*
 * wire/server.h - the engine's side of the socket: JSON lines, peers known
 * by the kernel.
 *
 * To each who attaches the server first tells all durable events from the
 * start, then {"caught_up":true}, then what comes.  A peer that reads too
 * slowly is cut off, it never delays the run; lines are at most 1 MiB.
 * Messages out: {"welcome":…}, {"event":…}, {"caught_up":true},
 * {"reply":{"id":N,"ok":bool,"error":{…}}}, {"bye":reason}.
 * Messages in: {"hello":{"version":1,"front":"tui","principal":"ana"}},
 * {"intent":"sign","id":N,fields…}.
 */
#ifndef PGRUNBOOK_WIRE_SERVER_H
#define PGRUNBOOK_WIRE_SERVER_H

#include <sys/types.h>

#include "base/error.h"
#include "base/loop.h"
#include "run/event.h"
#include "run/run.h"

struct wire_server;

struct wire_peer {
	uid_t		 uid;
	pid_t		 pid;
	const char	*user;		/* OS name of uid */
	const char	*principal;	/* as said in hello; user where nothing was said */
	const char	*front;		/* "tui", "plain", "json", … */
};

struct wire_handler {
	/* data: the intent's fields (borrowed).  0, or -1 with *err: the reply. */
	int	(*on_intent)(void *arg, const struct wire_peer *p, enum intent_type t,
		    const json_t *data, struct error *err);
	void	(*on_attach)(void *arg, const struct wire_peer *p);
	void	(*on_detach)(void *arg, const struct wire_peer *p);
	void	*arg;
};

/* Listens at the run's socket (0600 in a 0700 folder); a stale one is replaced. */
struct wire_server *wire_server_new(const void *owner, struct loop *l,
    struct run *r, const struct wire_handler *h, struct error *err);
size_t wire_server_peers(const struct wire_server *s);

#endif
