/*
 * postgres/silence.c - a command that is not answered: is anybody there?
 *
 * TCP notices a peer that is gone.  It does not notice one behind a proxy, a
 * tunnel or a firewall that keeps our end up, and no cancel request comes
 * through there either.  So after a while the server is asked by a connection
 * of its own whether the backend still works for us.  Where it does, the wait
 * goes on, for hours if need be; where nothing can be reached and somebody
 * wants to stop, the session is given up as lost: what became of the command
 * is then for the caller to ask.
 */

#include <sys/param.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/session_private.h"

/* Between two looks while nobody is in a hurry. */
#define CALM_MS		60000
/* Looks in a row that found no server, or a backend that had answered. */
#define LOOKS_MAX	3

/* Nobody could end it otherwise, or somebody has asked for its end. */
static bool
is_hurried(const struct pg_session *s)
{
	return s->options.is_question || s->options.cancel == NULL ||
	    *s->options.cancel || s->cancel_sent || s->ignore_cancel;
}

void
silence_begin(struct pg_session *s)
{
	s->looked_ms = clock_mono_ms();
	s->unreached = s->idle_seen = 0;
}

int64_t
silence_left_ms(const struct pg_session *s)
{
	int64_t patience = s->answer_ms > 0 ? s->answer_ms : is_hurried(s) ?
	    s->patience_ms : MAX(CALM_MS, s->patience_ms);
	int64_t left = s->looked_ms + patience - clock_mono_ms();

	return left > 0 ? left : 0;
}

static void
give_up(struct pg_session *s, const char *why)
{
	struct error lost;

	error_set(&lost, ERR_LOST, "connection to \"%s\" was given up",
	    s->target->dbname);
	error_detail(&lost, "%s", why);
	session_lose(s, &lost);
}

/* 1: works; 0: has nothing to do; -1: is gone; -2: could not be asked. */
static int
ask_for_backend(struct pg_session *s, struct error *err)
{
	const struct pg_options options = {
		.application_name = s->options.application_name,
		.connect_timeout_ms = s->patience_ms,
		.answer_timeout_ms = s->patience_ms,
		/* Who asks to stop is heard at once. */
		.cancel = is_hurried(s) ? NULL : s->options.cancel,
	};
	struct pg_session *side = pg_open(s, s->loop, s->target, &options, err);
	struct pg_result *r = NULL;
	int rc = -2;

	if (side != NULL && pg_exec(side, side, mem_printf(side,
	    "SELECT state LIKE 'idle%%' FROM pg_catalog.pg_stat_activity"
	    " WHERE pid = %d", s->backend_pid), 0, NULL, &r, err) == 0)
		rc = r->rows == 0 ? -1 : !str_equal(pg_value(r, 0, 0), "t");
	pg_close(side);
	return rc;
}

void
silence_break(struct pg_session *s)
{
	struct error err = { .code = ERR_NONE };
	int rc;

	if (silence_left_ms(s) > 0)
		return;
	if (s->answer_ms > 0) {
		give_up(s, "the server did not answer in time");
		return;
	}
	rc = ask_for_backend(s, &err);
	s->looked_ms = clock_mono_ms();
	/* It may have come while we asked. */
	if (session_has_answer(s) || err.code == ERR_CANCELLED)
		return;
	s->unreached = rc == -2 ? s->unreached + 1 : 0;
	s->idle_seen = rc == 0 ? s->idle_seen + 1 : 0;
	if (rc == -1)
		give_up(s, "its process is gone from the server");
	else if (s->idle_seen >= LOOKS_MAX)
		give_up(s, "the server has answered, and the answer does not "
		    "come through");
	else if (s->unreached >= LOOKS_MAX && is_hurried(s))
		give_up(s, "the server cannot be reached, neither here nor by "
		    "another connection");
}
