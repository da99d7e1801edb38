/* schema/kinds/column_measure.c - what a change of a column does to its values. */

#include <string.h>

#include "base/memory.h"
#include "schema/kinds/column.h"
#include "schema/kinds/column_type.h"
#include "schema/kinds/not_null.h"
#include "schema/measure.h"

static int
measure_type(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	void *scratch = talloc_new(NULL);
	const char *column = object_fact(from, "column");
	const char *old = object_text(from, "type");
	const char *new = object_text(to, "type");
	const char *using = type_conversion(scratch, column, old, new);
	int rc = 0;

	/*
	 * There and back again: what does not come back as it was is changed
	 * by the cast; a value that has no cast ends the probe with its error.
	 */
	if (using == NULL)
		using = mem_printf(scratch, "%s::%s", column, new);
	if (strchr(new, '.') == NULL && !type_is_widening(scratch, old, new))
		rc = measure_say_count(m, "value would change in the cast",
		    "values would change in the cast", err,
		    "SELECT count(*) FROM %s WHERE (%s)::%s::text "
		    "IS DISTINCT FROM %s::text", object_fact(from, "table"),
		    using, old, column);
	talloc_free(scratch);
	return rc;
}

/* That nothing is lost is worth knowing, too. */
static int
measure_loss(struct measurement *m, const struct schema_object *column,
    struct error *err)
{
	int64_t count;
	int rc = measure_count(m, "values would be lost", &count, err,
	    "SELECT count(%s) FROM %s", object_fact(column, "column"),
	    object_fact(column, "table"));

	if (rc > 0 && count == 0)
		measure_say(m, "no value would be lost");
	else if (rc > 0)
		measure_say_number(m, count, "value would be lost",
		    "values would be lost");
	return rc < 0 ? -1 : 0;
}

int
column_measure(struct measurement *m, const struct schema_object *from,
    const struct schema_object *to, struct error *err)
{
	const char *table = object_fact(from != NULL ? from : to, "table");

	if (measure_table(m, table, err) < 0)
		return -1;
	if (from == NULL)
		return 0;
	if (to == NULL)
		return measure_loss(m, from, err);
	if (!not_null_holds(from) && not_null_holds(to) &&
	    measure_say_count(m, "row is null and would fail NOT NULL",
	    "rows are null and would fail NOT NULL", err,
	    "SELECT count(*) FROM %s WHERE %s IS NULL", table,
	    object_fact(from, "column")) < 0)
		return -1;
	if (object_differs(from, to, "type"))
		return measure_type(m, from, to, err);
	return 0;
}
