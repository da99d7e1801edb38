/* postgres/progress.c - how far a long command has come. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/poller.h"
#include "postgres/progress.h"

#define PERIOD_MS	1000

/*
 * One row per view: since which server, and pid, datid, relid, command,
 * phase, done, total, unit out of it.
 */
static const struct {
	int		 since;
	const char	*query;
} views[] = {
	{ 140000,
	  "SELECT p.pid, datid, p.relid, command, 'copying' AS phase,"
	  " CASE WHEN bytes_total > 0 THEN bytes_processed"
	  "  ELSE tuples_processed END AS done,"
	  " CASE WHEN bytes_total > 0 THEN bytes_total"
	  "  WHEN command = 'COPY TO' THEN (SELECT greatest(reltuples, 0)::int8"
	  "   FROM pg_class c WHERE c.oid = p.relid) ELSE 0 END AS total,"
	  " CASE WHEN bytes_total > 0 THEN 'bytes' ELSE 'rows' END AS unit"
	  " FROM pg_stat_progress_copy p" },
	{ 120000,
	  "SELECT pid, datid, relid, command, phase,"
	  " CASE WHEN phase LIKE 'waiting%' THEN lockers_done"
	  "  WHEN tuples_total > 0 AND phase ~ 'sorting|loading'"
	  "   THEN tuples_done ELSE blocks_done END,"
	  " CASE WHEN phase LIKE 'waiting%' THEN lockers_total"
	  "  WHEN tuples_total > 0 AND phase ~ 'sorting|loading'"
	  "   THEN tuples_total ELSE blocks_total END,"
	  " CASE WHEN phase LIKE 'waiting%' THEN 'lockers'"
	  "  WHEN tuples_total > 0 AND phase ~ 'sorting|loading'"
	  "   THEN 'rows' ELSE 'blocks' END"
	  " FROM pg_stat_progress_create_index" },
	{ 90600,
	  "SELECT pid, datid, relid, 'VACUUM', phase,"
	  " CASE WHEN phase = 'vacuuming heap' THEN heap_blks_vacuumed"
	  "  ELSE heap_blks_scanned END, heap_blks_total, 'blocks'"
	  " FROM pg_stat_progress_vacuum" },
	{ 120000,
	  "SELECT pid, datid, relid, command, phase,"
	  " CASE WHEN heap_blks_total > 0 THEN heap_blks_scanned"
	  "  ELSE heap_tuples_scanned END, heap_blks_total,"
	  " CASE WHEN heap_blks_total > 0 THEN 'blocks' ELSE 'rows' END"
	  " FROM pg_stat_progress_cluster" },
	{ 130000,
	  "SELECT pid, datid, relid, 'ANALYZE', phase, sample_blks_scanned,"
	  " sample_blks_total, 'blocks' FROM pg_stat_progress_analyze" },
};

static const char *const units[] = { "blocks", "bytes", "lockers", "rows" };

struct pg_progress_watch {
	struct pg_poller	*poller;
	char			*last;		/* the answer, as text */
	void			(*on_progress)(void *arg,
				    const struct pg_progress *list,
				    size_t count);
	void			*arg;
};

static char *
progress_sql(const void *owner, const struct pg_session *s, int pid,
    const char *application_name)
{
	struct buffer *b = buffer_new(NULL);
	bool first = true;
	char *sql;
	size_t i;

	buffer_puts(b, "SELECT p.pid, p.command, p.phase,"
	    " CASE WHEN p.datid = d.oid THEN p.relid::regclass::text END,"
	    " coalesce(p.done, 0), coalesce(p.total, 0), p.unit FROM (");
	for (i = 0; i < COUNT_OF(views); i++) {
		if (pg_server_version(s) < views[i].since)
			continue;
		/* The first one names the columns. */
		buffer_printf(b, "%s(%s)", first ? "" : " UNION ALL ",
		    views[i].query);
		first = false;
	}
	buffer_puts(b, ") AS p (pid, datid, relid, command, phase, done,"
	    " total, unit) JOIN pg_stat_activity a ON a.pid = p.pid"
	    " JOIN pg_database d ON d.datname = current_database() WHERE ");
	if (pid > 0)
		buffer_printf(b, "p.pid = %d", pid);
	else
		buffer_printf(b, "a.application_name = %s",
		    pg_quote_literal(b, application_name == NULL ? "" :
		    application_name));
	buffer_puts(b, " ORDER BY p.pid");
	sql = mem_strndup(owner, b->data, b->size);
	talloc_free(b);
	return sql;
}

static const char *
unit_named(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(units); i++)
		if (str_equal(units[i], name))
			return units[i];
	return "";
}

static char *
text_at(const void *owner, const struct pg_result *r, int row, int column)
{
	const char *value = pg_value(r, row, column);

	return mem_strdup(owner, value == NULL ? "" : value);
}

static struct pg_progress *
read_progress(const void *owner, const struct pg_result *r)
{
	struct pg_progress *list = NEW_ARRAY(owner, struct pg_progress,
	    r->rows + 1);
	int row;

	for (row = 0; row < r->rows; row++) {
		struct pg_progress *p = &list[row];

		p->pid = (int)pg_value_int(r, row, 0);
		p->command = text_at(list, r, row, 1);
		p->phase = text_at(list, r, row, 2);
		p->relation = text_at(list, r, row, 3);
		p->done = pg_value_int(r, row, 4);
		p->total = pg_value_int(r, row, 5);
		p->unit = unit_named(pg_value(r, row, 6));
	}
	return list;
}

int
pg_progress_ask(const void *owner, struct pg_session *s, int pid,
    const char *application_name, struct pg_progress **list, size_t *count,
    struct error *err)
{
	char *sql = progress_sql(s, s, pid, application_name);
	struct pg_result *r;
	int rc = pg_exec(s, s, sql, 0, NULL, &r, err);

	talloc_free(sql);
	if (rc != 0)
		return -1;
	*list = read_progress(owner, r);
	*count = (size_t)r->rows;
	talloc_free(r);
	return 0;
}

/* All values in a row, to see whether something has changed. */
static char *
answer_text(const void *owner, const struct pg_result *r)
{
	struct buffer *b = buffer_new(NULL);
	char *text;
	int row, column;

	for (row = 0; row < r->rows; row++)
		for (column = 0; column < r->columns; column++) {
			const char *value = pg_value(r, row, column);

			buffer_printf(b, "%s\n", value == NULL ? "" : value);
		}
	text = mem_strndup(owner, b->data, b->size);
	talloc_free(b);
	return text;
}

static void
watch_answered(void *arg, const struct pg_result *r)
{
	struct pg_progress_watch *w = arg;
	char *now = answer_text(w, r);
	struct pg_progress *list;

	if (str_equal(now, w->last)) {
		talloc_free(now);
		return;
	}
	talloc_free(w->last);
	w->last = now;
	list = read_progress(NULL, r);
	/* The watch may be freed in the call. */
	w->on_progress(w->arg, list, (size_t)r->rows);
	talloc_free(list);
}

struct pg_progress_watch *
pg_progress_watch_start(const void *owner, struct pg_session *s,
    struct loop *l, int pid, const char *application_name,
    void (*on_progress)(void *arg, const struct pg_progress *list,
    size_t count), void *arg)
{
	struct pg_progress_watch *w = NEW(owner, struct pg_progress_watch);
	char *sql = progress_sql(w, s, pid, application_name);

	w->last = mem_strdup(w, "");	/* nothing is no news */
	w->on_progress = on_progress;
	w->arg = arg;
	w->poller = pg_poller_start(w, s, l, sql, PERIOD_MS, watch_answered,
	    NULL, w);
	talloc_free(sql);
	return w;
}
