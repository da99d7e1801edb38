/* postgres/async.c - a query whose answer comes by callback. */

#include "base/memory.h"
#include "postgres/session_private.h"

struct async {
	struct pg_session	*session;
	void			(*done)(void *arg, const struct pg_result *r,
				    const struct error *err);
	void			*arg;
	PGresult		*res;
	struct error		 first;
	struct loop_timer	*refusal;	/* could not be started: tells so */
};

static int
async_destroy(struct async *a)
{
	PQclear(a->res);
	return 0;
}

/* Tell, with the session already free for the next query. */
static void
async_finish(struct async *a, const struct error *err)
{
	struct pg_session *s = a->session;
	struct pg_result *r = NULL;

	if (s->async == a)
		s->async = NULL;
	talloc_steal(NULL, a);	/* done may close the session */
	if (err == NULL && a->res != NULL) {
		r = result_new(a, a->res);
		a->res = NULL;
	}
	a->done(a->arg, r, err);
	talloc_free(a);
}

static void
async_refused(void *arg)
{
	struct async *a = arg;

	async_finish(a, &a->first);
}

void
async_pump(struct pg_session *s)
{
	struct async *a = s->async;
	struct error err;
	PGresult *res;
	int rc;

	while (session_has_answer(s)) {
		res = PQgetResult(s->conn);
		if (res == NULL) {
			rc = command_end(s, &a->first, &err);
			async_finish(a, rc == 0 ? NULL : &err);
			return;
		}
		switch (PQresultStatus(res)) {
		case PGRES_TUPLES_OK:
		case PGRES_COMMAND_OK:
		case PGRES_EMPTY_QUERY:
			PQclear(a->res);
			a->res = res;
			continue;
		case PGRES_COPY_OUT:
		case PGRES_COPY_IN:
		case PGRES_COPY_BOTH:
			/* Not what is asked in passing: give up the line. */
			PQclear(res);
			error_set(&a->first, ERR_SQL,
			    "COPY is not possible here");
			session_lose(s, &a->first);
			rc = command_end(s, &a->first, &err);
			async_finish(a, rc == 0 ? &a->first : &err);
			return;
		default:
			command_note_error(s, res, &a->first);
			PQclear(res);
		}
	}
}

static void
async_kick(void *arg)
{
	async_pump(arg);
}

void
pg_query_async(struct pg_session *s, const char *sql,
    void (*done)(void *arg, const struct pg_result *r,
    const struct error *err), void *arg)
{
	struct async *a = NEW(s, struct async);

	a->session = s;
	a->done = done;
	a->arg = arg;
	talloc_set_destructor(a, async_destroy);
	if (command_begin(s, NULL, &a->first) != 0) {
		a->refusal = loop_timer_new(a, s->loop, 0, 0, async_refused,
		    a);
		return;
	}
	s->async = a;
	if (!PQsendQuery(s->conn, sql)) {
		command_note_send_failure(s, &a->first);
		a->refusal = loop_timer_new(a, s->loop, 0, 0, async_kick, s);
	}
	session_arm(s);
}
