/*
 * engine/window.c - the window's time: what does not fit any more is held,
 * and what takes far longer than it was rehearsed is told.
 *
 * What only reads is never held: to look is always allowed.  Nor is the way
 * back: once it is taken, it is taken to its end.
 */

#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "engine/private.h"
#include "run/prospect.h"

#define LOOK_MS		500
#define SLOW_FROM_MS	1000	/* what is quick may take twice as long */

static bool
has_room(struct engine *e, const struct step_state *s, enum step_class class_,
    struct prospect *p, int64_t *needs_ms)
{
	int64_t expected = step_expected_ms(e->run->state, s);

	*needs_ms = expected > 0 ? expected : 0;
	if (class_ == CLASS_R || e->run->state->in_rollback ||
	    !state_prospect(e->run->state, clock_now_us(), p))
		return true;
	return p->left_ms >= *needs_ms + p->rollback_ms;
}

static int
hold(struct engine *e, const struct step_state *s, const struct prospect *p,
    int64_t needs_ms)
{
	if (engine_append(e, EVENT_STEP_HELD, json_pack(
	    "{s:s, s:i, s:I, s:I, s:I}", "step", s->id, "attempt",
	    (int)s->attempt_count, "left_ms", (json_int_t)p->left_ms,
	    "needs_ms", (json_int_t)needs_ms, "rollback_ms",
	    (json_int_t)p->rollback_ms)) != 0)
		return -1;
	if (e->options->is_headless) {
		engine_stop(e, NULL, "step \"%s\" is held: it no longer fits "
		    "into the window", s->id);
		e->exit_code = 4;
		return -1;
	}
	engine_status(e, s->id, "held: it no longer fits into the window");
	return 0;
}

int
engine_fits(struct engine *e, enum step_class class_, bool *was_held)
{
	size_t index = e->run->state->current;
	struct step_state *s = engine_current(e);
	struct prospect p;
	int64_t needs_ms;

	*was_held = false;
	for (;;) {
		if (e->is_stopping)
			return -1;
		if (e->run->state->current != index ||
		    (s->status != STEP_PENDING && s->status != STEP_WAITING))
			return 0;
		if (s->held == NULL) {
			if (has_room(e, s, class_, &p, &needs_ms))
				return 1;
			*was_held = true;
			if (hold(e, s, &p, needs_ms) != 0)
				return -1;
		}
		engine_wait(e, AT_HOLD, -1);
	}
}

char *
engine_window_end(struct engine *e, const char *text, struct error *err)
{
	const struct run_state *s = e->run->state;
	int64_t end_us;

	if (s->end_us == 0) {
		error_set(err, ERR_POLICY, "the window has no end");
		return NULL;
	}
	if (clock_parse_rfc3339(text, &end_us, err) != 0)
		return NULL;
	if (end_us > s->end_us && end_us > clock_now_us())
		return clock_rfc3339(NULL, end_us);
	error_set(err, ERR_POLICY,
	    "\"%s\" is not later than the window's end", text);
	return NULL;
}

/* ---- pace -------------------------------------------------------------------- */

struct pace {
	struct engine	*e;
	struct attempt	*attempt;
	int64_t		 rehearsed_ms, start_ms;
	struct loop_timer *timer;	/* this is its owner */
};

static void
look(void *arg)
{
	struct pace *p = arg;
	int64_t ran = clock_mono_ms() - p->start_ms;
	char *took;

	if (p->start_ms < 0 || ran < SLOW_FROM_MS ||
	    ran <= 2 * p->rehearsed_ms)
		return;
	p->start_ms = -1;
	took = duration_short(NULL, p->rehearsed_ms);
	/* A failure to write ends the engine. */
	(void)!engine_append(p->e, EVENT_WARNED, json_pack("{s:s, s:i, s:o}",
	    "step", p->attempt->id, "attempt", p->attempt->number, "text",
	    json_sprintf("takes over twice as long as rehearsed (%s)", took)));
	talloc_free(took);
}

struct loop_timer *
engine_watch_pace(struct engine *e, struct attempt *a)
{
	int64_t ms = step_rehearsed_ms(e->run->state, engine_current(e));
	struct pace *p;

	if (ms < 0)
		return NULL;
	p = NEW(a, struct pace);
	p->e = e;
	p->attempt = a;
	p->rehearsed_ms = ms;
	p->start_ms = clock_mono_ms();
	p->timer = loop_timer_new(p, e->loop, LOOK_MS, LOOK_MS, look, p);
	return p->timer;
}
