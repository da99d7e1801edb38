/*
 * steps/attempt.h - one attempt at one step: what a kind works with.
 *
 * A kind's code runs straight down in the engine's process: it calls these,
 * which turn the event loop while they wait.  It never touches the screen,
 * the socket or the journal's file.  Whatever it starts ends before its
 * run() returns; is_cancelled becomes true when a person asks to stop, and
 * every waiting call below then ends with ERR_CANCELLED.
 *
 * The engine's way: attempt_new(), attempt_plan() (what is shown and
 * signed), journal attempt_started, attempt_run(), journal attempt_finished.
 * After a crash: attempt_new() with the old number, attempt_settle().
 * Freeing an attempt closes its sessions; the server rolls back what is open.
 */
#ifndef PGRUNBOOK_STEPS_ATTEMPT_H
#define PGRUNBOOK_STEPS_ATTEMPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/loop.h"
#include "journal/artifact.h"
#include "postgres/identity.h"
#include "postgres/outcome.h"
#include "postgres/session.h"
#include "run/run.h"
#include "runbook/model.h"
#include "runbook/values.h"

/* What the engine lends to steps of a run.  One for the whole run. */
struct step_host {
	struct loop	*loop;
	struct run	*run;		/* null only where attempts are dry */
	const struct window *window;
	struct scope	*scope;
	/* A target's parsed URL; null with *err where its URL is not to be had. */
	const struct pg_target *(*target)(void *arg, const char *name, struct error *err);
	/*
	 * Next intent (ANSWER, DECIDE, COMMENT, FINISH_REVIEW) for the current
	 * step, taken off the queue; null: none yet.  The caller lets it go.
	 * An object: "type" (the intent's name), its fields, and "principal",
	 * who it came from.
	 */
	json_t		*(*take_intent)(void *arg);
	void		*arg;
	bool		 is_headless;
	const char	*approvals;	/* folder of prepared decisions; null */
};

struct plan;
struct attempt_private;

struct attempt {
	struct step_host *host;
	const struct step *step;
	const struct scope *scope;	/* the run's values, and what an include gave */
	const char	*id;		/* "<phase>/<step>" */
	int		 number;
	const char	*uuid;		/* of this attempt: the marker row's key */
	bool		 is_cancelled;
	bool		 is_committed;	/* what fails now does not undo what was done */
	bool		 is_dry;	/* "pgrunbook plan": render only, no server, undefined values stay as written */
	int64_t		 lock_timeout_ms, statement_timeout_ms;	/* effective; 0: none */
	int64_t		 queue_limit;	/* sessions behind it while it waits; 0: any number */
	struct plan	*plan;
	struct artifact	*output;	/* opened at the first byte */
	const char	*cure;		/* what to begin with: it takes away what the last one left; null */
	const char	*cure_found;	/* by attempt_settle(): for the next one; null */
	const char	*database;	/* where it is not its target's own; null.  Set by attempt_plan() */
	/* set by kinds that lead elsewhere (choose): step id to go on at; null */
	const char	*goto_step;
	struct attempt_private *private_;
};

struct attempt *attempt_new(const void *owner, struct step_host *host,
    const struct step *step, const char *id, int number);

/* Render: fills a->plan.  No effect on anything. */
int attempt_plan(struct attempt *a, struct error *err) WARN_UNUSED;
/*
 * Do it, hold the step's "timeout", run its "verify" query, keep its
 * "attach" files, and close the output.  0 done; -1 with *err: ERR_CANCELLED
 * and ERR_TIMEOUT mean stopped, and observed to be.
 */
int attempt_run(struct attempt *a, struct error *err) WARN_UNUSED;
/*
 * After a crash: what became of attempt was?  proof gets one clause, query
 * what a person can run to see for himself ("" where there is nothing).
 */
int attempt_settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512],
    struct error *err) WARN_UNUSED;

/*
 * The last attempt at the step before this one, where that one began and has
 * not ended well: this one does again, or does the rest.  Null: none.
 */
const struct attempt_state *attempt_before(const struct attempt *a);

/* {{…}} expanded. */
char *attempt_expand(const void *owner, struct attempt *a, const char *text,
    struct error *err);
/* The same, and absolute: the folder of the step's file is where it starts. */
char *attempt_path(const void *owner, struct attempt *a, const char *path,
    struct error *err);
/* Text anywhere in value expanded; a new reference. */
json_t *attempt_expand_json(struct attempt *a, const json_t *value,
    struct error *err);
/* :'name' and :"name" put in. */
char *attempt_sql(const void *owner, struct attempt *a, const char *text,
    struct error *err);

/*
 * A session to the step's target (null) or a named one, and to another
 * database of its server where database is not null; opened at first use and
 * kept for the attempt.  Its identity is compared with what was pinned.  Its
 * timeouts are the attempt's, and pgrunbook.run names the run.
 */
struct pg_session *attempt_session(struct attempt *a, const char *target,
    const char *database, struct error *err);
/* End it now; the server rolls back what is open.  The next one is new. */
void attempt_close(struct attempt *a, struct pg_session *s);
/* A session more, owned by owner; cancelling does not touch it where for_cleanup. */
struct pg_session *attempt_session_new(const void *owner, struct attempt *a,
    const char *target, const char *database, bool for_cleanup,
    struct error *err);
const struct pg_target *attempt_target(struct attempt *a, const char *target,
    const char *database, struct error *err);

/*
 * The environment of the step's target (null) or a named one: what the
 * database said of itself when it was pinned, else what the file says.
 */
enum environment attempt_environment(const struct attempt *a,
    const char *target);
/* What was pinned of a target when the run began; null: nothing yet. */
const json_t *attempt_pinned(const struct attempt *a, const char *target);

/*
 * From here on those who watch are told who stands in s's way and who queues
 * behind it, and how far a command has come of which the server tells (index
 * builds, VACUUM, CLUSTER, COPY, ANALYZE).  Once per session; without a second connection nothing is told.
 * gives_way: while more than queue_limit sessions wait behind one that waits
 * itself, the attempt ends as one does whose lock timeout has passed (to be
 * tried again later).  Only for what a cancelled statement leaves untouched.
 */
void attempt_watch(struct attempt *a, struct pg_session *s,
    bool gives_way);

/* ERR_CANCELLED where a person asked to stop (or the time is up). */
int attempt_check(const struct attempt *a, struct error *err) WARN_UNUSED;

/* Journal an event with step and attempt put in.  Takes data's reference. */
int attempt_event(struct attempt *a, enum event_type type, json_t *data,
    struct error *err) WARN_UNUSED;

/* Output: redacted, to the artifact and to those who watch.  stream 1 or 2. */
int attempt_output(struct attempt *a, int stream, const char *bytes,
    size_t size_bytes, struct error *err) WARN_UNUSED;
int attempt_printf(struct attempt *a, struct error *err, const char *fmt, ...)
    PRINTF(3, 4);
void attempt_status(struct attempt *a, const char *fmt, ...) PRINTF(2, 3);
/* The same where another part of the work begins: its progress is its own. */
void attempt_phase(struct attempt *a, const char *fmt, ...) PRINTF(2, 3);
/*
 * unit outlives the attempt; total 0: not known.  How much a second, and the
 * time that is left, are told with it once there is a pace to tell by.
 */
void attempt_progress(struct attempt *a, int64_t done, int64_t total,
    const char *unit, const char *text);

/*
 * The hash of a file of any size, while the loop turns: a cancel is heard, and
 * from a size on that takes its time progress is told.
 */
int attempt_sha256(struct attempt *a, const char *path,
    char hex[SHA256_HEX_SIZE], int64_t *size_bytes, struct error *err)
    WARN_UNUSED;

/* Where this attempt's evidence lies: "artifacts/<phase>/<step>.<attempt>". */
char *attempt_folder(const void *owner, const struct attempt *a);
/* A whole file of evidence, and its event.  *path (may be null): absolute. */
int attempt_evidence(struct attempt *a, const char *name, const char *what,
    const void *bytes, size_t size_bytes, char **path, struct error *err)
    WARN_UNUSED;
/* Does path lie in the bundle?  Every file there must have its record. */
bool attempt_is_inside(const struct attempt *a, const char *path);
/*
 * A file that exists already: hashed and named in an event.  One outside of
 * the bundle is copied into it first.
 */
int attempt_attach(struct attempt *a, const char *path, const char *what,
    struct error *err) WARN_UNUSED;
/* For later steps, under the step's "register" name (nothing where it has none).  Takes the reference. */
int attempt_register(struct attempt *a, json_t *value, struct error *err)
    WARN_UNUSED;

/*
 * Takes question. Journal ASKED, wait for the ANSWER that fits (see steps/ask.h), journal
 * ANSWERED.  Headless: the prepared one, else ERR_WAITING.  *answer is a new
 * reference.
 */
int attempt_ask(struct attempt *a, json_t *question, json_t **answer,
    struct error *err) WARN_UNUSED;

/*
 * Run a command with output to evidence and screen; on_line (may be null)
 * sees each line.  0: it exited by itself, with *exit_status.
 */
struct command {
	const char *const *argv;
	const char *const *env;		/* null: this process's own */
	const char	*cwd;		/* null: this process's own */
	void		(*on_line)(void *arg, int stream, const char *line);
	void		*arg;
	bool		 is_quiet;	/* output goes to on_line alone */
};
int attempt_command(struct attempt *a, const struct command *c,
    int *exit_status, struct error *err) WARN_UNUSED;

/* "NAME=value", in the environment of all that the attempt's commands start. */
char *attempt_trace(const void *owner, const struct attempt *a);

#endif
