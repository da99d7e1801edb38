/*
 * run/read.h - a run's events as they stand in its journal, in order.
 *
 * Reads while an engine writes: what is complete is told.  The chain is
 * proven on the way, and the closing record's count and head with it.
 */
#ifndef PGRUNBOOK_RUN_READ_H
#define PGRUNBOOK_RUN_READ_H

#include "base/error.h"
#include "base/hash.h"
#include "run/event.h"
#include "run/state.h"

struct run_reader;

struct run_reader *run_reader_open(const void *owner, const char *folder,
    struct error *err);

/*
 * The next event.  1: *e is it, its data valid until the next call; 0: none is
 * left by now; -1: ERR_VERIFY with file and line, or ERR_IO.
 */
int run_reader_next(struct run_reader *r, struct event *e, struct error *err)
    WARN_UNUSED;

/* Hash of the last record that was read; 64 zeros before the first. */
const char *run_reader_head(const struct run_reader *r);
int64_t run_reader_line(const struct run_reader *r);
/* Bytes behind the last complete record. */
int64_t run_reader_rest(struct run_reader *r);

/* run_state_load() (folder.h) that tells the last record's hash, too. */
struct run_state *run_state_load_head(const void *owner, const char *folder,
    char head[SHA256_HEX_SIZE], struct error *err);

#endif
