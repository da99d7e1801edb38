/* cli/demo.c - "pgrunbook demo": a whole window on a scratch Postgres. */

#include <stdio.h>
#include <string.h>

#include "approval/evidence.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/demo_shop.h"
#include "cli/demo_trouble.h"
#include "cli/front.h"
#include "cli/link.h"
#include "cli/scratch_server.h"
#include "cli/start.h"
#include "cli/terminal.h"
#include "engine/launch.h"
#include "run/folder.h"

#define PREFIX		"pgrunbook-demo"
#define RUNS_FILE	"runs"

struct demo {
	struct call	*call;
	char		*data;		/* runbooks/ as shipped */
	char		*folder, *window;
	const char	**vars;
};

/* ---- making and removing --------------------------------------------- */

/* The folder's own list of its runs, so that none outlives its server. */
static int
note_run(const struct demo *d, const char *run)
{
	char *path = path_join(NULL, d->folder, RUNS_FILE);
	FILE *f = fopen(path, "a");
	int rc = f != NULL && fprintf(f, "%s\n", run) > 0 ? 0 : -1;

	if (f != NULL && fclose(f) != 0)
		rc = -1;
	talloc_free(path);
	return rc;
}

static void
stop_run(const char *run)
{
	struct error err;
	struct link *k = engine_lives(run) ? link_open(NULL, run, NULL, &err) :
	    NULL;

	if (k != NULL && link_ask(k, INTENT_STOP, json_pack("{s:s}", "reason",
	    "the demo is removed"), &err) != 0)
		error_print(stderr, "pgrunbook", &err);
	talloc_free(k);
}

static void
stop_runs(const char *folder)
{
	char *path = path_join(NULL, folder, RUNS_FILE), *text, *line, *rest;
	size_t size;

	if (file_read(path, path, 1 << 20, &text, &size, NULL) == 0)
		for (line = strtok_r(text, "\n", &rest); line != NULL;
		    line = strtok_r(NULL, "\n", &rest))
			stop_run(line);
	talloc_free(path);
}

static int
remove_folder(const char *folder, struct error *err)
{
	stop_runs(folder);
	if (scratch_server_stop(folder, err) != 0)
		return -1;
	return file_remove_tree(folder, err);
}

/* Standard output is the events' alone where those are asked for. */
static FILE *
where_to_say(const struct demo *d)
{
	return d->call->options.json ? stderr : stdout;
}

static void
say_step(const struct demo *d, const char *text)
{
	fprintf(where_to_say(d), "%-48s", text);
	fflush(where_to_say(d));
}

static void
say_done(const struct demo *d, int64_t start_ms)
{
	char *took = duration_short(NULL, clock_mono_ms() - start_ms);

	fprintf(where_to_say(d), " %s\n", took);
	talloc_free(took);
}

static int
make(struct demo *d, struct error *err)
{
	bool headless = d->call->options.headless;
	/* A person shall see what a shared database looks like; nobody is
	 * there to type its name when it is headless. */
	const char *environment = headless ? "sandbox" : "shared";
	int64_t start_ms = clock_mono_ms();

	say_step(d, "Starting a scratch Postgres ...");
	if (scratch_server_start(d->folder, headless && !d->call->options.keep,
	    err) != 0)
		return -1;
	say_done(d, start_ms);
	start_ms = clock_mono_ms();
	say_step(d, "Making a shop that drifts from its migrations ...");
	if (demo_shop_fill(d->folder, d->data, environment, err) != 0 ||
	    demo_window_write(d->call, d->folder, d->data, environment,
	    &d->window, err) != 0)
		return -1;
	say_done(d, start_ms);
	return 0;
}

static void
fill_vars(struct demo *d)
{
	const char **vars = NEW_ARRAY(d->call, const char *, 4);

	vars[0] = "ticket=DEMO-1";
	vars[1] = mem_printf(vars, "migrations=%s/runbooks/demo/migrations",
	    d->folder);
	vars[2] = mem_printf(vars, "backup_folder=%s/backups", d->folder);
	d->vars = vars;
}

static void
say_where(const struct demo *d)
{
	fprintf(where_to_say(d), "\nThe scratch server is kept:\n"
	    "  psql '%s'\n"
	    "  files    %s\n"
	    "  remove   pgrunbook demo --stop\n",
	    scratch_server_url(d->call, d->folder, "shop"), d->folder);
}

/* ---- with a person --------------------------------------------------- */

static void
say_guide(const struct demo *d)
{
	printf("\n"
	    "The shop's database has left its migrations: an index is missing, money\n"
	    "became a float, a column with data was added by hand, and more. The window\n"
	    "finds each difference, lets you decide which side is right, rehearses the\n"
	    "result on a restored copy, and only then changes the shop.\n"
	    "\n"
	    "  - The last line shows the keys that act here and now; ? explains all.\n"
	    "  - q leaves the run as it is; \"pgrunbook attach\" brings you back.\n"
	    "  - In your own windows a second person signs for what is destructive.\n"
	    "    Here one person may play all parts: type the name \"shop\" where asked.\n"
	    "  - B starts a session that gets in the way; L shows it once something waits,\n"
	    "    and T there ends it.\n"
	    "  - Nothing of yours is touched: all of it is in %s\n"
	    "\n", d->folder);
}

/* Does the person want to see the way back, too? */
static bool
wants_rollback(void *owner)
{
	char *answer = terminal_ask(owner, "\nWalk the rollback, too? [y/N] ");

	return answer != NULL && (*answer == 'y' || *answer == 'Y');
}

static int
open_run(struct demo *d, const struct start *s, char **folder)
{
	int code = start_run(d->call, s, folder);

	if (code == EXIT_DONE && note_run(d, *folder) != 0)
		fprintf(stderr, "pgrunbook: \"demo --stop\" will not know of %s\n",
		    *folder);
	return code;
}

static int
show_rollback(struct demo *d, char *done, bool *closed)
{
	const struct start s = { .file = d->window, .rollback_of = done };
	char *folder;
	int code = open_run(d, &s, &folder);

	if (code != EXIT_DONE)
		return code;
	code = front_attach(d->call, folder);
	*closed = run_folder_is_closed(folder);
	return code;
}

static int
with_person(struct demo *d, bool *closed)
{
	const struct start s = { .file = d->window, .vars = d->vars };
	const struct front_trouble trouble = {
		demo_trouble_start, demo_trouble_revive,
		demo_trouble_new(d->call, d->folder),
	};
	struct run_state *state;
	struct error err;
	char *folder;
	int code;

	if (!d->call->options.json)
		say_guide(d);
	if (terminal_is_there() &&
	    terminal_ask(d->call, "Enter opens the window. ") == NULL)
		return EXIT_DONE;
	code = open_run(d, &s, &folder);
	if (code != EXIT_DONE)
		return code;
	*closed = false;
	code = front_attach_demo(d->call, folder, &trouble);
	*closed = run_folder_is_closed(folder);
	state = *closed ? run_state_load(d->call, folder, &err) : NULL;
	if (state != NULL && !state->in_rollback && code == EXIT_DONE &&
	    terminal_is_there() && wants_rollback(d->call))
		code = show_rollback(d, folder, closed);
	return code;
}

/* ---- headless -------------------------------------------------------- */

static int
prove(const char *folder)
{
	struct verify_result r;
	struct evidence e;
	struct error err;

	error_clear(&err);
	if (evidence_verify(folder, NULL, 0, &e, &err) != 0)
		return command_fail(&err);
	r = e.bundle;
	printf("%s holds: %lld records, %lld files, %lld sign-offs\n",
	    path_name(folder), (long long)r.records, (long long)r.artifacts,
	    (long long)r.signs);
	return EXIT_DONE;
}

static int
headless_run(struct demo *d, const char *rollback_of, char **folder)
{
	const struct start s = {
		.file = d->window, .is_headless = true,
		.vars = rollback_of == NULL ? d->vars : NULL,
		.approvals = d->call->options.approvals != NULL ?
		    d->call->options.approvals :
		    path_join(d->call, d->folder, "runbooks/demo/approvals"),
		.rollback_of = rollback_of,
	};
	int code;

	printf("\n== %s\n", rollback_of == NULL ? "the window" : "the rollback");
	fflush(stdout);
	code = start_run(d->call, &s, folder);
	fflush(stdout);
	return code == EXIT_DONE ? prove(*folder) : code;
}

static int
headless(struct demo *d)
{
	char *window, *rollback;
	int code = headless_run(d, NULL, &window);

	if (code == EXIT_DONE)
		code = headless_run(d, window, &rollback);
	if (code == EXIT_DONE)
		printf("\nall of it held\n");
	return code;
}

/* ---- the command ----------------------------------------------------- */

static int
stop_all(struct call *c)
{
	char **folders = scratch_folders(c, PREFIX);
	struct error err;
	int code = EXIT_DONE;

	for (size_t i = 0; folders[i] != NULL; i++) {
		error_clear(&err);
		if (remove_folder(folders[i], &err) != 0)
			code = command_fail(&err);
		else
			printf("removed: %s\n", folders[i]);
	}
	if (folders[0] == NULL)
		printf("no demo was kept\n");
	return code;
}

/* Killed in the middle: what stays is what "demo --stop" removes. */
static int
finish(struct demo *d, int code, bool keep)
{
	struct error err;

	error_clear(&err);
	if (keep) {
		say_where(d);
	} else if (remove_folder(d->folder, &err) != 0) {
		int failed = command_fail(&err);

		return code == EXIT_DONE ? failed : code;
	}
	return code;
}

int
cli_demo(struct call *c)
{
	struct demo d = { .call = c };
	struct error err;
	bool closed = true;
	int code;

	error_clear(&err);
	if (c->options.stop)
		return stop_all(c);
	d.data = data_path(c, "runbooks", &err);
	if (d.data != NULL)
		d.folder = scratch_folder_create(c, PREFIX, &err);
	if (d.folder == NULL)
		return command_fail(&err);
	fill_vars(&d);
	if (make(&d, &err) != 0) {
		fprintf(where_to_say(&d), "\n");
		return finish(&d, command_fail(&err), false);
	}
	code = c->options.headless ? headless(&d) : with_person(&d, &closed);
	return finish(&d, code, c->options.keep || !closed);
}
