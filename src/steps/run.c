/*
 * steps/run.c - kind "run": a command line, by /bin/sh -c, in a process group
 * of its own.
 *
 * Values reach it as environment variables, never as text in the command; what
 * is signed names them, and the policy and the class are judged with them in
 * their places.
 * The target's connection is in PGHOST and the like, so that psql and
 * pg_restore go where the step goes.
 */

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/guard.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/danger.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

#define STDOUT_KEPT	65536	/* bytes that a "stdout" pattern sees: the last ones */
#define VALUE_SHOWN	1000	/* bytes of a value in a plan */

struct run_spec {
	const char	*command;
	json_t		*env;
	const char	*cwd;
	const char	*database;
	json_t		*expect;
};

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
	struct danger d;
	struct lint_finding *f;

	if (spec->command != NULL && danger_of(spec->command, &d)) {
		f = lint_warning(l, spec_place(s, "run"), "%s", d.why);
		if (d.hint != NULL)
			lint_hint(l, f, "%s", d.hint);
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
	struct danger d;

	if (spec->command != NULL && danger_of(spec->command, &d)) {
		snprintf(why, why_size, "%s", d.why);
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

/* The step's "env". */
static int
put_env(struct variables *e, struct attempt *a, struct error *err)
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
	return 0;
}

static int
put_own(struct variables *e, struct attempt *a, struct error *err)
{
	if (put_env(e, a, err) < 0)
		return -1;
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

/* ---- plan -------------------------------------------------------------------- */

/* The shell puts a value in at $name and ${name}: its name's size; else 0. */
static size_t
name_at(const char *at, size_t *whole)
{
	bool is_braced = at[1] == '{';
	const char *name = at + 1 + is_braced;
	size_t size = 0;

	if (at[0] == '$' && (isalpha((unsigned char)*name) || *name == '_'))
		while (isalnum((unsigned char)name[size]) || name[size] == '_')
			size++;
	/* "${name:-other}" is judged by the value alone. */
	*whole = 1 + is_braced + size;
	if (is_braced)
		*whole += strcspn(name + size, "}") + (strchr(name + size,
		    '}') != NULL);
	return size;
}

static const char *
value_of(const struct variables *e, const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strncmp(e->list[i], name, size) == 0 &&
		    e->list[i][size] == '=')
			return e->list[i] + size + 1;
	return NULL;
}

/*
 * The command with the run's values in the place of their names: to be
 * judged, never to be run.  used gets those that it names.
 */
static char *
with_values(const void *owner, const struct variables *e, const char *command,
    struct variables *used)
{
	struct buffer *b = buffer_new(owner);
	const char *p = command, *name, *value;
	size_t size, whole;

	while (*p != '\0') {
		size = name_at(p, &whole);
		name = p + 1 + (p[1] == '{');
		value = size > 0 ? value_of(e, name, size) : NULL;
		if (value == NULL) {
			buffer_add(b, p++, 1);
			continue;
		}
		put(used, mem_printf(used, "%.*s=%s", (int)size, name, value));
		buffer_puts(b, value);
		p += whole;
	}
	return b->data;
}

/* What is signed has the values, too: by their hash where they are long. */
static void
say_values(struct plan *p, const struct variables *used)
{
	char hex[SHA256_HEX_SIZE];
	size_t i, size;

	for (i = 0; i < used->count; i++) {
		const char *value = strchr(used->list[i], '=') + 1;
		int name = (int)(value - used->list[i]) - 1;

		size = strlen(value);
		if (size <= VALUE_SHOWN) {
			plan_line(p, "$%.*s is %s", name, used->list[i],
			    size > 0 ? value : "empty");
			continue;
		}
		sha256_of(value, size, hex);
		plan_line(p, "$%.*s is %.*s... (%zu bytes, sha256 %s)", name,
		    used->list[i], VALUE_SHOWN, value, size, hex);
	}
}

/* A command that came as a value is held to the policy here, not by lint. */
static int
hold_policy(struct attempt *a, const char *judged, struct error *err)
{
	enum environment is = attempt_environment(a, NULL);
	const char *refused;

	if (a->step->target == NULL || !environment_is_guarded(is))
		return 0;
	refused = policy_refuses(a->host->window, judged);
	if (refused == NULL)
		return 0;
	error_set(err, ERR_POLICY, "\"%s\" is refused on %s, whoever signs",
	    refused, environment_name(is));
	error_hint(err, "the window's \"policy\" says so");
	return -1;
}

static int
plan_in(struct attempt *a, const void *scratch, struct error *err)
{
	const struct run_spec *spec = a->step->spec;
	struct variables *e = NEW(scratch, struct variables);
	struct variables *used = NEW(scratch, struct variables);
	char *cwd = NULL, *real, *judged;
	struct danger d;
	struct plan *p;
	bool is_b;

	put_all(e, scope_environment(e, a->scope));
	if (put_env(e, a, err) < 0)
		return -1;
	judged = with_values(scratch, e, spec->command, used);
	if (hold_policy(a, judged, err) < 0)
		return -1;
	if (spec->cwd != NULL &&
	    (cwd = attempt_path(scratch, a, spec->cwd, err)) == NULL)
		return -1;
	is_b = danger_of(judged, &d);
	p = plan_text(a, is_b ? CLASS_B : a->step->class_, is_b ? d.why :
	    "a command", spec->command);
	if (is_b)
		plan_line(p, "%s", d.why);
	say_values(p, used);
	if (cwd != NULL) {
		real = path_real(scratch, cwd);
		plan_line(p, "in the folder %s", real != NULL ? real : cwd);
	}
	return 0;
}

static int
plan(struct attempt *a, struct error *err)
{
	void *scratch = talloc_new(NULL);
	int rc = plan_in(a, scratch, err);

	talloc_free(scratch);
	return rc;
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
