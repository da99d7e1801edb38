/*
 * view/handover.c - the run is passed on, with notes and open risks, and the
 * next one accepts it.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/view.h"

static json_t *
text_of(const char *text)
{
	return json_text(text, strlen(text));
}

static void
send(struct app *a, const char *notes, const char *risks)
{
	json_t *fields = json_pack("{s:o}", "text", text_of(notes));

	if (*risks != '\0')
		json_object_set_new(fields, "risks", text_of(risks));
	app_send(a, INTENT_HAND_OVER, fields);
}

static void
risks_given(struct app *a, void *arg, const char *text)
{
	send(a, arg, text);
	talloc_free(arg);
}

static void
notes_given(struct app *a, void *arg, const char *text)
{
	(void)arg;
	app_ask(a, "Open risks (an empty line: none):", risks_given,
	    mem_strdup(a, text));
}

static char *
handed_words(struct app *a)
{
	const struct run_state *s = a->state;

	return mem_printf(a->frame, "%s passes the run on: %s%s%s",
	    s->handed_by, s->handover_text,
	    s->handover_risks != NULL ? "; open risks: " : "",
	    s->handover_risks != NULL ? s->handover_risks : "");
}

char *
handover_words(struct app *a)
{
	return a->state == NULL || a->state->handed_by == NULL ||
	    a->state->is_closed ? NULL : handed_words(a);
}

bool
handover_is_mine(const struct app *a)
{
	return a->state != NULL && a->state->handed_by != NULL &&
	    !str_equal(a->state->handed_by, a->set.principal);
}

void
handover_ask(struct app *a, const char *notes)
{
	if (*notes != '\0')
		notes_given(a, NULL, notes);
	else
		app_ask(a, "For whoever leads it next, notes:", notes_given,
		    NULL)->wants_text = true;
}

void
handover_take(struct app *a)
{
	app_send(a, INTENT_TAKE_OVER, json_object());
}

void
handover_key(struct app *a, enum action action)
{
	if (!handover_is_mine(a))
		handover_ask(a, "");
	else if (app_sure(a, action, mem_printf(a->frame, "%s.  To lead it "
	    "from here on:", handed_words(a))))
		handover_take(a);
}
