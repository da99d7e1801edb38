/* postgres/poller.c - one query, asked again and again while others work. */

#include "base/memory.h"
#include "postgres/poller.h"

#define BUSY_MS	20

/* A question under way, which cannot be taken back: owned by the session. */
struct flight {
	struct pg_poller	*poller;	/* null: nobody waits for it */
};

struct pg_poller {
	struct pg_session	*session;
	struct loop		*loop;
	char			*sql;
	int64_t			 period_ms;
	struct loop_timer	*timer, *again;
	struct flight		*flight;
	void			(*on_answer)(void *arg,
				    const struct pg_result *r);
	void			(*on_error)(void *arg, const struct error *err);
	void			*arg;
};

/* Its session went first. */
static int
flight_destroy(struct flight *flight)
{
	if (flight->poller != NULL)
		flight->poller->flight = NULL;
	return 0;
}

static int
poller_destroy(struct pg_poller *p)
{
	if (p->flight != NULL)
		p->flight->poller = NULL;
	return 0;
}

static void
answered(void *arg, const struct pg_result *r, const struct error *err)
{
	struct flight *flight = arg;
	struct pg_poller *p = flight->poller;

	talloc_free(flight);
	if (p == NULL)
		return;
	if (err == NULL) {
		p->on_answer(p->arg, r);
		return;
	}
	talloc_free(p->timer);
	p->timer = NULL;
	if (p->on_error != NULL)
		p->on_error(p->arg, err);
}

static void
ask(void *arg)
{
	struct pg_poller *p = arg;

	if (p->flight != NULL)
		return;
	talloc_free(p->again);
	p->again = NULL;
	/* Another poller's question is under way: a moment later. */
	if (pg_busy(p->session)) {
		p->again = loop_timer_new(p, p->loop, BUSY_MS, 0, ask, p);
		return;
	}
	p->flight = NEW(p->session, struct flight);
	p->flight->poller = p;
	talloc_set_destructor(p->flight, flight_destroy);
	pg_query_async(p->session, p->sql, answered, p->flight);
}

struct pg_poller *
pg_poller_start(const void *owner, struct pg_session *s, struct loop *l,
    const char *sql, int64_t period_ms,
    void (*on_answer)(void *arg, const struct pg_result *r),
    void (*on_error)(void *arg, const struct error *err), void *arg)
{
	struct pg_poller *p = NEW(owner, struct pg_poller);

	p->session = s;
	p->loop = l;
	p->period_ms = period_ms;
	p->sql = mem_strdup(p, sql);
	p->on_answer = on_answer;
	p->on_error = on_error;
	p->arg = arg;
	p->timer = loop_timer_new(p, l, 0, period_ms, ask, p);
	talloc_set_destructor(p, poller_destroy);
	return p;
}

void
pg_poller_pace(struct pg_poller *p, int64_t period_ms)
{
	if (p->timer == NULL || p->period_ms == period_ms)
		return;
	talloc_free(p->timer);
	p->period_ms = period_ms;
	p->timer = loop_timer_new(p, p->loop, period_ms, period_ms, ask, p);
}
