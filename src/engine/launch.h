/*
 * engine/launch.h - starting an engine process of its own session.
 *
 * The engine is the program pgrunbook-engine; it is found beside the running
 * program (build tree), or in the libexec folder.
 */
#ifndef PGRUNBOOK_ENGINE_LAUNCH_H
#define PGRUNBOOK_ENGINE_LAUNCH_H

#include "base/error.h"
#include "engine/engine.h"

/*
 * Start it and wait until it listens at the run's socket, or has failed
 * (its own message is in *err).  Its terminal is let go (setsid); secrets
 * reach it by its environment alone.
 */
int engine_launch(const struct engine_options *o, struct error *err) WARN_UNUSED;
/* Does an engine live on this run? */
bool engine_lives(const char *folder);

#endif
