/*
 * base/str.h - strings: growing buffers, untrusted text, UTF-8, spelling.
 *
 * Ownership: results are talloc children of the first parameter.
 * Out of memory ends the process through base/memory.h.
 */
#ifndef PGRUNBOOK_BASE_STR_H
#define PGRUNBOOK_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* A growing, always NUL-terminated buffer. */
struct buffer {
	char	*data;		/* never null after buffer_new() */
	size_t	 size;		/* bytes, without the NUL */
	size_t	 room;
};

struct buffer *buffer_new(const void *owner);
void buffer_add(struct buffer *b, const char *bytes, size_t size_bytes);
void buffer_puts(struct buffer *b, const char *text);
void buffer_printf(struct buffer *b, const char *fmt, ...) PRINTF(2, 3);
void buffer_clear(struct buffer *b);
/* Drop the first size_bytes bytes. */
void buffer_consume(struct buffer *b, size_t size_bytes);

bool str_equal(const char *a, const char *b);	/* two nulls are equal */
int str_order(const void *a, const void *b);	/* of two texts in an array, for qsort() */
bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
bool str_matches(const char *text, const char *extended_regex);
/* shell pattern, as fnmatch(3) without flags */
bool str_glob(const char *text, const char *pattern);

/* text without leading and trailing white space */
char *str_trim(const void *owner, const char *text);

/*
 * Untrusted text made fit for a terminal: invalid UTF-8, C0 and C1 controls,
 * bidirectional overrides and other invisible format characters become the
 * replacement character or a visible form.  keep_newlines leaves \n and \t.
 */
char *str_printable(const void *owner, const char *text, size_t size_bytes,
    bool keep_newlines);

bool utf8_valid(const char *text, size_t size_bytes);
/* Next code point; moves *text on.  U+FFFD for a bad byte, 0 at the end. */
uint32_t utf8_next(const char **text);
/* Cells that text takes on a terminal (wide characters 2, combining 0). */
int utf8_width(const char *text);
/* text cut to at most cells cells; "…" (or "..." for ASCII) marks the cut. */
char *utf8_fit(const void *owner, const char *text, int cells, bool ascii);

/*
 * The candidate nearest in spelling to word, or null where none is near
 * enough to be worth naming.  candidates ends with a null.
 */
const char *str_nearest(const char *word, const char *const *candidates);

/* "412 MB", "1,204,331": for people. */
char *str_bytes(const void *owner, int64_t bytes);
char *str_count(const void *owner, int64_t count);

#endif
