/*
 * tests/harness/sql.h - statements at a server on a Unix socket, each in a
 * session of its own.  Whatever fails in here fails the test.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_SQL_H
#define PGRUNBOOK_TESTS_HARNESS_SQL_H

#include <libpq-fe.h>

struct sql_server {
	const char	*folder;	/* that the socket is in */
	const char	*port;		/* which is part of its name */
};

/* A session as "postgres", which the caller asks whether there is one. */
PGconn *sql_connect(struct sql_server server, const char *dbname);
/* The first value of the last result; null where there is none or it is null. */
char *sql_value(const void *owner, struct sql_server server,
    const char *dbname, const char *sql);

#endif
