/* tests/harness/cluster.c - a Postgres of the test program's own. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "harness/sql.h"
#include "harness/test.h"

#define START_MS	60000
#define WAIT_MS		10000
#define FOLDER_PREFIX	"pgrunbook-pg."

static struct {
	char		*folder;	/* socket, data/, log, lock */
	char		*data;
	char		*bin;		/* folder of the server's programs */
	int		 lock;		/* held as long as this program lives */
	pid_t		 postmaster;	/* 0: not running */
	uid_t		 uid;		/* whom the server runs as */
	gid_t		 gid;
	char		 port[8];
	bool		 loopback;	/* beside the socket */
	const char	*certificate;	/* null: without TLS */
	const char	*key;
} cluster = { .lock = -1, .port = "5432" };

static void NORETURN
give_up(const char *what)
{
	char *log = NULL;

	print_error("cluster: %s: %s\n", what, strerror(errno));
	if (cluster.folder != NULL) {
		char *path = path_join(NULL, cluster.folder, "log");

		if (file_read(NULL, path, 1 << 20, &log, NULL, NULL) == 0)
			print_error("%s\n", log);
		talloc_free(path);
	}
	talloc_free(log);
	fail();
	abort();
}

/* A moment between two looks at something that tells nobody of a change. */
static void
moment(void)
{
	poll(NULL, 0, 5);
}

/* Root gives itself up: the server refuses to run as root. */
static void
choose_user(void)
{
	const struct passwd *user;

	cluster.uid = getuid();
	cluster.gid = getgid();
	if (cluster.uid != 0)
		return;
	user = getpwnam("postgres");
	if (user == NULL)
		user = getpwnam("nobody");
	if (user == NULL)
		give_up("there is no user that the server could run as");
	cluster.uid = user->pw_uid;
	cluster.gid = user->pw_gid;
}

static void
choose_server(void)
{
	const char *folder = getenv("TEST_POSTGRES_BIN");
	struct error err = { 0 };
	char *postgres;

	if (folder != NULL && folder[0] != '\0') {
		cluster.bin = mem_strdup(NULL, folder);
		return;
	}
	postgres = program_find(NULL, "postgres", 0, &err);
	assert_got(postgres, &err);
	cluster.bin = path_folder(NULL, postgres);
	talloc_free(postgres);
}

/* In a child.  The server's user must be able to write its log. */
static void
drop_root(void)
{
	if (getuid() == 0 && (setgroups(0, NULL) != 0 ||
	    setgid(cluster.gid) != 0 || setuid(cluster.uid) != 0))
		_exit(126);
}

/* In a child: as the server's user, output into the log, program argv[0]. */
static void NORETURN
become(const char *const *argv, const char *log)
{
	union {
		const char *const	*in;
		char *const		*out;
	} u = { .in = argv };
	int fd, null;

	drop_root();
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	null = open("/dev/null", O_RDONLY);
	if (fd < 0 || null < 0)
		_exit(126);
	dup2(null, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	closefrom(3);
	setenv("LC_ALL", "C.UTF-8", 1);
	signal(SIGPIPE, SIG_DFL);
	execv(u.out[0], u.out);
	_exit(127);
}

static void
run_as_server(const char *const *argv, const char *what)
{
	char *log = path_join(NULL, cluster.folder, "log");
	int status;
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork");
	if (pid == 0)
		become(argv, log);
	talloc_free(log);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			give_up(what);
	if (status != 0)
		give_up(what);
}

/* cp -a, as ourselves.  False: it did not work out. */
static bool
copy_tree(const char *from, const char *to)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execlp("cp", "cp", "-a", "--reflink=auto", from, to, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void
init_data(void)
{
	const char *const argv[] = {
		path_join(cluster.folder, cluster.bin, "initdb"), "-D",
		cluster.data, "-A", "trust", "-U", "postgres", "-E", "UTF8",
		"--locale=C.UTF-8", "--no-sync", "--wal-segsize=1", NULL,
	};

	run_as_server(argv, "initdb");
}

/*
 * initdb takes seconds: once per build tree.  The copy is made under another
 * name and renamed, so that a half-made one is never taken.
 */
static void
make_data(void)
{
	void *scratch = talloc_new(NULL);
	char *template = mem_printf(scratch, "%s/tests/cluster-template-%d",
	    test_builddir(), cluster_major());
	char *lock_path = mem_printf(scratch, "%s.lock", template);
	char *part = mem_printf(scratch, "%s.part", template);
	struct stat st;
	int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (lock >= 0)
		flock(lock, LOCK_EX);
	/* Made for another user, the server would not have it. */
	if (stat(template, &st) == 0 && st.st_uid == cluster.uid &&
	    copy_tree(template, cluster.data)) {
		close(lock);
		talloc_free(scratch);
		return;
	}
	init_data();
	if (lock >= 0 && file_remove_tree(part, NULL) == 0 &&
	    file_remove_tree(template, NULL) == 0 &&
	    copy_tree(cluster.data, part) && rename(part, template) != 0)
		print_message("cluster: no template is kept: %s\n",
		    strerror(errno));
	if (lock >= 0)
		close(lock);
	talloc_free(scratch);
}

static char *
socket_path(const void *owner)
{
	return mem_printf(owner, "%s/.s.PGSQL.%s", cluster.folder,
	    cluster.port);
}

/* signum: what it gets when this program ends. */
static pid_t
spawn(const char *const *argv, int signum)
{
	char *log = path_join(NULL, cluster.folder, "log");
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		give_up("fork");
	if (pid == 0) {
		/*
		 * The death signal is forgotten when the user changes: so the
		 * user changes first, in here, and not in become().
		 */
		drop_root();
		prctl(PR_SET_PDEATHSIG, signum);
		if (getppid() != parent)
			_exit(126);
		become(argv, log);
	}
	talloc_free(log);
	return pid;
}

pid_t
cluster_spawn(const char *const *argv)
{
	return spawn(argv, SIGKILL);
}

char *
cluster_new_folder(const void *owner)
{
	char *path = mem_printf(owner, "%s/XXXXXX", cluster.folder);

	if (mkdtemp(path) == NULL || chmod(path, 0755) != 0 ||
	    chown(path, cluster.uid, cluster.gid) != 0)
		give_up("mkdtemp");
	return path;
}

static void
spawn_server(void)
{
	void *scratch = talloc_new(NULL);
	bool tls = cluster.certificate != NULL;
	const char *const argv[] = {
		path_join(scratch, cluster.bin, "postgres"), "-D", cluster.data,
		"-k", cluster.folder, "-p", cluster.port, "-c",
		cluster.loopback ? "listen_addresses=127.0.0.1" :
		"listen_addresses=", "-c",
		mem_printf(scratch, "ssl_cert_file=%s", tls ?
		    cluster.certificate : ""), "-c",
		mem_printf(scratch, "ssl_key_file=%s", tls ? cluster.key : ""),
		"-c", tls ? "ssl=on" : "ssl=off",
		"-c", "fsync=off", "-c", "full_page_writes=off",
		"-c", "shared_buffers=16MB", "-c", "max_connections=60",
		"-c", "max_prepared_transactions=5", "-c", "autovacuum=off",
		"-c", "timezone=UTC", "-c", "log_statement=none",
		"-c", "log_line_prefix=%m [%p] %u@%d %a ", NULL,
	};

	cluster.postmaster = spawn(argv, SIGQUIT);
	talloc_free(scratch);
}

static PGconn *
connect_to(const char *dbname)
{
	return sql_connect((struct sql_server){ cluster.folder, cluster.port },
	    dbname);
}

/* Waits until it answers.  False: it ended instead. */
static bool
wait_ready(void)
{
	int64_t until = clock_mono_ms() + START_MS;

	while (clock_mono_ms() < until) {
		PGconn *conn = connect_to("postgres");
		bool ready = PQstatus(conn) == CONNECTION_OK;

		PQfinish(conn);
		if (ready)
			return true;
		if (waitpid(cluster.postmaster, NULL, WNOHANG) != 0) {
			cluster.postmaster = 0;
			return false;
		}
		moment();
	}
	errno = ETIMEDOUT;
	give_up("the server does not answer");
}

/* After a kill -9 the old backends hold the memory for a moment more. */
static void
start_server(void)
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	do {
		char *path = socket_path(NULL);

		unlink(path);
		talloc_free(path);
		spawn_server();
		if (wait_ready())
			return;
		moment();
	} while (clock_mono_ms() < until);
	give_up("the server does not start");
}

/* Folders whose program was killed: nobody holds their lock. */
static void
sweep(void)
{
	const char *tmp = path_temporary();
	char *lock_path, *folder;
	struct dirent *entry;
	DIR *dir = opendir(tmp);
	int fd;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (!str_starts(entry->d_name, FOLDER_PREFIX))
			continue;
		folder = path_join(NULL, tmp, entry->d_name);
		lock_path = path_join(folder, folder, "lock");
		fd = open(lock_path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
		    file_remove_tree(folder, NULL) != 0)
			print_message("cluster: %s cannot be removed\n", folder);
		if (fd >= 0)
			close(fd);
		talloc_free(folder);
	}
	if (dir != NULL)
		closedir(dir);
}

static void
make_folder(void)
{
	char *lock_path;

	sweep();
	/* Whoever sweeps takes what has a lock file that nobody holds. */
	cluster.folder = mem_printf(NULL, "%s/" FOLDER_PREFIX "XXXXXX",
	    path_temporary());
	if (mkdtemp(cluster.folder) == NULL)
		give_up("mkdtemp");
	lock_path = path_join(cluster.folder, cluster.folder, "lock.new");
	cluster.lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (cluster.lock < 0 || flock(cluster.lock, LOCK_EX) != 0 ||
	    rename(lock_path, path_join(cluster.folder, cluster.folder, "lock"))
	    != 0)
		give_up("lock");
	if (chown(cluster.folder, cluster.uid, cluster.gid) != 0)
		give_up("chown");
	cluster.data = path_join(cluster.folder, cluster.folder, "data");
}

static void
stop_now(int signum)
{
	if (cluster.postmaster == 0)
		return;
	kill(cluster.postmaster, signum);
	while (waitpid(cluster.postmaster, NULL, 0) < 0 && errno == EINTR)
		;
	cluster.postmaster = 0;
}

static void
stop_at_exit(void)
{
	cluster_stop(NULL);
}

int
cluster_start(void **state UNUSED)
{
	static bool registered;

	choose_user();
	choose_server();
	make_folder();
	if (!registered)
		atexit(stop_at_exit);
	registered = true;
	make_data();
	start_server();
	return 0;
}

int
cluster_stop(void **state UNUSED)
{
	struct error err = { 0 };

	if (cluster.folder == NULL)
		return 0;
	if (cluster.postmaster != 0)
		kill(cluster.postmaster, SIGCONT);
	stop_now(SIGQUIT);
	if (getenv("TEST_KEEP") != NULL)
		print_message("kept: %s\n", cluster.folder);
	else if (file_remove_tree(cluster.folder, &err) != 0)
		error_print(stderr, "# cluster", &err);
	close(cluster.lock);
	sweep();
	talloc_free(cluster.folder);
	talloc_free(cluster.bin);
	cluster.folder = NULL;
	cluster.bin = NULL;
	return 0;
}

char *
cluster_url_as(const void *owner, const char *dbname, const char *user)
{
	return mem_printf(owner, "postgresql:///%s?host=%s&port=%s"
	    "&user=%s", dbname, cluster.folder, cluster.port, user);
}

char *
cluster_url(const void *owner, const char *dbname)
{
	return cluster_url_as(owner, dbname, "postgres");
}

const char *
cluster_socket_folder(void)
{
	return cluster.folder;
}

const char *
cluster_port(void)
{
	return cluster.port;
}

const char *
cluster_data_folder(void)
{
	return cluster.data;
}

char *
cluster_log(const void *owner)
{
	char *path = path_join(NULL, cluster.folder, "log");
	char *text = slurp(owner, path);

	talloc_free(path);
	return text;
}

/* A program's major version: .../postgresql/15/bin, or what it says of itself. */
static int
major_of(const char *program)
{
	void *scratch = talloc_new(NULL);
	int major = atoi(path_name(path_folder(scratch,
	    path_folder(scratch, program))));
	char *command = mem_printf(scratch, "'%s' --version", program);
	FILE *out;

	if (major == 0) {
		out = popen(command, "re");
		if (out == NULL ||
		    fscanf(out, "%*s (PostgreSQL) %d", &major) != 1)
			give_up(command);
		pclose(out);
	}
	talloc_free(scratch);
	return major;
}

int
cluster_major(void)
{
	char *postgres = path_join(NULL, cluster.bin, "postgres");
	int major = major_of(postgres);

	talloc_free(postgres);
	return major;
}

char *
cluster_pg_dump(const void *owner)
{
	char *path = program_find(owner, "pg_dump", cluster_major(), NULL);

	return path != NULL && major_of(path) >= cluster_major() ? path : NULL;
}

void
cluster_crash(void)
{
	stop_now(SIGKILL);
}

bool
cluster_stop_backend(int pid)
{
	char *path = mem_printf(NULL, "/proc/%d/stat", pid), *text;
	char state = 'R';

	/* Sent is not stopped: it is when the kernel says so. */
	if (kill(pid, SIGSTOP) != 0)
		state = 'X';
	while (strchr("TZX", state) == NULL) {
		if (file_read(path, path, 4096, &text, NULL, NULL) != 0)
			state = 'X';
		else
			state = strrchr(text, ')')[2];
	}
	talloc_free(path);
	return state == 'T';
}

bool
cluster_kill_backend(int pid)
{
	PGconn *witness = connect_to("postgres");
	struct pollfd f = { PQsocket(witness), POLLIN, 0 };
	int rc;

	if (PQstatus(witness) != CONNECTION_OK)
		give_up("no session is to be had");
	/* What has ended, and is not buried yet, can be killed in vain. */
	if (!cluster_stop_backend(pid) || kill(pid, SIGKILL) != 0) {
		PQfinish(witness);
		return false;
	}
	/* The postmaster ends all sessions, this one with them. */
	while ((rc = poll(&f, 1, WAIT_MS)) < 0 && errno == EINTR)
		;
	if (rc != 1)
		give_up("no session ended with the one that was killed");
	PQfinish(witness);
	if (!wait_ready())
		give_up("the server does not recover");
	return true;
}

void
cluster_restart(void)
{
	stop_now(SIGQUIT);
	start_server();
}

/* A port of 127.0.0.1 that nobody has at the moment. */
static in_port_t
free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		give_up("no port is free");
	close(fd);
	return ntohs(address.sin_port);
}

void
cluster_serve_loopback(const char *certificate, const char *key)
{
	stop_now(SIGQUIT);
	snprintf(cluster.port, sizeof(cluster.port), "%hu", free_port());
	cluster.loopback = true;
	cluster.certificate = certificate;
	cluster.key = key;
	start_server();
}

/* The postmaster and its children, each of which is a group of its own. */
static void
signal_all(int signum)
{
	char *path = mem_printf(NULL, "/proc/%d/task/%d/children",
	    cluster.postmaster, cluster.postmaster);
	char *text = NULL, *word, *rest;

	if (file_read(path, path, 65536, &text, NULL, NULL) == 0)
		for (word = strtok_r(text, " ", &rest); word != NULL;
		    word = strtok_r(NULL, " ", &rest))
			if (atoi(word) > 0)
				kill(atoi(word), signum);
	kill(cluster.postmaster, signum);
	talloc_free(path);
}

void
cluster_freeze(void)
{
	kill(cluster.postmaster, SIGSTOP);
	signal_all(SIGSTOP);
}

void
cluster_thaw(void)
{
	signal_all(SIGCONT);
}
