/*
 * Each file of tests/schema/cases/ (schema/cases.h) is a case: the items are
 * those that are expected, no more and no less, with these reasons (";" between
 * them, and there may be others).  The SQL of the drift makes ACTUAL like
 * EXPECTED, and the other way round.
 *
 * CASES=pattern (shell style) runs those alone.
 */

#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/cases.h"
#include "schema/matrix.h"
#include "schema/schemas.h"

#define EXPECT	"-- expect: "

/* "B alter column orders.total: reasons" is this item's first part? */
static bool
is_item(const void *scratch, const struct drift_item *item, const char *head)
{
	static const char *const changes[] = { "add", "drop", "alter" };
	char *own = mem_printf(scratch, "%c %s %s %s", item->class_,
	    changes[item->change], item->kind, item->title);

	return strcmp(own, head) == 0;
}

static void
expect_item(const void *scratch, const struct drift *d, char *line)
{
	char *reasons = strstr(line, ": "), *reason, *rest = NULL;
	const struct drift_item *item = NULL;

	if (reasons != NULL) {
		*reasons = '\0';
		reasons += 2;
	}
	for (size_t i = 0; i < d->count; i++)
		if (is_item(scratch, &d->items[i], line))
			item = &d->items[i];
	if (item == NULL)
		fail_msg("no item \"%s\" among:\n%s", line,
		    schemas_list(scratch, d));
	for (reason = reasons == NULL ? NULL : strtok_r(reasons, ";", &rest);
	    reason != NULL; reason = strtok_r(NULL, ";", &rest))
		if (!schemas_has_reason(item, str_trim(scratch, reason)))
			fail_msg("\"%s\" has no reason \"%s\":\n%s", line, reason,
			    schemas_list(scratch, d));
}

static void
expect_items(const void *scratch, const struct drift *d, char *text)
{
	char *rest = NULL;
	size_t count = 0;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		if (!str_starts(line, EXPECT))
			continue;
		expect_item(scratch, d, line + strlen(EXPECT));
		count++;
	}
	if (count != d->count)
		fail_msg("%zu items are expected, there are:\n%s", count,
		    schemas_list(scratch, d));
}

/* Each text is a transaction, as a migration's file is. */
static void
apply(const void *scratch, const char *dbname, char **texts)
{
	struct pg_session *s = schemas_open(scratch, dbname);

	for (; *texts != NULL; texts++) {
		struct error err;

		if (pg_exec_script(s, *texts, &err) < 0)
			fail_msg("%s: %s\n%s\n%s", err.sqlstate, err.primary,
			    err.detail, *texts);
	}
	pg_close(s);
}

static void
expect_like(const void *scratch, const struct schema_snapshot *wanted,
    const char *dbname, char **texts)
{
	const struct schema_snapshot *now = schemas_read(scratch, dbname);
	struct drift *d = drift_compare(scratch, wanted, now, NULL);

	if (d->count == 0) {
		assert_string_equal(schema_fingerprint(now), schema_fingerprint(wanted));
		return;
	}
	for (; *texts != NULL; texts++)
		print_message("%s--\n", *texts);
	fail_msg("it does not converge:\n%s", schemas_list(scratch, d));
}

static void
run_case(void **state)
{
	void *scratch = talloc_new(NULL);
	struct case_texts t = case_read(scratch, *state);
	char *from = schemas_database(scratch, t.from);
	char *to = schemas_database(scratch, t.to);
	const struct schema_snapshot *actual = schemas_read(scratch, from);
	const struct schema_snapshot *expected = schemas_read(scratch, to);
	struct drift *d = drift_compare(scratch, expected, actual, NULL);
	enum drift_truth *truths = NEW_ARRAY(scratch, enum drift_truth,
	    d->count + 1);
	char **forward, **codified, **ignored;

	expect_items(scratch, d, t.expect);
	matrix_note(d);
	matrix_note(drift_compare(scratch, actual, expected, NULL));

	for (size_t i = 0; i < d->count; i++)
		truths[i] = TRUTH_MIGRATIONS;
	drift_sql(scratch, d, truths, &forward, &ignored);
	assert_null(ignored[0]);
	for (size_t i = 0; i < d->count; i++)
		truths[i] = TRUTH_DATABASE;
	drift_sql(scratch, d, truths, &ignored, &codified);
	assert_null(ignored[0]);

	apply(scratch, from, forward);
	expect_like(scratch, expected, from, forward);
	apply(scratch, to, codified);
	expect_like(scratch, actual, to, codified);
	cluster_drop_db(from);
	cluster_drop_db(to);
	talloc_free(scratch);
}

static void
each_change_of_each_kind_has_a_case(void **state)
{
	void *scratch = talloc_new(NULL);
	char *missing = matrix_missing(scratch, cluster_major());

	(void)state;
	/* fail_msg() cuts what is long. */
	fputs(missing, stderr);
	if (*missing != '\0')
		fail_msg("no case shows what is listed above");
	talloc_free(scratch);
}

int
main(void)
{
	static const struct CMUnitTest last = cmocka_unit_test(
	    each_change_of_each_kind_has_a_case);

	return cases_main("test_cases", run_case, &last);
}
