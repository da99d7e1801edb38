/* cli/start.c - starting a run. */

#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/params.h"
#include "cli/start.h"
#include "cli/terminal.h"
#include "engine/launch.h"
#include "run/folder.h"
#include "runbook/load.h"
#include "steps/kind.h"

/* Null: the findings have been printed. */
static struct window *
load_window(struct call *c, const char *file)
{
	struct lint *l = lint_new(c);
	struct window *w = window_load(c, file, step_kinds(), l);

	lint_print(l, stderr);
	return w;
}

static struct engine_options
engine_options(struct call *c, const char *folder)
{
	return (struct engine_options){
		.folder = folder,
		.targets = (const char *const *)c->options.target,
		.env_files = (const char *const *)c->options.env_file,
		.principal = c->options.as,
		.approvals = c->options.approvals,
		.is_json = c->options.json,
	};
}

/* A run that did not come to its first record has nothing to prove. */
static void
remove_unused(const char *folder)
{
	char *journal = run_journal_path(NULL, folder);
	struct error err;

	if (file_is_folder(folder) && !file_exists(journal) &&
	    file_remove_tree(folder, &err) != 0)
		error_print(stderr, "pgrunbook", &err);
	talloc_free(journal);
}

int
start_run(struct call *c, const struct start *s, char **folder)
{
	const char **vars = s->vars;
	struct engine_options o;
	struct window *w;
	struct error err;

	error_clear(&err);
	*folder = NULL;
	w = load_window(c, s->file);
	if (w == NULL)
		return EXIT_LINT;
	/* The values of a rollback come from the run that it rolls back. */
	if (s->rollback_of == NULL && params_complete(c, w,
	    !s->is_headless && terminal_is_there(), &vars, &err) != 0)
		return command_fail(&err);
	*folder = run_folder_create(c, runs_folder(c, c->options.runs), w->name,
	    &err);
	if (*folder == NULL)
		return command_fail(&err);
	o = engine_options(c, *folder);
	o.file = s->file;
	o.rollback_of = s->rollback_of;
	o.vars = (const char *const *)vars;
	o.from_step = c->options.from;
	o.is_headless = s->is_headless;
	if (s->approvals != NULL)
		o.approvals = s->approvals;
	if (s->is_headless)
		return engine_main(&o);
	if (engine_launch(&o, &err) == 0)
		return EXIT_DONE;
	remove_unused(*folder);
	return command_fail(&err);
}

int
start_again(struct call *c, const char *folder, struct error *err)
{
	struct engine_options o = engine_options(c, folder);

	if (engine_lives(folder))
		return 0;
	if (run_folder_is_closed(folder)) {
		error_set(err, ERR_POLICY, "the run \"%s\" is closed",
		    path_name(folder));
		error_hint(err, "\"pgrunbook report\" shows what it was");
		return -1;
	}
	return engine_launch(&o, err);
}
