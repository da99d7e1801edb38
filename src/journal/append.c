/*
 * journal/append.c - appending to a journal, and opening one after a crash.
 *
 * What a crash leaves: records that were told are on disk; behind them there
 * may be the beginning of one that was not, or zeros.  Opening moves that
 * aside before the journal grows, and syncs what it read: a record that a
 * crash left in the page cache alone must not be built upon.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "journal/append.h"
#include "journal/line.h"
#include "journal/read.h"

struct journal {
	int		 fd;
	char		*path;
	struct buffer	*line;
	int64_t		 size;		/* of the file, in bytes */
	int64_t		 count;
	char		 head[SHA256_HEX_SIZE];
	bool		 spent;
	struct error	 why;		/* it is spent */
};

static int
journal_destroy(struct journal *j)
{
	close(j->fd);
	return 0;
}

/* Who holds the file's lock, from /proc/locks; 0: cannot be told. */
static int
lock_holder(int fd)
{
	char line[256];
	struct stat st;
	int found = 0;
	FILE *locks;

	if (fstat(fd, &st) != 0 || (locks = fopen("/proc/locks", "re")) == NULL)
		return 0;
	while (found == 0 && fgets(line, sizeof(line), locks) != NULL) {
		unsigned long inode;
		unsigned dev_major, dev_minor;
		int pid;

		if (sscanf(line, "%*s FLOCK %*s WRITE %d %x:%x:%lu", &pid,
		    &dev_major, &dev_minor, &inode) == 4 &&
		    inode == st.st_ino && dev_major == major(st.st_dev) &&
		    dev_minor == minor(st.st_dev))
			found = pid;
	}
	fclose(locks);
	return found;
}

static int
lock(int fd, const char *path, struct error *err)
{
	int holder;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return error_errno(err, ERR_IO, "could not lock journal \"%s\"",
		    path);
	error_set(err, ERR_BUSY, "journal \"%s\" is being written by another "
	    "process", path);
	holder = lock_holder(fd);
	if (holder > 0)
		error_detail(err, "Process %d holds its lock.", holder);
	return -1;
}

/*
 * From offset to the end: is there a line with the form of a record?  1, 0,
 * or -1.  Lines too long to be one are skipped in bounded memory.
 */
static int
record_follows(int fd, const char *path, int64_t offset, struct error *err)
{
	struct buffer *b = buffer_new(NULL);
	struct journal_line line;
	bool skipping = false;
	char piece[65536];
	int found = 0;
	ssize_t n;

	while (found == 0) {
		const char *p = piece, *newline;

		n = pread(fd, piece, sizeof(piece), offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			found = error_errno(err, ERR_IO,
			    "could not read journal \"%s\"", path);
		if (n <= 0)
			break;
		offset += n;
		while (found == 0 && (newline = memchr(p, '\n',
		    (size_t)(piece + n - p))) != NULL) {
			buffer_add(b, p, (size_t)(newline - p));
			found = !skipping &&
			    journal_line_parse(b->data, b->size, &line);
			buffer_clear(b);
			skipping = false;
			p = newline + 1;
		}
		buffer_add(b, p, (size_t)(piece + n - p));
		if (b->size > JOURNAL_RECORD_MAX) {
			buffer_clear(b);
			skipping = true;
		}
	}
	talloc_free(b);
	return found;
}

/* Bytes of the journal from offset on, into a durable file of that path. */
static int
copy_tail(int fd, int64_t offset, const char *to, struct sha256 *hash,
    int64_t *size_bytes, struct error *err)
{
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char piece[65536];
	ssize_t n;
	int rc = 0;

	if (out < 0)
		return error_errno(err, ERR_IO, "could not create \"%s\"", to);
	*size_bytes = 0;
	while (rc == 0 && (n = pread(fd, piece, sizeof(piece),
	    offset + *size_bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = error_errno(err, ERR_IO,
			    "could not read the journal's torn end");
			break;
		}
		sha256_add(hash, piece, (size_t)n);
		*size_bytes += n;
		rc = file_write_all(out, piece, (size_t)n, err);
	}
	if (rc == 0 && fsync(out) != 0)
		rc = error_errno(err, ERR_IO, "could not sync \"%s\"", to);
	close(out);
	return rc;
}

static int
sync_folder(const char *path, struct error *err)
{
	char *folder = path_folder(NULL, path);
	int rc = file_sync_folder(folder, err);

	talloc_free(folder);
	return rc;
}

/*
 * Move what stands behind j->size to a file of its own.  The name follows
 * from the place: what a crash in the middle of this left is written over.
 */
static int
set_aside(struct journal *j, struct journal_torn *torn, struct error *err)
{
	char *to = mem_printf(NULL, "%s.torn-%" PRId64, j->path, j->size);
	struct sha256 *hash = sha256_new(to);
	int64_t size_bytes;
	int rc = -1;

	if (copy_tail(j->fd, j->size, to, hash, &size_bytes, err) == 0 &&
	    sync_folder(to, err) == 0) {
		rc = 0;
		if (ftruncate(j->fd, j->size) != 0)
			rc = error_errno(err, ERR_IO,
			    "could not truncate journal \"%s\"", j->path);
		torn->offset = j->size;
		torn->size_bytes = size_bytes;
		sha256_hex(hash, torn->sha256);
		snprintf(torn->kept_in, sizeof(torn->kept_in), "%.255s",
		    path_name(to));
	}
	talloc_free(to);
	return rc;
}

/* Read what is there, prove it, and leave the file at a record's end. */
static int
recover(struct journal *j, struct journal_torn *torn, struct error *err)
{
	struct journal_reader *r = journal_reader_open(j, j->path, err);
	struct journal_record record;
	int64_t rest;
	int rc, follows;

	if (r == NULL)
		return -1;
	while ((rc = journal_reader_next(r, &record, err)) == 1) {
		j->count = record.seq;
		memcpy(j->head, record.hash, sizeof(j->head));
	}
	j->size = journal_reader_offset(r);
	rest = journal_reader_rest(r);
	talloc_free(r);
	if (rc < 0) {
		if (err->code != ERR_VERIFY)
			return -1;
		follows = record_follows(j->fd, j->path, j->size,
		    &(struct error){ 0 });
		if (follows != 0)
			return -1;	/* the reader's error stands */
		error_clear(err);
	}
	if (rest > 0 && set_aside(j, torn, err) != 0)
		return -1;
	if (fdatasync(j->fd) != 0)
		return error_errno(err, ERR_IO, "could not sync journal \"%s\"",
		    j->path);
	return sync_folder(j->path, err);
}

struct journal *
journal_open(const void *owner, const char *path, struct journal_torn *torn,
    struct error *err)
{
	struct journal_torn unasked;
	struct error own = { 0 };
	struct journal *j;
	int fd;

	if (err == NULL)
		err = &own;
	if (torn == NULL)
		torn = &unasked;
	memset(torn, 0, sizeof(*torn));
	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		error_errno(err, ERR_IO, "could not open journal \"%s\"", path);
		return NULL;
	}
	j = NEW(owner, struct journal);
	j->fd = fd;
	j->path = mem_strdup(j, path);
	j->line = buffer_new(j);
	memcpy(j->head, JOURNAL_GENESIS, sizeof(j->head));
	talloc_set_destructor(j, journal_destroy);
	if (lock(fd, path, err) != 0 || recover(j, torn, err) != 0) {
		talloc_free(j);
		return NULL;
	}
	return j;
}

/* The write did not hold: take it back, and trust this file no more. */
static int
give_up(struct journal *j, struct error *err)
{
	if (ftruncate(j->fd, j->size) != 0 || fdatasync(j->fd) != 0)
		error_detail(err, "What was written of the record could not be "
		    "taken back; it is set aside when the journal is opened "
		    "again.");
	error_context(err, "journal \"%s\"", j->path);
	j->spent = true;
	j->why = *err;
	return -1;
}

int
journal_append(struct journal *j, const char *body, size_t size_bytes,
    struct error *err)
{
	struct error own = { 0 };
	struct buffer *line = j->line;

	if (err == NULL)
		err = &own;
	if (j->spent) {
		*err = j->why;
		return -1;
	}
	if (size_bytes > JOURNAL_RECORD_MAX)
		return error_set(err, ERR_TOO_LONG,
		    "record is longer than %d bytes", JOURNAL_RECORD_MAX);
	if (!journal_body_valid(body, size_bytes))
		return error_set(err, ERR_INTERNAL,
		    "record is not one JSON object on one line");
	buffer_clear(line);
	journal_line_print(line, body, size_bytes, j->head, j->count + 1);
	if (line->size > JOURNAL_RECORD_MAX)
		return error_set(err, ERR_TOO_LONG,
		    "record is longer than %d bytes", JOURNAL_RECORD_MAX);
	buffer_puts(line, "\n");

	if (file_write_all(j->fd, line->data, line->size, err) != 0)
		return give_up(j, err);
	if (fdatasync(j->fd) != 0) {
		error_errno(err, ERR_IO, "could not sync");
		return give_up(j, err);
	}
	j->size += (int64_t)line->size;
	j->count++;
	sha256_of(line->data, line->size - 1, j->head);
	return 0;
}

int64_t
journal_count(const struct journal *j)
{
	return j->count;
}

const char *
journal_head(const struct journal *j)
{
	return j->head;
}
