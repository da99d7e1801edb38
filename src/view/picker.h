/*
 * view/picker.h - where a person begins: runs that wait, and runbooks.
 */
#ifndef PGRUNBOOK_VIEW_PICKER_H
#define PGRUNBOOK_VIEW_PICKER_H

#include "runbook/load.h"
#include "view/app.h"

struct picker_run {
	char	*id, *folder, *window, *place, *now, *environment, *database,
		*operator_;
	int64_t	 opened_us;
	bool	 is_live, is_needed;
};

struct picker_list {
	const char	*runs_folder;
	struct picker_run *runs;	/* open ones; those that need somebody first */
	size_t		 run_count;
	struct runbook_card **cards;	/* windows first, then by name */
	size_t		 card_count;
};

/*
 * Runs in the folder runs, runbooks in folders (null-terminated).  What
 * cannot be read is left out.  lives (may be null): does an engine live there?
 */
struct picker_list *picker_load(const void *owner, const char *runs,
    const char *const *folders, bool (*lives)(const char *run_folder));

/* The list is borrowed. */
struct app *app_new_picker(const void *owner,
    const struct app_settings *settings, const struct picker_list *list);

enum picker_wish {
	PICKER_QUIT, PICKER_OPEN, PICKER_ATTACH, PICKER_LINT, PICKER_EDIT,
	PICKER_PLAN
};
/* What was chosen when the app wished to leave; *path is the list's. */
enum picker_wish picker_choice(const struct app *a, const char **path);

#endif
