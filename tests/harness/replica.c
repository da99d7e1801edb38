/* tests/harness/replica.c - a streaming standby of the cluster. */

#include "harness/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/spawn.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/replica.h"
#include "harness/sql.h"

#define WAIT_MS		60000

struct replica {
	char	*folder;	/* its socket, and data/ */
	pid_t	 postmaster;
};

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

static char *
server_program(const void *owner, const char *name)
{
	char *path = program_find(owner, name, cluster_major(), NULL);

	assert_non_null(path);
	return path;
}

static void
copy_cluster(const struct replica *r, const char *data)
{
	const char *const argv[] = {
		server_program(r, "pg_basebackup"), "-D", data, "-R", "-X",
		"stream", "-c", "fast", "--no-sync", "-h",
		cluster_socket_folder(), "-p", cluster_port(), "-U",
		"postgres", NULL,
	};

	assert_int_equal(wait_for(cluster_spawn(argv)), 0);
}

static struct sql_server
server_of(const struct replica *r)
{
	return (struct sql_server){ r->folder, "5432" };
}

static void
wait_ready(const struct replica *r)
{
	int64_t until = clock_mono_ms() + WAIT_MS;
	bool is_ready = false;
	PGconn *conn;

	while (!is_ready && clock_mono_ms() < until) {
		conn = sql_connect(server_of(r), "postgres");
		is_ready = PQstatus(conn) == CONNECTION_OK;
		PQfinish(conn);
		if (!is_ready)
			poll(NULL, 0, 5);
	}
	assert_true(is_ready);
	cluster_wait_value("postgres",
	    "SELECT string_agg(state, ',') FROM pg_stat_replication",
	    "streaming");
}

static int
replica_destroy(struct replica *r)
{
	struct error err = { 0 };

	kill(r->postmaster, SIGQUIT);
	(void)wait_for(r->postmaster);
	if (file_remove_tree(r->folder, &err) != 0)
		error_print(stderr, "# replica", &err);
	return 0;
}

struct replica *
replica_start(const void *owner)
{
	struct replica *r = NEW(owner, struct replica);
	char *data;

	r->folder = cluster_new_folder(r);
	data = path_join(r, r->folder, "data");
	copy_cluster(r, data);
	{
		/* Told each second how far it is; limits as the cluster's. */
		const char *const argv[] = {
			server_program(r, "postgres"), "-D", data, "-k",
			r->folder, "-p", "5432", "-c", "listen_addresses=",
			"-c", "fsync=off", "-c", "shared_buffers=16MB", "-c",
			"max_connections=60", "-c",
			"max_prepared_transactions=5", "-c",
			"wal_receiver_status_interval=1s", NULL,
		};

		r->postmaster = cluster_spawn(argv);
	}
	talloc_set_destructor(r, replica_destroy);
	wait_ready(r);
	return r;
}

char *
replica_value(const void *owner, const struct replica *r, const char *dbname,
    const char *sql)
{
	return sql_value(owner, server_of(r), dbname, sql);
}

void
replica_pause(const struct replica *r)
{
	int64_t until = clock_mono_ms() + WAIT_MS;
	bool is_paused = false;

	(void)replica_value(r, r, "postgres",
	    "SELECT pg_wal_replay_pause()::text");
	/* Asked for is not done: it stops before the next record. */
	while (!is_paused && clock_mono_ms() < until) {
		is_paused = str_equal(replica_value(r, r, "postgres",
		    cluster_major() >= 14 ?
		    "SELECT pg_get_wal_replay_pause_state()" :
		    "SELECT CASE WHEN pg_is_wal_replay_paused() THEN 'paused'"
		    " END"), "paused");
		if (!is_paused)
			poll(NULL, 0, 5);
	}
	assert_true(is_paused);
}

void
replica_resume(const struct replica *r)
{
	(void)replica_value(r, r, "postgres",
	    "SELECT pg_wal_replay_resume()::text");
}
