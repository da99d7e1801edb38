/*
 * schema/drift_make.h - what drift*.c share.
 */
#ifndef PGRUNBOOK_SCHEMA_DRIFT_MAKE_H
#define PGRUNBOOK_SCHEMA_DRIFT_MAKE_H

#include "schema/drift.h"
#include "schema/index.h"
#include "schema/plan.h"

struct drift_inner {
	struct schema_index *expected, *actual;
	struct schema_changes forward;	/* from ACTUAL to EXPECTED */
	struct schema_changes codify;	/* from EXPECTED to ACTUAL */
	bool	*wanted;		/* by item; all false between uses */
};

/* All pairs that differ, parents first; item is where the pair is in list. */
void drift_pairs(const void *owner, const struct schema_snapshot *expected,
    const struct schema_snapshot *actual, struct schema_changes *changes);

/* Fill by_key. */
void drift_changes_index(const void *owner, struct schema_changes *changes);
/* Fill by_item. */
void drift_changes_group(const void *owner, struct schema_changes *changes,
    size_t item_count);

/*
 * What an item is about: itself, and what a table that takes other parents
 * must lose, gain or change for that.  Ends with the first that is negative.
 */
typedef int (*drift_visit)(void *arg, const struct schema_kind *k,
    const struct schema_object *from, const struct schema_object *to);
int drift_each_subject(const struct drift *d, size_t item, drift_visit visit,
    void *arg);

/* Fill each item's needs. */
void drift_needs(struct drift *d);

/* Texts of their own, so that they outlive their plan. */
void drift_statements_keep(struct drift_statement *list);

/* An attribute's value as shown; null where absent. */
char *drift_value_text(const void *owner, const json_t *value);
/* "orders.total"; with its schema unless that is public. */
char *drift_title(const void *owner, const struct schema_object *o);

#endif
