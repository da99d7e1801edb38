/* cli/scratch_server.c - a Postgres server of one's own, to be thrown away. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/scratch_server.h"

#define PORT		"5432"
#define START_MS	60000
#define STOP_MS		20000
#define LOOK_MS		10	/* between two looks at what tells nobody */

struct server {
	char	*folder;	/* pg/ of the scratch folder: socket, data/, log */
	char	*data, *log, *bin;
	uid_t	 uid;
	gid_t	 gid;
};

/* ---- folders --------------------------------------------------------- */

static int
choose_user(struct server *s, struct error *err)
{
	const struct passwd *user;

	s->uid = geteuid();
	s->gid = getegid();
	if (s->uid != 0)
		return 0;
	user = getpwnam("postgres");
	if (user == NULL)
		user = getpwnam("nobody");
	if (user == NULL)
		return error_set(err, ERR_NOT_FOUND, "there is no user that the "
		    "server could run as");
	s->uid = user->pw_uid;
	s->gid = user->pw_gid;
	return 0;
}

/* Can anybody walk through it to a folder that he knows the name of? */
static bool
is_passable(const char *path)
{
	char *at = path_real(NULL, path);
	struct stat st;
	bool passable = at != NULL;

	while (passable && strcmp(at, "/") != 0) {
		char *up = path_folder(NULL, at);

		passable = stat(at, &st) == 0 && (st.st_mode & S_IXOTH) != 0;
		talloc_free(at);
		at = up;
	}
	talloc_free(at);
	return passable;
}

/* A socket's name has room for about a hundred bytes. */
static const char *
temporary(void)
{
	const char *tmp = path_temporary();

	if (tmp[0] != '/' || strlen(tmp) > 50)
		return "/tmp";
	return geteuid() == 0 && !is_passable(tmp) ? "/tmp" : tmp;
}

char *
scratch_folder_create(const void *owner, const char *prefix, struct error *err)
{
	char *path = mem_printf(owner, "%s/%s.XXXXXX", temporary(), prefix);

	if (mkdtemp(path) == NULL) {
		error_errno(err, ERR_IO, "could not make a folder in \"%s\"",
		    temporary());
		goto failed;
	}
	/* Root's server is another user: it must get through to pg/. */
	if (geteuid() == 0 && chmod(path, 0711) != 0) {
		error_errno(err, ERR_IO, "could not open \"%s\"", path);
		goto failed;
	}
	return path;
failed:
	talloc_free(path);
	return NULL;
}

char **
scratch_folders(const void *owner, const char *prefix)
{
	char **names, **found = NEW_ARRAY(owner, char *, 1);
	size_t count, n = 0;
	struct error err;
	struct stat st;

	if (folder_list(found, temporary(), &names, &count, &err) != 0)
		return found;
	for (size_t i = 0; i < count; i++) {
		char *path = path_join(found, temporary(), names[i]);

		if (!str_starts(names[i], prefix) ||
		    names[i][strlen(prefix)] != '.' || lstat(path, &st) != 0 ||
		    !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
			continue;
		GROW(owner, found, char *, n + 2);
		found[n++] = path;
		found[n] = NULL;
	}
	return found;
}

char *
scratch_server_url(const void *owner, const char *folder, const char *dbname)
{
	return mem_printf(owner, "postgresql:///%s?host=%s/pg&port=" PORT
	    "&user=" SCRATCH_ROLE, dbname, folder);
}

/* ---- processes ------------------------------------------------------- */

/* In a child: as the server's user, output into its log. */
static void NORETURN
become(const struct server *s, const char *const *argv, bool dies_with_us,
    pid_t parent)
{
	union {
		const char *const	*in;
		char *const		*out;
	} u = { .in = argv };
	int log, null;

	if (getuid() == 0 && (setgroups(0, NULL) != 0 ||
	    setgid(s->gid) != 0 || setuid(s->uid) != 0))
		_exit(126);
	/* The death signal is forgotten when the user changes: set it after. */
	if (dies_with_us) {
		prctl(PR_SET_PDEATHSIG, SIGINT);
		if (getppid() != parent)
			_exit(126);
	}
	log = open(s->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	null = open("/dev/null", O_RDONLY);
	if (log < 0 || null < 0 || chdir("/") != 0)
		_exit(126);
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	closefrom(3);
	setsid();
	setenv("LC_ALL", "C", 1);
	signal(SIGPIPE, SIG_DFL);
	execv(u.out[0], u.out);
	_exit(127);
}

static pid_t
spawn(const struct server *s, const char *const *argv, bool dies_with_us,
    struct error *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		become(s, argv, dies_with_us, parent);
	if (pid < 0)
		error_errno(err, ERR_CHILD, "could not start \"%s\"", argv[0]);
	return pid;
}

/* The last line of the server's log, as the error's detail. */
static void
tell_log(const struct server *s, struct error *err)
{
	char *text, *line;
	size_t size;

	if (file_read(NULL, s->log, 1 << 20, &text, &size, NULL) != 0)
		return;
	while (size > 0 && text[size - 1] == '\n')
		text[--size] = '\0';
	line = strrchr(text, '\n');
	error_detail(err, "%s", line != NULL ? line + 1 : text);
	talloc_free(text);
}

static int
init_data(const struct server *s, struct error *err)
{
	const char *const argv[] = {
		path_join(s, s->bin, "initdb"), "-D", s->data, "-A", "trust",
		"-U", SCRATCH_ROLE, "-E", "UTF8", "--no-locale", "--no-sync",
		NULL,
	};
	pid_t pid = spawn(s, argv, true, err);
	int status;

	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_errno(err, ERR_CHILD, "could not wait for initdb");
	if (status == 0)
		return 0;
	error_set(err, ERR_CHILD, "initdb failed");
	tell_log(s, err);
	return -1;
}

static int
wait_ready(const struct server *s, pid_t pid, struct error *err)
{
	int64_t until = clock_mono_ms() + START_MS;
	char *conninfo = mem_printf(NULL, "host='%s' port=" PORT
	    " dbname=postgres user=" SCRATCH_ROLE, s->folder);
	int rc = -1;

	error_set(err, ERR_TIMEOUT, "the scratch server does not answer");
	while (rc != 0 && clock_mono_ms() < until) {
		if (PQping(conninfo) == PQPING_OK) {
			rc = 0;
		} else if (waitpid(pid, NULL, WNOHANG) == pid) {
			error_set(err, ERR_CHILD, "the scratch server did not start");
			break;
		} else {
			poll(NULL, 0, LOOK_MS);
		}
	}
	talloc_free(conninfo);
	if (rc == 0)
		error_clear(err);
	else
		tell_log(s, err);
	return rc;
}

static struct server *
server_of(const char *folder, struct error *err)
{
	struct server *s = NEW(NULL, struct server);

	s->folder = path_join(s, folder, "pg");
	s->data = path_join(s, s->folder, "data");
	s->log = path_join(s, s->folder, "log");
	if (choose_user(s, err) == 0)
		return s;
	talloc_free(s);
	return NULL;
}

static int
find_programs(struct server *s, struct error *err)
{
	char *initdb = program_find(s, "initdb", 0, err);

	if (initdb == NULL) {
		error_hint(err, "A scratch server needs Postgres' own programs "
		    "(Debian: apt-get install postgresql).");
		return -1;
	}
	s->bin = path_folder(s, initdb);
	return 0;
}

static int
make_folder(const struct server *s, struct error *err)
{
	if (mkdir(s->folder, 0700) != 0 || chown(s->folder, s->uid, s->gid) != 0)
		return error_errno(err, ERR_IO, "could not make \"%s\"", s->folder);
	return 0;
}

/* 0: no server has this folder. */
static pid_t
postmaster_of(const struct server *s)
{
	char *path = path_join(NULL, s->data, "postmaster.pid"), *text;
	pid_t pid = 0;
	size_t size;

	if (file_read(path, path, 4096, &text, &size, NULL) == 0)
		pid = (pid_t)strtol(text, NULL, 10);
	talloc_free(path);
	return pid > 1 && kill(pid, 0) == 0 ? pid : 0;
}

/* Ended when its pid file is gone; a child of ours is also waited for. */
static bool
wait_stopped(const struct server *s, pid_t pid, int64_t patience_ms)
{
	int64_t until = clock_mono_ms() + patience_ms;

	while (postmaster_of(s) == pid) {
		waitpid(pid, NULL, WNOHANG);
		if (clock_mono_ms() > until)
			return false;
		poll(NULL, 0, LOOK_MS);
	}
	return true;
}

static int
start(struct server *s, bool dies_with_us, struct error *err)
{
	const char *const argv[] = {
		path_join(s, s->bin, "postgres"), "-D", s->data,
		"-k", s->folder, "-p", PORT, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off",
		"-c", "timezone=UTC",
		/* A schema of many tables is read, or dumped, in one go. */
		"-c", "max_connections=40",
		"-c", "max_locks_per_transaction=512", NULL,
	};
	pid_t pid = spawn(s, argv, dies_with_us, err);

	return pid < 0 ? -1 : wait_ready(s, pid, err);
}

int
scratch_server_start(const char *folder, bool dies_with_us, struct error *err)
{
	struct server *s = server_of(folder, err);
	int rc = -1;

	if (s != NULL && find_programs(s, err) == 0 &&
	    make_folder(s, err) == 0 && init_data(s, err) == 0)
		rc = start(s, dies_with_us, err);
	talloc_free(s);
	return rc;
}

int
scratch_server_revive(const char *folder, bool dies_with_us,
    struct error *err)
{
	struct server *s = server_of(folder, err);
	int64_t until = clock_mono_ms() + START_MS;
	int rc = s == NULL ? -1 : 0;

	/* A child of ours that was killed stands there until it is waited for. */
	if (rc == 0 && postmaster_of(s) != 0)
		waitpid(postmaster_of(s), NULL, WNOHANG);
	if (rc == 0 && postmaster_of(s) == 0) {
		rc = find_programs(s, err);
		/* Backends that lost their postmaster take a moment to leave,
		 * and the next one does not begin beside them. */
		while (rc == 0 && (rc = start(s, dies_with_us, err)) < 0 &&
		    err->code == ERR_CHILD && clock_mono_ms() < until) {
			poll(NULL, 0, LOOK_MS);
			rc = 0;
		}
	}
	talloc_free(s);
	return rc;
}

int
scratch_server_stop(const char *folder, struct error *err)
{
	struct server *s = server_of(folder, err);
	pid_t pid;
	int rc = 0;

	if (s == NULL)
		return -1;
	pid = postmaster_of(s);
	if (pid != 0) {
		kill(pid, SIGINT);
		if (!wait_stopped(s, pid, STOP_MS)) {
			kill(pid, SIGQUIT);
			if (!wait_stopped(s, pid, STOP_MS))
				rc = error_set(err, ERR_TIMEOUT,
				    "the scratch server (pid %d) does not stop",
				    (int)pid);
		}
	}
	talloc_free(s);
	return rc;
}
