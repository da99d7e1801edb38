/*
 * steps/transaction.c - transactions that prove themselves, and what became
 * of those that were left alone.
 */

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/outcome.h"
#include "steps/private.h"
#include "steps/statements.h"

static const char *
run_id(const struct attempt *a)
{
	const char *id = a->host->run->state->run;

	return id != NULL ? id : "";
}

/* Write the marker row and journal it. */
static int
mark(struct transaction *t, struct error *err)
{
	struct attempt *a = t->attempt;
	struct outcome_attempt m = { 0 };

	m.run = run_id(a);
	m.step = a->id;
	m.attempt = t->uuid;
	m.head = a->host->run->state->head;
	m.seq = a->host->run->state->last_seq;
	if (outcome_mark(t, t->session, &m, err) < 0)
		return -1;
	t->xid = m.xid;
	return attempt_event(a, EVENT_MARKED, json_pack("{s:s, s:s, s:o}",
	    "uuid", t->uuid, "xid", m.xid, "backend",
	    outcome_attempt_json(&m)), err);
}

/* false in *has_marker: the role may not, and the step goes without. */
static int
prepare_marker(struct attempt *a, struct pg_session *s, bool *has_marker,
    struct error *err)
{
	*has_marker = true;
	if (outcome_prepare(s, err) == 0)
		return 0;
	if (!str_equal(err->sqlstate, "42501"))
		return -1;
	*has_marker = false;
	return attempt_printf(a, err, "the role may not create the schema "
	    "pgrunbook: this step leaves no marker behind\n");
}

/* Asked for within it, they are of it, whatever stands between. */
static int
settings_hold(struct transaction *t, struct error *err)
{
	const struct attempt *a = t->attempt;
	const struct pg_setting asked[] = {
		{ "synchronous_commit", "on" },
		{ "lock_timeout", mem_printf(t, "%" PRId64,
		    a->lock_timeout_ms) },
		{ "statement_timeout", mem_printf(t, "%" PRId64,
		    a->statement_timeout_ms) },
	};

	return session_settings_hold(t->attempt, t->session, asked,
	    COUNT_OF(asked), err);
}

struct transaction *
transaction_begin(const void *owner, struct attempt *a, struct pg_session *s,
    bool read_only, struct error *err)
{
	struct transaction *t = NEW(owner, struct transaction);
	bool has_marker = false;
	char *uuid = uuid_new(t), *sql;

	t->attempt = a;
	t->session = s;
	t->locks = buffer_new(t);
	t->xid = "";
	t->is_read_only = read_only;
	a->is_committed = a->is_committed && read_only;
	snprintf(t->uuid, sizeof(t->uuid), "%s", uuid);
	if (!read_only && prepare_marker(a, s, &has_marker, err) < 0)
		goto failed;
	sql = mem_printf(t, "BEGIN%s; SET LOCAL synchronous_commit = on;"
	    " SET LOCAL lock_timeout = %lld;"
	    " SET LOCAL statement_timeout = %lld",
	    read_only ? " READ ONLY" : "", (long long)a->lock_timeout_ms,
	    (long long)a->statement_timeout_ms);
	if (pg_exec_script(s, sql, err) < 0)
		goto failed;
	t->is_open = true;
	if (settings_hold(t, err) < 0 || (has_marker && mark(t, err) < 0)) {
		transaction_rollback(t);
		goto failed;
	}
	return t;
failed:
	talloc_free(t);
	return NULL;
}

/*
 * The step's own text may have said otherwise: an acknowledged COMMIT that a
 * crash of the server takes back would make the journal lie.
 */
static int
make_durable(struct transaction *t, struct error *err)
{
	if (pg_transaction_status(t->session) != PQTRANS_INTRANS)
		return 0;
	return pg_exec_script(t->session, "SET LOCAL synchronous_commit = on",
	    err);
}

int
transaction_commit(struct transaction *t, struct error *err)
{
	struct pg_result *r;

	/* Last moment at which a cancel still leaves nothing behind. */
	if (attempt_check(t->attempt, err) < 0) {
		transaction_rollback(t);
		return -1;
	}
	if (!t->is_read_only && (output_sync(t->attempt, err) < 0 ||
	    make_durable(t, err) < 0 || attempt_event(t->attempt, EVENT_ABOUT_TO_COMMIT,
	    json_pack("{s:s}", "xid", t->xid), err) < 0)) {
		transaction_rollback(t);
		return -1;
	}
	t->is_open = false;
	if (pg_exec(t, t->session, "COMMIT", 0, NULL, &r, err) < 0)
		return error_context(err, "COMMIT");
	/* COMMIT of a failed transaction succeeds, and says ROLLBACK. */
	if (!str_equal(r->tag, "COMMIT"))
		return error_set(err, ERR_SQL,
		    "the server rolled the transaction back (%s)", r->tag);
	t->attempt->is_committed = t->attempt->is_committed ||
	    !t->is_read_only;
	return 0;
}

void
transaction_rollback(struct transaction *t)
{
	struct error ignored;

	if (!t->is_open)
		return;
	t->is_open = false;
	/* A session that does not obey any more ends, and its transaction. */
	if (t->attempt->is_cancelled || !pg_alive(t->session) ||
	    pg_exec_script(t->session, "ROLLBACK", &ignored) < 0)
		attempt_close(t->attempt, t->session);
}

int
statements_mark_backend(struct attempt *a, struct pg_session *s,
    const char *uuid, struct error *err)
{
	struct outcome_attempt m = { 0 };
	void *owner = talloc_new(NULL);
	int rc;

	m.run = run_id(a);
	m.step = a->id;
	m.attempt = uuid;
	rc = outcome_begin(owner, s, &m, err);
	if (rc == 0)
		rc = attempt_event(a, EVENT_MARKED, json_pack(
		    "{s:s, s:s, s:o}", "uuid", uuid, "xid", "", "backend",
		    outcome_attempt_json(&m)), err);
	talloc_free(owner);
	return rc;
}

/* ---- after a crash -------------------------------------------------------- */

static int
ask_server(struct attempt *a, const char *database,
    const struct attempt_state *was, const char *statement,
    enum outcome *outcome, char proof[256], char query[512],
    struct error *err)
{
	struct outcome_answer answer = { 0 };
	struct outcome_attempt m = { 0 };
	void *owner = talloc_new(NULL);
	struct pg_session *s;
	json_t *pinned = json_copy((json_t *)(uintptr_t)
	    attempt_pinned(a, NULL));
	int rc = -1;

	if (pinned != NULL && database != NULL)
		json_object_set_new(pinned, "database", json_string(database));
	outcome_attempt_load(owner, was->marker_backend, &m);
	m.run = run_id(a);
	m.step = a->id;
	m.attempt = was->marker_uuid;
	m.xid = was->marker_xid;
	s = attempt_session(a, NULL, database, err);
	if (s != NULL)
		rc = statement == NULL ?
		    outcome_ask(owner, s, pinned, &m, &answer, err) :
		    outcome_probe(owner, s, pinned, &m, statement, &answer,
		    err);
	json_decref(pinned);
	if (rc == 0) {
		a->cure_found = mem_strdup(a, answer.cure);
		*outcome = answer.outcome;
		snprintf(proof, 256, "%s%s%s", answer.reason,
		    answer.cure != NULL ? "; before it is tried again: " : "",
		    answer.cure != NULL ? answer.cure : "");
		snprintf(query, 512, "%s",
		    answer.query != NULL ? answer.query : "");
	}
	talloc_free(owner);
	return rc;
}

static size_t
count_statements(const char *sql)
{
	struct sql_script *script = sql == NULL ? NULL : sql_parse(NULL, sql);
	size_t count = script == NULL ? 0 : script->count;

	talloc_free(script);
	return count;
}

/*
 * What it began with: as shown, or, of what goes without saying, by its first
 * statement.
 */
static const char *
cure_of(const struct attempt *a, const struct attempt_state *was,
    size_t *count, size_t *all)
{
	const struct step_state *step = state_step(a->host->run->state, a->id);
	const char *cure = json_str(was->shown, "cure");
	size_t i;

	*all = json_array_size(json_object_get(was->shown, "statements"));
	*count = count_statements(cure);
	for (i = 0; cure == NULL && step != NULL && was->statement_count > 0 &&
	    i < step->attempt_count; i++) {
		cure = step->attempts[i].number < was->number ?
		    step->attempts[i].cure : NULL;
		if (!statements_own_leftover(cure) || !str_starts(cure,
		    was->statements[0].text))
			cure = NULL;
		*count = count_statements(cure);
		*all += *count;
	}
	return cure;
}

static int
settle_alone(struct attempt *a, const char *database,
    const struct attempt_state *was, enum outcome *outcome, char proof[256],
    char query[512], struct error *err)
{
	/* More where it began with a cure, which may be repeated. */
	size_t before, all, n = was->statement_count;
	const char *cure = cure_of(a, was, &before, &all);
	const struct statement_state *last = n == 0 ? NULL :
	    &was->statements[n - 1];

	if (last == NULL) {
		*outcome = OUTCOME_NOT_DONE;
		snprintf(proof, 256, "no statement had been sent");
		return 0;
	}
	/* Where there is nothing but the cure, that is what is asked for. */
	if (before > 0 && n <= before && all > before) {
		a->cure_found = mem_strdup(a, cure);
		*outcome = OUTCOME_NOT_DONE;
		snprintf(proof, 256, "it was still about what the attempt "
		    "before had left; before it is tried again: %.120s", cure);
		return 0;
	}
	if ((last->ms < 0 || last->error != NULL) && n == all &&
	    all == (all > before ? before + 1 : before))
		return ask_server(a, database, was, last->text, outcome, proof,
		    query, err);
	if (last->ms >= 0 && last->error == NULL && n == all) {
		*outcome = OUTCOME_DONE;
		snprintf(proof, 256, "the server had answered all %zu statements",
		    n);
		return 0;
	}
	*outcome = OUTCOME_UNKNOWN;
	snprintf(proof, 256, "%zu of %zu statements had been sent, each outside"
	    " of a transaction; the last one%s", n, all,
	    last->ms < 0 ? " was not answered" : " was answered");
	snprintf(query, 512, "SELECT pid, state, query FROM pg_stat_activity"
	    " WHERE application_name = 'pgrunbook'");
	return 0;
}

int
statements_settle(struct attempt *a, const char *database,
    const struct attempt_state *was, bool in_transaction,
    enum outcome *outcome, char proof[256], char query[512],
    struct error *err)
{
	if (!in_transaction)
		return settle_alone(a, database, was, outcome, proof, query,
		    err);
	if (was->marker_uuid != NULL)
		return ask_server(a, database, was, NULL, outcome, proof,
		    query, err);
	if (!was->about_to_commit) {
		*outcome = OUTCOME_NOT_DONE;
		snprintf(proof, 256, "its COMMIT had not been sent, so the "
		    "server rolled it back");
		return 0;
	}
	*outcome = OUTCOME_UNKNOWN;
	snprintf(proof, 256, "COMMIT was about to be sent, and the step left"
	    " no marker");
	return 0;
}
