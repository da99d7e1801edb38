/* cli/export.c - "pgrunbook export": a run's bundle as one file. */

#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "report/bundle.h"
#include "run/folder.h"

int
cli_export(struct call *c)
{
	const char *path = c->options.output;
	char *folder, sha256[SHA256_HEX_SIZE];
	struct evidence e;
	struct error err;

	error_clear(&err);
	folder = run_folder_find(c, runs_folder(c, c->options.runs), c->args[0],
	    &err);
	/* What does not hold is not handed over as evidence. */
	if (folder == NULL || evidence_verify(folder, NULL, 0, &e, &err) != 0)
		return command_fail(&err);
	if (path == NULL)
		path = mem_printf(c, "%s.tar.gz", path_name(folder));
	if (bundle_export(folder, &e, path, sha256, &err) != 0)
		return command_fail(&err);
	printf("%s  %s\n", sha256, path);
	return EXIT_DONE;
}
