/*
 * base/loop.h - the process's one event loop (libuv), and waiting in it.
 *
 * Code that works step by step (a step of a run) is written straight down:
 * it starts something and calls loop_wait(), which turns the loop until a
 * condition holds.  Meanwhile callbacks go on serving everything else.
 *
 * Rule: loop_wait() is never called from inside a callback of the loop;
 * that is asserted.  Callbacks note what happened and return.
 */
#ifndef PGRUNBOOK_BASE_LOOP_H
#define PGRUNBOOK_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"

struct loop;

struct loop *loop_new(const void *owner);	/* freed: closes what is left */
uv_loop_t *loop_uv(struct loop *l);

enum wait_result { WAIT_DONE, WAIT_TIMEOUT };

/*
 * Turn the loop until done(arg) is true, or timeout_ms have passed (-1: no
 * limit).  done is asked before the first turn and after each.
 */
enum wait_result loop_wait(struct loop *l, bool (*done)(void *arg), void *arg,
    int64_t timeout_ms);

/* Turn the loop for ms milliseconds, or until *stop is true (may be null). */
void loop_sleep(struct loop *l, int64_t ms, const bool *stop);

/*
 * A timer, owned by owner: freeing it stops it.  Calls fn each period_ms
 * (once where period_ms is 0) after first_ms.
 */
struct loop_timer;
struct loop_timer *loop_timer_new(const void *owner, struct loop *l,
    int64_t first_ms, int64_t period_ms, void (*fn)(void *arg), void *arg);

/*
 * A descriptor watched for reading and/or writing; freeing it stops it.  fn is
 * called for as long as there is something to do: one read at a time reaches
 * the end, also where it is an error.
 */
struct loop_poll;
struct loop_poll *loop_poll_new(const void *owner, struct loop *l, int fd,
    void (*fn)(void *arg, bool readable, bool writable), void *arg);
void loop_poll_want(struct loop_poll *p, bool readable, bool writable);

/* A signal; freeing it gives the old disposition back. */
struct loop_signal;
struct loop_signal *loop_signal_new(const void *owner, struct loop *l,
    int signum, void (*fn)(void *arg), void *arg);

/*
 * work(arg) on libuv's thread pool, then done(arg) in the loop.  arg must
 * live until done; work must not touch talloc memory that the loop's thread
 * uses.
 */
void loop_work(struct loop *l, void (*work)(void *arg),
    void (*done)(void *arg), void *arg);

#endif
