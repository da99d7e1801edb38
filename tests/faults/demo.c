/*
 * tests/faults/demo.c - the window of "pgrunbook demo" as one that faults
 * befall: the same shop, runbooks and decisions, on the test's own server.
 *
 * The shop is made once and copied as a template for each run.  Its name is
 * part of what is journaled and compared, so it is "shop" each time.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "cli/demo_shop.h"
#include "cli/scratch_server.h"
#include "faults/judge.h"
#include "faults/window.h"
#include "harness/cluster.h"
#include "run/folder.h"

#define SHOP		"shop"
#define TEMPLATE	"shop_template"
#define ENVIRONMENT	"sandbox"	/* as where nobody is there to type */

/* What an undisturbed run comes to; owned by nobody, made once. */
static char *wanted_end, *wanted_markers;

/* The demo's own code asks for the demo's server: here it is the test's. */
char *
scratch_server_url(const void *owner, const char *folder, const char *dbname)
{
	(void)folder;
	return cluster_url(owner, dbname);
}

static char *
runbooks(const void *owner)
{
	return path_join(owner, test_srcdir(), "runbooks");
}

static void
make_template(struct stage *s)
{
	struct error err = { 0 };

	assert_ok(demo_shop_fill("", runbooks(s), ENVIRONMENT, &err), &err);
	cluster_sql("postgres", "ALTER DATABASE " SHOP " RENAME TO " TEMPLATE);
}

/* All databases but the server's own and the template. */
static char *
databases(const void *owner)
{
	char *names = cluster_value(owner, "postgres", "SELECT string_agg(datname,"
	    " ',' ORDER BY datname) FROM pg_database WHERE datname NOT IN "
	    "('postgres', 'template0', 'template1', '" TEMPLATE "')");

	return names != NULL ? names : mem_strdup(owner, "");
}

static void
make_shop(struct stage *s)
{
	char *names = databases(s), *name, *rest;

	/* Also what the run before has left. */
	for (name = strtok_r(names, ",", &rest); name != NULL;
	    name = strtok_r(NULL, ",", &rest))
		cluster_drop_db(name);
	if (cluster_value(s, "postgres", "SELECT 1 FROM pg_database WHERE "
	    "datname = '" TEMPLATE "'") == NULL)
		make_template(s);
	cluster_sql("postgres", mem_printf(s, "CREATE DATABASE " SHOP
	    " TEMPLATE " TEMPLATE "%s", cluster_major() >= 15 ?
	    " STRATEGY file_copy" : ""));
	cluster_sql("postgres", "ALTER DATABASE " SHOP
	    " SET pgrunbook.environment = '" ENVIRONMENT "'");
}

static void
demo_renew(struct stage *s)
{
	struct error err = { 0 };

	s->folder = run_folder_create(s, s->runs, "reconcile", &err);
	assert_got(s->folder, &err);
}

static struct stage *
demo_begin(void)
{
	struct stage *s = stage_new_bare(NULL);
	const char **vars = NEW_ARRAY(s, const char *, 4);
	char *folder = s->home = temp_folder(s);
	struct error err = { 0 };

	s->shop = mem_strdup(s, SHOP);
	s->is_json = s->is_demo = true;
	make_shop(s);
	assert_ok(demo_window_write(s, folder, runbooks(s), ENVIRONMENT,
	    &s->file, &err), &err);
	vars[0] = "ticket=DEMO-1";
	vars[1] = mem_printf(s, "migrations=%s/runbooks/demo/migrations",
	    folder);
	vars[2] = mem_printf(s, "backup_folder=%s/backups", folder);
	s->vars = vars;
	s->approvals = path_join(s, folder, "runbooks/demo/approvals");
	demo_renew(s);
	return s;
}

/* ---- what it came to --------------------------------------------------------- */

/* Rows and hashes of all tables; of books what does not depend on the hour. */
static char *
data_of(struct stage *s)
{
	char *sql = cluster_value(s, SHOP, "SELECT string_agg(format("
	    "'SELECT %L, count(*), sum(hashtextextended(t::text, 0)) FROM %s t',"
	    " c.oid::regclass, c.oid::regclass), ' UNION ALL ' ORDER BY "
	    "c.oid::regclass::text) FROM pg_class c WHERE c.relkind = 'r' AND "
	    "c.relnamespace::regnamespace::text !~ '^(pg_|information_schema|"
	    "pgrunbook)' AND c.relname <> '_prisma_migrations'");
	char *data = cluster_value(s, SHOP, mem_printf(s,
	    "SELECT string_agg(x::text, E'\\n' ORDER BY x::text) FROM (%s) x", sql));
	/* The reconciliation's own are named by the time of the review. */
	char *books = cluster_value(s, SHOP, "SELECT string_agg(concat_ws(' ',"
	    " regexp_replace(migration_name, '^\\d+_', ''), applied_steps_count,"
	    " finished_at IS NOT NULL, rolled_back_at), E'\\n' ORDER BY "
	    "migration_name) FROM _prisma_migrations");

	return mem_printf(s, "%s\n%s\n", data, books);
}

static char *
schema_of(struct stage *s)
{
	char *url = cluster_url(s, SHOP), *text, *kept, *line, *rest;
	const char *argv[] = { program_find(s, "pg_dump", cluster_major(), NULL),
	    "--schema-only", "--restrict-key=same", url, NULL };
	struct child_spec spec = { .argv = argv };
	struct error err = { 0 };

	assert_non_null(argv[0]);
	assert_ok(child_capture(s, s->loop, &spec, &text, NULL, &err), &err);
	kept = mem_strdup(s, "");
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "--", 2) != 0)
			kept = mem_printf(s, "%s%s\n", kept, line);
	return kept;
}

static char *
end_of(struct stage *s)
{
	return mem_printf(s, "%s%s%s\n", schema_of(s), data_of(s),
	    databases(s));
}

/* {"step": how often it took effect}. */
static char *
markers_of(struct stage *s)
{
	return cluster_value(s, SHOP, "SELECT json_object_agg(step, n)::text "
	    "FROM (SELECT step, count(*) AS n FROM pgrunbook.outcome WHERE "
	    "step <> '' GROUP BY step ORDER BY step) x");
}

static json_t *
parsed(struct stage *s, const char *text)
{
	struct error err = { 0 };
	json_t *value = NULL;

	assert_ok(json_parse(text, strlen(text), &value, &err), &err);
	return json_owned(s, value);
}

static void
compare_markers(struct stage *s, struct findings *f)
{
	json_t *wanted = parsed(s, wanted_markers), *got, *count;
	const char *text = markers_of(s), *step;

	got = parsed(s, text != NULL ? text : "{}");
	json_object_foreach(got, step, count)
		if (json_integer_value(count) > json_int(wanted, step, 0))
			findings_add(f, &f->double_runs, "%s took effect %d "
			    "times", step, (int)json_integer_value(count));
	json_object_foreach(wanted, step, count)
		if (json_integer_value(count) > json_int(got, step, 0))
			findings_add(f, &f->other_ends, "%s took effect %d "
			    "times", step, (int)json_int(got, step, 0));
}

/* The first line that differs. */
static void
compare_ends(struct stage *s, struct findings *f)
{
	const char *a = wanted_end, *b = end_of(s);
	const char *line_a = a, *line_b = b;

	for (; *a != '\0' && *a == *b; a++, b++)
		if (*a == '\n') {
			line_a = a + 1;
			line_b = b + 1;
		}
	if (*a != *b)
		findings_add(f, &f->other_ends, "\"%.*s\", not \"%.*s\"",
		    (int)strcspn(line_b, "\n"), line_b,
		    (int)strcspn(line_a, "\n"), line_a);
}

static void
demo_compare(struct stage *s, struct findings *f)
{
	const char *const shop[] = { SHOP, NULL };
	struct run_state *state = stage_state(s, s);
	size_t i;

	if (!str_equal(state->outcome, "done"))
		findings_add(f, &f->unfinished, "the run is %s",
		    state->outcome);
	for (i = 0; i < state->step_count; i++)
		if (state->steps[i].status != STEP_DONE &&
		    state->steps[i].status != STEP_SKIPPED &&
		    !state->phases[state->steps[i].phase].is_rollback)
			findings_add(f, &f->unfinished, "step %s is %s",
			    state->steps[i].id,
			    step_status_word(state->steps[i].status));
	if (wanted_end == NULL) {
		/* Of a run that nothing befell, or it would be no measure. */
		assert_int_equal(f->points, 0);
		wanted_end = strdup(end_of(s));
		wanted_markers = strdup(markers_of(s));
	}
	compare_ends(s, f);
	compare_markers(s, f);
	/* The copy that was rehearsed on is dropped in the end. */
	judge_run(s, shop, "rehearse/*", f);
}

const struct fault_window demo_window = {
	"demo window", demo_begin, demo_renew, demo_compare,
};
