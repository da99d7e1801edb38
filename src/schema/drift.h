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

/* A statement as it is to be run, and what it costs. */
struct drift_statement {
	const char	*text;		/* without its semicolon */
	const char	*lock;		/* on what others may want: "ShareLock"; null */
	bool		 scans, rewrites;	/* a whole table that is there */
	bool		 outside;	/* of any transaction */
	size_t		 transaction;	/* from 0; one that is outside has its own */
};

enum drift_form {
	FORM_SAFE,	/* tables that are there stay usable, in several transactions */
	FORM_PLAIN,	/* in as few transactions as can be */
	FORM_MIGRATION	/* likewise, and for others, who have other roles */
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
	const struct drift_statement *statements;	/* of forward_sql; the last has no text */
	const char	**needs;	/* ids of items without which it does not pass; null-terminated */
	const char	*rename_sql;	/* what keeps the data where it is a rename, which nobody assumes; null */
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
	enum drift_form	 form;		/* of the SQL for ACTUAL */
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
/* drift_compare() takes FORM_SAFE; classes and locks are those of the form. */
struct drift *drift_compare_as(const void *owner,
    const struct schema_snapshot *expected, const struct schema_snapshot *actual,
    const char *const *unmanaged, enum drift_form form);

/* Figures from the data of ACTUAL (rows, bytes, values lost, rows that would fail): each item's figures are filled. */
int drift_measure(struct drift *d, struct pg_session *actual, struct error *err)
    WARN_UNUSED;

enum drift_truth { TRUTH_UNDECIDED, TRUTH_MIGRATIONS, TRUTH_DATABASE, TRUTH_OUT_OF_SCOPE };
const char *drift_truth_name(enum drift_truth t);	/* "undecided", "migrations", "database", "out of scope" */

/*
 * The migration texts that the decisions give, in dependency order.
 * truths runs beside d->items.  *forward: SQL for rollout to run on ACTUAL
 * (truth: migrations), in the form that was compared for.  *codified: SQL
 * that the migrations folder must gain though the database has it already
 * (truth: database), in its plain form.  Null-terminated lists; each text is
 * to be a transaction of its own, or holds one statement that refuses one.
 */
void drift_sql(const void *owner, const struct drift *d,
    const enum drift_truth *truths, char ***forward, char ***codified);

/* What *forward is made of; the last has no text. */
struct drift_statement *drift_statements(const void *owner,
    const struct drift *d, const enum drift_truth *truths);
/* For psql: the texts with the BEGIN and COMMIT that they need. */
char *drift_script(const void *owner, char *const *texts);

json_t *drift_to_json(const struct drift *d);	/* --json, evidence, and the drift view's input */

#endif
