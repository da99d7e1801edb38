/*
 * wire/server.h - the engine's side of the socket: JSON lines, peers known
 * by the kernel.
 *
 * To each who attaches the server first tells all durable events from the
 * start, then {"caught_up":true}, then what comes.
 *
 * Messages out: {"welcome":{"version":1,"run":…,"pid":N}}, {"event":{"at",
 * "type","seq"?,"hash"?,fields…}}, {"caught_up":true}, {"reply":{"id":N,"ok":bool,
 * "error":{…}?}}, {"bye":reason}.
 * Messages in: {"hello":{"version":1,"front":"tui","principal":"ana"}}, first
 * and within ten seconds, then {"intent":"sign","id":N,fields…}.
 *
 * A peer never delays the run: what it has not read yet is bounded.  Past
 * WIRE_LIVE_MAX bytes it is told no more live events, past WIRE_OUT_MAX it is
 * cut off.  Lines of peers are at most WIRE_LINE_MAX bytes; who sends
 * something else than messages gets a bye.
 */
#ifndef PGRUNBOOK_WIRE_SERVER_H
#define PGRUNBOOK_WIRE_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/loop.h"
#include "run/event.h"
#include "run/run.h"

#define WIRE_LINE_MAX	(1 << 20)
#define WIRE_LIVE_MAX	(512 << 10)
#define WIRE_OUT_MAX	(8 << 20)
#define WIRE_PEERS_MAX	32
#define WIRE_COMING_MAX	64	/* at once, and then so many a second: */
#define WIRE_COMING_PER_S 10

struct wire_server;

struct wire_peer {
	uid_t		 uid;
	pid_t		 pid;
	const char	*user;		/* OS name of uid */
	const char	*principal;	/* as said in hello; user where nothing was said */
	const char	*front;		/* "tui", "plain", "json", … */
	bool		 is_guest;	/* another user, of the group that may come */
};

struct wire_handler {
	/*
	 * All are called in the loop.  data: the intent's fields (borrowed),
	 * which fit its row.  0, or -1 with *err: the reply.
	 */
	int	(*on_intent)(void *arg, const struct wire_peer *p, enum intent_type t,
		    const json_t *data, struct error *err);
	void	(*on_attach)(void *arg, const struct wire_peer *p);
	void	(*on_detach)(void *arg, const struct wire_peer *p);
	void	*arg;
	/*
	 * Members of the group may come, too, as guests: each under the name of
	 * his account, whatever he says.
	 */
	bool	is_shared;
	gid_t	group;
};

/*
 * Listens at the run's socket (0600 in a 0700 folder; shared: 0660, and the
 * group may go through the folder, not look into it); a stale one is
 * replaced: whoever holds the run's journal is its only engine.  Freeing it
 * says bye to all, without calling the handler any more, and removes the
 * socket.
 */
struct wire_server *wire_server_new(const void *owner, struct loop *l,
    struct run *r, const struct wire_handler *h, struct error *err);
/* How many have said hello and are there. */
size_t wire_server_peers(const struct wire_server *s);
/* Has every peer been told everything that there is? */
bool wire_server_is_drained(const struct wire_server *s);

#endif
