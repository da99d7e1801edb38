/*
 * wire/client.h - a front end's side of the socket.
 *
 * Needs no event loop: the caller polls wire_client_fd() for reading and calls
 * wire_client_read(), which hands over whole messages and does not block.
 */
#ifndef PGRUNBOOK_WIRE_CLIENT_H
#define PGRUNBOOK_WIRE_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "run/event.h"
#include "run/state.h"

struct wire_client;

struct wire_listener {
	/* After the event was folded into the client's state. */
	void	(*on_event)(void *arg, const struct event *e);
	void	(*on_caught_up)(void *arg);
	/* Answer to wire_client_send()'s id; err is null when it was done. */
	void	(*on_reply)(void *arg, int64_t id, const struct error *err);
	void	*arg;
};

/*
 * ERR_NOT_FOUND: no engine lives there.  principal may be null: the user.
 * The listener's functions may be null.
 */
struct wire_client *wire_client_connect(const void *owner, const char *run_folder,
    const char *front, const char *principal, const struct wire_listener *listener,
    struct error *err);
/*
 * Sign and refuse with this ssh key from now on (null: without).  principal:
 * as in the run's file of allowed signers; null: the user.  Sending then may
 * have to ask the person for a passphrase, at this process's terminal.
 */
void wire_client_sign_with(struct wire_client *c, const char *key,
    const char *principal);
/* Does somebody listen there?  Says nothing to him. */
bool wire_engine_listens(const char *run_folder);
int wire_client_fd(const struct wire_client *c);
/*
 * Read what is there.  0; -1 with ERR_LOST when the engine is gone (its bye is
 * the detail), or ERR_VERIFY for events that cannot be.
 */
int wire_client_read(struct wire_client *c, struct error *err) WARN_UNUSED;
/* Takes fields' reference (null: none).  *id is the reply's; may be null. */
int wire_client_send(struct wire_client *c, enum intent_type t, json_t *fields,
    int64_t *id, struct error *err) WARN_UNUSED;
/* The state folded so far; owned by the client. */
struct run_state *wire_client_state(struct wire_client *c);

#endif
