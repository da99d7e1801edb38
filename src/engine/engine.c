/*
 * engine/engine.c - the main flow: from step to step until the run is closed,
 * or the engine stops.
 *
 * The flow looks at the state alone, after each thing that happened: so it
 * does not matter whether an event came from itself, from a person, or from
 * an engine before it.
 */

#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "approval/closing.h"
#include "base/file.h"
#include "base/guard.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"

#define DRAIN_MS	2000	/* for peers to read the last words */

int
engine_append(struct engine *e, enum event_type t, json_t *data)
{
	struct error err = { 0 };

	if (e->fatal.code != ERR_NONE) {
		json_decref(data);
		return -1;
	}
	if (run_append(e->run, t, data, &err) == 0)
		return 0;
	e->fatal = err;
	e->is_stopping = true;
	if (e->attempt != NULL)
		e->attempt->is_cancelled = true;
	return -1;
}

void
engine_stop(struct engine *e, const char *principal, const char *fmt, ...)
{
	va_list ap;

	if (e->is_stopping)
		return;
	va_start(ap, fmt);
	e->stop_reason = memory_check(talloc_vasprintf(e, fmt, ap));
	va_end(ap);
	e->stop_principal = mem_strdup(e, principal);
	e->is_stopping = true;
	e->exit_code = 1;
	/* Its end is observed before the engine's. */
	if (e->attempt != NULL)
		e->attempt->is_cancelled = true;
	if (e->asking != NULL)
		e->asking->is_cancelled = true;
}

void
engine_status(struct engine *e, const char *step, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = memory_check(talloc_vasprintf(NULL, fmt, ap));
	va_end(ap);
	run_live(e->run, EVENT_STATUS, json_pack("{s:s*, s:o}", "step", step,
	    "text", json_text(text, strlen(text))));
	talloc_free(text);
}

struct step_state *
engine_current(struct engine *e)
{
	struct run_state *s = e->run->state;

	return s->current < s->step_count ? &s->steps[s->current] : NULL;
}

struct waiting {
	struct engine	*e;
	size_t		 changes;
};

static bool
has_changed(void *arg)
{
	struct waiting *w = arg;

	return w->e->changes != w->changes || w->e->is_stopping;
}

void
engine_wait(struct engine *e, enum situation s, int64_t ms)
{
	struct waiting w = { e, e->changes };

	e->situation = s;
	loop_wait(e->loop, has_changed, &w, ms);
	e->situation = AT_TURN;
}

static void
on_signal_term(void *arg)
{
	engine_stop(arg, NULL, "the engine was told to end (SIGTERM)");
}

static void
on_signal_int(void *arg)
{
	engine_stop(arg, NULL, "the engine was interrupted (SIGINT)");
}

static void
on_signal_hup(void *arg)
{
	engine_stop(arg, NULL, "the terminal is gone (SIGHUP)");
}

/* ---- the flow ---- */

static int
start(struct engine *e)
{
	if (e->options->is_headless)
		return engine_append(e, EVENT_RUN_STARTED, json_pack("{s:s}",
		    "principal", e->principal));
	engine_status(e, NULL, "waits for a person to start");
	engine_wait(e, AT_START, -1);
	return 0;
}

static int
pause_here(struct engine *e)
{
	if (e->options->is_headless) {
		engine_stop(e, NULL, "the run is paused");
		e->exit_code = 4;
		return -1;
	}
	engine_status(e, NULL, "paused by a person");
	engine_wait(e, AT_PAUSE, -1);
	return 0;
}

/* An attempt whose end is not known: ask before anything else is done. */
static bool
is_open(struct engine *e, const struct step_state *s)
{
	const struct attempt_state *a = step_last_attempt(s);

	if (a == NULL || a->started_us == 0)
		return false;
	if (a->outcome == NULL || s->status == STEP_RUNNING)
		return true;
	/* A person wants it again: one more question, then his word holds. */
	if (s->status != STEP_PENDING || strcmp(a->outcome, "unknown") != 0 ||
	    (e->asked_again == s && e->asked_attempt == a->number))
		return false;
	e->asked_again = s;
	e->asked_attempt = a->number;
	return true;
}

/* Signed where a key is at hand; a key that does not sign is no reason to stay open. */
static int
close_run(struct engine *e, const char *outcome, const char *reason,
    const char *principal)
{
	struct error err = { 0 };
	json_t *seal = NULL;
	int rc;

	if (e->options->key != NULL) {
		seal = closing_sign(e->run->state, e->options->key,
		    e->principal, outcome, &err);
		if (seal == NULL)
			error_print(stderr, "pgrunbook-engine", &err);
	}
	rc = run_close(e->run, outcome, reason, principal, seal, &err);
	json_decref(seal);
	if (rc != 0)
		e->fatal = err;
	return rc;
}

static int
finish(struct engine *e)
{
	const struct run_state *s = e->run->state;
	const char *outcome = s->in_rollback ? "rolled_back" : "done";
	size_t i;

	for (i = 0; i < s->step_count && !s->in_rollback; i++)
		if (s->steps[i].status == STEP_FAILED)
			outcome = "failed";
	e->exit_code = strcmp(outcome, "done") == 0 ? 0 : 1;
	engine_targets_anchor(e);
	if (close_run(e, outcome, NULL, NULL) != 0)
		e->exit_code = 1;
	return -1;
}

static int
go_on(struct engine *e)
{
	const struct run_state *state = e->run->state;
	struct step_state *s = engine_current(e);

	if (!state->is_started)
		return start(e);
	if (s == NULL)
		return finish(e);
	if (is_open(e, s))
		return engine_settle(e);
	switch (s->status) {
	case STEP_FAILED:
	case STEP_CANCELLED:
	case STEP_UNKNOWN:
		return engine_failure(e);
	default:
		return state->is_paused ? pause_here(e) : engine_step(e);
	}
}

/* ---- beginning and end ---- */

static bool
is_drained(void *arg)
{
	return wire_server_is_drained(arg);
}

static void
tell_fatal(const struct engine *e)
{
	error_print(stderr, "pgrunbook-engine", &e->fatal);
	fprintf(stderr, "  %" PRId64 " records are durable; nothing began "
	    "after them\n  hint: \"pgrunbook resume %s\" goes on\n",
	    e->run->state->last_seq, path_name(e->run->folder));
}

static int
leave(struct engine *e)
{
	e->has_left = true;
	if (e->fatal.code == ERR_NONE && e->is_stopping) {
		if (e->is_abandoned) {
			if (close_run(e, "abandoned", e->stop_reason,
			    e->stop_principal) != 0)
				e->exit_code = 1;
		} else if (engine_append(e, EVENT_ENGINE_STOPPED, json_pack(
		    "{s:s, s:s*}", "reason", e->stop_reason, "principal",
		    e->stop_principal)) != 0) {
			e->exit_code = 1;
		}
	}
	loop_wait(e->loop, is_drained, e->server, DRAIN_MS);
	engine_notify_end(e);
	talloc_free(e->server);
	e->server = NULL;
	if (e->fatal.code != ERR_NONE) {
		tell_fatal(e);
		return 1;
	}
	return e->exit_code;
}

/* The run could not begin: as if it had not been asked for. */
static void
take_back(const char *folder)
{
	struct error err = { 0 };

	if (file_exists(folder) && file_remove_tree(folder, &err) != 0)
		error_print(stderr, "pgrunbook-engine", &err);
}

static void
watch_signals(struct engine *e)
{
	loop_signal_new(e, e->loop, SIGTERM, on_signal_term, e);
	loop_signal_new(e, e->loop, SIGINT, on_signal_int, e);
	loop_signal_new(e, e->loop, SIGHUP, on_signal_hup, e);
}

static struct engine *
engine_new(const struct engine_options *o)
{
	struct engine *e = NEW(NULL, struct engine);

	e->options = o;
	e->loop = loop_new(e);
	e->inbox = json_owned(e, json_array());
	e->situation = AT_TURN;
	e->lock_timeout_ms = e->statement_timeout_ms = -1;
	return e;
}

static int
find_group(struct engine *e, struct wire_handler *handler, struct error *err)
{
	const struct group *g;

	if (e->options->share == NULL)
		return 0;
	g = getgrnam(e->options->share);
	if (g == NULL)
		return error_set(err, ERR_USAGE, "there is no group \"%s\"",
		    e->options->share);
	handler->is_shared = true;
	handler->group = g->gr_gid;
	return 0;
}

/* Everything up to the point where it can go. */
static int
set_up(struct engine *e, struct error *err)
{
	struct wire_handler handler = engine_handler_template;

	watch_signals(e);
	if (guard_start(err) != 0)
		return -1;
	if (engine_open(e, err) != 0)
		return -1;
	e->host = (struct step_host){
		.loop = e->loop, .run = e->run, .window = e->window,
		.scope = e->scope, .target = engine_target_url,
		.take_intent = engine_take_intent, .arg = e,
		.is_headless = e->options->is_headless,
		.approvals = e->options->approvals,
	};
	engine_notify_begin(e);
	handler.arg = e;
	if (find_group(e, &handler, err) != 0)
		return -1;
	e->server = wire_server_new(e, e->loop, e->run, &handler, err);
	return e->server != NULL ? 0 : -1;
}

static void
print_failure(void *arg, const struct error *err)
{
	(void)arg;
	if (err != NULL)
		error_print(stderr, "pgrunbook", err);
}

int
engine_main(const struct engine_options *o)
{
	return engine_serve(o, print_failure, NULL);
}

int
engine_serve(const struct engine_options *o,
    void (*on_ready)(void *arg, const struct error *err), void *arg)
{
	struct engine *e = engine_new(o);
	struct error err = { 0 };
	int code;

	if (set_up(e, &err) != 0) {
		bool is_begun = e->run == NULL ||
		    e->run->state->opened != NULL || o->file == NULL;

		talloc_free(e);
		if (!is_begun)
			take_back(o->folder);
		on_ready(arg, &err);
		return error_exit_code(&err);
	}
	on_ready(arg, NULL);
	while (!e->is_stopping && go_on(e) == 0)
		;
	code = leave(e);
	talloc_free(e);
	return code;
}
