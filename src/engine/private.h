/*
 * engine/private.h - what the engine's files share.
 *
 * The main flow (engine.c, step.c, gate.c) runs straight down and turns the
 * loop where it waits.  Intents come in between, in callbacks (intents.c):
 * they append events, set what the flow looks at, and return.
 */
#ifndef PGRUNBOOK_ENGINE_PRIVATE_H
#define PGRUNBOOK_ENGINE_PRIVATE_H

#include "approval/accept.h"
#include "approval/approval.h"
#include "engine/engine.h"
#include "run/run.h"
#include "runbook/model.h"
#include "runbook/values.h"
#include "steps/attempt.h"
#include "wire/server.h"

/* Where the main flow stands, as far as intents care. */
enum situation {
	AT_START	= 1 << 0,	/* waits for START */
	AT_GATE		= 1 << 1,	/* waits for sign-offs */
	AT_WORK		= 1 << 2,	/* an attempt runs */
	AT_QUESTION	= 1 << 3,	/* it asks */
	AT_FAILURE	= 1 << 4,	/* the failure menu */
	AT_PAUSE	= 1 << 5,	/* between steps, paused */
	AT_RETRY	= 1 << 6,	/* waits before it tries again */
	AT_TURN		= 1 << 7,	/* between all these */
	AT_HOLD		= 1 << 8	/* held: it does not fit into the window */
};

struct engine_target {
	const char	*name, *source;	/* "env:NAME", "option", … */
	const struct target *model;
	struct pg_target *url;		/* null: not to be had */
	struct error	 why;		/* it is not */
	struct pg_session *lock;	/* holds the run's lock; null: not connected */
	json_t		*identity;	/* as read last; null: never */
	enum environment environment;	/* the database's own word counts */
	bool		 is_used;	/* by a step */
};

struct engine {
	const struct engine_options *options;
	struct loop	*loop;
	struct run	*run;
	struct window	*window;
	const struct step **steps;	/* beside run->state->steps */
	size_t		 step_count;
	struct scope	*scope;
	struct engine_target *targets;
	size_t		 target_count;
	struct wire_server *server;
	struct step_host host;
	const char	*principal, *user;
	struct allowed	 allowed;	/* whose ssh keys sign */

	enum situation	 situation;
	struct attempt	*attempt;	/* that runs; null */
	struct attempt	*asking;	/* plans, or asks what became of it; null */
	json_t		*inbox;		/* array: intents for the attempt */
	int64_t		 looked_ms;	/* for decisions in approvals/; 0: never */
	bool		 has_asked_commands;	/* that were left over, to end */
	bool		 is_signalling;	/* another session, on its way */
	size_t		 changes;	/* counts what intents have changed */

	bool		 is_stopping, is_abandoned;
	bool		 has_left;	/* its last word is written */
	char		*stop_reason, *stop_principal;
	struct error	 fatal;		/* the journal failed; code ERR_NONE: no */
	int		 exit_code;

	/* Of the step that is tried again. */
	const struct step *retried;
	int64_t		 retries;
	int64_t		 lock_timeout_ms, statement_timeout_ms;	/* -1: the step's */
	const struct step_state *asked_again;	/* about an unknown outcome */
	int		 asked_attempt;
	const struct step *failed_here;	/* failed in this engine's life */
	size_t		 rejections;	/* journaled by this engine */
	struct notifier	*notifier;	/* null: nobody wants to be called */
	char		*announced;	/* last word about prepared decisions */
};

/* ---- engine.c ---- */
/* Takes data.  A failure ends the engine: nothing may begin any more. */
int engine_append(struct engine *e, enum event_type t, json_t *data)
    WARN_UNUSED;
void engine_stop(struct engine *e, const char *principal, const char *fmt, ...)
    PRINTF(3, 4);
void engine_status(struct engine *e, const char *step, const char *fmt, ...)
    PRINTF(3, 4);
/* Turn the loop until an intent changed something, or ms have passed (-1: none). */
void engine_wait(struct engine *e, enum situation s, int64_t ms);
struct step_state *engine_current(struct engine *e);

/* ---- open.c ---- */
/* Load, resolve, connect; journal the beginning. */
int engine_open(struct engine *e, struct error *err) WARN_UNUSED;

/* ---- evidence.c ---- */
/* Files that a crash left without their records get them. */
int engine_record_leftovers(struct engine *e, struct error *err) WARN_UNUSED;

/* ---- plan.c ---- */
/* The plan of run_opened.  only_rollback: its phase is what runs. */
json_t *engine_plan(const struct window *w, bool only_rollback);
/* The steps in the plan's order. */
const struct step **engine_steps(const void *owner, const struct window *w,
    bool only_rollback, size_t *count);

/* ---- values.c ---- */
int engine_env_files(struct engine *e, const char *const *files,
    struct error *err) WARN_UNUSED;
/* vars: {name: text}.  Params' values into the scope, secrets to the redactor. */
int engine_params(struct engine *e, const json_t *vars, struct error *err)
    WARN_UNUSED;
void engine_secrets(struct engine *e);

/* ---- targets.c ---- */
int engine_targets_resolve(struct engine *e, struct error *err) WARN_UNUSED;
/* Connect to all that can be reached; those that steps use must be. */
int engine_targets_connect(struct engine *e, struct error *err) WARN_UNUSED;
int engine_targets_journal(struct engine *e) WARN_UNUSED;
/* Before a step: its target is connected, pinned, locked. */
int engine_target_ready(struct engine *e, const struct step *step,
    struct error *err) WARN_UNUSED;
/* The journal's head into each target in which the run has left a marker. */
void engine_targets_anchor(struct engine *e);
struct engine_target *engine_target(struct engine *e, const char *name);
const struct pg_target *engine_target_url(void *arg, const char *name,
    struct error *err);

/* ---- step.c ---- */
/* Plan, gate, run: the current step, once. */
int engine_step(struct engine *e) WARN_UNUSED;
/* What became of an attempt that an engine before began? */
int engine_settle(struct engine *e) WARN_UNUSED;

/* ---- failure.c ---- */
/* The current step has failed: its rule, or a person, says how to go on. */
int engine_failure(struct engine *e) WARN_UNUSED;

/* ---- gate.c ---- */
/* 1: signed; 0: something else was decided; -1: the engine stops. */
int engine_gate(struct engine *e, const struct step *step,
    enum step_class class_, const char *digest) WARN_UNUSED;
/* Why what lies there is not taken: said once, not each time it is looked at. */
void engine_announce(struct engine *e, const struct error *err);
int engine_sign(struct engine *e, struct step_state *s,
    const struct signer *who, const char *note, struct error *err) WARN_UNUSED;

/* ---- signed.c ---- */
/*
 * A statement that came with an ssh signature: journaled as signed or
 * refused, or as rejected, which *err tells.  from: who brought it; source:
 * from where, for people.
 */
int engine_accept(struct engine *e, const char *text, const char *signature,
    const struct signer *from, const char *source, struct error *err)
    WARN_UNUSED;
/*
 * The signature of an intent about the run as a whole; without one nothing is
 * done.  who gets the principal and the key of the statement (a child of
 * scratch).
 */
int engine_accept_act(struct engine *e, const json_t *data,
    enum statement_act act, struct signer *who, const void *scratch,
    struct error *err) WARN_UNUSED;
/* What lies in approvals/ and is new.  -1: the engine stops. */
int engine_look_for_signed(struct engine *e, struct error *why) WARN_UNUSED;

/* ---- window.c ---- */
/*
 * Is there time for the step, and for the way back behind it?  Where not it
 * is held until a person extends the window.  1: it fits (*was_held: after it
 * was held); 0: something else was decided; -1: the engine stops.
 */
int engine_fits(struct engine *e, enum step_class class_, bool *was_held)
    WARN_UNUSED;
/* A later end of the window, as it is journaled; null: it cannot be. */
char *engine_window_end(struct engine *e, const char *text, struct error *err);
/*
 * Watch the attempt that is about to run against its rehearsal; freeing the
 * timer ends it.  Null: it was not rehearsed.
 */
struct loop_timer *engine_watch_pace(struct engine *e, struct attempt *a);

/* ---- policy.c ---- */
/* May this intent be, now?  ERR_POLICY says why not. */
int engine_policy(const struct engine *e, enum intent_type t,
    const json_t *data, struct error *err) WARN_UNUSED;

/* ---- notify.c ---- */
/* PGRUNBOOK_NOTIFY is run when somebody is needed, at a failure, at the end. */
void engine_notify_begin(struct engine *e);
/* What is to be told now is told, and the command gets its time. */
void engine_notify_end(struct engine *e);

/* ---- intents.c ---- */
extern const struct wire_handler engine_handler_template;
json_t *engine_take_intent(void *arg);

/* ---- tell.c ---- */
/* Headless: events on stdout, as lines or JSON. */
void engine_tell(void *arg, const struct event *e);

#endif
