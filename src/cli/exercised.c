/*
 * cli/exercised.c - "pgrunbook exercised": the day of a run that ended well,
 * as a change to its runbook files.
 */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "run/folder.h"
#include "runbook/load.h"
#include "steps/kind.h"

#define FILE_MAX	((size_t)1 << 20)

static int
refuse(const struct run_state *s, const char *run, struct error *err)
{
	if (s->is_closed && str_equal(s->outcome, "done"))
		return 0;
	error_set(err, ERR_POLICY, "run \"%s\" did not end well: it is %s", run,
	    s->is_closed ? s->outcome : "still open");
	error_hint(err, "exercised is what was walked to its end");
	return -1;
}

/* The line that begins with key; null where there is none. */
static const char *
find_line(const char *text, const char *key)
{
	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (str_starts(text, key))
			return text;
	}
	return NULL;
}

static int
line_number(const char *text, const char *at)
{
	int n = 1;

	for (; text < at; text++)
		n += *text == '\n';
	return n;
}

/* One file: the change, printed so that "patch" takes it; or made. */
static int
propose(struct call *c, const char *path, const char *day, bool is_main,
    struct error *err)
{
	char *line = mem_printf(c, "last_exercised: %s", day), *text;
	struct buffer *b = buffer_new(c);
	const char *old, *at;
	struct stat st;
	size_t size, was;

	if (file_read(c, path, FILE_MAX, &text, &size, err) < 0)
		return -1;
	old = at = find_line(text, "last_exercised:");
	if (old == NULL && !is_main)
		return 0;
	if (at == NULL && (at = find_line(text, "title:")) == NULL &&
	    (at = find_line(text, "name:")) == NULL &&
	    (at = find_line(text, "window:")) == NULL)
		return error_set(err, ERR_RUNBOOK,
		    "\"%s\" has neither title nor name", path);
	was = strcspn(at, "\n");
	if (old != NULL && was == strlen(line) && strncmp(old, line, was) == 0)
		return 0;
	printf("--- %s\n+++ %s\n@@ -%d,1 +%d,%d @@\n%s%.*s\n+%s\n", path, path,
	    line_number(text, at), line_number(text, at), old != NULL ? 1 : 2,
	    old != NULL ? "-" : " ", (int)was, at, line);
	if (!c->options.write)
		return 0;
	buffer_add(b, text, (size_t)(at - text));
	if (old == NULL)
		buffer_printf(b, "%.*s\n", (int)was, at);
	buffer_printf(b, "%s%s", line, at + was);
	if (stat(path, &st) < 0)
		return error_errno(err, ERR_IO, "could not look at \"%s\"", path);
	if (file_write_atomic(path, b->data, b->size, st.st_mode & 0777,
	    err) < 0)
		return -1;
	return chmod(path, st.st_mode & 0777) == 0 ? 0 : error_errno(err,
	    ERR_IO, "could not set the mode of \"%s\"", path);
}

/* The file, and those of its phases that say when they were exercised. */
static int
propose_all(struct call *c, const struct run_state *s, struct error *err)
{
	const json_t *window = json_object_get(s->opened, "window");
	char *path = path_join(c, json_str_or(window, "root", "/"),
	    json_str_or(window, "file", ""));
	char *day = clock_rfc3339(c, s->last_us);
	struct lint *l = lint_new(c);
	struct window *w;
	size_t i;

	day[10] = '\0';
	if (propose(c, path, day, true, err) < 0)
		return -1;
	w = window_load(c, path, step_kinds(), l);
	for (i = 0; w != NULL && !w->is_single && i < w->phase_count; i++)
		if (propose(c, w->phases[i]->file, day, false, err) < 0)
			return -1;
	return 0;
}

int
cli_exercised(struct call *c)
{
	char *runs = runs_folder(c, c->options.runs), *folder;
	struct run_state *s = NULL;
	struct error err;

	error_clear(&err);
	folder = run_folder_find(c, runs, c->args[0], &err);
	if (folder != NULL)
		s = run_state_load(c, folder, &err);
	if (s == NULL || refuse(s, path_name(folder), &err) < 0 ||
	    propose_all(c, s, &err) < 0)
		return command_fail(&err);
	return EXIT_DONE;
}
