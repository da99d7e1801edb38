/* cli/run.c - "pgrunbook run", "attach", "resume": being at a run. */

#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/front.h"
#include "cli/start.h"
#include "engine/launch.h"
#include "run/folder.h"

int
cli_run(struct call *c)
{
	const struct start s = {
		.file = c->args[0], .vars = c->options.var,
		.is_headless = c->options.headless,
	};
	char *folder;
	int code;

	code = start_run(c, &s, &folder);
	if (code != EXIT_DONE || s.is_headless)
		return code;
	return front_attach(c, folder);
}

static char *
find_run(struct call *c, struct error *err)
{
	return run_folder_find(c, runs_folder(c, c->options.runs), c->args[0],
	    err);
}

int
cli_attach(struct call *c)
{
	struct error err;
	char *folder;

	error_clear(&err);
	folder = find_run(c, &err);
	if (folder == NULL)
		return command_fail(&err);
	if (engine_lives(folder))
		return front_attach(c, folder);
	error_set(&err, ERR_NOT_FOUND, "no engine lives on the run \"%s\"",
	    path_name(folder));
	if (run_folder_is_closed(folder))
		error_hint(&err, "the run is closed: \"pgrunbook report %s\"",
		    path_name(folder));
	else
		error_hint(&err, "\"pgrunbook resume %s\" starts it again",
		    path_name(folder));
	return command_fail(&err);
}

int
cli_resume(struct call *c)
{
	struct error err;
	char *folder;

	error_clear(&err);
	folder = find_run(c, &err);
	if (folder != NULL && c->options.headless)
		return start_again_headless(c, folder);
	if (folder == NULL || start_again(c, folder, &err) != 0)
		return command_fail(&err);
	return front_attach(c, folder);
}
