/*
 * schema/drift.h - expected against actual: items, classes, reasons, SQL.
 *
 * An item is one difference as a person decides on it: a table that is
 * missing is one item with its columns, keys and indexes.  An item's SQL
 * stands alone; drift_sql() orders what was decided for many.
 */
#ifndef PGRUNBOOK_SCHEMA_DRIFT_H
#define PGRUNBOOK_SCHEMA_DRIFT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/error.h"
#include "schema/snapshot.h"

enum drift_change { DRIFT_ADD, DRIFT_DROP, DRIFT_ALTER };	/* what making ACTUAL match EXPECTED does */

struct drift_attribute {
	const char	*name;		/* "type" */
	const char	*expected, *actual;	/* as shown; null: absent */
};

struct drift_item {
	char		 id[17];	/* stable: hash of key, change and both definitions */
	enum drift_change change;
	char		 class_;	/* 'A', 'B' or 'C' */
	const char	*kind, *key, *title;	/* title: "orders.total" */
	struct drift_attribute *attributes;
	size_t		 attribute_count;
	const char	**reasons;	/* "data loss", "type coercion", …; null-terminated */
	const char	**figures;	/* "1,204,331 rows, 412 MB", "18,204 values would be lost"; null-terminated */
	const char	*forward_sql;	/* makes ACTUAL match EXPECTED (migrations are right) */
	const char	*codify_sql;	/* what a migration must hold so that EXPECTED matches ACTUAL (database is right) */
	const char	*lock;		/* strongest lock of forward_sql; null */
	bool		 rewrites, scans;
	const struct schema_object *expected, *actual;	/* null where absent */
};

struct drift_inner;

struct drift {
	struct drift_item *items;	/* B first, then A, then C; by key within */
	size_t		 count;
	size_t		 count_a, count_b, count_c;
	const struct schema_snapshot *expected, *actual;
	struct drift_inner *inner;	/* of drift.c */
};

/*
 * The snapshots are borrowed and must outlive the result.
 * unmanaged: patterns (shell style, on "schema.name" or "name") that
 * make class C what ACTUAL has; null-terminated, may be null.
 */
struct drift *drift_compare(const void *owner,
    const struct schema_snapshot *expected, const struct schema_snapshot *actual,
    const char *const *unmanaged);

/* Figures from the data of ACTUAL (rows, bytes, values lost, rows that would fail): each item's figures are filled. */
int drift_measure(struct drift *d, struct pg_session *actual, struct error *err)
    WARN_UNUSED;

enum drift_truth { TRUTH_UNDECIDED, TRUTH_MIGRATIONS, TRUTH_DATABASE, TRUTH_OUT_OF_SCOPE };
const char *drift_truth_name(enum drift_truth t);	/* "undecided", "migrations", "database", "out of scope" */

/*
 * The migration texts that the decisions give, in dependency order.
 * truths runs beside d->items.  *forward: SQL for rollout to run on ACTUAL
 * (truth: migrations).  *codified: SQL that the migrations folder must gain
 * though the database has it already (truth: database).  Statements that
 * refuse a transaction come in files of their own: null-terminated lists.
 */
void drift_sql(const void *owner, const struct drift *d,
    const enum drift_truth *truths, char ***forward, char ***codified);

json_t *drift_to_json(const struct drift *d);	/* --json, evidence, and the drift view's input */

#endif
