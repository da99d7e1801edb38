/* tests/schema/random/types.c - schemas, types, sequences, routines. */

#include <string.h>

#include "base/memory.h"
#include "schema/random/world.h"

static const struct column_type types[] = {
	{ "int", "1", NULL, true, true, false },
	{ "bigint", "1", NULL, true, true, false },
	{ "text", "1", NULL, true, true, true },
	{ "varchar(20)", "1", NULL, true, true, true },
	{ "numeric(12)", "1", NULL, true, true, false },
	{ "smallint", "1", NULL, true, true, false },
	{ "s1.e0", "1", "enum 0", true, true, false },
	{ "s1.e1", "1", "enum 1", true, true, false },
	{ "s1.d0", "1", "domain 0", true, true, false },
	{ "s1.d1", "1", "domain 1", true, true, false },
	{ "varchar(30)", "1", NULL, true, true, true },
	{ "jsonb", "1", NULL, true, true, false },
	{ "boolean", "t", NULL, false, true, false },
	{ "date", "2020-01-01", NULL, false, true, false },
	{ "timestamptz", "2020-01-01 10:00:00+00", NULL, false, true, false },
	{ "timestamp(3)", "2020-01-01 10:00:00", NULL, false, true, false },
	{ "interval", "1 day", NULL, false, true, false },
	{ "double precision", "1.5", NULL, false, true, false },
	{ "int[]", "{1,2}", NULL, false, true, false },
	{ "text[]", "{a,b}", NULL, false, true, true },
	{ "s1.e0[]", "{1}", "enum 0", false, true, false },
	{ "uuid", "00000000-0000-0000-0000-000000000001", NULL, false, true, false },
	{ "bytea", "\\x01", NULL, false, true, false },
	{ "char(5)", "x", NULL, false, true, true },
	{ "inet", "10.0.0.1", NULL, false, true, false },
	{ "point", "(1,2)", NULL, false, false, false },
	{ "s1.k0", NULL, "composite", false, true, false },
	{ "s1.r0", "[1,5)", "range", false, true, false },
};
#define CASTING	12

bool
world_has(struct world *w, const char *place)
{
	return world_chance(w, 80, "%s", place);
}

const struct column_type *
world_type(struct world *w, bool casts, const char *place)
{
	const struct column_type *type = &types[world_pick(w,
	    casts ? CASTING : COUNT_OF(types), "%s type", place)];

	/* A type that is not there, or would not compare as itself. */
	if (type->needs != NULL && !world_has(w, type->needs))
		return &types[0];
	return type;
}

static void
write_enum(struct world *w, int e)
{
	static const char *const labels[] = { "a", "b c", "d'e", "f", "g" };
	unsigned first = world_rare(w, 70, COUNT_OF(labels), "enum %d first", e);

	buffer_printf(w->sql, "CREATE TYPE s1.e%d AS ENUM ('1'", e);
	for (unsigned i = 0; i < COUNT_OF(labels); i++) {
		unsigned at = (first + i) % (unsigned)COUNT_OF(labels);
		char *label;

		if (!world_chance(w, 60, "enum %d label %u", e, at))
			continue;
		label = memory_check(talloc_strdup(w, labels[at]));
		buffer_printf(w->sql, ", '%s'", strcmp(label, "d'e") == 0 ?
		    "d''e" : label);
		talloc_free(label);
	}
	buffer_puts(w->sql, ");\n");
	emit_comment(w, e == 0 ? "TYPE s1.e0" : "TYPE s1.e1",
	    e == 0 ? "enum 0" : "enum 1");
}

static void
write_domain(struct world *w, int d)
{
	static const char *const bases[] = { "int", "bigint", "text",
	    "varchar(40)", "numeric" };
	char name[16], place[16];

	snprintf(name, sizeof(name), "DOMAIN s1.d%d", d);
	snprintf(place, sizeof(place), "domain %d", d);
	emit(w, "CREATE %s AS %s%s", name,
	    bases[world_rare(w, 50, COUNT_OF(bases), "%s base", place)],
	    world_chance(w, 30, "%s default", place) ? " DEFAULT '1'" : "");
	if (world_chance(w, 20, "%s not null", place))
		emit(w, "ALTER %s SET NOT NULL", name);
	for (int c = 0; c < 2; c++) {
		unsigned check = world_rare(w, 50, 4, "%s check %d", place, c);

		if (check > 0)
			emit(w, "ALTER %s ADD CONSTRAINT k%d CHECK "
			    "(length(VALUE::text) < %u)%s", name, c, check * 10,
			    world_chance(w, 20, "%s check %d not valid", place, c) ?
			    " NOT VALID" : "");
	}
	emit_comment(w, name, place);
}

static void
write_composite(struct world *w)
{
	static const char *const first[] = { "int", "bigint", "numeric(8,2)" };

	buffer_printf(w->sql, "CREATE TYPE s1.k0 AS (a %s, b text%s",
	    first[world_pick(w, COUNT_OF(first), "composite a")],
	    world_chance(w, 30, "composite b collation") ? " COLLATE \"C\"" : "");
	if (world_chance(w, 30, "composite c"))
		buffer_puts(w->sql, ", c date");
	buffer_puts(w->sql, ");\n");
	emit_comment(w, "TYPE s1.k0", "composite");
}

static void
write_sequence(struct world *w, int q)
{
	static const char *const kinds[] = { "bigint", "int", "smallint" };
	char name[20], place[20];
	unsigned start;

	snprintf(name, sizeof(name), "SEQUENCE s1.q%d", q);
	snprintf(place, sizeof(place), "sequence %d", q);
	start = world_pick(w, 3, "%s start", place) * 10 + 1;
	emit(w, "CREATE %s%s AS %s INCREMENT %u MINVALUE %u MAXVALUE %u "
	    "START %u CACHE %u%s",
	    q == 1 && w->major >= 15 && world_chance(w, 15, "%s unlogged", place) ?
	    "UNLOGGED " : "", name,
	    kinds[world_pick(w, COUNT_OF(kinds), "%s kind", place)],
	    world_pick(w, 3, "%s increment", place) + 1,
	    world_pick(w, 2, "%s minimum", place),
	    1000 + 100 * world_pick(w, 3, "%s maximum", place), start,
	    world_pick(w, 2, "%s cache", place) * 9 + 1,
	    world_chance(w, 20, "%s cycle", place) ? " CYCLE" : "");
	emit_comment(w, name, place);
}

void
write_types(struct world *w)
{
	emit(w, "CREATE SCHEMA s1");
	emit_comment(w, "SCHEMA s1", "schema 1");
	if (world_has(w, "schema 2"))
		emit(w, "CREATE SCHEMA s2");
	if (world_has(w, "collation"))
		emit(w, "CREATE COLLATION s1.coll (provider = icu, locale = '%s'%s)",
		    world_chance(w, 30, "collation locale") ? "de" : "en-US",
		    world_chance(w, 30, "collation ignores") ?
		    ", deterministic = false" : "");
	for (int e = 0; e < 2; e++)
		if (world_has(w, e == 0 ? "enum 0" : "enum 1"))
			write_enum(w, e);
	for (int d = 0; d < 2; d++)
		if (world_has(w, d == 0 ? "domain 0" : "domain 1"))
			write_domain(w, d);
	if (world_has(w, "composite"))
		write_composite(w);
	if (world_has(w, "range"))
		emit(w, "CREATE TYPE s1.r0 AS RANGE (subtype = %s)",
		    world_chance(w, 30, "range subtype") ? "numeric" : "int");
	for (int q = 0; q < 2; q++)
		if (world_has(w, q == 0 ? "sequence 0" : "sequence 1"))
			write_sequence(w, q);
}

static void
write_function(struct world *w, int f)
{
	static const char *const returns[] = { "int", "bigint", "numeric" };
	char place[20];

	snprintf(place, sizeof(place), "function %d", f);
	if (!world_has(w, place))
		return;
	emit(w, "CREATE FUNCTION s1.f%d(a int%s) RETURNS %s LANGUAGE %s "
	    "IMMUTABLE%s%s COST %u%s AS $f$%s a + %u%s $f$", f,
	    world_chance(w, 30, "%s default", place) ? " DEFAULT 3" : "",
	    returns[world_rare(w, 70, COUNT_OF(returns), "%s returns", place)],
	    world_chance(w, 40, "%s language", place) ? "plpgsql" : "sql",
	    world_chance(w, 30, "%s strict", place) ? " STRICT" : "",
	    world_chance(w, 30, "%s parallel", place) ? " PARALLEL SAFE" : "",
	    world_pick(w, 3, "%s cost", place) * 10 + 10,
	    world_chance(w, 20, "%s setting", place) ? " SET work_mem = '8MB'" : "",
	    world_chance(w, 40, "%s language", place) ? "BEGIN RETURN" : "SELECT",
	    world_pick(w, 3, "%s body", place),
	    world_chance(w, 40, "%s language", place) ? "; END" : "");
	emit_comment(w, f == 0 ? "FUNCTION s1.f0(int)" : "FUNCTION s1.f1(int)",
	    place);
}

static void
write_operator(struct world *w)
{
	emit(w, "CREATE FUNCTION s1.same(a s1.k0, b s1.k0) RETURNS boolean "
	    "LANGUAGE sql IMMUTABLE AS 'SELECT (a).a = (b).a'");
	emit(w, "CREATE OPERATOR s1.=== (LEFTARG = s1.k0, RIGHTARG = s1.k0, "
	    "FUNCTION = s1.same%s%s)",
	    world_chance(w, 50, "operator commutator") ?
	    ", COMMUTATOR = OPERATOR(s1.===)" : "",
	    world_chance(w, 50, "operator restrict") ? ", RESTRICT = eqsel" : "");
	emit_comment(w, "OPERATOR s1.=== (s1.k0, s1.k0)", "operator");
}

static void
write_cast(struct world *w)
{
	emit(w, "CREATE FUNCTION s1.number(a s1.k0) RETURNS bigint "
	    "LANGUAGE sql IMMUTABLE AS 'SELECT (a).a::bigint'");
	emit(w, "CREATE CAST (s1.k0 AS bigint) WITH FUNCTION s1.number(s1.k0)%s",
	    world_chance(w, 40, "cast assignment") ? " AS ASSIGNMENT" : "");
	emit_comment(w, "CAST (s1.k0 AS bigint)", "cast");
}

static void
write_text_search(struct world *w)
{
	emit(w, "CREATE TEXT SEARCH DICTIONARY s1.dict (TEMPLATE = simple%s)",
	    world_chance(w, 50, "dictionary accepts") ? ", accept = false" : "");
	emit(w, "CREATE TEXT SEARCH CONFIGURATION s1.conf (PARSER = \"default\")");
	if (world_chance(w, 60, "configuration words"))
		emit(w, "ALTER TEXT SEARCH CONFIGURATION s1.conf ADD MAPPING FOR "
		    "asciiword%s WITH s1.dict%s",
		    world_chance(w, 50, "configuration numbers") ? ", word" : "",
		    world_chance(w, 50, "configuration second") ? ", simple" : "");
	emit_comment(w, "TEXT SEARCH CONFIGURATION s1.conf", "configuration");
}

void
write_routines(struct world *w)
{
	write_function(w, 0);
	write_function(w, 1);
	emit(w, "CREATE FUNCTION s1.touch() RETURNS trigger LANGUAGE plpgsql AS "
	    "$f$BEGIN RETURN NEW; END -- %u$f$", world_pick(w, 3, "touch body"));
	if (world_has(w, "procedure"))
		emit(w, "CREATE PROCEDURE s1.p0(a text%s) LANGUAGE plpgsql%s AS "
		    "$f$BEGIN RAISE NOTICE '%%', a; END$f$",
		    world_chance(w, 40, "procedure argument") ? ", b int" : "",
		    world_chance(w, 40, "procedure definer") ?
		    " SECURITY DEFINER" : "");
	if (world_has(w, "aggregate"))
		emit(w, "CREATE AGGREGATE s1.total(%s) (SFUNC = int4pl, "
		    "STYPE = int%s)", "int",
		    world_chance(w, 50, "aggregate start") ? ", INITCOND = '7'" : "");
	if (world_has(w, "composite") && world_has(w, "operator"))
		write_operator(w);
	if (world_has(w, "composite") && world_has(w, "cast"))
		write_cast(w);
	if (world_has(w, "text search"))
		write_text_search(w);
	if (world_has(w, "conversion"))
		emit(w, "CREATE %sCONVERSION s1.conv FOR 'LATIN1' TO 'UTF8' FROM "
		    "iso8859_1_to_utf8",
		    world_chance(w, 30, "conversion default") ? "DEFAULT " : "");
}
