/*
 * steps/statements.c - SQL statements, one by one.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/outcome.h"
#include "steps/grid.h"
#include "steps/private.h"
#include "steps/spec.h"
#include "steps/statements.h"

#define TEXT_JOURNALED	16384	/* bytes of a statement; the plan has its hash */

static const enum step_class class_of[] = {
	[SQL_READS] = CLASS_R, [SQL_ADDITIVE] = CLASS_A,
	[SQL_DESTRUCTIVE] = CLASS_B
};

/* ---- the journal's side --------------------------------------------------- */

static int
tell_started(struct attempt *a, const struct sql_statement *st,
    struct error *err)
{
	size_t size = strlen(st->text);
	char *text = size <= TEXT_JOURNALED ? mem_strdup(NULL, st->text) :
	    mem_printf(NULL, "%.*s... (%zu bytes in all)", TEXT_JOURNALED,
	    st->text, size);
	json_t *data = json_pack("{s:i, s:o, s:s}", "statement",
	    ++a->private_->statement, "text", json_text(text, strlen(text)),
	    "class", class_name(class_of[st->class_]));

	talloc_free(text);
	return attempt_event(a, EVENT_STATEMENT_STARTED, data, err);
}

static int
tell_finished(struct attempt *a, const struct statement_result *r,
    const struct error *failure, struct error *err)
{
	json_t *data = json_pack("{s:i, s:I}", "statement",
	    a->private_->statement, "ms", (json_int_t)r->ms);

	if (r->tag != NULL)
		json_object_set_new(data, "tag", json_string(r->tag));
	if (failure == NULL)
		json_object_set_new(data, "rows", json_integer(r->answer.rows));
	else
		json_object_set_new(data, "error", event_error(failure));
	if (r->lock != NULL)
		json_object_set_new(data, "lock", json_string(r->lock));
	return attempt_event(a, EVENT_STATEMENT_FINISHED, data, err);
}

/* ---- locks ---------------------------------------------------------------- */

/*
 * Locks that stand in other sessions' way, strongest first.  A rewrite's new
 * heap is locked too, and has no row any more: nobody can wait for it.
 */
static const char locks_query[] =
    "SELECT l.mode, l.relation::regclass::text FROM pg_catalog.pg_locks l"
    " JOIN pg_catalog.pg_class c ON c.oid = l.relation"
    " AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
    " WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted"
    " AND l.locktype = 'relation' AND l.relation >= 16384"
    " AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')"
    " ORDER BY pg_catalog.array_position(ARRAY['AccessExclusiveLock',"
    " 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock',"
    " 'ShareUpdateExclusiveLock'], l.mode), 2";

/*
 * The strongest lock that the statement has added to its transaction's; the
 * measurement failing is no reason for the step to fail, but it aborts the
 * transaction, and that the next statement says.
 */
static const char *
measure_lock(const void *owner, struct transaction *t)
{
	struct pg_result *r;
	const char *first = NULL;
	struct error err;
	char *line;
	int i;

	if (pg_exec(owner, t->session, locks_query, 0, NULL, &r, &err) < 0)
		return NULL;
	for (i = 0; i < r->rows; i++) {
		line = mem_printf(owner, "\n%s on %s\n", pg_value(r, i, 0),
		    pg_value(r, i, 1));
		if (strstr(t->locks->data, line) != NULL)
			continue;
		buffer_puts(t->locks, line);
		if (first == NULL)
			first = str_trim(owner, line);
	}
	return first;
}

/* ---- one statement -------------------------------------------------------- */

/* "INSERT 0 5", "SELECT 3": the last word. */
static int64_t
rows_of_tag(const char *tag)
{
	const char *space = tag == NULL ? NULL : strrchr(tag, ' ');

	return space == NULL ? 0 : strtoll(space + 1, NULL, 10);
}

static void
fill_result(const void *owner, struct grid *g, char *tag,
    struct statement_result *r)
{
	r->tag = tag;
	r->answer.has_rows = grid_columns(g) > 0;
	r->answer.rows = tag != NULL ? rows_of_tag(tag) : grid_rows(g);
	r->answer.value = mem_strdup(owner, grid_value(g));
}

static int
show_result(struct attempt *a, struct grid *g,
    const struct statement_result *r, struct error *err)
{
	if (grid_end(g, r->answer.rows, err) < 0)
		return -1;
	if (grid_columns(g) > 0)
		return 0;
	return attempt_printf(a, err, "%s  (%lld ms)\n",
	    r->tag != NULL ? r->tag : "", (long long)r->ms);
}

int
statement_run(const void *owner, struct attempt *a, struct pg_session *s,
    struct transaction *t, const struct sql_statement *st,
    struct statement_result *result, struct error *err)
{
	struct statement_result r = { 0 };
	struct error journal_error;
	struct grid *g;
	char *tag = NULL;
	int64_t begun;
	int rc;

	if (attempt_check(a, err) < 0 || tell_started(a, st, err) < 0)
		return -1;
	g = grid_new(owner, a);
	begun = clock_mono_ms();
	rc = pg_query_stream(owner, s, st->text, grid_row, g, &tag, err);
	r.ms = clock_mono_ms() - begun;
	fill_result(owner, g, tag, &r);
	if (rc < 0) {
		/* What the server said matters more than that it is lost. */
		if (tell_finished(a, &r, err, &journal_error) < 0)
			*err = journal_error;
		return -1;
	}
	r.lock = t != NULL && !t->is_read_only ? measure_lock(owner, t) : NULL;
	if (r.lock == NULL)
		r.lock = st->lock;
	if (tell_finished(a, &r, NULL, err) < 0 ||
	    rehearsed_compare_lock(a, st->text, r.lock, err) < 0 ||
	    show_result(a, g, &r, err) < 0)
		return -1;
	talloc_free(g);
	if (result != NULL)
		*result = r;
	return 0;
}

/* ---- a step's text -------------------------------------------------------- */

static int
place_error(const struct sql_script *script, size_t i, struct error *err)
{
	if (err->code == ERR_SQL && script->count > 1)
		return error_context(err, "statement %zu of %zu", i + 1,
		    script->count);
	return -1;
}

static int
run_each(const void *owner, struct attempt *a, struct pg_session *s,
    struct transaction *t, const struct sql_script *script,
    struct statement_result *last, struct error *err)
{
	size_t i;

	for (i = 0; i < script->count; i++) {
		if (script->count > 1)
			attempt_progress(a, (int64_t)i, (int64_t)script->count,
			    "statements", script->statements[i].text);
		if (statement_run(owner, a, s, t, &script->statements[i], last,
		    err) < 0)
			return place_error(script, i, err);
	}
	return 0;
}

/* What cannot be run in the way that was asked for. */
static int
refuse(const struct sql_script *script, bool in_transaction, struct error *err)
{
	size_t i;

	for (i = 0; i < script->count; i++) {
		const struct sql_statement *st = &script->statements[i];

		if (st->transaction_control)
			return error_set(err, ERR_RUNBOOK,
			    "transaction control in a step's SQL: %s", st->text);
		if (in_transaction && st->no_transaction) {
			error_set(err, ERR_RUNBOOK,
			    "the statement cannot run in a transaction: %.200s",
			    st->text);
			error_hint(err, "write \"transaction: false\"");
			return -1;
		}
	}
	return 0;
}

/* What the last statement gave is as it has to be, and kept. */
static int
take_answer(struct attempt *a, const struct statements_options *o,
    const struct answer *answer, struct error *err)
{
	if (expect_holds(a, o->expect, answer, err) < 0)
		return -1;
	return o->keep != NULL ? o->keep(a, answer, err) : 0;
}

int
statements_unhurried(struct attempt *a, struct pg_session *s,
    struct error *err)
{
	bool is_given = a->step->lock_timeout_ms >= 0;
	char *timeout = mem_printf(NULL, "%" PRId64,
	    is_given ? a->lock_timeout_ms : 0);
	const struct pg_setting asked = { "lock_timeout", timeout };
	struct error ignored;
	int rc = 0;

	if (!is_given)
		rc = pg_exec_script(s, "SET lock_timeout = 0", err);
	/* Better that it ends well without us than that half of it stays. */
	if (rc == 0 && pg_server_version(s) >= 140000 && pg_exec_script(s,
	    "SET client_connection_check_interval = 0", &ignored) < 0 &&
	    !pg_alive(s)) {
		*err = ignored;
		rc = -1;
	}
	if (rc == 0)
		rc = session_settings_hold(a, s, &asked, 1, err);
	talloc_free(timeout);
	return rc;
}

#define DROPS_LEFTOVER	"DROP INDEX CONCURRENTLY IF EXISTS "

bool
statements_own_leftover(const char *cure)
{
	return cure != NULL && str_starts(cure, DROPS_LEFTOVER);
}

bool
statements_may_leave_index(const char *sql)
{
	struct sql_script *script = sql_parse(NULL, sql);
	bool may = false;
	size_t i;

	for (i = 0; i < script->count && !may; i++) {
		const struct sql_statement *st = &script->statements[i];

		may = st->no_transaction && st->class_ == SQL_ADDITIVE &&
		    strcasestr(st->text, "index") != NULL &&
		    strcasestr(st->text, "concurrently") != NULL;
	}
	talloc_free(script);
	return may;
}

/*
 * The invalid index that the attempt before has left is dropped if it still
 * is what that one left: somebody may have put it right.
 */
static int
drop_leftover(const void *owner, struct attempt *a, struct pg_session *s,
    const struct sql_script *script, struct error *err)
{
	struct outcome_attempt nobody = { 0 };
	struct outcome_answer answer = { 0 };
	struct sql_script *cure;
	size_t i;

	if (!statements_own_leftover(a->cure) || script->count != 1)
		return 0;
	if (outcome_probe(owner, s, NULL, &nobody, script->statements[0].text,
	    &answer, err) < 0)
		return -1;
	if (!str_equal(answer.cure, a->cure))
		return 0;
	cure = sql_parse(owner, answer.cure);
	for (i = 0; i < cure->count; i++)
		if (statement_run(owner, a, s, NULL, &cure->statements[i],
		    NULL, err) < 0)
			return error_context(err, "what the attempt before has "
			    "left");
	return 0;
}

static int
run_alone(const void *owner, struct attempt *a, struct pg_session *s,
    const struct statements_options *o, const struct sql_script *script,
    struct statement_result *last, struct error *err)
{
	if (statements_unhurried(a, s, err) < 0 ||
	    statements_mark_backend(a, s, a->uuid, err) < 0 ||
	    (!o->read_only && drop_leftover(owner, a, s, script, err) < 0))
		return -1;
	if (run_each(owner, a, s, NULL, script, last, err) < 0)
		return -1;
	a->is_committed = a->is_committed || !o->read_only;
	return take_answer(a, o, &last->answer, err);
}

static int
run_together(const void *owner, struct attempt *a, struct pg_session *s,
    const struct statements_options *o, const struct sql_script *script,
    struct statement_result *last, struct error *err)
{
	struct transaction *t;
	int rc;

	t = transaction_begin(NULL, a, s, o->read_only, err);
	if (t == NULL)
		return -1;
	rc = run_each(owner, a, s, t, script, last, err);
	/* Once it is committed a crash must find the value in the journal. */
	if (rc == 0)
		rc = take_answer(a, o, &last->answer, err);
	if (rc == 0)
		rc = transaction_commit(t, err);
	else
		transaction_rollback(t);
	talloc_free(t);
	return rc;
}

int
statements_run(const void *owner, struct attempt *a, struct pg_session *s,
    const struct statements_options *o, struct statement_result *last,
    struct error *err)
{
	struct statement_result mine = { 0 };
	struct sql_script *script = sql_parse(owner, o->sql);

	if (last == NULL)
		last = &mine;
	if (refuse(script, o->in_transaction, err) < 0)
		return -1;
	if (!o->read_only)
		attempt_watch(a, s, o->in_transaction);
	return o->in_transaction ?
	    run_together(owner, a, s, o, script, last, err) :
	    run_alone(owner, a, s, o, script, last, err);
}

/* ---- before anything runs ------------------------------------------------- */

static const char *
name_as_value(void *arg, const char *name)
{
	(void)arg;
	return name;
}

static struct sql_script *
parse_template(const void *owner, const char *sql)
{
	struct error err;
	char *text = sql_expand(NULL, sql, name_as_value, NULL, &err);
	struct sql_script *script = sql_parse(owner, text != NULL ? text : sql);

	talloc_steal(script, text);
	return script;
}

void
statements_lint(const struct step *s, const char *key, const char *sql,
    bool in_transaction, struct lint *l)
{
	struct lint_place at = spec_place(s, key);
	struct sql_script *script = parse_template(NULL, sql);
	struct lint_finding *f;
	size_t i;

	if (script->count == 0)
		lint_error(l, at, "\"%s\" has no statement", key);
	for (i = 0; i < script->count; i++) {
		const struct sql_statement *st = &script->statements[i];

		if (st->transaction_control) {
			f = lint_error(l, at,
			    "transaction control in a step's SQL: %.100s",
			    st->text);
			lint_hint(l, f, "the step runs in a transaction of its own");
		} else if (in_transaction && st->no_transaction) {
			f = lint_error(l, at,
			    "cannot run in a transaction: %.100s", st->text);
			lint_hint(l, f, "write \"transaction: false\"");
		}
	}
	if (script->parse_error.code != ERR_NONE) {
		f = lint_warning(l, at, "the SQL does not parse: %s",
		    script->parse_error.primary);
		lint_hint(l, f, "what the grammar does not know counts as class B");
	}
	talloc_free(script);
}

enum step_class
statements_class(const char *sql, char *why, size_t why_size)
{
	struct sql_script *script = parse_template(NULL, sql);
	enum step_class class_ = class_of[script->class_];

	snprintf(why, why_size, "%s",
	    script->reason != NULL ? script->reason : "");
	if (script->parse_error.code != ERR_NONE && class_ < CLASS_B) {
		class_ = CLASS_B;
		snprintf(why, why_size, "the SQL does not parse");
	}
	talloc_free(script);
	return class_;
}
