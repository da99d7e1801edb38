/* cli/plain.c - the front end without a screen: its loop. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/plain.h"
#include "cli/shown.h"
#include "view/words.h"

struct plain {
	struct wire_client *wire;
	struct buffer	*typed;		/* not yet taken lines */
	char		*line;		/* the last one taken */
	char		*prompted;	/* for what the last prompt was; null: none */
	bool		 caught_up, at_end, is_leaving;
};

struct run_state *
plain_state(struct plain *p)
{
	return wire_client_state(p->wire);
}

/* ---- what comes from the run ----------------------------------------- */

static void
on_event(void *arg, const struct event *e)
{
	struct plain *p = arg;
	char *words, *clean, *time;

	if (!p->caught_up)
		return;
	if (e->type == EVENT_OUTPUT) {
		shown_print_text("  | ", json_str_or(e->data, "text", ""));
		return;
	}
	if (!event_is_durable(e->type) && e->type != EVENT_ANNOUNCE)
		return;
	words = event_words(NULL, plain_state(p), e);
	if (words == NULL)
		return;
	clean = str_printable(words, words, strlen(words), false);
	time = clock_hms(words, e->at_us);
	printf("%s  %s\n", time, clean);
	talloc_free(words);
}

static void
on_caught_up(void *arg)
{
	struct plain *p = arg;
	const struct run_state *s = plain_state(p);

	p->caught_up = true;
	printf("%s: %s\n", s->window, s->title != NULL ? s->title : "");
	for (size_t i = 0; i < s->target_count; i++)
		printf("target %s is %s, database %s\n", s->targets[i].name,
		    s->targets[i].environment, json_str_or(
		    s->targets[i].identity, "database", "not reached yet"));
	if (s->current < s->step_count)
		printf("at %s, %s\n", step_title(p, s, &s->steps[s->current]),
		    step_status_word(s->steps[s->current].status));
	printf("q leaves the run as it is; n TEXT writes a note\n");
}

static void
on_reply(void *arg UNUSED, int64_t id UNUSED, const struct error *err)
{
	if (err == NULL)
		return;
	printf("not done: %s\n", err->primary);
	if (err->detail[0] != '\0')
		printf("  detail: %s\n", err->detail);
	if (err->hint[0] != '\0')
		printf("  hint: %s\n", err->hint);
}

void
plain_send(struct plain *p, enum intent_type t, json_t *fields)
{
	struct error err;

	error_clear(&err);
	if (wire_client_send(p->wire, t, fields, NULL, &err) != 0)
		printf("not sent: %s\n", err.primary);
}

/* ---- what comes from the person -------------------------------------- */

static void
read_typed(struct plain *p)
{
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n > 0)
		buffer_add(p->typed, bytes, (size_t)n);
	else if (n == 0 || errno != EINTR)
		p->at_end = true;
}

/* A whole line that was typed; null: none yet. */
static const char *
take_line(struct plain *p)
{
	char *end = memchr(p->typed->data, '\n', p->typed->size), *text;
	size_t size;

	if (end == NULL)
		return NULL;
	size = (size_t)(end - p->typed->data);
	talloc_free(p->line);
	text = mem_strndup(p, p->typed->data, size);
	p->line = str_trim(p, text);
	talloc_free(text);
	buffer_consume(p->typed, size + 1);
	return p->line;
}

const char *
plain_line(struct plain *p, const char *question)
{
	const char *line;

	printf("%s", question);
	fflush(stdout);
	/* What was typed before the question is no answer to it. */
	if (isatty(STDIN_FILENO)) {
		tcflush(STDIN_FILENO, TCIFLUSH);
		buffer_clear(p->typed);
	}
	while ((line = take_line(p)) == NULL && !p->at_end)
		read_typed(p);
	return line;
}

static void
handle_line(struct plain *p, const char *line, const char *waits)
{
	char *end;
	long number;

	if (strcmp(line, "q") == 0) {
		p->is_leaving = true;
	} else if (str_starts(line, "n ") && line[2] != '\0') {
		plain_send(p, INTENT_NOTE, json_pack("{s:o}", "text",
		    json_text(line + 2, strlen(line + 2))));
	} else if (line[0] == '\0') {
		talloc_free(p->prompted);
		p->prompted = NULL;
	} else {
		number = strtol(line, &end, 10);
		if (*end != '\0' || waits == NULL ||
		    !plain_choose(p, waits, (int)number))
			printf("\"%s\" is none of the choices; an empty line "
			    "repeats them\n", line);
	}
}

/* ---- the loop -------------------------------------------------------- */

/* What the person is asked for, and about what: a new one is asked anew. */
static char *
situation(struct plain *p, const char *waits)
{
	const struct run_state *s = plain_state(p);
	const struct step_state *st = s->current < s->step_count ?
	    &s->steps[s->current] : NULL;

	return mem_printf(p, "%s %s %zu %zu %d", waits, st != NULL ? st->id : "",
	    st != NULL ? st->attempt_count : 0, s->decision_count,
	    st != NULL ? (int)st->status : 0);
}

static void
prompt_if_new(struct plain *p)
{
	const char *waits = state_waits_for(plain_state(p));
	char *now;

	if (!p->caught_up || waits == NULL)
		return;
	now = situation(p, waits);
	if (str_equal(now, p->prompted)) {
		talloc_free(now);
		return;
	}
	talloc_free(p->prompted);
	p->prompted = now;
	plain_prompt(p, waits);
	fflush(stdout);
}

static int
turn(struct plain *p, struct error *err)
{
	struct pollfd fds[] = {
		{ .fd = wire_client_fd(p->wire), .events = POLLIN },
		{ .fd = p->at_end ? -1 : STDIN_FILENO, .events = POLLIN },
	};
	const char *line;

	if (poll(fds, COUNT_OF(fds), -1) < 0)
		return errno == EINTR ? 0 :
		    error_errno(err, ERR_IO, "could not wait");
	if (fds[0].revents != 0 && wire_client_read(p->wire, err) != 0)
		return plain_state(p)->is_closed ? 0 : -1;
	if (fds[1].revents != 0)
		read_typed(p);
	while (!p->is_leaving && (line = take_line(p)) != NULL)
		handle_line(p, line, state_waits_for(plain_state(p)));
	return 0;
}

int
plain_run(const char *folder, const char *principal, struct error *err)
{
	struct plain *p = NEW(NULL, struct plain);
	const struct wire_listener listener = {
		.on_event = on_event, .on_caught_up = on_caught_up,
		.on_reply = on_reply, .arg = p,
	};
	int rc = 0;

	p->typed = buffer_new(p);
	setvbuf(stdout, NULL, _IOLBF, 0);
	p->wire = wire_client_connect(p, folder, "plain", principal, &listener,
	    err);
	if (p->wire == NULL)
		rc = -1;
	while (rc == 0 && !p->is_leaving && !plain_state(p)->is_closed) {
		prompt_if_new(p);
		/* Nobody is there any more who could be asked. */
		if (p->at_end)
			break;
		rc = turn(p, err);
	}
	talloc_free(p);
	return rc;
}
