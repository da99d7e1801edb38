/*
 * view/command.c - what a person wants of the run, said in words (":"), and
 * intents that want a reason first.
 */

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/view.h"
#include "view/words.h"

/* An intent that waits for its reason. */
struct pending {
	enum intent_type	 type;
	char			*step;		/* null: the run's */
};

static void
reason_given(struct app *a, void *arg, const char *text)
{
	struct pending *p = arg;
	json_t *fields = json_object();

	if (p->step != NULL)
		json_object_set_new(fields, "step", json_string(p->step));
	json_object_set_new(fields, "reason", json_text(text, strlen(text)));
	app_send(a, p->type, fields);
	talloc_free(p);
}

void
intent_with_reason(struct app *a, enum intent_type t, const char *step,
    const char *label)
{
	struct pending *p = NEW(a, struct pending);

	p->type = t;
	p->step = mem_strdup(p, step);
	app_ask(a, label, reason_given, p)->wants_text = true;
}

static void
note_given(struct app *a, void *arg, const char *text)
{
	(void)arg;
	if (app_send(a, INTENT_NOTE, json_pack("{s:o}", "text",
	    json_text(text, strlen(text)))))
		app_say(a, STYLE_MUTED, "noted");
}

void
intent_note(struct app *a)
{
	app_ask(a, "Note:", note_given, NULL)->wants_text = true;
}

/* ---- stopping what runs ------------------------------------------------------ */

void
cancel_ask(struct app *a, enum action again)
{
	const struct step_state *here = app_current(a);

	if (app_sure(a, again, mem_printf(a->frame, "Cancel %s?",
	    step_title(a->frame, a->state, here))))
		app_send(a, INTENT_CANCEL, json_pack("{s:s}", "step", here->id));
}

/* A session that is to stop, until its pid is typed. */
struct session_wish {
	enum intent_type type;
	int64_t		 pid;
	char		*step, *backend_start;
};

static void
pid_given(struct app *a, void *arg, const char *text)
{
	struct session_wish *w = arg;

	if (strtoll(text, NULL, 10) != w->pid)
		app_say(a, STYLE_WARNING, "not done: that is not its pid");
	else
		app_send(a, w->type, json_pack("{s:s, s:I, s:s}", "step",
		    w->step, "pid", (json_int_t)w->pid, "backend_start",
		    w->backend_start));
	talloc_free(w);
}

void
session_ask(struct app *a, enum intent_type t, const char *step,
    const json_t *session)
{
	struct session_wish *w = NEW(a, struct session_wish);

	w->type = t;
	w->pid = json_int(session, "pid", 0);
	w->step = mem_strdup(w, step);
	w->backend_start = mem_strdup(w, json_str_or(session,
	    "backend_start", ""));
	a->host.flush_input(a->host.arg);
	/* A narrow line ends before the names, which are above. */
	app_ask(a, mem_printf(a->frame, "Type its pid %" PRId64 " to %s of %s "
	    "%s:", w->pid, t == INTENT_TERMINATE_BACKEND ? "end the session" :
	    "cancel the query", json_str_or(session, "user", "this step"),
	    json_str_or(session, "application", "")), pid_given,
	    w)->wants_text = true;
}

/* ---- commands in words ------------------------------------------------------ */

/* The step of that id or number within the phase; null: none. */
static const char *
find_in_phase(const struct run_state *s, const struct phase_state *p,
    const char *word)
{
	char *end;
	size_t i, number = strtoul(word, &end, 10);

	for (i = p->first_step; i < p->first_step + p->step_count; i++) {
		const char *slash = strchr(s->steps[i].id, '/');

		if (slash != NULL && str_equal(slash + 1, word))
			return s->steps[i].id;
	}
	if (*word == '\0' || *end != '\0' || number < 1 ||
	    number > p->step_count)
		return NULL;
	return s->steps[p->first_step + number - 1].id;
}

/*
 * A step by id or number, in the current phase before others: the same id
 * stands in many; or by "phase/id" or "phase/number".
 */
static const char *
find_step(struct app *a, const char *word)
{
	struct run_state *s = a->state;
	const struct step_state *here = app_current(a);
	const char *slash = strchr(word, '/'), *id = NULL;
	size_t i;

	if (slash == NULL && here != NULL)
		id = find_in_phase(s, &s->phases[here->phase], word);
	for (i = 0; id == NULL && i < s->phase_count; i++) {
		const struct phase_state *p = &s->phases[i];

		if (slash == NULL)
			id = isdigit((unsigned char)*word) ? NULL :
			    find_in_phase(s, p, word);
		else if (strlen(p->name) == (size_t)(slash - word) &&
		    strncmp(p->name, word, (size_t)(slash - word)) == 0)
			id = find_in_phase(s, p, slash + 1);
	}
	return id;
}

static void
goto_step(struct app *a, const char *word)
{
	const char *id = find_step(a, word);

	if (id == NULL)
		app_say(a, STYLE_FAILED, "no step is called \"%s\"", word);
	else
		intent_with_reason(a, INTENT_GOTO, id, mem_printf(a->frame,
		    "Go on at %s, because:", id));
}

static void
skip_step(struct app *a, const char *word)
{
	const struct step_state *here = app_current(a);
	const char *id = *word != '\0' ? find_step(a, word) :
	    here != NULL ? here->id : NULL;

	if (id == NULL)
		app_say(a, STYLE_FAILED, "no step is called \"%s\"", word);
	else
		intent_with_reason(a, INTENT_SKIP, id, mem_printf(a->frame,
		    "Skip %s, because:", id));
}

static void
roll_back(struct app *a, const char *rest)
{
	(void)rest;
	if (state_rollback_phase(a->state) == NULL)
		app_say(a, STYLE_FAILED, "this window has no rollback runbook");
	else
		intent_with_reason(a, INTENT_ROLLBACK, NULL,
		    "Go on with the rollback runbook, because:");
}

static void
stop(struct app *a, const char *rest)
{
	(void)rest;
	intent_with_reason(a, INTENT_STOP, NULL,
	    "Stop the engine here (the run can be resumed), because:");
}

static void
abandon(struct app *a, const char *rest)
{
	(void)rest;
	intent_with_reason(a, INTENT_ABANDON, NULL,
	    "Close the run for good, as abandoned, because:");
}

static void
take_over(struct app *a, const char *rest)
{
	(void)rest;
	handover_take(a);
}

static void
pause_run(struct app *a, const char *rest)
{
	(void)rest;
	app_send(a, INTENT_PAUSE, json_object());
}

static void
go_on(struct app *a, const char *rest)
{
	(void)rest;
	app_send(a, INTENT_RESUME, json_object());
}

static void
extend(struct app *a, const char *rest)
{
	(void)rest;
	extend_ask(a);
}

static void
note(struct app *a, const char *rest)
{
	if (*rest != '\0')
		note_given(a, NULL, rest);
	else
		intent_note(a);
}

static void
leave(struct app *a, const char *rest)
{
	(void)rest;
	a->wish = WISH_LEAVE;
}

static void
help(struct app *a, const char *rest)
{
	(void)rest;
	help_open(a);
}

void
command_run(struct app *a, const char *line)
{
	static const struct {
		const char	*name;
		void		(*run)(struct app *a, const char *rest);
	} commands[] = {
		{ "goto", goto_step }, { "skip", skip_step },
		{ "rollback", roll_back }, { "stop", stop },
		{ "abandon", abandon }, { "pause", pause_run },
		{ "extend", extend }, { "resume", go_on }, { "note", note }, { "q", leave },
		{ "handover", handover_ask }, { "takeover", take_over },
		{ "quit", leave }, { "detach", leave }, { "help", help },
	};
	const char *rest;
	size_t i, size;

	line += strspn(line, " ");
	size = strcspn(line, " ");
	rest = line + size + strspn(line + size, " ");
	if (size == 0)
		return;
	for (i = 0; i < COUNT_OF(commands); i++)
		if (strlen(commands[i].name) == size &&
		    strncmp(commands[i].name, line, size) == 0) {
			commands[i].run(a, rest);
			return;
		}
	app_say(a, STYLE_FAILED, "\"%.*s\" is no command: goto, skip, rollback, "
	    "handover, takeover, "
	    "pause, resume, extend, note, stop, abandon, quit", (int)size, line);
}
