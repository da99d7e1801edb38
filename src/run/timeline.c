/* run/timeline.c - what people and steps did, in order (run/timeline.h). */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/read.h"
#include "run/timeline.h"

struct timeline {
	const void	*owner;
	json_t		*names;		/* a step's id to its name */
	json_t		*asked;		/* the last question of a step */
	struct moment	*moments;
	size_t		 count;
};

static const char *
field(const struct event *e, const char *key)
{
	return json_str_or(e->data, key, "");
}

/* ": text"; "" where there is none. */
static const char *
behind(struct timeline *t, const char *text)
{
	return text == NULL || *text == '\0' ? "" :
	    mem_printf(t->owner, ": %s", text);
}

static const char *
name_of(struct timeline *t, const struct event *e)
{
	const char *id = field(e, "step");

	return json_str_or(t->names, id, id);
}

static void
learn_names(struct timeline *t, const struct event *e)
{
	const json_t *phases = json_object_get(json_object_get(e->data,
	    "plan"), "phases"), *phase, *step;
	size_t i, k;

	json_array_foreach(phases, i, phase)
		json_array_foreach(json_object_get(phase, "steps"), k, step)
			json_object_set_new(t->names, json_str_or(step, "id",
			    ""), json_string(json_str_or(step, "name", "")));
}

/* What was chosen in the option's own words; what was filled in. */
static const char *
answer_words(struct timeline *t, const struct event *e)
{
	const json_t *answer = json_object_get(e->data, "answer"), *value, *o;
	const json_t *fields = json_object_get(answer, "fields");
	const char *key = json_str(answer, "key"), *name;
	struct buffer *b = buffer_new(t->owner);
	size_t i;

	if (key != NULL) {
		json_array_foreach(json_object_get(json_object_get(t->asked,
		    field(e, "step")), "options"), i, o)
			if (str_equal(json_str(o, "key"), key))
				return json_str_or(o, "text", key);
		return key;
	}
	json_object_foreach((json_t *)(uintptr_t)fields, name, value)
		buffer_printf(b, "%s%s: %s", b->size > 0 ? "; " : "", name,
		    json_is_string(value) ? json_string_value(value) : "?");
	return b->data;
}

static const char *
of_people(struct timeline *t, const struct event *e)
{
	const char *who = field(e, "principal"), *step = name_of(t, e);

	switch (e->type) {
	case EVENT_RUN_OPENED:
		return mem_printf(t->owner, "%s opens the run", json_str_or(
		    json_object_get(e->data, "operator"), "principal", "?"));
	case EVENT_SIGNED:
		/* Nobody has said a word. */
		if (str_equal(field(e, "strength"), "headless"))
			return NULL;
		return mem_printf(t->owner, "%s: %s signs (%s)%s", step, who,
		    field(e, "strength"), behind(t, json_str(e->data, "note")));
	case EVENT_REFUSED:
		return mem_printf(t->owner, "%s: %s refuses%s", step, who,
		    behind(t, field(e, "reason")));
	case EVENT_ANSWERED:
		return mem_printf(t->owner, "%s, %s%s", step, who,
		    behind(t, answer_words(t, e)));
	case EVENT_NOTED:
		return mem_printf(t->owner, "%s notes: %s", who,
		    field(e, "text"));
	case EVENT_HANDED_OVER:
		return mem_printf(t->owner, "%s passes the run on%s", who,
		    behind(t, field(e, "text")));
	case EVENT_TAKEN_OVER:
		return mem_printf(t->owner, "%s leads the run from here on",
		    who);
	case EVENT_ROLLBACK_STARTED:
		return mem_printf(t->owner, "%s starts the rollback%s", who,
		    behind(t, field(e, "reason")));
	case EVENT_CANCEL_REQUESTED:
		return mem_printf(t->owner, "%s: %s cancels it", step, who);
	case EVENT_BACKEND_SIGNALLED:
		return mem_printf(t->owner, "%s: session %lld is %s, as %s "
		    "asked", step, (long long)json_int(e->data, "pid", 0),
		    field(e, "what"), who);
	default:
		return NULL;
	}
}

static const char *
of_steps(struct timeline *t, const struct event *e)
{
	const char *who = json_str(e->data, "principal");
	const char *step = name_of(t, e);
	const json_t *error = json_object_get(e->data, "error");

	switch (e->type) {
	case EVENT_ATTEMPT_FINISHED:
		/* Its answer has just told as much. */
		if (json_object_get(t->asked, field(e, "step")) != NULL &&
		    str_equal(field(e, "outcome"), "done"))
			return NULL;
		return mem_printf(t->owner, "%s: %s after %s%s", step,
		    outcome_words(field(e, "outcome")), duration_short(
		    t->owner, json_int(e->data, "ms", 0)),
		    behind(t, json_str(error, "primary")));
	case EVENT_PLAN_FAILED:
		return mem_printf(t->owner, "%s: not begun%s", step,
		    behind(t, json_str(error, "primary")));
	case EVENT_SETTLED:
		return mem_printf(t->owner, "%s: after the crash %s%s", step,
		    outcome_words(field(e, "outcome")),
		    behind(t, field(e, "proof")));
	case EVENT_RETRIED:
		return mem_printf(t->owner, "%s: tried again%s%s%s", step,
		    who != NULL ? " by " : "", who != NULL ? who : "",
		    behind(t, field(e, "reason")));
	case EVENT_STEP_SKIPPED:
		/* That a condition does not hold is nobody's doing. */
		return who == NULL ? NULL : mem_printf(t->owner,
		    "%s: left out by %s%s", step, who,
		    behind(t, field(e, "reason")));
	case EVENT_WENT_TO:
		return who == NULL ? NULL : mem_printf(t->owner,
		    "%s goes on at: %s%s", who, step,
		    behind(t, field(e, "reason")));
	default:
		return NULL;
	}
}

static void
take(struct timeline *t, const struct event *e)
{
	const char *text;

	if (e->type == EVENT_RUN_OPENED)
		learn_names(t, e);
	else if (e->type == EVENT_ASKED)
		json_object_set_new(t->asked, field(e, "step"),
		    json_deep_copy(json_object_get(e->data, "question")));
	text = of_people(t, e);
	if (text == NULL)
		text = of_steps(t, e);
	if (text == NULL)
		return;
	GROW(t->owner, t->moments, struct moment, t->count + 1);
	t->moments[t->count++] = (struct moment){ e->at_us, text };
}

int
timeline_read(const void *owner, const char *folder, struct moment **moments,
    size_t *count, struct error *err)
{
	struct timeline t = { owner, json_owned(owner, json_object()),
		json_owned(owner, json_object()), NULL, 0 };
	struct run_reader *r = run_reader_open(owner, folder, err);
	struct event e;
	int rc = -1;

	while (r != NULL && (rc = run_reader_next(r, &e, err)) > 0)
		take(&t, &e);
	talloc_free(r);
	*moments = t.moments;
	*count = t.count;
	return rc;
}
