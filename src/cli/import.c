/* cli/import.c - "pgrunbook import": a draft from a runbook in prose. */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/prose.h"
#include "runbook/load.h"
#include "steps/kind.h"

#define PROSE_MAX	((size_t)4 << 20)

/* Where a word of a command or a URL ends. */
#define ENDS		" \t\n\"'`"

/* A value that stands for no other: not $VARIABLE, <placeholder>, ***. */
static bool
is_literal(const char *value, size_t size)
{
	return size > 0 && strchr("$<*[{", *value) == NULL;
}

/*
 * The password that begins in the next word, or null: of a URL's authority
 * or query, or a setting of PGPASSWORD.  *size: how long it is.
 */
static const char *
find_password(const char *at, size_t *size)
{
	const char *rest, *colon, *end;
	size_t word = strcspn(at, ENDS), authority;

	if (str_starts(at, "PGPASSWORD=")) {
		at += 11;
		at += *at == '"' || *at == '\'';
		*size = strcspn(at, ENDS);
		return is_literal(at, *size) ? at : NULL;
	}
	if (str_starts(at, "?password=") || str_starts(at, "&password=")) {
		*size = strcspn(at + 10, ENDS "&");
		return is_literal(at + 10, *size) ? at + 10 : NULL;
	}
	if (!str_starts(at, "://"))
		return NULL;
	rest = at + 3;
	authority = strcspn(rest, "/?#");
	if (authority > word - 3)
		authority = word - 3;
	end = memrchr(rest, '@', authority);
	colon = end != NULL ? memchr(rest, ':', (size_t)(end - rest)) : NULL;
	if (colon == NULL)
		return NULL;
	*size = (size_t)(end - colon - 1);
	return is_literal(colon + 1, *size) ? colon + 1 : NULL;
}

/* Prose has them; a runbook may not. */
static char *
without_passwords(const void *owner, const char *text, size_t *count)
{
	struct buffer *b = buffer_new(owner);
	const char *password;
	size_t size;

	*count = 0;
	while (*text != '\0') {
		password = find_password(text, &size);
		if (password == NULL) {
			buffer_add(b, text++, 1);
			continue;
		}
		buffer_add(b, text, (size_t)(password - text));
		buffer_puts(b, "***");
		text = password + size;
		(*count)++;
	}
	return b->data;
}

static int
write_file(struct call *c, const char *folder, const char *name,
    const char *yaml, struct error *err)
{
	char *path = path_join(c, folder, mem_printf(c, "%s.yaml", name));

	if (file_write_atomic(path, yaml, strlen(yaml), 0644, err) < 0)
		return -1;
	printf("%s\n", path);
	return 0;
}

/* One phase is a runbook by itself; several are a window. */
static int
write_all(struct call *c, const char *folder, const struct draft *d,
    struct error *err)
{
	size_t i;

	if (file_make_folder(folder, 0755, err) < 0)
		return -1;
	if (d->count == 1)
		return write_file(c, folder, d->name, draft_runbook_yaml(c, d,
		    d->phases[0], true), err);
	for (i = 0; i < d->count; i++)
		if (write_file(c, folder, d->phases[i]->name,
		    draft_runbook_yaml(c, d, d->phases[i], false), err) < 0)
			return -1;
	return write_file(c, folder, d->name, draft_window_yaml(c, d), err);
}

static void
print_unplaced(struct call *c, const struct draft *d)
{
	size_t i, k, n = 0;

	for (i = 0; i < d->count; i++)
		for (k = 0; k < d->phases[i]->count; k++) {
			const struct draft_step *s = d->phases[i]->steps[k];

			if (s->unplaced == NULL)
				continue;
			if (n++ == 0)
				printf("kept as manual steps, look at them:\n");
			printf("  %s/%s: %s\n", d->phases[i]->name, s->id,
			    str_printable(c, s->unplaced,
			    strlen(s->unplaced), false));
		}
}

/* The draft as a whole passes, or that is a fault of ours. */
static int
lint_draft(struct call *c, const char *folder, const struct draft *d)
{
	struct lint *l = lint_new(c);

	window_load(c, path_join(c, folder, mem_printf(c, "%s.yaml", d->name)),
	    step_kinds(), l);
	lint_print(l, stderr);
	return l->errors > 0 ? EXIT_LINT : EXIT_DONE;
}

int
cli_import(struct call *c)
{
	const char *path = c->args[0], *folder = c->options.output;
	char *name = mem_strdup(c, path_name(path)), *text;
	struct draft *d;
	struct error err;
	size_t size, passwords;

	error_clear(&err);
	if (strrchr(name, '.') != NULL && strrchr(name, '.') != name)
		*strrchr(name, '.') = '\0';
	if (file_read(c, path, PROSE_MAX, &text, &size, &err) < 0)
		return command_fail(&err);
	if (strlen(text) != size || !utf8_valid(text, size)) {
		error_set(&err, ERR_USAGE, "\"%s\" is no UTF-8 text", path);
		return command_fail(&err);
	}
	text = without_passwords(c, text, &passwords);
	d = prose_read(c, name, text, strlen(text));
	if (draft_settle(d, &err) < 0)
		return command_fail(&err);
	if (d->count == 0) {
		error_set(&err, ERR_USAGE, "\"%s\" has no step", path);
		error_hint(&err, "steps are numbered items, checklists, and "
		    "fences of shell or SQL");
		return command_fail(&err);
	}
	if (folder == NULL)
		folder = d->name;
	if (file_exists(folder)) {
		error_set(&err, ERR_USAGE, "\"%s\" is there already", folder);
		error_hint(&err, "name another folder with --output");
		return command_fail(&err);
	}
	if (write_all(c, folder, d, &err) < 0)
		return command_fail(&err);
	print_unplaced(c, d);
	if (passwords > 0)
		printf("%zu passwords are left out: *** stands for them\n",
		    passwords);
	return lint_draft(c, folder, d);
}
