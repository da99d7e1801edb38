/* cli/front.c - a front end for the person at the terminal. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "approval/evidence.h"
#include "approval/statement.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/front.h"
#include "cli/start.h"
#include "cli/stream.h"
#include "engine/launch.h"
#include "run/folder.h"
#include "tui/tui.h"
#include "view/plain.h"

bool
front_is_a_screen(void)
{
	const char *accessible = getenv("ACCESSIBLE");

	return tui_is_possible() && (accessible == NULL ||
	    accessible[0] == '\0');
}

static bool
wants_plain(const struct call *c)
{
	return c->options.plain || !front_is_a_screen();
}

struct resuming {
	struct call	*call;
	const struct front_trouble *trouble;	/* null: no demo */
};

/* The screen asks for it when the engine has gone. */
static int
resume(void *arg, const char *folder, struct error *err)
{
	const struct resuming *r = arg;

	if (r->trouble != NULL && r->trouble->revive(r->trouble->arg, err) < 0)
		return -1;
	return start_again(r->call, folder, err);
}

/* An exit code; -1 with *err: it was not shown. */
static int
show(struct call *c, const char *folder, const struct front_trouble *trouble,
    struct error *err)
{
	const char *key = statement_key(c, c->options.key);
	struct resuming resuming = { c, trouble };
	const struct tui_options screen = {
		.resume = resume, .lives = engine_lives, .arg = &resuming,
		.key = key,
		.trouble = trouble != NULL ? trouble->start : NULL,
		.trouble_arg = trouble != NULL ? trouble->arg : NULL,
	};
	const struct plain_options lines = {
		.in = STDIN_FILENO, .out = stdout, .resume = resume,
		.arg = &resuming, .key = key,
	};

	if (c->options.json)
		return stream_run(folder, c->options.as, err);
	if (wants_plain(c))
		return plain_run(folder, c->options.as, &lines, err);
	return tui_run(folder, c->options.as, &screen, err);
}

int
front_show(struct call *c, const char *folder, struct error *err)
{
	return show(c, folder, NULL, err);
}

static void
say_closed(const struct run_state *s, const char *id)
{
	char code[20];

	evidence_code(s->head, code);
	printf("The run is closed: %s.  The journal's head is %s.\n"
	    "  pgrunbook verify %s\n"
	    "  pgrunbook report %s --format=html --output report.html\n",
	    s->outcome, code, id, id);
}

static void
say_open(const struct run_state *s, const char *folder, const char *id)
{
	const char *waits = state_waits_for(s);

	if (!engine_lives(folder)) {
		printf("The engine has stopped; nothing runs. To go on:\n"
		    "  pgrunbook resume %s\n", id);
		return;
	}
	printf("The run goes on without you%s%s. To come back:\n"
	    "  pgrunbook attach %s\n", waits != NULL ? ", and waits for: " : "",
	    waits != NULL ? waits : "", id);
}

/* To come back a run outside of the usual place is named by its path. */
static const char *
name_for(struct call *c, const char *folder)
{
	char *usual = runs_folder(c, NULL), *parent = path_folder(c, folder);

	return str_equal(usual, parent) ? path_name(folder) : folder;
}

int
front_attach(struct call *c, const char *folder)
{
	return front_attach_demo(c, folder, NULL);
}

int
front_attach_demo(struct call *c, const char *folder,
    const struct front_trouble *trouble)
{
	struct run_state *s;
	struct error err;
	int code;

	error_clear(&err);
	code = show(c, folder, trouble, &err);
	if (code < 0)
		return command_fail(&err);
	s = run_state_load(c, folder, &err);
	if (s == NULL)
		return command_fail(&err);
	if (!c->options.json) {
		if (s->is_closed)
			say_closed(s, name_for(c, folder));
		else
			say_open(s, folder, name_for(c, folder));
	}
	return code;
}
