/*
 * steps/run.c - kind "run": a command line, by /bin/sh -c, in a process group
 * of its own.
 *
 * Values reach it as environment variables, never as text in the command.
 * The target's connection is in PGHOST and the like, so that psql and
 * pg_restore go where the step goes.
 */

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/guard.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

#define STDOUT_KEPT	65536	/* bytes that a "stdout" pattern sees: the last ones */

struct run_spec {
	const char	*command;
	json_t		*env;
	const char	*cwd;
	const char	*database;
	json_t		*expect;
};

/* Commands that are known to destroy, and what is to be said of them. */
static const struct danger {
	const char	*pattern;	/* extended regex */
	const char	*why;
	const char	*hint;
} dangers[] = {
	{ "pg_restore.*(-c([[:space:]]|$)|--clean)",
	  "pg_restore --clean drops what it restores",
	  "against a database that has more than the dump it can double rows and lose keys; use a \"restore\" step" },
	{ "prisma[[:space:]]+migrate[[:space:]]+reset",
	  "prisma migrate reset drops all data", "never on a shared database" },
	{ "prisma[[:space:]]+db[[:space:]]+push.*--(accept-data-loss|force-reset)",
	  "prisma db push may drop data", "write a migration instead" },
	{ "prisma[[:space:]]+migrate[[:space:]]+dev",
	  "prisma migrate dev may reset the database",
	  "\"prisma migrate deploy\" or a \"migrate\" step applies migrations" },
	{ "supabase[[:space:]]+db[[:space:]]+reset",
	  "supabase db reset drops all data", "never on a linked project" },
	{ "(^|[^[:alnum:]_-])dropdb([[:space:]]|$)", "dropdb drops a database",
	  NULL },
	{ "(^|[^[:alnum:]_-])dropuser([[:space:]]|$)", "dropuser drops a role",
	  NULL },
	{ "(^|[^[:alnum:]_-])rm[[:space:]]+(-[[:alpha:]]*[rRf]|--recursive|--force)",
	  "rm removes files without asking", NULL },
	{ "(drop|DROP)[[:space:]]+(table|TABLE|database|DATABASE|schema|SCHEMA|column|COLUMN)",
	  "the command drops objects",
	  "an \"sql\" step runs it in a transaction and records it" },
	{ "(truncate|TRUNCATE)[[:space:]]", "the command truncates tables",
	  "an \"sql\" step runs it in a transaction and records it" },
	{ "(delete|DELETE)[[:space:]]+(from|FROM)", "the command deletes rows",
	  "an \"sql\" step runs it in a transaction and records it" },
	{ "pg_resetwal", "pg_resetwal can lose committed data", NULL },
	{ "(^|[^[:alnum:]_-])(mkfs|dd[[:space:]].*of=/dev/)",
	  "the command overwrites a device", NULL },
};

static const struct danger *
danger_of(const char *command)
{
	size_t i;

	for (i = 0; i < COUNT_OF(dangers); i++)
		if (str_matches(command, dangers[i].pattern))
			return &dangers[i];
	return NULL;
}

/* ---- before anything runs --------------------------------------------------- */

static void
lint_expect(const struct step *s, const json_t *expect, struct lint *l)
{
	static const char *const known[] = { "exit", "stdout", NULL };
	struct lint_place at = spec_place(s, "expect");
	struct lint_finding *f;
	const char *key, *text;
	regex_t compiled;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)expect, key, value) {
		if (str_equal(key, "exit")) {
			if (!json_is_integer(value))
				lint_error(l, at, "\"exit\" is not a number");
		} else if (str_equal(key, "stdout")) {
			text = json_string_value(value);
			if (text == NULL || regcomp(&compiled, text,
			    REG_EXTENDED | REG_NOSUB) != 0)
				lint_error(l, at,
				    "\"stdout\" is not a regular expression");
			else
				regfree(&compiled);
		} else {
			f = lint_error(l, at,
			    "unknown key \"%s\" in \"expect\"", key);
			if (str_nearest(key, known) != NULL)
				lint_hint(l, f, "did you mean \"%s\"?",
				    str_nearest(key, known));
		}
	}
}

static void
check(const struct step *s, struct lint *l)
{
	const struct run_spec *spec = s->spec;
	const struct danger *d = spec->command == NULL ? NULL :
	    danger_of(spec->command);
	struct lint_finding *f;

	if (d != NULL) {
		f = lint_warning(l, spec_place(s, "run"), "%s", d->why);
		if (d->hint != NULL)
			lint_hint(l, f, "%s", d->hint);
	}
	if (spec->command != NULL && strstr(spec->command, "{{") != NULL) {
		f = lint_error(l, spec_place(s, "run"),
		    "\"{{...}}\" is not replaced in a command");
		lint_hint(l, f, "values are in the environment: $name, $name_field");
	}
	lint_expect(s, spec->expect, l);
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	const struct run_spec *spec = s->spec;
	const struct danger *d = spec->command == NULL ? NULL :
	    danger_of(spec->command);

	if (d != NULL) {
		snprintf(why, why_size, "%s", d->why);
		return CLASS_B;
	}
	/* What a command does only its author knows: R where he says so. */
	if (s->class_declared) {
		snprintf(why, why_size, "declared");
		return s->class_;
	}
	snprintf(why, why_size, "a command whose effect is not known");
	return CLASS_A;
}

/* ---- plan -------------------------------------------------------------------- */

static int
plan(struct attempt *a, struct error *err)
{
	const struct run_spec *spec = a->step->spec;
	const struct danger *d = danger_of(spec->command);
	char *cwd = NULL;
	struct plan *p;

	if (spec->cwd != NULL &&
	    (cwd = attempt_path(a, a, spec->cwd, err)) == NULL)
		return -1;
	p = plan_text(a, d != NULL ? CLASS_B : a->step->class_,
	    d != NULL ? d->why : "a command", spec->command);
	if (d != NULL)
		plan_line(p, "%s", d->why);
	if (cwd != NULL)
		plan_line(p, "in the folder %s", cwd);
	talloc_free(cwd);
	return 0;
}

/* ---- environment --------------------------------------------------------------- */

struct variables {
	char	**list;
	size_t	 count;
};

/* NAME=value; a later one takes the place of an earlier. */
static void
put(struct variables *e, const char *entry)
{
	size_t i, n = strcspn(entry, "=") + 1;

	for (i = 0; i < e->count; i++)
		if (strncmp(e->list[i], entry, n) == 0)
			break;
	if (i == e->count) {
		GROW(e, e->list, char *, e->count + 2);
		e->count++;
		e->list[e->count] = NULL;
	}
	e->list[i] = mem_strdup(e, entry);
}

static void
put_all(struct variables *e, char *const *entries)
{
	for (; entries != NULL && *entries != NULL; entries++)
		put(e, *entries);
}

static int
put_own(struct variables *e, struct attempt *a, struct error *err)
{
	const struct run_spec *spec = a->step->spec;
	json_t *env = spec->env == NULL ? json_object() :
	    attempt_expand_json(a, spec->env, err), *value;
	const char *name;
	char *text;

	if (env == NULL)
		return -1;
	json_object_foreach(env, name, value) {
		text = json_is_string(value) ? NULL :
		    json_stable(e, value);
		put(e, mem_printf(e, "%s=%s", name, text != NULL ? text :
		    json_string_value(value)));
	}
	json_decref(env);
	put(e, mem_printf(e, "PGRUNBOOK_RUN=%s",
	    a->host->run->state->run != NULL ? a->host->run->state->run : ""));
	put(e, mem_printf(e, "PGRUNBOOK_FOLDER=%s", a->host->run->folder));
	return 0;
}

static struct variables *
variables_new(const void *owner, struct attempt *a, struct error *err)
{
	const struct run_spec *spec = a->step->spec;
	struct variables *e = NEW(owner, struct variables);
	const struct pg_target *t;
	char *database = NULL;

	put_all(e, environ);
	if (spec->database != NULL && (database = attempt_expand(e, a,
	    spec->database, err)) == NULL)
		return NULL;
	if (a->step->target != NULL) {
		t = attempt_target(a, NULL, database, err);
		if (t == NULL)
			return NULL;
		put_all(e, pg_target_environment(e, t, "pgrunbook"));
		/* Its messages are for people: only parsers want C. */
		put(e, "LC_ALL=C.UTF-8");
	}
	put_all(e, scope_environment(e, a->scope));
	return put_own(e, a, err) < 0 ? NULL : e;
}

/* ---- run ---------------------------------------------------------------------- */

struct seen {
	struct buffer	*out;		/* the end of standard output */
	char		*last_line;	/* of it that is not empty */
	char		*last_error;	/* of standard error */
};

static void
on_line(void *arg, int stream, const char *line)
{
	struct seen *seen = arg;
	char **slot = stream == 1 ? &seen->last_line : &seen->last_error;

	if (stream == 1) {
		buffer_puts(seen->out, line);
		buffer_puts(seen->out, "\n");
		if (seen->out->size > 2 * STDOUT_KEPT)
			buffer_consume(seen->out, seen->out->size - STDOUT_KEPT);
	}
	if (line[strspn(line, " \t\r")] == '\0')
		return;
	talloc_free(*slot);
	*slot = str_printable(seen, line, strlen(line), false);
}

static int
check_exit(struct attempt *a, const struct seen *seen, int status,
    struct error *err)
{
	const struct run_spec *spec = a->step->spec;
	int64_t wanted = json_int(spec->expect, "exit", 0);

	if (status == wanted)
		return 0;
	error_set(err, wanted == 0 ? ERR_CHILD : ERR_EXPECT,
	    "the command exited with status %d", status);
	if (wanted != 0)
		error_context(err, "expected exit status %lld",
		    (long long)wanted);
	if (seen->last_error != NULL)
		error_detail(err, "%s", seen->last_error);
	if (status == 127)
		error_hint(err, "a command was not found: check PATH (%s)",
		    getenv("PATH") != NULL ? getenv("PATH") : "not set");
	else if (status == 126)
		error_hint(err, "a command was found and is not executable");
	return -1;
}

static int
check_stdout(struct attempt *a, const struct seen *seen, struct error *err)
{
	const struct run_spec *spec = a->step->spec;
	const char *pattern = json_str(spec->expect, "stdout");

	if (pattern == NULL || str_matches(seen->out->data, pattern))
		return 0;
	error_set(err, ERR_EXPECT, "the output does not match %s", pattern);
	if (seen->last_line != NULL)
		error_detail(err, "its last line is: %s", seen->last_line);
	return -1;
}

static int
run_in(struct attempt *a, const void *owner, const char *cwd,
    struct error *err)
{
	const struct run_spec *spec = a->step->spec;
	const char *const argv[] = { "/bin/sh", "-c", spec->command, NULL };
	struct seen *seen = NEW(owner, struct seen);
	struct variables *e = variables_new(owner, a, err);
	struct command c = { argv, NULL, cwd, on_line, seen, false };
	int status;

	if (e == NULL)
		return -1;
	seen->out = buffer_new(seen);
	c.env = (const char *const *)e->list;
	if (attempt_command(a, &c, &status, err) < 0 ||
	    check_exit(a, seen, status, err) < 0 ||
	    check_stdout(a, seen, err) < 0)
		return -1;
	return attempt_register(a, seen->last_line == NULL ? json_string("") :
	    json_text(seen->last_line, strlen(seen->last_line)), err);
}

static int
run(struct attempt *a, struct error *err)
{
	const struct run_spec *spec = a->step->spec;
	void *owner = talloc_new(NULL);
	char *cwd;
	int rc = -1;

	cwd = spec->cwd != NULL ? attempt_path(owner, a, spec->cwd, err) :
	    path_folder(owner, a->step->file);
	if (cwd != NULL)
		rc = run_in(a, owner, cwd, err);
	talloc_free(owner);
	return rc;
}

/* A command leaves no proof of itself; what still runs of it is found. */
static int
settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	char *trace = attempt_trace(NULL, a);
	char *names = leftover_names(trace, trace);

	(void)was;
	(void)query;
	(void)err;
	*outcome = names != NULL ? OUTCOME_STILL_RUNNING : OUTCOME_UNKNOWN;
	if (names != NULL)
		snprintf(proof, 256, "still there: %.230s", names);
	else
		snprintf(proof, 256, "nobody saw the command end; nothing of "
		    "it runs any more, and its output so far is in the "
		    "evidence");
	talloc_free(trace);
	return 0;
}

static const struct key keys[] = {
	{ "run", KEY_TEXT, KEY_REQUIRED, offsetof(struct run_spec, command),
	  "the command line, for /bin/sh -c; values are in its environment",
	  NULL, 0, 0 },
	{ "env", KEY_MAP, KEY_EXPANDS, offsetof(struct run_spec, env),
	  "environment variables more", NULL, 0, 0 },
	{ "cwd", KEY_TEXT, KEY_EXPANDS, offsetof(struct run_spec, cwd),
	  "the folder it runs in (default: the runbook's)", NULL, 0, 0 },
	{ "expect", KEY_MAP, 0, offsetof(struct run_spec, expect),
	  "exit: its exit status (0); stdout: a regular expression", NULL, 0,
	  0 },
	KEY_DATABASE(run_spec),
	KEY_END
};

const struct step_kind kind_run = {
	{ "run", "runs a command line in a process group of its own", "run",
	  keys, sizeof(struct run_spec), NULL, check, deserves },
	plan, run, settle
};
