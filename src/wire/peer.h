/*
 * wire/peer.h - one connection as the server has it.  For the files of this
 * room alone.
 *
 * A peer is doomed first and buried later, by the loop: it may be found out
 * to be too slow in the middle of telling an event.
 */
#ifndef PGRUNBOOK_WIRE_PEER_H
#define PGRUNBOOK_WIRE_PEER_H

#include <sys/queue.h>

#include "base/loop.h"
#include "base/str.h"
#include "run/read.h"
#include "wire/server.h"

struct peer {
	struct wire_server	*server;
	struct wire_peer	 who;
	int			 fd;
	struct loop_poll	*poll;
	struct loop_timer	*patience;	/* until it has said hello */
	struct buffer		*in, *out;
	size_t			 scanned;	/* of in: no newline so far */
	struct run_reader	*replay;	/* null: it is told what comes */
	bool			 said_hello, is_doomed;
	LIST_ENTRY(peer)	 entry;
};

/* Takes fd.  Null: it was sent away. */
struct peer *peer_new(struct wire_server *s, int fd);
/* An event that has just happened. */
void peer_tell(struct peer *p, const struct event *e, const char *line,
    size_t size_bytes);
/* Say why and bury it soon. */
void peer_bye(struct peer *p, const char *why);

/* server.c */
struct run *wire_server_run(struct wire_server *s);
struct loop *wire_server_loop(struct wire_server *s);
const struct wire_handler *wire_server_handler(struct wire_server *s);
void wire_server_bury_soon(struct wire_server *s);

/* The event as a message's line, with its newline. */
char *wire_event_line(const void *owner, const struct event *e);

#endif
