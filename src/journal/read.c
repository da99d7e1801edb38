/* journal/read.c - reading a journal, one proven record at a time. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "journal/append.h"
#include "journal/line.h"
#include "journal/read.h"

#define READ_SIZE	65536

struct journal_reader {
	int		 fd;
	char		*path;
	struct buffer	*buffer;	/* read, not yet told */
	size_t		 told;		/* of it, the line told last */
	size_t		 searched;	/* of it, no newline in these bytes */
	int64_t		 offset;	/* where the last proven line ends */
	int64_t		 seq;
	char		 hash[SHA256_HEX_SIZE];
};

static int
reader_destroy(struct journal_reader *r)
{
	close(r->fd);
	return 0;
}

struct journal_reader *
journal_reader_open(const void *owner, const char *path, struct error *err)
{
	struct journal_reader *r;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		error_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "could not open journal \"%s\"", path);
		return NULL;
	}
	r = NEW(owner, struct journal_reader);
	r->fd = fd;
	r->path = mem_strdup(r, path);
	r->buffer = buffer_new(r);
	memcpy(r->hash, JOURNAL_GENESIS, sizeof(r->hash));
	talloc_set_destructor(r, reader_destroy);
	return r;
}

/* One more piece into the buffer.  1, 0 at the file's end (for now), or -1. */
static int
read_piece(struct journal_reader *r, struct error *err)
{
	char piece[READ_SIZE];
	ssize_t n;

	do
		n = read(r->fd, piece, sizeof(piece));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_errno(err, ERR_IO, "could not read journal \"%s\"",
		    r->path);
	buffer_add(r->buffer, piece, (size_t)n);
	return n > 0;
}

static int
refuse(const struct journal_reader *r, struct error *err, const char *detail)
{
	int64_t line = r->seq + 1;

	error_set(err, ERR_VERIFY, "journal record %" PRId64 " does not hold",
	    line);
	error_detail(err, "%s", detail);
	error_at(err, r->path, line > INT_MAX ? INT_MAX : (int)line, 0);
	return -1;
}

/* Prove the line of size bytes at the buffer's start, and tell it. */
static int
prove(struct journal_reader *r, size_t size, struct journal_record *record,
    struct error *err)
{
	char *text = r->buffer->data;
	struct journal_line line;

	if (size > JOURNAL_RECORD_MAX)
		return refuse(r, err, "The line is longer than a record may be.");
	if (!journal_line_parse(text, size, &line))
		return refuse(r, err,
		    "The line does not have the form of a record.");
	if (line.seq != r->seq + 1)
		return refuse(r, err, "Its number does not follow the one before.");
	if (memcmp(line.prev, r->hash, SHA256_HEX_SIZE - 1) != 0)
		return refuse(r, err,
		    "It does not carry the hash of the line before.");
	sha256_of(text, size, r->hash);
	r->seq = line.seq;
	r->offset += (int64_t)size + 1;
	r->told = size + 1;
	text[line.body + line.body_size - text] = '\0';
	*record = (struct journal_record){
		.seq = r->seq,
		.line = r->seq,
		.body = line.body,
		.hash = r->hash,
	};
	return 1;
}

int
journal_reader_next(struct journal_reader *r, struct journal_record *record,
    struct error *err)
{
	const char *newline;

	buffer_consume(r->buffer, r->told);
	r->told = 0;
	r->searched = 0;
	for (;;) {
		struct buffer *b = r->buffer;
		int rc;

		newline = memchr(b->data + r->searched, '\n',
		    b->size - r->searched);
		if (newline != NULL)
			return prove(r, (size_t)(newline - b->data), record, err);
		r->searched = b->size;
		if (b->size > JOURNAL_RECORD_MAX)
			return prove(r, b->size, record, err);
		rc = read_piece(r, err);
		if (rc <= 0)
			return rc;
	}
}

int64_t
journal_reader_rest(struct journal_reader *r)
{
	struct stat st;

	if (fstat(r->fd, &st) != 0 || st.st_size < r->offset)
		return 0;
	return st.st_size - r->offset;
}

int64_t
journal_reader_offset(const struct journal_reader *r)
{
	return r->offset;
}
