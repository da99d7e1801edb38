/*
 * bench/bench_backfill.c - a server for backfill.sh.
 *
 * usage: bench_backfill SCRIPT PGRUNBOOK RUNBOOKS [ROWS]     (3000000)
 */

#include <stdio.h>
#include <stdlib.h>

#include "base/child.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/scratch_server.h"

static int
run_script(const void *owner, const char *const *argv, struct error *err)
{
	char *out = NULL, *errors = NULL;
	int rc = child_capture(owner, loop_new(owner), &(struct child_spec){
	    .argv = argv }, &out, &errors, err);

	printf("%s", out != NULL ? out : "");
	fprintf(stderr, "%s", errors != NULL ? errors : "");
	return rc;
}

int
main(int argc, char **argv)
{
	const char *script[] = { NULL, NULL, NULL, "3000000", NULL };
	void *owner = talloc_new(NULL);
	struct error err, ignored;
	char *folder;
	int rc = 1, i;

	if (argc < 4) {
		fputs("usage: bench_backfill SCRIPT PGRUNBOOK RUNBOOKS [ROWS]\n",
		    stderr);
		return 2;
	}
	for (i = 1; i < argc && i < 5; i++)
		script[i - 1] = argv[i];
	error_clear(&err);
	folder = scratch_folder_create(owner, "pgrunbook-bench", &err);
	if (folder != NULL && scratch_server_start(folder, true, &err) == 0) {
		setenv("DATABASE_URL", scratch_server_url(owner, folder,
		    "postgres"), 1);
		rc = run_script(owner, script, &err) != 0;
	}
	if (folder != NULL && (scratch_server_stop(folder, &ignored) != 0 ||
	    file_remove_tree(folder, &ignored) != 0))
		fprintf(stderr, "%s is left behind\n", folder);
	if (rc != 0 && err.code != ERR_NONE)
		error_print(stderr, "bench_backfill", &err);
	talloc_free(owner);
	return rc;
}
