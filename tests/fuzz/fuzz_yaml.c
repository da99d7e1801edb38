/*
 * tests/fuzz/fuzz_yaml.c - any bytes as a YAML file.
 *
 * What parses stays within the limits, has a place for each node, and becomes
 * JSON and names without a crash; what does not, is told.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "fuzz/fuzz.h"
#include "runbook/node.h"
#include "runbook/values.h"

/* Nodes of n, each time they are reached. */
static size_t
count_nodes(const void *scratch, const struct node *n, int depth)
{
	size_t total = 1, i;

	FUZZ_CHECK(depth <= NODE_DEPTH_MAX);
	FUZZ_CHECK(n->place.line >= 1 && n->place.column >= 1);
	if (n->type == NODE_SCALAR) {
		FUZZ_CHECK(n->text != NULL && n->count == 0);
		talloc_free(scope_names_in(scratch, n->text));
		return total;
	}
	for (i = 0; i < n->count; i++) {
		if (n->type == NODE_MAP) {
			FUZZ_CHECK(n->keys[i]->type == NODE_SCALAR);
			FUZZ_CHECK(node_get(n, n->keys[i]->text) != NULL);
			total++;
		}
		total += count_nodes(scratch, n->items[i], depth + 1);
	}
	return total;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	void *scratch = talloc_new(NULL);
	struct lint *l = lint_new(scratch);
	struct node *n = node_parse(scratch, "input", (const char *)bytes, size,
	    l);
	json_t *value;

	FUZZ_CHECK(n != NULL || l->errors > 0);
	if (n != NULL) {
		FUZZ_CHECK(count_nodes(scratch, n, 0) <= NODE_COUNT_MAX);
		value = node_to_json(n);
		FUZZ_CHECK(value != NULL || l->errors > 0);
		json_decref(value);
	}
	talloc_free(scratch);
	return 0;
}
