/*
 * cli/guard_ci.c - "pgrunbook guard-ci": nothing here can reset or drift a
 * remote database by itself.
 *
 * Looks at what is written down, not at what runs: commands that belong to a
 * database of one's own in CI files and package.json's scripts, and a default
 * environment that leads elsewhere.  Values are never printed.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "postgres/target.h"
#include "runbook/lint.h"
#include "runbook/model.h"
#include "runbook/values.h"

#define FILE_MAX	((size_t)4 << 20)

/* Each may drop or drift what it is pointed at. */
static const char *const refused[] = {
	"prisma migrate dev", "prisma migrate reset", "prisma db push",
	"prisma db execute", "supabase db reset", NULL
};

/* What runs somewhere else by itself. */
static const char *const ci_files[] = {
	".gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml",
	"bitbucket-pipelines.yml", "Jenkinsfile", "Dockerfile", "Procfile",
	"vercel.json", "netlify.toml", "render.yaml", "fly.toml",
	"railway.json", "app.json"
};
static const char *const ci_folders[] = {
	".github/workflows", ".github/actions", ".buildkite", ".woodpecker"
};
/* Files that a command without a word about it takes. */
static const char *const env_files[] = { ".env", ".env.local", ".env.example" };

struct scan {
	struct call	*call;
	const char	*folder;
	struct lint	*lint;
	struct window	 policy;
	size_t		 files;
};

/* The command that a line has, unless the guard stands in front of it. */
static const char *
refuses(const struct scan *s, const char *line)
{
	if (strstr(line, "no-remote-migrate-dev") != NULL)
		return NULL;
	return policy_refuses(&s->policy, line);
}

static void
tell(struct scan *s, const char *path, int line, const char *what)
{
	struct lint_finding *f = lint_error(s->lint,
	    (struct lint_place){ path, line, 1 },
	    "\"%s\" can reset or drift a remote database", what);

	lint_hint(s->lint, f, "\"prisma migrate deploy\" is for databases that "
	    "others use; or put guards/no-remote-migrate-dev in front");
}

static char *
read_file(struct scan *s, const char *path)
{
	struct error err;
	char *text;
	size_t size;

	if (!file_exists(path) || file_is_folder(path))
		return NULL;
	if (file_read(s->call, path, FILE_MAX, &text, &size, &err) < 0) {
		lint_error(s->lint, (struct lint_place){ path, 1, 1 },
		    "%s", err.primary);
		return NULL;
	}
	s->files++;
	return text;
}

static void
scan_lines(struct scan *s, const char *path)
{
	const char *text = read_file(s, path), *end, *what;
	int line = 1;

	for (; text != NULL && *text != '\0'; line++,
	    text = end + (*end == '\n')) {
		char *one, *trimmed;

		end = text + strcspn(text, "\n");
		one = mem_strndup(s->call, text, (size_t)(end - text));
		trimmed = str_trim(one, one);
		what = trimmed[0] == '#' || str_starts(trimmed, "//") ? NULL :
		    refuses(s, one);
		if (what != NULL)
			tell(s, path, line, what);
	}
}

static void
scan_folder(struct scan *s, const char *folder, int depth)
{
	struct error ignored;
	char **names;
	size_t count, i;

	if (!file_is_folder(folder) || depth > 4 ||
	    folder_list(s->call, folder, &names, &count, &ignored) < 0)
		return;
	for (i = 0; i < count; i++) {
		char *path = path_join(s->call, folder, names[i]);

		if (file_is_folder(path))
			scan_folder(s, path, depth + 1);
		else
			scan_lines(s, path);
	}
}

/* Where a script's name stands. */
static int
line_of(const char *text, const char *name)
{
	char *key = mem_printf(NULL, "\"%s\"", name);
	const char *at = strstr(text, key), *p;
	int line = 1;

	for (p = text; at != NULL && p < at; p++)
		line += *p == '\n';
	talloc_free(key);
	return line;
}

static void
scan_package(struct scan *s, const char *path)
{
	char *text = read_file(s, path);
	struct error err;
	json_t *package, *script;
	const char *name, *what;

	if (text == NULL)
		return;
	if (json_parse(text, strlen(text), &package, &err) < 0) {
		lint_error(s->lint, (struct lint_place){ path, 1, 1 },
		    "no JSON: %s", err.primary);
		return;
	}
	json_owned(s->call, package);
	json_object_foreach(json_object_get(package, "scripts"), name, script) {
		what = json_is_string(script) ?
		    refuses(s, json_string_value(script)) : NULL;
		if (what != NULL)
			tell(s, path, line_of(text, name), what);
	}
}

/* ---- the default environment -------------------------------------------------- */

struct env_scan {
	struct scan	*scan;
	const char	*path, *text;
};

/* This machine, a socket, or a name without a dot: a container beside it. */
static bool
is_near(const char *host)
{
	return *host == '\0' || *host == '/' || str_starts(host, "127.") ||
	    str_equal(host, "::1") || strchr(host, '.') == NULL ||
	    str_equal(host, "host.docker.internal");
}

static void
look_at_variable(void *arg, const char *name, const char *value)
{
	struct env_scan *e = arg;
	struct lint_finding *f;
	struct pg_target *t;
	struct error ignored;
	const char *at;
	int line = 1;

	if (!str_equal(name, "DATABASE_URL") && !str_equal(name, "DIRECT_URL"))
		return;
	t = pg_target_parse(e->scan->call, value, &ignored);
	if (t == NULL || is_near(t->host))
		return;
	at = strstr(e->text, name);
	for (const char *p = e->text; at != NULL && p < at; p++)
		line += *p == '\n';
	f = lint_error(e->scan->lint, (struct lint_place){ e->path, line, 1 },
	    "%s of the default environment leads to %s", name, t->host);
	lint_hint(e->scan->lint, f, "what is typed without thinking must be "
	    "harmless: name remote ones in .env.staging and the like");
}

static void
scan_env(struct scan *s, const char *path)
{
	struct env_scan e = { s, path, read_file(s, path) };
	struct error err;

	if (e.text != NULL && env_file_read(path, look_at_variable, &e,
	    &err) < 0)
		lint_error(s->lint, (struct lint_place){ path,
		    err.line > 0 ? err.line : 1, 1 }, "%s", err.primary);
}

/* ---- all of it ------------------------------------------------------------------ */

static void
scan_all(struct scan *s)
{
	size_t i;

	for (i = 0; i < COUNT_OF(ci_files); i++)
		scan_lines(s, path_join(s->call, s->folder, ci_files[i]));
	for (i = 0; i < COUNT_OF(ci_folders); i++)
		scan_folder(s, path_join(s->call, s->folder, ci_folders[i]), 0);
	scan_package(s, path_join(s->call, s->folder, "package.json"));
	for (i = 0; i < COUNT_OF(env_files); i++)
		scan_env(s, path_join(s->call, s->folder, env_files[i]));
}

/* As GitHub's runners take them from a step's output. */
static void
print_annotations(const struct lint *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		printf("::error file=%s,line=%d::%s\n",
		    l->findings[i].place.file, l->findings[i].place.line,
		    l->findings[i].text);
}

int
cli_guard_ci(struct call *c)
{
	const char *format = c->options.format;
	struct scan s = { .call = c, .folder = c->arg_count > 0 ? c->args[0] :
		".", .lint = lint_new(c) };
	const char **patterns = NEW_ARRAY(c, const char *, COUNT_OF(refused));

	if (format == NULL)
		format = getenv("GITHUB_ACTIONS") != NULL ? "github" : "text";
	if (!str_equal(format, "text") && !str_equal(format, "json") &&
	    !str_equal(format, "github"))
		return command_usage(c, "there is no format \"%s\": text, json "
		    "or github", format);
	if (!file_is_folder(s.folder))
		return command_usage(c, "\"%s\" is no folder", s.folder);
	memcpy(patterns, refused, sizeof(refused));
	s.policy.refuse = patterns;
	scan_all(&s);
	if (c->options.json || str_equal(format, "json")) {
		lint_print_json(s.lint, stdout);
	} else {
		lint_print(s.lint, stderr);
		if (str_equal(format, "github"))
			print_annotations(s.lint);
		printf("%zu files, %zu findings\n", s.files, s.lint->errors);
	}
	return s.lint->errors > 0 ? EXIT_LINT : EXIT_DONE;
}
