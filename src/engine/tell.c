/* engine/tell.c - a headless run's events on standard output. */

#include <stdio.h>
#include <string.h>

#include "approval/evidence.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"

static void
tell_json(const struct event *e)
{
	json_t *body = event_to_json(e);
	char *text;

	if (e->seq > 0)
		json_object_set_new(body, "seq",
		    json_integer((json_int_t)e->seq));
	text = json_stable(NULL, body);
	puts(text);
	talloc_free(text);
	json_decref(body);
}

/* What a person wants to know of an event, in a few words; null: nothing. */
static char *
words(const void *owner, const struct event *e)
{
	const json_t *d = e->data, *error = json_object_get(d, "error");
	char *duration, code[20];

	switch (e->type) {
	case EVENT_RUN_OPENED:
		return mem_printf(owner, "run %s", json_str(d, "run"));
	case EVENT_TARGET_PINNED:
		return mem_printf(owner, "target %s is %s, database %s%s%s",
		    json_str(d, "target"), json_str(d, "environment"),
		    json_str_or(json_object_get(d, "identity"), "database",
		    "?"), json_str(d, "note") != NULL ? "; its URL: " : "",
		    json_str_or(d, "note", ""));
	case EVENT_SIGNED:
		return mem_printf(owner, "%s signed by %s (%s)",
		    json_str(d, "step"), json_str(d, "principal"),
		    json_str(d, "strength"));
	case EVENT_REFUSED:
		return mem_printf(owner, "%s refused by %s: %s",
		    json_str(d, "step"), json_str(d, "principal"),
		    json_str(d, "reason"));
	case EVENT_SIGNOFF_VOIDED:
		return mem_printf(owner, "%s sign-off void: %s",
		    json_str(d, "step"), json_str(d, "reason"));
	case EVENT_ATTEMPT_STARTED:
		return mem_printf(owner, "%s running", json_str(d, "step"));
	case EVENT_ATTEMPT_FINISHED:
		duration = duration_short(NULL, json_int(d, "ms", 0));
		duration = talloc_steal(owner, duration);
		return mem_printf(owner, "%s %s %s%s%s", json_str(d, "step"),
		    json_str(d, "outcome"), duration, error != NULL ? ": " : "",
		    json_str_or(error, "primary", ""));
	case EVENT_PLAN_FAILED:
		return mem_printf(owner, "%s failed: %s", json_str(d, "step"),
		    json_str_or(error, "primary", ""));
	case EVENT_SETTLED:
		return mem_printf(owner, "%s %s: %s", json_str(d, "step"),
		    json_str(d, "outcome"), json_str(d, "proof"));
	case EVENT_RETRIED:
	case EVENT_STEP_SKIPPED:
	case EVENT_WENT_TO:
		return mem_printf(owner, "%s %s: %s", json_str(d, "step"),
		    event_name(e->type), json_str(d, "reason"));
	case EVENT_STEP_HELD:
		return mem_printf(owner, "%s held: it no longer fits into the "
		    "window", json_str(d, "step"));
	case EVENT_WARNED:
		return mem_printf(owner, "%s warning: %s", json_str(d, "step"),
		    json_str(d, "text"));
	case EVENT_ROLLBACK_STARTED:
		return mem_printf(owner, "rollback: %s",
		    json_str(d, "reason"));
	case EVENT_ENGINE_STOPPED:
		return mem_printf(owner, "stopped: %s", json_str(d, "reason"));
	case EVENT_RUN_CLOSED:
		evidence_code(e->hash != NULL ? e->hash : "", code);
		return mem_printf(owner, "closed: %s, the journal's head is %s",
		    json_str(d, "outcome"), code);
	default:
		return NULL;
	}
}

/* A detail may have lines of its own. */
static void
tell_part(const void *scratch, const char *what, const char *text)
{
	const char *end;

	for (; text != NULL && *text != '\0'; text = end + (*end == '\n')) {
		end = text + strcspn(text, "\n");
		printf("         %s%s\n", what, str_printable(scratch, text,
		    (size_t)(end - text), false));
		what = "  ";
	}
}

/* What failed is told once in full: with what is known, and what to do. */
static void
tell_why(const void *scratch, const struct event *e)
{
	const json_t *error = json_object_get(e->data, "error");

	if (e->type != EVENT_ATTEMPT_FINISHED && e->type != EVENT_PLAN_FAILED)
		return;
	tell_part(scratch, "detail: ", json_str(error, "detail"));
	tell_part(scratch, "hint: ", json_str(error, "hint"));
}

void
engine_tell(void *arg, const struct event *e)
{
	struct engine *engine = arg;
	void *scratch = talloc_new(NULL);

	if (engine->options->is_json) {
		tell_json(e);
	} else {
		char *text = words(scratch, e);

		if (text != NULL)
			printf("%s %s\n", clock_hms(scratch, e->at_us),
			    str_printable(scratch, text, strlen(text), false));
		tell_why(scratch, e);
	}
	fflush(stdout);
	talloc_free(scratch);
}
