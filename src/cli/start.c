/* cli/start.c - starting a run. */

#include <stdio.h>

#include "approval/statement.h"
#include "base/file.h"
#include "base/json.h"
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

/* Absolute: the engine may stand elsewhere. */
static const char *
key_path(struct call *c)
{
	const char *key = statement_key(c, c->options.key);
	const char *real = key != NULL ? path_real(c, key) : NULL;

	return real != NULL ? real : key;
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
		.key = key_path(c),
		.share = c->options.share,
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

/* What the run that is rolled back was given; what is given now comes behind. */
static int
inherit_vars(struct call *c, const char *folder, const char ***vars,
    struct error *err)
{
	struct run_state *was = run_state_load(c, folder, err);
	const char **all = NULL, *name;
	size_t n = 0, given = 0;
	json_t *old, *value;

	if (was == NULL)
		return -1;
	old = json_object_get(json_object_get(was->opened, "window"), "vars");
	while (*vars != NULL && (*vars)[given] != NULL)
		given++;
	all = NEW_ARRAY(c, const char *, json_object_size(old) + given + 1);
	json_object_foreach(old, name, value)
		if (json_is_string(value))
			all[n++] = mem_printf(all, "%s=%s", name,
			    json_string_value(value));
	for (size_t i = 0; i < given; i++)
		all[n++] = (*vars)[i];
	*vars = all;
	return 0;
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
	if ((s->rollback_of != NULL &&
	    inherit_vars(c, s->rollback_of, &vars, &err) != 0) ||
	    params_complete(c, w, !s->is_headless && terminal_is_there(), &vars,
	    &err) != 0)
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

/* Closed runs stay what they are. */
static int
refuse_closed(const char *folder, struct error *err)
{
	if (!run_folder_is_closed(folder))
		return 0;
	error_set(err, ERR_POLICY, "the run \"%s\" is closed",
	    path_name(folder));
	error_hint(err, "\"pgrunbook report\" shows what it was");
	return -1;
}

int
start_again(struct call *c, const char *folder, struct error *err)
{
	struct engine_options o = engine_options(c, folder);

	if (engine_lives(folder))
		return 0;
	if (refuse_closed(folder, err) != 0)
		return -1;
	return engine_launch(&o, err);
}

int
start_again_headless(struct call *c, const char *folder)
{
	struct engine_options o = engine_options(c, folder);
	struct error err;

	error_clear(&err);
	if (engine_lives(folder)) {
		error_set(&err, ERR_POLICY, "an engine lives on the run \"%s\"",
		    path_name(folder));
		error_hint(&err, "\"pgrunbook attach %s\" shows what it does",
		    path_name(folder));
	} else {
		(void)!refuse_closed(folder, &err);
	}
	if (err.code != ERR_NONE)
		return command_fail(&err);
	o.is_headless = true;
	return engine_main(&o);
}
