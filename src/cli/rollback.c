/* cli/rollback.c - "pgrunbook rollback" and "abandon": ways out of a run. */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/front.h"
#include "cli/link.h"
#include "cli/start.h"
#include "cli/terminal.h"
#include "run/folder.h"

/* Given, or asked for: it is written into the journal. */
static const char *
reason_for(struct call *c, const char *question)
{
	char *text;

	if (c->options.reason != NULL)
		return c->options.reason;
	if (c->options.headless || !terminal_is_there())
		return NULL;
	text = terminal_ask(c, question);
	return text != NULL && *text != '\0' ? text : NULL;
}

/* A step that asks is given up first: the run turns away only where it rests. */
static int
leave_question(struct link *k, struct error *err)
{
	struct run_state *s = link_state(k);
	const char *waits = state_waits_for(s);

	if (!str_equal(waits, "answer") && !str_equal(waits, "decision"))
		return 0;
	if (link_ask(k, INTENT_CANCEL, json_pack("{s:s}", "step",
	    s->steps[s->current].id), err) != 0)
		return -1;
	return link_wait(k, "failure", err);
}

static int
ask_engine(struct call *c, const char *folder, enum intent_type t,
    const char *reason, struct error *err)
{
	struct link *k;
	int rc;

	if (start_again(c, folder, err) != 0)
		return -1;
	k = link_open(c, folder, c->options.as, err);
	if (k == NULL)
		return -1;
	rc = leave_question(k, err);
	if (rc == 0)
		rc = link_ask(k, t, json_pack("{s:s}", "reason", reason),
		    err);
	talloc_free(k);
	return rc;
}

/* The window as it was when the run began, among the run's files. */
static char *
frozen_window(struct call *c, const char *folder, struct error *err)
{
	struct run_state *s = run_state_load(c, folder, err);
	const char *file;
	char *runbooks;

	if (s == NULL)
		return NULL;
	file = json_str(json_object_get(s->opened, "window"), "file");
	if (file == NULL) {
		error_set(err, ERR_VERIFY, "run \"%s\" does not name its window",
		    path_name(folder));
		return NULL;
	}
	runbooks = path_join(c, folder, "runbooks");
	return path_join(c, runbooks, file);
}

/* A closed run is rolled back by a new one that is bound to its evidence. */
static int
roll_back_closed(struct call *c, const char *folder)
{
	struct start s = {
		.rollback_of = folder, .vars = c->options.var,
		.is_headless = c->options.headless,
	};
	struct error err;
	char *new_folder;
	int code;

	error_clear(&err);
	s.file = frozen_window(c, folder, &err);
	if (s.file == NULL)
		return command_fail(&err);
	code = start_run(c, &s, &new_folder);
	if (code != EXIT_DONE || s.is_headless)
		return code;
	return front_attach(c, new_folder);
}

int
cli_rollback(struct call *c)
{
	struct error err;
	const char *reason;
	char *folder;

	error_clear(&err);
	folder = run_folder_find(c, runs_folder(c, c->options.runs), c->args[0],
	    &err);
	if (folder == NULL)
		return command_fail(&err);
	if (run_folder_is_closed(folder))
		return roll_back_closed(c, folder);
	reason = reason_for(c, "Why is it rolled back? ");
	if (reason == NULL)
		return command_usage(c, "a rollback wants a --reason");
	if (ask_engine(c, folder, INTENT_ROLLBACK, reason, &err) != 0)
		return command_fail(&err);
	return front_attach(c, folder);
}

int
cli_abandon(struct call *c)
{
	struct error err;
	const char *reason;
	char *folder;

	error_clear(&err);
	folder = run_folder_find(c, runs_folder(c, c->options.runs), c->args[0],
	    &err);
	if (folder == NULL)
		return command_fail(&err);
	reason = reason_for(c, "Why is it abandoned? ");
	if (reason == NULL)
		return command_usage(c, "an abandoned run wants a --reason");
	if (ask_engine(c, folder, INTENT_ABANDON, reason, &err) != 0)
		return command_fail(&err);
	printf("abandoned: %s\n", path_name(folder));
	return EXIT_DONE;
}
