/*
 * steps/migrate.c - kind "migrate": a migrations folder is applied, in the
 * books of the tool that it is for.
 *
 * Where its statements allow it, a migration and its entry in the books are
 * one transaction: the entry is there if and only if the migration is.  What
 * was done and how long it took is registered, so that a later migrate with
 * "rehearsed" can refuse what was not.
 */

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "steps/history.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/reconcile.h"
#include "steps/spec.h"
#include "steps/statements.h"

struct migrate_spec {
	const char	*dir, *layout, *rehearsed, *database;
};

/* What there is to do; a child of its owner. */
struct work {
	struct attempt	*attempt;
	enum migrations_layout layout;
	char		*dir, *database;
	struct migration *list;
	size_t		 count;
	enum migration_status *statuses;
	struct pg_session *session;	/* null where dry */
	struct history	*history;
	char		*unknown;
	json_t		*statements;	/* [{text, ms, lock}], as they are run */
	json_t		*migrations;	/* [{name, sha256}], likewise */
};

/* ---- what is pending -------------------------------------------------------------- */

static int
read_folder(struct work *w, struct error *err)
{
	const struct migrate_spec *spec = w->attempt->step->spec;
	char *layout = attempt_expand(w, w->attempt, spec->layout != NULL ?
	    spec->layout : "prisma", err);
	int parsed = layout == NULL ? -1 : layout_parse(layout);

	if (layout == NULL)
		return -1;
	if (parsed < 0 && !w->attempt->is_dry)
		return error_set(err, ERR_RUNBOOK, "unknown layout \"%s\"",
		    layout);
	w->layout = parsed < 0 ? LAYOUT_PRISMA :
	    (enum migrations_layout)parsed;
	w->dir = attempt_path(w, w->attempt, spec->dir, err);
	if (w->dir == NULL)
		return -1;
	/* What an earlier step writes is not there yet in a dry plan. */
	if (w->attempt->is_dry && !file_is_folder(w->dir))
		return 0;
	return migrations_read(w, w->dir, w->layout, &w->list, &w->count, err);
}

static int
compare(struct work *w, struct error *err)
{
	const struct migrate_spec *spec = w->attempt->step->spec;
	const struct pg_target *t;

	if (spec->database != NULL && (w->database = attempt_expand(w,
	    w->attempt, spec->database, err)) == NULL)
		return -1;
	t = attempt_target(w->attempt, NULL, w->database, err);
	w->session = t == NULL ? NULL : attempt_session(w->attempt, NULL,
	    w->database, err);
	w->history = w->session == NULL ? NULL : history_open(w, w->attempt,
	    w->session, w->layout, t->schema != NULL ? t->schema : "public",
	    err);
	if (w->history == NULL)
		return -1;
	return history_compare(w, w->history, w->list, w->count, w->statuses,
	    &w->unknown, err);
}

static struct work *
work_new(const void *owner, struct attempt *a, struct error *err)
{
	struct work *w = NEW(owner, struct work);

	w->attempt = a;
	w->unknown = mem_strdup(w, "");
	w->statements = json_owned(w, json_array());
	w->migrations = json_owned(w, json_array());
	if (read_folder(w, err) < 0)
		goto failed;
	w->statuses = NEW_ARRAY(w, enum migration_status, w->count + 1);
	if (!a->is_dry && compare(w, err) < 0)
		goto failed;
	return w;
failed:
	talloc_free(w);
	return NULL;
}

/* The statements that this database gets; "" where it has them already. */
static char *
statements_of(const void *owner, const struct migration *m)
{
	char *forward = reconcile_statements(owner, m->sql);

	if (reconcile_is_codified(m->sql))
		return mem_strdup(owner, "");
	return forward != NULL ? forward : mem_strdup(owner, m->sql);
}

/* ---- rehearsals ------------------------------------------------------------------------ */

static bool
has_migration(const json_t *rehearsal, const struct migration *m)
{
	json_t *list = json_object_get(rehearsal, "migrations"), *each;
	size_t i;

	json_array_foreach(list, i, each)
		if (str_equal(json_str(each, "name"), m->name) &&
		    str_equal(json_str(each, "sha256"), m->sha256))
			return true;
	return false;
}

/*
 * Was m done by a migrate step of this run, in this text?  by: the name that
 * it is registered under, or "true" for any.
 */
static bool
was_rehearsed(const struct attempt *a, const char *by,
    const struct migration *m)
{
	const char *name;
	json_t *value;

	json_object_foreach(a->host->run->state->values, name, value)
		if ((str_equal(by, "true") || str_equal(by, name)) &&
		    has_migration(value, m))
			return true;
	return false;
}

static int
check_rehearsed(const struct work *w, struct error *err)
{
	const struct migrate_spec *spec = w->attempt->step->spec;
	size_t i;

	if (spec->rehearsed == NULL || str_equal(spec->rehearsed, "false"))
		return 0;
	for (i = 0; i < w->count; i++) {
		if (w->statuses[i] != MIGRATION_PENDING ||
		    was_rehearsed(w->attempt, spec->rehearsed, &w->list[i]))
			continue;
		error_set(err, ERR_POLICY,
		    "migration \"%s\" was not rehearsed in this text",
		    w->list[i].name);
		error_detail(err, "its sha256 is %s", w->list[i].sha256);
		error_hint(err, "rehearse it again, or find out who changed it");
		return -1;
	}
	return 0;
}

/* The rehearsal's record of a statement; null: none. */
static const json_t *
rehearsed_statement(const struct attempt *a, const char *text)
{
	json_t *value, *each;
	const char *name;
	size_t i;

	if (a->host->run == NULL)
		return NULL;
	json_object_foreach(a->host->run->state->values, name, value)
		json_array_foreach(json_object_get(value, "statements"), i,
		    each)
			if (str_equal(json_str(each, "text"), text))
				return each;
	return NULL;
}

static void
put_costs(struct attempt *a, struct plan *p)
{
	json_t *list = json_object_get(p->shown, "statements"), *each;
	const char *lock;
	const json_t *was;
	char *time, *text;
	size_t i;

	json_array_foreach(list, i, each) {
		was = rehearsed_statement(a, json_str(each, "text"));
		if (was == NULL)
			continue;
		time = duration_short(NULL, json_int(was, "ms", 0));
		/* A lock is worth a word where it is not the one foretold. */
		lock = json_str_or(was, "lock", "");
		if (str_starts(lock, json_str_or(each, "lock", "?")))
			lock = "";
		text = mem_printf(time, "rehearsed %s%s%s", time,
		    *lock != '\0' ? ", " : "", lock);
		plan_cost(p, i, text);
		talloc_free(time);
	}
}

/* ---- plan --------------------------------------------------------------------------------- */

static void
plan_lines(struct plan *p, const struct work *w, size_t pending,
    size_t codified)
{
	size_t i;

	plan_line(p, "%zu of %zu migrations are to be applied", pending,
	    w->count);
	if (codified > 0)
		plan_line(p, "%zu more are recorded only: the database has "
		    "them already", codified);
	for (i = 0; i < w->count; i++)
		if (w->statuses[i] == MIGRATION_EDITED)
			plan_line(p, "\"%s\" was edited after it was applied",
			    w->list[i].name);
	if (w->unknown[0] != '\0')
		plan_line(p, "applied, and not in the folder: %s", w->unknown);
}

static int
plan_pending(struct attempt *a, struct work *w, struct error *err)
{
	struct buffer *text = buffer_new(w);
	size_t i, pending = 0, codified = 0;
	struct plan *p;

	if (!a->is_dry && check_rehearsed(w, err) < 0)
		return -1;
	for (i = 0; i < w->count; i++) {
		if (w->statuses[i] != MIGRATION_PENDING)
			continue;
		if (reconcile_is_codified(w->list[i].sql))
			codified++;
		else
			pending++;
		buffer_printf(text, "-- migration %s (sha256 %s)%s\n%s\n",
		    w->list[i].name, w->list[i].sha256,
		    reconcile_is_codified(w->list[i].sql) ?
		    ": recorded only" : "", statements_of(w, &w->list[i]));
	}
	if (w->list == NULL)
		buffer_printf(text, "-- the migrations of %s\n", w->dir);
	else if (text->size == 0)
		buffer_puts(text, "-- nothing is pending\n");
	p = plan_text(a, w->list == NULL ? CLASS_B : CLASS_A, w->list == NULL ?
	    "its files are not there yet" : "records migrations", text->data);
	for (i = 0; i < w->count; i++)
		if (w->statuses[i] == MIGRATION_PENDING)
			plan_add_sql(a, p, statements_of(w, &w->list[i]));
	plan_lines(p, w, pending, codified);
	if (w->session != NULL && plan_measure(p, w->session, err) < 0)
		return -1;
	put_costs(a, p);
	if (a->step->rollback == NULL)
		plan_undo(p, "a failed migration undoes itself; what is "
		    "committed stays, and the backup is the way back");
	return 0;
}

static int
plan(struct attempt *a, struct error *err)
{
	struct work *w = work_new(NULL, a, err);
	int rc = w == NULL ? -1 : plan_pending(a, w, err);

	talloc_free(w);
	return rc;
}

/* ---- run ------------------------------------------------------------------------------------ */

static int
run_statements(struct work *w, struct transaction *t,
    const struct sql_script *script, struct error *err)
{
	struct statement_result r;
	void *owner = talloc_new(NULL);
	size_t i;
	int rc = 0;

	for (i = 0; i < script->count && rc == 0; i++) {
		rc = statement_run(owner, w->attempt, w->session, t,
		    &script->statements[i], &r, err);
		if (rc < 0)
			error_context(err, "statement %zu of %zu", i + 1,
			    script->count);
		else
			json_array_append_new(w->statements, json_pack(
			    "{s:s, s:I, s:s*}", "text",
			    script->statements[i].text, "ms",
			    (json_int_t)r.ms, "lock", r.lock));
	}
	talloc_free(owner);
	return rc;
}

/* The migration and its entry: both, or neither. */
static int
apply_together(struct work *w, const struct migration *m,
    const struct sql_script *script, struct error *err)
{
	struct transaction *t;
	char *id;
	int rc;

	t = transaction_begin(NULL, w->attempt, w->session, false, err);
	if (t == NULL)
		return -1;
	rc = reconcile_is_codified(m->sql) ?
	    history_record(w->history, m, err) :
	    history_begin(t, w->history, m, &id, err);
	if (rc == 0 && !reconcile_is_codified(m->sql)) {
		rc = run_statements(w, t, script, err);
		if (rc == 0)
			rc = history_finish(w->history, m, id, err);
	}
	if (rc == 0)
		rc = transaction_commit(t, err);
	else
		transaction_rollback(t);
	talloc_free(t);
	return rc;
}

/* Prisma's own way, for statements that refuse a transaction. */
static int
apply_alone(struct work *w, const struct migration *m,
    const struct sql_script *script, struct error *err)
{
	struct error ignored;
	char *id;
	int rc;

	if (w->attempt->step->lock_timeout_ms < 0 &&
	    pg_exec_script(w->session, "SET lock_timeout = 0", err) < 0)
		return -1;
	if (statements_mark_backend(w->attempt, w->session, err) < 0 ||
	    history_begin(w, w->history, m, &id, err) < 0)
		return -1;
	rc = run_statements(w, NULL, script, err);
	if (rc == 0)
		return history_finish(w->history, m, id, err);
	if (!w->attempt->is_cancelled && pg_alive(w->session))
		(void)!history_fail(w->history, id, err->primary, &ignored);
	return -1;
}

static int
apply(struct work *w, const struct migration *m, struct error *err)
{
	struct sql_script *script = sql_parse(w, statements_of(w, m));
	bool is_alone = false;
	size_t i;
	int rc;

	for (i = 0; i < script->count; i++) {
		is_alone = is_alone || script->statements[i].no_transaction;
		if (!script->statements[i].transaction_control)
			continue;
		error_set(err, ERR_RUNBOOK, "migration \"%s\" has transaction "
		    "control of its own: %s", m->name,
		    script->statements[i].text);
		error_hint(err, "take it out: the migration runs in a transaction");
		return -1;
	}
	if (attempt_printf(w->attempt, err, "migration %s%s\n", m->name,
	    reconcile_is_codified(m->sql) ?
	    ": the database has it already, recorded as applied" : "") < 0)
		return -1;
	rc = is_alone ? apply_alone(w, m, script, err) :
	    apply_together(w, m, script, err);
	if (rc < 0)
		return error_context(err, "migration \"%s\"%s", m->name,
		    err->code == ERR_SQL ? " failed to apply (P3018)" : "");
	json_array_append_new(w->migrations, json_pack("{s:s, s:s}", "name",
	    m->name, "sha256", m->sha256));
	return 0;
}

/* One hash over all that was done, for people to compare. */
static void
hash_of(const struct work *w, char hex[SHA256_HEX_SIZE])
{
	char *text = json_stable(NULL, w->migrations);

	sha256_of(text, strlen(text), hex);
	talloc_free(text);
}

static int
apply_pending(struct work *w, struct error *err)
{
	int64_t begun = clock_mono_ms();
	char hex[SHA256_HEX_SIZE];
	size_t i;

	if (history_lock(w->history, err) < 0)
		return -1;
	/* Somebody may have migrated while we waited. */
	if (history_compare(w, w->history, w->list, w->count, w->statuses,
	    &w->unknown, err) < 0 || check_rehearsed(w, err) < 0 ||
	    history_make(w->history, err) < 0)
		return -1;
	attempt_watch_locks(w->attempt, w->session);
	for (i = 0; i < w->count; i++) {
		if (w->statuses[i] == MIGRATION_EDITED &&
		    attempt_printf(w->attempt, err, "warning: \"%s\" was "
		    "edited after it was applied\n", w->list[i].name) < 0)
			return -1;
		if (w->statuses[i] != MIGRATION_PENDING)
			continue;
		attempt_progress(w->attempt, (int64_t)i, (int64_t)w->count,
		    "migrations", w->list[i].name);
		if (apply(w, &w->list[i], err) < 0)
			return -1;
	}
	hash_of(w, hex);
	if (attempt_printf(w->attempt, err, "%zu applied, the database is up to "
	    "date\n", json_array_size(w->migrations)) < 0)
		return -1;
	return attempt_register(w->attempt, json_pack(
	    "{s:s, s:O, s:O, s:I, s:I}", "sha256", hex, "migrations",
	    w->migrations, "statements", w->statements, "applied",
	    (json_int_t)json_array_size(w->migrations), "ms",
	    (json_int_t)(clock_mono_ms() - begun)), err);
}

static int
run(struct attempt *a, struct error *err)
{
	struct work *w = work_new(NULL, a, err);
	struct error ignored;
	int rc = w == NULL ? -1 : apply_pending(w, err);

	if (w != NULL && !a->is_cancelled && pg_alive(w->session))
		(void)!pg_exec_script(w->session,
		    "SELECT pg_catalog.pg_advisory_unlock_all()", &ignored);
	talloc_free(w);
	return rc;
}

/* ---- after a crash ----------------------------------------------------------------------------- */

/*
 * Each migration's marker proves that one alone; the books tell the rest, and
 * running again does what is left.
 */
static int
settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	struct work *w;
	size_t i, left = 0;

	if (was->marker_uuid != NULL && statements_settle(a, NULL, was, true,
	    outcome, proof, query, err) < 0)
		return -1;
	if (was->marker_uuid != NULL && (*outcome == OUTCOME_STILL_RUNNING))
		return 0;
	w = work_new(NULL, a, err);
	if (w == NULL && err->code == ERR_POLICY) {
		*outcome = OUTCOME_UNKNOWN;
		snprintf(proof, 256, "%.255s", err->primary);
		snprintf(query, 512, "SELECT * FROM _prisma_migrations "
		    "WHERE finished_at IS NULL AND rolled_back_at IS NULL");
		return 0;
	}
	if (w == NULL)
		return -1;
	for (i = 0; i < w->count; i++)
		left += w->statuses[i] == MIGRATION_PENDING;
	*outcome = left == 0 ? OUTCOME_DONE : OUTCOME_NOT_DONE;
	snprintf(proof, 256, left == 0 ?
	    "the books have all %zu migrations" :
	    "the books have not all %zu migrations: the next attempt does "
	    "what is left (%zu)", w->count, left);
	query[0] = '\0';
	talloc_free(w);
	return 0;
}

/* ---- before anything runs ------------------------------------------------------------------------ */

static void
check(const struct step *s, struct lint *l)
{
	const struct migrate_spec *spec = s->spec;

	if (spec->layout != NULL && strstr(spec->layout, "{{") == NULL &&
	    layout_parse(spec->layout) < 0)
		lint_error(l, spec_place(s, "layout"),
		    "\"layout\" is none of prisma, supabase, sql");
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	const struct migrate_spec *spec = s->spec;
	enum step_class class_ = CLASS_A, one;
	struct migration *list;
	struct error err;
	size_t i, count;
	char *folder, *dir, *sql;
	char reason[128];
	int layout = layout_parse(spec->layout != NULL ? spec->layout :
	    "prisma");

	snprintf(why, why_size, "its files are not there to be read yet");
	if (spec->dir == NULL || strstr(spec->dir, "{{") != NULL || layout < 0)
		return CLASS_B;
	folder = path_folder(NULL, s->file);
	dir = spec->dir[0] == '/' ? mem_strdup(folder, spec->dir) :
	    path_join(folder, folder, spec->dir);
	if (migrations_read(folder, dir, (enum migrations_layout)layout, &list,
	    &count, &err) < 0) {
		talloc_free(folder);
		return CLASS_B;
	}
	snprintf(why, why_size, "its migrations only add");
	for (i = 0; i < count && class_ < CLASS_B; i++) {
		sql = statements_of(folder, &list[i]);
		one = statements_class(sql, reason, sizeof(reason));
		if (one <= class_)
			continue;
		class_ = one;
		snprintf(why, why_size, "%s: %s", list[i].name, reason);
	}
	talloc_free(folder);
	return class_;
}

static const struct key keys[] = {
	{ "dir", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct migrate_spec, dir), "the migrations folder", NULL, 0,
	  0 },
	{ "layout", KEY_TEXT, KEY_EXPANDS,
	  offsetof(struct migrate_spec, layout),
	  "prisma (default), supabase or sql", NULL, 0, 0 },
	{ "rehearsed", KEY_TEXT, 0, offsetof(struct migrate_spec, rehearsed),
	  "true, or the name that a rehearsal registered: refuse what was not applied there in this text",
	  NULL, 0, 0 },
	KEY_DATABASE(migrate_spec),
	KEY_END
};

const struct step_kind kind_migrate = {
	{ "migrate", "applies a migrations folder", "dir", keys,
	  sizeof(struct migrate_spec), NULL, check, deserves },
	plan, run, settle
};
