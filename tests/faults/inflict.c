/* tests/faults/inflict.c - what befalls a run, and the way to its end. */

#include "harness/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "faults/inflict.h"
#include "faults/proxy.h"
#include "harness/cluster.h"

#define CALLS_MAX	2000

/* ---- at moments --------------------------------------------------------------- */

static bool
signal_engine(struct engine_child *e, int signum)
{
	return !child_ended(e->child) && kill(child_pid(e->child), signum) == 0;
}

static bool
kill_engine(struct stage *s, struct engine_child *e)
{
	(void)s;
	return signal_engine(e, SIGKILL);
}

const struct moment_fault fault_kill = { "engine killed", kill_engine };

static bool
kill_both(struct stage *s, struct engine_child *e)
{
	bool met = kill_engine(s, e);

	cluster_crash();
	return met;
}

static void
server_comes_up(struct stage *s)
{
	(void)s;
	cluster_restart();
}

const struct moment_fault fault_kill_both = {
	"engine and server killed", kill_both, server_comes_up,
};

static bool
crash_server(struct stage *s, struct engine_child *e)
{
	(void)s;
	cluster_crash();
	cluster_restart();
	return !child_ended(e->child);
}

const struct moment_fault fault_server_crash = {
	"postmaster killed", crash_server,
};

static bool
end_backends(struct stage *s, struct engine_child *e)
{
	(void)e;
	return cluster_value(s, "postgres", "SELECT pg_terminate_backend(pid) "
	    "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
	    "backend_type = 'client backend'") != NULL;
}

const struct moment_fault fault_backend_ended = {
	"backends terminated", end_backends,
};

/* One of them: the postmaster ends the others and recovers. */
static bool
kill_backend(struct stage *s, struct engine_child *e)
{
	char *pid = cluster_value(s, "postgres", "SELECT max(pid) FROM "
	    "pg_stat_activity WHERE pid <> pg_backend_pid() AND "
	    "backend_type = 'client backend'");

	(void)e;
	return pid != NULL && cluster_kill_backend(atoi(pid));
}

const struct moment_fault fault_backend_killed = {
	"a backend killed", kill_backend,
};

static bool
hang_up(struct stage *s, struct engine_child *e)
{
	(void)s;
	return signal_engine(e, SIGHUP);
}

const struct moment_fault fault_hang_up = { "terminal hung up", hang_up };

/* Stops for a while, as a laptop that is closed does. */
static bool
stop_engine(struct stage *s, struct engine_child *e)
{
	bool met = signal_engine(e, SIGSTOP);

	loop_sleep(s->loop, 300, NULL);
	return signal_engine(e, SIGCONT) && met;
}

const struct moment_fault fault_stop_engine = {
	.name = "engine stopped", .strike = stop_engine, .is_harmless = true,
};

static bool
stop_server(struct stage *s, struct engine_child *e)
{
	bool met = !child_ended(e->child);

	cluster_freeze();
	loop_sleep(s->loop, 300, NULL);
	cluster_thaw();
	return met;
}

const struct moment_fault fault_stop_server = {
	.name = "server stopped", .strike = stop_server, .is_harmless = true,
};

static const char *const *
clock_environment(struct stage *s, int64_t ms)
{
	const char **extra = NEW_ARRAY(s, const char *, 4);

	extra[0] = mem_printf(s, "LD_PRELOAD=%s/tests/faults/setback.so",
	    test_builddir());
	extra[1] = mem_printf(s, "SETBACK_AFTER_MS=%lld", (long long)ms);
	extra[2] = "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0";
	return extra;
}

const struct moment_fault fault_clock = {
	.name = "clock set back", .environment = clock_environment,
	.is_harmless = true,
};

/* Nothing comes through for a while, then all connections break. */
static bool
half_open(struct stage *s, struct engine_child *e)
{
	bool met = !child_ended(e->child);

	proxy_freeze(s->proxy);
	loop_sleep(s->loop, 100, NULL);
	proxy_cut(s->proxy);
	/* Asked again while it cannot be reached; now it can. */
	proxy_mend(s->proxy);
	return met;
}

const struct moment_fault fault_half_open = {
	.name = "network half open, then cut", .strike = half_open,
	.is_behind_proxy = true,
};

static void
put_behind_proxy(struct stage *s)
{
	s->proxy = proxy_start(s);
	setenv("SHOP_URL", proxy_url(s, s->proxy, s->shop), 1);
	setenv("BOX_URL", proxy_url(s, s->proxy, s->box), 1);
}

static void
inflict_at(const struct fault_window *w, const struct moment_fault *m,
    int64_t ms, struct findings *f)
{
	struct stage *s = window_begin(w);
	struct engine_child *e;
	struct ended r;

	if (m->is_behind_proxy)
		put_behind_proxy(s);
	e = stage_start(s, true, m->environment != NULL ?
	    m->environment(s, ms) : NULL);
	loop_sleep(s->loop, ms, NULL);
	f->met += m->strike == NULL || m->strike(s, e);
	r = stage_wait(e);
	if (m->after != NULL)
		m->after(s);
	if (r.code == -2 || (m->is_harmless && r.code != 0))
		findings_add(f, &f->unfinished, "the engine ended with %d: %s",
		    r.code, r.err);
	window_resume(w, s, f);
	window_end(NULL);
}

void
inflict_at_moments(const struct fault_window *w, const struct moment_fault *m,
    int count)
{
	char kind[100];
	struct findings f = { .kind = kind };
	int64_t whole, at;

	snprintf(kind, sizeof(kind), "%s: %s", w->name, m->name);
	if (count == 0 || !faults_want(kind))
		return;
	whole = window_undisturbed_ms(w);
	faults_begin_drawing(kind);
	for (f.point = 0; f.point < count; f.point++) {
		at = faults_draw(1000);
		if (!faults_point_is_ours(f.point))
			continue;
		/* Of a thousand parts: processes see the same, however fast. */
		findings_point(&f, at);
		inflict_at(w, m, whole * at / 1000, &f);
	}
	findings_end(&f);
}

/* ---- at calls --------------------------------------------------------------- */

/* False: the run had no Nth such call. */
static bool
inflict_call(const struct fault_window *w, const struct disk_fault *d, int nth,
    struct findings *f)
{
	struct stage *s = window_begin(w);
	const char *mark = mem_printf(s, "%s.met", s->file);
	const char *settings[] = {
		mem_printf(s, "FAILFS_CALLS=%s", d->calls),
		mem_printf(s, "FAILFS_PATH=%s/%s", s->runs, d->path),
		mem_printf(s, "FAILFS_NTH=%d", nth),
		mem_printf(s, "FAILFS_TIMES=%d", d->times),
		mem_printf(s, "FAILFS_SHORT=%d", d->short_bytes),
		d->is_short_only ? "FAILFS_ACTION=short" :
		    d->error == NULL ? "FAILFS_ACTION=kill" :
		    mem_printf(s, "FAILFS_ERRNO=%s", d->error),
		mem_printf(s, "FAILFS_MET=%s", mark), NULL,
	};
	struct ended r = stage_run(s, true, stage_failfs(s, settings));
	bool met = file_exists(mark);

	if (met) {
		findings_point(f, nth);
		f->met++;
		if (r.code == -2 || (d->error != NULL && r.code < 0) ||
		    (d->is_short_only && r.code != 0))
			findings_add(f, &f->unfinished, "the engine ended with "
			    "%d: %s", r.code, r.err);
		if (d->error != NULL && r.code > 0 && r.err[0] == '\0' &&
		    strstr(r.out, "engine_stopped") == NULL)
			findings_add(f, &f->unfinished,
			    "nothing is said of the fault");
		window_resume(w, s, f);
	}
	window_end(NULL);
	return met;
}

void
inflict_at_calls(const struct fault_window *w, const struct disk_fault *d)
{
	int step = faults_want_all() ? 1 : d->stride, n;
	char kind[100];
	struct findings f = { .kind = kind };

	snprintf(kind, sizeof(kind), "%s: %s", w->name, d->name);
	if (!faults_want(kind))
		return;
	/* The measure of all that follows. */
	(void)window_undisturbed_ms(w);
	n = faults_want_all() ? 1 : d->first;
	for (; n < CALLS_MAX; n += step, f.point++)
		if (faults_point_is_ours(f.point) &&
		    !inflict_call(w, d, n, &f))
			break;
	assert_true(n < CALLS_MAX);
	assert_true(f.met > 0 || faults_are_shared_out());
	findings_end(&f);
}
