/* cli/new.c - "pgrunbook new": a runbook or window from a template. */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/draft.h"

#define TEMPLATE_MAX	((size_t)1 << 20)

/* The first sentence among its comments; "" where there is none. */
static char *
what_it_is(struct call *c, const char *path)
{
	struct error ignored;
	const char *line, *end;
	char *text;

	if (file_read(c, path, TEMPLATE_MAX, &text, NULL, &ignored) < 0)
		return mem_strdup(c, "");
	for (line = text; *line == '#'; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		if (str_starts(line, "# ") &&
		    !str_starts(line, "# yaml-language-server"))
			return str_printable(c, line + 2,
			    (size_t)(end - line) - 2, false);
	}
	return mem_strdup(c, "");
}

static int
list_templates(struct call *c, const char *folder, struct error *err)
{
	char **names;
	size_t count, i;

	if (folder_list(c, folder, &names, &count, err) < 0)
		return -1;
	for (i = 0; i < count; i++)
		if (str_ends(names[i], ".yaml"))
			printf("%-16.*s %s\n", (int)strlen(names[i]) - 5,
			    names[i], what_it_is(c, path_join(c, folder,
			    names[i])));
	return 0;
}

/* The template with the file's own name in it. */
static char *
named(const void *owner, const char *text, const char *key, const char *name)
{
	char *mark = mem_printf(owner, "\n%s: ", key);
	const char *at = strstr(text, mark);

	if (at == NULL)
		return mem_strdup(owner, text);
	at += strlen(mark);
	return mem_printf(owner, "%.*s%s%s", (int)(at - text), text, name,
	    at + strcspn(at, "\n"));
}

static int
make(struct call *c, const char *folder, const char *template,
    const char *path, struct error *err)
{
	char *from = path_join(c, folder, mem_printf(c, "%s.yaml", template));
	char *text, *name = mem_strdup(c, path_name(path)), *slug;
	size_t size;

	if (strchr(template, '/') != NULL || !file_exists(from)) {
		error_set(err, ERR_USAGE, "there is no template \"%s\"",
		    template);
		error_hint(err, "\"pgrunbook new\" lists them");
		return -1;
	}
	if (file_exists(path))
		return error_set(err, ERR_USAGE, "\"%s\" is there already",
		    path);
	if (strchr(name, '.') != NULL)
		*strchr(name, '.') = '\0';
	slug = draft_slug(c, name);
	if (file_read(c, from, TEMPLATE_MAX, &text, &size, err) < 0)
		return -1;
	/* Where the schema is from there nobody can tell. */
	if (str_starts(text, "# yaml-language-server"))
		text += strcspn(text, "\n") + 1;
	text = named(c, named(c, text, "window", slug), "name", slug);
	if (file_write_atomic(path, text, strlen(text), 0644, err) < 0)
		return -1;
	printf("%s\n", path);
	return 0;
}

/* A window has phases: the first comes with it. */
static int
make_with_phase(struct call *c, const char *folder, const char *template,
    const char *path, struct error *err)
{
	char *phase = path_join(c, path_folder(c, path), "first-phase.yaml");

	if (make(c, folder, template, path, err) < 0)
		return -1;
	if (!str_equal(template, "window") || file_exists(phase))
		return 0;
	return make(c, folder, "phase", phase, err);
}

int
cli_new(struct call *c)
{
	struct error err;
	char *folder = data_path(c, "runbooks/templates", &err);
	int rc;

	if (folder == NULL)
		return command_fail(&err);
	if (c->arg_count == 0)
		rc = list_templates(c, folder, &err);
	else
		rc = make_with_phase(c, folder, c->args[0], c->arg_count > 1 ?
		    c->args[1] : mem_printf(c, "%s.yaml", c->args[0]), &err);
	return rc < 0 ? command_fail(&err) : EXIT_DONE;
}
