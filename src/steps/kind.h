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
 * SHA-256 of its canonical bytes (the engine adds target and run first):
 *   text        the SQL or command after variables; cut where it is long
 *   sha256      of the whole text
 *   statements  [{text, class, reason, lock, cost}] (SQL; may be empty)
 *   lines       ["412 MB to read", …] figures and facts, worst first
 *   undo        how it is undone and what that loses
 */
struct plan {
	json_t		*shown;
	enum step_class	 class_;	/* what the content deserves, or more where declared */
	const char	*reason;	/* of the class */
	/* What a record has room for is listed: */
	size_t		 listed_bytes, left_out, left_out_b;
	size_t		 left_out_line;	/* its place among the lines, from 1; 0: none */
};

struct step_kind {
	struct runbook_kind base;
	/* Render: no effect on anything.  Fills a->plan. */
	int	(*plan)(struct attempt *a, struct error *err);
	/* Do it.  0 done; -1 with *err (ERR_CANCELLED: stopped, observed). */
	int	(*run)(struct attempt *a, struct error *err);
	/*
	 * After a crash: what became of attempt was?  See attempt_settle().
	 * Null: a read-only kind; it was not done, and is simply run again.
	 */
	int	(*settle)(struct attempt *a, const struct attempt_state *was,
		    enum outcome *outcome, char proof[256], char query[512],
		    struct error *err);
};

#define KIND(name) extern const struct step_kind kind_##name;
#include "steps/kind.def"
#undef KIND

/* All kinds, for the loader, null-terminated. */
runbook_kinds step_kinds(void);
const struct step_kind *step_kind_of(const struct step *s);

#endif
