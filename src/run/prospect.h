/*
 * run/prospect.h - how long what is left will take, and whether the window
 * has room for it.
 *
 * A step is expected to take as long as its text took before in this run (in
 * the rehearsal); where it has not run before, as its runbook estimates.
 * Steps of which neither is known count nothing.
 */
#ifndef PGRUNBOOK_RUN_PROSPECT_H
#define PGRUNBOOK_RUN_PROSPECT_H

#include "run/state.h"

/* How long this very text took elsewhere in the run; -1: it has not run. */
int64_t step_rehearsed_ms(const struct run_state *s,
    const struct step_state *step);
/* That, or the runbook's estimate; -1: neither is known. */
int64_t step_expected_ms(const struct run_state *s,
    const struct step_state *step);
/* The finished statement of the same text, run before by another step; null. */
const struct statement_state *statement_rehearsed(const struct run_state *s,
    const struct step_state *step, const char *text);

struct prospect {
	int64_t	 left_ms;	/* until the window's end; negative: it is over */
	int64_t	 remaining_ms;	/* of all steps to come, and the one that runs */
	int64_t	 rollback_ms;	/* of the way back */
	int64_t	 slack_ms;	/* left - remaining - rollback */
};

/* false: the window has no end. */
bool state_prospect(const struct run_state *s, int64_t now_us,
    struct prospect *p);

#endif
