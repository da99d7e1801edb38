/* view/event_words.c - one event as one sentence (view/words.h). */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/words.h"

/* A sentence from an event's fields; subject: the step's title, or "". */
struct words {
	const void		*owner;
	const struct run_state	*s;
	const json_t		*data;
	const char		*subject;
};

static const char *
field(const struct words *w, const char *key)
{
	return json_str_or(w->data, key, "");
}

static char *
duration(const struct words *w)
{
	return duration_short(w->owner, json_int(w->data, "ms", 0));
}

/* ": text" of a field that may be absent. */
static char *
behind(const struct words *w, const char *key)
{
	const char *text = json_str(w->data, key);

	return mem_printf(w->owner, "%s%s", text != NULL && *text ? ": " : "",
	    text != NULL ? text : "");
}

static char *
error_behind(const struct words *w)
{
	const json_t *e = json_object_get(w->data, "error");
	const char *primary = json_str(e, "primary");
	const char *state = json_str(e, "sqlstate");

	if (primary == NULL)
		return mem_strdup(w->owner, "");
	if (state == NULL || *state == '\0')
		return mem_printf(w->owner, ": %s", primary);
	return mem_printf(w->owner, ": %s (SQLSTATE %s)", primary, state);
}

static char *
of_run(const struct words *w, enum event_type t)
{
	switch (t) {
	case EVENT_RUN_OPENED:
		return mem_printf(w->owner, "run %s opened by %s on %s",
		    field(w, "run"), json_str_or(json_object_get(w->data,
		    "operator"), "principal", "?"), field(w, "host"));
	case EVENT_ENGINE_STARTED:
		return mem_printf(w->owner, "engine started (pid %" PRId64
		    " on %s)", json_int(w->data, "pid", 0), field(w, "host"));
	case EVENT_ENGINE_STOPPED:
		return mem_printf(w->owner, "engine stopped%s",
		    behind(w, "reason"));
	case EVENT_TARGET_PINNED: {
		const json_t *id = json_object_get(w->data, "identity");

		return mem_printf(w->owner, "target %s pinned: %s, database %s "
		    "on %s, role %s, system %s%s", field(w, "target"),
		    field(w, "environment"), json_str_or(id, "database", "?"),
		    json_str_or(id, "host", "?"), json_str_or(id, "role", "?"),
		    json_str_or(id, "system_identifier", "?"),
		    behind(w, "note"));
	}
	case EVENT_ATTACHED:
		return mem_printf(w->owner, "%s attached (%s)",
		    field(w, "principal"), field(w, "front"));
	case EVENT_DETACHED:
		return mem_printf(w->owner, "%s detached",
		    field(w, "principal"));
	case EVENT_RUN_STARTED:
		return mem_printf(w->owner, "%s let the run start",
		    field(w, "principal"));
	case EVENT_ROLLBACK_STARTED:
		return mem_printf(w->owner, "%s starts the rollback: %s",
		    field(w, "principal"), field(w, "reason"));
	case EVENT_PAUSED:
		return mem_printf(w->owner, "%s paused the run",
		    field(w, "principal"));
	case EVENT_RESUMED:
		return mem_printf(w->owner, "%s let the run go on",
		    field(w, "principal"));
	case EVENT_RUN_CLOSED:
		return mem_printf(w->owner, "run closed: %s%s",
		    field(w, "outcome"), behind(w, "reason"));
	case EVENT_ANNOUNCE:
		return mem_strdup(w->owner, field(w, "text"));
	default:
		return NULL;
	}
}

static char *
of_attempt(const struct words *w, enum event_type t)
{
	switch (t) {
	case EVENT_STEP_PLANNED:
		return mem_printf(w->owner, "%s: planned, class %s, digest %s",
		    w->subject, field(w, "class"),
		    short_digest(w->owner, field(w, "digest")));
	case EVENT_ATTEMPT_STARTED:
		return mem_printf(w->owner, "%s: started, attempt %" PRId64,
		    w->subject, json_int(w->data, "attempt", 0));
	case EVENT_STATEMENT_STARTED:
		return mem_printf(w->owner, "%s: statement %" PRId64 ": %s",
		    w->subject, json_int(w->data, "statement", 0),
		    field(w, "text"));
	case EVENT_STATEMENT_FINISHED:
		return mem_printf(w->owner, "%s: statement %" PRId64
		    " answered in %s%s%s", w->subject,
		    json_int(w->data, "statement", 0), duration(w),
		    behind(w, "tag"), error_behind(w));
	case EVENT_SETTINGS_READ:
		return mem_printf(w->owner, "%s: settings: %s", w->subject,
		    session_words(w->owner, w->data));
	case EVENT_MARKED:
		return mem_printf(w->owner, "%s: marked in transaction %s",
		    w->subject, field(w, "xid"));
	case EVENT_ABOUT_TO_COMMIT:
		return mem_printf(w->owner, "%s: about to commit", w->subject);
	case EVENT_ATTEMPT_FINISHED:
		return mem_printf(w->owner, "%s: %s after %s%s", w->subject,
		    outcome_words(field(w, "outcome")), duration(w),
		    error_behind(w));
	case EVENT_SETTLED:
		return mem_printf(w->owner, "%s: after the crash %s: %s",
		    w->subject, outcome_words(field(w, "outcome")),
		    field(w, "proof"));
	case EVENT_RETRIED:
		return mem_printf(w->owner, "%s: to be tried again%s",
		    w->subject, behind(w, "reason"));
	case EVENT_STEP_SKIPPED:
		return mem_printf(w->owner, "%s: skipped%s", w->subject,
		    behind(w, "reason"));
	case EVENT_WENT_TO:
		return mem_printf(w->owner, "goes on at %s%s", w->subject,
		    behind(w, "reason"));
	case EVENT_CANCEL_REQUESTED:
		return mem_printf(w->owner, "%s: %s asks to cancel it",
		    w->subject, field(w, "principal"));
	default:
		return NULL;
	}
}

static char *
of_people(const struct words *w, enum event_type t)
{
	switch (t) {
	case EVENT_SIGNOFF_REQUESTED:
		return mem_printf(w->owner, "%s: a sign-off is needed, class %s",
		    w->subject, field(w, "class"));
	case EVENT_SIGNED:
		if (str_equal(field(w, "strength"), "break-glass"))
			return mem_printf(w->owner, "%s: THE GLASS WAS BROKEN "
			    "by %s, alone%s", w->subject,
			    field(w, "principal"), behind(w, "note"));
		return mem_printf(w->owner, "%s: signed by %s (%s)", w->subject,
		    field(w, "principal"), field(w, "strength"));
	case EVENT_REFUSED:
		return mem_printf(w->owner, "%s: refused by %s: %s", w->subject,
		    field(w, "principal"), field(w, "reason"));
	case EVENT_SIGNOFF_VOIDED:
		return mem_printf(w->owner, "%s: the sign-off is void: %s",
		    w->subject, field(w, "reason"));
	case EVENT_SIGNOFF_REJECTED:
		return mem_printf(w->owner, "%s: a sign-off was not taken: %s",
		    w->subject, field(w, "reason"));
	case EVENT_ASKED:
		return mem_printf(w->owner, "%s: asks for an answer",
		    w->subject);
	case EVENT_ANSWERED:
		return mem_printf(w->owner, "%s: answered by %s", w->subject,
		    field(w, "principal"));
	case EVENT_DECIDED:
		return mem_printf(w->owner, "%s: item %s: %s%s, by %s",
		    w->subject, field(w, "item"), field(w, "truth"),
		    behind(w, "reason"), field(w, "principal"));
	case EVENT_COMMENTED:
		return mem_printf(w->owner, "%s: on item %s, %s: %s",
		    w->subject, field(w, "item"), field(w, "principal"),
		    field(w, "text"));
	case EVENT_HANDED_OVER:
		return mem_printf(w->owner, "%s passes the run on: %s",
		    field(w, "principal"), field(w, "text"));
	case EVENT_TAKEN_OVER:
		return mem_printf(w->owner, "%s leads the run from here on",
		    field(w, "principal"));
	case EVENT_NOTED:
		return mem_printf(w->owner, "note by %s: %s",
		    field(w, "principal"), field(w, "text"));
	case EVENT_BATCH_FINISHED:
		return mem_printf(w->owner, "%s: range %" PRId64 " is done, %"
		    PRId64 " rows", w->subject, json_int(w->data, "batch", 0),
		    json_int(w->data, "rows", 0));
	case EVENT_STEP_HELD:
		return mem_printf(w->owner, "%s: held, it no longer fits into "
		    "the window", w->subject);
	case EVENT_WINDOW_EXTENDED:
		return mem_printf(w->owner, "window extended to %s by %s: %s",
		    field(w, "end"), field(w, "principal"), field(w, "reason"));
	case EVENT_WARNED:
		return mem_printf(w->owner, "%s: %s", w->subject,
		    field(w, "text"));
	case EVENT_BACKEND_SIGNAL_REQUESTED:
		return mem_printf(w->owner, "%s: %s asks to %s session %" PRId64,
		    w->subject, field(w, "principal"), field(w, "what"),
		    json_int(w->data, "pid", 0));
	case EVENT_BACKEND_SIGNALLED:
		return mem_printf(w->owner, "%s: session %" PRId64
		    " %s, as %s asked", w->subject, json_int(w->data, "pid", 0),
		    field(w, "what"), field(w, "principal"));
	case EVENT_ARTIFACT:
		return mem_printf(w->owner, "%s%sevidence %s (%s, %s)",
		    w->subject, *w->subject ? ": " : "", field(w, "name"),
		    str_bytes(w->owner, json_int(w->data, "size", 0)),
		    short_digest(w->owner, field(w, "sha256")));
	case EVENT_REGISTERED:
		return mem_printf(w->owner, "%s: keeps its result as %s",
		    w->subject, field(w, "name"));
	default:
		return NULL;
	}
}

char *
event_words(const void *owner, const struct run_state *s, const struct event *e)
{
	struct words w = { owner, s, e->data, "" };
	const char *id = json_str(e->data, "step");
	size_t i;
	char *text;

	if (id != NULL) {
		w.subject = id;
		for (i = 0; s != NULL && i < s->step_count; i++)
			if (str_equal(s->steps[i].id, id))
				w.subject = step_title(owner, s, &s->steps[i]);
	}
	text = of_run(&w, e->type);
	if (text == NULL)
		text = of_attempt(&w, e->type);
	if (text == NULL)
		text = of_people(&w, e->type);
	return text;
}

enum style
style_of_event(const struct event *e)
{
	const char *outcome = json_str(e->data, "outcome");

	switch (e->type) {
	case EVENT_ATTEMPT_FINISHED:
	case EVENT_SETTLED:
		if (str_equal(outcome, "done"))
			return STYLE_DONE;
		return str_equal(outcome, "unknown") ? STYLE_UNKNOWN :
		    STYLE_FAILED;
	case EVENT_STATEMENT_FINISHED:
		return json_object_get(e->data, "error") != NULL ?
		    STYLE_FAILED : STYLE_TEXT;
	case EVENT_SIGNOFF_REQUESTED:
	case EVENT_ASKED:
		return STYLE_CALL;
	case EVENT_REFUSED:
	case EVENT_SIGNOFF_VOIDED:
	case EVENT_SIGNOFF_REJECTED:
	case EVENT_ROLLBACK_STARTED:
	case EVENT_BACKEND_SIGNAL_REQUESTED:
	case EVENT_BACKEND_SIGNALLED:
	case EVENT_STEP_HELD:
	case EVENT_WINDOW_EXTENDED:
	case EVENT_WARNED:
		return STYLE_WARNING;
	case EVENT_SIGNED:
		return str_equal(json_str(e->data, "strength"), "break-glass") ?
		    STYLE_DANGER : STYLE_TITLE;
	case EVENT_ANSWERED:
	case EVENT_DECIDED:
		return STYLE_TITLE;
	case EVENT_ATTACHED:
	case EVENT_DETACHED:
	case EVENT_BATCH_STARTED:
	case EVENT_BATCH_FINISHED:
	case EVENT_STEP_PLANNED:
	case EVENT_SETTINGS_READ:
	case EVENT_MARKED:
	case EVENT_ABOUT_TO_COMMIT:
	case EVENT_ARTIFACT:
	case EVENT_REGISTERED:
		return STYLE_MUTED;
	default:
		return STYLE_TEXT;
	}
}
