/*
 * steps/restore.c - kind "restore": a validated backup comes back.
 *
 * Preferred: into a new database, compared with the manifest, then perhaps
 * swapped with the one in use, which stays there under another name.  In
 * place only in the one form that is all or nothing.
 */

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/dump.h"
#include "steps/kind.h"
#include "steps/manifest.h"
#include "steps/plan.h"
#include "steps/spec.h"

struct restore_spec {
	const char	*backup, *into, *jobs;
	bool		 create, swap;
};

static bool
is_new(const struct restore_spec *spec)
{
	return spec->create || spec->swap;
}

/* The database that pg_restore writes to. */
static char *
destination(const void *owner, struct attempt *a, const char *dbname,
    struct error *err)
{
	const struct restore_spec *spec = a->step->spec;

	if (spec->into != NULL)
		return attempt_expand(owner, a, spec->into, err);
	if (spec->swap)
		return mem_printf(owner, "%s_restored", dbname);
	return mem_strdup(owner, dbname);
}

/* ---- a new database ------------------------------------------------------------------- */

/* Says whose the database is: a later attempt of this step may drop it. */
static char *
claim(const void *owner, const struct attempt *a)
{
	return mem_printf(owner, "pgrunbook run %s, step %s: ",
	    a->host->run->state->run != NULL ? a->host->run->state->run : "",
	    a->id);
}

static int
comment_on(struct attempt *a, const char *name, const char *text,
    struct error *err)
{
	void *owner = talloc_new(NULL);
	struct pg_session *s = dump_maintenance(owner, a, false, err);
	char *sql = mem_printf(owner, "COMMENT ON DATABASE %s IS %s",
	    pg_quote_identifier(owner, name), pg_quote_literal(owner, text));
	int rc = s == NULL ? -1 : pg_exec_script(s, sql, err);

	talloc_free(owner);
	return rc;
}

/* What an earlier attempt of this very step made is dropped. */
static int
drop_leftover(struct attempt *a, const char *name, struct error *err)
{
	void *owner = talloc_new(NULL);
	struct pg_session *s = dump_maintenance(owner, a, false, err);
	const char *params[] = { name, claim(owner, a) };
	struct pg_result *r;
	int rc = -1;

	if (s != NULL)
		rc = pg_exec(owner, s, "SELECT coalesce(strpos("
		    "pg_catalog.shobj_description(oid, 'pg_database'), $2) = 1,"
		    " false)"
		    " FROM pg_catalog.pg_database WHERE datname = $1", 2,
		    params, &r, err);
	if (rc == 0 && r->rows > 0) {
		if (str_equal(pg_value(r, 0, 0), "t"))
			rc = dump_drop_database(a, name, err);
		else {
			rc = error_set(err, ERR_BUSY,
			    "database \"%s\" is there already", name);
			error_hint(err, "drop it, or name another in \"into\"");
		}
	}
	talloc_free(owner);
	return rc;
}

static int
fill(struct attempt *a, const struct manifest *m, const char *name, int jobs,
    struct error *err)
{
	const struct pg_target *t = attempt_target(a, NULL, name, err);
	struct pg_session *s;
	char *text;
	int rc;

	if (t == NULL)
		return -1;
	attempt_phase(a, "restores into %s", name);
	if (dump_restore(a, t, m, jobs, false, err) < 0)
		return -1;
	attempt_phase(a, "compares the rows with the manifest");
	s = attempt_session_new(a, a, NULL, name, false, err);
	rc = s == NULL ? -1 : manifest_compare(m, a, s, err);
	pg_close(s);
	if (rc < 0)
		return -1;
	text = mem_printf(a, "%srestored from the backup of %s", claim(a, a),
	    m->taken_at);
	return comment_on(a, name, text, err);
}

/*
 * It gets its name when it has its comment: there is no moment at which a
 * kill leaves one by that name which the next attempt could not tell from
 * somebody else's.
 */
static int
make_claimed(struct attempt *a, const char *name, struct error *err)
{
	void *owner = talloc_new(NULL);
	char *text = mem_printf(owner, "%sbeing restored", claim(owner, a));
	struct pg_session *s;
	struct error cleanup;
	char *making, *sql;
	int rc = dump_create_database(owner, a, &making, err);

	if (rc < 0) {
		talloc_free(owner);
		return -1;
	}
	rc = comment_on(a, making, text, err);
	if (rc == 0) {
		s = dump_maintenance(owner, a, false, err);
		sql = mem_printf(owner, "ALTER DATABASE %s RENAME TO %s",
		    pg_quote_identifier(owner, making),
		    pg_quote_identifier(owner, name));
		rc = s == NULL || attempt_printf(a, err, "%s\n", sql) < 0 ? -1 :
		    pg_exec_script(s, sql, err);
	}
	if (rc < 0 && dump_drop_database(a, making, &cleanup) < 0)
		error_hint(err, "database \"%s\" is empty: drop it", making);
	talloc_free(owner);
	return rc;
}

static int
restore_new(struct attempt *a, const struct manifest *m, const char *name,
    int jobs, struct error *err)
{
	struct error cleanup;

	if (drop_leftover(a, name, err) < 0 || make_claimed(a, name, err) < 0)
		return -1;
	if (fill(a, m, name, jobs, err) == 0)
		return 0;
	if (dump_drop_database(a, name, &cleanup) < 0)
		error_hint(err, "database \"%s\" is half restored: drop it",
		    name);
	return -1;
}

/* ---- swapping --------------------------------------------------------------------------- */

/* Settings that belong to the database itself are in no dump. */
static int
copy_settings(const void *owner, struct attempt *a, struct pg_session *s,
    const char *from, const char *to, struct error *err)
{
	const char *params[] = { from };
	struct pg_result *r;
	char *sql;
	int i;

	/* search_path and its like are lists, and stored quoted. */
	if (pg_exec(owner, s, "SELECT split_part(c, '=', 1),"
	    " CASE WHEN split_part(c, '=', 1) IN ('search_path',"
	    " 'temp_tablespaces', 'session_preload_libraries',"
	    " 'local_preload_libraries')"
	    " THEN substr(c, strpos(c, '=') + 1)"
	    " ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END"
	    " FROM pg_catalog.pg_db_role_setting x"
	    " JOIN pg_catalog.pg_database d ON d.oid = x.setdatabase,"
	    " unnest(x.setconfig) AS c"
	    " WHERE d.datname = $1 AND x.setrole = 0", 1, params, &r, err) < 0)
		return -1;
	for (i = 0; i < r->rows; i++) {
		sql = mem_printf(owner, "ALTER DATABASE %s SET %s TO %s",
		    pg_quote_identifier(owner, to), pg_value(r, i, 0),
		    pg_value(r, i, 1));
		if (pg_exec_script(s, sql, err) < 0 ||
		    attempt_printf(a, err, "%s\n", sql) < 0)
			return -1;
	}
	return 0;
}

/*
 * Both renames are one transaction.  New sessions are kept out before the
 * old ones are ended, else a pool would be back before the rename.
 */
static int
rename_both(const void *owner, struct attempt *a, struct pg_session *s,
    const char *now, const char *restored, const char *before,
    struct error *err)
{
	char *quoted = pg_quote_identifier(owner, now);
	const char *params[] = { now, restored };
	char *close_door = mem_printf(owner,
	    "ALTER DATABASE %s ALLOW_CONNECTIONS false", quoted);
	char *open_door = mem_printf(owner,
	    "ALTER DATABASE %s ALLOW_CONNECTIONS true", quoted);
	char *swap = mem_printf(owner, "BEGIN;"
	    " ALTER DATABASE %s RENAME TO %s; ALTER DATABASE %s RENAME TO %s;"
	    " ALTER DATABASE %s ALLOW_CONNECTIONS true; COMMIT", quoted,
	    pg_quote_identifier(owner, before),
	    pg_quote_identifier(owner, restored), quoted,
	    pg_quote_identifier(owner, before));
	struct error ignored;

	if (attempt_printf(a, err, "%s\n%s\n", close_door, swap) < 0 ||
	    pg_exec_script(s, close_door, err) < 0)
		return -1;
	if (pg_exec(owner, s, "SELECT pg_catalog.pg_terminate_backend(pid,"
	    " 5000) FROM pg_catalog.pg_stat_activity"
	    " WHERE datname IN ($1, $2) AND pid <> pg_backend_pid()", 2,
	    params, NULL, err) == 0 && pg_exec_script(s, swap, err) == 0)
		return 0;
	if (pg_alive(s) && (pg_transaction_status(s) == PQTRANS_IDLE ||
	    pg_exec_script(s, "ROLLBACK", &ignored) == 0) &&
	    pg_exec_script(s, open_door, &ignored) == 0)
		return -1;
	error_hint(err, "if nobody can connect to it: %s", open_door);
	return -1;
}

static int
swap_names(struct attempt *a, const char *now, const char *restored,
    char **before, struct error *err)
{
	void *owner = talloc_new(NULL);
	/* A cancel in the middle of it would only leave the door closed. */
	struct pg_session *s = dump_maintenance(owner, a, true, err);
	char *time = clock_rfc3339(owner, clock_now_us()), *p, *q;
	int rc = -1;

	for (p = q = time; *p != '\0' && *p != '.'; p++)
		if (*p >= '0' && *p <= '9')
			*q++ = *p;
	*q = '\0';
	*before = mem_printf(a, "%s_before_%s", now, time);
	attempt_phase(a, "swaps the names");
	if (s != NULL && attempt_check(a, err) == 0 &&
	    copy_settings(owner, a, s, now, restored, err) == 0)
		rc = rename_both(owner, a, s, now, restored, *before, err);
	talloc_free(owner);
	return rc;
}

/* ---- run ----------------------------------------------------------------------------------- */

static int
restore_in_place(struct attempt *a, const struct manifest *m,
    const char *name, struct error *err)
{
	const struct pg_target *t = attempt_target(a, NULL, name, err);
	struct pg_session *s;

	if (t == NULL)
		return -1;
	attempt_phase(a, "restores in place, in one transaction");
	if (dump_restore(a, t, m, 1, true, err) < 0)
		return -1;
	s = attempt_session(a, NULL, name, err);
	return s == NULL ? -1 : manifest_compare(m, a, s, err);
}

static int
restore(struct attempt *a, const void *owner, struct error *err)
{
	const struct restore_spec *spec = a->step->spec;
	const struct pg_target *target = attempt_target(a, NULL, NULL, err);
	char *path = target == NULL ? NULL :
	    attempt_expand(owner, a, spec->backup, err);
	char *name, *before = NULL;
	struct manifest *m;
	int64_t begun = clock_mono_ms();
	int jobs;

	if (path == NULL || dump_jobs(a, spec->jobs, &jobs, err) < 0)
		return -1;
	if (path[0] != '{')
		path = attempt_path(owner, a, path, err);
	attempt_phase(a, "holds the backup against its manifest");
	m = manifest_open(owner, a, path, err);
	name = m == NULL ? NULL : destination(owner, a, target->dbname, err);
	if (name == NULL || dump_check(a, m, err) < 0)
		return -1;
	if ((is_new(spec) ? restore_new(a, m, name, jobs, err) :
	    restore_in_place(a, m, name, err)) < 0)
		return -1;
	if (spec->swap && swap_names(a, target->dbname, name, &before,
	    err) < 0) {
		error_hint(err, "the restored database is \"%s\"; nothing was swapped",
		    name);
		return -1;
	}
	if (attempt_printf(a, err, "%lld rows of %zu tables are those of the "
	    "backup of %s\n", (long long)m->rows, m->table_count,
	    m->taken_at) < 0)
		return -1;
	return attempt_register(a, json_pack("{s:s, s:s, s:I, s:I, s:I}",
	    "database", spec->swap ? target->dbname : name, "before",
	    before != NULL ? before : "", "rows", (json_int_t)m->rows,
	    "tables", (json_int_t)m->table_count, "ms",
	    (json_int_t)(clock_mono_ms() - begun)), err);
}

static int
run(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	int rc = restore(a, owner, err);

	talloc_free(owner);
	return rc;
}

/* ---- before, and after a crash --------------------------------------------------------------- */

static enum step_class
class_of(const struct restore_spec *spec, const char **why)
{
	if (spec->swap)
		*why = "puts another database in the place of this one";
	else if (spec->create)
		*why = "makes a new database";
	else
		*why = "drops what it restores, in place";
	return spec->create && !spec->swap ? CLASS_A : CLASS_B;
}

/* The target's database; "DATABASE" in a plan that asks no server. */
static const char *
target_database(struct attempt *a, struct error *err)
{
	const struct pg_target *t = a->is_dry ? NULL :
	    attempt_target(a, NULL, NULL, err);

	return a->is_dry ? "DATABASE" : t != NULL ? t->dbname : NULL;
}

/* What runs, with the names of the databases that it touches. */
static char *
plan_words(const void *owner, struct attempt *a, const char *backup,
    struct error *err)
{
	const struct restore_spec *spec = a->step->spec;
	const char *now = target_database(a, err);
	char *to = now != NULL ? destination(owner, a, now, err) : NULL;

	if (to == NULL)
		return NULL;
	/* Signed for is the database that is written to, or put aside. */
	if (!spec->swap)
		a->database = mem_strdup(a, to);
	if (!is_new(spec))
		return mem_printf(owner, "pg_restore --exit-on-error"
		    " --single-transaction --clean --if-exists --no-owner\n"
		    "into the database \"%s\", in place\nfrom %s", to, backup);
	if (!spec->swap)
		return mem_printf(owner, "pg_restore --exit-on-error\n"
		    "into a new database, \"%s\"\nfrom %s", to, backup);
	return mem_printf(owner, "pg_restore --exit-on-error\n"
	    "into a new database, \"%s\"\nfrom %s\n"
	    "then \"%s\" is renamed to \"%s_before_TIME\", and \"%s\" to "
	    "\"%s\"", to, backup, now, now, to, now);
}

static int
plan(struct attempt *a, struct error *err)
{
	const struct restore_spec *spec = a->step->spec;
	char *backup = attempt_expand(NULL, a, spec->backup, err), *text;
	const char *why;
	enum step_class class_ = class_of(spec, &why);
	struct plan *p;

	text = backup != NULL ? plan_words(backup, a, backup, err) : NULL;
	if (text == NULL) {
		talloc_free(backup);
		return -1;
	}
	p = plan_text(a, class_, why, text);
	plan_line(p, "first the backup's files are held against its manifest, "
	    "afterwards its rows");
	if (spec->swap)
		plan_line(p, "ends all sessions on the database for the swap; "
		    "what was written since the backup is not in the new one");
	else if (!spec->create)
		plan_line(p, "loses what was written since the backup");
	if (a->step->rollback == NULL)
		plan_undo(p, spec->swap ? "swap the names back: the database "
		    "from before is kept" : spec->create ?
		    "drop the new database" : "none, once it is committed");
	talloc_free(backup);
	return 0;
}

static int
settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	const struct restore_spec *spec = a->step->spec;

	(void)was;
	(void)err;
	if (spec->create && !spec->swap) {
		*outcome = OUTCOME_NOT_DONE;
		snprintf(proof, 256, "the restored rows were not compared yet; "
		    "the next attempt drops what is half restored");
		return 0;
	}
	*outcome = OUTCOME_UNKNOWN;
	snprintf(proof, 256, spec->swap ?
	    "nobody saw whether the names were swapped" :
	    "nobody saw whether pg_restore's transaction was committed");
	snprintf(query, 512, "%s", spec->swap ?
	    "SELECT datname, datallowconn, shobj_description(oid, 'pg_database') FROM pg_database" :
	    "SELECT pid, state, query FROM pg_stat_activity WHERE application_name LIKE 'pgrunbook-restore-%'");
	(void)a;
	return 0;
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	const char *text;
	enum step_class class_ = class_of(s->spec, &text);

	snprintf(why, why_size, "%s", text);
	return class_;
}

static const struct key keys[] = {
	{ "backup", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct restore_spec, backup),
	  "what a backup step registered, or the backup's folder", NULL, 0, 0 },
	{ "into", KEY_TEXT, KEY_EXPANDS, offsetof(struct restore_spec, into),
	  "the database that gets it (default: the target's, or a new name where it is swapped)",
	  NULL, 0, 0 },
	{ "create", KEY_BOOL, 0, offsetof(struct restore_spec, create),
	  "make that database; it must not be there", NULL, 0, 0 },
	{ "jobs", KEY_TEXT, KEY_EXPANDS, offsetof(struct restore_spec, jobs),
	  "how many at once, 1 to 64 (default 1; in place always 1)", NULL, 0,
	  0 },
	{ "swap", KEY_BOOL, 0, offsetof(struct restore_spec, swap),
	  "then put it in the place of the target's database, which is kept as NAME_before_TIME",
	  NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_restore = {
	{ "restore", "restores a validated backup and compares it", "backup",
	  keys, sizeof(struct restore_spec), NULL, NULL, deserves },
	plan, run, settle
};
