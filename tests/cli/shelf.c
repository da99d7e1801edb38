/* tests/cli/shelf.c - a person's project, and runbooks walked in it. */

#include "harness/test.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/shelf.h"
#include "harness/cluster.h"

void
shelf_stand_in(struct shelf *s, const char *name, const char *script)
{
	char *path = temp_file(s, s->bin, name, mem_printf(s,
	    "#!/bin/sh\necho \"%s $*\" >>'%s/calls'\n%s\n", name, s->folder,
	    script));

	assert_int_equal(chmod(path, 0755), 0);
}

void
shelf_migration(struct shelf *s, const char *name, const char *sql)
{
	temp_file(s, s->folder, mem_printf(s,
	    "prisma/migrations/%s/migration.sql", name), sql);
}

void
shelf_failed(struct shelf *s, const char *name, const char *log)
{
	program_in(s, s->folder, "migrations", "resolve", "--applied", name,
	    NULL);
	cluster_sql(s->database, mem_printf(s, "update _prisma_migrations"
	    " set finished_at = null%s%s%s", log != NULL ? ", logs = '" : "",
	    log != NULL ? log : "", log != NULL ? "'" : ""));
}

void
shelf_env_files(struct shelf *s)
{
	temp_file(s, s->folder, ".env.example",
	    "DATABASE_URL=postgresql://user:password@host/db\nAPI_KEY=\n");
	temp_file(s, s->folder, ".env.staging",
	    "DATABASE_URL=\"postgresql://a:b@c/d\"\nexport API_KEY=abc\n");
}

char *
shelf_backup(struct shelf *s)
{
	char **names, *folder = path_join(s, s->folder, "backups");
	size_t count;
	struct error err;

	assert_ok(folder_list(s, folder, &names, &count, &err), &err);
	assert_int_equal(count, 1);
	return path_join(s, folder, names[0]);
}

void
shelf_url(const char *variable, const char *database)
{
	char *text = cluster_url(NULL, database);

	setenv(variable, text, 1);
	talloc_free(text);
}

void
shelf_is(struct shelf *s, const char *database, const char *environment)
{
	cluster_sql(database, mem_printf(s, "alter database \"%s\" set"
	    " pgrunbook.environment = '%s'", database, environment));
}

struct shelf *
shelf_new(void)
{
	static char *path;
	struct shelf *s = NEW(NULL, struct shelf);
	const char *copy[] = { "sh", "-c", "cp -r \"$1\"/runbooks/. \"$2\" &&"
	    " chmod -R u+w \"$2\"", "sh", test_srcdir(), NULL, NULL };

	s->folder = temp_folder(s);
	s->approvals = temp_folder(s);
	s->bin = path_join(s, s->folder, "bin");
	copy[5] = s->folder;
	assert_int_equal(program_run(s, NULL, copy).status, 0);
	if (path == NULL)
		path = mem_strdup(NULL, getenv("PATH"));
	setenv("PATH", mem_printf(s, "%s:%s", s->bin, path), 1);
	setenv("PGRUNBOOK_RUNS", path_join(s, s->folder, "runs"), 1);
	setenv("HOME", s->folder, 1);
	s->database = cluster_new_db(s);
	s->other = cluster_new_db(s);
	shelf_is(s, s->database, "sandbox");
	shelf_is(s, s->other, "sandbox");
	shelf_url("DATABASE_URL", s->database);
	shelf_url("STAGING_URL", s->database);
	shelf_url("SANDBOX_URL", s->database);
	shelf_url("ANALYTICS_URL", s->other);
	shelf_migration(s, "20260101000000_init", "CREATE TABLE \"users\" (\"id\" "
	    "SERIAL PRIMARY KEY, \"mail\" TEXT NOT NULL);\n");
	shelf_migration(s, "20260102000000_facts", "CREATE TABLE \"facts\" (\"id\" "
	    "BIGSERIAL PRIMARY KEY, \"n\" INT);\n");
	shelf_stand_in(s, "npx", "exit 0");
	shelf_stand_in(s, "npm", "exit 0");
	shelf_stand_in(s, "supabase", "exit 0");
	shelf_stand_in(s, "scale", "exit 0");
	return s;
}

char *
shelf_file(struct shelf *s, const char *name)
{
	return slurp(s, path_join(s, s->folder, name));
}

const char *
shelf_value(struct shelf *s, const char *sql)
{
	return cluster_value(s, s->database, sql);
}

/* ---- what people say ----------------------------------------------------------- */

void
shelf_say(struct shelf *s, const char *step, const char *rest)
{
	temp_file(s, s->approvals, mem_printf(s, "%03d.json", s->answers++),
	    mem_printf(s, "{\"step\": \"%s\", \"principal\": \"ana\", %s}",
	    step, rest));
}

void
shelf_approve(struct shelf *s, const char *step)
{
	shelf_say(s, step, "\"decision\": \"approve\"");
}

void
shelf_choose(struct shelf *s, const char *step, const char *key)
{
	shelf_say(s, step, mem_printf(s, "\"answer\": {\"key\": \"%s\"}", key));
}

/* fields: JSON members, "" for none */
void
shelf_tick(struct shelf *s, const char *step, int items, const char *fields)
{
	struct buffer *b = buffer_new(s);
	int i;

	for (i = 0; i < items; i++)
		buffer_puts(b, i > 0 ? ", true" : "true");
	shelf_say(s, step, mem_printf(s, "\"answer\": {\"items\": [%s], \"fields\": "
	    "{%s}}", b->data, fields));
}

/* ---- walking -------------------------------------------------------------------- */

/* Arguments ("--var=a=b") follow; the last is null. */
struct told
shelf_walk(struct shelf *s, const char *name, ...)
{
	const char *argv[32] = { mem_printf(s, "%s/pgrunbook",
	    test_builddir()), "run", "--headless", "--as=ana", "--approvals",
	    s->approvals, name };
	size_t n = 7;
	va_list args;

	va_start(args, name);
	while (n < COUNT_OF(argv) - 1 && (argv[n] = va_arg(args,
	    const char *)) != NULL)
		n++;
	va_end(args);
	return program_run(s, s->folder, argv);
}

/* "12:00:00 run NAME" */
char *
walk_run(struct shelf *s, struct told t)
{
	char *at = strstr(t.out, " run 2");

	if (at == NULL)
		fail_msg("exit status %d\n%s%s", t.status, t.out, t.errors);
	return mem_strndup(s, at + 5, strcspn(at + 5, "\n "));
}

void
walk_holds(struct told t)
{
	if (t.status != 0)
		fail_msg("exit status %d\n%s%s", t.status, t.out, t.errors);
	assert_contains(t.out, "closed: done");
}

/* It stops with this status, and says this. */
void
walk_stops(struct told t, int status, const char *text)
{
	if (t.status != status)
		fail_msg("exit status %d\n%s%s", t.status, t.out, t.errors);
	if (strstr(t.out, text) == NULL && strstr(t.errors, text) == NULL)
		fail_msg("\"%s\" is not in:\n%s%s", text, t.out, t.errors);
}
