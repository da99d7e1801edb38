/* view/lines.c - the lines of a file that may be huge (view/lines.h). */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"
#include "view/lines.h"

#define ENTRY_LINES	1024
#define ENTRY_BYTES	((int64_t)256 * 1024)
#define CHUNK		((size_t)64 * 1024)

/* Line number `line` begins at offset. */
struct entry {
	int64_t	line, offset;
};

struct lines {
	int		 fd;
	struct entry	*entries;
	size_t		 count;
	int64_t		 lines;		/* newlines seen */
	int64_t		 scanned;	/* bytes seen */
	int64_t		 line_start;	/* of the line behind the last newline */
	char		*chunk;
};

static int
lines_destroy(struct lines *l)
{
	if (l->fd >= 0)
		close(l->fd);
	return 0;
}

struct lines *
lines_open(const void *owner, const char *path, struct error *err)
{
	struct lines *l = NEW(owner, struct lines);

	l->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (l->fd < 0) {
		error_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "could not open \"%s\"", path);
		talloc_free(l);
		return NULL;
	}
	talloc_set_destructor(l, lines_destroy);
	l->chunk = NEW_ARRAY(l, char, CHUNK + 1);
	l->entries = NEW_ARRAY(l, struct entry, 1);
	l->count = 1;
	return l;
}

int64_t
lines_size(const struct lines *l)
{
	struct stat st;

	return fstat(l->fd, &st) == 0 ? st.st_size : l->scanned;
}

int64_t
lines_scanned(const struct lines *l)
{
	return l->scanned;
}

static ssize_t
read_at(int fd, char *bytes, size_t size, int64_t offset)
{
	ssize_t n;

	do {
		n = pread(fd, bytes, size, offset);
	} while (n < 0 && errno == EINTR);
	return n;
}

static void
note_newline(struct lines *l, int64_t next)
{
	const struct entry *last = &l->entries[l->count - 1];

	l->lines++;
	l->line_start = next;
	if (l->lines - last->line < ENTRY_LINES &&
	    next - last->offset < ENTRY_BYTES)
		return;
	if ((l->count & (l->count - 1)) == 0)
		GROW(l, l->entries, struct entry, l->count * 2);
	l->entries[l->count++] = (struct entry){ l->lines, next };
}

bool
lines_scan(struct lines *l, int64_t most_bytes)
{
	int64_t end = l->scanned + most_bytes;

	while (l->scanned < end) {
		ssize_t n = read_at(l->fd, l->chunk, CHUNK, l->scanned);
		const char *p = l->chunk, *newline;

		if (n <= 0)
			return true;
		while ((newline = memchr(p, '\n',
		    (size_t)(l->chunk + n - p))) != NULL) {
			p = newline + 1;
			note_newline(l, l->scanned + (p - l->chunk));
		}
		l->scanned += n;
	}
	return l->scanned >= lines_size(l);
}

int64_t
lines_count(const struct lines *l)
{
	return l->lines + (l->scanned > l->line_start);
}

/* The entry from which line n is found soonest. */
static const struct entry *
entry_before(const struct lines *l, int64_t n)
{
	size_t low = 0, high = l->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (l->entries[middle].line <= n)
			low = middle;
		else
			high = middle;
	}
	return &l->entries[low];
}

/* Where line n begins; -1: past the end. */
static int64_t
offset_of(struct lines *l, int64_t n)
{
	const struct entry *e = entry_before(l, n);
	int64_t line = e->line, offset = e->offset;

	while (line < n) {
		ssize_t got = read_at(l->fd, l->chunk, CHUNK, offset);
		const char *p = l->chunk, *newline;

		if (got <= 0)
			return -1;
		while (line < n && (newline = memchr(p, '\n',
		    (size_t)(l->chunk + got - p))) != NULL) {
			p = newline + 1;
			line++;
		}
		offset += line < n ? got : p - l->chunk;
	}
	return offset;
}

char *
lines_get(const void *owner, struct lines *l, int64_t n)
{
	int64_t offset = n < lines_count(l) ? offset_of(l, n) : -1;
	const char *newline;
	ssize_t got;

	if (offset < 0)
		return mem_strdup(owner, "");
	_Static_assert(LINE_SHOWN_MAX <= CHUNK, "a line fits the chunk");
	got = read_at(l->fd, l->chunk, LINE_SHOWN_MAX, offset);
	if (got <= 0)
		return mem_strdup(owner, "");
	newline = memchr(l->chunk, '\n', (size_t)got);
	return mem_strndup(owner, l->chunk,
	    newline != NULL ? (size_t)(newline - l->chunk) : (size_t)got);
}

/* Is text in the line?  Its end is at end, and may be overwritten. */
static bool
holds(char *line, char *end, const char *text)
{
	*end = '\0';
	return strcasestr(line, text) != NULL;
}

int64_t
lines_find(struct lines *l, const char *text, int64_t from, int direction,
    int64_t *next)
{
	const struct entry *e = entry_before(l, from);
	int64_t line = e->line, offset = e->offset, found = -1;
	int64_t end = e + 1 < l->entries + l->count ? e[1].line :
	    lines_count(l);

	*next = direction > 0 ? end : e->line - 1;
	while (line < end) {
		ssize_t got = read_at(l->fd, l->chunk, CHUNK, offset);
		char *p = l->chunk, *stop = l->chunk + got, *newline;

		if (got <= 0)
			break;
		while (line < end && (newline = memchr(p, '\n',
		    (size_t)(stop - p))) != NULL) {
			bool wanted = direction > 0 ? line >= from : line <= from;

			if (wanted && holds(p, newline, text)) {
				found = line;
				if (direction > 0)
					return found;
			}
			p = newline + 1;
			line++;
		}
		/* A line that fills the chunk is looked at in pieces. */
		if (p == l->chunk) {
			bool wanted = direction > 0 ? line >= from : line <= from;

			if (wanted && holds(p, stop, text))
				found = line;
			if (found >= 0 && direction > 0)
				return found;
			p = stop;
			if (offset + got >= l->scanned)
				break;
		}
		offset += p - l->chunk;
	}
	return found;
}

char **
lines_tail(const void *owner, const char *path, int count)
{
	char **list = NEW_ARRAY(owner, char *, count + 1);
	char *bytes = NEW_ARRAY(list, char, CHUNK);
	int fd = open(path, O_RDONLY | O_CLOEXEC), n = 0, i;
	struct stat st;
	ssize_t got;
	size_t from, end;

	if (fd < 0)
		return list;
	got = fstat(fd, &st) != 0 ? -1 : read_at(fd, bytes, CHUNK,
	    st.st_size > (off_t)CHUNK ? st.st_size - (off_t)CHUNK : 0);
	close(fd);
	end = got > 0 ? (size_t)got : 0;
	if (end > 0 && bytes[end - 1] == '\n')
		end--;
	else if (end == 0)
		return list;
	/* From the last line to the first, then turned round. */
	for (;;) {
		for (from = end; from > 0 && bytes[from - 1] != '\n'; from--)
			;
		list[n++] = mem_strndup(list, bytes + from, end - from);
		if (n == count || from == 0)
			break;
		end = from - 1;
	}
	for (i = 0; i < n / 2; i++) {
		char *other = list[i];

		list[i] = list[n - 1 - i];
		list[n - 1 - i] = other;
	}
	return list;
}
