/* tests/harness/cluster_sql.c - the cluster's databases, and what is in them. */

#include <poll.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/sql.h"
#include "harness/test.h"

#define WAIT_MS		10000

char *
cluster_value(const void *owner, const char *dbname, const char *sql)
{
	return sql_value(owner, (struct sql_server){ cluster_socket_folder(),
	    cluster_port() }, dbname, sql);
}

void
cluster_sql(const char *dbname, const char *sql)
{
	talloc_free(cluster_value(NULL, dbname, sql));
}

void
cluster_wait_value(const char *dbname, const char *sql, const char *wanted)
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	for (;;) {
		char *value = cluster_value(NULL, dbname, sql);
		bool equal = str_equal(value, wanted);

		if (!equal && clock_mono_ms() > until)
			fail_msg("%s\nis %s, not %s", sql,
			    value != NULL ? value : "null", wanted);
		talloc_free(value);
		if (equal)
			return;
		/* Nobody tells of a change. */
		poll(NULL, 0, 5);
	}
}

void
cluster_create_db(const char *name)
{
	char *sql = mem_printf(NULL, "CREATE DATABASE \"%s\"", name);

	cluster_sql("postgres", sql);
	talloc_free(sql);
}

/* The server keeps a database that has any; their slots are nowhere. */
static void
drop_subscriptions(const char *dbname)
{
	cluster_sql(dbname, "DO $$DECLARE s text; BEGIN FOR s IN SELECT "
	    "quote_ident(subname) FROM pg_subscription WHERE subdbid = "
	    "(SELECT oid FROM pg_database WHERE datname = current_database()) "
	    "LOOP EXECUTE 'ALTER SUBSCRIPTION '||s||' DISABLE'; "
	    "EXECUTE 'ALTER SUBSCRIPTION '||s||' SET (slot_name = NONE)'; "
	    "EXECUTE 'DROP SUBSCRIPTION '||s; END LOOP; END$$");
}

void
cluster_drop_db(const char *name)
{
	char *has = mem_printf(NULL, "SELECT 1 FROM pg_subscription s JOIN "
	    "pg_database d ON d.oid = s.subdbid WHERE d.datname = '%s'", name);
	char *sql = mem_printf(has, "DROP DATABASE IF EXISTS \"%s\" "
	    "WITH (FORCE)", name);

	if (cluster_value(has, "postgres", has) != NULL)
		drop_subscriptions(name);
	cluster_sql("postgres", sql);
	talloc_free(has);
}

char *
cluster_new_db(const void *owner)
{
	static int databases;
	char *name = mem_printf(owner, "db%d", ++databases);

	cluster_create_db(name);
	return name;
}
