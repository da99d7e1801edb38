/*
 * steps/backup.c - kind "backup": pg_dump, and the proof that it is one.
 *
 * One exported snapshot is held for all of it: the dump, the rows and the
 * hashes are of the same moment.  The backup gets its name only when its
 * archive was read to the end and every file is in the manifest.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/dump.h"
#include "steps/kind.h"
#include "steps/manifest.h"
#include "steps/plan.h"
#include "steps/retention.h"
#include "steps/spec.h"

struct backup_spec {
	const char	*into, *format, *jobs;
	json_t		*keep;
	bool		 test_restore;
	const char	*database;
};

static const char *const formats[] = { "directory", "custom", NULL };

/* ---- where it goes ------------------------------------------------------------------- */

/* "<into>/<database>-<UTC time>", or a place among the evidence. */
static char *
folder_for(const void *owner, struct attempt *a, const char *dbname,
    struct error *err)
{
	const struct backup_spec *spec = a->step->spec;
	char *time = clock_rfc3339(owner, clock_now_us()), *p, *q, *into;

	if (spec->into == NULL) {
		into = path_join(owner, a->host->run->folder,
		    attempt_folder(owner, a));
		return path_join(owner, into, "backup");
	}
	into = attempt_path(owner, a, spec->into, err);
	if (into == NULL)
		return NULL;
	/* 2026-11-27T01:00:00.000Z -> 20261127T010000Z */
	for (p = q = time; *p != '\0' && *p != '.'; p++)
		if (*p != '-' && *p != ':')
			*q++ = *p;
	*q++ = 'Z';
	*q = '\0';
	return path_join(owner, into, mem_printf(owner, "%s-%s", dbname, time));
}

/* ---- taking it ------------------------------------------------------------------------ */

static struct manifest *
manifest_new(const void *owner, struct attempt *a, struct pg_session *s,
    const char *folder, struct error *err)
{
	const struct backup_spec *spec = a->step->spec;
	struct manifest *m = NEW(owner, struct manifest);
	struct pg_identity *id = pg_identity_read(m, s, err);

	if (id == NULL)
		return NULL;
	m->folder = mem_strdup(m, folder);
	m->dump = path_join(m, folder, "dump");
	m->database = id->database;
	m->system_identifier = id->system_identifier;
	m->server_version = pg_server_version(s);
	m->taken_at = clock_rfc3339(m, clock_now_us());
	m->format = mem_strdup(m, spec->format != NULL ? spec->format :
	    formats[0]);
	return m;
}

/* Dump and count under one snapshot, which s holds. */
static int
take(struct attempt *a, const struct pg_target *target, struct pg_session *s,
    struct manifest *m, int jobs, struct error *err)
{
	char *snapshot;

	if (pg_exec_script(s, "SET idle_in_transaction_session_timeout = 0;"
	    " SET statement_timeout = 0; SET lock_timeout = '5s'", err) < 0 ||
	    pg_exec_script(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	    err) < 0 ||
	    pg_scalar(m, s, "SELECT pg_catalog.pg_export_snapshot()", 0, NULL,
	    &snapshot, err) < 0 || manifest_list(m, s, err) < 0)
		return -1;
	attempt_phase(a, "dumps %zu tables", m->table_count);
	if (dump_write(a, target, m, snapshot, jobs, err) < 0)
		return -1;
	attempt_phase(a, "counts and hashes the rows under the dump's snapshot");
	if (manifest_count(m, a, s, err) < 0)
		return -1;
	return pg_exec_script(s, "COMMIT", err);
}

/* Into a scratch database, compared, and dropped again. */
static int
test_restore(struct attempt *a, const struct manifest *m, int jobs,
    struct error *err)
{
	void *owner = talloc_new(NULL);
	const struct pg_target *t;
	struct pg_session *s = NULL;
	struct error cleanup;
	char *name;
	int rc = dump_create_database(owner, a, &name, err);

	if (rc == 0) {
		attempt_phase(a, "restores it into %s", name);
		t = attempt_target(a, NULL, name, err);
		rc = t == NULL ? -1 : dump_restore(a, t, m, jobs, false, err);
		if (rc == 0)
			s = attempt_session_new(owner, a, NULL, name, false,
			    err);
		if (rc == 0)
			rc = s == NULL ? -1 : manifest_compare(m, a, s, err);
		if (dump_drop_database(a, name, rc == 0 ? err : &cleanup) < 0)
			rc = -1;
	}
	talloc_free(owner);
	return rc < 0 ? error_context(err, "test restore") : 0;
}

/* Prove it, then give it its name. */
static int
prove(struct attempt *a, struct manifest *m, const char *folder, int jobs,
    struct error *err)
{
	const struct backup_spec *spec = a->step->spec;
	char *parent;
	int rc;

	if (dump_check(a, m, err) < 0)
		return -1;
	attempt_phase(a, "hashes the files");
	if (manifest_write(m, a, err) < 0)
		return -1;
	if (spec->test_restore && test_restore(a, m, jobs, err) < 0)
		return -1;
	if (rename(m->folder, folder) < 0)
		return error_errno(err, ERR_IO,
		    "could not rename \"%s\" to \"%s\"", m->folder, folder);
	parent = path_folder(NULL, folder);
	rc = file_sync_folder(parent, err);
	talloc_free(parent);
	m->folder = mem_strdup(m, folder);
	m->dump = path_join(m, folder, "dump");
	return rc;
}

/* A dump that lies in the bundle is evidence, file by file. */
static int
attach_files(struct attempt *a, const struct manifest *m, struct error *err)
{
	json_t *f;
	char *path;
	size_t i;
	int rc = 0;

	json_array_foreach(m->files, i, f) {
		path = path_join(NULL, m->folder, json_str(f, "name"));
		if (rc == 0 && attempt_is_inside(a, path))
			rc = attempt_attach(a, path, "backup", err);
		talloc_free(path);
	}
	return rc;
}

static int
report(struct attempt *a, const struct manifest *m, struct error *err)
{
	char *bytes = str_bytes(NULL, m->bytes);
	char *rows = str_count(bytes, m->rows), *path;
	int rc;

	rc = attempt_printf(a, err, "%s: %s in %zu files, %s rows of %zu tables\n"
	    "manifest sha256 %s\n", m->folder, bytes,
	    json_array_size(m->files), rows, m->table_count, m->sha256);
	path = path_join(bytes, m->folder, "manifest.json");
	if (rc == 0)
		rc = attempt_attach(a, path, "manifest of the backup", err);
	if (rc == 0)
		rc = attach_files(a, m, err);
	talloc_free(bytes);
	return rc < 0 ? -1 : attempt_register(a, manifest_json(m), err);
}

/*
 * The folder, or the first of "-2", "-3", ... that nobody has: two backups of
 * one second are two.  *partial is made, and is nobody else's.
 */
static char *
claim(const void *owner, const char *folder, char **partial, struct error *err)
{
	char *name = mem_strdup(owner, folder);
	int n;

	if (file_make_folder(path_folder(owner, folder), 0700, err) < 0)
		return NULL;
	for (n = 2;; n++) {
		*partial = mem_printf(owner, "%s.partial", name);
		if (!file_exists(name)) {
			if (mkdir(*partial, 0700) == 0)
				return name;
			if (errno != EEXIST) {
				error_errno(err, ERR_IO,
				    "could not make the folder \"%s\"",
				    *partial);
				return NULL;
			}
		}
		name = mem_printf(owner, "%s-%d", folder, n);
	}
}

static int
back_up(struct attempt *a, const void *owner, struct error *err)
{
	const struct backup_spec *spec = a->step->spec;
	const struct pg_target *target;
	struct pg_session *s;
	struct manifest *m;
	struct error ignored;
	char *folder, *partial, *database = NULL;
	int jobs;

	if (dump_jobs(a, spec->jobs, &jobs, err) < 0 ||
	    (spec->database != NULL && (database = attempt_expand(owner, a,
	    spec->database, err)) == NULL))
		return -1;
	target = attempt_target(a, NULL, database, err);
	s = target == NULL ? NULL : attempt_session_new(owner, a, NULL,
	    database, false, err);
	folder = s == NULL ? NULL : folder_for(owner, a, target->dbname, err);
	if (folder == NULL)
		return -1;
	folder = claim(owner, folder, &partial, err);
	if (folder == NULL)
		return -1;
	m = manifest_new(owner, a, s, partial, err);
	if (m != NULL && take(a, target, s, m, jobs, err) == 0 &&
	    prove(a, m, folder, jobs, err) == 0)
		return report(a, m, err);
	/* Half a backup is worth nothing, and takes room. */
	(void)!file_remove_tree(partial, &ignored);
	return -1;
}

static int
run(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	int rc = back_up(a, owner, err);

	talloc_free(owner);
	return rc;
}

/* ---- before, and after a crash ---------------------------------------------------------- */

static int
plan(struct attempt *a, struct error *err)
{
	const struct backup_spec *spec = a->step->spec;
	char *into = spec->into == NULL ?
	    mem_strdup(NULL, "the run's folder") :
	    attempt_path(NULL, a, spec->into, err), *text;
	struct plan *p;

	if (into == NULL)
		return -1;
	text = mem_printf(into, "pg_dump (%s format) into %s",
	    spec->format != NULL ? spec->format : formats[0], into);
	p = plan_text(a, spec->test_restore ? CLASS_A : CLASS_R,
	    "reads the database, writes files", text);
	plan_line(p, "validated: read to its end, rows and hashes of each "
	    "table under the dump's own snapshot, sha256 of each file");
	if (spec->test_restore)
		plan_line(p, "and restored into a scratch database, compared, "
		    "dropped");
	plan_line(p, "blocks schema changes while it runs, and nothing else");
	if (a->step->rollback == NULL)
		plan_undo(p, "delete the files");
	talloc_free(into);
	return 0;
}

static int
settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	(void)a;
	(void)was;
	(void)query;
	(void)err;
	*outcome = OUTCOME_NOT_DONE;
	snprintf(proof, 256, "no backup was registered; a folder that ends in "
	    ".partial can be deleted");
	return 0;
}

static void
check(const struct step *s, struct lint *l)
{
	const struct backup_spec *spec = s->spec;
	if (spec->format != NULL && !str_equal(spec->format, formats[0]) &&
	    !str_equal(spec->format, formats[1]))
		lint_error(l, spec_place(s, "format"),
		    "\"format\" is neither directory nor custom");
	retention_lint(s, spec->keep, l);
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	const struct backup_spec *spec = s->spec;

	if (spec->test_restore) {
		snprintf(why, why_size, "makes a scratch database and drops it");
		return CLASS_A;
	}
	snprintf(why, why_size, "reads the database, writes files");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "into", KEY_TEXT, KEY_EXPANDS, offsetof(struct backup_spec, into),
	  "the folder that gets a folder for it (default: the run's)", NULL, 0,
	  0 },
	{ "format", KEY_TEXT, 0, offsetof(struct backup_spec, format),
	  "directory (default; dumps with several jobs) or custom", NULL, 0,
	  0 },
	{ "jobs", KEY_TEXT, KEY_EXPANDS, offsetof(struct backup_spec, jobs),
	  "how many tables at once, 1 to 64 (default 1)", NULL, 0, 0 },
	{ "keep", KEY_MAP, 0, offsetof(struct backup_spec, keep),
	  "how many a \"prune\" step keeps: daily, weekly, monthly, days", NULL, 0, 0 },
	{ "test_restore", KEY_BOOL, 0,
	  offsetof(struct backup_spec, test_restore),
	  "restore it into a scratch database, compare, drop (default false)",
	  NULL, 0, 0 },
	KEY_DATABASE(backup_spec),
	KEY_END
};

const struct step_kind kind_backup = {
	{ "backup", "dumps the database and validates the dump", "into", keys,
	  sizeof(struct backup_spec), NULL, check, deserves },
	plan, run, settle
};
