/*
 * view/lines.h - the lines of a file that may be huge and may be growing.
 *
 * Read by pread with a sparse index: memory stays small whatever the size
 * (about one entry for 1024 lines or 256 KiB).  The index is built in
 * slices, so that no call takes long: lines_scan() until it says it is done.
 * A file that is renamed while it is read stays open.
 */
#ifndef PGRUNBOOK_VIEW_LINES_H
#define PGRUNBOOK_VIEW_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define LINE_SHOWN_MAX	((size_t)65536)	/* bytes of a line that are read */

struct lines;

struct lines *lines_open(const void *owner, const char *path,
    struct error *err);
/* Index further, at most so many bytes.  True: all that is there is known. */
bool lines_scan(struct lines *l, int64_t most_bytes);
/* Lines known so far; a last one without newline counts. */
int64_t lines_count(const struct lines *l);
int64_t lines_size(const struct lines *l);		/* bytes of the file */
int64_t lines_scanned(const struct lines *l);	/* of which the index knows */
/* Line n (from 0) as it is in the file, without its newline; "" past the end. */
char *lines_get(const void *owner, struct lines *l, int64_t n);

/*
 * Look for text (in either case) from line from on, forwards (1) or
 * backwards (-1), within one piece of the index, so that it never takes
 * long.  The line, or -1; *next is then where to go on: below 0, or not less
 * than lines_count(), at the end.
 */
int64_t lines_find(struct lines *l, const char *text, int64_t from,
    int direction, int64_t *next);

/* The last lines of a file, at most count, null-terminated; no index needed. */
char **lines_tail(const void *owner, const char *path, int count);

#endif
