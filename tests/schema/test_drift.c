/* Tests of schema/drift.h: classes, decisions, figures, stable output. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "schema/schemas.h"

static bool
has_figure(const struct drift_item *item, const char *part)
{
	for (const char **f = item->figures; *f != NULL; f++)
		if (strstr(*f, part) != NULL)
			return true;
	return false;
}

/* ACTUAL of these statements, measured. */
static struct drift *
measured(const void *owner, const char *expected, const char *actual)
{
	char *name = schemas_database(owner, actual);
	struct drift *d = drift_compare(owner, schemas_of(owner, expected),
	    schemas_read(owner, name), NULL);
	struct pg_session *s = schemas_open(owner, name);
	struct error err;

	assert_ok(drift_measure(d, s, &err), &err);
	pg_close(s);
	cluster_drop_db(name);
	return d;
}

static void
what_is_unmanaged_is_class_c_with_its_parts(void **state)
{
	static const char *const patterns[] = { "legacy_*", "old.*", NULL };
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *actual = schemas_of(scratch,
	    "CREATE SCHEMA old; CREATE TABLE old.a (x int);"
	    "CREATE TABLE legacy_audit (x int); CREATE TABLE other (x int)");
	const struct schema_snapshot *expected = schemas_of(scratch,
	    "CREATE SCHEMA old; CREATE TABLE legacy_audit (x bigint);"
	    "CREATE TABLE legacy_new (x int)");
	struct drift *d = drift_compare(scratch, expected, actual, patterns);

	(void)state;
	assert_int_equal(schemas_item(d, "table old.a")->class_, 'C');
	assert_int_equal(schemas_item(d,
	    "column public.legacy_audit.x")->class_, 'C');
	assert_int_equal(schemas_item(d, "table public.other")->class_, 'B');
	/* Only what ACTUAL has can be left as it is. */
	assert_int_equal(schemas_item(d, "table public.legacy_new")->class_, 'A');
	assert_int_equal(d->count_a, 1);
	assert_int_equal(d->count_b, 1);
	assert_int_equal(d->count_c, 2);
	assert_int_equal(d->items[0].class_, 'B');
	assert_int_equal(d->items[3].class_, 'C');
	talloc_free(scratch);
}

static void
decisions_give_only_the_sql_that_was_decided(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch,
	    "CREATE TABLE t (a bigint, b int)",
	    "CREATE TABLE t (a int, c int)");
	enum drift_truth truths[3] = { TRUTH_UNDECIDED };
	char **forward, **codified;

	(void)state;
	assert_int_equal(d->count, 3);
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(d->items[i].key, "column public.t.a") == 0)
			truths[i] = TRUTH_MIGRATIONS;
		if (strcmp(d->items[i].key, "column public.t.b") == 0)
			truths[i] = TRUTH_OUT_OF_SCOPE;
		if (strcmp(d->items[i].key, "column public.t.c") == 0)
			truths[i] = TRUTH_DATABASE;
	}
	drift_sql(scratch, d, truths, &forward, &codified);

	assert_string_equal(forward[0],
	    "ALTER TABLE public.t ALTER COLUMN a TYPE bigint;\n");
	assert_null(forward[1]);
	assert_string_equal(codified[0],
	    "ALTER TABLE public.t ADD COLUMN c integer;\n");
	assert_null(codified[1]);
	talloc_free(scratch);
}

static void
a_view_that_no_decision_names_is_made_again_as_it_was(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch,
	    "CREATE TABLE t (a bigint); CREATE VIEW v AS SELECT a FROM t "
	    "WHERE a > 1",
	    "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t "
	    "WHERE a > 2");
	const struct drift_item *item = schemas_item(d, "column public.t.a");

	(void)state;
	assert_contains(item->forward_sql, "DROP VIEW public.v;");
	/* Some majors write "t.a". */
	assert_contains(item->forward_sql, "a > 2");
	talloc_free(scratch);
}

static void
what_cannot_stand_without_it_is_named(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch, "CREATE VIEW v AS SELECT 1 a",
	    "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t");
	const struct drift_item *item = schemas_item(d, "table public.t");

	(void)state;
	assert_true(schemas_has_reason(item,
	    "dependency break: view public.v goes too"));
	assert_string_equal(item->forward_sql,
	    "DROP VIEW public.v;\nDROP TABLE public.t;");
	talloc_free(scratch);
}

static void
a_new_label_is_committed_before_it_is_used(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch,
	    "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (e e DEFAULT 'b')",
	    "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (e e)");
	enum drift_truth truths[2] = { TRUTH_MIGRATIONS, TRUTH_MIGRATIONS };
	char **forward, **codified;

	(void)state;
	assert_int_equal(d->count, 2);
	drift_sql(scratch, d, truths, &forward, &codified);
	assert_string_equal(forward[0],
	    "ALTER TYPE public.e ADD VALUE 'b' AFTER 'a';\n");
	assert_contains(forward[1], "SET DEFAULT 'b'::public.e");
	assert_null(forward[2]);
	talloc_free(scratch);
}

static void
ids_and_json_are_the_same_for_the_same_drift(void **state)
{
	static const char expected[] = "CREATE TABLE t (a int, b text)";
	static const char actual[] = "CREATE TABLE u (z int);"
	    "CREATE TABLE t (a bigint)";
	void *scratch = talloc_new(NULL);
	struct drift *one = schemas_drift(scratch, expected, actual);
	struct drift *two = schemas_drift(scratch, expected, actual);
	json_t *a = drift_to_json(one), *b = drift_to_json(two);

	(void)state;
	assert_int_equal(one->count, 3);
	for (size_t i = 0; i < one->count; i++) {
		assert_int_equal(strlen(one->items[i].id), 16);
		assert_string_equal(one->items[i].id, two->items[i].id);
	}
	assert_string_not_equal(one->items[0].id, one->items[1].id);
	assert_string_equal(json_stable(scratch, a), json_stable(scratch, b));
	json_decref(a);
	json_decref(b);
	talloc_free(scratch);
}

static void
figures_say_what_a_drop_would_lose(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = measured(scratch, "CREATE TABLE t (a int)",
	    "CREATE TABLE t (a int, b text, c text);"
	    "INSERT INTO t SELECT i, CASE WHEN i % 2 = 0 THEN 'x' END "
	    "FROM generate_series(1, 1500) i;"
	    "CREATE INDEX t_b ON t (b); CREATE TABLE u AS SELECT 1 a");

	(void)state;
	assert_true(has_figure(schemas_item(d, "column public.t.b"),
	    "750 values would be lost"));
	assert_true(has_figure(schemas_item(d, "column public.t.b"),
	    "1,500 rows, "));
	assert_true(has_figure(schemas_item(d, "column public.t.c"),
	    "no value would be lost"));
	assert_true(has_figure(schemas_item(d, "table public.u"), "1 row, "));
	assert_true(has_figure(schemas_item(d, "index public.t_b"),
	    "never used"));
	talloc_free(scratch);
}

static void
figures_of_a_partitioned_table_are_those_of_its_partitions(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = measured(scratch,
	    "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE p "
	    "PARTITION OF t DEFAULT",
	    "CREATE TABLE t (a int, b text) PARTITION BY LIST (a);"
	    "CREATE TABLE p PARTITION OF t DEFAULT; CREATE INDEX i ON t (a);"
	    "INSERT INTO t SELECT 1, repeat('x', 100) "
	    "FROM generate_series(1, 1500)");

	(void)state;
	assert_true(has_figure(schemas_item(d, "column public.t.b"),
	    "1,500 rows, 2"));
	assert_true(has_figure(schemas_item(d, "index public.i"), " kB"));
	assert_true(has_figure(schemas_item(d, "index public.i"),
	    "never used"));
	talloc_free(scratch);
}

static void
figures_say_which_rows_would_fail(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = measured(scratch, "CREATE TABLE p (id int PRIMARY KEY);"
	    "CREATE TABLE t (a int NOT NULL, b numeric(5,1), c int, "
	    "d int UNIQUE, e int REFERENCES p, f int CHECK (f > 2))",
	    "CREATE TABLE p (id int PRIMARY KEY);"
	    "CREATE TABLE t (a int, b double precision, c text, d int, e int, "
	    "f int); INSERT INTO t VALUES (NULL, 1.25, 'x', 1, 1, 1), "
	    "(1, 1.5, '3', 1, 2, 2), (1, NULL, '4', 2, NULL, 3)");

	(void)state;
	assert_true(has_figure(schemas_item(d, "column public.t.a"),
	    "1 row is null and would fail NOT NULL"));
	assert_true(has_figure(schemas_item(d, "column public.t.b"),
	    "1 value would change in the cast"));
	assert_true(has_figure(schemas_item(d, "column public.t.c"),
	    "invalid input syntax for type integer"));
	assert_true(has_figure(schemas_item(d, "unique public.t.t_d_key"),
	    "1 value is there more than once"));
	assert_true(has_figure(schemas_item(d, "foreign key public.t.t_e_fkey"),
	    "2 rows refer to nothing"));
	assert_true(has_figure(schemas_item(d, "check public.t.t_f_check"),
	    "2 rows would fail the check"));
	talloc_free(scratch);
}

static void
attributes_show_both_sides(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch,
	    "CREATE TABLE t (a numeric(14,2) NOT NULL)",
	    "CREATE TABLE t (a double precision)");
	const struct drift_item *item = schemas_item(d, "column public.t.a");

	(void)state;
	assert_int_equal(item->attribute_count, 2);
	assert_string_equal(item->attributes[0].name, "nullable");
	assert_string_equal(item->attributes[0].expected, "no");
	assert_string_equal(item->attributes[0].actual, "yes");
	assert_string_equal(item->attributes[1].expected, "numeric(14,2)");
	assert_string_equal(item->attributes[1].actual, "double precision");
	assert_string_equal(item->title, "t.a");
	assert_string_equal(item->lock, "AccessExclusiveLock");
	assert_true(item->rewrites);
	talloc_free(scratch);
}

static void
figures_say_what_would_not_be_unique(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = measured(scratch, "CREATE TABLE t (a int, b int);"
	    "CREATE UNIQUE INDEX i ON t (a, b); CREATE TABLE p (a int) PARTITION "
	    "BY LIST (a); CREATE TABLE p1 (a int NOT NULL);"
	    "ALTER TABLE p ATTACH PARTITION p1 DEFAULT",
	    "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 1), "
	    "(2, NULL), (2, NULL), (3, 1), (3, 2);"
	    "CREATE TABLE p (a int) PARTITION BY LIST (a);"
	    "CREATE TABLE p1 PARTITION OF p DEFAULT; INSERT INTO p VALUES (NULL)");

	(void)state;
	assert_true(has_figure(schemas_item(d, "index public.i"),
	    "1 value is there more than once"));
	assert_true(has_figure(schemas_item(d, "column setting public.p1.a"),
	    "1 row is null and would fail NOT NULL"));
	talloc_free(scratch);
}

static bool
needs(const struct drift_item *item, const struct drift_item *other)
{
	for (const char **id = item->needs; *id != NULL; id++)
		if (strcmp(*id, other->id) == 0)
			return true;
	return false;
}

static void
items_name_those_that_they_need(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch,
	    "CREATE TYPE e AS ENUM ('a'); CREATE TABLE p (id int PRIMARY KEY);"
	    "CREATE TABLE t (a e, b int REFERENCES p); CREATE VIEW n AS SELECT 1 x",
	    "CREATE TABLE t (b int, gone int); CREATE TABLE n (x int);"
	    "CREATE TYPE old AS ENUM ('z'); ALTER TABLE t ADD z old");
	const struct drift_item *type = schemas_item(d, "enum public.e");

	(void)state;
	assert_true(needs(schemas_item(d, "column public.t.a"), type));
	assert_true(needs(schemas_item(d, "foreign key public.t.t_b_fkey"),
	    schemas_item(d, "table public.p")));
	/* The name is taken; the type is used. */
	assert_true(needs(schemas_item(d, "view public.n"),
	    schemas_item(d, "table public.n")));
	assert_true(needs(schemas_item(d, "enum public.old"),
	    schemas_item(d, "column public.t.z")));
	assert_null(type->needs[0]);
	assert_null(schemas_item(d, "column public.t.gone")->needs[0]);
	talloc_free(scratch);
}

static void
a_rename_is_proposed_and_not_assumed(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch, "CREATE TABLE t (mail text);"
	    "CREATE TABLE people (id int)",
	    "CREATE TABLE t (email text); CREATE TABLE persons (id int)");
	const struct drift_item *gone = schemas_item(d, "column public.t.email");
	const struct drift_item *come = schemas_item(d, "column public.t.mail");

	(void)state;
	assert_string_equal(gone->rename_sql,
	    "ALTER TABLE public.t RENAME COLUMN email TO mail");
	assert_string_equal(come->rename_sql, gone->rename_sql);
	assert_true(schemas_has_reason(gone, "looks like a rename to t.mail"));
	assert_int_equal(gone->class_, 'B');
	assert_string_equal(gone->forward_sql,
	    "ALTER TABLE public.t DROP COLUMN email;");
	assert_string_equal(schemas_item(d, "table public.persons")->rename_sql,
	    "ALTER TABLE public.persons RENAME TO people");
	talloc_free(scratch);
}

static void
another_shape_is_no_rename(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch, "CREATE TABLE t (mail text)",
	    "CREATE TABLE t (email int)");

	(void)state;
	assert_null(schemas_item(d, "column public.t.email")->rename_sql);
	talloc_free(scratch);
}

static void
a_decision_is_void_when_the_item_changes(void **state)
{
	void *scratch = talloc_new(NULL);
	static const char actual[] = "CREATE TABLE t (a int)";
	struct drift *one = schemas_drift(scratch, "CREATE TABLE t (a bigint)",
	    actual);
	struct drift *two = schemas_drift(scratch, "CREATE TABLE t (a text)",
	    actual);

	(void)state;
	assert_string_equal(one->items[0].key, two->items[0].key);
	assert_string_not_equal(one->items[0].id, two->items[0].id);
	talloc_free(scratch);
}

static void
a_view_is_not_gone_while_a_table_is_worked_through(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = schemas_drift(scratch,
	    "CREATE TABLE t (a bigint NOT NULL); CREATE VIEW v AS SELECT a FROM t",
	    "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t");
	enum drift_truth truths[1] = { TRUTH_MIGRATIONS };
	char **forward, **codified;

	(void)state;
	assert_int_equal(d->count, 1);
	drift_sql(scratch, d, truths, &forward, &codified);
	assert_contains(forward[0], "DROP VIEW public.v;");
	assert_contains(forward[0], "CREATE VIEW public.v AS");
	assert_contains(forward[1], "VALIDATE CONSTRAINT");
	assert_contains(forward[2], "SET NOT NULL");
	assert_null(forward[3]);
	talloc_free(scratch);
}

/* The SQL of one item, as one text. */
static const char *
sql_of(const void *owner, const char *expected, const char *actual,
    const char *key)
{
	return schemas_item(schemas_drift(owner, expected, actual),
	    key)->forward_sql;
}

static void
safe_forms_are_for_what_stands(void **state)
{
	void *scratch = talloc_new(NULL);

	(void)state;
	assert_string_equal(sql_of(scratch, "CREATE TABLE t (a int NOT NULL)",
	    "CREATE TABLE t (a int)", "column public.t.a"),
	    "BEGIN;\nALTER TABLE public.t ADD CONSTRAINT pgrunbook_not_null_1 "
	    "CHECK (a IS NOT NULL) NOT VALID;\nCOMMIT;\nBEGIN;\n"
	    "ALTER TABLE public.t VALIDATE CONSTRAINT pgrunbook_not_null_1;\n"
	    "COMMIT;\nBEGIN;\n"
	    "ALTER TABLE public.t ALTER COLUMN a SET NOT NULL;\n"
	    "ALTER TABLE public.t DROP CONSTRAINT pgrunbook_not_null_1;\n"
	    "COMMIT;");
	assert_string_equal(sql_of(scratch, "CREATE TABLE t (a int UNIQUE)",
	    "CREATE TABLE t (a int)", "unique public.t.t_a_key"),
	    "CREATE UNIQUE INDEX CONCURRENTLY t_a_key ON public.t USING btree "
	    "(a);\nBEGIN;\nALTER TABLE public.t ADD CONSTRAINT t_a_key UNIQUE "
	    "USING INDEX t_a_key;\nCOMMIT;");
	assert_string_equal(sql_of(scratch, "CREATE TABLE t (a timestamptz)",
	    "CREATE TABLE t (a timestamp)", "column public.t.a"),
	    "BEGIN;\nSET LOCAL TimeZone = 'UTC';\nALTER TABLE public.t "
	    "ALTER COLUMN a TYPE timestamp with time zone;\nCOMMIT;");
	/* What the plan makes itself has no rows, and nobody who waits. */
	assert_null(strstr(sql_of(scratch,
	    "CREATE TABLE t (a int PRIMARY KEY, b int CHECK (b > 0));"
	    "CREATE INDEX ON t (b)", "", "table public.t"), "CONCURRENTLY"));
	talloc_free(scratch);
}

static void
figures_tell_what_new_rules_would_refuse(void **state)
{
	void *scratch = talloc_new(NULL);
	struct drift *d = measured(scratch,
	    "CREATE TYPE mood AS ENUM ('ok'); CREATE DOMAIN short AS text "
	    "CONSTRAINT tiny CHECK (length(VALUE) < 3); CREATE DOMAIN must AS int "
	    "NOT NULL; CREATE TABLE p (m mood) PARTITION BY LIST (m);"
	    "CREATE TABLE p1 PARTITION OF p DEFAULT;"
	    "CREATE TABLE t (m mood, s short, n must, r int4range, "
	    "EXCLUDE USING gist (r WITH &&))",
	    "CREATE TYPE mood AS ENUM ('ok', 'it''s'); CREATE DOMAIN short AS "
	    "text; CREATE DOMAIN must AS int;"
	    "CREATE TABLE p (m mood) PARTITION BY LIST (m);"
	    "CREATE TABLE p1 PARTITION OF p DEFAULT;"
	    "CREATE TABLE t (m mood, s short, n must, r int4range);"
	    "INSERT INTO p VALUES ('it''s'), ('ok');"
	    "INSERT INTO t VALUES ('it''s', 'VALUE', null, '[1,3)'), "
	    "('ok', 'ab', 1, '[2,4)'), ('it''s', 'abc', 2, '[7,8)')");

	(void)state;
	assert_true(has_figure(schemas_item(d, "enum public.mood"),
	    "3 values are 'it's'"));
	assert_true(has_figure(schemas_item(d, "domain public.short"),
	    "2 values would fail tiny"));
	assert_true(has_figure(schemas_item(d, "domain public.must"),
	    "1 value is null and would fail NOT NULL"));
	assert_true(has_figure(schemas_item(d,
	    "exclusion public.t.t_r_excl"), "2 rows exclude another"));
	talloc_free(scratch);
}

static void
an_index_whose_build_failed_is_built_again(void **state)
{
	static const char sql[] = "CREATE TABLE t (a int); CREATE INDEX i ON t (a)";
	void *scratch = talloc_new(NULL);
	char *name = schemas_database(scratch, sql);
	const struct schema_snapshot *expected = schemas_of(scratch, sql), *actual;
	const struct drift_item *item;
	struct drift *d;

	(void)state;
	/* As a concurrent build leaves it that is stopped. */
	cluster_sql(name, "UPDATE pg_index SET indisvalid = false "
	    "WHERE indexrelid = 'i'::regclass");
	actual = schemas_read(scratch, name);
	d = drift_compare(scratch, expected, actual, NULL);
	item = schemas_item(d, "index public.i");

	assert_int_equal(item->class_, 'A');
	assert_true(schemas_has_reason(item,
	    "the index is invalid: a build that failed"));
	assert_string_equal(item->forward_sql,
	    "REINDEX INDEX CONCURRENTLY public.i;");
	assert_true(item->statements[0].outside);
	cluster_sql(name, item->forward_sql);
	actual = schemas_read(scratch, name);
	assert_int_equal(drift_compare(scratch, expected, actual, NULL)->count, 0);
	cluster_drop_db(name);
	talloc_free(scratch);
}

/* The server builds nothing concurrently for all partitions at once. */
static void
each_partitions_index_is_built_before_its_parents(void **state)
{
	void *scratch = talloc_new(NULL);
	static const char actual[] = "CREATE TABLE t (a int) PARTITION BY LIST "
	    "(a); CREATE TABLE p1 PARTITION OF t FOR VALUES IN (1)";
	/* The second partition comes only if another item is wanted. */
	static const char expected[] = "CREATE TABLE t (a int) PARTITION BY LIST "
	    "(a); CREATE TABLE p1 PARTITION OF t FOR VALUES IN (1); "
	    "CREATE TABLE p2 PARTITION OF t FOR VALUES IN (2); "
	    "CREATE INDEX two ON p2 (a); CREATE INDEX i ON t (a)";

	(void)state;
	assert_string_equal(sql_of(scratch, expected, actual, "index public.i"),
	    "CREATE INDEX CONCURRENTLY p1_a_idx ON public.p1 USING btree (a);\n"
	    "BEGIN;\nCREATE INDEX i ON public.t USING btree (a);\nCOMMIT;");
	talloc_free(scratch);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_view_is_not_gone_while_a_table_is_worked_through),
		cmocka_unit_test(figures_say_what_would_not_be_unique),
		cmocka_unit_test(items_name_those_that_they_need),
		cmocka_unit_test(a_rename_is_proposed_and_not_assumed),
		cmocka_unit_test(another_shape_is_no_rename),
		cmocka_unit_test(a_decision_is_void_when_the_item_changes),
		cmocka_unit_test(safe_forms_are_for_what_stands),
		cmocka_unit_test(each_partitions_index_is_built_before_its_parents),
		cmocka_unit_test(what_is_unmanaged_is_class_c_with_its_parts),
		cmocka_unit_test(decisions_give_only_the_sql_that_was_decided),
		cmocka_unit_test(
		    a_view_that_no_decision_names_is_made_again_as_it_was),
		cmocka_unit_test(what_cannot_stand_without_it_is_named),
		cmocka_unit_test(a_new_label_is_committed_before_it_is_used),
		cmocka_unit_test(ids_and_json_are_the_same_for_the_same_drift),
		cmocka_unit_test(figures_say_what_a_drop_would_lose),
		cmocka_unit_test(figures_say_which_rows_would_fail),
		cmocka_unit_test(
		    figures_of_a_partitioned_table_are_those_of_its_partitions),
		cmocka_unit_test(attributes_show_both_sides),
		cmocka_unit_test(figures_tell_what_new_rules_would_refuse),
		cmocka_unit_test(an_index_whose_build_failed_is_built_again),
	};

	return test_main(tests, cluster_start, cluster_stop);
}
