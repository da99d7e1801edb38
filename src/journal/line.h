/*
 * journal/line.h - one line of a journal: its form, told apart from its
 * place in the chain.  For the journal's own files alone.
 */
#ifndef PGRUNBOOK_JOURNAL_LINE_H
#define PGRUNBOOK_JOURNAL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/str.h"

struct journal_reader;

/* prev of the first record */
#define JOURNAL_GENESIS \
	"0000000000000000000000000000000000000000000000000000000000000000"

struct journal_line {
	const char	*body;		/* in the line */
	size_t		 body_size;
	const char	*prev;		/* 64 digits in the line */
	int64_t		 seq;
};

/*
 * Does text (without its newline) have the form of a record?  A tear leaves
 * no such line: one that has the form and does not fit was changed.
 */
bool journal_line_parse(const char *text, size_t size_bytes,
    struct journal_line *line);

/* Is it one JSON object on one line? */
bool journal_body_valid(const char *body, size_t size_bytes);

/* Append the line of a record to b, without newline. */
void journal_line_print(struct buffer *b, const char *body, size_t size_bytes,
    const char *prev, int64_t seq);

/* Where the last proven line ends, in bytes from the start. */
int64_t journal_reader_offset(const struct journal_reader *r);

#endif
