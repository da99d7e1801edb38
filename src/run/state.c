/*
 * run/state.c - applying events, and asking the state.
 *
 * The functions per event are in fold_*.c.  Durable events are kept by
 * reference for the state's lifetime, so that its strings need no copies.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/decision.h"
#include "run/fold.h"

static const fold_fn folds[EVENT_COUNT] = {
	[EVENT_RUN_OPENED] = fold_run_opened,
	[EVENT_ENGINE_STARTED] = fold_engine_started,
	[EVENT_ENGINE_STOPPED] = fold_engine_stopped,
	[EVENT_TARGET_PINNED] = fold_target_pinned,
	[EVENT_ATTACHED] = fold_attached,
	[EVENT_DETACHED] = fold_detached,
	[EVENT_RUN_STARTED] = fold_run_started,
	[EVENT_STEP_PLANNED] = fold_step_planned,
	[EVENT_PLAN_FAILED] = fold_plan_failed,
	[EVENT_SIGNOFF_REQUESTED] = fold_signoff_requested,
	[EVENT_SIGNED] = fold_signed,
	[EVENT_REFUSED] = fold_refused,
	[EVENT_SIGNOFF_VOIDED] = fold_signoff_voided,
	[EVENT_SIGNOFF_REJECTED] = fold_signoff_rejected,
	[EVENT_STEP_HELD] = fold_step_held,
	[EVENT_WINDOW_EXTENDED] = fold_window_extended,
	[EVENT_WARNED] = fold_warned,
	[EVENT_ATTEMPT_STARTED] = fold_attempt_started,
	[EVENT_STATEMENT_STARTED] = fold_statement_started,
	[EVENT_STATEMENT_FINISHED] = fold_statement_finished,
	[EVENT_SETTINGS_READ] = fold_settings_read,
	[EVENT_MARKED] = fold_marked,
	[EVENT_BATCH_STARTED] = fold_batch_started,
	[EVENT_BATCH_FINISHED] = fold_batch_finished,
	[EVENT_ABOUT_TO_COMMIT] = fold_about_to_commit,
	[EVENT_ATTEMPT_FINISHED] = fold_attempt_finished,
	[EVENT_SETTLED] = fold_settled,
	[EVENT_ARTIFACT] = fold_artifact,
	[EVENT_REGISTERED] = fold_registered,
	[EVENT_ASKED] = fold_asked,
	[EVENT_ANSWERED] = fold_answered,
	[EVENT_DECIDED] = fold_decided,
	[EVENT_REVIEWED] = fold_reviewed,
	[EVENT_COMMENTED] = fold_commented,
	[EVENT_RETRIED] = fold_retried,
	[EVENT_STEP_SKIPPED] = fold_step_skipped,
	[EVENT_WENT_TO] = fold_went_to,
	[EVENT_ROLLBACK_STARTED] = fold_rollback_started,
	[EVENT_NOTED] = fold_noted,
	[EVENT_HANDED_OVER] = fold_handed_over,
	[EVENT_TAKEN_OVER] = fold_taken_over,
	[EVENT_CANCEL_REQUESTED] = fold_cancel_requested,
	[EVENT_BACKEND_SIGNAL_REQUESTED] = fold_backend_signalled,
	[EVENT_BACKEND_SIGNALLED] = fold_backend_signalled,
	[EVENT_PAUSED] = fold_paused,
	[EVENT_RESUMED] = fold_resumed,
	[EVENT_RUN_CLOSED] = fold_run_closed,
	[EVENT_REQUEST_OPENED] = fold_request_opened,
	[EVENT_STATUS] = fold_status,
	[EVENT_OUTPUT] = fold_output,
	[EVENT_PROGRESS] = fold_progress,
	[EVENT_LOCKS] = fold_locks,
	[EVENT_ANNOUNCE] = fold_announce,
};

static const char *const status_words[] = {
	[STEP_PENDING] = "pending",
	[STEP_WAITING] = "waiting",
	[STEP_RUNNING] = "running",
	[STEP_DONE] = "done",
	[STEP_FAILED] = "failed",
	[STEP_CANCELLED] = "cancelled",
	[STEP_UNKNOWN] = "unknown",
	[STEP_SKIPPED] = "skipped",
};

const char *
step_status_word(enum step_status s)
{
	return status_words[s];
}

struct run_state *
state_new(const void *owner)
{
	struct run_state *s = NEW(owner, struct run_state);

	s->values = json_owned(s, json_object());
	s->step_index = json_owned(s, json_object());
	s->live = json_owned(s, json_object());
	s->executors = json_owned(s, json_array());
	s->taken = json_owned(s, json_object());
	return s;
}

/* What holds for every durable event, whatever it says. */
static int
check_place(const struct run_state *s, const struct event *e, struct error *err)
{
	if (e->seq != s->last_seq + 1)
		return error_set(err, ERR_VERIFY, "event \"%s\" has number %"
		    PRId64 " where %" PRId64 " comes next",
		    event_name(e->type), e->seq, s->last_seq + 1);
	if (s->is_closed)
		return error_set(err, ERR_VERIFY,
		    "event \"%s\" comes after the run was closed",
		    event_name(e->type));
	if (s->opened == NULL && e->type != EVENT_RUN_OPENED)
		return error_set(err, ERR_VERIFY,
		    "event \"%s\" comes before the run was opened",
		    event_name(e->type));
	return 0;
}

static void
note_taken(struct run_state *s, const json_t *data)
{
	const char *statement = json_str(data, "statement");
	char hex[SHA256_HEX_SIZE];

	sha256_of(statement, strlen(statement), hex);
	json_object_set_new(s->taken, hex, memory_check(json_string(
	    json_str_or(data, "file", ""))));
}

const char *
state_taken_from(const struct run_state *s, const char *statement)
{
	char hex[SHA256_HEX_SIZE];

	sha256_of(statement, strlen(statement), hex);
	return json_str(s->taken, hex);
}

bool
state_has_taken(const struct run_state *s, const char *statement)
{
	return state_taken_from(s, statement) != NULL;
}

const char *
state_head(const struct run_state *s)
{
	return s->request != NULL ? json_str_or(s->request, "head", "") :
	    s->head;
}

static int
fold(struct run_state *s, const struct event *e, bool is_check,
    struct error *err)
{
	struct fold f = {
		.s = s, .e = e, .data = e->data, .is_check = is_check,
		.err = err,
	};
	bool is_durable = event_is_durable(e->type);

	if (event_check(e->type, e->data, err) != 0)
		return -1;
	if (is_durable && check_place(s, e, err) != 0)
		return -1;
	if (folds[e->type](&f) != 0)
		return -1;
	if (is_check)
		return 0;
	if (is_durable) {
		json_owned(s, json_incref(e->data));
		if (json_str(e->data, "statement") != NULL)
			note_taken(s, e->data);
		s->last_seq = e->seq;
		snprintf(s->head, sizeof(s->head), "%s",
		    e->hash != NULL ? e->hash : "");
	}
	s->last_us = e->at_us;
	return 0;
}

int
state_apply(struct run_state *s, const struct event *e, struct error *err)
{
	return fold(s, e, false, err);
}

int
state_check(const struct run_state *s, const struct event *e, struct error *err)
{
	/* With is_check the fold writes nothing. */
	return fold((struct run_state *)(uintptr_t)s, e, true, err);
}

const struct phase_state *
state_rollback_phase(const struct run_state *s)
{
	const struct phase_state *last = NULL;

	if (s->phase_count > 0)
		last = &s->phases[s->phase_count - 1];
	return last != NULL && last->is_rollback ? last : NULL;
}

struct step_state *
state_step(struct run_state *s, const char *id)
{
	int64_t i = id != NULL ? json_int(s->step_index, id, -1) : -1;

	return i >= 0 && (size_t)i < s->step_count ? &s->steps[i] : NULL;
}

const struct attempt_state *
step_last_attempt(const struct step_state *s)
{
	return s->attempt_count > 0 ? &s->attempts[s->attempt_count - 1] : NULL;
}

const json_t *
step_last_error(const struct step_state *s)
{
	const struct attempt_state *a = step_last_attempt(s);

	return s->plan_error != NULL ? s->plan_error :
	    a != NULL ? a->error : NULL;
}

const char *
outcome_words(const char *outcome)
{
	if (outcome == NULL)
		return "runs";
	if (strcmp(outcome, "not_done") == 0)
		return "not done";
	return strcmp(outcome, "rolled_back") == 0 ? "rolled back" : outcome;
}

/* usual: the value that needs no word; null: it is always told. */
static const struct {
	const char	*name, *usual;
} settings[] = {
	{ "lock_timeout", NULL },
	{ "statement_timeout", NULL },
	{ "transaction_timeout", "0" },
	{ "idle_in_transaction_session_timeout", NULL },
	{ "idle_session_timeout", "0" },
	{ "client_connection_check_interval", "2s" },
	{ "synchronous_commit", NULL },
	{ "search_path", NULL },
	{ "TimeZone", NULL },
	{ "default_transaction_isolation", "read committed" },
	{ "default_transaction_read_only", "off" },
	{ "session_replication_role", "origin" },
	{ "row_security", "on" },
};

char *
session_words(const void *owner, const json_t *session)
{
	const json_t *all = json_object_get(session, "settings");
	struct buffer *b = buffer_new(NULL);
	const char *value;
	char *words;
	size_t i;

	for (i = 0; i < COUNT_OF(settings); i++) {
		value = json_str(all, settings[i].name);
		if (value == NULL || (settings[i].usual != NULL &&
		    strcmp(value, settings[i].usual) == 0))
			continue;
		buffer_printf(b, "%s%s=%s", b->size > 0 ? " · " : "",
		    settings[i].name, *value != '\0' ? value : "\"\"");
	}
	buffer_printf(b, " (process %" PRId64 " of %s%s)",
	    json_int(session, "pid", 0), json_str_or(session, "database", "?"),
	    json_flag(session, "pooled") ? ", by a pooler" : "");
	words = mem_strdup(owner, b->data);
	talloc_free(b);
	return words;
}

const struct sign_state *
step_refusal(const struct step_state *s)
{
	const struct attempt_state *a = step_last_attempt(s);
	const struct sign_state *last = s->sign_count > 0 ?
	    &s->signs[s->sign_count - 1] : NULL;

	if (s->status != STEP_FAILED || a == NULL || last == NULL ||
	    step_last_error(s) != NULL || !last->is_refusal ||
	    last->attempt != a->number)
		return NULL;
	return last;
}

const struct decision_state *
state_decision(const struct run_state *s, const char *step, const char *item)
{
	size_t i;

	/* The last one counts. */
	for (i = s->decision_count; i > 0; i--) {
		const struct decision_state *d = &s->decisions[i - 1];

		if (strcmp(d->step, step) == 0 &&
		    strcmp(d->item, item) == 0 && truth_is(d->truth))
			return d;
	}
	return NULL;
}

const char *
state_waits_for(const struct run_state *s)
{
	const struct attempt_state *a;
	const struct step_state *step;

	if (s->opened == NULL || s->is_closed)
		return NULL;
	if (!s->is_started)
		return "start";
	if (s->current >= s->step_count)
		return NULL;
	step = &s->steps[s->current];
	switch (step->status) {
	case STEP_WAITING:
		a = step_last_attempt(step);
		if (step->held != NULL)
			return "extension";
		if (a == NULL || a->question == NULL)
			return "sign-off";
		return strcmp(json_str_or(a->question, "type", ""), "review") ==
		    0 ? "decision" : "answer";
	case STEP_FAILED:
	case STEP_CANCELLED:
	case STEP_UNKNOWN:
		return "failure";
	case STEP_PENDING:
		return s->is_paused ? "resume" : NULL;
	default:
		return NULL;
	}
}
