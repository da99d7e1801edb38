/*
 * steps/ask.h - questions of steps, and what counts as an answer.
 *
 *   {"type":"manual","items":[text…],"fields":[{name,prompt,pattern}…]}
 *       answer {"items":[true…],"fields":{name: text…}}
 *   {"type":"choose","text":…,"options":[{key,text,goto}…]}
 *       answer {"key":…}
 *   {"type":"review","items":[…]}: answered item by item (steps/review.c)
 *
 * The engine asks ask_check() before it takes an answer in, so that whoever
 * answered is told what is missing; the step asks it again.
 */
#ifndef PGRUNBOOK_STEPS_ASK_H
#define PGRUNBOOK_STEPS_ASK_H

#include <jansson.h>

#include "base/error.h"

/* ERR_POLICY names what is missing or wrong. */
int ask_check(const json_t *question, const json_t *answer, struct error *err)
    WARN_UNUSED;

#endif
