/*
 * steps/dump.c - pg_dump and pg_restore.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/dump.h"
#include "steps/transfer.h"

/* Of a command's arguments. */
#define ARGUMENTS_MAX	24

int
dump_jobs(struct attempt *a, const char *text, int *jobs, struct error *err)
{
	char *expanded, *end;
	bool is_wrong;
	long n;

	*jobs = 1;
	if (text == NULL)
		return 0;
	expanded = attempt_expand(NULL, a, text, err);
	if (expanded == NULL)
		return -1;
	n = strtol(expanded, &end, 10);
	is_wrong = end == expanded || *end != '\0' || n < 1 || n > 64;
	if (is_wrong)
		error_set(err, ERR_RUNBOOK,
		    "\"jobs\" is not a number from 1 to 64: %s", expanded);
	else
		*jobs = (int)n;
	talloc_free(expanded);
	return is_wrong ? -1 : 0;
}

/* ---- running one of them ------------------------------------------------------------ */

struct tool {
	const char	*argv[ARGUMENTS_MAX + 1];
	size_t		 count;
	char		*last_error;	/* of its standard error */
	void		(*on_line)(void *arg, const char *line);
	void		*arg;
};

static void
add(struct tool *t, const char *argument)
{
	if (t->count < ARGUMENTS_MAX)
		t->argv[t->count++] = argument;
}

static struct tool *
tool_new(const void *owner, const char *program, int server_version,
    struct error *err)
{
	struct tool *t = NEW(owner, struct tool);
	char *path = program_find(t, program, server_version / 10000, err);

	if (path == NULL)
		return NULL;
	add(t, path);
	return t;
}

static void
tool_line(void *arg, int stream, const char *line)
{
	struct tool *t = arg;

	/* "pg_restore: error: ..."; everything else there is --verbose. */
	if (stream == 2 && (strstr(line, "error:") != NULL ||
	    strstr(line, "fatal:") != NULL || t->last_error == NULL)) {
		talloc_free(t->last_error);
		t->last_error = str_printable(t, line, strlen(line), false);
	}
	if (t->on_line != NULL)
		t->on_line(t->arg, line);
}

static int
tool_run(struct attempt *a, struct tool *t, const char *const *env,
    bool is_quiet, struct error *err)
{
	struct command c = { t->argv, env, NULL, tool_line, t, is_quiet };
	int status;

	if (attempt_command(a, &c, &status, err) < 0)
		return -1;
	if (status == 0)
		return 0;
	error_set(err, ERR_CHILD, "%s exited with status %d",
	    path_name(t->argv[0]), status);
	if (t->last_error != NULL)
		error_detail(err, "%s", t->last_error);
	return -1;
}

/* ---- pg_dump -------------------------------------------------------------------------- */

static void
took_line(void *arg, const char *line)
{
	transfer_line(arg, line);
}

/* What a program says of its tables, and what the server does. */
static struct transfer *
watch_tool(struct tool *t, struct attempt *a, const struct manifest *m,
    int64_t objects)
{
	struct transfer *rows = transfer_new(t, a, m, objects);

	t->on_line = took_line;
	t->arg = rows;
	return rows;
}

char *
dump_version_warning(const void *owner, const char *version,
    int server_version)
{
	const char *at = strchr(version, ')');
	int major, minor;

	/* Before 10 a version had three numbers. */
	if (at == NULL || sscanf(at + 1, " %d.%d", &major, &minor) != 2 ||
	    major < 10 || major * 10000 + minor >= server_version)
		return NULL;
	return mem_printf(owner, "pg_dump %d.%d is older than the server "
	    "(%d.%d): what it writes may not restore; upgrade the client, or "
	    "prove it with \"test_restore\"", major, minor,
	    server_version / 10000, server_version % 10000);
}

static void
keep_line(void *arg, const char *line)
{
	char **said = arg;

	if (*said == NULL)
		*said = mem_strdup(NULL, line);
}

/* Asked before it dumps, and told before it takes an hour. */
static int
warn_of_version(struct attempt *a, const char *program, int server_version,
    struct error *err)
{
	struct tool *t = NEW(NULL, struct tool);
	char *said = NULL, *warning;
	int rc;

	add(t, program);
	add(t, "--version");
	t->on_line = keep_line;
	t->arg = &said;
	rc = tool_run(a, t, NULL, true, err);
	warning = rc < 0 || said == NULL ? NULL : dump_version_warning(said,
	    said, server_version);
	if (warning != NULL)
		rc = attempt_event(a, EVENT_WARNED, json_pack("{s:s}", "text",
		    warning), err);
	if (rc == 0 && warning != NULL)
		rc = attempt_printf(a, err, "warning: %s\n", warning);
	talloc_free(said);
	talloc_free(t);
	return rc;
}

int
dump_write(struct attempt *a, const struct pg_target *target,
    struct manifest *m, const char *snapshot, int jobs, struct error *err)
{
	struct tool *t = tool_new(NULL, "pg_dump", m->server_version, err);
	char *name, *hex;
	int rc;

	if (t == NULL || warn_of_version(a, t->argv[0], m->server_version,
	    err) < 0) {
		talloc_free(t);
		return -1;
	}
	hex = random_hex(t, 8);
	name = mem_printf(t, "pgrunbook-dump-%s", hex);
	add(t, "--verbose");
	add(t, "--no-password");
	add(t, str_equal(m->format, "directory") ? "-Fd" : "-Fc");
	if (jobs > 1 && str_equal(m->format, "directory"))
		add(t, mem_printf(t, "-j%d", jobs));
	add(t, mem_printf(t, "--snapshot=%s", snapshot));
	add(t, "--lock-wait-timeout=5s");
	/* Our own marker rows are of this run alone. */
	add(t, "--exclude-table=pgrunbook.outcome");
	add(t, "-f");
	add(t, m->dump);
	transfer_watch(watch_tool(t, a, m, 0), target->dbname, name);
	rc = tool_run(a, t, (const char *const *)pg_target_environment(t,
	    target, name), false, err);
	talloc_free(t);
	return rc;
}

/* ---- reading an archive --------------------------------------------------------------- */

struct contents {
	struct buffer	*lines;		/* for -L: all but what is ours */
	int64_t		 entries, table_data;
	bool		 in_place;
};

/* The freeze belongs to the run, not to the data. */
static bool
is_ours(const struct contents *c, const char *line)
{
	if (strstr(line, " EVENT TRIGGER ") != NULL)
		return strstr(line, "pgrunbook_freeze") != NULL;
	if (strstr(line, " FUNCTION pgrunbook freeze()") != NULL)
		return true;
	/* It is there, with the markers of this very run in it. */
	return c->in_place && strstr(line, " SCHEMA - pgrunbook ") != NULL;
}

static void
took_entry(void *arg, const char *line)
{
	struct contents *c = arg;

	if (line[0] == ';' || line[0] == '\0')
		return;
	if (is_ours(c, line))
		return;
	c->entries++;
	if (strstr(line, " TABLE DATA ") != NULL)
		c->table_data++;
	buffer_puts(c->lines, line);
	buffer_puts(c->lines, "\n");
}

static struct contents *
read_contents(const void *owner, struct attempt *a, const struct manifest *m,
    bool in_place, struct error *err)
{
	struct contents *c = NEW(owner, struct contents);
	struct tool *t = tool_new(c, "pg_restore", m->server_version, err);

	if (t == NULL)
		return NULL;
	c->lines = buffer_new(c);
	c->in_place = in_place;
	t->on_line = took_entry;
	t->arg = c;
	add(t, "-l");
	add(t, m->dump);
	return tool_run(a, t, NULL, true, err) < 0 ? NULL : c;
}

int
dump_check(struct attempt *a, const struct manifest *m, struct error *err)
{
	void *owner = talloc_new(NULL);
	struct contents *c = read_contents(owner, a, m, false, err);
	struct tool *t = c == NULL ? NULL :
	    tool_new(owner, "pg_restore", m->server_version, err);
	int rc = -1;

	if (t != NULL && c->table_data < (int64_t)m->table_count)
		error_set(err, ERR_VERIFY, "the archive has data of %lld "
		    "tables, the database has %zu", (long long)c->table_data,
		    m->table_count);
	else if (t != NULL) {
		attempt_phase(a, "reads the archive to its end");
		watch_tool(t, a, m, 0);
		add(t, "--verbose");
		add(t, "-f");
		add(t, "/dev/null");
		add(t, m->dump);
		rc = tool_run(a, t, NULL, true, err);
	}
	if (rc < 0 && err->code == ERR_CHILD)
		err->code = ERR_VERIFY;
	talloc_free(owner);
	return rc;
}

/* ---- pg_restore ------------------------------------------------------------------------ */

/* The list of what to restore, as a file: pg_restore wants a name. */
static char *
write_list(const void *owner, struct attempt *a, const struct contents *c,
    struct error *err)
{
	char *folder = attempt_folder(owner, a), *path;

	folder = path_join(owner, a->host->run->folder, folder);
	path = path_join(owner, folder, "restore.list");
	if (file_make_folder(folder, 0700, err) < 0 ||
	    file_write_atomic(path, c->lines->data, c->lines->size, 0600,
	    err) < 0 ||
	    attempt_attach(a, path, "what is restored", err) < 0)
		return NULL;
	return path;
}

static char **
restore_environment(const void *owner, struct attempt *a,
    const struct pg_target *target, const char *name, bool in_place)
{
	char **env = pg_target_environment(owner, target, name);
	size_t n = 0;

	if (!in_place)
		return env;
	/* A frozen database lets our own sessions through by this. */
	while (env[n] != NULL)
		n++;
	GROW(owner, env, char *, n + 2);
	env[n] = mem_printf(owner, "PGOPTIONS=-c pgrunbook.run=%s",
	    a->host->run->state->run != NULL ? a->host->run->state->run : "");
	env[n + 1] = NULL;
	return env;
}

int
dump_restore(struct attempt *a, const struct pg_target *target,
    const struct manifest *m, int jobs, bool in_place, struct error *err)
{
	void *owner = talloc_new(NULL);
	struct contents *c = read_contents(owner, a, m, in_place, err);
	char *list = c == NULL ? NULL : write_list(owner, a, c, err);
	struct tool *t = list == NULL ? NULL :
	    tool_new(owner, "pg_restore", m->server_version, err);
	char *hex = random_hex(owner, 8);
	char *name = mem_printf(owner, "pgrunbook-restore-%s", hex);
	int rc = -1;

	if (t != NULL) {
		transfer_watch(watch_tool(t, a, m, c->entries), target->dbname,
		    name);
		add(t, "--verbose");
		add(t, "--no-password");
		add(t, "--exit-on-error");
		add(t, "--no-owner");
		if (in_place) {
			add(t, "--single-transaction");
			add(t, "--clean");
			add(t, "--if-exists");
		} else if (jobs > 1)
			add(t, mem_printf(t, "-j%d", jobs));
		add(t, "-L");
		add(t, list);
		add(t, "-d");
		add(t, target->dbname);
		add(t, m->dump);
		rc = tool_run(a, t, (const char *const *)restore_environment(
		    owner, a, target, name, in_place), false, err);
	}
	talloc_free(owner);
	return rc;
}

/* ---- databases -------------------------------------------------------------------------- */

struct pg_session *
dump_maintenance(const void *owner, struct attempt *a, bool for_cleanup,
    struct error *err)
{
	static const char *const names[] = { "postgres", "template1" };
	struct pg_session *s = NULL;
	size_t i;

	for (i = 0; s == NULL && i < COUNT_OF(names); i++)
		s = attempt_session_new(owner, a, NULL, names[i], for_cleanup,
		    err);
	return s;
}

/* The encoding and locale of a database; of template1 where it is not there. */
static char *
like_database(const void *owner, struct pg_session *s, const char *like,
    struct error *err)
{
	const char *params[] = { like };
	struct pg_result *r;

	if (pg_exec(owner, s, "SELECT pg_catalog.quote_literal("
	    "pg_catalog.pg_encoding_to_char(encoding)),"
	    " pg_catalog.quote_literal(datcollate),"
	    " pg_catalog.quote_literal(datctype)"
	    " FROM pg_catalog.pg_database"
	    " WHERE datname IN ($1, 'template1')"
	    " ORDER BY datname = $1 DESC LIMIT 1", 1, params, &r, err) < 0)
		return NULL;
	if (r->rows == 0)
		return mem_strdup(owner, "");
	return mem_printf(owner, " ENCODING %s LC_COLLATE %s LC_CTYPE %s",
	    pg_value(r, 0, 0), pg_value(r, 0, 1), pg_value(r, 0, 2));
}

/* No other step and no other run has this one. */
static char *
own_name(const void *owner, const struct attempt *a)
{
	const char *run = a->host->run->state->run;
	char *whose = mem_printf(owner, "%s %s", run != NULL ? run : "", a->id);
	char hex[SHA256_HEX_SIZE];

	sha256_of(whose, strlen(whose), hex);
	return mem_printf(owner, "pgrunbook_restore_%.12s", hex);
}

static int
drop_if_there(const void *owner, struct attempt *a, struct pg_session *s,
    const char *name, struct error *err)
{
	const char *params[] = { name };
	struct pg_result *r;

	if (pg_exec(owner, s, "SELECT 1 FROM pg_catalog.pg_database"
	    " WHERE datname = $1", 1, params, &r, err) < 0)
		return -1;
	return r->rows == 0 ? 0 : dump_drop_database(a, name, err);
}

static int
create_anew(const void *owner, struct attempt *a, struct pg_session *s,
    const char *name, const char *sql, struct error *err)
{
	return drop_if_there(owner, a, s, name, err) < 0 ? -1 :
	    pg_exec_script(s, sql, err);
}

int
dump_create_database(const void *owner, struct attempt *a, char **name,
    struct error *err)
{
	void *scratch = talloc_new(NULL);
	const struct pg_target *target = attempt_target(a, NULL, NULL, err);
	struct pg_session *s = target == NULL ? NULL :
	    dump_maintenance(scratch, a, false, err);
	char *like = s == NULL ? NULL :
	    like_database(scratch, s, target->dbname, err), *sql;
	int rc = -1;

	*name = own_name(owner, a);
	if (like != NULL) {
		sql = mem_printf(scratch, "CREATE DATABASE %s TEMPLATE template0%s",
		    pg_quote_identifier(scratch, *name), like);
		rc = attempt_printf(a, err, "%s\n", sql);
		if (rc == 0)
			rc = create_anew(scratch, a, s, *name, sql, err);
		/* The server was still at it for an engine that is no more. */
		if (rc < 0 && (str_equal(err->sqlstate, "42P04") ||
		    str_equal(err->sqlstate, "23505")))
			rc = create_anew(scratch, a, s, *name, sql, err);
	}
	talloc_free(scratch);
	return rc;
}

int
dump_drop_database(struct attempt *a, const char *name, struct error *err)
{
	void *owner = talloc_new(NULL);
	struct pg_session *s = dump_maintenance(owner, a, true, err);
	char *sql = mem_printf(owner, "DROP DATABASE IF EXISTS %s WITH (FORCE)",
	    pg_quote_identifier(owner, name));
	int rc = -1;

	if (s != NULL && attempt_printf(a, err, "%s\n", sql) == 0)
		rc = pg_exec_script(s, sql, err);
	talloc_free(owner);
	return rc;
}
