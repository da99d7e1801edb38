/*
 * engine/intents.c - what people want, done at once.
 *
 * Called in the loop, while the main flow waits somewhere.  An intent is an
 * event that is appended (the flow then finds the state changed), or a
 * message for the attempt that runs.
 */

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/guard.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/intent.h"

#define LOOK_EVERY_MS	1000	/* for files that somebody puts there */

int
request_append(struct request *q, enum event_type t, json_t *data)
{
	if (engine_append(q->e, t, data) == 0) {
		q->e->changes++;
		return 0;
	}
	*q->err = q->e->fatal;
	return -1;
}

json_t *
request_fields(struct request *q)
{
	json_t *data = memory_check(json_copy((json_t *)(uintptr_t)q->data));

	json_object_set_new(data, "principal",
	    memory_check(json_string(q->from->principal)));
	return data;
}

static int
do_start(struct request *q)
{
	return request_append(q, EVENT_RUN_STARTED, request_fields(q));
}

int
request_accept(struct request *q)
{
	const struct signer from = {
		.principal = q->from->principal, .user = q->from->user,
		.uid = q->from->uid, .strength = "ssh",
	};
	char *source = mem_printf(NULL, "%s, uid %" PRId64, q->from->user,
	    (int64_t)q->from->uid);
	int rc = engine_accept(q->e, json_str(q->data, "statement"),
	    json_str_or(q->data, "signature", ""), &from, source, q->err);

	if (rc == 0)
		q->e->changes++;
	talloc_free(source);
	return rc;
}

static int
do_sign(struct request *q)
{
	struct step_state *s = engine_current(q->e);
	bool is_alone = json_flag(q->data, "break_glass");
	const struct signer who = {
		.principal = q->from->principal, .user = q->from->user,
		.uid = q->from->uid,
		.strength = is_alone ? "break-glass" : "keystroke",
		.reason = json_str(q->data, "note"),
	};

	if (json_str(q->data, "statement") != NULL)
		return request_accept(q);
	if (approval_may_sign(s->rule, q->e->run->state, s, &who, q->err) != 0)
		return -1;
	if (approval_check_typed(s->rule, json_str(q->data, "typed"),
	    q->err) != 0)
		return -1;
	q->e->changes++;
	return engine_sign(q->e, s, &who, json_str(q->data, "note"), q->err);
}

static int
do_refuse(struct request *q)
{
	const struct step_state *s = engine_current(q->e);

	if (json_str(q->data, "statement") != NULL)
		return request_accept(q);
	return request_append(q, EVENT_REFUSED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:I, s:s, s:s}", "step", s->id, "attempt",
	    step_last_attempt(s)->number, "digest",
	    json_str(q->data, "digest"), "principal", q->from->principal,
	    "uid", (json_int_t)q->from->uid, "user", q->from->user,
	    "reason", json_str(q->data, "reason")));
}

int
request_tell_attempt(struct request *q)
{
	json_t *intent = request_fields(q);

	json_object_set_new(intent, "type",
	    json_string(intent_name(q->type)));
	json_array_append_new(q->e->inbox, intent);
	return 0;
}

static int
do_retry(struct request *q)
{
	json_t *data = request_fields(q);

	q->e->lock_timeout_ms = json_int(q->data, "lock_timeout_ms", -1);
	q->e->statement_timeout_ms = json_int(q->data, "statement_timeout_ms",
	    -1);
	q->e->retries = 0;
	json_object_set_new(data, "reason", json_string("a person asked"));
	return request_append(q, EVENT_RETRIED, data);
}

static int
do_skip(struct request *q)
{
	return request_append(q, EVENT_STEP_SKIPPED, request_fields(q));
}

static int
do_goto(struct request *q)
{
	return request_append(q, EVENT_WENT_TO, request_fields(q));
}

static int
do_rollback(struct request *q)
{
	return request_append(q, EVENT_ROLLBACK_STARTED, request_fields(q));
}

static int signal_backend(struct request *q, bool is_cancel, int64_t pid,
    const char *backend_start);

/* Here: asked first, and made to at the second time. */
static int
stop_commands(struct request *q, const struct attempt_state *a)
{
	const struct run_state *s = q->e->run->state;
	char *trace;

	if (a == NULL)
		return 0;
	trace = mem_printf(NULL, "PGRUNBOOK_ATTEMPT=%s/%s.%d", s->run,
	    engine_current(q->e)->id, a->number);
	leftover_signal(trace, q->e->has_asked_commands ? SIGKILL : SIGTERM);
	q->e->has_asked_commands = true;
	talloc_free(trace);
	return 0;
}

/*
 * What an engine before this one began still runs on the server: it is the
 * session there that is asked to stop, and is watched as before.
 */
static int
cancel_leftover(struct request *q)
{
	const struct attempt_state *a =
	    step_last_attempt(engine_current(q->e));
	const json_t *backend = a != NULL ? a->marker_backend : NULL;

	if (json_int(backend, "pid", 0) <= 0)
		return stop_commands(q, a);
	return signal_backend(q, true, json_int(backend, "pid", 0),
	    json_str_or(backend, "backend_start", ""));
}

static int
do_cancel(struct request *q)
{
	const struct step_state *s = engine_current(q->e);

	/* Between two tries nothing runs: it is not tried again by itself. */
	if (q->e->situation == AT_RETRY)
		return request_append(q, EVENT_PAUSED, json_pack("{s:s}", "principal",
		    q->from->principal));
	if (request_append(q, EVENT_CANCEL_REQUESTED, json_pack("{s:s, s:i, s:s}",
	    "step", s->id, "attempt", (int)s->attempt_count, "principal",
	    q->from->principal)) != 0)
		return -1;
	if (q->e->attempt == NULL)
		return cancel_leftover(q);
	q->e->attempt->is_cancelled = true;
	return 0;
}

struct signal_request {
	struct engine	*e;
	char		*step, *principal, *what;
	int64_t		 pid;
};

static void
signalled(void *arg, const struct pg_result *r, const struct error *err)
{
	struct signal_request *q = arg;
	bool was_there = err == NULL && r->rows == 1;
	const char *what = was_there ? q->what : err == NULL ? "not_found" :
	    "not_reached";
	char *word = mem_printf(q, "session %" PRId64 " %s", q->pid,
	    was_there ? q->what : "is gone, or is another one by now");

	q->e->is_signalling = false;
	if (err != NULL)
		word = mem_printf(q, "session %" PRId64 " was not reached: %s",
		    q->pid, err->primary);
	run_live(q->e->run, EVENT_ANNOUNCE, json_pack("{s:s}", "text", word));
	/* A failure to write ends the engine; nobody is left to be told. */
	if (engine_append(q->e, EVENT_BACKEND_SIGNALLED, json_pack(
	    "{s:s, s:I, s:s, s:{s:s?, s:s?, s:s?}, s:s}", "step", q->step,
	    "pid", (json_int_t)q->pid, "what", what, "session",
	    "user", was_there ? pg_value(r, 0, 1) : NULL,
	    "application", was_there ? pg_value(r, 0, 2) : NULL,
	    "state", was_there ? pg_value(r, 0, 3) : NULL,
	    "principal", q->principal)) != 0)
		q->e->changes++;
	talloc_free(q);
}

static int
signal_backend(struct request *q, bool is_cancel, int64_t pid,
    const char *backend_start)
{
	const struct step *step = q->e->steps[q->e->run->state->current];
	struct engine_target *t = engine_target(q->e, step->target);
	struct signal_request *s;
	char *sql;

	if (t == NULL || t->lock == NULL || !pg_alive(t->lock))
		return error_set(q->err, ERR_LOST,
		    "there is no connection by which it could be done");
	if (q->e->is_signalling)
		return error_set(q->err, ERR_BUSY,
		    "the server is being asked already; try again");
	/* Known before it has its effect, as everything is. */
	if (request_append(q, EVENT_BACKEND_SIGNAL_REQUESTED, json_pack(
	    "{s:s, s:I, s:s, s:s, s:s}", "step", engine_current(q->e)->id,
	    "pid", (json_int_t)pid, "backend_start", backend_start, "what",
	    is_cancel ? "cancel" : "terminate", "principal",
	    q->from->principal)) != 0)
		return -1;
	q->e->is_signalling = true;
	s = NEW(q->e, struct signal_request);
	s->e = q->e;
	s->step = mem_strdup(s, engine_current(q->e)->id);
	s->principal = mem_strdup(s, q->from->principal);
	s->what = mem_strdup(s, is_cancel ? "cancelled" : "terminated");
	s->pid = pid;
	/* A pid alone could be somebody else's by now. */
	sql = mem_printf(s, "SELECT %s(pid), usename, application_name, state "
	    "FROM pg_stat_activity WHERE pid = %" PRId64
	    " AND backend_start = %s", is_cancel ? "pg_cancel_backend" :
	    "pg_terminate_backend", s->pid,
	    pg_quote_literal(s, backend_start));
	pg_query_async(t->lock, sql, signalled, s);
	return 0;
}

static int
do_signal_backend(struct request *q)
{
	return signal_backend(q, q->type == INTENT_CANCEL_BACKEND,
	    json_int(q->data, "pid", 0), json_str(q->data, "backend_start"));
}

static int
do_note(struct request *q)
{
	const struct step_state *s = engine_current(q->e);
	json_t *data = request_fields(q);

	if (s != NULL)
		json_object_set_new(data, "step", json_string(s->id));
	return request_append(q, EVENT_NOTED, data);
}

static int
do_pause(struct request *q)
{
	return request_append(q, EVENT_PAUSED, request_fields(q));
}

static int
do_resume(struct request *q)
{
	return request_append(q, EVENT_RESUMED, request_fields(q));
}

static int
do_stop(struct request *q)
{
	engine_stop(q->e, q->from->principal, "%s",
	    json_str(q->data, "reason"));
	return 0;
}

static int
do_abandon(struct request *q)
{
	q->e->is_abandoned = true;
	return do_stop(q);
}

static int (*const actions[INTENT_COUNT])(struct request *q) = {
	[INTENT_START] = do_start,
	[INTENT_SIGN] = do_sign,
	[INTENT_REFUSE] = do_refuse,
	[INTENT_APPROVE] = request_accept,
	[INTENT_ANSWER] = request_tell_attempt,
	[INTENT_DECIDE] = intent_decide,
	[INTENT_DECIDE_ALL] = intent_decide_all,
	[INTENT_COMMENT] = intent_comment,
	[INTENT_FINISH_REVIEW] = intent_finish_review,
	[INTENT_RETRY] = do_retry,
	[INTENT_SKIP] = do_skip,
	[INTENT_GOTO] = do_goto,
	[INTENT_ROLLBACK] = do_rollback,
	[INTENT_CANCEL] = do_cancel,
	[INTENT_CANCEL_BACKEND] = do_signal_backend,
	[INTENT_TERMINATE_BACKEND] = do_signal_backend,
	[INTENT_EXTEND] = intent_extend,
	[INTENT_NOTE] = do_note,
	[INTENT_HAND_OVER] = intent_hand_over,
	[INTENT_TAKE_OVER] = intent_take_over,
	[INTENT_PAUSE] = do_pause,
	[INTENT_RESUME] = do_resume,
	[INTENT_STOP] = do_stop,
	[INTENT_ABANDON] = do_abandon,
};

/*
 * Who watches may say his word where the rules want him; the run is led by its
 * owner, who also ends a review, unless what ends it is signed.
 */
static bool
is_for_guests(enum intent_type t, const json_t *data)
{
	switch (t) {
	case INTENT_SIGN:
	case INTENT_REFUSE:
	case INTENT_APPROVE:
		return !json_flag(data, "break_glass");
	case INTENT_DECIDE:
	case INTENT_DECIDE_ALL:
	case INTENT_COMMENT:
		return true;
	case INTENT_FINISH_REVIEW:
		return json_str(data, "statement") != NULL;
	default:
		return false;
	}
}

static int
on_intent(void *arg, const struct wire_peer *p, enum intent_type t,
    const json_t *data, struct error *err)
{
	struct request q = { arg, p, t, data, err };

	/* What an attempt asks is known by the journal, not by the flow. */
	if (q.e->situation == AT_WORK || q.e->situation == AT_QUESTION) {
		const struct step_state *s = engine_current(q.e);

		q.e->situation = s != NULL && s->status == STEP_WAITING ?
		    AT_QUESTION : AT_WORK;
	}
	if (p->is_guest && !is_for_guests(t, data))
		return error_set(err, ERR_POLICY, "\"%s\" watches this run, "
		    "and can sign, refuse, and decide on drift items; the rest "
		    "is its owner's", p->user);
	if (engine_policy(q.e, t, data, err) != 0)
		return -1;
	return actions[t](&q);
}

/* Coming and going are told; a journal that cannot be written ends the engine. */
static void
on_attach(void *arg, const struct wire_peer *p)
{
	struct engine *e = arg;

	if (!e->has_left && engine_append(e, EVENT_ATTACHED,
	    json_pack("{s:I, s:s, s:s, s:s}", "uid", (json_int_t)p->uid,
	    "user", p->user, "principal", p->principal, "front",
	    p->front)) != 0)
		e->changes++;
}

static void
on_detach(void *arg, const struct wire_peer *p)
{
	struct engine *e = arg;

	if (!e->has_left && engine_append(e, EVENT_DETACHED,
	    json_pack("{s:I, s:s, s:s}", "uid", (json_int_t)p->uid, "user",
	    p->user, "principal", p->principal)) != 0)
		e->changes++;
}

const struct wire_handler engine_handler_template = {
	.on_intent = on_intent,
	.on_attach = on_attach,
	.on_detach = on_detach,
};

/* What lies in approvals/ can decide, too. */
static void
look_for_decisions(struct engine *e)
{
	const struct step_state *s = engine_current(e);
	const struct attempt_state *a = s != NULL ? step_last_attempt(s) : NULL;
	struct error why = { 0 };

	if (a == NULL || !str_equal(json_str(a->question, "type"), "review") ||
	    (e->looked_ms != 0 &&
	    clock_mono_ms() - e->looked_ms < LOOK_EVERY_MS))
		return;
	e->looked_ms = clock_mono_ms();
	/* A failure to write ends the engine, by what comes next. */
	if (engine_look_for_signed(e, &why) == 0 && why.code != ERR_NONE)
		engine_announce(e, &why);
}

json_t *
engine_take_intent(void *arg)
{
	struct engine *e = arg;
	json_t *first;

	if (json_array_size(e->inbox) == 0)
		look_for_decisions(e);
	first = json_array_get(e->inbox, 0);
	if (first == NULL)
		return NULL;
	json_incref(first);
	json_array_remove(e->inbox, 0);
	return first;
}
