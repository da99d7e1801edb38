/*
 * postgres/target.h - connection URLs as users have them, made fit for libpq.
 *
 * Prisma's own parameters are mapped or dropped and listed, passwords are
 * kept apart so that they never reach a screen or disk.
 */
#ifndef PGRUNBOOK_POSTGRES_TARGET_H
#define PGRUNBOOK_POSTGRES_TARGET_H

#include <stdbool.h>

#include "base/error.h"

struct pg_target {
	const char	**keywords, **values;	/* for PQconnectStartParams; null-terminated; PG* variables cannot fill in */
	const char	*host, *port, *dbname, *user;	/* for display; "" where not given */
	const char	*password;		/* null: none in the URL */
	const char	*schema;		/* Prisma's schema parameter; "public" */
	const char	*shown;			/* the URL without its password */
	const char	**dropped;		/* names of parameters that were left out; null-terminated */
	bool		 says_pooler;		/* pgbouncer=true or port 6543 of a Supabase pooler */
};

/* url: postgres(ql)://…, key=value conninfo, or service=….  Result is owned by owner. */
struct pg_target *pg_target_parse(const void *owner, const char *url,
    struct error *err);
/* The same server, another database. */
struct pg_target *pg_target_with_database(const void *owner,
    const struct pg_target *t, const char *dbname);
/*
 * Environment for pg_dump, pg_restore, psql: PGHOST, PGPORT, PGUSER,
 * PGDATABASE, PGPASSWORD, PGAPPNAME, … on top of this process's own without
 * any other PG* variable; LC_ALL=C.
 */
char **pg_target_environment(const void *owner, const struct pg_target *t,
    const char *application_name);

#endif
