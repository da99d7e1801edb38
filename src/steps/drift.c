/*
 * steps/drift.c - kind "drift": expected against actual.
 *
 * Both sides are kept as snapshots, so that a review works on exactly what
 * was compared.  An item that was decided to be out of scope in this run
 * does not count when the comparison is repeated.
 */

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/decision.h"
#include "schema/drift.h"
#include "schema/expected.h"
#include "steps/history.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

#define SNAPSHOT_MAX	((size_t)256 << 20)

struct drift_spec {
	json_t		*expected;
	const char	*actual;
	json_t		*fail_on;
	const char	*database;
};

/* ---- the expected side --------------------------------------------------------------- */

static void
tell_replay(void *arg, size_t done, size_t total, const char *name)
{
	attempt_progress(arg, (int64_t)done, (int64_t)total, "migrations",
	    name);
}

static struct schema_snapshot *
from_migrations(const void *owner, struct attempt *a, const json_t *expected,
    const char *actual, struct error *err)
{
	const char *shadow = json_str(expected, "shadow");
	int layout = layout_parse(json_str_or(expected, "layout", "prisma"));
	char *dir = attempt_path(owner, a, json_str(expected, "migrations"),
	    err);
	const struct pg_target *server;
	struct migration *list;
	size_t count;

	if (dir == NULL)
		return NULL;
	if (layout < 0) {
		error_set(err, ERR_RUNBOOK, "unknown layout \"%s\"",
		    json_str(expected, "layout"));
		return NULL;
	}
	server = attempt_target(a, shadow != NULL ? shadow : actual, NULL, err);
	if (server == NULL || migrations_read(owner, dir,
	    (enum migrations_layout)layout, &list, &count, err) < 0)
		return NULL;
	attempt_phase(a, "replays %zu migrations in a shadow database", count);
	return expected_from_migrations(owner, a->host->loop, server, list,
	    count, tell_replay, a, &a->is_cancelled, err);
}

static struct schema_snapshot *
from_file(const void *owner, struct attempt *a, const char *name,
    struct error *err)
{
	char *path = attempt_path(owner, a, name, err), *text;
	struct schema_snapshot *s = NULL;
	size_t size;
	json_t *j;

	if (path == NULL || file_read(owner, path, SNAPSHOT_MAX, &text, &size,
	    err) < 0)
		return NULL;
	if (json_parse(text, size, &j, err) == 0) {
		s = schema_from_json(owner, j, err);
		json_decref(j);
	}
	if (s == NULL)
		error_context(err, "\"%s\"", path);
	return s;
}

static struct schema_snapshot *
from_target(const void *owner, struct attempt *a, const char *name,
    const char *database, struct error *err)
{
	struct pg_session *s = attempt_session(a, name, database, err);

	return s == NULL ? NULL : schema_read(owner, s, err);
}

static struct schema_snapshot *
read_expected(const void *owner, struct attempt *a, const json_t *expected,
    const char *actual, struct error *err)
{
	if (json_str(expected, "migrations") != NULL)
		return from_migrations(owner, a, expected, actual, err);
	if (json_str(expected, "snapshot") != NULL)
		return from_file(owner, a, json_str(expected, "snapshot"), err);
	return from_target(owner, a, json_str(expected, "target"), NULL, err);
}

/* ---- what came of it -------------------------------------------------------------------- */

static bool
is_out_of_scope(const struct attempt *a, const struct drift_item *item)
{
	const struct run_state *state = a->host->run->state;
	bool out = false;
	size_t i;

	/* The last word counts. */
	for (i = 0; i < state->decision_count; i++)
		if (str_equal(state->decisions[i].item, item->id) &&
		    truth_is(state->decisions[i].truth))
			out = str_equal(state->decisions[i].truth,
			    "out_of_scope");
	return out;
}

static int
print_items(struct attempt *a, const struct drift *d, struct error *err)
{
	static const char signs[] = { '+', '-', '~' };
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct drift_item *item = &d->items[i];

		if (attempt_printf(a, err, "%c %c %-10s %-32s %s%s\n",
		    item->class_, signs[item->change], item->kind,
		    item->title, item->reasons != NULL &&
		    item->reasons[0] != NULL ? item->reasons[0] : "",
		    is_out_of_scope(a, item) ? " (out of scope)" : "") < 0)
			return -1;
	}
	return attempt_printf(a, err, "%zu items: %zu of class A, %zu of B, "
	    "%zu of C\n", d->count, d->count_a, d->count_b, d->count_c);
}

static int
keep(struct attempt *a, const char *name, const char *what, json_t *value,
    char **path, struct error *err)
{
	char *text = json_pretty(NULL, value);
	int rc = attempt_evidence(a, name, what, text, strlen(text), path,
	    err);

	json_decref(value);
	talloc_free(text);
	return rc;
}

static int
register_all(struct attempt *a, const struct drift *d,
    const json_t *expected, char *const paths[3], struct error *err)
{
	const char *migrations = json_str(expected, "migrations");
	json_t *value, *unmanaged = json_texts(
	    (const char *const *)a->host->window->unmanaged);
	char *dir = NULL;

	if (migrations != NULL && (dir = attempt_path(NULL, a, migrations,
	    err)) == NULL) {
		json_decref(unmanaged);
		return -1;
	}
	value = json_pack("{s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s,"
	    " s:o}", "items", (json_int_t)d->count, "a",
	    (json_int_t)d->count_a, "b", (json_int_t)d->count_b, "c",
	    (json_int_t)d->count_c, "file", paths[2], "expected", paths[0],
	    "actual", paths[1], "fingerprint", schema_fingerprint(d->actual),
	    "migrations", dir != NULL ? dir : "", "layout",
	    json_str_or(expected, "layout", "prisma"), "unmanaged", unmanaged);
	talloc_free(dir);
	return attempt_register(a, value, err);
}

/* "AB", "A, B", [A, B], any, none: which classes fail the step. */
static void
failing_classes(const json_t *fail_on, char classes[4])
{
	const char *text = json_string_value(fail_on);
	const json_t *each;
	size_t i, n = 0;
	char c;

	if (str_equal(text, "any"))
		text = "ABC";
	else if (str_equal(text, "none") || str_equal(text, "nothing"))
		text = "";
	for (c = 'A'; c <= 'C'; c++) {
		bool found = text != NULL && strchr(text, c) != NULL;

		for (i = 0; i < json_array_size(fail_on); i++) {
			each = json_array_get(fail_on, i);
			found = found || (json_string_value(each) != NULL &&
			    json_string_value(each)[0] == c);
		}
		if (found)
			classes[n++] = c;
	}
	classes[n] = '\0';
}

static int
check_fail_on(struct attempt *a, const struct drift *d, struct error *err)
{
	const struct drift_spec *spec = a->step->spec;
	const struct drift_item *first = NULL;
	char classes[4];
	size_t i, n = 0;

	failing_classes(spec->fail_on, classes);
	for (i = 0; i < d->count; i++) {
		if (strchr(classes, d->items[i].class_) == NULL ||
		    is_out_of_scope(a, &d->items[i]))
			continue;
		if (n++ == 0)
			first = &d->items[i];
	}
	if (n == 0)
		return 0;
	error_set(err, ERR_EXPECT, "drift: %zu difference%s of class %s", n,
	    n == 1 ? "" : "s", classes);
	error_detail(err, "the first: %s %s, class %c", first->kind,
	    first->title, first->class_);
	return -1;
}

static int
compare(struct attempt *a, const void *owner, const json_t *expected,
    const char *actual, const char *database, struct error *err)
{
	struct schema_snapshot *wanted, *found;
	char *paths[3];
	struct drift *d;

	wanted = read_expected(owner, a, expected, actual, err);
	if (wanted == NULL)
		return error_context(err, "the expected side");
	found = from_target(owner, a, actual, database, err);
	if (found == NULL)
		return error_context(err, "the actual side");
	d = drift_compare(owner, wanted, found,
	    (const char *const *)a->host->window->unmanaged);
	attempt_phase(a, "asks the data what %zu differences would cost",
	    d->count);
	if (drift_measure(d, attempt_session(a, actual, database, err),
	    err) < 0 || keep(a, "expected.json", "schema snapshot: expected",
	    schema_to_json(wanted), &paths[0], err) < 0 ||
	    keep(a, "actual.json", "schema snapshot: actual",
	    schema_to_json(found), &paths[1], err) < 0 ||
	    keep(a, "drift.json", "drift", drift_to_json(d), &paths[2],
	    err) < 0 || print_items(a, d, err) < 0 ||
	    register_all(a, d, expected, paths, err) < 0)
		return -1;
	return check_fail_on(a, d, err);
}

static int
run(struct attempt *a, struct error *err)
{
	const struct drift_spec *spec = a->step->spec;
	void *owner = talloc_new(NULL);
	json_t *expected = attempt_expand_json(a, spec->expected, err);
	char *actual = NULL, *database = NULL;
	int rc = expected == NULL ? -1 : 0;

	if (rc == 0 && spec->actual != NULL && (actual = attempt_expand(owner,
	    a, spec->actual, err)) == NULL)
		rc = -1;
	if (rc == 0 && spec->database != NULL && (database = attempt_expand(
	    owner, a, spec->database, err)) == NULL)
		rc = -1;
	if (rc == 0)
		rc = compare(a, owner, expected, actual, database, err);
	json_decref(expected);
	talloc_free(owner);
	return rc;
}

/* ---- before anything runs ------------------------------------------------------------------ */

static int
plan(struct attempt *a, struct error *err)
{
	const struct drift_spec *spec = a->step->spec;
	json_t *expected = attempt_expand_json(a, spec->expected, err);
	const char *actual = spec->actual != NULL ? spec->actual :
	    a->step->target;
	struct plan *p;
	char classes[4], *side, *text;

	if (expected == NULL)
		return -1;
	side = json_stable(NULL, expected);
	text = mem_printf(side, "compare %s\nwith %s", side,
	    actual != NULL ? actual : "the target");
	p = plan_text(a, CLASS_R, "reads both sides", text);
	if (json_str(expected, "migrations") != NULL)
		plan_line(p, "the migrations are replayed in a shadow database "
		    "on the server, which is dropped again");
	failing_classes(spec->fail_on, classes);
	if (classes[0] != '\0')
		plan_line(p, "fails where there is a difference of class %s",
		    classes);
	talloc_free(side);
	json_decref(expected);
	return 0;
}

static void
check(const struct step *s, struct lint *l)
{
	static const char *const known[] = { "migrations", "layout", "shadow",
	    "snapshot", "target", NULL };
	const struct drift_spec *spec = s->spec;
	struct lint_place at = spec_place(s, "expected");
	int sides;
	const char *key, *layout = json_str(spec->expected, "layout");
	const char *const *k;
	json_t *value;

	json_object_foreach(spec->expected, key, value) {
		for (k = known; *k != NULL && !str_equal(*k, key); k++)
			;
		if (*k == NULL)
			lint_nearest(l, lint_error(l, at,
			    "unknown key \"%s\" in \"expected\"", key), key,
			    known);
	}
	sides = (json_str(spec->expected, "migrations") != NULL) +
	    (json_str(spec->expected, "snapshot") != NULL) +
	    (json_str(spec->expected, "target") != NULL);
	if (sides != 1)
		lint_error(l, at, "\"expected\" needs one of \"migrations\", "
		    "\"snapshot\" and \"target\"");
	if (layout != NULL && strstr(layout, "{{") == NULL &&
	    layout_parse(layout) < 0)
		lint_error(l, at,
		    "\"layout\" is none of prisma, supabase, sql");
	if (json_is_string(spec->fail_on) && !str_matches(
	    json_string_value(spec->fail_on), "^(any|none|nothing|[ABC, ]+)$"))
		lint_error(l, spec_place(s, "fail_on"),
		    "\"fail_on\" is neither a list of classes, any, nor none");
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "reads both sides");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "expected", KEY_MAP, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct drift_spec, expected),
	  "{migrations, layout, shadow}, {snapshot} or {target}", NULL, 0, 0 },
	{ "actual", KEY_TEXT, KEY_EXPANDS, offsetof(struct drift_spec, actual),
	  "a target's name (default: the step's)", NULL, 0, 0 },
	{ "fail_on", KEY_ANY, 0, offsetof(struct drift_spec, fail_on),
	  "classes that fail the step: a list, any, or none (default)", NULL,
	  0, 0 },
	KEY_DATABASE(drift_spec),
	KEY_END
};

const struct step_kind kind_drift = {
	{ "drift", "compares the expected schema with the actual one", NULL,
	  keys, sizeof(struct drift_spec), NULL, check, deserves },
	plan, run, NULL
};
