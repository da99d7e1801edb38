/* postgres/locks.c - who is in the way of a backend, and who waits behind it. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/locks.h"
#include "postgres/poller.h"

#define PERIOD_MS	1000	/* while it waits */

/*
 * pg_blocking_pids() is asked once per backend that waits (it stops the lock
 * manager), and told as edges; the two recursions walk them from the watched
 * backend.  0 stands for a prepared transaction.
 *
 * %1$d: the watched pid; %2$s: since when a lock is waited for.
 */
static const char lock_query[] =
"WITH RECURSIVE edge AS MATERIALIZED ("
" SELECT DISTINCT a.pid, b.by FROM pg_stat_activity a,"
"  LATERAL unnest(pg_blocking_pids(a.pid)) AS b(by)"
"  WHERE a.wait_event_type = 'Lock'),"
" up(pid, depth) AS ("
"  SELECT by, 0 FROM edge WHERE pid = %1$d"
"  UNION SELECT e.by, up.depth + 1 FROM up JOIN edge e USING (pid)"
"   WHERE up.depth < 16 AND e.by <> %1$d),"
" down(pid, depth) AS ("
"  SELECT pid, 0 FROM edge WHERE by = %1$d"
"  UNION SELECT e.pid, down.depth + 1 FROM down JOIN edge e"
"   ON e.by = down.pid WHERE down.depth < 16 AND e.pid <> %1$d),"
" lock AS MATERIALIZED ("
"  SELECT *, ROW(locktype, database, relation, page, tuple, virtualxid,"
"   transactionid, classid, objid, objsubid)::text AS tag FROM pg_locks),"
" wanted AS (SELECT * FROM lock WHERE NOT granted),"
" party AS ("
"  SELECT 'self' AS part, %1$d AS pid, 0 AS depth"
"  UNION ALL SELECT 'blocker', pid, min(depth) FROM up GROUP BY pid"
"  UNION ALL SELECT 'queued', pid, min(depth) FROM down GROUP BY pid)"
" SELECT p.part, p.pid, p.depth, coalesce(a.usename, x.owner),"
"  a.application_name, a.client_addr, a.backend_start, a.state,"
"  (extract(epoch FROM clock_timestamp() - a.state_change) * 1000)::int8,"
"  (extract(epoch FROM clock_timestamp() - coalesce(a.xact_start,"
"   x.prepared)) * 1000)::int8,"
"  left(coalesce(a.query, x.gid), 1000),"
/* The lock that stands in the way, or the one that is waited for. */
"  coalesce(h.mode, w.mode),"
"  coalesce(h.relation, w.relation, t.relation)::regclass,"
"  x.gid IS NOT NULL, a.backend_type = 'autovacuum worker',"
"  w.pid IS NOT NULL,"
"  (extract(epoch FROM clock_timestamp() - %2$s) * 1000)::int8"
" FROM party p LEFT JOIN pg_stat_activity a ON a.pid = p.pid"
"  LEFT JOIN LATERAL (SELECT l.* FROM wanted l WHERE l.pid = p.pid LIMIT 1)"
"   w ON true"
"  LEFT JOIN LATERAL (SELECT l.relation FROM lock l WHERE l.pid = p.pid"
"   AND l.locktype = 'tuple' LIMIT 1) t ON true"
"  LEFT JOIN LATERAL (SELECT l.* FROM lock l, wanted s WHERE"
"   p.part = 'blocker' AND s.pid = %1$d AND l.granted AND l.tag = s.tag"
"   AND l.pid IS NOT DISTINCT FROM nullif(p.pid, 0)"
"   ORDER BY l.mode LIMIT 1) h ON true"
/* Every transaction that has an id holds a lock on it. */
"  LEFT JOIN pg_prepared_xacts x ON p.pid = 0 AND EXISTS (SELECT FROM lock l"
"   WHERE l.locktype = 'transactionid' AND l.granted AND l.pid IS NULL"
"   AND l.transactionid = x.transaction"
"   AND l.virtualtransaction = h.virtualtransaction)"
" ORDER BY p.part, p.depth, p.pid";

enum {
	COLUMN_PART, COLUMN_PID, COLUMN_DEPTH, COLUMN_USER,
	COLUMN_APPLICATION, COLUMN_ADDRESS, COLUMN_BACKEND_START,
	COLUMN_STATE, COLUMN_STATE_AGE, COLUMN_XACT_AGE, COLUMN_QUERY,
	COLUMN_MODE, COLUMN_RELATION, COLUMN_PREPARED, COLUMN_AUTOVACUUM,
	COLUMN_WAITING, COLUMN_WAITED
};

struct pg_lock_watch {
	int			 pid;
	struct pg_poller	*poller;
	json_t			*last;		/* without what only grows */
	void			(*on_report)(void *arg,
				    const struct pg_lock_report *report);
	void			(*on_error)(void *arg, const struct error *err);
	void			*arg;
};

static char *
lock_sql(const void *owner, const struct pg_session *s, int pid)
{
	/* pg_locks tells since when from 14 on; the statement's age is near. */
	return mem_printf(owner, lock_query, pid,
	    pg_server_version(s) >= 140000 ? "w.waitstart" :
	    "CASE WHEN w.pid IS NOT NULL THEN a.query_start END");
}

/* ---- reports ---------------------------------------------------------------- */

static char *
text_at(const void *owner, const struct pg_result *r, int row, int column)
{
	const char *value = pg_value(r, row, column);

	return mem_strdup(owner, value == NULL ? "" : value);
}

static int64_t
age_at(const struct pg_result *r, int row, int column)
{
	return pg_value(r, row, column) == NULL ? -1 :
	    pg_value_int(r, row, column);
}

static bool
flag_at(const struct pg_result *r, int row, int column)
{
	return str_equal(pg_value(r, row, column), "t");
}

static void
read_party(const void *owner, const struct pg_result *r, int row,
    struct pg_lock_party *p)
{
	p->pid = (int)pg_value_int(r, row, COLUMN_PID);
	p->depth = (int)pg_value_int(r, row, COLUMN_DEPTH);
	p->user = text_at(owner, r, row, COLUMN_USER);
	p->application = text_at(owner, r, row, COLUMN_APPLICATION);
	p->address = text_at(owner, r, row, COLUMN_ADDRESS);
	p->backend_start = text_at(owner, r, row, COLUMN_BACKEND_START);
	p->state = text_at(owner, r, row, COLUMN_STATE);
	p->state_age_ms = age_at(r, row, COLUMN_STATE_AGE);
	p->xact_age_ms = age_at(r, row, COLUMN_XACT_AGE);
	p->query = text_at(owner, r, row, COLUMN_QUERY);
	p->mode = text_at(owner, r, row, COLUMN_MODE);
	p->relation = text_at(owner, r, row, COLUMN_RELATION);
	p->is_prepared = flag_at(r, row, COLUMN_PREPARED) || p->pid == 0;
	p->is_autovacuum = flag_at(r, row, COLUMN_AUTOVACUUM);
}

static struct pg_lock_report *
read_report(const void *owner, const struct pg_result *r, int pid)
{
	struct pg_lock_report *report = NEW(owner, struct pg_lock_report);
	int row;

	report->pid = pid;
	report->mode = report->relation = mem_strdup(report, "");
	report->blockers = NEW_ARRAY(report, struct pg_lock_party, r->rows);
	report->queued = NEW_ARRAY(report, struct pg_lock_party, r->rows);
	for (row = 0; row < r->rows; row++) {
		const char *part = pg_value(r, row, COLUMN_PART);

		if (str_equal(part, "blocker")) {
			read_party(report, r, row,
			    &report->blockers[report->blocker_count++]);
		} else if (str_equal(part, "queued")) {
			read_party(report, r, row,
			    &report->queued[report->queued_count++]);
		} else if (flag_at(r, row, COLUMN_WAITING)) {
			report->waiting = true;
			report->mode = text_at(report, r, row, COLUMN_MODE);
			report->relation = text_at(report, r, row,
			    COLUMN_RELATION);
			report->waited_ms = pg_value_int(r, row,
			    COLUMN_WAITED);
		}
	}
	return report;
}

static void
put_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_text(text, strlen(text)));
}

static json_t *
parties_json(const struct pg_lock_party *list, size_t count, bool ages)
{
	json_t *array = memory_check(json_array());
	size_t i;

	for (i = 0; i < count; i++) {
		const struct pg_lock_party *p = &list[i];
		json_t *o = memory_check(json_object());

		json_object_set_new(o, "pid", json_integer(p->pid));
		json_object_set_new(o, "depth", json_integer(p->depth));
		put_text(o, "user", p->user);
		put_text(o, "application", p->application);
		put_text(o, "address", p->address);
		put_text(o, "backend_start", p->backend_start);
		put_text(o, "state", p->state);
		put_text(o, "query", p->query);
		put_text(o, "mode", p->mode);
		put_text(o, "relation", p->relation);
		json_object_set_new(o, "is_prepared",
		    json_boolean(p->is_prepared));
		json_object_set_new(o, "is_autovacuum",
		    json_boolean(p->is_autovacuum));
		if (ages) {
			json_object_set_new(o, "state_age_ms",
			    json_integer(p->state_age_ms));
			json_object_set_new(o, "xact_age_ms",
			    json_integer(p->xact_age_ms));
		}
		json_array_append_new(array, o);
	}
	return array;
}

static json_t *
report_json(const struct pg_lock_report *report, bool ages)
{
	json_t *o = memory_check(json_object());

	json_object_set_new(o, "pid", json_integer(report->pid));
	json_object_set_new(o, "waiting", json_boolean(report->waiting));
	put_text(o, "mode", report->mode);
	put_text(o, "relation", report->relation);
	if (ages)
		json_object_set_new(o, "waited_ms",
		    json_integer(report->waited_ms));
	json_object_set_new(o, "blockers", parties_json(report->blockers,
	    report->blocker_count, ages));
	json_object_set_new(o, "queued", parties_json(report->queued,
	    report->queued_count, ages));
	return o;
}

json_t *
pg_lock_report_json(const struct pg_lock_report *report)
{
	return report_json(report, true);
}

int
pg_lock_ask(const void *owner, struct pg_session *s, int pid,
    struct pg_lock_report **report, struct error *err)
{
	char *sql = lock_sql(s, s, pid);
	struct pg_result *r;
	int rc = pg_exec(s, s, sql, 0, NULL, &r, err);

	talloc_free(sql);
	if (rc != 0)
		return -1;
	*report = read_report(owner, r, pid);
	talloc_free(r);
	return 0;
}

/* ---- watching ----------------------------------------------------------------- */

static void
watch_answered(void *arg, const struct pg_result *r)
{
	struct pg_lock_watch *w = arg;
	struct pg_lock_report *report = read_report(NULL, r, w->pid);
	json_t *now = report_json(report, false);
	bool news = report->waiting || w->last == NULL ||
	    !json_equal(now, w->last);

	json_decref(w->last);
	w->last = now;
	pg_poller_pace(w->poller, report->waiting ||
	    report->queued_count > 0 ? PERIOD_MS : PG_LOCK_LOOK_MS);
	/* The watch may be freed in the call. */
	if (news)
		w->on_report(w->arg, report);
	talloc_free(report);
}

static void
watch_failed(void *arg, const struct error *err)
{
	struct pg_lock_watch *w = arg;

	if (w->on_error != NULL)
		w->on_error(w->arg, err);
}

static int
watch_destroy(struct pg_lock_watch *w)
{
	json_decref(w->last);
	return 0;
}

struct pg_lock_watch *
pg_lock_watch_start(const void *owner, struct pg_session *s, struct loop *l,
    int pid, void (*on_report)(void *arg, const struct pg_lock_report *report),
    void (*on_error)(void *arg, const struct error *err), void *arg)
{
	struct pg_lock_watch *w = NEW(owner, struct pg_lock_watch);
	char *sql = lock_sql(w, s, pid);

	w->pid = pid;
	w->on_report = on_report;
	w->on_error = on_error;
	w->arg = arg;
	w->poller = pg_poller_start(w, s, l, sql, PG_LOCK_LOOK_MS, watch_answered,
	    watch_failed, w);
	talloc_free(sql);
	talloc_set_destructor(w, watch_destroy);
	return w;
}

/* ---- ending others ------------------------------------------------------------- */

static int
signal_backend(struct pg_session *s, const char *function, int pid,
    const char *backend_start, struct error *err)
{
	char *sql = mem_printf(s, "SELECT %s(pid) FROM pg_stat_activity"
	    " WHERE pid = $1::int AND (nullif($2, '') IS NULL"
	    " OR backend_start = nullif($2, '')::timestamptz)", function);
	char *number = mem_printf(sql, "%d", pid);
	const char *params[] = { number, backend_start };
	struct pg_result *r = NULL;
	int rc = pg_exec(sql, s, sql, 2, params, &r, err);

	if (rc == 0 && r->rows == 0)
		rc = error_set(err, ERR_NOT_FOUND,
		    "process %d is gone, or is another by now", pid);
	else if (rc == 0 && !str_equal(pg_value(r, 0, 0), "t"))
		rc = error_set(err, ERR_NOT_FOUND,
		    "process %d could not be signalled", pid);
	talloc_free(sql);
	return rc;
}

int
pg_backend_cancel(struct pg_session *s, int pid, const char *backend_start,
    struct error *err)
{
	return signal_backend(s, "pg_cancel_backend", pid, backend_start, err);
}

int
pg_backend_terminate(struct pg_session *s, int pid, const char *backend_start,
    struct error *err)
{
	return signal_backend(s, "pg_terminate_backend", pid, backend_start,
	    err);
}
