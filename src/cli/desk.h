/*
 * cli/desk.h - a request opened on the reviewer's own machine.
 *
 * A process of its own serves the request's journal at a socket, as an engine
 * does for a run: so every front end shows it, and none knows the difference.
 * Decisions on drift items are kept in the copy until the review is
 * ended; that, sign-offs and refusals want an ssh key, and each becomes an
 * approval's file.  Nothing else is taken.  The run itself is not there, and changes when
 * it gets that file.
 */
#ifndef PGRUNBOOK_CLI_DESK_H
#define PGRUNBOOK_CLI_DESK_H

#include "cli/command.h"

struct desk;

/* Open the request; freed: the process ends, and what was unpacked goes. */
struct desk *desk_open(struct call *c, const char *path, struct error *err);
/* As a run's folder. */
const char *desk_folder(const struct desk *d);
/* Say who has signed the request. */
void desk_say_sender(const struct desk *d);
/* Say which files were written, and what to do with them. */
void desk_say_written(struct desk *d);

#endif
