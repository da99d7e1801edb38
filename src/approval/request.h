/*
 * approval/request.h - what a run waits for, as one file of text.
 *
 * It travels by mail, git or chat: a summary for people, and behind it the
 * run's journal so far, armoured, with its head.  Who opens it sees the run
 * as its engine does, without the run's folder and without the database; the
 * chain and the head prove that nothing of it was lost or altered on the way.
 * The summary is a help alone: what counts is what the journal shows.
 */
#ifndef PGRUNBOOK_APPROVAL_REQUEST_H
#define PGRUNBOOK_APPROVAL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "run/state.h"

#define REQUEST_MAX	((size_t)256 << 20)	/* bytes */

/* Does the file look like one?  A run's name does not. */
bool request_is(const char *path);

/* The text of a request; ERR_POLICY where nothing waits for a sign-off. */
char *request_make(const void *owner, const char *folder, struct error *err);

/*
 * Unpack it into a folder that exists: the journal alone.  ERR_VERIFY where
 * it was altered.
 */
int request_unpack(const char *text, size_t size_bytes, const char *folder,
    struct error *err) WARN_UNUSED;

#endif
