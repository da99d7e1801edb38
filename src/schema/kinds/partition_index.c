/* schema/kinds/partition_index.c - indexes that come with their parent's. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "schema/kinds/partition_index.h"

/*
 * Is it to be made for this partition?  Not where one of its name stays, and
 * not where a key of another kind is behind it: that is an object itself.
 */
static bool
is_wanted(struct plan *p, const json_t *part)
{
	return json_str(part, "name") != NULL &&
	    plan_target(p, json_str(part, "key")) == NULL;
}

/* Are there rows that it is built from? */
static bool
is_work(struct plan *p, const json_t *part)
{
	char *key = mem_printf(NULL, "table %s", json_str(part, "table"));
	bool works = json_flag(part, "is_leaf") && plan_kept(p, key) != NULL;

	talloc_free(key);
	return works;
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

/* Those that are wanted, of a list without the others. */
static json_t *
wanted(struct plan *p, const json_t *parts)
{
	json_t *list = json_array(), *part;
	size_t i;

	json_array_foreach(parts, i, part)
		if (is_wanted(p, part))
			json_array_append(list, part);
	return list;
}

/* The plain form leaves all to the parent's, unless that gives other names. */
struct partition_scans
partition_indexes_create(struct plan *p, const struct schema_object *to,
    partition_write write)
{
	const json_t *all = object_fact_json(to, "partitions");
	bool is_left = is_left_to_parent(p, all, to->parent);
	json_t *parts = wanted(p, all), *part;
	bool works = false, has_names = false;
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
