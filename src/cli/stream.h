/*
 * cli/stream.h - the front end for programs: events as JSON lines on standard
 * output, intents as JSON lines on standard input.
 *
 * {"event":{...}} for each event from the start, {"caught_up":true},
 * {"reply":{"id":N,"ok":bool,"error":{...}?}}.  In: {"intent":"sign",
 * "id":N?,fields...}.  The end of input leaves the run as it is.
 */
#ifndef PGRUNBOOK_CLI_STREAM_H
#define PGRUNBOOK_CLI_STREAM_H

#include "base/error.h"

/*
 * Returns an exit code of product.md: that of the run where it is closed, 0
 * where it goes on.  -1 with *err: the engine was lost.
 */
int stream_run(const char *folder, const char *principal, struct error *err)
    WARN_UNUSED;

#endif
