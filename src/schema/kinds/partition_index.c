/* schema/kinds/partition_index.c - indexes that come with their parent's. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/kinds/partition_index.h"

/* Is one of this name, on this partition, part of an index that stays? */
static bool
has_such(struct plan *p, const struct schema_object *index, const json_t *part)
{
	const struct schema_object *kept = plan_kept(p, index->key);
	const json_t *theirs;
	size_t i;

	if (kept != NULL)
		json_array_foreach(object_fact_json(kept, "partitions"), i, theirs)
			if (str_equal(json_str(theirs, "name"),
			    json_str(part, "name")) &&
			    str_equal(json_str(theirs, "table"),
			    json_str(part, "table")))
				return true;
	return false;
}

/* The server gives another name then. */
static bool
is_taken(struct plan *p, const struct schema_object *table, const json_t *part)
{
	static const char *const kinds[] = { "index", "primary key", "unique" };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		const struct schema_object **index = plan_parts(p, table,
		    kinds[i]);

		for (; *index != NULL; index++)
			if (has_such(p, *index, part))
				return true;
	}
	return false;
}

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

/* Those that are to be made; where the name is taken, the parent's does it. */
static json_t *
wanted(struct plan *p, const struct schema_object *to, bool *is_left)
{
	const struct schema_object *table = plan_target(p, to->parent);
	const json_t *all = object_fact_json(to, "partitions"), *part;
	json_t *list = json_array();
	size_t i;

	*is_left = is_left_to_parent(p, all, to->parent);
	json_array_foreach(all, i, part) {
		if (!is_wanted(p, part))
			continue;
		if (partition_index_name(to, part) != NULL &&
		    is_taken(p, table, part))
			*is_left |= is_work(p, part);
		else
			json_array_append(list, (json_t *)(uintptr_t)part);
	}
	return list;
}

const char *
partition_index_name(const struct schema_object *to, const json_t *part)
{
	return strcmp(to->kind, "index") == 0 &&
	    json_flag(part, "has_usual_name") ? NULL : json_str(part, "name");
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
