/*
 * postgres/pipeline.h - many queries to a server at one go, and to several
 * servers at once.
 *
 * All queries of a pipeline are sent without waiting for answers; the answers
 * come in order, and each is freed once it was looked at: what is in memory
 * is one answer per pipeline.  After the first query that fails the server
 * skips the rest.
 *
 * Outside of an explicit transaction a pipeline is one implicit transaction;
 * it may itself hold BEGIN and COMMIT.
 */
#ifndef PGRUNBOOK_POSTGRES_PIPELINE_H
#define PGRUNBOOK_POSTGRES_PIPELINE_H

#include "postgres/session.h"

struct pg_pipeline {
	struct pg_session	*session;	/* nothing else runs on it */
	const char *const	*queries;	/* one statement each; borrowed */
	int			 count;
	/*
	 * The answer to query number i, lent for the call.  -1 with *err: the
	 * other answers are dropped as they come.  May not use the session.
	 */
	int	(*on_result)(void *arg, int i, const struct pg_result *r,
		    struct error *err);
	/* After the last answer, once: rc is set.  May be null. */
	void	(*on_end)(void *arg, int rc);
	void			*arg;

	/* What became of it: 0, or -1 with err, as pg_exec() tells it. */
	int			 rc;
	struct error		 err;
	int			 failed;	/* the query that err is about */

	bool			 is_running;	/* private: sent, not at its end */
	int			 next;		/* private: the answer to come */
};

/*
 * Run all of them, each on its own session of one loop, until all have ended.
 * Setting a session's *cancel cancels its pipeline.  0, or -1 where one of
 * them failed: see rc of each.
 */
int pg_pipelines_run(struct pg_pipeline *list, size_t count) WARN_UNUSED;

#endif
