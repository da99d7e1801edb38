/*
 * steps/backfill.c - kind "backfill": a change of many rows, range by range.
 *
 * Each range of keys is a transaction of its own, with its marker row and its
 * record in the journal: killed anywhere, the next attempt goes on behind the
 * last range that is known to stand.  Between two ranges nothing is held, so
 * that it can wait there: for a person's pause, a replica, other sessions.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"
#include "steps/statements.h"

#define BATCH		1000
#define MAX_LAG_MS	10000
#define MAX_WAITING	5
#define LOOK_MS		1000	/* while it is held back */
#define TRIES		10	/* of one range, at lock trouble */
#define TRY_MS		200
#define TRY_MAX_MS	30000
#define COUNT_UP_TO	100000	/* rows that are counted, not estimated */

struct backfill_spec {
	const char	*sql, *table, *key, *database;
	int64_t		 batch, pause_ms, max_lag_ms, max_waiting;
};

static void
preset(void *spec)
{
	struct backfill_spec *b = spec;

	b->batch = BATCH;
	b->max_lag_ms = MAX_LAG_MS;
	b->max_waiting = MAX_WAITING;
}

/* ---- plan -------------------------------------------------------------------- */

static char *
render(const void *owner, struct attempt *a, struct error *err)
{
	const struct backfill_spec *spec = a->step->spec;

	return attempt_sql(owner, a, spec->sql, err);
}

static int
plan(struct attempt *a, struct error *err)
{
	const struct backfill_spec *spec = a->step->spec;
	char *sql = render(NULL, a, err), *pause, *lag;
	struct pg_session *s;
	struct plan *p;

	if (sql == NULL)
		return -1;
	p = plan_sql(a, sql);
	pause = duration_short(sql, spec->pause_ms);
	lag = duration_short(sql, spec->max_lag_ms);
	plan_line(p, "%s by %s, %" PRId64 " keys at a time, each time in a "
	    "transaction of its own ($1 is the first key, $2 the last)",
	    spec->table, spec->key, spec->batch);
	plan_line(p, "pauses %s between two; waits while a replica is more "
	    "than %s behind, or more than %" PRId64 " sessions wait for a lock",
	    pause, lag, spec->max_waiting);
	if (a->step->rollback == NULL)
		plan_undo(p, "what is committed stays, range by range");
	talloc_free(sql);
	if (p->class_ < CLASS_B || a->is_dry)
		return 0;
	s = attempt_session(a, NULL, a->database, err);
	return s == NULL ? -1 : plan_measure(p, s, err);
}

/* ---- where it stands ------------------------------------------------------------ */

/* A backfill that runs. */
struct filling {
	struct attempt	*attempt;
	struct pg_session *session;
	const char	*sql, *table, *key;	/* table, key: as SQL */
	char		*position;	/* all keys up to it are done; null: none */
	char		*end;		/* the last key there is; null: no rows */
	int64_t		 batches, keys, rows, total;
	int64_t		 begun_ms, begun_keys;
};

/* What attempts before this one have done, planned in this very way. */
static void
take_position(struct filling *f)
{
	struct attempt *a = f->attempt;
	const struct step_state *step = state_step(a->host->run->state, a->id);
	const struct attempt_state *now = step != NULL ?
	    step_last_attempt(step) : NULL;
	size_t i;

	for (i = 0; step != NULL && i < step->attempt_count; i++) {
		const struct attempt_state *was = &step->attempts[i];

		if (!str_equal(was->digest, now->digest) ||
		    was->position == NULL)
			continue;
		f->position = mem_strdup(f, was->position);
		f->batches += was->batches;
		f->keys += was->batch_keys;
		f->rows += was->batch_rows;
	}
}

/* The table and its key as SQL; a key may not be null, or rows are missed. */
static int
find_key(struct filling *f, struct error *err)
{
	const struct backfill_spec *spec = f->attempt->step->spec;
	char *table = attempt_expand(f, f->attempt, spec->table, err);
	const char *params[] = { table, spec->key };
	struct pg_result *r;

	if (table == NULL || pg_exec(f, f->session, "SELECT c.oid::regclass,"
	    " a.attnotnull, c.reltuples::int8 FROM pg_class c LEFT JOIN"
	    " pg_attribute a ON a.attrelid = c.oid AND a.attname = $2"
	    " AND a.attnum > 0 AND NOT a.attisdropped"
	    " WHERE c.oid = to_regclass($1)", 2, params, &r, err) < 0)
		return -1;
	if (r->rows == 0)
		return error_set(err, ERR_RUNBOOK,
		    "there is no table \"%s\"", table);
	if (pg_value(r, 0, 1) == NULL)
		return error_set(err, ERR_RUNBOOK,
		    "table \"%s\" has no column \"%s\"", table, spec->key);
	if (!str_equal(pg_value(r, 0, 1), "t")) {
		error_set(err, ERR_RUNBOOK, "key \"%s\" of table \"%s\" may "
		    "be null", spec->key, table);
		error_hint(err, "rows without a key would be left out; use a "
		    "column that is NOT NULL and has an index");
		return -1;
	}
	f->table = pg_value(r, 0, 0);
	f->key = pg_quote_identifier(f, spec->key);
	f->total = pg_value_int(r, 0, 2);
	return 0;
}

/* Up to where: what comes later is made as it should be. */
static int
find_end(struct filling *f, struct error *err)
{
	char *sql = mem_printf(f, "SELECT max(%s) FROM %s", f->key, f->table);

	if (pg_scalar(f, f->session, sql, 0, NULL, &f->end, err) < 0)
		return -1;
	if (f->total > COUNT_UP_TO)
		return 0;
	sql = mem_printf(f, "SELECT count(*) FROM (SELECT FROM %s LIMIT %d) x",
	    f->table, COUNT_UP_TO);
	{
		char *count;

		if (pg_scalar(f, f->session, sql, 0, NULL, &count, err) < 0)
			return -1;
		f->total = strtoll(count, NULL, 10);
	}
	return 0;
}

static struct filling *
begin(struct attempt *a, struct error *err)
{
	const struct backfill_spec *spec = a->step->spec;
	struct filling *f = NEW(NULL, struct filling);
	char *database = NULL;

	f->attempt = a;
	f->sql = render(f, a, err);
	if (f->sql == NULL || (spec->database != NULL && (database =
	    attempt_expand(f, a, spec->database, err)) == NULL))
		goto failed;
	f->session = attempt_session(a, NULL, database, err);
	if (f->session == NULL || find_key(f, err) < 0 ||
	    find_end(f, err) < 0)
		goto failed;
	take_position(f);
	f->begun_ms = clock_mono_ms();
	f->begun_keys = f->keys;
	return f;
failed:
	talloc_free(f);
	return NULL;
}

/* ---- holding back ----------------------------------------------------------------- */

/* Why it is to wait, in words; "": it is not. */
static int
ask_reason(struct filling *f, char reason[128], struct error *err)
{
	const struct backfill_spec *spec = f->attempt->step->spec;
	struct pg_result *r;
	char *behind;

	reason[0] = '\0';
	if (f->attempt->host->run->state->is_paused) {
		snprintf(reason, 128, "paused by a person");
		return 0;
	}
	if (pg_exec(f, f->session, "SELECT (SELECT coalesce(max(extract(epoch"
	    " FROM replay_lag)), 0) * 1000 FROM pg_stat_replication)::int8,"
	    " (SELECT count(*) FROM pg_stat_activity WHERE datname ="
	    " current_database() AND wait_event_type = 'Lock')", 0, NULL, &r,
	    err) < 0)
		return -1;
	behind = duration_short(r, pg_value_int(r, 0, 0));
	if (pg_value_int(r, 0, 0) > spec->max_lag_ms)
		snprintf(reason, 128, "a replica is %s behind", behind);
	else if (pg_value_int(r, 0, 1) > spec->max_waiting)
		snprintf(reason, 128, "%" PRId64 " sessions wait for a lock",
		    pg_value_int(r, 0, 1));
	talloc_free(r);
	return 0;
}

static int
hold_back(struct filling *f, struct error *err)
{
	struct attempt *a = f->attempt;
	char reason[128];

	for (;;) {
		if (attempt_check(a, err) < 0 ||
		    ask_reason(f, reason, err) < 0)
			return -1;
		if (reason[0] == '\0')
			return 0;
		attempt_status(a, "holds back after %" PRId64 " ranges: %s",
		    f->batches, reason);
		loop_sleep(a->host->loop, LOOK_MS, &a->is_cancelled);
	}
}

/*
 * Lag is told to those who may see it alone, and of replicas that are
 * connected: who relies on being held back for them has to know.
 */
static int
tell_blindness(struct filling *f, struct error *err)
{
	char *hidden;

	if (pg_scalar(f, f->session, "SELECT count(*) FROM pg_stat_replication"
	    " WHERE state IS NULL", 0, NULL, &hidden, err) < 0)
		return -1;
	return str_equal(hidden, "0") ? 0 : attempt_printf(f->attempt, err,
	    "warning: the role may not see how far %s replicas are behind, and"
	    " does not hold back for them (GRANT pg_monitor)\n", hidden);
}

/* ---- one range ------------------------------------------------------------------------ */

struct range {
	char	*from, *to;
	int64_t	 keys;		/* 0: nothing is left */
};

static int
next_range(const void *owner, struct filling *f, struct range *range,
    struct error *err)
{
	const struct backfill_spec *spec = f->attempt->step->spec;
	const char *params[] = { f->end, f->position };
	char *sql = mem_printf(owner, "SELECT min(k), max(k), count(*) FROM"
	    " (SELECT %s AS k FROM %s WHERE %s <= $1 %s%s%s ORDER BY %s"
	    " LIMIT %" PRId64 ") x", f->key, f->table, f->key,
	    f->position != NULL ? "AND " : "",
	    f->position != NULL ? f->key : "",
	    f->position != NULL ? " > $2" : "", f->key, spec->batch);
	struct pg_result *r;

	if (f->end == NULL) {
		range->keys = 0;
		return 0;
	}
	if (pg_exec(owner, f->session, sql, f->position != NULL ? 2 : 1,
	    params, &r, err) < 0)
		return -1;
	range->keys = pg_value_int(r, 0, 2);
	range->from = mem_strdup(owner, pg_value(r, 0, 0));
	range->to = mem_strdup(owner, pg_value(r, 0, 1));
	return 0;
}

static bool
is_lock_trouble(const struct error *err)
{
	return err->code == ERR_SQL && (str_equal(err->sqlstate, "55P03") ||
	    str_equal(err->sqlstate, "40P01") ||
	    str_equal(err->sqlstate, "40001"));
}

/* The range, its marker and nothing else, in one transaction. */
static int
fill_once(struct filling *f, const struct range *range, int64_t *rows,
    struct error *err)
{
	const char *params[] = { range->from, range->to };
	struct transaction *t;
	struct pg_result *r;
	const char *space;
	int rc;

	t = transaction_begin(NULL, f->attempt, f->session, false, err);
	if (t == NULL)
		return -1;
	rc = pg_exec(t, f->session, f->sql, 2, params, &r, err);
	if (rc == 0) {
		space = strrchr(r->tag, ' ');
		*rows = space != NULL ? strtoll(space + 1, NULL, 10) : 0;
		rc = transaction_commit(t, err);
	} else {
		transaction_rollback(t);
	}
	talloc_free(t);
	return rc;
}

/* Lock trouble is waited out, outside of the transaction. */
static int
fill_range(struct filling *f, const struct range *range, int64_t *rows,
    struct error *err)
{
	int64_t delay = TRY_MS;
	int tries;

	for (tries = 1; fill_once(f, range, rows, err) < 0; tries++) {
		if (!is_lock_trouble(err) || tries == TRIES)
			return -1;
		attempt_status(f->attempt, "tries the range again in %.1f s "
		    "(%d of %d): %s", (double)delay / 1000, tries, TRIES,
		    err->primary);
		loop_sleep(f->attempt->host->loop, delay,
		    &f->attempt->is_cancelled);
		if (attempt_check(f->attempt, err) < 0)
			return -1;
		delay = delay * 2 < TRY_MAX_MS ? delay * 2 : TRY_MAX_MS;
	}
	return 0;
}

static void
tell(struct filling *f)
{
	int64_t ran = clock_mono_ms() - f->begun_ms;
	char text[64];

	snprintf(text, sizeof(text), "%" PRId64 " rows/s", ran > 0 ?
	    (f->keys - f->begun_keys) * 1000 / ran : 0);
	attempt_progress(f->attempt, f->keys, f->total > f->keys ? f->total :
	    f->keys, "rows", text);
}

/* 1: there is more; 0: that was all; -1. */
static int
step_on(struct filling *f, struct error *err)
{
	void *owner = talloc_new(f);
	struct range range = { 0 };
	int64_t rows = 0;
	int rc;

	rc = next_range(owner, f, &range, err);
	if (rc == 0 && range.keys > 0) {
		rc = attempt_event(f->attempt, EVENT_BATCH_STARTED, json_pack(
		    "{s:I, s:s, s:s}", "batch", (json_int_t)f->batches + 1,
		    "from", range.from, "to", range.to), err);
		if (rc == 0)
			rc = fill_range(f, &range, &rows, err);
		if (rc == 0)
			rc = attempt_event(f->attempt, EVENT_BATCH_FINISHED,
			    json_pack("{s:I, s:I, s:I}", "batch",
			    (json_int_t)f->batches + 1, "rows",
			    (json_int_t)rows, "keys",
			    (json_int_t)range.keys), err);
	}
	if (rc == 0 && range.keys > 0) {
		talloc_free(f->position);
		f->position = mem_strdup(f, range.to);
		f->batches++;
		f->keys += range.keys;
		f->rows += rows;
		rc = 1;
	}
	talloc_free(owner);
	return rc;
}

static int
run(struct attempt *a, struct error *err)
{
	const struct backfill_spec *spec = a->step->spec;
	struct filling *f = begin(a, err);
	int rc = f == NULL ? -1 : 1;

	if (f != NULL && f->position != NULL)
		rc = attempt_printf(a, err, "goes on behind %s\n",
		    f->position) < 0 ? -1 : 1;
	if (rc == 1 && tell_blindness(f, err) < 0)
		rc = -1;
	if (f != NULL)
		attempt_watch(a, f->session, false);
	while (rc == 1) {
		rc = hold_back(f, err) < 0 ? -1 : step_on(f, err);
		if (rc == 1)
			tell(f);
		if (rc == 1 && spec->pause_ms > 0)
			loop_sleep(a->host->loop, spec->pause_ms,
			    &a->is_cancelled);
	}
	if (rc == 0)
		rc = attempt_printf(a, err, "%" PRId64 " rows changed, %" PRId64
		    " keys in %" PRId64 " ranges\n", f->rows, f->keys,
		    f->batches);
	if (rc == 0)
		rc = attempt_register(a, json_pack("{s:I, s:I, s:I}", "rows",
		    (json_int_t)f->rows, "keys", (json_int_t)f->keys,
		    "batches", (json_int_t)f->batches), err);
	/* What is done is not done again: the next attempt goes on behind it. */
	if (rc < 0)
		a->is_committed = false;
	talloc_free(f);
	return rc;
}

/* ---- after a crash ------------------------------------------------------------------------ */

/* The range at hand: does it stand? */
static int
settle_range(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512],
    struct error *err)
{
	const struct backfill_spec *spec = a->step->spec;
	char *database = NULL;

	if (spec->database != NULL && (database = attempt_expand(a, a,
	    spec->database, err)) == NULL)
		return -1;
	return statements_settle(a, database, was, true, outcome, proof, query,
	    err);
}

static int
settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	if (was->batch_to != NULL) {
		if (settle_range(a, was, outcome, proof, query, err) < 0)
			return -1;
		if (*outcome == OUTCOME_STILL_RUNNING ||
		    *outcome == OUTCOME_UNKNOWN)
			return 0;
		/* How many rows it changed nobody saw. */
		if (*outcome == OUTCOME_DONE && attempt_event(a,
		    EVENT_BATCH_FINISHED, json_pack("{s:I, s:i, s:i}", "batch",
		    (json_int_t)was->batches + 1, "rows", 0, "keys", 0),
		    err) < 0)
			return -1;
	}
	*outcome = OUTCOME_NOT_DONE;
	snprintf(proof, 256, "%" PRId64 " ranges stand%s%.80s: the next attempt "
	    "goes on there", was->batches, was->position != NULL ?
	    ", up to key " : "", was->position != NULL ? was->position : "");
	query[0] = '\0';
	return 0;
}

/* ---- before anything runs -------------------------------------------------------------------- */

static void
check(const struct step *s, struct lint *l)
{
	const struct backfill_spec *spec = s->spec;
	struct lint_finding *f;
	struct sql_script *script;

	if (spec->sql == NULL)
		return;
	statements_lint(s, "sql", spec->sql, true, l);
	script = sql_parse(NULL, spec->sql);
	if (script->parse_error.code == ERR_NONE && script->count != 1)
		lint_error(l, spec_place(s, "sql"),
		    "a backfill has one statement, this one has %zu",
		    script->count);
	talloc_free(script);
	if (strstr(spec->sql, "$1") == NULL ||
	    strstr(spec->sql, "$2") == NULL) {
		f = lint_error(l, spec_place(s, "sql"),
		    "the statement names no range of keys");
		lint_hint(l, f, "write \"... AND %s BETWEEN $1 AND $2\"",
		    spec->key != NULL ? spec->key : "id");
	}
	if (s->verify.query == NULL) {
		f = lint_warning(l, spec_place(s, "backfill"),
		    "nothing verifies that the backfill is complete");
		lint_hint(l, f, "write a \"verify\" that counts the rows that "
		    "are left");
	}
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	const struct backfill_spec *spec = s->spec;

	return statements_class(spec->sql != NULL ? spec->sql : "", why,
	    why_size);
}

static const struct key keys[] = {
	{ "sql", KEY_TEXT, KEY_REQUIRED | KEY_SQL,
	  offsetof(struct backfill_spec, sql),
	  "the statement for one range of keys: $1 is the first, $2 the last, both in it",
	  NULL, 0, 0 },
	{ "table", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct backfill_spec, table),
	  "the table whose keys are walked", NULL, 0, 0 },
	{ "key", KEY_TEXT, KEY_REQUIRED, offsetof(struct backfill_spec, key),
	  "its column: NOT NULL, with an index", NULL, 0, 0 },
	{ "batch", KEY_INT, 0, offsetof(struct backfill_spec, batch),
	  "keys at a time (1000)", NULL, 1, 1000000 },
	{ "pause", KEY_DURATION, 0, offsetof(struct backfill_spec, pause_ms),
	  "between two ranges (none)", NULL, 0, 3600000 },
	{ "max_lag", KEY_DURATION, 0,
	  offsetof(struct backfill_spec, max_lag_ms),
	  "waits while a replica is further behind (10s)", NULL, 0, 86400000 },
	{ "max_waiting", KEY_INT, 0,
	  offsetof(struct backfill_spec, max_waiting),
	  "waits while more sessions than these wait for a lock (5)", NULL, 0,
	  100000 },
	KEY_DATABASE(backfill_spec),
	KEY_END
};

const struct step_kind kind_backfill = {
	{ "backfill", "changes many rows, range by range, each in its own transaction",
	  NULL, keys, sizeof(struct backfill_spec), preset, check, deserves },
	plan, run, settle
};
