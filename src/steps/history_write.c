/*
 * steps/history_write.c - the books of Prisma, Supabase, and our own, as they
 * are written.
 */

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "steps/history.h"

#define PRISMA_LOCK	"72707369"
#define LOCK_PATIENCE_MS 10000

/* As Prisma's schema engine makes it. */
static const char prisma_table[] =
    "CREATE TABLE _prisma_migrations (\n"
    "    id                      VARCHAR(36) PRIMARY KEY NOT NULL,\n"
    "    checksum                VARCHAR(64) NOT NULL,\n"
    "    finished_at             TIMESTAMPTZ,\n"
    "    migration_name          VARCHAR(255) NOT NULL,\n"
    "    logs                    TEXT,\n"
    "    rolled_back_at          TIMESTAMPTZ,\n"
    "    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),\n"
    "    applied_steps_count     INTEGER NOT NULL DEFAULT 0\n"
    ")";

static const char supabase_table[] =
    "CREATE SCHEMA IF NOT EXISTS supabase_migrations;"
    "CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations"
    " (version text NOT NULL PRIMARY KEY);"
    "ALTER TABLE supabase_migrations.schema_migrations"
    " ADD COLUMN IF NOT EXISTS statements text[];"
    "ALTER TABLE supabase_migrations.schema_migrations"
    " ADD COLUMN IF NOT EXISTS name text";

static const char sql_table[] =
    "CREATE SCHEMA IF NOT EXISTS pgrunbook;"
    "CREATE TABLE IF NOT EXISTS pgrunbook.migration (name text PRIMARY KEY,"
    " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

/* ---- alone -------------------------------------------------------------------------- */

int
history_lock(struct history *h, struct error *err)
{
	int64_t begun = clock_mono_ms();
	char *got;

	for (;;) {
		if (pg_scalar(h, h->session, "SELECT pg_catalog."
		    "pg_try_advisory_lock(" PRISMA_LOCK ")", 0, NULL, &got,
		    err) < 0)
			return -1;
		if (str_equal(got, "t"))
			return 0;
		if (clock_mono_ms() - begun > LOCK_PATIENCE_MS)
			break;
		if (h->host.on_wait != NULL)
			h->host.on_wait(h->host.arg);
		loop_sleep(h->host.loop, 200, h->host.cancel);
	}
	error_set(err, ERR_BUSY, "another migration runs on this database (P1002)");
	error_hint(err, "SELECT pid FROM pg_locks WHERE locktype = 'advisory' "
	    "AND objid = " PRISMA_LOCK);
	return -1;
}

/* ---- the table ---------------------------------------------------------------------- */

static int
check_empty(struct history *h, struct error *err)
{
	struct pg_result *r;

	if (pg_exec(h, h->session, "SELECT c.relname FROM pg_catalog.pg_class c"
	    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
	    " WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY 1 LIMIT 1", 1,
	    (const char *[]){ h->schema }, &r, err) < 0)
		return -1;
	if (r->rows == 0)
		return 0;
	error_set(err, ERR_POLICY, "the schema \"%s\" is not empty and has no "
	    "_prisma_migrations (P3005)", h->schema);
	error_detail(err, "it has the table \"%s\"", pg_value(r, 0, 0));
	error_hint(err, "record what it has with \"pgrunbook migrations resolve --applied NAME\" first");
	return -1;
}

/* The engine of Prisma makes its schema, too. */
static int
make_schema(struct history *h, struct error *err)
{
	char *sql = mem_printf(NULL, "CREATE SCHEMA IF NOT EXISTS %s",
	    pg_quote_identifier(h, h->schema)), *found;
	int rc;

	/* Who may not create schemas need not where it is there. */
	rc = pg_scalar(sql, h->session, "SELECT pg_catalog.count(*) FROM"
	    " pg_catalog.pg_namespace WHERE nspname = $1", 1,
	    (const char *[]){ h->schema }, &found, err);
	if (rc == 0 && str_equal(found, "0"))
		rc = pg_exec_script(h->session, sql, err);
	talloc_free(sql);
	return rc;
}

int
history_make(struct history *h, bool is_baseline, bool *made,
    struct error *err)
{
	static const char *const tables[] = {
		[LAYOUT_PRISMA] = prisma_table,
		[LAYOUT_SUPABASE] = supabase_table,
		[LAYOUT_SQL] = sql_table
	};

	*made = false;
	if (h->has_table)
		return 0;
	if (h->layout == LAYOUT_PRISMA && (make_schema(h, err) < 0 ||
	    (!is_baseline && check_empty(h, err) < 0)))
		return -1;
	if (pg_exec_script(h->session, tables[h->layout], err) < 0)
		return -1;
	*made = h->has_table = true;
	return 0;
}

/* ---- entries ------------------------------------------------------------------------ */

/* Where a statement begins and ends; a semicolon within is its own. */
static bool
is_inside(const struct sql_script *script, size_t at)
{
	size_t i;

	for (i = 0; i < script->count; i++)
		if (at >= script->statements[i].offset &&
		    at < script->statements[i].offset +
		    strlen(script->statements[i].text))
			return true;
	return false;
}

static void
add_element(struct buffer *b, const char *text, size_t size)
{
	char *piece = mem_strndup(b, text, size), *trimmed, *p;

	while (size > 0 && piece[size - 1] == ';')
		piece[--size] = '\0';
	trimmed = str_trim(piece, piece);
	if (*trimmed != '\0') {
		buffer_puts(b, b->size > 1 ? ",\"" : "\"");
		for (p = trimmed; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				buffer_puts(b, "\\");
			buffer_add(b, p, 1);
		}
		buffer_puts(b, "\"");
	}
	talloc_free(piece);
}

/*
 * {"a","b"}: Postgres' text form of an array, for a parameter.  Cut as
 * Supabase cuts: after each semicolon, comments kept with what follows them.
 */
static char *
statements_array(const void *owner, const struct migration *m)
{
	struct sql_script *script = sql_parse(NULL, m->sql);
	struct buffer *b = buffer_new(script);
	struct sql_token *tokens;
	size_t count, i, at = 0;
	char *text;

	buffer_puts(b, "{");
	tokens = sql_scan(script, m->sql, &count);
	for (i = 0; i < count; i++) {
		size_t start = (size_t)tokens[i].start;

		if (m->sql[start] != ';' || tokens[i].end - tokens[i].start != 1 ||
		    is_inside(script, start))
			continue;
		add_element(b, m->sql + at, start + 1 - at);
		at = start + 1;
	}
	add_element(b, m->sql + at, strlen(m->sql + at));
	buffer_puts(b, "}");
	text = mem_strdup(owner, b->data);
	talloc_free(script);
	return text;
}

static int
insert_supabase(struct history *h, const struct migration *m, bool replace,
    struct error *err)
{
	size_t digits = strspn(m->name, "0123456789");
	void *owner = talloc_new(NULL);
	char *name = mem_strdup(owner, m->name + digits + 1), *dot;
	const char *params[] = { mem_strndup(owner, m->name, digits), name,
		statements_array(owner, m) };
	int rc;

	dot = strrchr(name, '.');
	if (dot != NULL)
		*dot = '\0';
	rc = pg_exec(owner, h->session, replace ? "INSERT INTO"
	    " supabase_migrations.schema_migrations(version, name, statements)"
	    " VALUES ($1, $2, $3) ON CONFLICT (version) DO UPDATE"
	    " SET name = EXCLUDED.name, statements = EXCLUDED.statements" :
	    "INSERT INTO"
	    " supabase_migrations.schema_migrations(version, name, statements)"
	    " VALUES ($1, $2, $3)", 3, params, NULL, err);
	talloc_free(owner);
	return rc;
}

static int
insert_sql(struct history *h, const struct migration *m, bool replace,
    struct error *err)
{
	const char *params[] = { m->name, m->sha256 };

	return pg_exec(h, h->session, replace ? "INSERT INTO"
	    " pgrunbook.migration(name, sha256) VALUES ($1, $2)"
	    " ON CONFLICT (name) DO UPDATE SET sha256 = EXCLUDED.sha256" :
	    "INSERT INTO pgrunbook.migration(name, sha256) VALUES ($1, $2)", 2,
	    params, NULL, err);
}

/* replace: a person says so; else somebody else's entry is a conflict. */
static int
insert_other(struct history *h, const struct migration *m, bool replace,
    struct error *err)
{
	return h->layout == LAYOUT_SUPABASE ?
	    insert_supabase(h, m, replace, err) :
	    insert_sql(h, m, replace, err);
}

int
history_begin(struct history *h, const struct migration *m, const char *id,
    struct error *err)
{
	/* Prisma's times are its client's. */
	char *now = clock_rfc3339(NULL, clock_now_us());
	const char *params[] = { id, m->sha256, now, m->name };
	int rc = 0;

	if (h->layout == LAYOUT_PRISMA)
		rc = pg_exec(NULL, h->session, "INSERT INTO "
		    "_prisma_migrations(id, checksum, started_at, "
		    "migration_name) VALUES ($1, $2, $3, $4)", 4, params, NULL,
		    err);
	talloc_free(now);
	return rc;
}

int
history_begun(const void *owner, struct history *h, const char *name,
    char **id, struct error *err)
{
	struct pg_result *r;

	*id = NULL;
	if (h->layout != LAYOUT_PRISMA || !h->has_table)
		return 0;
	if (pg_exec(NULL, h->session, "SELECT id, finished_at IS NULL AND"
	    " coalesce(logs, '') = '' FROM _prisma_migrations WHERE"
	    " migration_name = $1 AND rolled_back_at IS NULL", 1, &name, &r,
	    err) < 0)
		return -1;
	if (r->rows == 1 && str_equal(pg_value(r, 0, 1), "t"))
		*id = mem_strdup(owner, pg_value(r, 0, 0));
	talloc_free(r);
	return 0;
}

int
history_finish(struct history *h, const struct migration *m, const char *id,
    struct error *err)
{
	char *now = clock_rfc3339(NULL, clock_now_us());
	const char *params[] = { id, now };
	int rc;

	if (h->layout != LAYOUT_PRISMA)
		rc = insert_other(h, m, false, err);
	else
		rc = pg_exec(NULL, h->session, "UPDATE _prisma_migrations SET"
		    " applied_steps_count = applied_steps_count + 1,"
		    " finished_at = $2 WHERE id = $1", 2, params, NULL, err);
	talloc_free(now);
	return rc;
}

int
history_fail(struct history *h, const char *id, const char *logs,
    struct error *err)
{
	const char *params[] = { id, logs };

	if (h->layout != LAYOUT_PRISMA)
		return 0;
	return pg_exec(NULL, h->session, "UPDATE _prisma_migrations"
	    " SET logs = $2 WHERE id = $1", 2, params, NULL, err);
}

int
history_record(struct history *h, const struct migration *m, struct error *err)
{
	void *owner = talloc_new(NULL);
	char *now = clock_rfc3339(owner, clock_now_us());
	const char *params[] = { uuid_new(owner), m->sha256, now, m->name };
	int rc;

	if (h->layout == LAYOUT_PRISMA)
		rc = pg_exec(NULL, h->session, "INSERT INTO"
		    " _prisma_migrations(id, checksum, logs, started_at,"
		    " finished_at, migration_name, applied_steps_count)"
		    " VALUES ($1, $2, '', $3, $3, $4, 0)", 4, params, NULL,
		    err);
	else
		rc = insert_other(h, m, true, err);
	talloc_free(owner);
	return rc;
}
