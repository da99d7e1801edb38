/*
 * run/state.h - a run's state: the fold of its events, and nothing else.
 *
 * The engine, every front end, the report and resume build the same state
 * with state_apply().  Fields are the interface; they are read-only outside
 * state.c.  Ownership: everything is a child of the run_state.
 */
#ifndef PGRUNBOOK_RUN_STATE_H
#define PGRUNBOOK_RUN_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "run/event.h"

enum step_status {
	STEP_PENDING,
	STEP_WAITING,		/* for a sign-off, an answer or a decision */
	STEP_RUNNING,
	STEP_DONE,
	STEP_FAILED,		/* the failure menu applies */
	STEP_CANCELLED,		/* likewise */
	STEP_UNKNOWN,		/* likewise: the outcome is not known */
	STEP_SKIPPED
};
const char *step_status_word(enum step_status s);	/* "done", "failed", … */

struct statement_state {
	int		 number;	/* as journaled */
	const char	*text, *class_, *tag, *lock;
	int64_t		 started_us, ms;	/* ms -1: not finished */
	int64_t		 rows;		/* -1: not told */
	const json_t	*error;			/* null: none */
};

struct artifact_state {
	const char	*step, *name, *sha256, *what;
	int		 attempt;
	int64_t		 size_bytes;
};

struct sign_state {
	const char	*digest, *principal, *user, *strength, *role, *reason, *note;
	const char	*key, *statement, *signature;	/* null: no ssh signature */
	const char	*file;		/* in approvals/, that it came as; null */
	const json_t	*shown;		/* what it was for */
	bool		 is_refusal, is_void;
	int		 attempt;
	int64_t		 at_us, uid, expires_us;
};

/* A sign-off that came and was not taken. */
struct rejection_state {
	const char	*step, *source, *principal, *reason, *sha256;	/* step, principal, sha256: may be null */
	int64_t		 at_us;
};

/* A sign-off or decisions were asked for: the record that a signed statement names. */
struct request_state {
	const char	*digest;
	char		 hash[SHA256_HEX_SIZE];	/* of the record; "" where not known */
	int		 attempt;
	int64_t		 at_us;
};

struct attempt_state {
	int		 number;
	const char	*digest;
	const json_t	*shown;		/* of step_planned */
	int64_t		 planned_us, started_us, finished_us;
	const char	*outcome;	/* null while it runs */
	const json_t	*error;
	const char	*cure;		/* takes away what it left behind; null */
	const char	*proof, *query;	/* how the outcome is known; what a person can ask; null */
	const char	*marker_uuid, *marker_xid;
	const json_t	*marker_backend;
	const json_t	*session;	/* the last settings_read of it; null */
	bool		 about_to_commit;
	/* of a backfill: */
	const char	*batch_to;	/* end of the range at hand; null */
	const char	*position;	/* all keys up to it are done; null: none */
	int64_t		 batches, batch_rows, batch_keys;	/* done */
	bool		 is_cancelling;	/* a person asked to stop it */
	struct statement_state *statements;
	size_t		 statement_count;
	const json_t	*question;	/* asked and not yet answered; null */
	const json_t	*asked;		/* the last one, answered or not; null */
	const json_t	*answer;	/* the last one; null */
};

struct step_state {
	const char	*id;		/* "<phase>/<id>" */
	const char	*name, *kind, *class_, *target, *why, *rollback;
	int64_t		 estimate_ms;	/* -1: none */
	size_t		 phase;		/* index */
	enum step_status status;
	const char	*skip_reason;
	const json_t	*plan_error;	/* it could not be rendered; null */
	const json_t	*plan;		/* the step's part of run_opened.plan */
	struct attempt_state *attempts;
	size_t		 attempt_count;
	struct sign_state *signs;
	size_t		 sign_count;
	struct request_state *requests;	/* of sign-offs, one a record */
	size_t		 request_count;
	const json_t	*rule;		/* of the sign-off that it waits for; null */
	const json_t	*held;		/* step_held: it does not fit into the window; null */
	const char	*warning;	/* the last one of the last attempt; null */
	/* live only: */
	int64_t		 progress_done, progress_total, progress_remaining_ms;
	int64_t		 progress_rate;	/* a second; 0: not known */
	const char	*progress_unit, *progress_text;
	int64_t		 output_size;
};

struct phase_state {
	const char	*name, *title, *description;
	bool		 is_rollback;
	size_t		 first_step, step_count;	/* in steps */
};

/* A person's word on a drift item; what they come to: run/decision.h. */
struct decision_state {
	const char	*step, *item, *truth, *reason, *principal;
	const char	*to;		/* of "delegated"; null */
	const char	*strength, *key;	/* null: not told, none */
	int64_t		 at_us, uid;	/* uid -1: not known */
};

struct note_state {
	const char	*step, *item, *text, *principal;	/* step, item: null where it is about neither */
	int64_t		 at_us;
};

struct person_state {
	const char	*principal, *user, *front;
	int64_t		 uid;
};

struct target_state {
	const char	*name, *environment;
	const json_t	*identity;	/* null: not pinned yet */
	const char	*note;		/* what its URL asks for and does not get; null */
};

struct run_state {
	const char	*run, *window, *title, *operator_, *host, *version;	/* null before run_opened */
	const json_t	*opened;	/* data of run_opened; null before */
	int64_t		 opened_us, start_us, end_us;	/* window's; 0: none */
	bool		 is_started, is_paused, in_rollback, is_closed, engine_lives;
	const char	*outcome;	/* of run_closed */
	const char	*handed_by, *handover_text, *handover_risks;	/* waits to be taken over; null */
	/* Of the records that sign-offs of the run as a whole are upon; "": none. */
	char		 led_hash[SHA256_HEX_SIZE];	/* by which the operator leads it */
	char		 handed_hash[SHA256_HEX_SIZE];	/* that passed it on */
	char		 end_hash[SHA256_HEX_SIZE];	/* that set the window's end */
	json_t		*taken;		/* private: hash of a statement to the file it came as, or "" */
	const json_t	*request;	/* request_opened: a reviewer's copy; null: the run itself */
	size_t		 request_notes;	/* notes that were there then */
	json_t		*executors;	/* principals: all who have led it */
	int64_t		 last_seq, last_us;
	char		 head[SHA256_HEX_SIZE];	/* of the last durable record; "" where not known */
	struct phase_state *phases;
	size_t		 phase_count;
	struct step_state *steps;	/* all phases, in order; the rollback's last */
	size_t		 step_count;
	/*
	 * Index of the step that is next, waits or runs; step_count: none left.
	 * A step that has failed stays current, unless its on_failure is
	 * "continue".
	 */
	size_t		 current;
	struct artifact_state *artifacts;
	size_t		 artifact_count;
	struct decision_state *decisions;
	size_t		 decision_count;
	struct note_state *notes;
	size_t		 note_count;
	struct rejection_state *rejections;
	size_t		 rejection_count;
	struct person_state *people;	/* attached now */
	size_t		 people_count;
	struct target_state *targets;
	size_t		 target_count;
	json_t		*values;	/* registered: name to value */
	json_t		*step_index, *live;	/* private */
	/* live only: */
	const char	*status_text, *status_reason;
	const json_t	*locks;		/* last report; null */
};

struct run_state *state_new(const void *owner);

/*
 * Fold one event in, durable or live.  ERR_VERIFY where it cannot follow what
 * came before; the state is then as it was.  Durable events are kept: the
 * state's text is theirs.
 */
int state_apply(struct run_state *s, const struct event *e, struct error *err)
    WARN_UNUSED;
/* Could it be folded in?  Changes nothing. */
int state_check(const struct run_state *s, const struct event *e,
    struct error *err) WARN_UNUSED;

/* Has this very statement been taken before, whatever it was about? */
bool state_has_taken(const struct run_state *s, const char *statement);
/* The file that it came as; null: it was not taken, or came otherwise. */
const char *state_taken_from(const struct run_state *s, const char *statement);
/* The journal's head as the run itself has it, in a reviewer's copy, too. */
const char *state_head(const struct run_state *s);
/* An attempt's or a run's outcome as people read it; null: "runs". */
const char *outcome_words(const char *outcome);
/*
 * A settings_read as people read it: "lock_timeout=2s · … (process 812 of
 * shop)".  What is as it mostly is goes without saying.
 */
char *session_words(const void *owner, const json_t *session);
/* Is there a rollback runbook?  Its phase, or null. */
const struct phase_state *state_rollback_phase(const struct run_state *s);
/* By "<phase>/<id>"; null where there is none. */
struct step_state *state_step(struct run_state *s, const char *id);
const struct attempt_state *step_last_attempt(const struct step_state *s);
/* Why it failed last: its rendering, else its last attempt; null: it did not. */
const json_t *step_last_error(const struct step_state *s);
/* The refusal that ended its last attempt; null: it was not refused. */
const struct sign_state *step_refusal(const struct step_state *s);
/* The last source of truth that somebody named for the item; null: none. */
const struct decision_state *state_decision(const struct run_state *s,
    const char *step, const char *item);
/*
 * Does somebody have to act before the run goes on?  "start", "sign-off",
 * "answer", "decision", "failure", "resume" (it is paused), "extension" (of
 * the window); null: no.
 */
const char *state_waits_for(const struct run_state *s);

#endif
