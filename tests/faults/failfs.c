/* tests/faults/failfs.c - a disk that fails. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults/failfs.h"

static struct failfs armed;
static int seen;		/* calls that match, since it was armed */
static bool failed;
static size_t short_left;	/* of the next failing write */

void
failfs_arm(const struct failfs *how)
{
	armed = *how;
	seen = 0;
	failed = false;
	short_left = how->short_bytes;
}

bool
failfs_disarm(void)
{
	armed.nth = 0;
	return failed;
}

static int
number(const char *name, int otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? atoi(text) : otherwise;
}

static void __attribute__((constructor))
arm_by_environment(void)
{
	const char *error = getenv("FAILFS_ERRNO");
	const char *action = getenv("FAILFS_ACTION");
	struct failfs how = {
		.calls = getenv("FAILFS_CALLS"),
		.path = getenv("FAILFS_PATH"),
		.nth = number("FAILFS_NTH", 0),
		.times = number("FAILFS_TIMES", 1),
		.error = ENOSPC,
		.short_bytes = (size_t)number("FAILFS_SHORT", 0),
		.kills = action != NULL && strcmp(action, "kill") == 0,
		.shortens = action != NULL && strcmp(action, "short") == 0,
		.met = getenv("FAILFS_MET"),
	};

	if (error != NULL && strcmp(error, "EIO") == 0)
		how.error = EIO;
	if (error != NULL && strcmp(error, "EDQUOT") == 0)
		how.error = EDQUOT;
	failfs_arm(&how);
}

static bool
is_named(const char *call)
{
	size_t size = strlen(call);
	const char *p = armed.calls;

	if (p == NULL)
		return true;
	for (;;) {
		size_t n = strcspn(p, ",");

		if (n == size && strncmp(p, call, n) == 0)
			return true;
		if (p[n] == '\0')
			return false;
		p += n + 1;
	}
}

/* For who started the program: did the fault come in its way? */
static void
say_met(void)
{
	int fd = armed.met == NULL ? -1 :
	    open(armed.met, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

static bool
fails(const char *call, const char *path)
{
	if (armed.nth <= 0 || !is_named(call) ||
	    (armed.path != NULL && fnmatch(armed.path, path, 0) != 0))
		return false;
	seen++;
	if (seen < armed.nth ||
	    (armed.times > 0 && seen >= armed.nth + armed.times))
		return false;
	failed = true;
	say_met();
	/* A write that is to stop short does that first. */
	if (armed.kills && short_left == 0)
		kill(getpid(), SIGKILL);
	errno = armed.error;
	return true;
}

static bool
fails_fd(const char *call, int fd)
{
	char link[64], path[4096];
	ssize_t n;
	int saved = errno;

	if (armed.nth <= 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	errno = saved;
	return fails(call, path);
}

/* The function that ours stands before. */
#define NEXT(type, name) \
	static type next; \
	if (next == NULL) \
		*(void **)&next = dlsym(RTLD_NEXT, name)

typedef ssize_t (*write_fn)(int, const void *, size_t);
typedef ssize_t (*pwrite_fn)(int, const void *, size_t, off_t);
typedef int (*sync_fn)(int);
typedef int (*ftruncate_fn)(int, off_t);
typedef int (*rename_fn)(const char *, const char *);

ssize_t
write(int fd, const void *bytes, size_t size)
{
	NEXT(write_fn, "write");

	if (fails_fd("write", fd)) {
		size_t n = short_left < size ? short_left : size;

		/* As a full disk does: some of it, and then the error. */
		if (n == 0)
			return -1;
		if (armed.shortens)
			return next(fd, bytes, n);
		short_left = 0;
		seen--;
		return next(fd, bytes, n);
	}
	return next(fd, bytes, size);
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
	NEXT(pwrite_fn, "pwrite");

	return fails_fd("write", fd) ? -1 : next(fd, bytes, size, offset);
}

int
fsync(int fd)
{
	NEXT(sync_fn, "fsync");

	return fails_fd("fsync", fd) ? -1 : next(fd);
}

int
fdatasync(int fd)
{
	NEXT(sync_fn, "fdatasync");

	return fails_fd("fdatasync", fd) ? -1 : next(fd);
}

int
ftruncate(int fd, off_t size)
{
	NEXT(ftruncate_fn, "ftruncate");

	return fails_fd("ftruncate", fd) ? -1 : next(fd, size);
}

int
rename(const char *from, const char *to)
{
	NEXT(rename_fn, "rename");

	return fails("rename", from) ? -1 : next(from, to);
}
