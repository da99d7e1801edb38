/* tests/steps/test_reset.c - kind "reset": on a sandbox, and nowhere else. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "steps/stage.h"

static const char steps[] =
    "  - id: reset\n"
    "    reset: [public, \"it's\"]\n"
    "    class: B\n";

static struct stage *
stage_with_objects(void)
{
	struct stage *s = stage_new(NULL, steps);

	cluster_sql(s->database, "create extension pg_trgm;"
	    "create schema \"it's\"; create schema other;"
	    "create table other.t (a int);"
	    "create type mood as enum ('a', 'b');"
	    "create domain positive as int check (value > 0);"
	    "create type pair as (a int, b mood);"
	    "create table part (a int) partition by range (a);"
	    "create table part_1 partition of part for values from (1) to (9);"
	    "create table orders (id serial primary key, m mood, p positive,"
	    " n int generated always as identity);"
	    "insert into orders (m, p) values ('a', 1);"
	    "create view v as select * from orders;"
	    "create materialized view mv as select * from v;"
	    "create sequence free;"
	    "create function f(mood) returns int language sql as 'select 1';"
	    "create aggregate total(int) (sfunc = int4pl, stype = int);"
	    "create table \"it's\".\"a \"\"b\" (x int);"
	    "create view other.w as select 1 from orders;"
	    "do 'begin if to_regrole(''reader'') is null then create role reader;"
	    " end if; end';"
	    "grant usage on schema public to reader;"
	    "alter default privileges in schema public grant select on tables"
	    " to reader");
	return s;
}

static const char *
value(struct stage *s, const char *sql)
{
	return cluster_value(s, s->database, sql);
}

static void
a_sandbox_is_emptied_and_its_schemas_stay(void **state)
{
	struct stage *s = stage_with_objects();
	json_t *statements;

	(void)state;
	assert_ok(stage_run(s, "reset"), &s->err);
	statements = json_object_get(s->attempt->plan->shown, "statements");
	assert_true(json_array_size(statements) >= 10);

	assert_string_equal(value(s, "select count(*) from pg_class c join"
	    " pg_namespace n on n.oid = relnamespace where nspname in"
	    " ('public', 'it''s')"), "0");
	assert_string_equal(value(s, "select count(*) from pg_type t join"
	    " pg_namespace n on n.oid = typnamespace where nspname = 'public'"
	    " and typtype in ('e', 'd', 'c')"), "0");
	assert_string_equal(value(s, "select count(*) from"
	    " pg_proc p join pg_namespace n on n.oid = pronamespace where"
	    " nspname = 'public' and not exists (select from pg_depend where"
	    " objid = p.oid and deptype = 'e')"), "0");
	/* The extension's, other schemas', and who may what, are left. */
	assert_string_equal(value(s, "select similarity('a', 'a') = 1"), "t");
	assert_string_equal(value(s, "select to_regclass('other.t') is not"
	    " null"), "t");
	assert_string_equal(value(s, "select has_schema_privilege('reader',"
	    " 'public', 'usage')"), "t");
	assert_string_equal(value(s, "select count(*) from pg_default_acl"), "1");
	assert_ok(stage_run(s, "reset"), &s->err);
	stage_verify(s);
	talloc_free(s);
}

static void
no_other_environment_has_a_reset(void **state)
{
	static const enum environment others[] = { ENV_LOCAL, ENV_STAGING,
		ENV_SHARED, ENV_PRODUCTION };
	struct stage *s = stage_with_objects();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(others); i++) {
		s->window->targets[0].environment = others[i];
		assert_error(stage_run(s, "reset"), &s->err, ERR_POLICY);
		assert_contains(s->err.primary, "there is no reset of a "
		    "database that is");
	}
	assert_string_equal(value(s, "select count(*) from orders"), "1");
	talloc_free(s);
}

static void
what_fails_leaves_all_as_it_was(void **state)
{
	struct stage *s = stage_with_objects();

	(void)state;
	cluster_sql(s->database, "create function no() returns event_trigger"
	    " language plpgsql as $$begin if tg_tag = 'DROP TYPE' then"
	    " raise 'no'; end if; end$$;"
	    "alter function no() set schema other;"
	    "create event trigger no on ddl_command_start"
	    " execute function other.no()");
	assert_error(stage_run(s, "reset"), &s->err, ERR_SQL);
	assert_string_equal(value(s, "select count(*) from orders"), "1");
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sandbox_is_emptied_and_its_schemas_stay),
		cmocka_unit_test(no_other_environment_has_a_reset),
		cmocka_unit_test(what_fails_leaves_all_as_it_was),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
