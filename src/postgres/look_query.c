/* postgres/look_query.c - statements that read and change rows. */

#include "base/json.h"
#include "base/str.h"
#include "postgres/look.h"

/* The catalog is data too, and nobody repairs it. */
static bool
is_catalog(const json_t *table)
{
	const char *schema = json_str(table, "schemaname");

	return str_equal(schema, "pg_catalog") ||
	    (schema == NULL && str_starts(json_str_or(table, "relname", ""),
	    "pg_"));
}

static void
changes(struct sql_verdict *v, const json_t *n, enum sql_class class_,
    const char *reason)
{
	if (is_catalog(json_object_get(n, "relation")))
		verdict_raise(v, SQL_DESTRUCTIVE,
		    "writes into the system catalog", LOCK_ROW_EXCLUSIVE);
	else
		verdict_raise(v, class_, reason, LOCK_ROW_EXCLUSIVE);
}

void
look_insert(struct sql_verdict *v, const json_t *n)
{
	const json_t *conflict = json_object_get(n, "onConflictClause");

	if (str_equal(json_str(conflict, "action"), "ONCONFLICT_UPDATE"))
		changes(v, n, SQL_DESTRUCTIVE,
		    "overwrites rows that are there already");
	else
		changes(v, n, SQL_ADDITIVE, "adds rows");
}

void
look_update(struct sql_verdict *v, const json_t *n)
{
	changes(v, n, SQL_DESTRUCTIVE,
	    json_object_get(n, "whereClause") == NULL ?
	    "overwrites every row of a table" : "overwrites rows");
}

void
look_delete(struct sql_verdict *v, const json_t *n)
{
	changes(v, n, SQL_DESTRUCTIVE,
	    json_object_get(n, "whereClause") == NULL ?
	    "deletes every row of a table" : "deletes rows");
}

static bool
merge_does(const json_t *n, const char *command)
{
	const json_t *clauses = json_object_get(n, "mergeWhenClauses");
	size_t i;

	for (i = 0; i < json_array_size(clauses); i++)
		if (str_equal(json_str(json_object_get(json_array_get(clauses,
		    i), "MergeWhenClause"), "commandType"), command))
			return true;
	return false;
}

void
look_merge(struct sql_verdict *v, const json_t *n)
{
	if (merge_does(n, "CMD_DELETE"))
		changes(v, n, SQL_DESTRUCTIVE, "deletes rows");
	else if (merge_does(n, "CMD_UPDATE"))
		changes(v, n, SQL_DESTRUCTIVE, "overwrites rows");
	else
		changes(v, n, SQL_ADDITIVE, "adds rows");
}

void
look_into(struct sql_verdict *v, const json_t *n UNUSED)
{
	verdict_raise(v, SQL_ADDITIVE, "creates a table from a query",
	    LOCK_NONE);
}

void
look_locking(struct sql_verdict *v, const json_t *n UNUSED)
{
	verdict_raise(v, SQL_ADDITIVE, "locks rows", LOCK_ROW_SHARE);
}

void
look_table(struct sql_verdict *v, const json_t *n UNUSED)
{
	if (v->lock < LOCK_ACCESS_SHARE)
		v->lock = LOCK_ACCESS_SHARE;
}

void
look_copy(struct sql_verdict *v, const json_t *n)
{
	bool from = json_flag(n, "is_from");
	const json_t *query = json_object_get(n, "query");

	if (query != NULL)
		verdict_walk(v, query);
	else if (from)
		changes(v, n, SQL_DESTRUCTIVE,
		    "loads rows, which cannot be seen here");
	else
		look_table(v, n);
	if (json_flag(n, "is_program"))
		verdict_raise(v, SQL_DESTRUCTIVE,
		    "runs a program on the server", LOCK_NONE);
	else if (!from && json_str(n, "filename") != NULL)
		verdict_raise(v, SQL_DESTRUCTIVE, "writes a file on the server",
		    LOCK_NONE);
}

void
look_explain(struct sql_verdict *v, const json_t *n)
{
	/* Without ANALYZE nothing is run. */
	if (option_is_on(json_object_get(n, "options"), "analyze"))
		sql_classify(v, json_object_get(n, "query"));
	else
		look_table(v, n);
}
