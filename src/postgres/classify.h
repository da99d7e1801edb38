/*
 * postgres/classify.h - what a parsed statement would do.
 *
 * The rules are rows: statements.def (one per node of the grammar), alter.def
 * (subcommands of ALTER TABLE), drops.def (kinds of objects) and calls.def
 * (functions with effects).  A node without a row counts as destructive.
 */
#ifndef PGRUNBOOK_POSTGRES_CLASSIFY_H
#define PGRUNBOOK_POSTGRES_CLASSIFY_H

#include <jansson.h>

#include "postgres/sql.h"

/* Weakest first, so that the stronger of two is the greater. */
enum sql_lock {
	LOCK_NONE,
	LOCK_ACCESS_SHARE,
	LOCK_ROW_SHARE,
	LOCK_ROW_EXCLUSIVE,
	LOCK_SHARE_UPDATE_EXCLUSIVE,
	LOCK_SHARE,
	LOCK_SHARE_ROW_EXCLUSIVE,
	LOCK_EXCLUSIVE,
	LOCK_ACCESS_EXCLUSIVE
};

struct sql_verdict {
	const void	*owner;		/* of reasons that name something */
	enum sql_class	 class_;
	const char	*reason;	/* of class_ */
	enum sql_lock	 lock;
	bool		 no_transaction;
	bool		 transaction_control;
};

/*
 * node: {"DropStmt": {...}}, as pg_query_parse() writes it.  v starts as
 * SQL_READS without a reason, with owner set; it is only ever raised.
 */
void sql_classify(struct sql_verdict *v, const json_t *node);

/* Shared by the files of the rules. */
void verdict_raise(struct sql_verdict *v, enum sql_class class_,
    const char *reason, enum sql_lock lock);
/* Functions called anywhere in a tree, data changed in it, tables read. */
void verdict_walk(struct sql_verdict *v, const json_t *tree);
void verdict_call(struct sql_verdict *v, const json_t *call);
void verdict_alter(struct sql_verdict *v, const json_t *statement);
void verdict_drop(struct sql_verdict *v, const json_t *statement);

/* Is a DefElem of this name in the list, and not off? */
const json_t *option_find(const json_t *list, const char *name);
bool option_is_on(const json_t *list, const char *name);

/* The node of a text that is one statement; null otherwise.  New reference. */
json_t *sql_tree(const char *text);

/* "AccessExclusiveLock"; null for LOCK_NONE */
const char *sql_lock_name(enum sql_lock lock);

#endif
