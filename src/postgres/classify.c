/* postgres/classify.c - what a parsed statement would do: the machinery. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/classify.h"
#include "postgres/look.h"

#define R SQL_READS
#define A SQL_ADDITIVE
#define B SQL_DESTRUCTIVE

static const char *const lock_names[] = {
	[LOCK_NONE] = NULL,
	[LOCK_ACCESS_SHARE] = "AccessShareLock",
	[LOCK_ROW_SHARE] = "RowShareLock",
	[LOCK_ROW_EXCLUSIVE] = "RowExclusiveLock",
	[LOCK_SHARE_UPDATE_EXCLUSIVE] = "ShareUpdateExclusiveLock",
	[LOCK_SHARE] = "ShareLock",
	[LOCK_SHARE_ROW_EXCLUSIVE] = "ShareRowExclusiveLock",
	[LOCK_EXCLUSIVE] = "ExclusiveLock",
	[LOCK_ACCESS_EXCLUSIVE] = "AccessExclusiveLock",
};

struct rule {
	const char	*node;
	enum sql_class	 class_;
	const char	*reason;
	enum sql_lock	 lock;
	void		(*look)(struct sql_verdict *v, const json_t *statement);
};

static const struct rule statements[] = {
#define STATEMENT(node, class_, reason, lock, look) \
	{ #node, class_, reason, LOCK_##lock, look },
#include "postgres/statements.def"
#undef STATEMENT
};

static const struct {
	const char	*kind, *reason;
	enum sql_lock	 lock;
} drops[] = {
#define DROP(kind, reason, lock) { #kind, reason, LOCK_##lock },
#include "postgres/drops.def"
#undef DROP
};

static const struct {
	const char	*pattern;
	enum sql_class	 class_;
	const char	*reason;
} calls[] = {
#define CALL(pattern, class_, reason) { pattern, class_, reason },
#include "postgres/calls.def"
#undef CALL
};

static const char *const harmless[] = {
#include "postgres/functions.def"
};

const char *
sql_lock_name(enum sql_lock lock)
{
	return lock_names[lock];
}

void
verdict_raise(struct sql_verdict *v, enum sql_class class_,
    const char *reason, enum sql_lock lock)
{
	if (class_ > v->class_ || v->reason == NULL) {
		v->class_ = class_ > v->class_ ? class_ : v->class_;
		v->reason = reason;
	}
	if (lock > v->lock)
		v->lock = lock;
}

/* ---- options ------------------------------------------------------------- */

const json_t *
option_find(const json_t *list, const char *name)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *option = json_object_get(json_array_get(list, i),
		    "DefElem");

		if (str_equal(json_str(option, "defname"), name))
			return option;
	}
	return NULL;
}

bool
option_is_on(const json_t *list, const char *name)
{
	const json_t *option = option_find(list, name), *arg, *value;
	const char *text;

	if (option == NULL)
		return false;
	arg = json_object_get(option, "arg");
	if (arg == NULL)
		return true;
	/* The grammar's JSON leaves out what is false or 0. */
	if ((value = json_object_get(arg, "Boolean")) != NULL)
		return json_flag(value, "boolval");
	if ((value = json_object_get(arg, "Integer")) != NULL)
		return json_int(value, "ival", 0) != 0;
	text = json_str_or(json_object_get(arg, "String"), "sval", "true");
	return !str_equal(text, "false") && !str_equal(text, "off") &&
	    !str_equal(text, "no") && !str_equal(text, "0");
}

/* ---- calls --------------------------------------------------------------- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool
is_harmless(const char *name)
{
	return bsearch(name, harmless, COUNT_OF(harmless), sizeof(harmless[0]),
	    compare_names) != NULL;
}

void
verdict_call(struct sql_verdict *v, const json_t *call)
{
	const json_t *names = json_object_get(call, "funcname");
	size_t count = json_array_size(names), i;
	const char *name = "", *schema = NULL;
	struct buffer *full;

	for (i = 0; i < count; i++) {
		schema = i == 0 ? NULL : name;
		name = json_str_or(json_object_get(json_array_get(names, i),
		    "String"), "sval", "");
	}
	/* By another schema's name it is another function. */
	if (schema == NULL || str_equal(schema, "pg_catalog")) {
		for (i = 0; i < COUNT_OF(calls); i++)
			if (str_glob(name, calls[i].pattern)) {
				verdict_raise(v, calls[i].class_,
				    calls[i].reason, LOCK_NONE);
				return;
			}
		if (is_harmless(name))
			return;
	}
	full = buffer_new(NULL);
	buffer_printf(full, "%s%s%s", schema == NULL ? "" : schema,
	    schema == NULL ? "" : ".", name);
	if (v->class_ < B)
		verdict_raise(v, B, mem_printf(v->owner,
		    "calls %s(), whose body cannot be seen",
		    str_printable(full, full->data, full->size, false)),
		    LOCK_NONE);
	talloc_free(full);
}

/* ---- trees --------------------------------------------------------------- */

/* What counts wherever it stands in a query. */
static const struct {
	const char	*key;
	void		(*look)(struct sql_verdict *v, const json_t *value);
} found[] = {
	{ "DeleteStmt", look_delete },
	{ "FuncCall", verdict_call },
	{ "InsertStmt", look_insert },
	{ "LockingClause", look_locking },
	{ "MergeStmt", look_merge },
	{ "RangeVar", look_table },
	{ "UpdateStmt", look_update },
	{ "intoClause", look_into },
};

void
verdict_walk(struct sql_verdict *v, const json_t *tree)
{
	const char *key;
	json_t *value;
	void *at;
	size_t i;

	if (json_is_array(tree)) {
		for (i = 0; i < json_array_size(tree); i++)
			verdict_walk(v, json_array_get(tree, i));
		return;
	}
	/* jansson's iterators take a non-const object, and leave it alone. */
	for (at = json_object_iter((json_t *)(uintptr_t)tree); at != NULL;
	    at = json_object_iter_next((json_t *)(uintptr_t)tree, at)) {
		key = json_object_iter_key(at);
		value = json_object_iter_value(at);
		for (i = 0; i < COUNT_OF(found); i++)
			if (str_equal(found[i].key, key))
				found[i].look(v, value);
		verdict_walk(v, value);
	}
}

void
verdict_drop(struct sql_verdict *v, const json_t *n)
{
	const char *kind = json_str_or(n, "removeType", "");
	bool cascade = str_equal(json_str(n, "behavior"), "DROP_CASCADE");
	size_t i;

	for (i = 0; i < COUNT_OF(drops); i++)
		if (str_equal(drops[i].kind, kind))
			break;
	if (i == COUNT_OF(drops))
		verdict_raise(v, B, "drops an object", LOCK_ACCESS_EXCLUSIVE);
	else if (json_flag(n, "concurrent")) {
		v->no_transaction = true;
		verdict_raise(v, B, drops[i].reason,
		    LOCK_SHARE_UPDATE_EXCLUSIVE);
	} else if (cascade)
		verdict_raise(v, B, mem_printf(v->owner,
		    "%s, and all that depends on it", drops[i].reason),
		    LOCK_ACCESS_EXCLUSIVE);
	else
		verdict_raise(v, B, drops[i].reason, drops[i].lock);
}

void
sql_classify(struct sql_verdict *v, const json_t *node)
{
	void *at = json_object_iter((json_t *)(uintptr_t)node);
	const struct rule *rule = NULL;
	size_t i;

	for (i = 0; at != NULL && i < COUNT_OF(statements); i++)
		if (str_equal(json_object_iter_key(at), statements[i].node))
			rule = &statements[i];
	if (rule == NULL) {
		verdict_raise(v, B, "is a statement that is not known here",
		    LOCK_NONE);
		return;
	}
	if (rule->reason != NULL)
		verdict_raise(v, rule->class_, rule->reason, rule->lock);
	if (rule->look == verdict_walk)
		verdict_walk(v, node);
	else if (rule->look != NULL)
		rule->look(v, json_object_iter_value(at));
}
