/*
 * cli/start.h - starting a run: checked, parameters complete, its folder
 * made, its engine launched or, headless, run right here.
 */
#ifndef PGRUNBOOK_CLI_START_H
#define PGRUNBOOK_CLI_START_H

#include "cli/command.h"

struct start {
	const char	*file;		/* window or runbook */
	const char	**vars;		/* "NAME=VALUE"; may be null */
	const char	*approvals;	/* null */
	const char	*rollback_of;	/* folder of the run to roll back; null */
	bool		 is_headless;
};

/*
 * *folder gets the new run's, owned by the call; it stays null where nothing
 * was created.  Returns an exit code: of the whole run when it is headless,
 * else EXIT_DONE once the engine listens.
 */
int start_run(struct call *c, const struct start *s, char **folder);

/* Make sure that an engine lives on an existing run. */
int start_again(struct call *c, const char *folder, struct error *err)
    WARN_UNUSED;
/*
 * The same without a front end, in this process: until the run is closed,
 * stopped, or waits.  The exit code, as that of "run --headless"; what went
 * wrong has been printed.  A run whose engine lives is left alone.
 */
int start_again_headless(struct call *c, const char *folder);

#endif
