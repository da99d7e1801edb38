/*
 * steps/migrate_apply.c - what is pending is applied, one migration after the
 * other.
 */

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "steps/migrate.h"
#include "steps/reconcile.h"
#include "steps/statements.h"

static int
run_statements(struct work *w, struct transaction *t,
    const struct sql_script *script, struct error *err)
{
	struct statement_result r;
	void *owner = talloc_new(NULL);
	size_t i;
	int rc = 0;

	for (i = 0; i < script->count && rc == 0; i++) {
		rc = statement_run(owner, w->attempt, w->books->session, t,
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
	char *id = uuid_new(w);
	int rc;

	t = transaction_begin(NULL, w->attempt, w->books->session, false, err);
	if (t == NULL)
		return -1;
	rc = reconcile_is_codified(m->sql) ?
	    history_record(w->books->history, m, err) :
	    history_begin(w->books->history, m, id, err);
	if (rc == 0 && !reconcile_is_codified(m->sql)) {
		rc = run_statements(w, t, script, err);
		if (rc == 0)
			rc = history_finish(w->books->history, m, id, err);
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
    const struct begun *begun, const struct sql_script *script,
    struct error *err)
{
	bool is_open = begun->is_ours && begun->id != NULL;
	const char *id = is_open ? begun->id : uuid_new(w);
	struct error ignored;
	int rc;

	if (begun->has_effect)
		return attempt_printf(w->attempt, err, "it took effect before "
		    "this attempt (%s), and is recorded\n", begun->reason) < 0 ?
		    -1 : history_finish(w->books->history, m, id, err);
	if (statements_unhurried(w->attempt, w->books->session, err) < 0 ||
	    statements_mark_backend(w->attempt, w->books->session, id,
	    err) < 0 || (!is_open && history_begin(w->books->history, m, id,
	    err) < 0))
		return -1;
	rc = run_statements(w, NULL, script, err);
	if (rc == 0)
		return history_finish(w->books->history, m, id, err);
	if (pg_alive(w->books->session))
		(void)!pg_rollback(w->books->session, &ignored);
	if (!w->attempt->is_cancelled && pg_alive(w->books->session))
		(void)!history_fail(w->books->history, id, err->primary, &ignored);
	return -1;
}

/* P3018, and what is to be done before the next attempt. */
static int
tell_failure(struct work *w, const struct migration *m, bool is_alone,
    struct error *err)
{
	if (err->code == ERR_SQL && err->hint[0] == '\0') {
		if (!is_alone)
			error_hint(err, "nothing of it is left: correct it, "
			    "and try again");
		else if (w->books->layout == LAYOUT_PRISMA)
			error_hint(err, "it ran outside of a transaction: look "
			    "what of it is there, then \"pgrunbook migrations "
			    "resolve\" with --applied or --rolled-back \"%s\"",
			    m->name);
		else
			error_hint(err, "it ran outside of a transaction: look "
			    "what of it is there before the next attempt");
	}
	return error_context(err, "migration \"%s\"%s", m->name,
	    err->code == ERR_SQL ? " failed to apply (P3018)" : "");
}

/* "BEGIN" or "COMMIT" by any of their names. */
static bool
is_word(const struct sql_statement *st, const char *regex)
{
	char *lower = mem_strdup(NULL, st->text), *p;
	bool is;

	for (p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	is = st->transaction_control && str_matches(lower, regex);
	talloc_free(lower);
	return is;
}

/*
 * A file that is one transaction of its own says what is done anyway: its
 * BEGIN and COMMIT are left out.
 */
static void
take_out_frame(struct sql_script *script)
{
	size_t last = script->count - 1;

	if (script->count < 2 ||
	    !is_word(&script->statements[0], "^(begin|start)") ||
	    !is_word(&script->statements[last], "^(commit|end)"))
		return;
	script->statements++;
	script->count -= 2;
}

static bool
is_for_alone(const struct sql_script *script)
{
	size_t i;

	for (i = 0; i < script->count; i++)
		if (script->statements[i].no_transaction ||
		    script->statements[i].transaction_control)
			return true;
	return false;
}

static int
apply(struct work *w, size_t i, struct error *err)
{
	const struct migration *m = &w->books->list[i];
	struct sql_script *script = sql_parse(w, work_statements(w, w, m));
	bool is_alone;
	int rc;

	take_out_frame(script);
	is_alone = is_for_alone(script);
	if (attempt_printf(w->attempt, err, "migration %s%s\n", m->name,
	    reconcile_is_codified(m->sql) ?
	    ": the database has it already, recorded as applied" : "") < 0)
		return -1;
	attempt_watch(w->attempt, w->books->session, !is_alone);
	rc = is_alone ? apply_alone(w, m, &w->begun[i], script, err) :
	    apply_together(w, m, script, err);
	if (rc < 0)
		return tell_failure(w, m, is_alone, err);
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

/* Done, too, for whoever looks later whether it was rehearsed. */
static void
add_migration(struct work *w, const char *name, const char *sha256)
{
	json_array_append_new(w->migrations, json_pack("{s:s, s:s}", "name",
	    name, "sha256", sha256));
}

static int
tell_done_before(struct work *w, const char *name, const char *sha256,
    struct error *err)
{
	add_migration(w, name, sha256);
	return attempt_printf(w->attempt, err,
	    "migration %s: applied before this attempt\n", name);
}

static int
apply_list(struct work *w, struct error *err)
{
	const struct migration_findings *f = w->books->findings;
	size_t i;

	for (i = 0; i < w->books->count; i++) {
		if (f->list[i].status == MIGRATION_EDITED &&
		    attempt_printf(w->attempt, err, "warning: \"%s\" was "
		    "edited after it was applied\n", f->list[i].name) < 0)
			return -1;
		if (work_is_done_before(w, i) && tell_done_before(w,
		    w->books->list[i].name, w->books->list[i].sha256,
		    err) < 0)
			return -1;
		if (!work_is_pending(w, i))
			continue;
		attempt_progress(w->attempt, (int64_t)i,
		    (int64_t)w->books->count, "migrations",
		    w->books->list[i].name);
		if (apply(w, i, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- seeds -------------------------------------------------------------------------- */

/* A seed and its entry: both, or neither.  One that was edited is not run. */
static int
apply_seed(struct work *w, const struct seed *seed, struct error *err)
{
	struct sql_script *script = sql_parse(w, seed->sql);
	struct transaction *t;
	int rc = 0;

	if (attempt_printf(w->attempt, err, seed->is_known ?
	    "seed %s: edited, its hash is recorded and nothing is run\n" :
	    "seed %s\n", seed->booked) < 0)
		return -1;
	attempt_watch(w->attempt, w->books->session, true);
	t = transaction_begin(NULL, w->attempt, w->books->session, false, err);
	if (t == NULL)
		return -1;
	if (!seed->is_known)
		rc = run_statements(w, t, script, err);
	if (rc == 0)
		rc = history_seed_record(w->books->history, seed->booked,
		    seed->sha256, err);
	if (rc == 0)
		rc = transaction_commit(t, err);
	else
		transaction_rollback(t);
	talloc_free(t);
	return rc < 0 ? error_context(err, "seed \"%s\"", seed->booked) : 0;
}

static int
apply_seeds(struct work *w, struct error *err)
{
	size_t i;

	for (i = 0; i < w->seed_count; i++)
		if (!w->seeds[i].is_same &&
		    apply_seed(w, &w->seeds[i], err) < 0)
			return -1;
	return 0;
}

/* ---- all of it ---------------------------------------------------------------------- */

static bool
has_statement(const json_t *list, const char *text)
{
	json_t *each;
	size_t i;

	json_array_foreach(list, i, each)
		if (str_equal(json_str(each, "text"), text))
			return true;
	return false;
}

static void
add_statements_of(struct work *w, const struct attempt_state *was)
{
	for (size_t i = 0; i < was->statement_count; i++) {
		const struct statement_state *st = &was->statements[i];

		if (st->ms >= 0 && st->error == NULL &&
		    !has_statement(w->statements, st->text))
			json_array_append_new(w->statements, json_pack(
			    "{s:s, s:I, s:s*}", "text", st->text, "ms",
			    (json_int_t)st->ms, "lock", st->lock));
	}
}

/* How long those took that attempts before this one have run. */
static void
add_statements_before(struct work *w)
{
	const struct step_state *step = state_step(
	    w->attempt->host->run->state, w->attempt->id);

	if (attempt_before(w->attempt) == NULL)
		return;
	for (size_t i = step->attempt_count; i > 0; i--) {
		const struct attempt_state *was = &step->attempts[i - 1];

		if (was->number == w->attempt->number)
			continue;
		if (str_equal(was->outcome, "done"))
			return;
		add_statements_of(w, was);
	}
}

static int
register_work(struct work *w, int64_t ms, struct error *err)
{
	char hex[SHA256_HEX_SIZE];

	add_statements_before(w);
	hash_of(w, hex);
	return attempt_register(w->attempt, json_pack(
	    "{s:s, s:O, s:O, s:I, s:I}", "sha256", hex, "migrations",
	    w->migrations, "statements", w->statements, "applied",
	    (json_int_t)json_array_size(w->migrations), "ms",
	    (json_int_t)ms), err);
}

/* Alone, and by the books as they are now. */
static int
prepare(struct work *w, struct error *err)
{
	bool made;

	if (history_lock(w->books->history, err) < 0)
		return -1;
	/* Somebody may have migrated while we waited. */
	if (work_check(w, err) < 0 ||
	    history_make(w->books->history, false, &made, err) < 0)
		return -1;
	return !made ? 0 : attempt_printf(w->attempt, err, "made the table "
	    "that applied migrations are recorded in\n");
}

int
work_apply(struct work *w, struct error *err)
{
	int64_t begun = clock_mono_ms();

	if (prepare(w, err) < 0)
		return -1;
	if (apply_list(w, err) < 0 || apply_seeds(w, err) < 0)
		return -1;
	if (attempt_printf(w->attempt, err, "%zu applied, the database is up to "
	    "date\n", json_array_size(w->migrations)) < 0)
		return -1;
	return register_work(w, clock_mono_ms() - begun, err);
}

int
work_register_settled(struct work *w, const struct attempt_state *was,
    struct error *err)
{
	for (size_t i = 0; i < w->books->count; i++) {
		const struct migration *m = &w->books->list[i];

		if (!work_is_pending(w, i) &&
		    migration_is_listed(was->shown, m->name, m->sha256))
			add_migration(w, m->name, m->sha256);
	}
	for (size_t i = 0; i < w->seed_count; i++)
		if (w->seeds[i].is_same && migration_is_listed(was->shown,
		    w->seeds[i].booked, w->seeds[i].sha256))
			add_migration(w, w->seeds[i].booked, w->seeds[i].sha256);
	add_statements_of(w, was);
	return register_work(w, 0, err);
}
