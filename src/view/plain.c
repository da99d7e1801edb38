/* view/plain.c - the linear front end: its loop (view/plain.h). */

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "view/plain_private.h"
#include "view/words.h"

/* ---- saying ---------------------------------------------------------------------- */

void
plain_say(struct plain *p, const char *fmt, ...)
{
	va_list args;
	char *text, *clean;

	va_start(args, fmt);
	text = memory_check(talloc_vasprintf(NULL, fmt, args));
	va_end(args);
	clean = str_printable(text, text, strlen(text), false);
	fprintf(p->options->out, "%s\n", clean);
	fflush(p->options->out);
	talloc_free(text);
}

void
plain_block(struct plain *p, const char *text)
{
	while (text != NULL && *text != '\0') {
		size_t size = strcspn(text, "\n");

		plain_say(p, "    %.*s", (int)size, text);
		text += size + (text[size] == '\n');
	}
}

/* Output comes in pieces that end anywhere: only whole lines are said. */
static void
say_output(struct plain *p, const char *text)
{
	char *newline;

	buffer_puts(p->output, text);
	while ((newline = strchr(p->output->data, '\n')) != NULL) {
		size_t size = (size_t)(newline - p->output->data);

		plain_say(p, "    %.*s", (int)size, p->output->data);
		buffer_consume(p->output, size + 1);
	}
}

/* What has no line end by now will not get one. */
static void
end_output(struct plain *p)
{
	if (p->output->size > 0)
		plain_say(p, "    %s", p->output->data);
	buffer_clear(p->output);
}

void
plain_menu(struct plain *p)
{
	p->choice_count = 0;
	p->line = NULL;
}

void
plain_choice(struct plain *p, const char *label, plain_fn fn)
{
	if (p->choice_count == CHOICES_MAX)
		return;
	p->choices[p->choice_count].label = label;
	p->choices[p->choice_count].fn = fn;
	p->choice_count++;
}

void
plain_show_menu(struct plain *p)
{
	int i;

	/* What was typed before the question was there is no answer to it. */
	tcflush(p->options->in, TCIFLUSH);
	buffer_clear(p->input);
	for (i = 0; i < p->choice_count; i++)
		plain_say(p, "  %d  %s", i + 1, p->choices[i].label);
	plain_say(p, "Type a number and Enter; q leaves the run as it is:");
}

void
plain_line(struct plain *p, const char *label, plain_fn fn)
{
	tcflush(p->options->in, TCIFLUSH);
	buffer_clear(p->input);
	plain_say(p, "%s", label);
	p->line = fn;
}

void
plain_send(struct plain *p, enum intent_type t, json_t *fields)
{
	struct error err;

	error_clear(&err);
	p->choice_count = 0;
	p->line = NULL;
	if (wire_client_send(p->client, t, fields, NULL, &err) != 0)
		plain_say(p, "not sent: %s", err.primary);
}

struct step_state *
plain_step(struct plain *p)
{
	if (p->state == NULL || p->state->current >= p->state->step_count)
		return NULL;
	return &p->state->steps[p->state->current];
}

/* ---- what happens ------------------------------------------------------------------ */

static void
tell_live(struct plain *p, const struct event *e)
{
	const char *text = json_str_or(e->data, "text", "");
	int64_t total, percent;

	switch (e->type) {
	case EVENT_STATUS:
		/* The question itself has said it. */
		if (str_equal(p->status, text) || p->waited_for != NULL)
			return;
		talloc_free(p->status);
		p->status = mem_strdup(p, text);
		plain_say(p, "%s%s%s", text,
		    json_str(e->data, "reason") != NULL ? ", because " : "",
		    json_str_or(e->data, "reason", ""));
		break;
	case EVENT_OUTPUT:
		say_output(p, text);
		break;
	case EVENT_PROGRESS:
		total = json_int(e->data, "total", 0);
		percent = total > 0 ? json_int(e->data, "done", 0) * 100 /
		    total : 0;
		/* Every tenth is enough to be told. */
		if (total == 0 || percent / 10 == p->percent / 10) {
			p->percent = total == 0 ? 0 : p->percent;
			return;
		}
		p->percent = percent;
		plain_say(p, "%" PRId64 " percent", percent);
		break;
	case EVENT_ANNOUNCE:
		plain_say(p, "%s", text);
		break;
	default:
		break;
	}
}

static void
tell_locks(struct plain *p, const struct event *e)
{
	const json_t *r = json_object_get(e->data, "report");
	const json_t *b = json_array_get(json_object_get(r, "blockers"), 0);

	if (!json_flag(r, "waiting") || b == NULL)
		return;
	plain_say(p, "waits %" PRId64 " s for %s; in the way: pid %" PRId64
	    " %s %s; %zu behind us", json_int(r, "waited_ms", 0) / 1000,
	    json_str_or(r, "relation", "?"), json_int(b, "pid", 0),
	    json_str_or(b, "user", ""), json_str_or(b, "state", ""),
	    json_array_size(json_object_get(r, "queued")));
}

static void
on_event(void *arg, const struct event *e)
{
	struct plain *p = arg;
	void *scratch;
	char *words;

	p->state = wire_client_state(p->client);
	if (!p->caught_up)
		return;
	if (e->type == EVENT_LOCKS) {
		tell_locks(p, e);
		return;
	}
	if (!event_is_durable(e->type)) {
		tell_live(p, e);
		return;
	}
	end_output(p);
	scratch = talloc_new(NULL);
	words = event_words(scratch, p->state, e);
	if (words != NULL && style_of_event(e) != STYLE_MUTED)
		plain_say(p, "%s  %s", clock_hms(scratch, e->at_us), words);
	talloc_free(scratch);
}

static void
say_where(struct plain *p)
{
	const struct run_state *s = p->state;
	const struct step_state *step = plain_step(p);
	const struct target_state *t = step_target(s, step);
	size_t i, done = 0, count = 0;

	/* The way back is not part of the way, and the other way round. */
	for (i = 0; i < s->step_count; i++) {
		if (s->phases[s->steps[i].phase].is_rollback != s->in_rollback)
			continue;
		count++;
		done += s->steps[i].status == STEP_DONE ||
		    s->steps[i].status == STEP_SKIPPED;
	}
	plain_say(p, "Run %s: %s.  %zu of %zu steps done.",
	    s->run != NULL ? s->run : "?", s->title != NULL ? s->title : "",
	    done, count);
	if (t != NULL)
		plain_say(p, "Target: %s, environment %s, database %s on %s, "
		    "role %s.", t->name, t->environment,
		    json_str_or(t->identity, "database", "?"),
		    json_str_or(t->identity, "host", "?"),
		    json_str_or(t->identity, "role", "?"));
	if (t != NULL && t->note != NULL)
		plain_say(p, "Its URL: %s.", t->note);
	plain_say(p, "Commands: q leave, c cancel what runs, n TEXT note, "
	    "p pause, w where am I.");
}

static void
on_caught_up(void *arg)
{
	struct plain *p = arg;

	p->state = wire_client_state(p->client);
	p->caught_up = true;
	say_where(p);
}

static void
on_reply(void *arg, int64_t id, const struct error *err)
{
	struct plain *p = arg;

	(void)id;
	if (err == NULL)
		return;
	plain_say(p, "not done: %s", err->primary);
	if (err->hint[0] != '\0')
		plain_say(p, "  hint: %s", err->hint);
	/* It is still waited for: ask again. */
	TALLOC_FREE(p->waited_for);
}

/* ---- the engine ---------------------------------------------------------------------- */

static int
attach(struct plain *p, struct error *err)
{
	struct wire_listener l = { on_event, on_caught_up, on_reply, p };

	p->client = wire_client_connect(p, p->folder, "plain", p->principal, &l,
	    err);
	p->engine_gone = p->client == NULL;
	if (p->client != NULL)
		wire_client_sign_with(p->client, p->options->key, p->principal);
	return p->client == NULL ? -1 : 0;
}

static void
start_again(struct plain *p, const char *text)
{
	struct error err;
	struct wire_client *old = p->client;

	(void)text;
	error_clear(&err);
	plain_menu(p);
	p->caught_up = false;
	if (p->options->resume(p->options->arg, p->folder, &err) == 0 &&
	    attach(p, &err) == 0) {
		p->state = wire_client_state(p->client);
		talloc_free(old);
		return;
	}
	p->client = old;
	p->engine_gone = true;
	plain_say(p, "not started: %s", err.primary);
	p->is_over = true;
}

static void
leave(struct plain *p, const char *text)
{
	(void)text;
	p->is_over = true;
}

static void
engine_has_gone(struct plain *p, const struct error *err)
{
	p->engine_gone = true;
	if (p->state == NULL || p->state->is_closed ||
	    p->options->resume == NULL || p->input_ended) {
		p->is_over = true;
		if (p->state != NULL && !p->state->is_closed)
			plain_say(p, "The engine has gone: %s", err->primary);
		return;
	}
	plain_say(p, "The engine has gone: %s.  Nothing is lost.", err->primary);
	plain_menu(p);
	plain_choice(p, "start it again", start_again);
	plain_choice(p, "leave", leave);
	plain_show_menu(p);
}

/* ---- what a person types ------------------------------------------------------------- */

static void
command(struct plain *p, const char *line)
{
	const struct step_state *step = plain_step(p);

	if (str_equal(line, "q")) {
		p->is_over = true;
	} else if (str_equal(line, "w")) {
		say_where(p);
		TALLOC_FREE(p->waited_for);	/* and ask again */
	} else if (str_equal(line, "c") && step != NULL) {
		plain_send(p, INTENT_CANCEL, json_pack("{s:s}", "step",
		    step->id));
	} else if (str_equal(line, "p")) {
		plain_send(p, p->state->is_paused ? INTENT_RESUME :
		    INTENT_PAUSE, json_object());
	} else if (str_starts(line, "n ") && line[2] != '\0') {
		plain_send(p, INTENT_NOTE, json_pack("{s:o}", "text",
		    json_text(line + 2, strlen(line + 2))));
	} else if (line[0] != '\0') {
		plain_say(p, "\"%s\" is no command: q leave, c cancel, n TEXT "
		    "note, p pause, w where am I", line);
	}
}

static void
take_line(struct plain *p, const char *line)
{
	plain_fn fn = p->line;
	char *end;
	long n;

	if (fn != NULL) {
		p->line = NULL;
		fn(p, line);
		return;
	}
	n = strtol(line, &end, 10);
	if (end != line && *end == '\0' && n >= 1 && n <= p->choice_count) {
		p->choices[n - 1].fn(p, line);
		return;
	}
	if (isdigit((unsigned char)line[0]) && p->choice_count > 0)
		plain_say(p, "There is no %s: 1 to %d.", line, p->choice_count);
	else
		command(p, line);
}

static void
read_input(struct plain *p)
{
	char bytes[4096];
	ssize_t n = read(p->options->in, bytes, sizeof(bytes));
	char *newline;

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		p->input_ended = true;
		return;
	}
	buffer_add(p->input, bytes, (size_t)n);
	while ((newline = strchr(p->input->data, '\n')) != NULL) {
		size_t size = (size_t)(newline - p->input->data);
		char *line = mem_strndup(NULL, p->input->data, size);
		char *trimmed = str_trim(line, line);

		buffer_consume(p->input, size + 1);
		take_line(p, trimmed);
		talloc_free(line);
	}
}

/* Ask once for each thing that the run comes to wait for. */
static void
look_what_is_needed(struct plain *p)
{
	const char *needs;
	const struct step_state *step = plain_step(p);
	char *now;

	if (!p->caught_up || p->engine_gone || p->state->is_closed)
		return;
	needs = state_waits_for(p->state);
	now = needs == NULL ? NULL : mem_printf(p, "%s %s %zu %zu %zu", needs,
	    step != NULL ? step->id : "",
	    step != NULL ? step->attempt_count : 0,
	    step != NULL ? step->sign_count : 0, p->state->decision_count);
	if (str_equal(now, p->waited_for)) {
		talloc_free(now);
		return;
	}
	talloc_free(p->waited_for);
	p->waited_for = now;
	if (now == NULL)
		plain_menu(p);
	else
		plain_ask(p, needs);
}

static void
turn(struct plain *p)
{
	struct pollfd fds[2] = {
		{ p->engine_gone ? -1 : wire_client_fd(p->client), POLLIN, 0 },
		{ p->input_ended ? -1 : p->options->in, POLLIN, 0 },
	};
	struct error err;

	error_clear(&err);
	if (poll(fds, 2, -1) <= 0)
		return;
	if (fds[0].revents != 0 && wire_client_read(p->client, &err) != 0)
		engine_has_gone(p, &err);
	if (fds[1].revents != 0)
		read_input(p);
}

int
plain_run(const char *run_folder, const char *principal,
    const struct plain_options *options, struct error *err)
{
	struct plain *p = NEW(NULL, struct plain);
	int code = 0;

	p->folder = run_folder;
	p->principal = principal;
	p->options = options;
	p->input = buffer_new(p);
	p->output = buffer_new(p);
	if (attach(p, err) != 0) {
		talloc_free(p);
		return -1;
	}
	while (!p->is_over) {
		look_what_is_needed(p);
		if (p->state != NULL && p->state->is_closed)
			break;
		/* Nobody can answer any more: what waits, waits. */
		if (p->input_ended && p->waited_for != NULL) {
			code = 4;
			break;
		}
		turn(p);
	}
	if (p->state != NULL && p->state->is_closed &&
	    !str_equal(p->state->outcome, "done"))
		code = 1;
	json_decref(p->answer);
	talloc_free(p);
	return code;
}
