/*
 * steps/kind.h - all that the engine knows of a step kind.
 *
 * A new kind is one file in src/steps/ and one row in steps/kind.def.
 */
#ifndef PGRUNBOOK_STEPS_KIND_H
#define PGRUNBOOK_STEPS_KIND_H

#include <jansson.h>

#include "base/error.h"
#include "runbook/kind.h"
#include "steps/attempt.h"

/*
 * What would run.  shown is what a person sees and signs; the digest is the
 * SHA-256 of its canonical bytes (approval/digest.h adds target and run):
 *   text        the SQL or command after variables
 *   statements  [{text, class, reason, lock, cost}] (SQL; may be empty)
 *   lines       ["412 MB to read", …] figures and facts, worst first
 *   undo        how it is undone and what that loses
 */
struct plan {
	json_t		*shown;
	enum step_class	 class_;
	const char	*reason;	/* of the class */
};

enum outcome { OUTCOME_DONE, OUTCOME_NOT_DONE, OUTCOME_STILL_RUNNING, OUTCOME_UNKNOWN };

struct step_kind {
	struct runbook_kind base;
	/* Render: no effect on anything.  Fills a->plan. */
	int	(*plan)(struct attempt *a, struct error *err);
	/* Do it.  0 done; -1 with *err (ERR_CANCELLED: stopped, observed). */
	int	(*run)(struct attempt *a, struct error *err);
	/*
	 * After a crash: what became of attempt was?  proof gets a clause and
	 * query what a person can run to see for himself ("" where none).
	 * Null: a read-only kind, simply run again.
	 */
	int	(*settle)(struct attempt *a, const struct attempt_state *was,
		    enum outcome *outcome, char proof[256], char query[512],
		    struct error *err);
};

/* All kinds, for the loader, null-terminated. */
runbook_kinds step_kinds(void);
const struct step_kind *step_kind_of(const struct step *s);

/* A plan with text alone. */
struct plan *plan_text(struct attempt *a, enum step_class class_,
    const char *reason, const char *text);
/* A plan over SQL: statements parsed and classified. */
struct plan *plan_sql(struct attempt *a, const char *sql);
void plan_line(struct plan *p, const char *fmt, ...) PRINTF(2, 3);

#endif
