/*
 * steps/watch.c - who stands in an attempt's way, told as it changes, and
 * giving way where too many queue behind it; and how far the server has come.
 *
 * A waiting request for a strong lock makes all later ones wait, readers too:
 * what waits behind us waits because of us.
 */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/locks.h"
#include "postgres/progress.h"
#include "steps/private.h"

static void
give_way(struct attempt *a, const struct pg_lock_report *report)
{
	struct attempt_private *p = a->private_;

	p->gave_way_to = report->queued_count;
	p->gave_way_at = mem_strdup(a, report->relation);
	a->is_cancelled = true;
}

static void
tell_locks(void *arg, const struct pg_lock_report *report)
{
	struct opened_session *o = arg;
	struct attempt *a = o->attempt;

	json_t *told = pg_lock_report_json(report);

	/* What comes of itself, for the screen to say. */
	if (o->gives_way && a->queue_limit > 0)
		json_object_set_new(told, "queue_limit",
		    json_integer(a->queue_limit));
	if (o->gives_way && a->lock_timeout_ms > 0)
		json_object_set_new(told, "lock_timeout_ms",
		    json_integer(a->lock_timeout_ms));
	run_live(a->host->run, EVENT_LOCKS, json_pack("{s:s, s:o}", "step",
	    a->id, "report", told));
	if (o->gives_way && report->waiting && !a->is_cancelled &&
	    a->queue_limit > 0 &&
	    report->queued_count > (size_t)a->queue_limit)
		give_way(a, report);
}

void
watch_tell_why(const struct attempt *a, struct error *err)
{
	const struct attempt_private *p = a->private_;

	if (p->gave_way_to == 0)
		return;
	error_set(err, ERR_SQL, "gave way: %zu sessions queued behind its wait "
	    "for %s", p->gave_way_to, *p->gave_way_at != '\0' ?
	    p->gave_way_at : "a lock");
	error_detail(err, "The limit is %lld (\"queue_limit\"). The statement "
	    "was cancelled, and its transaction rolled back.",
	    (long long)a->queue_limit);
	error_hint(err, "see who was in the way (L), and end that session, or "
	    "try again when there is less to do");
	/* To the rule that tries again it is the same as a lock timeout. */
	snprintf(err->sqlstate, sizeof(err->sqlstate), "55P03");
}

/*
 * The phase says what it is about, and the figures are of that phase: all of
 * it together nobody can tell.
 */
static void
tell_progress(void *arg, const struct pg_progress *list, size_t count)
{
	struct opened_session *o = arg;
	char *text;

	if (count == 0)
		return;
	text = mem_printf(NULL, "%s%s%s: %s", list[0].command,
	    list[0].relation[0] != '\0' ? " on " : "", list[0].relation,
	    list[0].phase);
	attempt_progress(o->attempt, list[0].done, list[0].total,
	    list[0].unit, text);
	talloc_free(text);
}

void
attempt_watch(struct attempt *a, struct pg_session *s, bool gives_way)
{
	struct opened_session *o = a->private_->sessions;
	struct error ignored;

	while (o != NULL && o->session != s)
		o = o->next;
	if (o == NULL)
		return;
	o->gives_way = gives_way;
	if (o->watcher != NULL)
		return;
	o->watcher = attempt_session_new(o, a, o->target, o->database, true,
	    &ignored);
	/* Its query is short and asked often: compiling it would take seconds. */
	if (o->watcher == NULL ||
	    pg_exec_script(o->watcher, "SET jit = off", &ignored) != 0)
		return;
	pg_lock_watch_start(o->watcher, o->watcher, a->host->loop,
	    pg_backend_pid(s), tell_locks, NULL, o);
	pg_progress_watch_start(o->watcher, o->watcher, a->host->loop,
	    pg_backend_pid(s), NULL, tell_progress, o);
}
