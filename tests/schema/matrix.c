/* tests/schema/matrix.c - does some case show each change of each kind? */

#include "schema/matrix.h"

#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"
#include "postgres/classify.h"
#include "schema/kind.h"

/* "add table", "alter column type", "comment table": what was shown. */
static json_t *shown;

/* What no case can show, on servers up to a major version, and why. */
#define EVER	99
static const struct {
	const char	*text;
	int		 until;
} excused[] = {
	/* Words that servers did not have. */
	{ "alter column virtual", 17 },
	{ "alter domain not_null_name", 16 },
	{ "alter publication generated", 17 },
	{ "alter table access_method", 14 },
	{ "alter sequence persistence", 14 },
	{ "alter column setting compression", 13 },
	{ "alter publication table of", 14 },
	/* No index stands behind these. */
	{ "alter check only", EVER },
	{ "alter check clustered", EVER },
	{ "alter check replica_identity", EVER },
	{ "alter check backed_by", EVER },
	{ "alter foreign key only", EVER },
	{ "alter foreign key clustered", EVER },
	{ "alter foreign key replica_identity", EVER },
	{ "alter foreign key backed_by", EVER },
	/* The server compares, and so attaches, no exclusions. */
	{ "alter exclusion only", EVER },
	{ "alter exclusion backed_by", EVER },
	{ "alter exclusion replica_identity", EVER },
	/* The name says all that there is. */
	{ "alter user mapping definition", EVER },
	/* A build that failed has a test of its own: test_drift. */
	{ "alter index valid", EVER },
};

/* Kinds that no COMMENT can be about. */
static const char *const silent[] = {
	"user mapping", "sequence owner", "column setting", "publication table",
	"publication schema", "grant", "default privilege", "comment", NULL
};

/* Kinds that a GRANT can be about. */
static const char *const granted[] = {
	"schema", "enum", "domain", "composite", "range type", "sequence",
	"foreign data wrapper", "server", "function", "aggregate", "table",
	"foreign table", "column", "view", "materialized view", NULL
};

static bool
is_among(const char *const *list, const char *text)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

static void
note(const char *verb, const char *kind, const char *attribute)
{
	char *text = mem_printf(NULL, "%s %s%s%s", verb, kind,
	    attribute == NULL ? "" : " ", attribute == NULL ? "" : attribute);

	if (shown == NULL)
		shown = json_object();
	json_object_set_new(shown, text, json_true());
	talloc_free(text);
}

/* The kind's name is what the key begins with. */
static const char *
kind_of_key(const char *key)
{
	const char *found = "";

	for (int i = 0; i < schema_kind_count; i++) {
		const char *name = schema_kinds[i]->name;
		size_t size = strlen(name);

		if (strncmp(key, name, size) == 0 && key[size] == ' ' &&
		    size > strlen(found))
			found = name;
	}
	return found;
}

void
matrix_note(const struct drift *d)
{
	static const char *const verbs[] = { "add", "drop", "alter" };

	for (size_t i = 0; i < d->count; i++) {
		const struct drift_item *item = &d->items[i];
		const struct schema_object *o = item->expected != NULL ?
		    item->expected : item->actual;

		note(verbs[item->change], item->kind, NULL);
		for (size_t k = 0; item->change == DRIFT_ALTER &&
		    k < item->attribute_count; k++)
			note("alter", item->kind, item->attributes[k].name);
		if (o->parent != NULL)
			note(item->kind, kind_of_key(o->parent), NULL);
	}
}

/* ---- what a query yields --------------------------------------------------- */

/* 'name', value, ...: the arguments of jsonb_build_object(). */
static void
add_members(json_t *names, const json_t *value)
{
	const json_t *call = json_object_get(value, "FuncCall");
	const json_t *args = json_object_get(call, "args"), *arg;
	const char *function = json_str_or(json_object_get(json_array_get(
	    json_object_get(call, "funcname"), 0), "String"), "sval", "");
	size_t i;

	if (strcmp(function, "jsonb_strip_nulls") == 0)
		add_members(names, json_array_get(args, 0));
	else if (strcmp(function, "jsonb_build_object") == 0)
		json_array_foreach(args, i, arg)
			if (i % 2 == 0)
				json_object_set_new(names, json_str(
				    json_object_get(json_object_get(arg,
				    "A_Const"), "sval"), "sval"), json_true());
}

/* Attributes of a kind, as members. */
static json_t *
attributes_of(const void *owner, const char *query)
{
	static const char *const others[] = { "ref", "schema", "name", "parent",
		"depends", "facts", NULL };
	json_t *names = json_owned(owner, json_object());
	const json_t *statement, *target;
	char *text = mem_printf(owner, "WITH q AS (SELECT 1) %s", query);
	size_t i;

	statement = json_object_get(json_owned(owner, sql_tree(text)),
	    "SelectStmt");
	assert_non_null(statement);
	while (json_object_get(statement, "targetList") == NULL) {
		statement = json_object_get(statement, "larg");
		if (statement == NULL)
			fail_msg("what does this yield?\n%s", query);
	}
	json_array_foreach(json_object_get(statement, "targetList"), i, target) {
		const json_t *r = json_object_get(target, "ResTarget");
		const char *name = json_str(r, "name");

		if (name == NULL || *name == '@' || is_among(others, name))
			continue;
		if (strcmp(name, "attributes") == 0)
			add_members(names, json_object_get(r, "val"));
		else
			json_object_set_new(names, name, json_true());
	}
	return names;
}

/* ---- what is missing ------------------------------------------------------- */

static bool
is_excused(const char *text, int major)
{
	for (size_t i = 0; i < COUNT_OF(excused); i++)
		if (strcmp(excused[i].text, text) == 0)
			return major <= excused[i].until;
	return false;
}

static void
want(struct buffer *missing, int major, const char *verb, const char *kind,
    const char *attribute)
{
	char *text = mem_printf(missing, "%s %s%s%s", verb, kind,
	    attribute == NULL ? "" : " ", attribute == NULL ? "" : attribute);

	if (json_object_get(shown, text) == NULL && !is_excused(text, major))
		buffer_printf(missing, "%s\n", text);
}

char *
matrix_missing(const void *owner, int major)
{
	struct buffer *missing = buffer_new(owner);

	for (int i = 0; i < schema_kind_count; i++) {
		const char *query = schema_kind_query(schema_kinds[i],
		    major * 10000);
		const char *kind = schema_kinds[i]->name, *name;
		json_t *names, *value;

		if (query == NULL)
			continue;
		names = attributes_of(missing, query);
		want(missing, major, "add", kind, NULL);
		want(missing, major, "drop", kind, NULL);
		json_object_foreach(names, name, value)
			want(missing, major, "alter", kind, name);
		if (!is_among(silent, kind))
			want(missing, major, "comment", kind, NULL);
		if (is_among(granted, kind))
			want(missing, major, "grant", kind, NULL);
	}
	return missing->data;
}
