/*
 * steps/attempt.h - one attempt at one step: what a kind works with.
 *
 * A kind's code runs straight down in the engine's process: it calls these,
 * which turn the event loop while they wait.  It never touches the screen,
 * the socket or the journal's file.  Whatever it starts ends before its
 * run() returns; is_cancelled becomes true when a person asks to stop, and
 * every waiting call below then ends with ERR_CANCELLED.
 */
#ifndef PGRUNBOOK_STEPS_ATTEMPT_H
#define PGRUNBOOK_STEPS_ATTEMPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "journal/artifact.h"
#include "postgres/identity.h"
#include "postgres/session.h"
#include "run/run.h"
#include "runbook/model.h"
#include "runbook/values.h"

/* What the engine lends to steps of a run.  One for the whole run. */
struct step_host {
	struct loop	*loop;
	struct run	*run;
	const struct window *window;
	struct scope	*scope;
	/* A target's parsed URL; null with *err where its URL is not to be had. */
	const struct pg_target *(*target)(void *arg, const char *name, struct error *err);
	/* Next intent (ANSWER, DECIDE, COMMENT, FINISH_REVIEW) for the current
	 * step, taken off the queue; null: none yet.  The caller lets it go. */
	json_t		*(*take_intent)(void *arg);
	void		*arg;
	bool		 is_headless;
	const char	*approvals;	/* folder of prepared decisions; null */
};

struct attempt {
	struct step_host *host;
	const struct step *step;
	const char	*id;		/* "<phase>/<step>" */
	int		 number;
	const char	*uuid;		/* of this attempt: the marker row's key */
	bool		 is_cancelled;
	bool		 is_dry;	/* "pgrunbook plan": render only, no server, undefined values stay as written */
	int64_t		 lock_timeout_ms, statement_timeout_ms;	/* effective; 0: none */
	struct plan	*plan;
	struct artifact	*output;	/* opened at the first byte */
	/* set by kinds that lead elsewhere (choose): step id to go on at; null */
	const char	*goto_step;
	/* private to attempt.c */
	void		*private_;
};

struct attempt *attempt_new(const void *owner, struct step_host *host,
    const struct step *step, const char *id, int number);

/* The folder of the step's file: relative paths start there. */
char *attempt_path(const void *owner, struct attempt *a, const char *path,
    struct error *err);		/* {{…}} expanded */
char *attempt_expand(const void *owner, struct attempt *a, const char *text,
    struct error *err);
/* :'name' and :"name" put in. */
char *attempt_sql(const void *owner, struct attempt *a, const char *text,
    struct error *err);

/*
 * A session to the step's target (or a named one), opened at first use and
 * kept for the attempt; identity is compared with what was pinned.
 */
struct pg_session *attempt_session(struct attempt *a, const char *target,
    struct error *err);
const struct pg_target *attempt_target(struct attempt *a, const char *target,
    struct error *err);

/* Output: redacted, to the artifact and to those who watch.  stream 1 or 2. */
int attempt_output(struct attempt *a, int stream, const char *bytes,
    size_t size_bytes, struct error *err) WARN_UNUSED;
int attempt_printf(struct attempt *a, struct error *err, const char *fmt, ...)
    PRINTF(3, 4);
void attempt_status(struct attempt *a, const char *fmt, ...) PRINTF(2, 3);
void attempt_progress(struct attempt *a, int64_t done, int64_t total,
    const char *unit, const char *text);

/* A whole file of evidence, and its event. */
int attempt_evidence(struct attempt *a, const char *name, const char *what,
    const void *bytes, size_t size_bytes, struct error *err) WARN_UNUSED;
/* A file that exists already (a dump): hashed and named in an event, copied into the bundle when copy. */
int attempt_attach(struct attempt *a, const char *path, const char *what,
    bool copy, struct error *err) WARN_UNUSED;
/* For later steps, under the step's "register" name (nothing where it has none).  Takes the reference. */
int attempt_register(struct attempt *a, json_t *value, struct error *err)
    WARN_UNUSED;

/* Journal ASKED, wait for the ANSWER (or for headless: the prepared one, else ERR_WAITING).  *answer is a new reference. */
int attempt_ask(struct attempt *a, json_t *question, json_t **answer,
    struct error *err) WARN_UNUSED;

/* Run a command with output to evidence and screen; progress lines may be looked at. */
int attempt_command(struct attempt *a, const char *const *argv,
    char *const *env, const char *cwd,
    void (*on_line)(void *arg, int stream, const char *line), void *arg,
    int *exit_status, struct error *err) WARN_UNUSED;

/* Run statements one by one, journaled, timed and locked as plan says; see steps/statements.c. */
int attempt_statements(struct attempt *a, struct pg_session *s,
    const char *sql, bool in_transaction, json_t *expect, struct error *err)
    WARN_UNUSED;

#endif
