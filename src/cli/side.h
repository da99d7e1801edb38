/*
 * cli/side.h - a schema as people name one on the command line: a URL, a
 * snapshot file, a folder of migrations, or a file of SQL.
 *
 * What is no database is replayed in a shadow database, which is dropped
 * again also when the program is interrupted.  What takes longer than a second
 * shows how far it is.
 */
#ifndef PGRUNBOOK_CLI_SIDE_H
#define PGRUNBOOK_CLI_SIDE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/loop.h"
#include "cli/progress.h"
#include "postgres/session.h"
#include "schema/snapshot.h"

struct side {
	const char	*word;		/* as it was given */
	const char	*shown;		/* without a password */
	const struct pg_target *target;	/* null: no URL */
	struct pg_session *session;	/* null: no URL */
	struct schema_snapshot *snapshot;
};

struct sides {
	struct loop	*loop;
	bool		 cancel;	/* becomes true on SIGINT, SIGTERM and SIGHUP */
	struct progress	*progress;	/* to be ended before anything is printed */
	const char	*shadow_word;	/* as it was given; null */
	const struct pg_target *shadow;	/* null: none yet */
};

/* shadow: a URL or "scratch"; null: the server of the first side that is a URL. */
struct sides *sides_new(const void *owner, const char *shadow,
    struct error *err);
/* Load all; the words stand in the sides. */
int sides_load(struct sides *s, struct side *list, int count,
    struct error *err) WARN_UNUSED;
/* Print the error below what was shown; its exit code. */
int sides_fail(struct sides *s, const struct error *err);

#endif
