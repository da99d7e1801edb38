/*
 * steps/history.c - the books of Prisma, Supabase, and our own.
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

static const char *const layout_names[] = { "prisma", "supabase", "sql" };

int
layout_parse(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(layout_names); i++)
		if (str_equal(name, layout_names[i]))
			return (int)i;
	return -1;
}

/* ---- reading ---------------------------------------------------------------------- */

struct history *
history_open(const void *owner, struct attempt *a, struct pg_session *s,
    enum migrations_layout layout, const char *schema, struct error *err)
{
	struct history *h = NEW(owner, struct history);
	char *name, *found, *sql;

	h->attempt = a;
	h->session = s;
	h->layout = layout;
	h->schema = mem_strdup(h, schema);
	/* Prisma's connections have the URL's schema alone in their path. */
	sql = mem_printf(h, "SET search_path = %s",
	    pg_quote_identifier(h, schema));
	if (layout == LAYOUT_PRISMA && pg_exec_script(s, sql, err) < 0)
		goto failed;
	name = layout == LAYOUT_PRISMA ? mem_printf(h, "%s._prisma_migrations",
	    pg_quote_identifier(h, schema)) :
	    mem_strdup(h, layout == LAYOUT_SUPABASE ?
	    "supabase_migrations.schema_migrations" : "pgrunbook.migration");
	if (pg_scalar(h, s, "SELECT pg_catalog.to_regclass($1) IS NOT NULL", 1,
	    (const char *[]){ name }, &found, err) < 0)
		goto failed;
	h->has_table = str_equal(found, "t");
	return h;
failed:
	talloc_free(h);
	return NULL;
}

/* name, checksum (may be null), state: a applied, f failed */
static int
load(const void *owner, struct history *h, struct pg_result **r,
    struct error *err)
{
	static const char *const queries[] = {
		[LAYOUT_PRISMA] =
		    "SELECT migration_name, checksum,"
		    " CASE WHEN finished_at IS NULL THEN 'f' ELSE 'a' END, logs"
		    " FROM _prisma_migrations WHERE rolled_back_at IS NULL"
		    " ORDER BY started_at",
		[LAYOUT_SUPABASE] =
		    "SELECT version, NULL, 'a', NULL"
		    " FROM supabase_migrations.schema_migrations"
		    " ORDER BY version",
		[LAYOUT_SQL] =
		    "SELECT name, sha256, 'a', NULL FROM pgrunbook.migration"
		    " ORDER BY name"
	};

	return pg_exec(owner, h->session, queries[h->layout], 0, NULL, r, err);
}

/* What the books call a migration: Supabase, the digits alone. */
static char *
book_name(const void *owner, const struct history *h,
    const struct migration *m)
{
	return h->layout == LAYOUT_SUPABASE ?
	    mem_strndup(owner, m->name, strspn(m->name, "0123456789")) :
	    mem_strdup(owner, m->name);
}

static void
add_bytes(struct sha256 *h, const char *text, size_t size, bool to_crlf)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
			continue;
		if (text[i] == '\n' && to_crlf)
			sha256_add(h, "\r", 1);
		sha256_add(h, text + i, 1);
	}
}

/* Old engines wrote each byte without its leading zero. */
static void
unpadded(const char *hex, char out[SHA256_HEX_SIZE])
{
	size_t i, n = 0;

	for (i = 0; hex[i] != '\0' && hex[i + 1] != '\0'; i += 2) {
		if (hex[i] != '0')
			out[n++] = hex[i];
		out[n++] = hex[i + 1];
	}
	out[n] = '\0';
}

/* Prisma takes the text as it is, and with either kind of line ending. */
static bool
checksum_matches(const struct migration *m, const char *stored)
{
	char hex[3][SHA256_HEX_SIZE], old[SHA256_HEX_SIZE];
	struct sha256 *h;
	int i;

	if (stored == NULL)
		return true;
	snprintf(hex[0], sizeof(hex[0]), "%s", m->sha256);
	for (i = 1; i < 3; i++) {
		h = sha256_new(NULL);
		add_bytes(h, m->sql, m->size_bytes, i == 2);
		sha256_hex(h, hex[i]);
		talloc_free(h);
	}
	for (i = 0; i < 3; i++) {
		unpadded(hex[i], old);
		if (str_equal(stored, hex[i]) || str_equal(stored, old))
			return true;
	}
	return false;
}

static int
failed_before(const struct pg_result *r, int row, struct error *err)
{
	error_set(err, ERR_POLICY, "migration \"%s\" was begun and not finished "
	    "(P3009)", pg_value(r, row, 0));
	if (pg_value(r, row, 3) != NULL && pg_value(r, row, 3)[0] != '\0')
		error_detail(err, "%s", pg_value(r, row, 3));
	error_hint(err, "look whether its changes are there, then \"prisma "
	    "migrate resolve\" with --applied or --rolled-back \"%s\"",
	    pg_value(r, row, 0));
	return -1;
}

int
history_compare(const void *owner, struct history *h,
    const struct migration *list, size_t count,
    enum migration_status *statuses, char **unknown, struct error *err)
{
	struct buffer *missing;
	struct pg_result *r;
	size_t i;
	int row;

	for (i = 0; i < count; i++)
		statuses[i] = MIGRATION_PENDING;
	*unknown = mem_strdup(owner, "");
	if (!h->has_table)
		return 0;
	if (load(owner, h, &r, err) < 0)
		return -1;
	missing = buffer_new(owner);
	for (row = 0; row < r->rows; row++) {
		if (str_equal(pg_value(r, row, 2), "f"))
			return failed_before(r, row, err);
		for (i = 0; i < count; i++)
			if (str_equal(book_name(missing, h, &list[i]),
			    pg_value(r, row, 0)))
				break;
		if (i < count)
			statuses[i] = checksum_matches(&list[i],
			    pg_value(r, row, 1)) ? MIGRATION_APPLIED :
			    MIGRATION_EDITED;
		else
			buffer_printf(missing, "%s%s",
			    missing->size > 0 ? ", " : "",
			    pg_value(r, row, 0));
	}
	*unknown = missing->data;
	return 0;
}

/* ---- writing ------------------------------------------------------------------------ */

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
		attempt_status(h->attempt,
		    "waits for another migration to end (advisory lock)");
		loop_sleep(h->attempt->host->loop, 200,
		    &h->attempt->is_cancelled);
		if (attempt_check(h->attempt, err) < 0)
			return -1;
	}
	error_set(err, ERR_BUSY, "another migration runs on this database (P1002)");
	error_hint(err, "SELECT pid FROM pg_locks WHERE locktype = 'advisory' "
	    "AND objid = " PRISMA_LOCK);
	return -1;
}

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
	error_hint(err, "record what it has with \"prisma migrate resolve --applied\" first");
	return -1;
}

int
history_make(struct history *h, struct error *err)
{
	static const char *const tables[] = {
		[LAYOUT_PRISMA] = prisma_table,
		[LAYOUT_SUPABASE] = supabase_table,
		[LAYOUT_SQL] = sql_table
	};

	if (h->has_table)
		return 0;
	if (h->layout == LAYOUT_PRISMA && check_empty(h, err) < 0)
		return -1;
	if (pg_exec_script(h->session, tables[h->layout], err) < 0)
		return -1;
	h->has_table = true;
	return attempt_printf(h->attempt, err, "made the table that applied "
	    "migrations are recorded in\n");
}

/* {"a","b"}: Postgres' text form of an array, for a parameter. */
static char *
statements_array(const void *owner, const struct migration *m)
{
	struct sql_script *script = sql_parse(NULL, m->sql);
	struct buffer *b = buffer_new(script);
	const char *p;
	char *text;
	size_t i;

	buffer_puts(b, "{");
	for (i = 0; i < script->count; i++) {
		buffer_puts(b, i > 0 ? ",\"" : "\"");
		for (p = script->statements[i].text; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				buffer_puts(b, "\\");
			buffer_add(b, p, 1);
		}
		buffer_puts(b, "\"");
	}
	buffer_puts(b, "}");
	text = mem_strdup(owner, b->data);
	talloc_free(script);
	return text;
}

static int
insert_supabase(struct history *h, const struct migration *m,
    struct error *err)
{
	void *owner = talloc_new(NULL);
	const char *version = book_name(owner, h, m);
	char *name = mem_strdup(owner, m->name + strlen(version) + 1), *dot;
	const char *params[] = { version, name, statements_array(owner, m) };
	int rc;

	dot = strrchr(name, '.');
	if (dot != NULL)
		*dot = '\0';
	rc = pg_exec(owner, h->session, "INSERT INTO"
	    " supabase_migrations.schema_migrations(version, name, statements)"
	    " VALUES ($1, $2, $3)", 3, params, NULL, err);
	talloc_free(owner);
	return rc;
}

static int
insert_sql(struct history *h, const struct migration *m, struct error *err)
{
	const char *params[] = { m->name, m->sha256 };

	return pg_exec(h, h->session, "INSERT INTO pgrunbook.migration(name,"
	    " sha256) VALUES ($1, $2)", 2, params, NULL, err);
}

int
history_begin(const void *owner, struct history *h, const struct migration *m,
    char **id, struct error *err)
{
	/* Prisma's times are its client's. */
	char *now = clock_rfc3339(owner, clock_now_us());
	const char *params[] = { NULL, m->sha256, now, m->name };

	*id = uuid_new(owner);
	params[0] = *id;
	if (h->layout != LAYOUT_PRISMA)
		return 0;
	return pg_exec(NULL, h->session, "INSERT INTO _prisma_migrations(id,"
	    " checksum, started_at, migration_name) VALUES ($1, $2, $3, $4)",
	    4, params, NULL, err);
}

int
history_finish(struct history *h, const struct migration *m, const char *id,
    struct error *err)
{
	char *now = clock_rfc3339(NULL, clock_now_us());
	const char *params[] = { id, now };
	int rc;

	switch (h->layout) {
	case LAYOUT_PRISMA:
		rc = pg_exec(NULL, h->session, "UPDATE _prisma_migrations SET"
		    " applied_steps_count = applied_steps_count + 1,"
		    " finished_at = $2 WHERE id = $1", 2, params, NULL, err);
		break;
	case LAYOUT_SUPABASE:
		rc = insert_supabase(h, m, err);
		break;
	default:
		rc = insert_sql(h, m, err);
		break;
	}
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
		rc = history_finish(h, m, params[0], err);
	talloc_free(owner);
	return rc;
}
