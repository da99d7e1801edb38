/*
 * steps/private.h - what an attempt keeps to itself.  For attempt.c, session.c,
 * output.c, ask.c, statements.c, transaction.c, rehearsed.c and watch.c alone.
 */
#ifndef PGRUNBOOK_STEPS_PRIVATE_H
#define PGRUNBOOK_STEPS_PRIVATE_H

#include "base/redact.h"
#include "postgres/settings.h"
#include "steps/attempt.h"

struct opened_session {
	const char	*target, *database;	/* database: null, the target's own */
	struct pg_session *session;
	struct attempt	*attempt;
	struct pg_session *watcher;	/* that its lock watch goes through */
	bool		 gives_way;
	json_t		*settings;	/* as read back from the server */
	bool		 settings_told;	/* journaled */
	struct opened_session *next;
};

struct opened_target {
	const char	*target, *database;
	struct pg_target *with_database;
	struct opened_target *next;
};

struct attempt_private {
	struct opened_session *sessions;
	struct opened_target *targets;
	struct redact_stream *streams[2];
	struct buffer	*pending[2];	/* the start of a character that is not whole yet */
	int64_t		 window_ms;	/* when the live budget was filled last */
	int64_t		 window_left;	/* live bytes that may still go in it */
	int		 statement;	/* of the last STATEMENT_STARTED */
	bool		 is_running;	/* in attempt_run(): it leaves evidence */
	bool		 is_settling;	/* in attempt_settle(): it only asks */
	bool		 is_timed_out;
	const char	*progress_unit;	/* since when in it, and from where */
	int64_t		 progress_begun_ms, progress_first;
	const char	*tripped;	/* the tripwire that cancelled it; null */
	size_t		 gave_way_to;	/* sessions that queued; 0: it did not */
	const char	*gave_way_at;	/* the relation it waited for */
	struct error	 output_error;	/* of a write in a callback of the loop */
};

/*
 * The output so far is durable: before a COMMIT, so that a full disk shows
 * while nothing has happened yet.
 */
int output_sync(struct attempt *a, struct error *err) WARN_UNUSED;
/*
 * Read the settings of an attempt's session back, journal them where they are
 * not as they were told last, and see that those that were asked for hold.
 */
int session_settings_hold(struct attempt *a, struct pg_session *s,
    const struct pg_setting *asked, size_t count, struct error *err)
    WARN_UNUSED;
/* Ask from here on; *watching is freed to end it.  On failure, too. */
int tripwires_start(struct attempt *a, void **watching, struct error *err)
    WARN_UNUSED;
/* They are part of what is shown and signed. */
void tripwires_plan(struct attempt *a);
/* Was it one that cancelled the attempt?  Then err says so. */
bool tripwires_tell_why(const struct attempt *a, struct error *err);

/* A lock that is stronger than the same text took before is warned of. */
int rehearsed_compare_lock(struct attempt *a, const char *text,
    const char *lock, struct error *err) WARN_UNUSED;
/* An attempt that was stopped because it gave way says so: err is set anew. */
void watch_tell_why(const struct attempt *a, struct error *err);
/* Close the output artifact and journal it. */
int output_finish(struct attempt *a, struct error *err) WARN_UNUSED;

#endif
