/*
 * tests/harness/cluster.h - a Postgres of the test program's own.
 *
 * One per program, made from a cached initdb, on a Unix socket alone (until
 * cluster_serve_loopback()), in a folder that goes with it.  Started by root
 * the server runs as another user.  However the program ends, the server ends
 * with it.  TEST_POSTGRES_BIN: the folder of the server's programs; without it
 * the newest that is installed.
 *
 *     return test_main(tests, cluster_start, cluster_stop);
 *
 * Whatever fails in here fails the test, and shows the server's log.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_CLUSTER_H
#define PGRUNBOOK_TESTS_HARNESS_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

/* Setup and teardown of a group of tests; state is not touched. */
int cluster_start(void **state);
int cluster_stop(void **state);

/* "postgresql:///NAME?host=...&user=postgres": a superuser, no password. */
char *cluster_url(const void *owner, const char *dbname);
/* The same as another user. */
char *cluster_url_as(const void *owner, const char *dbname, const char *user);
/* The folder that the socket is in, and the port that is part of its name. */
const char *cluster_socket_folder(void);
const char *cluster_port(void);
const char *cluster_data_folder(void);
/* What the server has logged so far. */
char *cluster_log(const void *owner);
/* "15": the server's major version. */
int cluster_major(void);
/* A pg_dump of this major or a newer one; null: there is none. */
char *cluster_pg_dump(const void *owner);

/*
 * A program as the server's user, since not all programs run as root; it ends
 * with this one.  And a new folder that is that user's.
 */
pid_t cluster_spawn(const char *const *argv);
char *cluster_new_folder(const void *owner);

void cluster_create_db(const char *name);
/* Also where sessions and subscriptions are in it. */
void cluster_drop_db(const char *name);
/* A new empty database with a name of its own. */
char *cluster_new_db(const void *owner);

/* Run statements; each must succeed. */
void cluster_sql(const char *dbname, const char *sql);
/* The first value of the first row; null where there is none or it is null. */
char *cluster_value(const void *owner, const char *dbname, const char *sql);
/* Ask until the value is wanted; after ten seconds the test fails. */
void cluster_wait_value(const char *dbname, const char *sql,
    const char *wanted);

/* kill -9 of the server, as a power cut; and up again. */
void cluster_crash(void);
/*
 * kill -9 of one session's process; returns when the server has recovered.
 * False: the session had ended by itself.
 */
bool cluster_kill_backend(int pid);
/* One session's process stands still.  False: it had ended by itself. */
bool cluster_stop_backend(int pid);
/* Up again after cluster_crash(), or down (immediately) and up. */
void cluster_restart(void);
/*
 * Down, and up again on 127.0.0.1 also, with this certificate (null: without
 * TLS): cluster_port() is another one from here on.  The key is the server
 * user's, for its eyes only.  Both paths are borrowed as long as the server
 * runs.
 */
void cluster_serve_loopback(const char *certificate, const char *key);
/* All of it stands still (SIGSTOP), and goes on. */
void cluster_freeze(void);
void cluster_thaw(void);

#endif
