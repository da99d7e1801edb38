/* view/extend.c - a later end of the window: when, and why. */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "view/view.h"

char *
window_end_parse(const void *owner, const char *text, const struct run_state *s,
    int64_t now_us, struct error *err)
{
	int64_t ms, end_us;

	if (*text != '+') {
		if (clock_parse_rfc3339(text, &end_us, err) != 0)
			return NULL;
		return mem_strdup(owner, text);
	}
	if (duration_parse(text + 1, &ms, err) != 0)
		return NULL;
	/* What is over already goes on from now. */
	end_us = s->end_us > now_us ? s->end_us : now_us;
	return clock_rfc3339(owner, end_us + ms * 1000);
}

struct extension {
	char		*end;
};

static void
reason_given(struct app *a, void *arg, const char *text)
{
	struct extension *x = arg;

	app_send(a, INTENT_EXTEND, json_pack("{s:s, s:o}", "end", x->end,
	    "reason", json_text(text, strlen(text))));
	talloc_free(x);
}

static void
end_given(struct app *a, void *arg, const char *text)
{
	struct extension *x = NEW(a, struct extension);
	struct error err;

	(void)arg;
	error_clear(&err);
	x->end = window_end_parse(x, text, a->state, a->now_us, &err);
	if (x->end == NULL) {
		app_say(a, STYLE_FAILED, "%s", err.primary);
		talloc_free(x);
		return;
	}
	app_ask(a, mem_printf(a->frame, "Until %s, under your name, because:",
	    x->end), reason_given, x)->wants_text = true;
}

void
extend_ask(struct app *a)
{
	if (a->state == NULL || a->state->end_us == 0) {
		app_say(a, STYLE_MUTED, "the window has no end");
		return;
	}
	a->host.flush_input(a->host.arg);
	app_ask(a, "The window's new end (+30m, or a time like "
	    "2026-11-27T03:30Z):", end_given, NULL)->wants_text = true;
}
