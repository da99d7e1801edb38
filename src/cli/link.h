/*
 * cli/link.h - a word with a run's engine, from the command line: attach,
 * wait until all is told, ask for something, wait for the answer.
 */
#ifndef PGRUNBOOK_CLI_LINK_H
#define PGRUNBOOK_CLI_LINK_H

#include <jansson.h>

#include "base/error.h"
#include "run/event.h"
#include "run/state.h"

struct link;

/* Caught up when this returns.  ERR_NOT_FOUND: no engine lives there. */
struct link *link_open(const void *owner, const char *folder,
    const char *principal, struct error *err);
/* Sign and refuse with this ssh key from now on. */
void link_sign_with(struct link *k, const char *key, const char *principal);
/* The state so far. */
struct run_state *link_state(struct link *k);
/* Takes fields.  0: it was done; -1: *err says why not. */
int link_ask(struct link *k, enum intent_type t, json_t *fields,
    struct error *err) WARN_UNUSED;
/* Read until the run waits for this (state_waits_for). */
int link_wait(struct link *k, const char *waits, struct error *err) WARN_UNUSED;

#endif
