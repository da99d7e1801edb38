/*
 * run/fold.h - the fold's own parts: one function per event.  For the files
 * of state.h alone.
 *
 * Each function first checks the whole event against the state, then stops
 * where f->is_check, then changes the state.  So a refused event has changed
 * nothing, and a writer can ask before it journals.
 */
#ifndef PGRUNBOOK_RUN_FOLD_H
#define PGRUNBOOK_RUN_FOLD_H

#include "run/state.h"

#define FOLD_ATTEMPTS_MAX	100000

struct fold {
	struct run_state	*s;
	const struct event	*e;
	const json_t		*data;		/* of e */
	bool			 is_check;
	struct error		*err;
};

typedef int (*fold_fn)(struct fold *f);

/* The step that the event names; null with the error set. */
struct step_state *fold_step(struct fold *f);
/* Its last attempt, where the event's number is that one's; null with the error set. */
struct attempt_state *fold_attempt(struct fold *f, struct step_state **step);
/* The same, and it has started and not ended. */
struct attempt_state *fold_running(struct fold *f, struct step_state **step);

/* The step after index in its section (main or rollback); step_count: none. */
size_t fold_next(const struct run_state *s, size_t index);
/* Who waited for whom: known of the attempt that runs, or gave up for a lock. */
void fold_no_locks(struct run_state *s);
/* The step has come to its end: is the run at the next one now? */
void fold_move_on(struct run_state *s, const struct step_state *step);
/* A text for the live part of the state: replaces *text. */
void fold_text(const void *owner, const char **text, const char *value);

/* fold_open.c */
int fold_run_opened(struct fold *f);
/* A note, or a comment on an item, that data says. */
void fold_note(struct fold *f, const json_t *data);
/* The event's own hash: what a signed statement will name. */
void fold_hash(const struct fold *f, char hash[SHA256_HEX_SIZE]);
/* fold_review.c */
int fold_reviewed(struct fold *f);
int fold_decided(struct fold *f);
int fold_commented(struct fold *f);
int fold_noted(struct fold *f);
/* fold_run.c */
int fold_engine_started(struct fold *f);
int fold_engine_stopped(struct fold *f);
int fold_target_pinned(struct fold *f);
int fold_attached(struct fold *f);
int fold_detached(struct fold *f);
int fold_run_started(struct fold *f);
int fold_artifact(struct fold *f);
int fold_registered(struct fold *f);
int fold_signoff_rejected(struct fold *f);
int fold_batch_started(struct fold *f);
int fold_batch_finished(struct fold *f);
int fold_step_held(struct fold *f);
int fold_window_extended(struct fold *f);
int fold_warned(struct fold *f);
int fold_handed_over(struct fold *f);
int fold_taken_over(struct fold *f);
int fold_backend_signalled(struct fold *f);
int fold_paused(struct fold *f);
int fold_resumed(struct fold *f);
int fold_run_closed(struct fold *f);
int fold_request_opened(struct fold *f);
int fold_status(struct fold *f);
int fold_output(struct fold *f);
int fold_progress(struct fold *f);
int fold_locks(struct fold *f);
int fold_announce(struct fold *f);
/* fold_step.c */
int fold_step_planned(struct fold *f);
int fold_plan_failed(struct fold *f);
int fold_signoff_requested(struct fold *f);
/* The record asks for signatures on digest. */
void fold_request(struct fold *f, struct step_state *step, const char *digest);
int fold_signed(struct fold *f);
int fold_refused(struct fold *f);
int fold_signoff_voided(struct fold *f);
int fold_retried(struct fold *f);
int fold_step_skipped(struct fold *f);
int fold_went_to(struct fold *f);
int fold_rollback_started(struct fold *f);
/* fold_attempt.c */
int fold_attempt_started(struct fold *f);
int fold_settings_read(struct fold *f);
int fold_statement_started(struct fold *f);
int fold_statement_finished(struct fold *f);
int fold_marked(struct fold *f);
int fold_about_to_commit(struct fold *f);
int fold_attempt_finished(struct fold *f);
int fold_settled(struct fold *f);
int fold_asked(struct fold *f);
int fold_answered(struct fold *f);
int fold_cancel_requested(struct fold *f);

#endif
