/*
 * bench/bench_schema.c - a diff of two large schemas, beside what bounds it.
 *
 * usage: bench_schema PGRUNBOOK SCHEMA.SQL [TABLES...]    (100 1000 10000)
 *
 * Starts a scratch server, whose shared_buffers have room for the catalogues
 * (those of 10,000 tables are 190 MB a database; PostgreSQL's manual, 20.4.1,
 * recommends a quarter of the machine's memory), and makes, for each number of
 * tables, a database and one with 1 % of drift.  Then, three times in turn,
 * takes the time of:
 *     ours      PGRUNBOOK diff of the two, the whole process
 *     queries   the very queries that a diff sends, by psql, to both
 *               databases at once: the limit
 *     dumps     pg_dump --schema-only of the one and then of the other
 *     peers     other tools of the kind, where they are installed
 * and prints medians, ratios, and our peak memory.
 */

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/scratch_server.h"
#include "postgres/session.h"
#include "schema/snapshot.h"

#define ROUNDS		3
#define SQL_MAX_BYTES	((size_t)1024 * 1024)
#define SHARED_BUFFERS	"512MB"

extern char **environ;

/* What is timed; $1 is the changed database, $2 the other, $3 the queries. */
struct contender {
	const char	*name, *program, *command;
};

static const struct contender contenders[] = {
	{ "ours", NULL, NULL },
	{ "queries", "psql", "psql -XqAt -f \"$3\" \"$1\" & "
	    "psql -XqAt -f \"$3\" \"$2\"; wait" },
	{ "dumps", "pg_dump", "pg_dump -s \"$1\"; pg_dump -s \"$2\"" },
	{ "migra", "migra", "timeout 300 migra --unsafe \"$1\" \"$2\"" },
	{ "pg-schema-diff", "pg-schema-diff", "timeout 300 pg-schema-diff plan "
	    "--from-dsn \"$1\" --to-dsn \"$2\"" },
	{ "supabase", "supabase", "timeout 300 supabase db diff "
	    "--use-pg-delta --from \"$1\" --to \"$2\"" },
};

struct pair {
	const char	*changed, *original, *queries;
};

struct measured {
	double	 seconds[ROUNDS];
	long	 peak_kb;
};

/* ---- one run ------------------------------------------------------------- */

static int
time_run(const char *const *argv, struct measured *m, int round)
{
	posix_spawn_file_actions_t quiet;
	struct rusage usage;
	int64_t start = clock_mono_ms();
	int status, rc;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0);
	rc = posix_spawnp(&pid, argv[0], &quiet, NULL,
	    (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&quiet);
	if (rc != 0 || wait4(pid, &status, 0, &usage) != pid)
		return -1;
	m->seconds[round] = (double)(clock_mono_ms() - start) / 1000;
	m->peak_kb = usage.ru_maxrss > m->peak_kb ? usage.ru_maxrss :
	    m->peak_kb;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int
run_contender(const struct contender *c, const char *pgrunbook,
    const struct pair *p, struct measured *m, int round)
{
	const char *ours[] = { pgrunbook, "diff", "--fail-on", "none",
		p->changed, p->original, NULL };
	const char *other[] = { "sh", "-c", c->command, "sh", p->changed,
		p->original, p->queries, NULL };

	return time_run(c->command == NULL ? ours : other, m, round);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(const struct measured *m)
{
	double sorted[ROUNDS];

	memcpy(sorted, m->seconds, sizeof(sorted));
	qsort(sorted, ROUNDS, sizeof(*sorted), by_size);
	return sorted[ROUNDS / 2];
}

/* ---- one size ------------------------------------------------------------ */

static void
print_size(int tables, const struct measured *m, const bool *is_here)
{
	double ours = median(&m[0]);

	printf("%d tables\n", tables);
	for (size_t i = 0; i < COUNT_OF(contenders); i++) {
		if (!is_here[i]) {
			printf("    %-16s not installed, or it failed\n",
			    contenders[i].name);
			continue;
		}
		printf("    %-16s %7.2f s", contenders[i].name, median(&m[i]));
		if (i > 0)
			printf("   ours / it  %.2f", ours / median(&m[i]));
		else
			printf("   peak memory %ld MiB", m[i].peak_kb / 1024);
		printf("\n");
	}
	fflush(stdout);
}

static void
compare(const void *owner, const char *pgrunbook, const struct pair *p,
    int tables)
{
	struct measured m[COUNT_OF(contenders)] = { 0 };
	bool is_here[COUNT_OF(contenders)];
	struct error ignored;

	for (size_t i = 0; i < COUNT_OF(contenders); i++)
		is_here[i] = contenders[i].program == NULL ||
		    program_find(owner, contenders[i].program, 0, &ignored) !=
		    NULL;
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < COUNT_OF(contenders); i++)
			if (is_here[i])
				is_here[i] = run_contender(&contenders[i],
				    pgrunbook, p, &m[i], round) == 0;
	print_size(tables, m, is_here);
}

static struct pg_session *
open_db(const void *owner, const char *url, struct error *err)
{
	struct pg_target *target = pg_target_parse(owner, url, err);

	return target == NULL ? NULL : pg_open(owner, loop_new(owner), target,
	    NULL, err);
}

/* Both databases, and the file of queries. */
static int
prepare(const void *owner, const char *folder, const char *sql, int tables,
    struct pair *p, struct error *err)
{
	char *original = mem_printf(owner, "original_%d", tables);
	char *changed = mem_printf(owner, "changed_%d", tables);
	struct buffer *text = buffer_new(owner);
	const char *const *query;
	struct pg_session *server, *s;

	*p = (struct pair){ scratch_server_url(owner, folder, changed),
		scratch_server_url(owner, folder, original),
		mem_printf(owner, "%s/queries_%d.sql", folder, tables) };
	server = open_db(owner, scratch_server_url(owner, folder, "postgres"),
	    err);
	if (server == NULL || pg_exec_script(server, mem_printf(owner,
	    "CREATE DATABASE %s", original), err) < 0 ||
	    (s = open_db(owner, p->original, err)) == NULL ||
	    pg_exec_script(s, sql, err) < 0 ||
	    pg_exec_script(s, "CALL public.make_schemas()", err) < 0 ||
	    pg_exec_script(s, mem_printf(owner, "CALL public.make_tables(%d)",
	    tables), err) < 0 || pg_exec_script(s, "VACUUM ANALYZE", err) < 0)
		return -1;
	for (query = schema_read_queries(owner, s); *query != NULL; query++)
		buffer_printf(text, "%s;\n", *query);
	pg_close(s);
	if (file_write_atomic(p->queries, text->data, text->size, 0600, err) < 0 ||
	    pg_exec_script(server, mem_printf(owner,
	    "CREATE DATABASE %s TEMPLATE %s", changed, original), err) < 0 ||
	    (s = open_db(owner, p->changed, err)) == NULL ||
	    pg_exec_script(s, mem_printf(owner, "CALL public.drift(%d)",
	    tables), err) < 0 || pg_exec_script(s, "VACUUM ANALYZE", err) < 0)
		return -1;
	pg_close(s);
	pg_close(server);
	return 0;
}

static int
start_server(const void *owner, const char *folder, struct error *err)
{
	struct pg_session *s;

	if (scratch_server_start(folder, true, err) != 0 ||
	    (s = open_db(owner, scratch_server_url(owner, folder, "postgres"),
	    err)) == NULL ||
	    pg_exec_script(s, "CREATE ROLE bench_app", err) < 0 ||
	    pg_exec_script(s, "ALTER SYSTEM SET shared_buffers = '"
	    SHARED_BUFFERS "'", err) < 0)
		return -1;
	pg_close(s);
	return scratch_server_stop(folder, err) != 0 ? -1 :
	    scratch_server_revive(folder, true, err);
}

int
main(int argc, char **argv)
{
	static const char *const sizes[] = { "100", "1000", "10000", NULL };
	const char *const *size = argc > 3 ?
	    (const char *const *)(uintptr_t)(argv + 3) : sizes;
	void *owner = talloc_new(NULL);
	struct error err, ignored;
	char *folder, *sql = NULL;
	int rc = 1;

	if (argc < 3) {
		fputs("usage: bench_schema PGRUNBOOK SCHEMA.SQL [TABLES...]\n",
		    stderr);
		return 2;
	}
	folder = scratch_folder_create(owner, "pgrunbook-bench", &err);
	if (folder != NULL && file_read(owner, argv[2], SQL_MAX_BYTES, &sql,
	    NULL, &err) == 0 && start_server(owner, folder, &err) == 0)
		rc = 0;
	for (; rc == 0 && *size != NULL; size++) {
		struct pair p;

		rc = prepare(owner, folder, sql, atoi(*size), &p, &err) < 0;
		if (rc == 0)
			compare(owner, argv[1], &p, atoi(*size));
	}
	if (folder != NULL && (scratch_server_stop(folder, &ignored) != 0 ||
	    file_remove_tree(folder, &ignored) != 0))
		fprintf(stderr, "%s is left behind\n", folder);
	if (rc != 0)
		error_print(stderr, "bench_schema", &err);
	talloc_free(owner);
	return rc;
}
