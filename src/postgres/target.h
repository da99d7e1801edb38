/*
 * postgres/target.h - connection URLs as users have them, made fit for libpq.
 *
 * Prisma's own parameters are mapped or dropped and listed, passwords are
 * kept apart so that they never reach a screen or disk.  PG* variables do
 * not fill in (postgres/environment.h); a pg service and the password file
 * do.  Nothing is connected to here.
 */
#ifndef PGRUNBOOK_POSTGRES_TARGET_H
#define PGRUNBOOK_POSTGRES_TARGET_H

#include <stdbool.h>

#include "base/error.h"

struct pg_target {
	const char	**keywords, **values;	/* for PQconnectStartParams; null-terminated */
	const char	*host, *port, *dbname, *user;	/* for display; "" where not given */
	const char	*password;		/* null: none in the URL */
	const char	*schema;		/* Prisma's schema parameter; "public" */
	bool		 says_schema;		/* it was given: sessions set search_path */
	const char	*shown;			/* the URL without its password */
	const char	**dropped;		/* names of parameters that were left out; null-terminated */
	const char	*note;			/* what the URL asks for and does not get, in one line; null: nothing */
	bool		 says_pooler;		/* pgbouncer=true or port 6543 of a Supabase pooler */
};

/*
 * url: postgres(ql)://…, key=value conninfo, or service=….  Result is owned
 * by owner.  Null with ERR_USAGE; no part of a password is in the text.
 */
struct pg_target *pg_target_parse(const void *owner, const char *url,
    struct error *err);
/* The same server, another database. */
struct pg_target *pg_target_with_database(const void *owner,
    const struct pg_target *t, const char *dbname);
/* The value of a libpq keyword; null where it has none. */
const char *pg_target_value(const struct pg_target *t, const char *keyword);
/*
 * Environment for pg_dump, pg_restore, psql: PGHOST, PGPORT, PGUSER,
 * PGDATABASE, PGPASSWORD, PGAPPNAME, … on top of this process's own without
 * any other PG* variable; LC_ALL=C.
 */
char **pg_target_environment(const void *owner, const struct pg_target *t,
    const char *application_name);

#endif
