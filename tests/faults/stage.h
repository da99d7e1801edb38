/*
 * tests/faults/stage.h - whole runs on a real server, and what befalls them.
 *
 * A stage is two databases (target "shop", local; target "box", sandbox), a
 * folder for runs, one for prepared decisions, and a file that commands
 * append lines to.  Table "effects" of either database has a row for each
 * effect: what ran twice is in it twice.
 */
#ifndef PGRUNBOOK_TESTS_FAULTS_STAGE_H
#define PGRUNBOOK_TESTS_FAULTS_STAGE_H

#include "base/child.h"
#include "base/loop.h"
#include "base/str.h"
#include "run/state.h"

/* Why the person leaves a step out. */
#define SEEN_EFFECT	"its effect is there"

struct stage {
	struct loop	*loop;
	char		*shop, *box;	/* database names */
	char		*runs, *approvals;
	char		*lines;		/* what commands append to; $LINES_FILE */
	char		*folder;	/* of the run; made anew by stage_runbook() */
	char		*file;		/* the runbook of this run */
	char		*home;		/* a folder that goes with it; null */
	const char	*const *vars;	/* "NAME=VALUE" of a new run; null */
	const char	*principal;	/* who runs it */
	bool		 is_json;	/* engines tell their events as JSON */
	bool		 is_demo;	/* what a person knows of it: see stage_person() */
	struct buffer	*told;		/* standard output of all engines that ended */
	struct buffer	*complaints;	/* and their standard error */
	struct proxy	*proxy;		/* that leads to the databases; null: none */
};

struct ended {
	int	 code;			/* -1: by a signal; -2: it did not, so it was killed */
	char	*out, *err;
};

/* An engine that runs. */
struct engine_child {
	struct stage	*stage;
	struct child	*child;
	struct buffer	*output[2];
};

/* Setup and teardown of a test; *state is the stage. */
int stage_begin(void **state);
int stage_end(void **state);
struct stage *stage_new(const void *owner);
/* The same without databases and what leads to them. */
struct stage *stage_new_bare(const void *owner);
/* Its databases and folders go. */
void stage_free(struct stage *s);

/* A runbook of these steps, and a folder for a run of it. */
void stage_runbook(struct stage *s, const char *steps);
/* A prepared decision: a JSON object. */
void stage_prepare(struct stage *s, const char *decision);

/*
 * The engine, headless; extra ("NAME=value", null-terminated; may be null) is
 * put into its environment.  is_new: it begins the run, else it resumes it.
 */
struct engine_child *stage_start(struct stage *s, bool is_new,
    const char *const *extra);
struct ended stage_wait(struct engine_child *e);
struct ended stage_run(struct stage *s, bool is_new, const char *const *extra);
/* The program pgrunbook with these arguments. */
struct ended stage_program(struct stage *s, const char *const *arguments);
/* extra for an engine on failfs; settings as "FAILFS_NTH=3", null-terminated. */
const char *const *stage_failfs(const void *owner, const char *const *settings);

/* Until done(arg), or the test fails. */
void stage_until(struct stage *s, bool (*done)(void *arg), void *arg);
/* Until the run's step of this id runs, and its transaction is marked. */
void stage_until_marked(struct stage *s, const char *step);
/* Until the lines' file has so many lines. */
void stage_until_lines(struct stage *s, int wanted);

/* The run's journal is kept behind the test; returns where. */
const char *stage_keep(struct stage *s);

/*
 * A person attaches: signs what waits, and where a step's outcome is not
 * known looks for its effect and says "again" or "leave it out".  Until the
 * run is closed; or in the demo, whose sign-offs and answers are prepared,
 * until something else than a failure is waited for: then the engine is
 * killed, and whoever resumes it finds what was prepared.
 */
void stage_person(struct stage *s);

/* What there is to look at. */
bool stage_has_run(const struct stage *s);	/* a first record */
struct run_state *stage_state(const void *owner, const struct stage *s);
int stage_lines(const struct stage *s);
/* "drop 1,fill 2": effects in a database, by name. */
char *stage_effects(const void *owner, const char *database);
/* The number of the journal's first record of this type. */
int stage_seq_of(struct stage *s, const char *type);
/* All holds: the chain, and no attempt that began is without an outcome. */
void stage_holds(const struct stage *s);
void stage_ends_with(struct ended r, int code);

#endif
