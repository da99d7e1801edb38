/* tests/faults/test_migrations.c - an engine that dies amid its migrations. */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "faults/findings.h"
#include "faults/stage.h"
#include "harness/cluster.h"

static const struct {
	const char	*prisma, *sql, *text;
} files[] = {
	{ "20260101000000_one/migration.sql", "1_one.sql",
	  "CREATE TABLE one (a int);\n" },
	{ "20260102000000_index/migration.sql", "2_index.sql",
	  "CREATE INDEX CONCURRENTLY one_a ON one (a);\n" },
	{ "20260103000000_two/migration.sql", "3_two.sql",
	  "CREATE TABLE two (a int);\n" },
	{ "20260104000000_drop/migration.sql", "4_drop.sql",
	  "DROP INDEX CONCURRENTLY one_a;\n" },
	{ "20260105000000_again/migration.sql", "5_again.sql",
	  "CREATE INDEX CONCURRENTLY two_a ON two (a);\n" },
};

/* In box after a rehearsal in shop; some of them refuse a transaction. */
static void
migrate_twice(struct stage *s, const char *layout)
{
	/* Prisma wants a schema that is empty, or its own. */
	static const char empty[] = "DROP TABLE IF EXISTS effects, numbers, junk,"
	    " one, two, _prisma_migrations; DROP SCHEMA IF EXISTS pgrunbook"
	    " CASCADE";
	bool is_prisma = strcmp(layout, "prisma") == 0;
	char *dir = temp_folder(s);
	size_t i;

	cluster_sql(s->shop, empty);
	cluster_sql(s->box, empty);
	if (is_prisma)
		temp_file(s, dir, "migration_lock.toml",
		    "provider = \"postgresql\"\n");
	for (i = 0; i < COUNT_OF(files); i++)
		temp_file(s, dir, is_prisma ? files[i].prisma : files[i].sql,
		    files[i].text);
	stage_runbook(s, mem_printf(s,
	    "  - {id: try, migrate: {dir: \"%s\", layout: %s},"
	    " register: tried}\n"
	    "  - {id: go, target: box, migrate: {dir: \"%s\","
	    " layout: %s, rehearsed: true}}\n", dir, layout, dir, layout));
}

/* Each of them once, and the books say the same. */
static void
is_migrated(struct stage *s, const char *database, const char *layout)
{
	assert_string_equal(cluster_value(s, database, "SELECT string_agg("
	    "relname, ' ' ORDER BY relname) FROM pg_class WHERE relname IN"
	    " ('one', 'two', 'one_a', 'two_a')"), "one two two_a");
	assert_string_equal(cluster_value(s, database,
	    strcmp(layout, "prisma") == 0 ? "SELECT string_agg(concat_ws(':',"
	    " split_part(migration_name, '_', 2), applied_steps_count,"
	    " finished_at IS NOT NULL, rolled_back_at), ' ' ORDER BY"
	    " migration_name) FROM _prisma_migrations" :
	    "SELECT string_agg(name || ':1:t', ' ' ORDER BY name) FROM"
	    " pgrunbook.migration"), strcmp(layout, "prisma") == 0 ?
	    "one:1:t index:1:t two:1:t drop:1:t again:1:t" :
	    "1_one.sql:1:t 2_index.sql:1:t 3_two.sql:1:t 4_drop.sql:1:t "
	    "5_again.sql:1:t");
}

/*
 * Killed before each record of both steps, and resumed with nobody there; in
 * "make check" before some of them.
 */
static void
survives_a_kill_at_each_record(struct stage *s, const char *layout)
{
	const char *settings[] = {
		"FAILFS_CALLS=write", "FAILFS_PATH=*/journal.jsonl", NULL,
		"FAILFS_ACTION=kill", NULL,
	};
	int step = faults_want_all() ? 1 : 9, n, last;

	stage_prepare(s, "[{\"step\": \"book/try\", \"principal\": \"ben\","
	    " \"decision\": \"approve\"}, {\"step\": \"book/go\","
	    " \"principal\": \"ben\", \"decision\": \"approve\"}]");
	migrate_twice(s, layout);
	stage_ends_with(stage_run(s, true, NULL), 0);
	is_migrated(s, s->shop, layout);
	n = stage_seq_of(s, "attempt_started") + 1;
	last = stage_seq_of(s, "run_closed");
	assert_true(last >= n + 40);
	for (; n <= last; n += step) {
		migrate_twice(s, layout);
		settings[2] = mem_printf(s, "FAILFS_NTH=%d", n);
		stage_ends_with(stage_run(s, true, stage_failfs(s, settings)),
		    -1);
		if (!stage_state(s, s)->is_closed)
			stage_ends_with(stage_run(s, false, NULL), 0);
		is_migrated(s, s->shop, layout);
		is_migrated(s, s->box, layout);
		stage_holds(s);
	}
}

static void
prisma_migrations_survive_a_kill_at_each_record(void **state)
{
	survives_a_kill_at_each_record(*state, "prisma");
}

static void
plain_migrations_survive_a_kill_at_each_record(void **state)
{
	survives_a_kill_at_each_record(*state, "sql");
}

#define test(name) \
	cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(prisma_migrations_survive_a_kill_at_each_record),
		test(plain_migrations_survive_a_kill_at_each_record),
	};

	/* Of the engines alone: their leaks must not pass for exit codes. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	return test_main(tests, cluster_start, cluster_stop);
}
