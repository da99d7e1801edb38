/*
 * steps/tripwire.c - queries that are asked while a step runs, and what is
 * done where their limit is passed.
 *
 * Each has a connection of its own, that only reads.  One that cannot be
 * asked counts as met: a step that was to be watched does not go on unwatched.
 */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/poller.h"
#include "steps/plan.h"
#include "steps/private.h"

struct watch {
	struct attempt	*attempt;
	const struct tripwire *wire;
	bool		 is_met;	/* and was told */
};

static const char *const words[] = {
	[TRIPWIRE_WARN] = "warns", [TRIPWIRE_HOLD] = "holds",
	[TRIPWIRE_CANCEL] = "cancels",
};

static void
hold(struct attempt *a, const struct tripwire *w, const char *text,
    struct error *err)
{
	char *name = mem_printf(NULL, "tripwire %s", w->name);

	(void)!run_append(a->host->run, EVENT_PAUSED, json_pack("{s:s, s:s}",
	    "principal", name, "reason", text), err);
	talloc_free(name);
}

static void
meet(struct watch *t, const char *text)
{
	struct attempt *a = t->attempt;
	struct attempt_private *p = a->private_;

	if (t->is_met)
		return;
	t->is_met = true;
	if (attempt_event(a, EVENT_WARNED, json_pack("{s:o}", "text",
	    json_text(text, strlen(text))), &p->output_error) < 0)
		a->is_cancelled = true;
	else if (t->wire->action == TRIPWIRE_HOLD)
		hold(a, t->wire, text, &p->output_error);
	else if (t->wire->action == TRIPWIRE_CANCEL && !a->is_cancelled) {
		p->tripped = mem_strdup(a, text);
		a->is_cancelled = true;
	}
}

static void
answered(void *arg, const struct pg_result *r)
{
	struct watch *t = arg;
	const char *value = r->rows > 0 && r->columns > 0 ?
	    pg_value(r, 0, 0) : NULL;
	char *text;

	if (value == NULL || strtod(value, NULL) <= (double)t->wire->max) {
		t->is_met = false;
		return;
	}
	text = mem_printf(NULL, "tripwire \"%s\": %.40s is more than %lld",
	    t->wire->name, value, (long long)t->wire->max);
	meet(t, text);
	talloc_free(text);
}

static void
failed(void *arg, const struct error *err)
{
	struct watch *t = arg;
	char *text = mem_printf(NULL, "tripwire \"%s\" could not be asked: %s",
	    t->wire->name, err->primary);

	meet(t, text);
	talloc_free(text);
}

static int
start(const void *owner, struct attempt *a, const struct tripwire *w,
    struct error *err)
{
	struct watch *t = NEW(owner, struct watch);
	struct pg_session *s = attempt_session_new(t, a, NULL, NULL, true, err);
	struct pg_result *r;
	char *sql;

	t->attempt = a;
	t->wire = w;
	if (s == NULL || (sql = attempt_sql(t, a, w->query, err)) == NULL ||
	    pg_exec_script(s, "SET default_transaction_read_only = on;"
	    " SET statement_timeout = '30s'", err) < 0 ||
	    pg_exec(t, s, sql, 0, NULL, &r, err) < 0)
		return error_context(err, "tripwire \"%s\"", w->name);
	answered(t, r);
	pg_poller_start(s, s, a->host->loop, sql, w->every_ms, answered,
	    failed, t);
	return 0;
}

int
tripwires_start(struct attempt *a, void **watching, struct error *err)
{
	size_t i;

	*watching = talloc_new(a);
	for (i = 0; i < a->step->tripwire_count; i++)
		if (start(*watching, a, &a->step->tripwires[i], err) < 0)
			return -1;
	return 0;
}

void
tripwires_plan(struct attempt *a)
{
	size_t i;

	for (i = 0; i < a->step->tripwire_count; i++) {
		const struct tripwire *w = &a->step->tripwires[i];

		plan_line(a->plan, "tripwire \"%s\" %s above %lld: %s",
		    w->name, words[w->action], (long long)w->max, w->query);
	}
}

bool
tripwires_tell_why(const struct attempt *a, struct error *err)
{
	const char *text = a->private_->tripped;

	if (text == NULL)
		return false;
	error_set(err, ERR_EXPECT, "%s", text);
	error_hint(err, "what ran was cancelled; see why before it is tried "
	    "again");
	return true;
}
