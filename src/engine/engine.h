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
	const char	*folder;	/* of the run: made, with runbooks/ frozen in it */
	const char	*file;		/* the window or runbook, for a new run; null: resume */
	const char	*const *targets;	/* "NAME=URL", null-terminated; may be null */
	const char	*const *vars;		/* "NAME=VALUE" */
	const char	*const *env_files;
	const char	*principal;	/* operator; null: the OS user */
	const char	*approvals;	/* folder; null */
	const char	*from_step;	/* null */
	const char	*rollback_of;	/* folder of the run to roll back; null */
	bool		 is_headless;
	bool		 is_json;	/* headless: events to stdout as JSON lines */
};

/* Runs until the run is closed, stopped, or (headless) waits.  Returns an exit code of product.md. */
int engine_main(const struct engine_options *o);

#endif
