/*
 * cli/plain.h - the front end without a screen: each change is one line of
 * text, each prompt is numbered.  For screen readers, logs and dumb lines.
 *
 * Nothing is repainted and nothing is drawn.  Leaving it (q, end of input,
 * a lost terminal) leaves the run as it is.
 */
#ifndef PGRUNBOOK_CLI_PLAIN_H
#define PGRUNBOOK_CLI_PLAIN_H

#include "base/error.h"
#include "wire/client.h"

struct plain;

/* 0: the person left, or the run is closed.  -1: the engine was lost. */
int plain_run(const char *folder, const char *principal, struct error *err)
    WARN_UNUSED;

/* ---- for plain_ask.c ---- */

struct run_state *plain_state(struct plain *p);
/* A line from the person, owned by the front end until the next.  Null: the end. */
const char *plain_line(struct plain *p, const char *question);
/* Takes fields.  What comes of it is printed when the answer comes. */
void plain_send(struct plain *p, enum intent_type t, json_t *fields);

/* Say what the run waits for, with numbered choices. */
void plain_prompt(struct plain *p, const char *waits);
/* The person has chosen number.  False: there is no such choice. */
bool plain_choose(struct plain *p, const char *waits, int number);

#endif
