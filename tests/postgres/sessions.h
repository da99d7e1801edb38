/*
 * tests/postgres/sessions.h - sessions for tests, on the program's cluster.
 */
#ifndef PGRUNBOOK_TESTS_POSTGRES_SESSIONS_H
#define PGRUNBOOK_TESTS_POSTGRES_SESSIONS_H

#include "harness/cluster.h"
#include "harness/test.h"
#include "postgres/session.h"

static struct loop *loop;

static inline struct pg_session *
open_named(const char *dbname, const char *application)
{
	struct pg_options options = { .application_name = application };
	struct error err;
	struct pg_target *t = pg_target_parse(loop, cluster_url(loop, dbname),
	    &err);
	struct pg_session *s = pg_open(loop, loop, t, &options, &err);

	assert_got(s, &err);
	return s;
}

static inline struct pg_target *
target_of(const char *url)
{
	struct error err;
	struct pg_target *t = pg_target_parse(loop, url, &err);

	assert_got(t, &err);
	return t;
}

static inline struct pg_session *
try_open(const char *url, const struct pg_options *options, struct error *err)
{
	return pg_open(loop, loop, target_of(url), options, err);
}

static inline struct pg_session *
open_with(const struct pg_options *options)
{
	struct error err;
	struct pg_session *s = try_open(cluster_url(loop, "postgres"), options,
	    &err);

	assert_got(s, &err);
	return s;
}

static inline struct pg_session *
open_session(void)
{
	return open_with(NULL);
}

static inline void
value_is(struct pg_session *s, const char *sql, const char *wanted)
{
	struct error err;
	char *value;

	assert_ok(pg_scalar(loop, s, sql, 0, NULL, &value, &err), &err);
	assert_string_equal(value, wanted);
}

static inline void
set_flag(void *arg)
{
	bool *flag = arg;

	*flag = true;
}

static inline void
kill_backend(void *arg)
{
	const int *pid = arg;

	cluster_sql("postgres", mem_printf(loop,
	    "SELECT pg_terminate_backend(%d)", *pid));
}

static inline void
run(struct pg_session *s, const char *sql)
{
	struct error err;

	assert_ok(pg_exec_script(s, sql, &err), &err);
}

/* A query that somebody waits for later. */
struct pending {
	bool		 ended;
	struct error	 err;		/* code ERR_NONE: it went well */
};

static inline void
note_end(void *arg, const struct pg_result *r UNUSED, const struct error *err)
{
	struct pending *p = arg;

	p->ended = true;
	if (err != NULL)
		p->err = *err;
}

static inline bool
has_ended(void *arg)
{
	const struct pending *p = arg;

	return p->ended;
}

static inline int
sessions_setup(void **state)
{
	loop = loop_new(NULL);
	return cluster_start(state);
}

static inline int
sessions_teardown(void **state)
{
	talloc_free(loop);
	return cluster_stop(state);
}

#endif
