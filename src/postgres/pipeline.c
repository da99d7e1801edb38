/* postgres/pipeline.c - many queries at one go. */

#include <sys/param.h>

#include "base/memory.h"
#include "postgres/pipeline.h"
#include "postgres/session_private.h"

/* ---- sending ------------------------------------------------------------- */

static int
send_all(struct pg_pipeline *p)
{
	PGconn *conn = p->session->conn;

	if (!PQenterPipelineMode(conn))
		return -1;
	for (int i = 0; i < p->count; i++)
		if (!PQsendQueryParams(conn, p->queries[i], 0, NULL, NULL,
		    NULL, NULL, 0))
			return -1;
	return PQpipelineSync(conn) ? 0 : -1;
}

static void
begin(struct pg_pipeline *p)
{
	p->next = p->failed = 0;
	p->is_running = false;
	error_clear(&p->err);
	p->rc = command_begin(p->session, NULL, &p->err);
	if (p->rc != 0)
		return;
	p->is_running = true;
	silence_begin(p->session);
	if (send_all(p) == 0)
		return;
	/* What of it went out cannot be told: the line is given up. */
	command_note_send_failure(p->session, &p->err);
	session_lose(p->session, &p->err);
}

/* ---- taking -------------------------------------------------------------- */

static void
note_failure(struct pg_pipeline *p)
{
	if (p->rc == 0)
		p->failed = p->next;
	p->rc = -1;
}

static void
take(struct pg_pipeline *p, PGresult *res)
{
	struct pg_result r;

	silence_begin(p->session);
	switch (PQresultStatus(res)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
	case PGRES_EMPTY_QUERY:
		r = (struct pg_result){ res, PQntuples(res), PQnfields(res),
			PQcmdStatus(res) };
		if (p->rc == 0 && p->on_result(p->arg, p->next, &r,
		    &p->err) != 0)
			note_failure(p);
		break;
	case PGRES_PIPELINE_ABORTED:
		break;
	default:
		command_note_error(p->session, res, &p->err);
		note_failure(p);
	}
}

static void
end(struct pg_pipeline *p)
{
	struct pg_session *s = p->session;
	struct error first = { .code = ERR_NONE };

	p->is_running = false;
	if (p->rc != 0)
		first = p->err;
	if (!s->lost && PQstatus(s->conn) != CONNECTION_BAD &&
	    !PQexitPipelineMode(s->conn) && first.code == ERR_NONE)
		command_note_send_failure(s, &first);
	if (command_end(s, &first, &p->err) != 0)
		note_failure(p);
	if (p->on_end != NULL)
		p->on_end(p->arg, p->rc);
}

/* All that has come; the end, where it is reached. */
static void
pump(struct pg_pipeline *p)
{
	struct pg_session *s = p->session;

	while (p->is_running && session_has_answer(s)) {
		/* What was given up would be waited for. */
		PGresult *res = s->lost ? NULL : PQgetResult(s->conn);
		bool is_last;

		if (res == NULL && !s->lost &&
		    PQstatus(s->conn) != CONNECTION_BAD) {
			p->next++;	/* that query has said all */
			continue;
		}
		is_last = res == NULL ||
		    PQresultStatus(res) == PGRES_PIPELINE_SYNC;
		if (!is_last)
			take(p, res);
		PQclear(res);
		if (is_last)
			end(p);
	}
}

/* ---- waiting ------------------------------------------------------------- */

struct waiting {
	struct pg_pipeline *list;
	size_t	 count;
};

static bool
is_cancelled(const struct pg_session *s)
{
	return s->options.cancel != NULL && *s->options.cancel &&
	    s->cancelling == NULL;
}

static bool
something_to_do(void *arg)
{
	const struct waiting *w = arg;

	for (size_t i = 0; i < w->count; i++)
		if (w->list[i].is_running &&
		    (session_has_answer(w->list[i].session) ||
		    (is_cancelled(w->list[i].session) &&
		    !w->list[i].session->cancel_sent)))
			return true;
	return false;
}

/* left_ms: until one of them is to be looked after. */
static bool
any_runs(const struct waiting *w, int64_t *left_ms)
{
	bool any = false;

	*left_ms = INT64_MAX;
	for (size_t i = 0; i < w->count; i++) {
		const struct pg_session *s = w->list[i].session;

		if (!w->list[i].is_running)
			continue;
		any = true;
		*left_ms = MIN(*left_ms, silence_left_ms(s));
		if (s->cancel_sent)
			*left_ms = MIN(*left_ms, CANCEL_AGAIN_MS);
	}
	return any;
}

static void
look_after(struct pg_pipeline *p)
{
	pump(p);
	if (p->is_running && is_cancelled(p->session))
		cancel_start(p->session);
	if (p->is_running)
		silence_break(p->session);
	pump(p);
}

int
pg_pipelines_run(struct pg_pipeline *list, size_t count)
{
	struct waiting w = { list, count };
	int64_t left_ms;
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		begin(&list[i]);
	while (any_runs(&w, &left_ms)) {
		for (size_t i = 0; i < count; i++)
			if (list[i].is_running)
				session_arm(list[i].session);
		loop_wait(list[0].session->loop, something_to_do, &w,
		    left_ms);
		for (size_t i = 0; i < count; i++)
			look_after(&list[i]);
	}
	for (size_t i = 0; i < count; i++)
		rc |= list[i].rc;
	return rc;
}
