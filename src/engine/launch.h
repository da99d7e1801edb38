/*
 * engine/launch.h - starting an engine process.
 *
 * The engine is the program pgrunbook-engine; it is found beside the running
 * program (build tree), or in the libexec folder; PGRUNBOOK_ENGINE names
 * another.  Its options go to its standard input as JSON, URLs of targets by
 * its environment.
 */
#ifndef PGRUNBOOK_ENGINE_LAUNCH_H
#define PGRUNBOOK_ENGINE_LAUNCH_H

#include "base/error.h"
#include "engine/engine.h"

/*
 * Start it in a session of its own and wait until it listens at the run's
 * socket, or has failed (its own message is in *err).  What it prints goes
 * to RUN/engine.log.
 */
int engine_launch(const struct engine_options *o, struct error *err) WARN_UNUSED;
/*
 * Become it, with this process's output: for headless runs.  Returns only
 * where that failed.
 */
int engine_exec(const struct engine_options *o, struct error *err) WARN_UNUSED;
/* Does an engine live on this run? */
bool engine_lives(const char *folder);

#endif
