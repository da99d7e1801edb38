/*
 * tests/cli/shelf.h - a person's project, and runbooks walked in it: a folder
 * with the shipped runbooks, two migrations of Prisma, two databases, prepared
 * answers; and small scripts in place of programs that cannot be installed
 * here, which write down how they were called.
 *
 * Wants a cluster (harness/cluster.h).  Whatever fails in here fails the test.
 */
#ifndef PGRUNBOOK_TESTS_CLI_SHELF_H
#define PGRUNBOOK_TESTS_CLI_SHELF_H

#include "cli/program.h"

struct shelf {
	char	*folder, *approvals, *bin;
	char	*database, *other;
	int	 answers;
};

/* DATABASE_URL, STAGING_URL, SANDBOX_URL are its database, ANALYTICS_URL is
 * the other one; both are sandboxes, since only those take decisions that
 * were written beforehand and bear no digest. */
struct shelf *shelf_new(void);
/* The database says of itself that it is of this environment. */
void shelf_is(struct shelf *s, const char *database, const char *environment);
/* The environment's variable is the database's URL. */
void shelf_url(const char *variable, const char *database);
/* A program that notes its call in "calls", and then does what script says. */
void shelf_stand_in(struct shelf *s, const char *name, const char *script);
void shelf_migration(struct shelf *s, const char *name, const char *sql);
/* Its entry in Prisma's books, as of one that failed with this log (null: none). */
void shelf_failed(struct shelf *s, const char *name, const char *log);
/* .env.example, and .env.staging with all that it wants. */
void shelf_env_files(struct shelf *s);
/* The folder of the one backup there is. */
char *shelf_backup(struct shelf *s);
/* The text of a file of the project; a value of its database. */
char *shelf_file(struct shelf *s, const char *name);
const char *shelf_value(struct shelf *s, const char *sql);

/* Prepared by ana.  rest, fields: JSON members, "" for none. */
void shelf_say(struct shelf *s, const char *step, const char *rest);
void shelf_approve(struct shelf *s, const char *step);
void shelf_choose(struct shelf *s, const char *step, const char *key);
void shelf_tick(struct shelf *s, const char *step, int items,
    const char *fields);

/* "run NAME --headless"; arguments ("--var=a=b") follow, the last is null. */
struct told shelf_walk(struct shelf *s, const char *name, ...)
    __attribute__((sentinel));
/* The run's name, out of what a walk said. */
char *walk_run(struct shelf *s, struct told t);
/* It was closed as done. */
void walk_holds(struct told t);
/* It stopped with this status, and says this. */
void walk_stops(struct told t, int status, const char *text);

#endif
