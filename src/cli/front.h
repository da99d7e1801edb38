/*
 * cli/front.h - a front end for the person at the terminal.
 */
#ifndef PGRUNBOOK_CLI_FRONT_H
#define PGRUNBOOK_CLI_FRONT_H

#include <stdbool.h>

#include "cli/command.h"

/*
 * Attach to a run whose engine lives: ncurses, or what --plain, --json or
 * the kind of terminal ask for.  Afterwards says how to come back, or what
 * became of the run.  Returns an exit code.
 */
int front_attach(struct call *c, const char *folder);
/* The screen alone.  An exit code; -1 with *err: it was not shown. */
int front_show(struct call *c, const char *folder, struct error *err)
    WARN_UNUSED;

/*
 * May a screen be drawn here?  Not where there is no terminal for it, and not
 * for somebody who reads line by line (ACCESSIBLE).
 */
bool front_is_a_screen(void);
/*
 * What a demo can do besides: start is app_host's "trouble"; revive brings its
 * server back, where that has gone, before the engine is started again.
 */
struct front_trouble {
	int	(*start)(void *arg, char said[160], struct error *err);
	int	(*revive)(void *arg, struct error *err);
	void	*arg;
};
int front_attach_demo(struct call *c, const char *folder,
    const struct front_trouble *trouble);

#endif
