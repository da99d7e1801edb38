/*
 * run/timeline.h - what people and steps did, in the order in which they did
 * it: a post-mortem's bones, out of the journal.
 *
 * Only what somebody decided and how steps ended; what the machine notes for
 * itself (digests, settings, evidence) is left to the report.
 */
#ifndef PGRUNBOOK_RUN_TIMELINE_H
#define PGRUNBOOK_RUN_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct moment {
	int64_t		 at_us;
	const char	*text;		/* one sentence, plain text */
};

/*
 * All of a run's folder up to now, also while its engine writes.  Owned by
 * owner.  -1 with ERR_VERIFY or ERR_IO of run/read.h.
 */
int timeline_read(const void *owner, const char *folder,
    struct moment **moments, size_t *count, struct error *err) WARN_UNUSED;

#endif
