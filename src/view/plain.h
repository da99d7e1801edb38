/*
 * view/plain.h - the linear front end: no boxes, nothing repainted.
 *
 * Each change is one line of text, each prompt is numbered; fit for screen
 * readers, logs and terminals that can do nothing.  What is typed before a
 * question is thrown away.  The end of input leaves the run as it is.
 */
#ifndef PGRUNBOOK_VIEW_PLAIN_H
#define PGRUNBOOK_VIEW_PLAIN_H

#include <stdio.h>

#include "base/error.h"

struct plain_options {
	int	 in;		/* descriptor that lines come from */
	FILE	*out;
	const char *key;	/* ssh key to sign with; null: keystrokes alone */
	/* Start the run's engine again, where a person asks for it; may be null. */
	int	(*resume)(void *arg, const char *run_folder, struct error *err);
	void	*arg;
};

/*
 * Attach to a run whose engine lives, tell it line by line until it is closed
 * or the person leaves.  Returns an exit code of product.md (4: input has
 * ended, and the run waits for a person).  -1 with *err: not attached.
 */
int plain_run(const char *run_folder, const char *principal,
    const struct plain_options *options, struct error *err) WARN_UNUSED;

#endif
