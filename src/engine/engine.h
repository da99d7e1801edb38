/*
 * engine/engine.h - the run's loop: intents in, events out.
 *
 * One engine per run, held by the journal's lock; one run per target at a
 * time, held by an advisory lock there.  Every effect is announced in the
 * journal first.  The engine outlives its front ends.
 */
#ifndef PGRUNBOOK_ENGINE_ENGINE_H
#define PGRUNBOOK_ENGINE_ENGINE_H

#include <stdbool.h>

#include "base/error.h"

struct engine_options {
	const char	*folder;	/* of the run: made by run_folder_create(), or one that has begun */
	const char	*file;		/* the window or runbook, for a new run; null: resume */
	const char	*const *targets;	/* "NAME=URL", null-terminated; may be null */
	const char	*const *vars;		/* "NAME=VALUE"; for a new run */
	const char	*const *env_files;	/* for a new run: kept as paths */
	const char	*principal;	/* operator; null: the OS user */
	const char	*approvals;	/* folder; null */
	const char	*share;		/* group whose members may watch, sign and decide; null: nobody */
	const char	*key;		/* ssh key that signs the closing; null: none */
	const char	*from_step;	/* for a new run; null: the first */
	/*
	 * Folder of the run to roll back; null.  This run inherits its values,
	 * and file's rollback runbook alone is what runs.
	 */
	const char	*rollback_of;
	bool		 is_headless;
	bool		 is_json;	/* headless: events to stdout as JSON lines */
};

/*
 * Runs until the run is closed, stopped, or (headless) waits.  Returns an
 * exit code of product.md; what went wrong is on standard error.  A new run
 * that could not begin (findings, a target out of reach) leaves no folder.
 */
int engine_main(const struct engine_options *o);

/* The same.  on_ready is told once: an error, or null when it listens. */
int engine_serve(const struct engine_options *o,
    void (*on_ready)(void *arg, const struct error *err), void *arg);

#endif
