/*
 * postgres/cancel.c - cancel requests, from a thread.
 *
 * PQcancel() makes a connection of its own and blocks.  Once it has returned
 * the server has signalled the backend, so that a request that was waited for
 * cannot hit a later command.
 */

#include <stdlib.h>

#include "base/memory.h"
#include "postgres/session_private.h"

/* Outside of talloc: the thread may outlive the session. */
struct cancel_request {
	PGcancel		*handle;
	struct pg_session	*session;	/* null: nobody waits */
};

static void
request_free(struct cancel_request *request)
{
	PQfreeCancel(request->handle);
	free(request);
}

static void
request_run(void *arg)
{
	struct cancel_request *request = arg;
	char why[256];

	/* One that failed is repeated while the command goes on. */
	(void)PQcancel(request->handle, why, sizeof(why));
}

static void
request_done(void *arg)
{
	struct cancel_request *request = arg;

	if (request->session != NULL)
		request->session->cancelling = NULL;
	request_free(request);
}

void
cancel_start(struct pg_session *s)
{
	struct cancel_request *request;
	PGcancel *handle = PQgetCancel(s->conn);

	s->cancel_sent = true;
	if (handle == NULL)
		return;		/* not connected: the command ends as lost */
	request = memory_check(calloc(1, sizeof(*request)));
	request->handle = handle;
	request->session = s;
	s->cancelling = request;
	loop_work(s->loop, request_run, request_done, request);
}

void
cancel_abandon(struct pg_session *s)
{
	if (s->cancelling != NULL)
		s->cancelling->session = NULL;
	s->cancelling = NULL;
}
