/*
 * postgres/cancel.c - cancel requests, from a thread.
 *
 * PQcancel() makes a connection of its own and blocks.  Once it has returned
 * the server has signalled the backend, so that a request that was waited for
 * cannot hit a later command.
 *
 * Where nothing comes through it blocks for ever: the thread is nobody's, has
 * all that it needs for itself, and is waited for by no end of the program (as
 * one of libuv's pool would be).  That it is through shows as the end of a
 * pipe.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/thread.h"
#include "postgres/session_private.h"

struct cancel_request {
	struct pg_session	*session;
	struct loop_poll	*poll;
	int			 end;		/* of the pipe: readable when through */
};

/* The thread's own, outside of talloc. */
struct job {
	PGcancel	*handle;
	int		 end;
};

static void *
run_job(void *arg)
{
	struct job *job = arg;
	char why[256];

	/* One that failed is repeated while the command goes on. */
	(void)PQcancel(job->handle, why, sizeof(why));
	PQfreeCancel(job->handle);
	close(job->end);
	free(job);
	return NULL;
}

static int
request_destroy(struct cancel_request *request)
{
	request->session->cancelling = NULL;
	/* Before the descriptor that it looks at. */
	talloc_free(request->poll);
	close(request->end);
	return 0;
}

static void
request_through(void *arg, bool readable UNUSED, bool writable UNUSED)
{
	talloc_free(arg);
}

void
cancel_start(struct pg_session *s)
{
	struct cancel_request *request;
	struct job *job;
	PGcancel *handle = PQgetCancel(s->conn);
	int ends[2];

	/* From here on its end is waited for. */
	if (!s->cancel_sent)
		silence_begin(s);
	s->cancel_sent = true;
	if (handle == NULL)
		return;		/* not connected: the command ends as lost */
	if (pipe2(ends, O_CLOEXEC) != 0) {
		PQfreeCancel(handle);
		return;		/* tried again, as one that failed */
	}
	job = memory_check(calloc(1, sizeof(*job)));
	*job = (struct job){ handle, ends[1] };
	if (thread_start(run_job, job) != 0) {
		PQfreeCancel(handle);
		free(job);
		close(ends[0]);
		close(ends[1]);
		return;
	}
	request = NEW(s, struct cancel_request);
	request->session = s;
	request->end = ends[0];
	request->poll = loop_poll_new(request, s->loop, ends[0],
	    request_through, request);
	loop_poll_want(request->poll, true, false);
	talloc_set_destructor(request, request_destroy);
	s->cancelling = request;
}

void
cancel_abandon(struct pg_session *s)
{
	talloc_free(s->cancelling);
}
