/* postgres/alter.c - the subcommands of ALTER TABLE. */

#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "postgres/classify.h"

#define A SQL_ADDITIVE
#define B SQL_DESTRUCTIVE

static bool
field_is(const json_t *n, const char *key, const char *value)
{
	return str_equal(json_str(n, key), value);
}

static const json_t *
definition_of(const json_t *command, const char *node)
{
	return json_object_get(json_object_get(command, "def"), node);
}

/* now() and the like are computed once; any other call, once per row. */
static bool
is_computed_once(const json_t *call)
{
	static const char *const once[] = {
		"now", "transaction_timestamp", "statement_timestamp",
		"current_database", "current_setting",
	};
	const json_t *names = json_object_get(call, "funcname");
	const char *name = json_str_or(json_object_get(json_array_get(names,
	    json_array_size(names) - 1), "String"), "sval", "");
	size_t i;

	for (i = 0; i < COUNT_OF(once); i++)
		if (str_equal(name, once[i]))
			return true;
	return false;
}

static bool
calls_per_row(const json_t *tree)
{
	void *at;
	size_t i;

	for (i = 0; i < json_array_size(tree); i++)
		if (calls_per_row(json_array_get(tree, i)))
			return true;
	for (at = json_object_iter((json_t *)(uintptr_t)tree); at != NULL;
	    at = json_object_iter_next((json_t *)(uintptr_t)tree, at)) {
		const json_t *value = json_object_iter_value(at);

		if (str_equal(json_object_iter_key(at), "FuncCall") &&
		    !is_computed_once(value))
			return true;
		if (calls_per_row(value))
			return true;
	}
	return false;
}

static bool
is_serial(const json_t *column)
{
	const json_t *names = json_object_get(json_object_get(column,
	    "typeName"), "names");
	const char *type = json_str_or(json_object_get(json_array_get(names, 0),
	    "String"), "sval", "");

	return json_array_size(names) == 1 && (str_equal(type, "serial") ||
	    str_equal(type, "bigserial") || str_equal(type, "smallserial") ||
	    str_equal(type, "serial4") || str_equal(type, "serial8") ||
	    str_equal(type, "serial2"));
}

static void
look_add_column(struct sql_verdict *v, const json_t *command)
{
	const json_t *column = definition_of(command, "ColumnDef");
	const json_t *constraints = json_object_get(column, "constraints");
	bool rewrites = is_serial(column);
	size_t i;

	for (i = 0; i < json_array_size(constraints); i++) {
		const json_t *c = json_object_get(json_array_get(constraints,
		    i), "Constraint");

		if (field_is(c, "contype", "CONSTR_IDENTITY") ||
		    field_is(c, "contype", "CONSTR_GENERATED") ||
		    (field_is(c, "contype", "CONSTR_DEFAULT") &&
		    calls_per_row(json_object_get(c, "raw_expr"))))
			rewrites = true;
	}
	verdict_raise(v, A, rewrites ?
	    "adds a column with a value per row: rewrites the table" :
	    "adds a column", LOCK_ACCESS_EXCLUSIVE);
}

static void
look_add_constraint(struct sql_verdict *v, const json_t *command)
{
	const json_t *c = definition_of(command, "Constraint");
	const char *type = json_str_or(c, "contype", "");
	bool later = json_flag(c, "skip_validation");

	if (str_equal(type, "CONSTR_FOREIGN"))
		verdict_raise(v, A, later ? "adds a foreign key for new rows" :
		    "adds a foreign key, reading both tables",
		    LOCK_SHARE_ROW_EXCLUSIVE);
	else if (str_equal(type, "CONSTR_CHECK"))
		verdict_raise(v, A, later ? "adds a check for new rows" :
		    "adds a check, reading every row under the lock",
		    LOCK_ACCESS_EXCLUSIVE);
	else if (json_str(c, "indexname") != NULL)
		verdict_raise(v, A, "makes an index a constraint",
		    LOCK_ACCESS_EXCLUSIVE);
	else
		verdict_raise(v, A,
		    "adds a constraint, building an index under the lock",
		    LOCK_ACCESS_EXCLUSIVE);
}

static void
look_default(struct sql_verdict *v, const json_t *command)
{
	if (json_object_get(command, "def") == NULL)
		verdict_raise(v, B, "drops a default", LOCK_ACCESS_EXCLUSIVE);
	else
		verdict_raise(v, A, "sets a default for new rows",
		    LOCK_ACCESS_EXCLUSIVE);
}

static void
look_detach(struct sql_verdict *v, const json_t *command)
{
	bool concurrent = json_flag(definition_of(command, "PartitionCmd"),
	    "concurrent");

	if (concurrent)
		v->no_transaction = true;
	verdict_raise(v, B, "takes a partition's rows out of its table",
	    concurrent ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_ACCESS_EXCLUSIVE);
}

/* A row with a look says nothing by itself. */
static const struct {
	const char	*subtype;
	enum sql_class	 class_;
	const char	*reason;
	enum sql_lock	 lock;
	void		(*look)(struct sql_verdict *v, const json_t *command);
} commands[] = {
#define R SQL_READS
#define ALTER(subtype, class_, reason, lock, look) \
	{ #subtype, class_, reason, LOCK_##lock, look },
#include "postgres/alter.def"
#undef ALTER
#undef R
};

static void
alter_one(struct sql_verdict *v, const json_t *command)
{
	const char *subtype = json_str_or(command, "subtype", "");
	size_t i;

	for (i = 0; i < COUNT_OF(commands); i++) {
		if (!str_equal(subtype, commands[i].subtype))
			continue;
		if (commands[i].look != NULL)
			commands[i].look(v, command);
		else
			verdict_raise(v, commands[i].class_,
			    commands[i].reason, commands[i].lock);
		return;
	}
	verdict_raise(v, B, "changes a table in a way that is not known here",
	    LOCK_ACCESS_EXCLUSIVE);
}

void
verdict_alter(struct sql_verdict *v, const json_t *n)
{
	const json_t *list = json_object_get(n, "cmds");
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		alter_one(v, json_object_get(json_array_get(list, i),
		    "AlterTableCmd"));
}
