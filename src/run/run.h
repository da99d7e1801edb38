/*
 * run/run.h - a run that is open for writing: its folder, journal and state.
 *
 * run_append() journals first, then folds, then tells the listeners: nobody
 * sees an event that is not durable.  After a failed append the run is spent:
 * every later append fails, so no further effect can begin.
 */
#ifndef PGRUNBOOK_RUN_RUN_H
#define PGRUNBOOK_RUN_RUN_H

#include <jansson.h>

#include "base/error.h"
#include "base/redact.h"
#include "journal/append.h"
#include "run/event.h"
#include "run/state.h"

struct run {
	const char	*folder;
	struct journal	*journal;
	struct run_state *state;
	struct redactor	*redactor;	/* all text passes it before disk and listeners */
};

/*
 * Open a folder's journal (created when absent) and fold it.  torn as
 * journal_open.  ERR_BUSY: another engine has it.
 */
struct run *run_open(const void *owner, const char *folder,
    struct journal_torn *torn, struct error *err);

/*
 * Takes data's reference.  ERR_INTERNAL where the fields are not those of the
 * table or the state cannot follow: nothing was written then.  ERR_IO and
 * ERR_TOO_LONG as journal_append().
 */
int run_append(struct run *r, enum event_type t, json_t *data,
    struct error *err) WARN_UNUSED;
/* A live event: folded and told, never journaled.  Takes data's reference. */
void run_live(struct run *r, enum event_type t, json_t *data);

/* All secrets in value's strings replaced: what run_append() would write.  New reference. */
json_t *run_redact(const struct run *r, const json_t *value);

/* fn is called for each event after it is durable and folded.  It does not append. */
void run_listen(struct run *r, void (*fn)(void *arg, const struct event *e),
    void *arg);

/*
 * Close with the closing record: count and head hash.  reason, principal: may
 * be null.  seal: further fields (approval/closing.h); null; borrowed.
 */
int run_close(struct run *r, const char *outcome, const char *reason,
    const char *principal, const json_t *seal, struct error *err) WARN_UNUSED;

#endif
