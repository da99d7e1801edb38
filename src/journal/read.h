/*
 * journal/read.h - reading a journal, one proven record at a time.
 *
 * A reader takes no lock and changes nothing; it can follow a journal that
 * is being written: a line without its newline is not there yet.
 */
#ifndef PGRUNBOOK_JOURNAL_READ_H
#define PGRUNBOOK_JOURNAL_READ_H

#include <stdint.h>

#include "base/error.h"

struct journal_reader;

struct journal_record {
	int64_t		 seq;
	int64_t		 line;		/* 1-based */
	const char	*body;		/* JSON object; valid until the next read */
	const char	*hash;		/* of this line */
};

struct journal_reader *journal_reader_open(const void *owner, const char *path,
    struct error *err);

/*
 * The next record.  1: *record is it.  0: no complete line is left.
 * -1: ERR_VERIFY (the line does not hold; file and line are set) or ERR_IO.
 */
int journal_reader_next(struct journal_reader *r, struct journal_record *record,
    struct error *err) WARN_UNUSED;

/* Bytes behind the last complete line: a torn tail, if nobody is writing. */
int64_t journal_reader_rest(struct journal_reader *r);

#endif
