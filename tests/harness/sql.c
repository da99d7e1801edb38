/* tests/harness/sql.c - statements at a server on a Unix socket. */

#include "harness/sql.h"

#include "base/memory.h"
#include "harness/test.h"

PGconn *
sql_connect(struct sql_server server, const char *dbname)
{
	const char *const names[] = { "host", "port", "user", "dbname",
	    "application_name", NULL };
	const char *const values[] = { server.folder, server.port, "postgres",
	    dbname, "tests", NULL };

	return PQconnectdbParams(names, values, 0);
}

static void
no_notice(void *arg UNUSED, const PGresult *result UNUSED)
{
}

char *
sql_value(const void *owner, struct sql_server server, const char *dbname,
    const char *sql)
{
	PGconn *conn = sql_connect(server, dbname);
	PGresult *result;
	ExecStatusType status;
	char *value = NULL;

	if (PQstatus(conn) != CONNECTION_OK)
		fail_msg("%s: %s", server.folder, PQerrorMessage(conn));
	PQsetNoticeReceiver(conn, no_notice, NULL);
	result = PQexec(conn, sql);
	status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
	    status != PGRES_EMPTY_QUERY)
		fail_msg("%s: %s\nin: %s", dbname, PQresultErrorMessage(result),
		    sql);
	if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
		value = mem_strdup(owner, PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(conn);
	return value;
}
