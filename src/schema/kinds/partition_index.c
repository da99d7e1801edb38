/* schema/kinds/partition_index.c - indexes that come with their parent's. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/kinds/partition_index.h"

#define NUMBERS_MAX	100	/* of indexes alike on one partition */
#define NAME_MAX_BYTES	63	/* longer ones are cut, and then alike */

static const char *
table_key(struct plan *p, const json_t *part)
{
	return mem_printf(p, "table %s", json_str(part, "table"));
}

/* Are there rows that it is built from? */
static bool
is_work(struct plan *p, const json_t *part)
{
	return json_flag(part, "is_leaf") &&
	    plan_kept(p, table_key(p, part)) != NULL;
}

static bool
is_among(const json_t *parts, const char *table)
{
	const json_t *part;
	size_t i;

	json_array_foreach(parts, i, part)
		if (strcmp(json_str(part, "table"), table) == 0)
			return true;
	return false;
}

/* Will a partition of this table be there that has none by then? */
static bool
is_left_to_parent(struct plan *p, const json_t *parts, const char *table)
{
	const struct schema_object *parent = plan_target(p, table);
	const struct schema_object **child;

	if (parent == NULL)
		return false;
	for (child = plan_parts(p, parent, "table"); *child != NULL; child++)
		if (!is_among(parts, object_sql(*child)) ||
		    is_left_to_parent(p, parts, (*child)->key))
			return true;
	return false;
}

/*
 * Not for what shall be no partition, nor where one of its name stays, which
 * may be like it; and where a key of another kind is behind it, that is an
 * object itself.
 */
static bool
is_wanted(struct plan *p, const json_t *part)
{
	const struct schema_object *table = plan_target(p, table_key(p, part));

	return json_str(part, "name") != NULL && table != NULL &&
	    object_text(table, "partition_of") != NULL &&
	    plan_target(p, json_str(part, "key")) == NULL;
}

/* ---- names ---------------------------------------------------------------- */

/* Names of the partition's that belong to an index of its parents'. */
static void
add_names(json_t *names, const struct schema_object *index, const char *table)
{
	const json_t *part;
	size_t i;

	if (index != NULL)
		json_array_foreach(object_fact_json(index, "partitions"), i, part)
			if (strcmp(json_str(part, "table"), table) == 0 &&
			    json_str(part, "name") != NULL)
				json_object_set_new(names,
				    json_str(part, "name"), json_true());
}

/* Names that it has as they are and, but for those of to, as they shall be. */
static void
add_names_of_parent(struct plan *p, json_t *names,
    const struct schema_object *parent, const struct schema_object *to,
    const char *table)
{
	static const char *const kinds[] = { "index", "primary key", "unique" };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const struct schema_object **index = plan_parts(p, parent,
		    kinds[i]);

		for (; *index != NULL; index++) {
			add_names(names, plan_kept(p, (*index)->key), table);
			if (*index != to)
				add_names(names, *index, table);
		}
	}
}

/* Those of the partition alone. */
static void
add_own_names(struct plan *p, json_t *names, const struct schema_object *table)
{
	static const char *const kinds[] = { "index", "primary key", "unique",
		"exclusion" };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const struct schema_object **index = plan_parts(p, table,
		    kinds[i]);

		for (; *index != NULL; index++)
			json_object_set_new(names, object_fact(*index, "index"),
			    json_true());
	}
}

/* "t_a_idx" of "t_a_idx3", then "t_a_idx1" ...; inside of quotes, too. */
static const char *
other_number(struct plan *p, const json_t *names, const char *name)
{
	size_t size = strlen(name);
	bool is_quoted = name[size - 1] == '"';

	size -= is_quoted;
	while (size > 0 && name[size - 1] >= '0' && name[size - 1] <= '9')
		size--;
	if (size + strlen("99") > NAME_MAX_BYTES)
		return NULL;
	for (int number = 1; number < NUMBERS_MAX; number++) {
		const char *other = mem_printf(p, "%.*s%d%s", (int)size, name,
		    number, is_quoted ? "\"" : "");

		if (json_object_get(names, other) == NULL)
			return other;
	}
	return NULL;
}

/*
 * The name that it shall have.  Where that is taken (the server numbers what
 * it names by itself) another number; else null.
 */
static const char *
free_name(struct plan *p, const struct schema_object *to, const json_t *part)
{
	const struct schema_object *table = plan_target(p, table_key(p, part));
	const char *name = json_str(part, "name");
	json_t *names = json_owned(p, json_object());

	add_own_names(p, names, table);
	for (const struct schema_object *parent = table; parent->parent != NULL &&
	    (parent = plan_target(p, parent->parent)) != NULL; )
		add_names_of_parent(p, names, parent, to, json_str(part, "table"));
	if (json_object_get(names, name) == NULL)
		return name;
	return json_flag(part, "has_usual_name") ?
	    other_number(p, names, name) : NULL;
}

/* Those that are to be made; where the name is taken, the parent's does it. */
static json_t *
wanted(struct plan *p, const struct schema_object *to, bool *is_left)
{
	const json_t *all = object_fact_json(to, "partitions"), *part;
	json_t *list = json_array();
	size_t i;

	*is_left = is_left_to_parent(p, all, to->parent);
	json_array_foreach(all, i, part) {
		const char *name;

		if (!is_wanted(p, part))
			continue;
		name = free_name(p, to, part);
		if (name == NULL) {
			*is_left |= is_work(p, part);
			continue;
		}
		json_array_append_new(list, json_copy((json_t *)(uintptr_t)part));
		json_object_set_new(json_array_get(list,
		    json_array_size(list) - 1), "name", json_string(name));
	}
	return list;
}

/* The plain form leaves all to the parent's, unless that gives other names. */
struct partition_scans
partition_indexes_create(struct plan *p, const struct schema_object *to,
    partition_write write)
{
	bool works = false, has_names = false, is_left;
	json_t *parts = wanted(p, to, &is_left), *part;
	size_t i;

	json_array_foreach(parts, i, part) {
		works |= is_work(p, part);
		has_names |= !json_flag(part, "has_usual_name");
	}
	json_array_foreach(parts, i, part) {
		bool is_work_here = is_work(p, part);

		if (is_work_here)
			write(p, to, part, true);
		if (is_work_here ? has_names :
		    !json_flag(part, "has_usual_name")) {
			write(p, to, part, false);
			plan_mark(p, is_work_here ? MARK_PLAIN | MARK_SCANS : 0);
		}
	}
	json_decref(parts);
	return (struct partition_scans){
		.plain = is_left || (works && !has_names) ? MARK_SCANS : 0,
		.safe = is_left ? MARK_SCANS : 0 };
}
