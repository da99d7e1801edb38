/* cli/review.c - "pgrunbook review": at the run, or away from it. */

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "approval/request.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/desk.h"
#include "cli/front.h"
#include "run/folder.h"

/* Who says so: --as, or the login name. */
static const char *
principal_of(struct call *c)
{
	const struct passwd *user = getpwuid(geteuid());

	return c->options.as != NULL ? c->options.as :
	    user != NULL ? user->pw_name : "";
}

static int
export_request(struct call *c)
{
	const char *path = c->options.export;
	char *folder, *text;
	struct error err;

	error_clear(&err);
	folder = run_folder_find(c, runs_folder(c, c->options.runs), c->args[0],
	    &err);
	text = folder == NULL ? NULL : request_make(c, folder,
	    statement_key(c, c->options.key), principal_of(c), &err);
	if (text == NULL || file_write_atomic(path, text, strlen(text), 0600,
	    &err) != 0)
		return command_fail(&err);
	printf("Written%s: %s\nThe reviewer opens it with \"pgrunbook review\", "
	    "and sends an approval back.\n", strstr(text, "PGRUNBOOK "
	    "SIGNATURE") != NULL ? ", signed" : "", path);
	return EXIT_DONE;
}

static int
review_request(struct call *c)
{
	struct error err;
	struct desk *d;
	int code;

	error_clear(&err);
	d = desk_open(c, c->args[0], &err);
	code = d == NULL ? -1 : front_show(c, desk_folder(d), &err);
	if (code < 0)
		return command_fail(&err);
	desk_say_sender(d);
	desk_say_written(d);
	return EXIT_DONE;
}

/* A reviewer is a person who attaches; the roles say what may be signed. */
int
cli_review(struct call *c)
{
	if (c->options.export != NULL)
		return export_request(c);
	if (request_is(c->args[0]))
		return review_request(c);
	return cli_attach(c);
}
