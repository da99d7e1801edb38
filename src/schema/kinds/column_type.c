/* schema/kinds/column_type.c - what a change of type means to values. */

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/kinds/column_type.h"

/* "character varying(20)[]": what is left of the brackets. */
static char *
base_type(const void *owner, const char *type)
{
	const char *open = strchr(type, '(');
	const char *close = open == NULL ? NULL : strchr(open, ')');

	if (open == NULL || close == NULL)
		return mem_strdup(owner, type);
	return mem_printf(owner, "%.*s%s", (int)(open - type), type, close + 1);
}

static bool
is_one_of(const char *type, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(type, *list) == 0)
			return true;
	return false;
}

static const char *const numbers[] = { "smallint", "integer", "bigint",
	"numeric", "real", "double precision", NULL };
static const char *const strings[] = { "text", "character varying",
	"character", "name", NULL };
static const char *const times[] = { "date", "timestamp without time zone",
	"timestamp with time zone", NULL };
static const char *const documents[] = { "json", "jsonb", NULL };

/* Does the server convert by itself, raising an error rather than cutting? */
static bool
converts_by_itself(const char *from, const char *to)
{
	return strcmp(from, to) == 0 || is_one_of(to, strings) ||
	    (is_one_of(from, numbers) && is_one_of(to, numbers)) ||
	    (is_one_of(from, times) && is_one_of(to, times)) ||
	    (is_one_of(from, documents) && is_one_of(to, documents));
}

/* Is there a cast that must be asked for? */
static bool
casts(const char *from, const char *to)
{
	return (is_one_of(from, strings) && strchr(to, '.') == NULL) ||
	    (strcmp(from, "integer") == 0 && strcmp(to, "boolean") == 0) ||
	    (strcmp(from, "boolean") == 0 && strcmp(to, "integer") == 0);
}

char *
type_conversion(const void *owner, const char *column, const char *from,
    const char *to)
{
	char *a = base_type(owner, from), *b = base_type(owner, to);
	bool zone_a = strcmp(a, "timestamp with time zone") == 0;
	bool zone_b = strcmp(b, "timestamp with time zone") == 0;

	/* The same on every server, whatever its time zone is. */
	if (zone_a != zone_b && strcmp(zone_a ? b : a,
	    "timestamp without time zone") == 0)
		return mem_printf(owner, "%s AT TIME ZONE 'UTC'", column);
	if (converts_by_itself(a, b))
		return NULL;
	if (casts(a, b))
		return mem_printf(owner, "%s::%s", column, to);
	/* Without a cast between them, text is what they share. */
	return mem_printf(owner, "%s::text%s::%s", column,
	    str_ends(b, "[]") && str_ends(a, "[]") ? "[]" : "", to);
}

/* The number in brackets: n of varchar(n), p and s of numeric(p,s); -1. */
static void
modifiers(const char *type, int *first, int *second)
{
	const char *open = strchr(type, '(');

	*first = *second = -1;
	if (open != NULL && sscanf(open, "(%d,%d)", first, second) < 1)
		*first = -1;
}

bool
type_is_widening(const void *scratch, const char *from, const char *to)
{
	char *a = base_type(scratch, from), *b = base_type(scratch, to);
	int a1, a2, b1, b2;

	modifiers(from, &a1, &a2);
	modifiers(to, &b1, &b2);
	if (strcmp(a, "character varying") == 0)
		return strcmp(b, "text") == 0 ||
		    (strcmp(a, b) == 0 && (b1 < 0 || (a1 >= 0 && b1 >= a1)));
	if (strcmp(a, "text") == 0)
		return strcmp(b, "character varying") == 0 && b1 < 0;
	if (strcmp(a, "numeric") == 0 && strcmp(b, "numeric") == 0)
		return b1 < 0 || (a1 >= 0 && b1 >= a1 && a2 == b2);
	return false;
}

bool
type_is_time_zone_change(const char *from, const char *to)
{
	static const char *const zones[] = { "timestamp without time zone",
		"timestamp with time zone", NULL };

	return strcmp(from, to) != 0 && is_one_of(from, zones) &&
	    is_one_of(to, zones);
}
