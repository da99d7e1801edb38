/*
 * base/loop.c - the event loop.
 *
 * libuv wants a handle's memory until its close callback has run, which is
 * later than talloc frees what belongs to an owner.  So each timer, poll and
 * signal here is two things: a small talloc object that the owner has, and a
 * watcher outside of talloc that holds the handle and goes when libuv is
 * through with it.  Either may go first.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/loop.h"
#include "base/memory.h"

struct watcher {
	union {
		uv_handle_t	handle;
		uv_timer_t	timer;
		uv_poll_t	poll;
		uv_signal_t	signal;
	} uv;
	struct watcher		**slot;	/* where the owner knows us; null: gone */
	void			(*call)(void *arg);
	void			(*call_poll)(void *arg, bool readable,
				    bool writable);
	void			*arg;
	int			 wanted;	/* polls: UV_READABLE|UV_WRITABLE */
	int			 signum;	/* signals; else 0 */
	LIST_ENTRY(watcher)	 entry;
};

struct loop {
	uv_loop_t	uv;
	uv_timer_t	limit;		/* of the loop_wait() that turns it */
	uv_prepare_t	before_poll;
	bool		(*done)(void *arg);	/* what that one waits for */
	void		*arg;
	bool		limit_passed;
	bool		turning;	/* a callback may be running */
	bool		closing;
	LIST_HEAD(, watcher) watchers;
};

struct loop_timer {
	struct watcher	*w;
};

struct loop_poll {
	struct watcher	*w;
};

struct loop_signal {
	struct watcher	*w;
};

struct work {
	uv_work_t	 request;
	struct loop	*loop;
	void		(*run)(void *arg);
	void		(*done)(void *arg);
	void		*arg;
};

/* What a signal did before the first of us watched it, and how many do. */
static struct {
	struct sigaction old;
	int		 watchers;
} signals[NSIG];

static void
check(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "pgrunbook: event loop: %s: %s\n", what,
	    uv_strerror(rc));
	abort();
}

static void
watcher_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
signal_leave(int signum)
{
	/* libuv's own idea of "before" is the default action. */
	if (--signals[signum].watchers == 0)
		sigaction(signum, &signals[signum].old, NULL);
}

static void
watcher_close(struct watcher *w)
{
	LIST_REMOVE(w, entry);
	if (w->slot != NULL)
		*w->slot = NULL;
	w->slot = NULL;
	if (w->signum != 0) {
		uv_signal_stop(&w->uv.signal);
		signal_leave(w->signum);
	}
	uv_close(&w->uv.handle, watcher_closed);
}

static struct watcher *
watcher_new(struct loop *l, struct watcher **slot, void *arg)
{
	struct watcher *w = memory_check(calloc(1, sizeof(*w)));

	w->slot = slot;
	w->arg = arg;
	*slot = w;
	LIST_INSERT_HEAD(&l->watchers, w, entry);
	return w;
}

static void
close_stranger(uv_handle_t *handle, void *arg UNUSED)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static int
loop_destroy(struct loop *l)
{
	l->closing = true;
	while (!LIST_EMPTY(&l->watchers))
		watcher_close(LIST_FIRST(&l->watchers));
	/* Handles that others made through loop_uv(). */
	uv_walk(&l->uv, close_stranger, NULL);
	while (uv_run(&l->uv, UV_RUN_DEFAULT) != 0)
		;
	check(uv_loop_close(&l->uv), "close");
	return 0;
}

/*
 * A turn of libuv runs the timers that are due and then sleeps until the next
 * one: what they made true must not be slept over.
 */
static void
look_before_poll(uv_prepare_t *prepare)
{
	struct loop *l = prepare->data;

	if (l->done != NULL && (l->limit_passed || l->done(l->arg)))
		uv_stop(&l->uv);
}

struct loop *
loop_new(const void *owner)
{
	struct loop *l = NEW(owner, struct loop);

	/* Writing to who has gone is an error to be told, not the end of us. */
	signal(SIGPIPE, SIG_IGN);
	LIST_INIT(&l->watchers);
	check(uv_loop_init(&l->uv), "start");
	check(uv_timer_init(&l->uv, &l->limit), "timer");
	l->limit.data = l;
	check(uv_prepare_init(&l->uv, &l->before_poll), "prepare");
	l->before_poll.data = l;
	check(uv_prepare_start(&l->before_poll, look_before_poll), "prepare");
	uv_unref((uv_handle_t *)&l->before_poll);
	talloc_set_destructor(l, loop_destroy);
	return l;
}

uv_loop_t *
loop_uv(struct loop *l)
{
	return &l->uv;
}

static void
limit_fired(uv_timer_t *timer)
{
	((struct loop *)timer->data)->limit_passed = true;
}

/* One turn; blocks until something happens. */
static void
turn(struct loop *l)
{
	l->turning = true;
	uv_run(&l->uv, UV_RUN_ONCE);
	l->turning = false;
}

enum wait_result
loop_wait(struct loop *l, bool (*done)(void *arg), void *arg,
    int64_t timeout_ms)
{
	enum wait_result result = WAIT_DONE;

	if (l->turning) {
		fputs("pgrunbook: event loop: loop_wait() in a callback\n",
		    stderr);
		abort();
	}
	l->limit_passed = false;
	l->done = done;
	l->arg = arg;
	if (timeout_ms >= 0) {
		uv_update_time(&l->uv);
		check(uv_timer_start(&l->limit, limit_fired,
		    (uint64_t)timeout_ms, 0), "timer");
	}
	while (!done(arg)) {
		if (l->limit_passed) {
			result = WAIT_TIMEOUT;
			break;
		}
		if (!uv_loop_alive(&l->uv)) {
			fputs("pgrunbook: event loop: waiting for nothing\n",
			    stderr);
			abort();
		}
		turn(l);
	}
	uv_timer_stop(&l->limit);
	l->done = NULL;
	return result;
}

static bool
never(void *arg)
{
	const bool *stop = arg;

	return stop != NULL && *stop;
}

void
loop_sleep(struct loop *l, int64_t ms, const bool *stop)
{
	union {
		const bool	*in;
		void		*out;
	} u = { .in = stop };

	loop_wait(l, never, u.out, ms > 0 ? ms : 0);
}

static void
timer_fired(uv_timer_t *timer)
{
	struct watcher *w = timer->data;

	if (w->slot != NULL)
		w->call(w->arg);
}

static int
timer_destroy(struct loop_timer *t)
{
	if (t->w != NULL)
		watcher_close(t->w);
	return 0;
}

struct loop_timer *
loop_timer_new(const void *owner, struct loop *l, int64_t first_ms,
    int64_t period_ms, void (*fn)(void *arg), void *arg)
{
	struct loop_timer *t = NEW(owner, struct loop_timer);
	struct watcher *w = watcher_new(l, &t->w, arg);

	w->call = fn;
	check(uv_timer_init(&l->uv, &w->uv.timer), "timer");
	w->uv.timer.data = w;
	uv_update_time(&l->uv);
	check(uv_timer_start(&w->uv.timer, timer_fired,
	    (uint64_t)(first_ms > 0 ? first_ms : 0),
	    (uint64_t)(period_ms > 0 ? period_ms : 0)), "timer");
	talloc_set_destructor(t, timer_destroy);
	return t;
}

static void
poll_fired(uv_poll_t *poll, int status, int events)
{
	struct watcher *w = poll->data;

	if (w->slot == NULL)
		return;
	/*
	 * An error shows itself at the read or write that it is for.  libuv has
	 * stopped watching, though bytes may lie before the error: one read may
	 * not reach it.
	 */
	if (status < 0) {
		events = w->wanted;
		check(uv_poll_start(poll, w->wanted, poll_fired), "poll");
	}
	w->call_poll(w->arg, (events & UV_READABLE) != 0,
	    (events & UV_WRITABLE) != 0);
}

static int
poll_destroy(struct loop_poll *p)
{
	if (p->w != NULL)
		watcher_close(p->w);
	return 0;
}

struct loop_poll *
loop_poll_new(const void *owner, struct loop *l, int fd,
    void (*fn)(void *arg, bool readable, bool writable), void *arg)
{
	struct loop_poll *p = NEW(owner, struct loop_poll);
	struct watcher *w = watcher_new(l, &p->w, arg);

	w->call_poll = fn;
	check(uv_poll_init(&l->uv, &w->uv.poll, fd), "poll");
	w->uv.poll.data = w;
	talloc_set_destructor(p, poll_destroy);
	return p;
}

void
loop_poll_want(struct loop_poll *p, bool readable, bool writable)
{
	int wanted = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);

	if (p->w == NULL || p->w->wanted == wanted)
		return;
	p->w->wanted = wanted;
	if (wanted == 0)
		check(uv_poll_stop(&p->w->uv.poll), "poll");
	else
		check(uv_poll_start(&p->w->uv.poll, wanted, poll_fired), "poll");
}

static void
signal_fired(uv_signal_t *sig, int signum UNUSED)
{
	struct watcher *w = sig->data;

	if (w->slot != NULL)
		w->call(w->arg);
}

static int
signal_destroy(struct loop_signal *s)
{
	if (s->w != NULL)
		watcher_close(s->w);
	return 0;
}

struct loop_signal *
loop_signal_new(const void *owner, struct loop *l, int signum,
    void (*fn)(void *arg), void *arg)
{
	struct loop_signal *s = NEW(owner, struct loop_signal);
	struct watcher *w = watcher_new(l, &s->w, arg);

	w->call = fn;
	w->signum = signum;
	if (signals[signum].watchers++ == 0)
		sigaction(signum, NULL, &signals[signum].old);
	check(uv_signal_init(&l->uv, &w->uv.signal), "signal");
	w->uv.signal.data = w;
	check(uv_signal_start(&w->uv.signal, signal_fired, signum), "signal");
	talloc_set_destructor(s, signal_destroy);
	return s;
}

static void
work_run(uv_work_t *request)
{
	struct work *work = request->data;

	work->run(work->arg);
}

static void
work_done(uv_work_t *request, int status UNUSED)
{
	struct work *work = request->data;

	/* When the loop goes, nobody waits for the answer any more. */
	if (!work->loop->closing)
		work->done(work->arg);
	free(work);
}

void
loop_work(struct loop *l, void (*run)(void *arg), void (*done)(void *arg),
    void *arg)
{
	struct work *work = memory_check(calloc(1, sizeof(*work)));

	work->request.data = work;
	work->loop = l;
	work->run = run;
	work->done = done;
	work->arg = arg;
	check(uv_queue_work(&l->uv, &work->request, work_run, work_done),
	    "work");
}
