/* postgres/outcome.c - what became of a step whose end nobody saw? */

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/identity.h"
#include "postgres/outcome_private.h"

/* Timestamps so that any DateStyle reads them back, to the microsecond. */
#define BACKEND_FACTS \
	"pg_backend_pid(), (SELECT to_json(backend_start) #>> '{}'" \
	" FROM pg_stat_activity WHERE pid = pg_backend_pid())," \
	" CASE WHEN NOT pg_is_in_recovery() THEN" \
	" pg_current_wal_flush_lsn() END"

static const char *const names[] = {
	[OUTCOME_DONE] = "done",
	[OUTCOME_NOT_DONE] = "not_done",
	[OUTCOME_STILL_RUNNING] = "still_running",
	[OUTCOME_UNKNOWN] = "unknown",
};

const char *
outcome_name(enum outcome o)
{
	return names[o];
}

/* ---- before and during the step --------------------------------------------- */

/* Tables of earlier versions have no room for the journal's head. */
static int
has_head(struct pg_session *s, bool *yes, struct error *err)
{
	char *count;

	if (pg_scalar(s, s, "SELECT count(*) FROM pg_attribute WHERE attrelid"
	    " = to_regclass('pgrunbook.outcome') AND attname = 'head'"
	    " AND NOT attisdropped", 0, NULL, &count, err) != 0)
		return -1;
	*yes = str_equal(count, "1");
	talloc_free(count);
	return 0;
}

/* Who may not is left without: the marker counts, the head is more. */
static int
add_head(struct pg_session *s, struct error *err)
{
	bool is_there;

	if (has_head(s, &is_there, err) != 0)
		return -1;
	if (is_there || pg_exec_script(s, "ALTER TABLE pgrunbook.outcome"
	    " ADD COLUMN IF NOT EXISTS seq bigint,"
	    " ADD COLUMN IF NOT EXISTS head text", err) == 0 ||
	    str_equal(err->sqlstate, "42501")) {
		error_clear(err);
		return 0;
	}
	return -1;
}

int
outcome_prepare(struct pg_session *s, struct error *err)
{
	bool old = pg_server_version(s) < 130000;
	char *found, *sql;
	int rc;

	/* Where it is there already no right to create is needed. */
	if (pg_scalar(s, s, "SELECT to_regclass('pgrunbook.outcome')", 0, NULL,
	    &found, err) != 0)
		return -1;
	if (found != NULL) {
		talloc_free(found);
		return add_head(s, err);
	}
	sql = mem_printf(s, "CREATE SCHEMA IF NOT EXISTS pgrunbook;"
	    "CREATE TABLE IF NOT EXISTS pgrunbook.outcome ("
	    " run text NOT NULL, step text NOT NULL,"
	    " attempt uuid PRIMARY KEY, xid %s NOT NULL DEFAULT %s(),"
	    " at timestamptz NOT NULL DEFAULT clock_timestamp(),"
	    " seq bigint, head text);"
	    "COMMENT ON TABLE pgrunbook.outcome IS"
	    " 'pgrunbook: a row per step that was committed'",
	    old ? "bigint" : "xid8",
	    old ? "txid_current" : "pg_current_xact_id");
	rc = pg_exec_script(s, sql, err);
	talloc_free(sql);
	return rc;
}

static void
take_facts(const void *owner, const struct pg_result *r, int first,
    struct outcome_attempt *a)
{
	a->pid = (int)pg_value_int(r, 0, first);
	a->backend_start = mem_strdup(owner, pg_value(r, 0, first + 1));
	a->flush_lsn = mem_strdup(owner, pg_value(r, 0, first + 2));
}

int
outcome_begin(const void *owner, struct pg_session *s,
    struct outcome_attempt *a, struct error *err)
{
	struct pg_result *r;

	if (pg_exec(s, s, "SELECT " BACKEND_FACTS, 0, NULL, &r, err) != 0)
		return -1;
	take_facts(owner, r, 0, a);
	talloc_free(r);
	return 0;
}

int
outcome_mark(const void *owner, struct pg_session *s,
    struct outcome_attempt *a, struct error *err)
{
	char *seq = mem_printf(owner, "%" PRId64, a->seq);
	const char *params[] = { a->run, a->step, a->attempt, seq, a->head };
	bool with_head = false;
	struct pg_result *r;

	if (a->head != NULL && has_head(s, &with_head, err) != 0)
		return -1;
	if (pg_exec(s, s, with_head ?
	    "INSERT INTO pgrunbook.outcome (run, step, attempt, seq, head)"
	    " VALUES ($1, $2, $3::uuid, $4::bigint, $5)"
	    " RETURNING xid, " BACKEND_FACTS :
	    "INSERT INTO pgrunbook.outcome (run, step, attempt)"
	    " VALUES ($1, $2, $3::uuid) RETURNING xid, " BACKEND_FACTS,
	    with_head ? 5 : 3, params, &r, err) != 0)
		return error_context(err, "could not leave a marker");
	a->xid = mem_strdup(owner, pg_value(r, 0, 0));
	take_facts(owner, r, 1, a);
	talloc_free(r);
	return 0;
}

int
outcome_anchor(struct pg_session *s, const char *run, int64_t seq,
    const char *head, struct error *err)
{
	char *number = mem_printf(s, "%" PRId64, seq), *uuid = uuid_new(s);
	const char *params[] = { run, uuid, number, head };
	bool with_head = false;
	int rc = has_head(s, &with_head, err);

	if (rc == 0 && with_head)
		rc = pg_exec(s, s, "INSERT INTO pgrunbook.outcome (run, step,"
		    " attempt, seq, head) SELECT $1, '', $2::uuid, $3::bigint,"
		    " $4 WHERE EXISTS (SELECT FROM pgrunbook.outcome"
		    " WHERE run = $1)", 4, params, NULL, err);
	talloc_free(number);
	talloc_free(uuid);
	return rc == 0 ? 0 : error_context(err,
	    "could not leave the journal's head in the database");
}

json_t *
outcome_anchors(struct pg_session *s, const char *run, struct error *err)
{
	const char *params[] = { run };
	json_t *list = memory_check(json_array());
	bool with_head = false;
	struct pg_result *r;
	int i;

	if (has_head(s, &with_head, err) != 0)
		goto failed;
	if (!with_head)
		return list;
	if (pg_exec(s, s, "SELECT step, attempt, seq, head FROM"
	    " pgrunbook.outcome WHERE run = $1 ORDER BY at", 1, params, &r,
	    err) != 0)
		goto failed;
	for (i = 0; i < r->rows; i++)
		json_array_append_new(list, memory_check(json_pack(
		    "{s:s, s:s, s:I, s:s*}", "step", pg_value(r, i, 0),
		    "attempt", pg_value(r, i, 1), "seq",
		    (json_int_t)pg_value_int(r, i, 2), "head",
		    pg_value(r, i, 3))));
	talloc_free(r);
	return list;
failed:
	json_decref(list);
	return NULL;
}

static const struct {
	const char	*key;
	size_t		 offset;
} fields[] = {
	{ "run", offsetof(struct outcome_attempt, run) },
	{ "step", offsetof(struct outcome_attempt, step) },
	{ "attempt", offsetof(struct outcome_attempt, attempt) },
	{ "xid", offsetof(struct outcome_attempt, xid) },
	{ "backend_start", offsetof(struct outcome_attempt, backend_start) },
	{ "flush_lsn", offsetof(struct outcome_attempt, flush_lsn) },
};

json_t *
outcome_attempt_json(const struct outcome_attempt *a)
{
	json_t *o = memory_check(json_object());
	size_t i;

	for (i = 0; i < COUNT_OF(fields); i++) {
		const char *value;

		memcpy(&value, (const char *)a + fields[i].offset,
		    sizeof(value));
		if (value != NULL)
			json_object_set_new(o, fields[i].key,
			    json_text(value, strlen(value)));
	}
	json_object_set_new(o, "pid", json_integer(a->pid));
	return o;
}

void
outcome_attempt_load(const void *owner, const json_t *json,
    struct outcome_attempt *a)
{
	size_t i;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < COUNT_OF(fields); i++) {
		const char *value = mem_strdup(owner, json_str(json,
		    fields[i].key));

		memcpy((char *)a + fields[i].offset, &value, sizeof(value));
	}
	a->pid = (int)json_int(json, "pid", 0);
}

/* ---- after it ----------------------------------------------------------------- */

int
conclude(struct asking *q, enum outcome o, const char *fmt, ...)
{
	char reason[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	q->answer->outcome = o;
	q->answer->reason = mem_strdup(q->owner, reason);
	return 0;
}

/* A server that says no is an answer of its kind; one that is gone is not. */
static int
conclude_refused(struct asking *q, struct error *err)
{
	if (err->code != ERR_SQL)
		return -1;
	return conclude(q, OUTCOME_UNKNOWN, "the server refused to say: %s",
	    err->primary);
}

static bool
is_known(const char *text)
{
	return text != NULL && *text != '\0';
}

/* Is it the cluster of before, and has it not gone back in time? */
static int
look_at_server(struct asking *q, bool *settled, struct error *err)
{
	struct pg_identity *now = pg_identity_read(q->owner, q->session, err);
	const char *system = json_str_or(q->pinned, "system_identifier", "");
	const char *database = json_str_or(q->pinned, "database", "");
	const char *timeline = json_str_or(q->pinned, "timeline", "");
	const char *params[] = { q->attempt->flush_lsn };
	char *ahead = NULL;

	if (now == NULL)
		return -1;
	if ((is_known(system) && is_known(now->system_identifier) &&
	    !str_equal(system, now->system_identifier)) ||
	    (is_known(database) && !str_equal(database, now->database))) {
		*settled = true;
		return conclude(q, OUTCOME_UNKNOWN,
		    "this is not the database that the step ran in");
	}
	if (now->in_recovery)
		q->moved_why = mem_strdup(q->owner, "the server is a replica");
	else if (is_known(timeline) && !str_equal(timeline, now->timeline))
		q->moved_why = mem_printf(q->owner, "the server has failed "
		    "over (timeline %s, was %s)", now->timeline, timeline);
	else if (is_known(q->attempt->flush_lsn)) {
		if (pg_scalar(q->owner, q->session, "SELECT"
		    " pg_current_wal_flush_lsn() >= $1::pg_lsn", 1, params,
		    &ahead, err) != 0)
			return -1;
		if (!str_equal(ahead, "t"))
			q->moved_why = mem_strdup(q->owner,
			    "the server has gone back in time");
	}
	q->moved_on = q->moved_why != NULL;
	return 0;
}

/* The backend that ran it, if it is not through with it. */
static int
look_at_backend(struct asking *q, bool *settled, struct error *err)
{
	char *pid = mem_printf(q->owner, "%d", q->attempt->pid);
	const char *params[] = { pid, q->attempt->backend_start };
	struct pg_result *r;

	if (q->attempt->pid <= 0)
		return 0;
	/* One that is idle has answered, to nobody. */
	if (pg_exec(q->owner, q->session, "SELECT state,"
	    " wait_event_type || ': ' || wait_event FROM pg_stat_activity"
	    " WHERE pid = $1::int AND pid <> pg_backend_pid()"
	    " AND state IS DISTINCT FROM 'idle' AND (nullif($2, '') IS NULL"
	    " OR backend_start IS NULL"		/* not shown to this role */
	    " OR backend_start = nullif($2, '')::timestamptz)", 2, params, &r,
	    err) != 0)
		return -1;
	if (r->rows == 0)
		return 0;
	*settled = true;
	q->answer->pid = q->attempt->pid;
	return conclude(q, OUTCOME_STILL_RUNNING,
	    "process %d is still at it on the server (%s%s%s)",
	    q->attempt->pid, pg_value(r, 0, 0) == NULL ? "state not shown" :
	    pg_value(r, 0, 0), pg_value(r, 0, 1) == NULL ? "" : ", ",
	    pg_value(r, 0, 1) == NULL ? "" : pg_value(r, 0, 1));
}

int
outcome_preliminaries(struct asking *q, bool *settled, struct error *err)
{
	*settled = false;
	if (look_at_server(q, settled, err) != 0)
		return -1;
	if (*settled)
		return 0;
	return look_at_backend(q, settled, err);
}

/* "in progress", "committed", "aborted"; "" where it cannot be told. */
static int
transaction_status(struct asking *q, char **status, struct error *err)
{
	const char *params[] = { q->attempt->xid };
	bool old = pg_server_version(q->session) < 130000;

	*status = NULL;
	if (!is_known(q->attempt->xid))
		return 0;
	if (pg_scalar(q->owner, q->session, old ?
	    "SELECT txid_status($1::bigint)" :
	    "SELECT pg_xact_status($1::xid8)", 1, params, status, err) == 0)
		return 0;
	/* An id that the server has not come to (again) yet. */
	return err->code == ERR_SQL ? 0 : -1;
}

static int
prepared_as(struct asking *q, char **gid, struct error *err)
{
	const char *params[] = { q->attempt->xid };
	struct pg_result *r;

	*gid = NULL;
	if (!is_known(q->attempt->xid))
		return 0;
	if (pg_exec(q->owner, q->session, "SELECT gid FROM pg_prepared_xacts"
	    " WHERE transaction::text = ($1::numeric % 4294967296)::text", 1,
	    params, &r, err) != 0)
		return -1;
	*gid = mem_strdup(q->owner, pg_value(r, 0, 0));
	return 0;
}

/*
 * No row, and the backend has gone.  The transaction's status is a hint: it
 * must fit, or something is not as it seems.
 */
static int
conclude_without_marker(struct asking *q, const char *postmaster_start,
    struct error *err)
{
	char *status, *gid;

	if (q->moved_on)
		return conclude(q, OUTCOME_UNKNOWN,
		    "no marker row is there, but %s", q->moved_why);
	if (prepared_as(q, &gid, err) != 0 ||
	    transaction_status(q, &status, err) != 0)
		return -1;
	if (gid != NULL) {
		q->answer->cure = mem_printf(q->owner, "ROLLBACK PREPARED %s",
		    pg_quote_literal(q->owner, gid));
		return conclude(q, OUTCOME_UNKNOWN,
		    "it waits as prepared transaction \"%s\"", gid);
	}
	if (str_equal(status, "in progress"))
		return conclude(q, OUTCOME_STILL_RUNNING,
		    "transaction %s is still in progress on the server",
		    q->attempt->xid);
	if (str_equal(status, "committed") && str_equal(postmaster_start,
	    json_str(q->pinned, "postmaster_start")))
		return conclude(q, OUTCOME_UNKNOWN, "transaction %s was "
		    "committed, but its marker row is gone", q->attempt->xid);
	if (q->attempt->pid <= 0 && !is_known(q->attempt->xid))
		return conclude(q, OUTCOME_UNKNOWN, "no marker row is there, "
		    "and which process ran it is not known");
	return conclude(q, OUTCOME_NOT_DONE, "no marker row is there, and the "
	    "process that ran it has gone");
}

static int
look_for_marker(struct asking *q, struct error *err)
{
	const char *params[] = { q->attempt->attempt };
	struct pg_result *r;
	char *table, *started;

	/* After the backend was seen to be gone: what it committed shows. */
	if (pg_scalar(q->owner, q->session, "SELECT"
	    " to_regclass('pgrunbook.outcome')", 0, NULL, &table, err) != 0)
		return -1;
	if (table == NULL)
		return conclude(q, OUTCOME_UNKNOWN,
		    "table pgrunbook.outcome is gone");
	if (pg_exec(q->owner, q->session, "SELECT at FROM pgrunbook.outcome"
	    " WHERE attempt = $1::uuid", 1, params, &r, err) != 0)
		return -1;
	if (r->rows > 0)
		return conclude(q, OUTCOME_DONE,
		    "its marker row is there, written %s", pg_value(r, 0, 0));
	if (pg_scalar(q->owner, q->session, "SELECT pg_postmaster_start_time()",
	    0, NULL, &started, err) != 0)
		return -1;
	return conclude_without_marker(q, started, err);
}

int
outcome_ask(const void *owner, struct pg_session *s, const json_t *pinned,
    const struct outcome_attempt *a, struct outcome_answer *answer,
    struct error *err)
{
	struct asking q = { owner, s, pinned, a, answer, false, NULL };
	bool settled = false;
	int rc;

	memset(answer, 0, sizeof(*answer));
	answer->outcome = OUTCOME_UNKNOWN;
	answer->query = mem_printf(owner, "SELECT (SELECT count(*) FROM"
	    " pgrunbook.outcome WHERE attempt = %s) AS done, (SELECT count(*)"
	    " FROM pg_stat_activity WHERE pid = %d AND state <> 'idle') AS"
	    " still_running", pg_quote_literal(owner, is_known(a->attempt) ?
	    a->attempt : ""), a->pid);
	rc = outcome_preliminaries(&q, &settled, err);
	if (rc == 0 && !settled)
		rc = look_for_marker(&q, err);
	return rc == 0 ? 0 : conclude_refused(&q, err);
}

int
outcome_probe(const void *owner, struct pg_session *s, const json_t *pinned,
    const struct outcome_attempt *a, const char *sql,
    struct outcome_answer *answer, struct error *err)
{
	struct asking q = { owner, s, pinned, a, answer, false, NULL };
	bool settled = false;
	int rc;

	memset(answer, 0, sizeof(*answer));
	answer->outcome = OUTCOME_UNKNOWN;
	answer->query = mem_printf(owner, "SELECT pid, state, query FROM"
	    " pg_stat_activity WHERE pid = %d", a->pid);
	rc = outcome_preliminaries(&q, &settled, err);
	if (rc == 0 && !settled && q.moved_on)
		return conclude(&q, OUTCOME_UNKNOWN, "%s", q.moved_why);
	if (rc == 0 && !settled)
		rc = probe_statement(&q, sql, err);
	return rc == 0 ? 0 : conclude_refused(&q, err);
}
