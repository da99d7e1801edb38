/*
 * tests/steps/stage.h - a run for kinds to play on: a real folder, journal
 * and window, and the least of an engine around them.
 */
#ifndef PGRUNBOOK_TESTS_STEPS_STAGE_H
#define PGRUNBOOK_TESTS_STEPS_STAGE_H

#include "base/error.h"
#include "run/run.h"
#include "runbook/load.h"
#include "steps/attempt.h"
#include "steps/kind.h"

struct stage {
	struct step_host host;
	struct loop	*loop;
	struct run	*run;
	struct window	*window;
	char		*folder;	/* of the runbook: files beside it go here */
	char		*bundle;	/* of the run */
	char		*database;	/* target "db"; null: none was made */
	const char	*pooler;	/* its socket's folder: the way to the server; null: straight */
	struct attempt	*attempt;	/* the last one */
	json_t		*intents;	/* given one by one */
	struct error	 err;		/* of the last stage_run() */
};

/*
 * steps: YAML, the items of "steps:", indented by two.  The target "db" is a
 * new database of the cluster; "other" another one, which does not exist.
 */
struct stage *stage_new(const void *owner, const char *steps);
/* The same on a machine without a server. */
struct stage *stage_without_server(const void *owner, const char *steps);

/* Plan, sign, run and finish a step, as the engine would.  0 or -1 with s->err. */
int stage_run(struct stage *s, const char *id);
/* Up to attempt_started; s->attempt is ready to run. */
void stage_begin(struct stage *s, const char *id);
/* The attempt's end, journaled. */
int stage_end(struct stage *s, int rc);

/* Something that happens while a step runs, once, when sql gives wanted. */
void stage_when(struct stage *s, const char *sql, const char *wanted,
    void (*fn)(struct stage *s));
/* Or as soon as the step has said text, in its output or its status. */
void stage_when_said(struct stage *s, const char *text,
    void (*fn)(struct stage *s));
void stage_cancel(struct stage *s);

/* An intent that waits for the step: "{'type': 'answer', …}". */
void stage_intend(struct stage *s, const char *json);
/* What a step has registered, "name" or "name.field", as text. */
const char *stage_value(struct stage *s, const char *path);
/* The attempt's output. */
char *stage_output(struct stage *s);
/* All its progress: lines of "12 of 40 blocks: what it is about". */
const char *stage_told(struct stage *s);
/* How many events of a type are in the journal. */
int stage_count(struct stage *s, enum event_type type);
/* The bundle proves itself: every file in it has its record. */
void stage_verify(struct stage *s);
/* JSON with ' for ". */
json_t *stage_json(const char *text);
/* What lint says of steps, as printed; "" for nothing. */
char *stage_lint(const void *owner, const char *steps);

#endif
