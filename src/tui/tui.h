/*
 * tui/tui.h - the ncurses front end.
 *
 * Leaving it leaves the run as it is: q, SIGHUP and a lost terminal detach,
 * nothing else.  Nothing is printed afterwards: how to come back, or what
 * became of the run, is for the caller to say.
 */
#ifndef PGRUNBOOK_TUI_TUI_H
#define PGRUNBOOK_TUI_TUI_H

#include <stdbool.h>

#include "base/error.h"

struct tui_options {
	const char	*theme;		/* null: PGRUNBOOK_THEME, "default" */
	const char	*key;		/* ssh key to sign with; null: keystrokes alone */
	/* Start the run's engine again, where a person asks for it; may be null. */
	int		(*resume)(void *arg, const char *run_folder,
			    struct error *err);
	/* Does an engine live on this run?  For the picker. */
	bool		(*lives)(const char *run_folder);
	void		*arg;
	/* As app_host's, with an argument of its own; may be null. */
	int		(*trouble)(void *arg, char said[160],
			    struct error *err);
	void		*trouble_arg;
};

/* Can there be one: a terminal on both sides, of a type that is known? */
bool tui_is_possible(void);

/*
 * Attach to a run whose engine lives, and show it until the person leaves.
 * Where the engine goes away meanwhile the screen stays and offers to start
 * it again.  Returns an exit code of product.md: that of the run where it is
 * closed, 0 where it goes on.  -1 with *err: it was not shown at all.
 */
int tui_run(const char *run_folder, const char *principal,
    const struct tui_options *options, struct error *err) WARN_UNUSED;

enum tui_wish {
	TUI_QUIT,
	TUI_OPEN,		/* a runbook: run it */
	TUI_ATTACH,		/* a run: attach, or resume where its engine is gone */
	TUI_LINT, TUI_EDIT, TUI_PLAN
};

struct tui_choice {
	enum tui_wish	 wish;
	char		*path;		/* the runbook's file, or the run's folder */
};

/*
 * The picker: runbooks in folders (null-terminated) and the runs in runs.
 * Returns after one choice; call it again to come back.
 */
int tui_picker(const void *owner, const char *runs, const char *const *folders,
    const char *principal, const struct tui_options *options,
    struct tui_choice *choice, struct error *err) WARN_UNUSED;

#endif
