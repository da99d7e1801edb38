/* postgres/look.c - statements about objects and settings. */

#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "postgres/look.h"

#define A SQL_ADDITIVE
#define B SQL_DESTRUCTIVE

static bool
field_is(const json_t *n, const char *key, const char *value)
{
	return str_equal(json_str(n, key), value);
}

void
look_refuses_transaction(struct sql_verdict *v, const json_t *n UNUSED)
{
	v->no_transaction = true;
}

void
look_replaces(struct sql_verdict *v, const json_t *n)
{
	if (json_flag(n, "replace"))
		verdict_raise(v, B, "replaces what may be there already",
		    LOCK_NONE);
}

void
look_create_function(struct sql_verdict *v, const json_t *n)
{
	if (json_flag(n, "replace"))
		verdict_raise(v, B, json_flag(n, "is_procedure") ?
		    "replaces a procedure that may be there already" :
		    "replaces a function that may be there already", LOCK_NONE);
}

void
look_comment(struct sql_verdict *v, const json_t *n)
{
	static const char *const locked[] = { "OBJECT_COLUMN",
		"OBJECT_FOREIGN_TABLE", "OBJECT_INDEX", "OBJECT_MATVIEW",
		"OBJECT_SEQUENCE", "OBJECT_TABLE", "OBJECT_VIEW" };
	size_t i;

	for (i = 0; i < COUNT_OF(locked); i++)
		if (field_is(n, "objtype", locked[i]))
			verdict_raise(v, A, v->reason,
			    LOCK_SHARE_UPDATE_EXCLUSIVE);
}

void
look_view(struct sql_verdict *v, const json_t *n)
{
	if (json_flag(n, "replace"))
		verdict_raise(v, B,
		    "replaces a view that may be there already",
		    LOCK_ACCESS_EXCLUSIVE);
}

/* ---- tables, indexes, sequences ------------------------------------------ */

/* A foreign key among columns or table constraints, however deep. */
static bool
has_foreign_key(const json_t *elements)
{
	size_t i;

	for (i = 0; i < json_array_size(elements); i++) {
		const json_t *element = json_array_get(elements, i);
		const json_t *constraint = json_object_get(element,
		    "Constraint");
		const json_t *column = json_object_get(element, "ColumnDef");

		if (field_is(constraint, "contype", "CONSTR_FOREIGN") ||
		    has_foreign_key(json_object_get(column, "constraints")))
			return true;
	}
	return false;
}

void
look_create_table(struct sql_verdict *v, const json_t *n)
{
	if (json_object_get(n, "partbound") != NULL)
		verdict_raise(v, A, v->reason, LOCK_ACCESS_EXCLUSIVE);
	else if (has_foreign_key(json_object_get(n, "tableElts")))
		verdict_raise(v, A, v->reason, LOCK_SHARE_ROW_EXCLUSIVE);
	else if (json_array_size(json_object_get(n, "inhRelations")) > 0)
		verdict_raise(v, A, v->reason, LOCK_SHARE_UPDATE_EXCLUSIVE);
}

void
look_create_foreign_table(struct sql_verdict *v, const json_t *n)
{
	look_create_table(v, json_object_get(n, "base"));
}

void
look_create_table_as(struct sql_verdict *v, const json_t *n)
{
	if (field_is(n, "objtype", "OBJECT_MATVIEW"))
		v->reason = "creates a materialized view";
	verdict_walk(v, json_object_get(n, "query"));
}

void
look_create_schema(struct sql_verdict *v, const json_t *n)
{
	const json_t *elements = json_object_get(n, "schemaElts");
	size_t i;

	for (i = 0; i < json_array_size(elements); i++)
		sql_classify(v, json_array_get(elements, i));
}

void
look_index(struct sql_verdict *v, const json_t *n)
{
	if (json_flag(n, "concurrent")) {
		v->no_transaction = true;
		verdict_raise(v, A, "builds an index while writes go on",
		    LOCK_SHARE_UPDATE_EXCLUSIVE);
	} else {
		verdict_raise(v, A, "builds an index while writes wait",
		    LOCK_SHARE);
	}
}

void
look_reindex(struct sql_verdict *v, const json_t *n)
{
	const char *kind = json_str_or(n, "kind", "");

	if (!str_equal(kind, "REINDEX_OBJECT_TABLE") &&
	    !str_equal(kind, "REINDEX_OBJECT_INDEX"))
		v->no_transaction = true;
	if (option_is_on(json_object_get(n, "params"), "concurrently")) {
		v->no_transaction = true;
		verdict_raise(v, A, "builds indexes anew while writes go on",
		    LOCK_SHARE_UPDATE_EXCLUSIVE);
	} else {
		/* Even planning a query waits for the index's own lock. */
		verdict_raise(v, A, "builds indexes anew while others wait",
		    LOCK_ACCESS_EXCLUSIVE);
	}
}

void
look_refresh(struct sql_verdict *v, const json_t *n)
{
	verdict_raise(v, A, "computes a materialized view anew",
	    json_flag(n, "concurrent") ? LOCK_EXCLUSIVE :
	    LOCK_ACCESS_EXCLUSIVE);
}

void
look_cluster(struct sql_verdict *v, const json_t *n)
{
	if (json_object_get(n, "relation") == NULL)
		v->no_transaction = true;
}

void
look_vacuum(struct sql_verdict *v, const json_t *n)
{
	if (!json_flag(n, "is_vacuumcmd")) {
		verdict_raise(v, A, "collects planner statistics",
		    LOCK_SHARE_UPDATE_EXCLUSIVE);
		return;
	}
	v->no_transaction = true;
	if (option_is_on(json_object_get(n, "options"), "full"))
		verdict_raise(v, A, "rewrites a table", LOCK_ACCESS_EXCLUSIVE);
	else
		verdict_raise(v, A, "clears dead rows away",
		    LOCK_SHARE_UPDATE_EXCLUSIVE);
}

void
look_truncate(struct sql_verdict *v, const json_t *n)
{
	verdict_raise(v, B, field_is(n, "behavior", "DROP_CASCADE") ?
	    "empties a table, and all that refer to it" :
	    "empties a table", LOCK_ACCESS_EXCLUSIVE);
}

void
look_lock(struct sql_verdict *v, const json_t *n)
{
	int64_t mode = json_int(n, "mode", LOCK_ACCESS_EXCLUSIVE);

	/* The server's numbers are ours. */
	verdict_raise(v, A, "locks a table",
	    mode >= LOCK_ACCESS_SHARE && mode <= LOCK_ACCESS_EXCLUSIVE ?
	    (enum sql_lock)mode : LOCK_ACCESS_EXCLUSIVE);
}

void
look_rename(struct sql_verdict *v, const json_t *n)
{
	static const struct {
		const char	*kind, *reason;
		enum sql_lock	 lock;
	} rows[] = {
		{ "OBJECT_COLUMN", "renames a column: what uses the old name "
		    "breaks", LOCK_ACCESS_EXCLUSIVE },
		{ "OBJECT_TABLE", "renames a table: what uses the old name "
		    "breaks", LOCK_ACCESS_EXCLUSIVE },
		{ "OBJECT_INDEX", "renames an index",
		    LOCK_SHARE_UPDATE_EXCLUSIVE },
		{ "OBJECT_TABCONSTRAINT", "renames a constraint",
		    LOCK_ACCESS_EXCLUSIVE },
		{ "OBJECT_DOMCONSTRAINT", "renames a constraint", LOCK_NONE },
		{ "OBJECT_COLLATION", "renames a collation", LOCK_NONE },
		{ "OBJECT_DATABASE", "renames a database", LOCK_NONE },
		{ "OBJECT_ROLE", "renames a role", LOCK_NONE },
		{ "OBJECT_SCHEMA", "renames a schema: what uses the old name "
		    "breaks", LOCK_NONE },
		{ "OBJECT_TYPE", "renames a type", LOCK_NONE },
		{ "OBJECT_FUNCTION", "renames a function: what uses the old "
		    "name breaks", LOCK_NONE },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		if (field_is(n, "renameType", rows[i].kind)) {
			verdict_raise(v, B, rows[i].reason, rows[i].lock);
			return;
		}
	verdict_raise(v, B, "renames: what uses the old name breaks",
	    LOCK_ACCESS_EXCLUSIVE);
}

/* Another name for each object; an extension takes many with it. */
void
look_move(struct sql_verdict *v, const json_t *n)
{
	verdict_raise(v, B, "moves an object to another schema: its old name "
	    "breaks", field_is(n, "objectType", "OBJECT_EXTENSION") ?
	    LOCK_NONE : LOCK_ACCESS_EXCLUSIVE);
}

void
look_alter_sequence(struct sql_verdict *v, const json_t *n)
{
	const json_t *options = json_object_get(n, "options");

	if (json_array_size(options) == 1 &&
	    option_find(options, "owned_by") != NULL)
		verdict_raise(v, A, "ties a sequence to a column",
		    LOCK_SHARE_ROW_EXCLUSIVE);
	else if (option_find(options, "restart") != NULL)
		verdict_raise(v, B, "moves a sequence",
		    LOCK_SHARE_ROW_EXCLUSIVE);
	else
		verdict_raise(v, B, "changes how a sequence counts",
		    LOCK_SHARE_ROW_EXCLUSIVE);
}

/* ---- types ---------------------------------------------------------------- */

void
look_alter_enum(struct sql_verdict *v, const json_t *n)
{
	if (json_str(n, "oldVal") != NULL)
		verdict_raise(v, B, "renames an enum value: what uses the old "
		    "one breaks", LOCK_NONE);
}

void
look_alter_domain(struct sql_verdict *v, const json_t *n)
{
	const char *subtype = json_str_or(n, "subtype", "");
	const json_t *constraint = json_object_get(json_object_get(n, "def"),
	    "Constraint");

	if (str_equal(subtype, "C") && json_flag(constraint,
	    "skip_validation"))
		verdict_raise(v, A, "adds a constraint for new values",
		    LOCK_NONE);
	else if (str_equal(subtype, "C"))
		verdict_raise(v, A, "adds a constraint, reading every table "
		    "that uses the domain", LOCK_SHARE);
	else if (str_equal(subtype, "V"))
		verdict_raise(v, A, "checks a constraint on every row",
		    LOCK_SHARE);
	else if (str_equal(subtype, "O"))
		verdict_raise(v, B, "makes a domain NOT NULL", LOCK_SHARE);
	else if (str_equal(subtype, "X"))
		verdict_raise(v, B, "drops a constraint", LOCK_NONE);
	else if (str_equal(subtype, "N"))
		verdict_raise(v, B, "drops a NOT NULL guarantee", LOCK_NONE);
	else if (str_equal(subtype, "T") && json_object_get(n, "def") != NULL)
		verdict_raise(v, A, "sets a default for new rows", LOCK_NONE);
	else
		verdict_raise(v, B, "drops a default", LOCK_NONE);
}

/* ---- roles and rights ----------------------------------------------------- */

void
look_create_role(struct sql_verdict *v, const json_t *n)
{
	static const char *const powers[] = {
		"superuser", "bypassrls", "createrole", "isreplication",
		"addroleto", "rolemembers", "adminmembers",
	};
	const json_t *options = json_object_get(n, "options");
	size_t i;

	for (i = 0; i < COUNT_OF(powers); i++)
		if (option_is_on(options, powers[i]))
			verdict_raise(v, B,
			    "creates a role with power over others", LOCK_NONE);
}

static bool
is_to_public(const json_t *grantees)
{
	size_t i;

	for (i = 0; i < json_array_size(grantees); i++)
		if (field_is(json_object_get(json_array_get(grantees, i),
		    "RoleSpec"), "roletype", "ROLESPEC_PUBLIC"))
			return true;
	return false;
}

void
look_grant(struct sql_verdict *v, const json_t *n)
{
	if (!json_flag(n, "is_grant"))
		verdict_raise(v, B, "takes rights away", LOCK_NONE);
	else if (is_to_public(json_object_get(n, "grantees")))
		verdict_raise(v, B, "grants rights to every role", LOCK_NONE);
	else if (json_flag(n, "grant_option"))
		verdict_raise(v, B, "grants rights that can be passed on",
		    LOCK_NONE);
}

void
look_default_privileges(struct sql_verdict *v, const json_t *n)
{
	look_grant(v, json_object_get(n, "action"));
}

/* ---- databases, replication ----------------------------------------------- */

void
look_alter_database(struct sql_verdict *v, const json_t *n)
{
	if (option_find(json_object_get(n, "options"), "tablespace") != NULL)
		v->no_transaction = true;
}

void
look_alter_publication(struct sql_verdict *v, const json_t *n)
{
	if (field_is(n, "action", "AP_AddObjects") &&
	    json_array_size(json_object_get(n, "pubobjects")) > 0)
		verdict_raise(v, A, "adds to a publication",
		    LOCK_SHARE_UPDATE_EXCLUSIVE);
	else
		verdict_raise(v, B, "changes what a publication carries",
		    json_array_size(json_object_get(n, "pubobjects")) == 0 ?
		    LOCK_NONE : LOCK_SHARE_UPDATE_EXCLUSIVE);
}

void
look_create_subscription(struct sql_verdict *v, const json_t *n)
{
	const json_t *options = json_object_get(n, "options");
	static const char *const names[] = { "connect", "create_slot" };
	size_t i;

	for (i = 0; i < COUNT_OF(names); i++)
		if (option_find(options, names[i]) != NULL &&
		    !option_is_on(options, names[i]))
			return;
	v->no_transaction = true;
}

/* ---- the session ----------------------------------------------------------- */

void
look_discard(struct sql_verdict *v, const json_t *n)
{
	if (field_is(n, "target", "DISCARD_ALL"))
		v->no_transaction = true;
}

/* READ WRITE among transaction modes. */
static bool
asks_to_write(const json_t *modes)
{
	const json_t *mode = option_find(modes, "transaction_read_only");
	const json_t *value = json_object_get(json_object_get(json_object_get(
	    mode, "arg"), "A_Const"), "ival");

	return mode != NULL && json_int(value, "ival", 0) == 0;
}

void
look_set(struct sql_verdict *v, const json_t *n)
{
	static const struct {
		const char	*name;
		enum sql_class	 class_;
		const char	*reason;
	} rows[] = {
		{ "session_replication_role", B,
		    "switches triggers and foreign keys off" },
		{ "role", B, "goes on as another role" },
		{ "session_authorization", B, "goes on as another role" },
		{ "default_transaction_read_only", B,
		    "changes a read-only guard" },
		{ "transaction_read_only", B, "changes a read-only guard" },
		{ "synchronous_commit", A, "changes when a commit is safe" },
		{ "zero_damaged_pages", B, "lets damaged data be thrown away" },
		{ "ignore_checksum_failure", B, "reads damaged data as good" },
		{ "allow_system_table_mods", B,
		    "allows changes of the system catalog" },
		{ "row_security", A, "changes what row security does" },
	};
	const char *name = json_str_or(n, "name", "");
	size_t i;

	/* Back to what it was is no danger. */
	if (field_is(n, "kind", "VAR_RESET") ||
	    field_is(n, "kind", "VAR_RESET_ALL"))
		return;
	for (i = 0; i < COUNT_OF(rows); i++)
		if (str_equal(name, rows[i].name))
			verdict_raise(v, rows[i].class_, rows[i].reason,
			    LOCK_NONE);
	if (asks_to_write(json_object_get(n, "args")))
		verdict_raise(v, B, "changes a read-only guard", LOCK_NONE);
}

void
look_transaction(struct sql_verdict *v, const json_t *n)
{
	v->transaction_control = true;
	if (asks_to_write(json_object_get(n, "options")))
		verdict_raise(v, B, "changes a read-only guard", LOCK_NONE);
	if (field_is(n, "kind", "TRANS_STMT_PREPARE"))
		verdict_raise(v, B, "leaves a prepared transaction, which "
		    "keeps its locks", LOCK_NONE);
	else if (field_is(n, "kind", "TRANS_STMT_COMMIT_PREPARED"))
		verdict_raise(v, B, "commits what another session prepared",
		    LOCK_NONE);
	else if (field_is(n, "kind", "TRANS_STMT_ROLLBACK_PREPARED"))
		verdict_raise(v, B, "throws away what another session "
		    "prepared", LOCK_NONE);
	else
		return;
	/* These two are no part of the session's own transaction. */
	if (!field_is(n, "kind", "TRANS_STMT_PREPARE")) {
		v->transaction_control = false;
		v->no_transaction = true;
	}
}
