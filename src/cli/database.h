/*
 * cli/database.h - the database that a command is about, outside of a run.
 *
 * Its URL is --url's; else DIRECT_URL or DATABASE_URL, of the environment, of
 * the --env-file files, or of .env.local and .env here: as the tools that a
 * project uses find it.
 */
#ifndef PGRUNBOOK_CLI_DATABASE_H
#define PGRUNBOOK_CLI_DATABASE_H

#include <stdbool.h>

#include "base/loop.h"
#include "cli/command.h"
#include "postgres/session.h"

struct database {
	struct loop	*loop;
	bool		 cancel;	/* becomes true on SIGINT and SIGTERM */
	const struct pg_target *target;
	struct pg_session *session;
	const char	*source;	/* what the URL was found by, for people */
};

/* Find the URL alone; null with ERR_USAGE.  *source: where, for people. */
char *database_url(const void *owner, struct call *c, const char **source,
    struct error *err);
struct database *database_open(const void *owner, struct call *c,
    struct error *err);

#endif
