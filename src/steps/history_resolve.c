/*
 * steps/history_resolve.c - the books put right after a person has looked,
 * and the seeds that Supabase keeps books of.
 */

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/history.h"

static const struct migration *
find(const struct migration *list, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (str_equal(list[i].name, name))
			return &list[i];
	return NULL;
}

/* Supabase's users say the version alone. */
static const struct migration *
find_version(const struct history *h, const struct migration *list,
    size_t count, const char *name)
{
	const struct migration *m = find(list, count, name);
	size_t i, digits = strspn(name, "0123456789");

	if (m != NULL || h->layout != LAYOUT_SUPABASE || name[digits] != '\0')
		return m;
	for (i = 0; i < count; i++)
		if (strspn(list[i].name, "0123456789") == digits &&
		    strncmp(list[i].name, name, digits) == 0)
			return &list[i];
	return NULL;
}

static int
count_rows(struct history *h, const char *sql, const char *name,
    int64_t *count, struct error *err)
{
	struct pg_result *r;

	*count = 0;
	if (!h->has_table)
		return 0;
	if (pg_exec(h, h->session, sql, 1, &name, &r, err) < 0)
		return -1;
	*count = pg_value_int(r, 0, 0);
	talloc_free(r);
	return 0;
}

/* Even a row that was rolled back afterwards counts, as in Prisma. */
static int
refuse_recorded(struct history *h, const char *name, struct error *err)
{
	int64_t count;

	if (count_rows(h, "SELECT count(*) FROM _prisma_migrations"
	    " WHERE migration_name = $1 AND finished_at IS NOT NULL", name,
	    &count, err) < 0)
		return -1;
	return count == 0 ? 0 : error_set(err, ERR_POLICY,
	    "migration \"%s\" is recorded as applied already (P3008)", name);
}

/* Failures of that name that are still open are over. */
static int
close_failed(struct history *h, const char *name, struct error *err)
{
	char *now = clock_rfc3339(NULL, clock_now_us());
	const char *params[] = { name, now };
	int rc = pg_exec(NULL, h->session, "UPDATE _prisma_migrations"
	    " SET rolled_back_at = $2 WHERE migration_name = $1"
	    " AND finished_at IS NULL AND rolled_back_at IS NULL", 2, params,
	    NULL, err);

	talloc_free(now);
	return rc;
}

/* All of it, or nothing. */
static int
in_transaction(struct history *h, const struct migration *m, const char *name,
    struct error *err)
{
	struct error ignored;

	if (pg_exec_script(h->session, "BEGIN", err) < 0)
		return -1;
	if (close_failed(h, name, err) == 0 &&
	    (m == NULL || history_record(h, m, err) == 0))
		return pg_exec_script(h->session, "COMMIT", err);
	(void)!pg_rollback(h->session, &ignored);
	return -1;
}

int
history_resolve_applied(struct history *h, const struct migration *list,
    size_t count, const char *name, struct error *err)
{
	const struct migration *m = find_version(h, list, count, name);
	bool made;

	if (m == NULL) {
		error_set(err, ERR_NOT_FOUND,
		    "the folder has no migration \"%s\" (P3017)", name);
		error_hint(err, "give the whole name, such as "
		    "\"20240101120000_init\"");
		return -1;
	}
	if (h->layout == LAYOUT_PRISMA && refuse_recorded(h, name, err) < 0)
		return -1;
	if (history_make(h, true, &made, err) < 0)
		return -1;
	return h->layout == LAYOUT_PRISMA ? in_transaction(h, m, name, err) :
	    history_record(h, m, err);
}

/* ---- rolled back ----------------------------------------------------------------- */

static int
refuse_not_failed(struct history *h, const char *name, struct error *err)
{
	int64_t all, open_;

	if (count_rows(h, "SELECT count(*) FROM _prisma_migrations"
	    " WHERE migration_name = $1", name, &all, err) < 0 ||
	    count_rows(h, "SELECT count(*) FROM _prisma_migrations"
	    " WHERE migration_name = $1 AND finished_at IS NULL", name, &open_,
	    err) < 0)
		return -1;
	if (all == 0)
		return error_set(err, ERR_NOT_FOUND, "migration \"%s\" was never "
		    "applied to this database (P3011)", name);
	if (open_ > 0)
		return 0;
	error_set(err, ERR_POLICY, "migration \"%s\" has not failed (P3012)",
	    name);
	error_hint(err, "what is applied is undone by a new migration, or by "
	    "restoring the backup");
	return -1;
}

/* Books without failures: the entry goes. */
static int
delete_entry(struct history *h, const char *name, struct error *err)
{
	bool is_supabase = h->layout == LAYOUT_SUPABASE;
	char *booked = is_supabase ? mem_strndup(NULL, name,
	    strspn(name, "0123456789")) : mem_strdup(NULL, name);
	struct pg_result *r = NULL;
	int rc = 0;

	if (h->has_table)
		rc = pg_exec(booked, h->session, is_supabase ?
		    "DELETE FROM supabase_migrations.schema_migrations"
		    " WHERE version = $1" : "DELETE FROM pgrunbook.migration"
		    " WHERE name = $1", 1, (const char *[]){ booked }, &r, err);
	if (rc == 0 && (r == NULL || str_equal(r->tag, "DELETE 0")))
		rc = error_set(err, ERR_NOT_FOUND,
		    "migration \"%s\" is not recorded in this database", name);
	talloc_free(booked);
	return rc;
}

int
history_resolve_rolled_back(struct history *h, const char *name,
    struct error *err)
{
	if (h->layout != LAYOUT_PRISMA)
		return delete_entry(h, name, err);
	if (refuse_not_failed(h, name, err) < 0)
		return -1;
	return in_transaction(h, NULL, name, err);
}

/* ---- seeds ----------------------------------------------------------------------- */

int
history_seed_look(struct history *h, const char *path, const char *sha256,
    bool *is_known, bool *is_same, struct error *err)
{
	struct pg_result *r;
	char *found;

	*is_known = *is_same = false;
	if (pg_scalar(h, h->session, "SELECT pg_catalog.to_regclass("
	    "'supabase_migrations.seed_files') IS NOT NULL", 0, NULL, &found,
	    err) < 0)
		return -1;
	if (!str_equal(found, "t"))
		return 0;
	if (pg_exec(h, h->session, "SELECT hash FROM"
	    " supabase_migrations.seed_files WHERE path = $1", 1, &path, &r,
	    err) < 0)
		return -1;
	*is_known = r->rows == 1;
	*is_same = *is_known && str_equal(pg_value(r, 0, 0), sha256);
	talloc_free(r);
	return 0;
}

int
history_seed_record(struct history *h, const char *path, const char *sha256,
    struct error *err)
{
	const char *params[] = { path, sha256 };

	if (pg_exec_script(h->session, "CREATE SCHEMA IF NOT EXISTS"
	    " supabase_migrations; CREATE TABLE IF NOT EXISTS"
	    " supabase_migrations.seed_files (path text NOT NULL PRIMARY KEY,"
	    " hash text NOT NULL)", err) < 0)
		return -1;
	return pg_exec(NULL, h->session, "INSERT INTO"
	    " supabase_migrations.seed_files(path, hash) VALUES ($1, $2)"
	    " ON CONFLICT (path) DO UPDATE SET hash = EXCLUDED.hash", 2, params,
	    NULL, err);
}
