/* Tests of schema/edges.c. */

#include "harness/test.h"

#include <talloc.h>

#include "base/macros.h"
#include "schema/edges.h"

#define NODES	4

static void
leads_to(const struct edges *e, size_t node, const uint32_t *to, size_t count)
{
	assert_int_equal(e->start[node + 1] - e->start[node], count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(e->to[e->start[node] + i], to[i]);
}

static void
a_nodes_edges_keep_their_order(void **state)
{
	static const struct edge list[] = { { 2, 3 }, { 0, 1 }, { 2, 0 },
		{ 2, 1 } };
	struct edges *e = edges_new(NULL, list, COUNT_OF(list), NODES);

	(void)state;
	leads_to(e, 0, (const uint32_t[]){ 1 }, 1);
	leads_to(e, 1, NULL, 0);
	leads_to(e, 2, (const uint32_t[]){ 3, 0, 1 }, 3);
	leads_to(e, 3, NULL, 0);
	talloc_free(e);
}

static void
turned_edges_are_in_order_and_twice_turned_ones_are_the_same(void **state)
{
	static const struct edge list[] = { { 3, 1 }, { 2, 3 }, { 2, 1 },
		{ 0, 1 } };
	struct edges *e = edges_new(NULL, list, COUNT_OF(list), NODES);
	struct edges *turned = edges_turned(e, e);
	struct edges *again = edges_turned(e, turned);

	(void)state;
	leads_to(turned, 1, (const uint32_t[]){ 0, 2, 3 }, 3);
	leads_to(turned, 3, (const uint32_t[]){ 2 }, 1);
	leads_to(turned, 0, NULL, 0);
	leads_to(again, 0, (const uint32_t[]){ 1 }, 1);
	leads_to(again, 2, (const uint32_t[]){ 1, 3 }, 2);
	leads_to(again, 3, (const uint32_t[]){ 1 }, 1);
	talloc_free(e);
}

static void
of_edges_to_the_same_node_one_stays(void **state)
{
	static const struct edge list[] = { { 0, 1 }, { 0, 1 }, { 0, 2 },
		{ 1, 2 }, { 3, 2 }, { 3, 2 }, { 3, 2 } };
	struct edges *e = edges_new(NULL, list, COUNT_OF(list), NODES);

	(void)state;
	edges_unique(e);
	leads_to(e, 0, (const uint32_t[]){ 1, 2 }, 2);
	leads_to(e, 1, (const uint32_t[]){ 2 }, 1);
	leads_to(e, 2, NULL, 0);
	leads_to(e, 3, (const uint32_t[]){ 2 }, 1);
	talloc_free(e);
}

static void
where_there_are_no_nodes_there_are_no_edges(void **state)
{
	struct edges *e = edges_new(NULL, NULL, 0, 0);
	struct edges *turned = edges_turned(e, e);

	(void)state;
	edges_unique(e);
	assert_int_equal(e->start[0], 0);
	assert_int_equal(turned->start[0], 0);
	talloc_free(e);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nodes_edges_keep_their_order),
		cmocka_unit_test(turned_edges_are_in_order_and_twice_turned_ones_are_the_same),
		cmocka_unit_test(of_edges_to_the_same_node_one_stays),
		cmocka_unit_test(where_there_are_no_nodes_there_are_no_edges),
	};

	return test_main(tests, NULL, NULL);
}
