/*
 * tests/steps/test_transfer.c - what is told of a dump and a restore while
 * their rows are copied.
 */

#include "harness/test.h"

#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "steps/stage.h"
#include "steps/transfer.h"

static struct stage *s;
static struct transfer *t;

static void
add_table(struct manifest *m, const char *name, int64_t bytes, int64_t rows)
{
	GROW(m, m->tables, struct manifest_table, m->table_count + 1);
	m->tables[m->table_count++] = (struct manifest_table){
	    .name = mem_strdup(m, name), .bytes = bytes, .rows = rows,
	    .rows_about = rows };
}

static int
begin(void **state UNUSED)
{
	struct manifest *m;

	s = stage_without_server(NULL, "  - {id: a, run: \"true\"}\n");
	stage_begin(s, "a");
	m = NEW(s, struct manifest);
	add_table(m, "public.orders", 800, 100);
	add_table(m, "public.\"Order \"\"x\"\"\"", 150, 10);
	add_table(m, "shop.items", 50, -1);
	t = transfer_new(s, s->attempt, m, 9);
	return 0;
}

static int
end(void **state UNUSED)
{
	talloc_free(s);
	return 0;
}

/* Told last: "412 of 1000 bytes: public.orders". */
static void
assert_told(const char *wanted)
{
	const struct step_state *step = state_step(s->run->state, "main/a");

	assert_string_equal(mem_printf(s, "%lld of %lld %s: %s",
	    (long long)step->progress_done, (long long)step->progress_total,
	    step->progress_unit, step->progress_text != NULL ?
	    step->progress_text : ""), wanted);
}

static void
copied(const char *relation, int64_t rows)
{
	struct pg_progress p = { .command = mem_strdup(s, "COPY TO"),
	    .phase = mem_strdup(s, "copying"), .relation = mem_strdup(s,
	    relation), .done = rows, .unit = "rows" };

	transfer_rows(t, &p, 1);
}

static void
a_table_weighs_its_bytes(void **state UNUSED)
{
	transfer_line(t, "pg_dump: dumping contents of table \"public.orders\"");
	assert_told("0 of 1000 bytes: public.orders");
	copied("public.orders", 25);
	assert_told("200 of 1000 bytes: public.orders");
	/* More rows than were counted are no more than all of them. */
	copied("public.orders", 140);
	assert_told("800 of 1000 bytes: public.orders");
	transfer_rows(t, NULL, 0);
	assert_told("800 of 1000 bytes: ");
}

static void
a_table_that_was_too_quick_to_be_seen_counts_when_the_next_begins(
    void **state UNUSED)
{
	transfer_line(t, "pg_dump: dumping contents of table "
	    "\"public.Order \"x\"\"");
	assert_told("0 of 1000 bytes: public.\"Order \"\"x\"\"\"");
	transfer_line(t, "pg_dump: dumping contents of table \"shop.items\"");
	assert_told("150 of 1000 bytes: shop.items");
	/* How many rows it has nobody knows: nothing of it is claimed. */
	copied("shop.items", 7);
	assert_told("150 of 1000 bytes: shop.items");
}

static void
several_jobs_end_each_table_by_itself(void **state UNUSED)
{
	transfer_line(t, "pg_restore: launching item 3356 TABLE DATA orders");
	transfer_line(t, "pg_restore: launching item 3357 TABLE DATA items");
	transfer_line(t, "pg_restore: processing data for table \"public.orders\"");
	transfer_line(t, "pg_restore: processing data for table \"shop.items\"");
	assert_told("0 of 1000 bytes: shop.items");
	transfer_line(t, "pg_restore: finished item 3357 TABLE DATA items");
	assert_told("50 of 1000 bytes: public.orders");
	copied("public.orders", 50);
	assert_told("450 of 1000 bytes: public.orders");
}

static void
before_and_behind_the_rows_objects_are_counted(void **state UNUSED)
{
	transfer_line(t, "pg_restore: creating SCHEMA \"shop\"");
	transfer_line(t, "pg_restore: creating TABLE \"public.orders\"");
	assert_told("2 of 9 objects: TABLE \"public.orders\"");
	transfer_line(t, "pg_restore: processing data for table \"public.orders\"");
	assert_told("0 of 1000 bytes: public.orders");
	transfer_line(t, "pg_restore: creating INDEX \"public.orders_i\"");
	assert_told("4 of 9 objects: INDEX \"public.orders_i\"");
}

static void
several_jobs_count_an_object_once(void **state UNUSED)
{
	transfer_line(t, "pg_restore: processing item 6 TABLE orders");
	transfer_line(t, "pg_restore: creating TABLE \"public.orders\"");
	assert_told("1 of 9 objects: 6 TABLE orders");
	transfer_line(t, "pg_restore: launching item 7 INDEX i");
	transfer_line(t, "pg_restore: creating INDEX \"public.i\"");
	transfer_line(t, "pg_restore: finished item 7 INDEX i");
	assert_told("2 of 9 objects: 7 INDEX i");
}

static void
an_index_that_is_built_is_told_in_its_own_figures(void **state UNUSED)
{
	struct pg_progress p = { .command = mem_strdup(s, "CREATE INDEX"),
	    .phase = mem_strdup(s, "building index: scanning table"),
	    .relation = mem_strdup(s, "public.orders"), .done = 3, .total = 8,
	    .unit = "blocks" };

	transfer_rows(t, &p, 1);
	assert_told("3 of 8 blocks: CREATE INDEX on public.orders: "
	    "building index: scanning table");
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_table_weighs_its_bytes),
		test(a_table_that_was_too_quick_to_be_seen_counts_when_the_next_begins),
		test(several_jobs_end_each_table_by_itself),
		test(before_and_behind_the_rows_objects_are_counted),
		test(several_jobs_count_an_object_once),
		test(an_index_that_is_built_is_told_in_its_own_figures),
	};

	return test_main(tests, NULL, NULL);
}
