/* base/file.c - files and folders: bounded reads, durable writes. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/str.h"

static enum error_code
open_code(void)
{
	return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

/* read(2) until the end, or one byte more than max_bytes. */
static int
read_bounded(int fd, const char *path, size_t max_bytes, struct buffer *b,
    struct error *err)
{
	char piece[16384];
	ssize_t n;

	for (;;) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERR_IO, "could not read \"%s\"",
			    path);
		if (n == 0)
			return 0;
		if ((size_t)n > max_bytes - b->size) {
			error_set(err, ERR_TOO_LONG, "\"%s\" is too large", path);
			error_detail(err, "At most %zu bytes are read.",
			    max_bytes);
			return -1;
		}
		buffer_add(b, piece, (size_t)n);
	}
}

int
file_read(const void *owner, const char *path, size_t max_bytes, char **text,
    size_t *size_bytes, struct error *err)
{
	struct buffer *b;
	struct stat st;
	int fd, rc = -1;

	/* Opening a FIFO must not wait for a writer; reading from one may. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return error_errno(err, open_code(), "could not open \"%s\"",
		    path);
	b = buffer_new(NULL);
	if (fstat(fd, &st) != 0)
		error_errno(err, ERR_IO, "could not read \"%s\"", path);
	else if (S_ISDIR(st.st_mode))
		error_set(err, ERR_IO, "could not read \"%s\": it is a folder",
		    path);
	else if (fcntl(fd, F_SETFL, 0) != 0)
		error_errno(err, ERR_IO, "could not read \"%s\"", path);
	else
		rc = read_bounded(fd, path, max_bytes, b, err);
	close(fd);
	if (rc == 0) {
		*text = talloc_steal(owner, b->data);
		if (size_bytes != NULL)
			*size_bytes = b->size;
	}
	talloc_free(b);
	return rc;
}

int
file_write_all(int fd, const void *bytes, size_t size_bytes, struct error *err)
{
	const char *p = bytes;

	while (size_bytes > 0) {
		ssize_t n = write(fd, p, size_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERR_IO, "could not write");
		if (n == 0)
			return error_set(err, ERR_IO,
			    "could not write: nothing was taken");
		p += n;
		size_bytes -= (size_t)n;
	}
	return 0;
}

int
file_sync_folder(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return error_errno(err, open_code(),
		    "could not open folder \"%s\"", path);
	/* EINVAL: a file system that has nothing to sync for a folder. */
	if (fsync(fd) != 0 && errno != EINVAL)
		rc = error_errno(err, ERR_IO, "could not sync folder \"%s\"",
		    path);
	close(fd);
	return rc;
}

static int
sync_folder_of(const char *path, struct error *err)
{
	char *folder = path_folder(NULL, path);
	int rc = file_sync_folder(folder, err);

	talloc_free(folder);
	return rc;
}

/* A new file beside path, under a name that nobody else takes. */
static int
open_beside(const void *owner, const char *path, mode_t mode, char **beside,
    struct error *err)
{
	char *tag = random_hex(NULL, 8);
	int fd;

	*beside = mem_printf(owner, "%s.%s.new", path, tag);
	talloc_free(tag);
	fd = open(*beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return error_errno(err, open_code(), "could not create \"%s\"",
		    *beside);
	return fd;
}

/* Make what was written to fd durable, then give it its final name. */
static int
finish(int fd, const char *beside, const char *path, struct error *err)
{
	int rc = 0;

	if (fsync(fd) != 0)
		rc = error_errno(err, ERR_IO, "could not sync \"%s\"", beside);
	if (close(fd) != 0 && rc == 0)
		rc = error_errno(err, ERR_IO, "could not write \"%s\"", beside);
	if (rc == 0 && rename(beside, path) != 0)
		rc = error_errno(err, ERR_IO, "could not rename \"%s\" to \"%s\"",
		    beside, path);
	if (rc != 0) {
		unlink(beside);
		return -1;
	}
	return sync_folder_of(path, err);
}

int
file_write_atomic(const char *path, const void *bytes, size_t size_bytes,
    mode_t mode, struct error *err)
{
	void *scratch = talloc_new(NULL);
	char *beside;
	int fd, rc = -1;

	fd = open_beside(scratch, path, mode, &beside, err);
	if (fd >= 0) {
		if (file_write_all(fd, bytes, size_bytes, err) != 0) {
			error_context(err, "\"%s\"", path);
			close(fd);
			unlink(beside);
		} else {
			rc = finish(fd, beside, path, err);
		}
	}
	talloc_free(scratch);
	return rc;
}

static int
copy_bytes(int in, int out, const char *from, struct error *err)
{
	char piece[65536];
	ssize_t n;

	for (;;) {
		n = read(in, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERR_IO, "could not read \"%s\"",
			    from);
		if (n == 0)
			return 0;
		if (file_write_all(out, piece, (size_t)n, err) != 0)
			return -1;
	}
}

int
file_copy(const char *from, const char *to, mode_t mode, struct error *err)
{
	void *scratch;
	char *beside;
	int in, out, rc = -1;

	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return error_errno(err, open_code(), "could not open \"%s\"",
		    from);
	scratch = talloc_new(NULL);
	out = open_beside(scratch, to, mode, &beside, err);
	if (out >= 0) {
		if (copy_bytes(in, out, from, err) != 0) {
			error_context(err, "could not copy to \"%s\"", to);
			close(out);
			unlink(beside);
		} else {
			rc = finish(out, beside, to, err);
		}
	}
	close(in);
	talloc_free(scratch);
	return rc;
}

static int
make_one_folder(const char *path, mode_t mode, struct error *err)
{
	if (mkdir(path, mode) == 0)
		return sync_folder_of(path, err);
	if (errno == EEXIST && file_is_folder(path))
		return 0;
	return error_errno(err, ERR_IO, "could not create folder \"%s\"", path);
}

int
file_make_folder(const char *path, mode_t mode, struct error *err)
{
	char *copy, *slash;
	int rc = 0;

	if (file_is_folder(path))
		return 0;
	copy = mem_strdup(NULL, path);
	for (slash = copy + 1; rc == 0 && *slash != '\0'; slash++) {
		if (*slash != '/')
			continue;
		*slash = '\0';
		if (!file_is_folder(copy))
			rc = make_one_folder(copy, mode, err);
		*slash = '/';
	}
	if (rc == 0)
		rc = make_one_folder(path, mode, err);
	talloc_free(copy);
	return rc;
}

/* Remove name in the folder at_fd; shown is its path, for messages. */
static int
remove_at(int at_fd, const char *name, const char *shown, struct error *err)
{
	struct dirent *entry;
	DIR *dir;
	int fd, rc = 0;

	if (unlinkat(at_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return error_errno(err, ERR_IO, "could not remove \"%s\"", shown);
	/* Not followed: where a link was put meanwhile, this fails. */
	fd = openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		/* Somebody else removes it as well: that is what was wanted. */
		rc = errno == ENOENT ? 0 : error_errno(err, ERR_IO,
		    "could not remove \"%s\"", shown);
		if (fd >= 0)
			close(fd);
		return rc;
	}
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		char *path;

		if (str_equal(entry->d_name, ".") || str_equal(entry->d_name, ".."))
			continue;
		path = path_join(NULL, shown, entry->d_name);
		rc = remove_at(fd, entry->d_name, path, err);
		talloc_free(path);
	}
	closedir(dir);
	if (rc == 0 && unlinkat(at_fd, name, AT_REMOVEDIR) != 0 &&
	    errno != ENOENT)
		rc = error_errno(err, ERR_IO, "could not remove \"%s\"", shown);
	return rc;
}

int
file_remove_tree(const char *path, struct error *err)
{
	return remove_at(AT_FDCWD, path, path, err);
}

bool
file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool
file_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
folder_list(const void *owner, const char *path, char ***names, size_t *count,
    struct error *err)
{
	struct dirent *entry;
	char **list;
	size_t n = 0, room = 16;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return error_errno(err, open_code(),
		    "could not open folder \"%s\"", path);
	list = NEW_ARRAY(owner, char *, room);
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		if (str_equal(entry->d_name, ".") || str_equal(entry->d_name, ".."))
			continue;
		if (n + 1 >= room) {
			room *= 2;
			GROW(owner, list, char *, room);
		}
		list[n++] = mem_strdup(list, entry->d_name);
	}
	if (errno != 0) {
		error_errno(err, ERR_IO, "could not read folder \"%s\"", path);
		closedir(dir);
		talloc_free(list);
		return -1;
	}
	closedir(dir);
	list[n] = NULL;
	qsort(list, n, sizeof(*list), by_bytes);
	*names = list;
	if (count != NULL)
		*count = n;
	return 0;
}
