/*
 * tests/view/stage.h - a run that is played to an app, for tests.
 *
 * The window is reconcile: freeze, snapshot, diff, rehearse, rollout, harden,
 * and a rollback runbook.  The clock stands at 01:42:10 and moves with
 * stage_wait() alone.  Intents are written down instead of sent.
 */
#ifndef PGRUNBOOK_TESTS_VIEW_STAGE_H
#define PGRUNBOOK_TESTS_VIEW_STAGE_H

#include "harness/test.h"
#include "view/app.h"

struct stage {
	struct app	*app;
	struct run_state *state;
	int64_t		 now_us, mono_ms, seq;
	const char	*folder;
	char		*sent;		/* last intent: "sign {...}"; null: none */
	int		 sent_count, flushes;
	char		*copied;
	int		 rows, columns;
	bool		 ascii;
};

struct stage_look {
	int	rows, columns;
	bool	ascii, is_mono;
};

struct stage *stage_new(const void *owner, struct stage_look look);
/* One event; fields: JSON with ' for ". */
void stage_event(struct stage *s, enum event_type t, const char *fields);
void stage_json(struct stage *s, enum event_type t, json_t *data);
/* Opened, targets pinned, ana attached. */
void stage_open(struct stage *s);
/* Started, and all before rollout/apply done. */
void stage_until_apply(struct stage *s);
/* Plan an attempt at a step; returns the digest. */
const char *stage_plan(struct stage *s, const char *step, int attempt,
    const char *class_, const char *shown);
void stage_start(struct stage *s, const char *step, int attempt,
    const char *digest);
/* A whole attempt that ends well. */
void stage_done(struct stage *s, const char *step, const char *class_,
    int64_t ms);
/* rollout/apply planned with seven statements; returns the digest. */
const char *stage_plan_apply(struct stage *s, int attempt);
/* It is planned and waits for the class-B sign-off. */
const char *stage_signoff(struct stage *s);
/* It runs its fourth statement. */
void stage_apply_runs(struct stage *s);
void stage_apply_fails(struct stage *s);
/* diff/review asks for decisions on six items. */
void stage_review(struct stage *s);
/* The same, where the decisions want ssh signatures. */
void stage_review_signed(struct stage *s);

/* Keys by name, separated by blanks: "j j Enter". */
void stage_keys(struct stage *s, const char *keys);
/* Characters, one by one. */
void stage_type(struct stage *s, const char *text, bool is_pasted);
void stage_wait(struct stage *s, int64_t ms);
char *stage_text(const void *owner, struct stage *s);
/* Text and styles. */
char *stage_dump(const void *owner, struct stage *s);

#endif
