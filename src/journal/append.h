/*
 * journal/append.h - append-only, hash-chained evidence records.
 *
 * A journal is a file of JSON lines:
 *     {"body":{...},"prev":"<sha256 of the line before>","seq":N}
 * prev is the SHA-256 of the whole line before, without its newline; that of
 * record 1 is 64 zeros.  The bodies are opaque here: JSON objects of whoever
 * writes.
 *
 * Durability: journal_append() returns after fdatasync (and, when the file
 * is new, fsync of its folder).  A record is durable before the effect that
 * it announces.  After a failed write or sync the journal is spent: every
 * later append fails with the first error, nothing is guessed.
 * One writer per file, enforced by flock; the lock goes with the process.
 * Ownership: a journal belongs to the run that opened it.
 */
#ifndef PGRUNBOOK_JOURNAL_APPEND_H
#define PGRUNBOOK_JOURNAL_APPEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

#define JOURNAL_RECORD_MAX	(1 << 20)	/* bytes of a line */

struct journal;

/* What opening an existing journal found at its end. */
struct journal_torn {
	int64_t	offset;			/* where the torn bytes began */
	int64_t	size_bytes;		/* 0: the journal was whole */
	char	sha256[SHA256_HEX_SIZE];
	char	kept_in[256];		/* the file beside the journal that has them now */
};

/*
 * Open or make a journal for appending.  An existing one is read from its
 * start and its chain proven.  A torn tail (nothing valid follows it) is
 * moved to a file of its own beside the journal and told in *torn; a break
 * with valid records behind it is ERR_VERIFY.  Held by another process:
 * ERR_BUSY.
 */
struct journal *journal_open(const void *owner, const char *path,
    struct journal_torn *torn, struct error *err);

/*
 * Append one record and make it durable.
 *
 * body        canonical JSON object, one line, no newline.  Borrowed.
 * size_bytes  its length; the record is at most JOURNAL_RECORD_MAX.
 *
 * Returns 0, or -1 with *err:
 *   ERR_IO       not durable; the file is as it was before the call
 *   ERR_TOO_LONG nothing was written
 */
int journal_append(struct journal *j, const char *body, size_t size_bytes,
    struct error *err) WARN_UNUSED;

int64_t journal_count(const struct journal *j);
/* Hash of the last line; 64 zeros where there is none. */
const char *journal_head(const struct journal *j);

#endif
