/*
 * steps/wait.c - kind "wait": until a query holds, or a time has come.
 */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"
#include "steps/statements.h"

#define POLL_MS	5000

struct wait_spec {
	const char	*until;
	int64_t		 poll_ms;
	json_t		*expect;
	const char	*database;
};

static void
preset(void *spec)
{
	((struct wait_spec *)spec)->poll_ms = POLL_MS;
}

/* "2026-11-27T01:00Z": a time, no query begins with a digit. */
static bool
is_time(const char *until)
{
	return until[0] >= '0' && until[0] <= '9';
}

static int
plan(struct attempt *a, struct error *err)
{
	const struct wait_spec *spec = a->step->spec;
	char *text, *every;
	struct plan *p;

	text = attempt_expand(NULL, a, spec->until, err);
	if (text == NULL)
		return -1;
	if (!is_time(text)) {
		talloc_free(text);
		text = attempt_sql(NULL, a, spec->until, err);
		if (text == NULL)
			return -1;
	}
	p = plan_text(a, CLASS_R, "it only waits", text);
	every = duration_short(text, spec->poll_ms);
	if (!is_time(text))
		plan_line(p, "asked every %s until it holds", every);
	if (a->step->timeout_ms > 0)
		plan_line(p, "gives up after %s",
		    duration_short(text, a->step->timeout_ms));
	talloc_free(text);
	return 0;
}

static int
wait_for_time(struct attempt *a, const char *text, struct error *err)
{
	int64_t until, left;

	if (clock_parse_rfc3339(text, &until, err) < 0)
		return -1;
	attempt_status(a, "waits until %s", text);
	while ((left = until - clock_now_us()) > 0) {
		loop_sleep(a->host->loop, left > 1000000 ? 1000 :
		    left / 1000 + 1, &a->is_cancelled);
		if (attempt_check(a, err) < 0)
			return -1;
	}
	return 0;
}

/* 1 it holds, 0 not yet, -1 the question itself failed. */
static int
ask(struct attempt *a, struct pg_session *s, const char *sql,
    struct error *err)
{
	const struct wait_spec *spec = a->step->spec;
	struct answer got = { 0 };
	struct pg_result *r;
	struct error not_yet;
	void *owner = talloc_new(NULL);
	int rc = -1;

	if (pg_exec_script(s, "BEGIN READ ONLY", err) == 0 &&
	    pg_exec(owner, s, sql, 0, NULL, &r, err) == 0 &&
	    pg_exec_script(s, "COMMIT", err) == 0) {
		got.has_rows = true;
		got.rows = r->rows;
		if (r->rows > 0 && r->columns > 0)
			got.value = pg_value(r, 0, 0);
		if (spec->expect != NULL)
			rc = expect_holds(a, spec->expect, &got,
			    &not_yet) == 0;
		else
			rc = str_equal(got.value, "t");
		if (rc == 0)
			attempt_status(a, "waits: the query gave %s",
			    got.value != NULL ? got.value : "no value");
	}
	talloc_free(owner);
	return rc;
}

static int
wait_for_query(struct attempt *a, const char *sql, struct error *err)
{
	const struct wait_spec *spec = a->step->spec;
	struct pg_session *s;
	char *database = NULL;
	int rc = -1;

	if (spec->database != NULL && (database = attempt_expand(a, a,
	    spec->database, err)) == NULL)
		return -1;
	s = attempt_session(a, NULL, database, err);
	while (s != NULL && (rc = ask(a, s, sql, err)) == 0) {
		loop_sleep(a->host->loop, spec->poll_ms, &a->is_cancelled);
		if (attempt_check(a, err) < 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}

static int
run(struct attempt *a, struct error *err)
{
	const struct wait_spec *spec = a->step->spec;
	char *text = attempt_expand(NULL, a, spec->until, err);
	int rc = -1;

	if (text != NULL && is_time(text))
		rc = wait_for_time(a, text, err);
	else if (text != NULL) {
		talloc_free(text);
		text = attempt_sql(NULL, a, spec->until, err);
		if (text != NULL)
			rc = wait_for_query(a, text, err);
	}
	talloc_free(text);
	return rc;
}

static void
check(const struct step *s, struct lint *l)
{
	const struct wait_spec *spec = s->spec;
	struct error err;
	int64_t when;
	char why[128];

	if (spec->until == NULL || str_starts(spec->until, "{{"))
		return;
	if (is_time(spec->until)) {
		if (clock_parse_rfc3339(spec->until, &when, &err) < 0)
			lint_error(l, spec_place(s, "until"), "%s",
			    err.primary);
		return;
	}
	statements_lint(s, "until", spec->until, true, l);
	if (statements_class(spec->until, why, sizeof(why)) > CLASS_R)
		lint_error(l, spec_place(s, "until"),
		    "a wait only reads, and this one %s", why);
	expect_lint(s, spec->expect, l);
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "it only waits");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "until", KEY_TEXT, KEY_REQUIRED | KEY_SQL,
	  offsetof(struct wait_spec, until),
	  "a query whose first value becomes true (or what \"expect\" says), or a time",
	  NULL, 0, 0 },
	{ "poll", KEY_DURATION, 0, offsetof(struct wait_spec, poll_ms),
	  "how often it is asked (default 5s)", NULL, 10, 86400000 },
	{ "expect", KEY_MAP, 0, offsetof(struct wait_spec, expect),
	  "what the query must give, as in a check", NULL, 0, 0 },
	KEY_DATABASE(wait_spec),
	KEY_END
};

const struct step_kind kind_wait = {
	{ "wait", "waits until a query holds or a time has come", "until",
	  keys, sizeof(struct wait_spec), preset, check, deserves },
	plan, run, NULL
};
