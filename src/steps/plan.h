/*
 * steps/plan.h - making what a person sees and signs.
 *
 * Ownership: a plan is a child of its attempt.  Long text is cut for the
 * screen; the hash over all of it is part of what is signed.
 */
#ifndef PGRUNBOOK_STEPS_PLAN_H
#define PGRUNBOOK_STEPS_PLAN_H

#include "steps/attempt.h"
#include "steps/kind.h"

/* A plan with text alone, which becomes a->plan. */
struct plan *plan_text(struct attempt *a, enum step_class class_,
    const char *reason, const char *text);
/* A plan over SQL: its statements parsed and classified. */
struct plan *plan_sql(struct attempt *a, const char *sql);

/*
 * Statements of sql behind those that are there; the class rises with them.
 * Where there are too many for one record, those of class B are listed before
 * others, and a line says how many are not.
 */
void plan_add_sql(struct attempt *a, struct plan *p, const char *sql);
/* More of a statement's cost: "rehearsed 6.2s". */
void plan_cost(struct plan *p, size_t statement, const char *text);
/* Rows and bytes of what each class B statement names, as its cost. */
int plan_measure(struct plan *p, struct pg_session *s, struct error *err)
    WARN_UNUSED;
/*
 * Tried again in the same text under a sign-off that still holds, a step is
 * shown with the figures that were signed: that a table has grown meanwhile
 * is no other text.
 */
void plan_keep_figures(struct attempt *a);
void plan_raise(struct plan *p, enum step_class class_, const char *reason);
void plan_line(struct plan *p, const char *fmt, ...) PRINTF(2, 3);
void plan_undo(struct plan *p, const char *fmt, ...) PRINTF(2, 3);

#endif
