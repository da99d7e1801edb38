/* cli/verify.c - "pgrunbook verify": proves a bundle, or says what does not hold. */

#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "run/folder.h"
#include "run/verify.h"

static void
print_json(struct call *c, const struct verify_result *r)
{
	json_t *j = json_pack("{s:b, s:I, s:I, s:I, s:I, s:b, s:s}", "holds", 1,
	    "records", (json_int_t)r->records,
	    "artifacts", (json_int_t)r->artifacts,
	    "artifact_bytes", (json_int_t)r->artifact_bytes,
	    "signs", (json_int_t)r->signs, "closed", r->is_closed,
	    "head", r->head);

	printf("%s\n", json_pretty(c, j));
	json_decref(j);
}

int
cli_verify(struct call *c)
{
	char *runs = runs_folder(c, c->options.runs), *folder;
	struct verify_result r;
	struct error err;

	error_clear(&err);
	folder = run_folder_find(c, runs, c->args[0], &err);
	if (folder == NULL || run_verify(folder, &r, &err) != 0)
		return command_fail(&err);
	if (c->options.json) {
		print_json(c, &r);
		return EXIT_DONE;
	}
	printf("%s holds\n", folder);
	printf("  records    %" PRId64 ", each chained to the one before\n",
	    r.records);
	printf("  artifacts  %" PRId64 ", %s\n", r.artifacts,
	    str_bytes(c, r.artifact_bytes));
	printf("  sign-offs  %" PRId64 ", each for what was shown\n", r.signs);
	printf("  head       %s\n", r.head);
	printf("  run        %s\n", r.is_closed ? "closed" :
	    "not closed: more may follow, and a cut end would not show");
	return EXIT_DONE;
}
