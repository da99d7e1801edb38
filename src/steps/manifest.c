/*
 * steps/manifest.c - what a backup is.
 */

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/manifest.h"

#define MANIFEST_MAX	((size_t)64 << 20)
#define DEPTH_MAX	4

/* ---- tables --------------------------------------------------------------------- */

/* What pg_dump has data of: not extensions' own tables, not our markers. */
static const char tables_query[] =
    "SELECT c.oid::pg_catalog.regclass::text,"
    " pg_catalog.pg_table_size(c.oid), c.reltuples::int8"
    " FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND c.relpersistence <> 't'"
    " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    " AND (n.nspname, c.relname) <> ('pgrunbook', 'outcome')"
    " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d"
    "  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
    "  AND d.objid = c.oid AND d.deptype = 'e')"
    " ORDER BY 1";

/* What rows look like as text depends on these. */
static const char stable_text[] =
    "SELECT pg_catalog.set_config(n, v, true) FROM (VALUES"
    " ('search_path', ''), ('TimeZone', 'UTC'), ('DateStyle', 'ISO, MDY'),"
    " ('IntervalStyle', 'postgres'), ('extra_float_digits', '1'),"
    " ('bytea_output', 'hex'), ('row_security', 'off'),"
    " ('statement_timeout', '0')) t(n, v)";

int
manifest_list(struct manifest *m, struct pg_session *s, struct error *err)
{
	struct pg_result *r;
	void *owner = talloc_new(NULL);
	int i, rc = -1;

	if (pg_exec(owner, s, stable_text, 0, NULL, NULL, err) == 0 &&
	    pg_exec(owner, s, tables_query, 0, NULL, &r, err) == 0) {
		m->table_count = (size_t)r->rows;
		m->tables = NEW_ARRAY(m, struct manifest_table, r->rows);
		for (i = 0; i < r->rows; i++) {
			m->tables[i].name = mem_strdup(m->tables,
			    pg_value(r, i, 0));
			m->tables[i].bytes = pg_value_int(r, i, 1);
			m->tables[i].rows_about = pg_value_int(r, i, 2);
			m->tables[i].rows = -1;
		}
		rc = 0;
	}
	talloc_free(owner);
	return rc;
}

static int
count_one(const void *owner, struct pg_session *s, const char *table,
    int64_t *rows, char **hash, struct error *err)
{
	struct pg_result *r;
	/* The name is regclass's own text: quoted where it has to be. */
	char *sql = mem_printf(owner, "SELECT pg_catalog.count(*),"
	    " coalesce(pg_catalog.sum(pg_catalog.hashtextextended(t::text, 0)"
	    "::numeric), 0)::text FROM ONLY %s AS t", table);

	if (pg_exec(owner, s, sql, 0, NULL, &r, err) < 0)
		return -1;
	*rows = pg_value_int(r, 0, 0);
	*hash = mem_strdup(owner, pg_value(r, 0, 1));
	return 0;
}

/* About to read table number i: they weigh their bytes. */
static void
tell_table(struct attempt *a, const struct manifest *m, size_t i)
{
	int64_t done = 0, total = 0;
	size_t k;

	for (k = 0; k < m->table_count; k++) {
		total += m->tables[k].bytes;
		done += k < i ? m->tables[k].bytes : 0;
	}
	if (total > 0)
		attempt_progress(a, done, total, "bytes", m->tables[i].name);
	else
		attempt_progress(a, (int64_t)i, (int64_t)m->table_count,
		    "tables", m->tables[i].name);
}

int
manifest_count(struct manifest *m, struct attempt *a, struct pg_session *s,
    struct error *err)
{
	struct manifest_table *t;
	size_t i;

	if (pg_exec(NULL, s, stable_text, 0, NULL, NULL, err) < 0)
		return -1;
	m->rows = 0;
	for (i = 0; i < m->table_count; i++) {
		t = &m->tables[i];
		tell_table(a, m, i);
		if (count_one(m->tables, s, t->name, &t->rows, &t->hash,
		    err) < 0)
			return -1;
		m->rows += t->rows;
	}
	return 0;
}

int
manifest_compare(const struct manifest *m, struct attempt *a,
    struct pg_session *s, struct error *err)
{
	bool same_major = m->server_version / 10000 ==
	    pg_server_version(s) / 10000;
	const struct manifest_table *t;
	void *owner = talloc_new(NULL);
	int64_t rows;
	char *hash;
	size_t i;
	int rc;

	rc = pg_exec_script(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	    err);
	if (rc == 0)
		rc = pg_exec(owner, s, stable_text, 0, NULL, NULL, err);
	for (i = 0; i < m->table_count && rc == 0; i++) {
		t = &m->tables[i];
		tell_table(a, m, i);
		rc = count_one(owner, s, t->name, &rows, &hash, err);
		if (rc == 0 && rows != t->rows)
			rc = error_set(err, ERR_EXPECT, "%s has %lld rows, "
			    "the backup has %lld", t->name, (long long)rows,
			    (long long)t->rows);
		else if (rc == 0 && same_major && !str_equal(hash, t->hash))
			rc = error_set(err, ERR_EXPECT, "the rows of %s are "
			    "not those of the backup", t->name);
	}
	if (rc == 0)
		rc = pg_exec_script(s, "COMMIT", err);
	talloc_free(owner);
	return rc;
}

/* ---- files ------------------------------------------------------------------------ */

static int
hash_below(struct manifest *m, struct attempt *a, const char *name, int depth,
    struct error *err)
{
	char *path = path_join(NULL, m->folder, name), **names;
	char sha256[SHA256_HEX_SIZE];
	int64_t size;
	size_t i, count;
	int rc = 0;

	if (!file_is_folder(path)) {
		rc = attempt_sha256(a, path, sha256, &size, err);
		if (rc == 0) {
			json_array_append_new(m->files, json_pack(
			    "{s:s, s:I, s:s}", "name", name, "size",
			    (json_int_t)size, "sha256", sha256));
			m->bytes += size;
		}
	} else if (depth == 0)
		rc = error_set(err, ERR_TOO_LONG, "\"%s\" is too deep", path);
	else if ((rc = folder_list(path, path, &names, &count, err)) == 0)
		for (i = 0; i < count && rc == 0; i++)
			rc = hash_below(m, a, path_join(path, name, names[i]),
			    depth - 1, err);
	talloc_free(path);
	return rc;
}

static json_t *
tables_json(const struct manifest *m)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < m->table_count; i++)
		json_array_append_new(list, json_pack(
		    "{s:s, s:I, s:s, s:I}", "name", m->tables[i].name, "rows",
		    (json_int_t)m->tables[i].rows, "hash", m->tables[i].hash,
		    "bytes", (json_int_t)m->tables[i].bytes));
	return list;
}

int
manifest_write(struct manifest *m, struct attempt *a, struct error *err)
{
	char *path = path_join(NULL, m->folder, "manifest.json"), *text;
	json_t *j;
	int rc;

	m->files = json_owned(m, json_array());
	m->bytes = 0;
	rc = hash_below(m, a, path_name(m->dump), DEPTH_MAX, err);
	if (rc == 0) {
		j = json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:o, s:O}",
		    "pgrunbook_manifest", 1, "database", m->database,
		    "system_identifier", m->system_identifier, "taken_at",
		    m->taken_at, "format", m->format, "server_version",
		    m->server_version, "dump", path_name(m->dump), "tables",
		    tables_json(m), "files", m->files);
		text = json_pretty(path, j);
		json_decref(j);
		sha256_of(text, strlen(text), m->sha256);
		rc = file_write_atomic(path, text, strlen(text), 0600, err);
	}
	talloc_free(path);
	return rc;
}

/* ---- reading one back ----------------------------------------------------------------- */

static int
load_tables(struct manifest *m, const json_t *list, struct error *err)
{
	json_t *t;
	size_t i;

	m->table_count = json_array_size(list);
	m->tables = NEW_ARRAY(m, struct manifest_table, m->table_count);
	json_array_foreach((json_t *)(uintptr_t)list, i, t) {
		m->tables[i].name = mem_strdup(m, json_str(t, "name"));
		m->tables[i].hash = mem_strdup(m, json_str_or(t, "hash", ""));
		m->tables[i].rows = json_int(t, "rows", -1);
		m->tables[i].bytes = json_int(t, "bytes", 0);
		m->rows += m->tables[i].rows;
		if (m->tables[i].name == NULL || m->tables[i].rows < 0)
			return error_set(err, ERR_VERIFY,
			    "table %zu of the manifest is not whole", i + 1);
	}
	return 0;
}

static int
check_files(struct manifest *m, struct attempt *a, struct error *err)
{
	char sha256[SHA256_HEX_SIZE], *path;
	const char *name;
	int64_t size;
	json_t *f;
	size_t i;

	json_array_foreach(m->files, i, f) {
		name = json_str_or(f, "name", "");
		if (name[0] == '/' || strstr(name, "..") != NULL)
			return error_set(err, ERR_VERIFY,
			    "the manifest names a file outside of the backup: %s",
			    name);
		path = path_join(m, m->folder, name);
		attempt_progress(a, (int64_t)i,
		    (int64_t)json_array_size(m->files), "files", name);
		if (attempt_sha256(a, path, sha256, &size, err) < 0) {
			if (err->code == ERR_CANCELLED)
				return -1;
			err->code = ERR_VERIFY;
			return error_context(err, "the backup is not whole");
		}
		if (size != json_int(f, "size", -1) ||
		    !str_equal(sha256, json_str(f, "sha256"))) {
			error_set(err, ERR_VERIFY, "the backup is damaged: "
			    "\"%s\" is not what was written", path);
			error_detail(err, "it has %lld bytes and sha256 %s; "
			    "the manifest says %lld and %s", (long long)size,
			    sha256, (long long)json_int(f, "size", -1),
			    json_str_or(f, "sha256", ""));
			return -1;
		}
		m->bytes += size;
		if (attempt_check(a, err) < 0)
			return -1;
	}
	return 0;
}

static int
load(struct manifest *m, struct attempt *a, const char *wanted_sha256,
    struct error *err)
{
	char *path = path_join(m, m->folder, "manifest.json"), *text;
	size_t size;
	json_t *j;

	if (file_read(m, path, MANIFEST_MAX, &text, &size, err) < 0) {
		error_hint(err, "a backup without its manifest cannot be held against anything");
		return -1;
	}
	sha256_of(text, size, m->sha256);
	if (wanted_sha256 != NULL && !str_equal(wanted_sha256, m->sha256))
		return error_set(err, ERR_VERIFY,
		    "\"%s\" is not the manifest that the backup step wrote",
		    path);
	if (json_parse(text, size, &j, err) < 0)
		return error_context(err, "\"%s\"", path);
	json_owned(m, j);
	m->database = mem_strdup(m, json_str_or(j, "database", ""));
	m->system_identifier = mem_strdup(m,
	    json_str_or(j, "system_identifier", ""));
	m->taken_at = mem_strdup(m, json_str_or(j, "taken_at", ""));
	m->format = mem_strdup(m, json_str_or(j, "format", ""));
	m->server_version = (int)json_int(j, "server_version", 0);
	m->dump = path_join(m, m->folder, json_str_or(j, "dump", "dump"));
	m->files = json_object_get(j, "files");
	if (json_int(j, "pgrunbook_manifest", 0) != 1 ||
	    json_array_size(m->files) == 0)
		return error_set(err, ERR_VERIFY,
		    "\"%s\" is no manifest of a backup", path);
	if (load_tables(m, json_object_get(j, "tables"), err) < 0)
		return -1;
	return check_files(m, a, err);
}

/* The folder that path speaks of, in whichever way. */
static char *
folder_of(const void *owner, const char *path)
{
	char *inside = path_join(NULL, path, "manifest.json");
	bool is_folder = file_exists(inside);

	talloc_free(inside);
	return is_folder ? mem_strdup(owner, path) : path_folder(owner, path);
}

struct manifest *
manifest_open(const void *owner, struct attempt *a, const char *path,
    struct error *err)
{
	struct manifest *m = NEW(owner, struct manifest);
	const char *wanted = NULL;
	json_t *registered;

	if (path[0] == '{') {
		if (json_parse(path, strlen(path), &registered, err) < 0) {
			talloc_free(m);
			return NULL;
		}
		json_owned(m, registered);
		wanted = json_str(registered, "sha256");
		path = json_str_or(registered, "folder", "");
	}
	m->folder = folder_of(m, path);
	if (load(m, a, wanted, err) < 0) {
		talloc_free(m);
		return NULL;
	}
	return m;
}

json_t *
manifest_json(const struct manifest *m)
{
	char *path = path_join(NULL, m->folder, "manifest.json");
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s}",
	    "file", m->dump, "folder", m->folder, "manifest", path, "sha256",
	    m->sha256, "bytes", (json_int_t)m->bytes, "tables",
	    (json_int_t)m->table_count, "rows", (json_int_t)m->rows,
	    "taken_at", m->taken_at, "database", m->database);

	talloc_free(path);
	return j;
}
