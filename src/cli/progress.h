/*
 * cli/progress.h - what a command is at, on the last line of the terminal.
 *
 * It shows when a command takes longer than a second, and goes again without
 * a trace.  It is on standard error, and only where that is a terminal: what
 * a command answers is never mixed with it.
 */
#ifndef PGRUNBOOK_CLI_PROGRESS_H
#define PGRUNBOOK_CLI_PROGRESS_H

#include "base/loop.h"
#include "base/macros.h"

struct progress;

/* Freed with owner, which takes the line away. */
struct progress *progress_new(const void *owner, struct loop *l);
/* From now on: one short clause without full stop. */
void progress_say(struct progress *p, const char *fmt, ...) PRINTF(2, 3);
/* Take the line away, before anything else is printed. */
void progress_end(struct progress *p);

#endif
