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
#include "postgres/outcome.h"
#include "postgres/sql.h"
#include "steps/kind.h"
#include "steps/migrate.h"
#include "steps/plan.h"
#include "steps/reconcile.h"
#include "steps/spec.h"
#include "steps/statements.h"

#define SEED_MAX_BYTES	((size_t)64 * 1024 * 1024)

/* ---- what is pending -------------------------------------------------------------- */

bool
work_is_pending(const struct work *w, size_t i)
{
	return w->books->findings == NULL ||
	    migration_is_pending(w->books->findings->list[i].status);
}

char *
migration_statements(const void *owner, const struct migration *m)
{
	char *forward = reconcile_statements(owner, m->sql);

	if (reconcile_is_codified(m->sql))
		return mem_strdup(owner, "");
	return forward != NULL ? forward : mem_strdup(owner, m->sql);
}

char *
work_statements(const void *owner, const struct work *w,
    const struct migration *m)
{
	char *sql = migration_statements(owner, m);
	struct outcome_attempt nobody = { 0 };
	struct outcome_answer answer = { 0 };
	struct error ignored;

	/* Where the catalog does not answer, the statement itself will fail. */
	if (w->books->session == NULL || !reconcile_is_alone(m->sql) ||
	    outcome_probe(owner, w->books->session, attempt_pinned(w->attempt,
	    NULL), &nobody, sql, &answer, &ignored) < 0 ||
	    answer.cure == NULL)
		return sql;
	return mem_printf(owner, "%s;\n%s", answer.cure, sql);
}

bool
migration_is_listed(const json_t *record, const char *name, const char *sha256)
{
	json_t *list = json_object_get(record, "migrations"), *each;
	size_t i;

	json_array_foreach(list, i, each)
		if (str_equal(json_str(each, "name"), name) &&
		    str_equal(json_str(each, "sha256"), sha256))
			return true;
	return false;
}

bool
work_is_done_before(const struct work *w, size_t i)
{
	const struct attempt_state *before = attempt_before(w->attempt);

	return before != NULL && w->books->findings != NULL &&
	    w->books->findings->list[i].status == MIGRATION_APPLIED &&
	    migration_is_listed(before->shown, w->books->list[i].name,
	    w->books->list[i].sha256);
}

/* What the attempt's plan has of them: what is pending, or was. */
static bool
is_planned(const struct work *w, size_t i)
{
	return work_is_pending(w, i) || work_is_done_before(w, i);
}

/* ---- rehearsals ------------------------------------------------------------------------ */

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
		    migration_is_listed(value, m->name, m->sha256))
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
	for (i = 0; i < w->books->count; i++) {
		if (!work_is_pending(w, i) ||
		    was_rehearsed(w->attempt, spec->rehearsed, &w->books->list[i]))
			continue;
		error_set(err, ERR_POLICY,
		    "migration \"%s\" was not rehearsed in this text",
		    w->books->list[i].name);
		error_detail(err, "its sha256 is %s", w->books->list[i].sha256);
		error_hint(err, "rehearse it again, or find out who changed it");
		return -1;
	}
	return 0;
}

/* As Supabase names it: from the folder that "supabase/" is in. */
static char *
booked_path(const void *owner, const char *dir, const char *path)
{
	char *supabase = path_folder(owner, dir);
	char *project = path_folder(owner, supabase);
	size_t size = strlen(project);

	return mem_strdup(owner, str_starts(path, project) &&
	    path[size] == '/' ? path + size + 1 : path);
}

static int
read_seed(struct work *w, struct seed *seed, const char *name,
    struct error *err)
{
	char *path = attempt_path(w, w->attempt, name, err);
	const struct attempt_state *before;
	size_t size;

	if (path == NULL || file_read(w, path, SEED_MAX_BYTES, &seed->sql,
	    &size, err) < 0)
		return -1;
	seed->booked = booked_path(w, w->books->dir, path);
	sha256_of(seed->sql, size, seed->sha256);
	if (w->books->history != NULL && history_seed_look(w->books->history,
	    seed->booked, seed->sha256, &seed->is_known, &seed->is_same,
	    err) < 0)
		return -1;
	before = attempt_before(w->attempt);
	seed->is_done_before = seed->is_same && before != NULL &&
	    migration_is_listed(before->shown, seed->booked, seed->sha256);
	return 0;
}

static int
seeds_read(struct work *w, struct error *err)
{
	const struct migrate_spec *spec = w->attempt->step->spec;
	const char **name = spec->seed;

	for (; name != NULL && *name != NULL; name++) {
		GROW(w, w->seeds, struct seed, w->seed_count + 1);
		w->seeds[w->seed_count] = (struct seed){ 0 };
		if (read_seed(w, &w->seeds[w->seed_count++], *name, err) < 0)
			return -1;
	}
	return 0;
}

int
work_check(struct work *w, struct error *err)
{
	const struct migrate_spec *spec = w->attempt->step->spec;

	if (books_read(w->books, err) < 0 || work_find_begun(w, err) < 0 ||
	    history_check(w->books->history, w->books->findings,
	    spec->include_all, err) < 0)
		return -1;
	return check_rehearsed(w, err);
}

struct work *
work_new(const void *owner, struct attempt *a, struct error *err)
{
	const struct migrate_spec *spec = a->step->spec;
	struct work *w = NEW(owner, struct work);

	w->attempt = a;
	w->statements = json_owned(w, json_array());
	w->migrations = json_owned(w, json_array());
	w->books = books_open(w, a, &spec->books, err);
	if (w->books != NULL && work_find_begun(w, err) == 0 &&
	    (a->is_dry || history_check(w->books->history,
	    w->books->findings, spec->include_all, err) == 0) &&
	    seeds_read(w, err) == 0)
		return w;
	talloc_free(w);
	return NULL;
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

static bool
seed_is_planned(const struct seed *s)
{
	return !s->is_known || s->is_done_before;
}

/* ---- plan --------------------------------------------------------------------------------- */

static void
plan_findings(struct plan *p, const struct migration_findings *f)
{
	struct buffer *missing = buffer_new(NULL);
	size_t i;

	for (i = 0; i < f->count; i++) {
		const struct migration_finding *m = &f->list[i];

		if (m->status == MIGRATION_EDITED)
			plan_line(p, "\"%s\" was edited after it was applied",
			    m->name);
		else if (m->status == MIGRATION_MISSING)
			buffer_printf(missing, "%s%s",
			    missing->size > 0 ? ", " : "", m->name);
		else if (m->is_out_of_order)
			plan_line(p, "\"%s\" is older than the last one that "
			    "is applied", m->name);
	}
	if (missing->size > 0)
		plan_line(p, "applied, and not in the folder: %s",
		    missing->data);
	talloc_free(missing);
}

static void
plan_lines(struct plan *p, const struct work *w, size_t pending,
    size_t codified)
{
	size_t i;

	plan_line(p, "%zu of %zu migrations %s to be applied", pending,
	    w->books->count, pending == 1 ? "is" : "are");
	if (codified > 0)
		plan_line(p, codified == 1 ? "%zu more is recorded only: the "
		    "database has it already" : "%zu more are recorded only: "
		    "the database has them already", codified);
	if (w->books->findings != NULL)
		plan_findings(p, w->books->findings);
	for (i = 0; i < w->seed_count; i++)
		plan_line(p, w->seeds[i].is_same && !w->seeds[i].is_done_before ?
		    "the seed %s is in the books already" :
		    w->seeds[i].is_known && !w->seeds[i].is_done_before ? "the seed %s was edited: its hash "
		    "is recorded, nothing is run" : "then the seed %s is run",
		    w->seeds[i].booked);
}

/* The texts in their order, as one; *codified: how many are recorded only. */
static char *
planned_text(struct work *w, size_t *pending, size_t *codified)
{
	struct buffer *text = buffer_new(w);
	size_t i;

	for (i = 0; i < w->books->count; i++) {
		const struct migration *m = &w->books->list[i];
		bool is_codified = reconcile_is_codified(m->sql);

		if (!is_planned(w, i))
			continue;
		*(is_codified ? codified : pending) += 1;
		buffer_printf(text, "-- migration %s (sha256 %s)%s\n%s\n",
		    m->name, m->sha256, is_codified ? ": recorded only" : "",
		    work_statements(w, w, m));
	}
	for (i = 0; i < w->seed_count; i++)
		if (seed_is_planned(&w->seeds[i]))
			buffer_printf(text, "-- seed %s (sha256 %s)\n%s\n",
			    w->seeds[i].booked, w->seeds[i].sha256,
			    w->seeds[i].sql);
	if (w->books->list == NULL)
		buffer_printf(text, "-- the migrations of %s\n", w->books->dir);
	else if (text->size == 0)
		buffer_puts(text, "-- nothing is pending\n");
	return text->data;
}

/* Its statements, and by which names and hashes another attempt knows them. */
static void
plan_statements(struct attempt *a, struct plan *p, struct work *w)
{
	json_t *list = memory_check(json_array());
	size_t i;

	for (i = 0; i < w->books->count; i++) {
		if (!is_planned(w, i))
			continue;
		plan_add_sql(a, p, work_statements(w, w, &w->books->list[i]));
		json_array_append_new(list, json_pack("{s:s, s:s}", "name",
		    w->books->list[i].name, "sha256", w->books->list[i].sha256));
	}
	for (i = 0; i < w->seed_count; i++) {
		if (!seed_is_planned(&w->seeds[i]))
			continue;
		plan_add_sql(a, p, w->seeds[i].sql);
		json_array_append_new(list, json_pack("{s:s, s:s}", "name",
		    w->seeds[i].booked, "sha256", w->seeds[i].sha256));
	}
	json_object_set_new(p->shown, "migrations", list);
}

static int
plan_pending(struct attempt *a, struct work *w, struct error *err)
{
	bool is_there = w->books->list != NULL;
	size_t pending = 0, codified = 0;
	struct plan *p;

	if (!a->is_dry && check_rehearsed(w, err) < 0)
		return -1;
	p = plan_text(a, is_there ? CLASS_A : CLASS_B, is_there ?
	    "records migrations" : "its files are not there yet",
	    planned_text(w, &pending, &codified));
	plan_statements(a, p, w);
	plan_lines(p, w, pending, codified);
	if (w->books->session != NULL && plan_measure(p, w->books->session, err) < 0)
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
run(struct attempt *a, struct error *err)
{
	struct work *w = work_new(NULL, a, err);
	struct error ignored;
	int rc = w == NULL ? -1 : work_apply(w, err);

	if (w != NULL && !a->is_cancelled && pg_alive(w->books->session))
		(void)!pg_exec_script(w->books->session,
		    "SELECT pg_catalog.pg_advisory_unlock_all()", &ignored);
	talloc_free(w);
	return rc;
}

/* ---- after a crash ----------------------------------------------------------------------------- */

/*
 * The books say that one is unfinished; where its statement ran outside of a
 * transaction, the catalog says what became of it.
 */
static void
settle_unfinished(const void *owner, struct attempt *a,
    const struct attempt_state *was, const char *found,
    enum outcome *outcome, char proof[256], char query[512])
{
	const struct statement_state *last = was->statement_count == 0 ? NULL :
	    &was->statements[was->statement_count - 1];
	struct sql_script *script = sql_parse(owner,
	    last == NULL ? "" : last->text);
	struct outcome_attempt m = { 0 };
	struct outcome_answer answer = { 0 };
	struct pg_session *s;
	struct error ignored;

	snprintf(proof, 256, "%.255s", found);
	snprintf(query, 512, "SELECT * FROM _prisma_migrations "
	    "WHERE finished_at IS NULL AND rolled_back_at IS NULL");
	if (script->count != 1 || !script->statements[0].no_transaction)
		return;
	outcome_attempt_load(owner, was->marker_backend, &m);
	s = attempt_session(a, NULL, NULL, &ignored);
	if (s == NULL || outcome_probe(owner, s, attempt_pinned(a, NULL), &m,
	    last->text, &answer, &ignored) < 0)
		return;
	if (answer.outcome == OUTCOME_STILL_RUNNING) {
		*outcome = answer.outcome;
		snprintf(proof, 256, "%.255s", answer.reason);
		return;
	}
	snprintf(proof, 256, "%.120s; %.80s: resolve it as %s", found,
	    answer.reason, answer.outcome == OUTCOME_DONE ? "applied" :
	    answer.outcome == OUTCOME_NOT_DONE ? "rolled back" :
	    "what it is");
	if (answer.query != NULL)
		snprintf(query, 512, "%.511s", answer.query);
}

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
	int rc;

	if (was->marker_uuid != NULL && statements_settle(a, NULL, was, true,
	    outcome, proof, query, err) < 0)
		return -1;
	if (was->marker_uuid != NULL && (*outcome == OUTCOME_STILL_RUNNING))
		return 0;
	w = work_new(NULL, a, err);
	if (w == NULL && err->code == ERR_POLICY) {
		void *owner = talloc_new(NULL);

		*outcome = OUTCOME_UNKNOWN;
		settle_unfinished(owner, a, was, err->primary, outcome, proof,
		    query);
		talloc_free(owner);
		return 0;
	}
	if (w == NULL)
		return -1;
	for (i = 0; i < w->books->count; i++)
		left += work_is_pending(w, i);
	*outcome = left == 0 ? OUTCOME_DONE : OUTCOME_NOT_DONE;
	snprintf(proof, 256, left == 0 ?
	    "the books have all %zu migrations" :
	    "the books have not all %zu migrations: the next attempt does "
	    "what is left (%zu)", w->books->count, left);
	query[0] = '\0';
	/* It may have been killed before it said what it did. */
	rc = left == 0 ? work_register_settled(w, was, err) : 0;
	talloc_free(w);
	return rc;
}

/* ---- before anything runs ------------------------------------------------------------------------ */

static void
check(const struct step *s, struct lint *l)
{
	const struct migrate_spec *spec = s->spec;

	books_check(s, spec->books.layout, l);
	if (spec->seed != NULL && !str_equal(spec->books.layout, "supabase"))
		lint_error(l, spec_place(s, "seed"),
		    "\"seed\" goes with layout supabase alone");
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
	const char *given = spec->books.dir;
	int layout = layout_parse(spec->books.layout != NULL ?
	    spec->books.layout : "prisma");

	snprintf(why, why_size, "its files are not there to be read yet");
	/* What a seed holds is seen when it runs. */
	if (given == NULL || strstr(given, "{{") != NULL || layout < 0 ||
	    spec->seed != NULL)
		return CLASS_B;
	folder = path_folder(NULL, s->file);
	dir = given[0] == '/' ? mem_strdup(folder, given) :
	    path_join(folder, folder, given);
	if (migrations_read(folder, dir, (enum migrations_layout)layout, &list,
	    &count, &err) < 0) {
		talloc_free(folder);
		return CLASS_B;
	}
	snprintf(why, why_size, "its migrations only add");
	for (i = 0; i < count && class_ < CLASS_B; i++) {
		sql = migration_statements(folder, &list[i]);
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
	KEYS_BOOKS(migrate_spec, books),
	{ "include_all", KEY_BOOL, 0, offsetof(struct migrate_spec,
	  include_all), "supabase: also those that are older than the last one that is applied",
	  NULL, 0, 0 },
	{ "seed", KEY_TEXTS, KEY_EXPANDS, offsetof(struct migrate_spec, seed),
	  "supabase: files of SQL to run once, after the migrations", NULL, 0,
	  0 },
	{ "rehearsed", KEY_TEXT, 0, offsetof(struct migrate_spec, rehearsed),
	  "true, or the name that a rehearsal registered: refuse what was not applied there in this text",
	  NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_migrate = {
	{ "migrate", "applies a migrations folder", "dir", keys,
	  sizeof(struct migrate_spec), NULL, check, deserves },
	plan, run, settle
};
